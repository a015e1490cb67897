"""The counts behind textures, against counting one pixel at a time."""

from __future__ import annotations

from collections import Counter
from itertools import product

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import ndimage

from clnm_core.features.radiomics.canvas import Roi, directions, lay
from clnm_core.features.radiomics.cooccurrence import Graded, cooccurrence, graded, histogram
from clnm_core.features.radiomics.entries import Entries, merged, of_counts, of_sizes
from clnm_core.features.radiomics.neighbours import dependence, tone_differences
from clnm_core.features.radiomics.runs import is_crossed, runs
from clnm_core.features.radiomics.zones import by_pointers, by_runs, zones

#: Levels of a small region, 0 outside it; two or three axes.
REGION = st.one_of(
    arrays(np.int64, st.tuples(*[st.integers(1, 7)] * 2), elements=st.integers(0, 3)),
    arrays(np.int64, st.tuples(*[st.integers(1, 4)] * 3), elements=st.integers(0, 3)),
).filter(lambda levels: (levels > 0).any())


def ground_of(*regions: np.ndarray, reach: int = 1) -> Graded:
    rois = [
        Roi(torch.from_numpy(levels.astype(float)), torch.from_numpy(levels > 0))
        for levels in regions
    ]
    canvas = lay(rois, reach=reach)
    return graded(canvas, canvas.values.long())


def inside(levels: np.ndarray) -> dict[tuple[int, ...], int]:
    return {tuple(map(int, at)): int(levels[tuple(at)]) for at in np.argwhere(levels > 0)}


def moved(at: tuple[int, ...], step: tuple[int, ...], times: int = 1) -> tuple[int, ...]:
    return tuple(place + times * part for place, part in zip(at, step, strict=True))


def cells(counts: torch.Tensor) -> Counter:
    found = counts.nonzero()
    return Counter({tuple(int(n) + 1 for n in at): int(counts[tuple(at)]) for at in found})


def cells_of(entries: Entries, matrix: int) -> Counter:
    chosen = entries.matrix == matrix
    keys = zip(entries.level[chosen].tolist(), entries.size[chosen].tolist(), strict=True)
    return Counter(dict(zip(keys, entries.count[chosen].tolist(), strict=True)))


@settings(max_examples=60)
@given(levels=REGION, distance=st.integers(1, 2))
def test_pairs_are_those_counted_one_by_one(levels: np.ndarray, distance: int) -> None:
    ground, known = ground_of(levels, levels, reach=distance), inside(levels)
    for step in directions(levels.ndim, (distance,)):
        expected: Counter = Counter()
        for at, level in known.items():
            other = known.get(moved(at, step))
            if other:
                expected[level, other] += 1
                expected[other, level] += 1
        for region in cooccurrence(ground, step):
            assert cells(region) == expected


@settings(max_examples=60)
@given(levels=REGION)
def test_runs_are_those_walked_one_by_one(levels: np.ndarray) -> None:
    ground, known = ground_of(levels, levels), inside(levels)
    for step in directions(levels.ndim):
        expected: Counter = Counter()
        for at, level in known.items():
            if known.get(moved(at, step, -1)) == level:
                continue
            length = 1
            while known.get(moved(at, step, length)) == level:
                length += 1
            expected[level, length] += 1
        for region in runs(ground, step):
            assert cells(region) == expected


@settings(max_examples=60)
@given(levels=REGION)
def test_a_line_that_meets_two_pixels_is_seen(levels: np.ndarray) -> None:
    ground, known = ground_of(np.ones_like(levels), levels), inside(levels)
    for step in directions(levels.ndim):
        expected = any(
            moved(at, step, times) in known for at in known for times in range(1, max(levels.shape))
        )
        assert bool(is_crossed(ground, step)[1]) == expected


@settings(max_examples=60)
@given(levels=REGION, is_2d=st.booleans())
def test_zones_are_those_of_scipy_on_both_devices(levels: np.ndarray, is_2d: bool) -> None:
    touches = np.ones((3,) * levels.ndim)
    if is_2d and levels.ndim == 3:
        touches[[0, 2]] = 0
    expected: Counter = Counter()
    for level in range(1, 4):
        label, number = ndimage.label(levels == level, touches)
        for zone in range(1, number + 1):
            expected[level, int((label == zone).sum())] += 1
    ground = ground_of(levels, levels)
    found = zones(ground, is_2d=is_2d)
    assert cells_of(found, 0) == cells_of(found, 1) == expected
    steps = directions(levels.ndim, is_2d=is_2d)
    first, second = by_runs(ground, steps), by_pointers(ground, steps)
    assert Counter(zip(*(part.tolist() for part in first), strict=True)) == Counter(
        zip(*(part.tolist() for part in second), strict=True)
    )


def test_a_snake_is_one_zone_on_both_devices() -> None:
    snake = np.full((41, 41), 1)
    snake[1::2] = 2
    snake[1::4, -1] = snake[3::4, 0] = 1
    ground = ground_of(snake)
    for join in (by_runs, by_pointers):
        code, size = join(ground, directions(2))
        assert size[code % 3 == 1].tolist() == [int((snake == 1).sum())]


@settings(max_examples=60)
@given(levels=REGION, alpha=st.integers(0, 1), distance=st.integers(1, 2))
def test_dependences_are_those_counted_one_by_one(
    levels: np.ndarray, alpha: int, distance: int
) -> None:
    ground, known = ground_of(levels, reach=distance), inside(levels)
    steps = directions(levels.ndim, (distance,))
    both = [*steps, *(moved((0,) * levels.ndim, step, -1) for step in steps)]
    expected: Counter = Counter()
    for at, level in known.items():
        near = [known[there] for step in both if (there := moved(at, step)) in known]
        expected[level, 1 + sum(abs(level - other) <= alpha for other in near)] += 1
    assert cells(dependence(ground, steps, alpha=alpha)[0]) == expected


@settings(max_examples=60)
@given(levels=REGION, counts_lonely=st.booleans())
def test_tone_differences_are_those_counted_one_by_one(
    levels: np.ndarray, counts_lonely: bool
) -> None:
    ground, known = ground_of(levels, levels), inside(levels)
    around = [step for step in product((-1, 0, 1), repeat=levels.ndim) if any(step)]
    number, total = np.zeros(3), np.zeros(3)
    for at, level in known.items():
        near = [known[there] for step in around if (there := moved(at, step)) in known]
        if near or counts_lonely:
            number[level - 1] += 1
            total[level - 1] += abs(level - np.mean(near)) if near else 0
    pixels, difference = tone_differences(
        ground, directions(levels.ndim), counts_lonely=counts_lonely
    )
    width = pixels.shape[1]
    for region in range(2):
        np.testing.assert_array_equal(pixels[region], number[:width])
        np.testing.assert_allclose(difference[region], total[:width], atol=1e-12)


@settings(max_examples=40)
@given(regions=st.lists(arrays(np.int64, (5, 4), elements=st.integers(0, 4)), min_size=1))
def test_every_matrix_counts_every_pixel(regions: list[np.ndarray]) -> None:
    regions = [levels for levels in regions if (levels > 0).any()] or [np.ones((2, 2), int)]
    ground = ground_of(*regions)
    pixels = torch.tensor([int((levels > 0).sum()) for levels in regions])
    assert histogram(ground).sum(1).tolist() == pixels.tolist()
    found = zones(ground)
    made_of = torch.bincount(found.matrix, (found.size * found.count).double(), len(regions))
    assert made_of.tolist() == pixels.tolist()
    for step in directions(2):
        lengths = runs(ground, step)
        by_length = torch.arange(1, lengths.shape[-1] + 1)
        assert (lengths * by_length).sum((1, 2)).tolist() == pixels.tolist()
    assert dependence(ground, directions(2)).sum((1, 2)).tolist() == pixels.tolist()


def test_regions_of_many_sizes_stay_apart() -> None:
    rng = np.random.default_rng(0)
    regions = [rng.integers(0, 5, size) for size in ((3, 9), (1, 1), (8, 2), (5, 5), (9, 1))]
    regions = [np.where(levels.any(), levels, 1) for levels in regions]
    together = ground_of(*regions)
    for place, levels in enumerate(regions):
        alone = ground_of(levels)
        n = alone.levels
        for step in directions(2):
            here = cooccurrence(together, step)[place]
            assert torch.equal(here[:n, :n], cooccurrence(alone, step)[0])
            assert not here[n:].any()


def test_matrices_survive_both_ways_of_keeping_them() -> None:
    counts = torch.zeros(3, 4, 5, dtype=torch.int64)
    counts[0, 1, 2], counts[2, 3, 4], counts[2, 0, 0] = 7, 2, 1
    dense = of_counts(counts)
    assert cells_of(dense, 0) == {(2, 3): 7}
    assert cells_of(dense, 2) == {(1, 1): 1, (4, 5): 2}
    again = of_sizes(
        torch.tensor([2, 0, 2]),
        torch.tensor([4, 2, 4]),
        torch.tensor([5, 3, 5]),
        matrices=3,
        levels=4,
    )
    assert cells_of(again, 2) == {(4, 5): 2}
    assert cells_of(again, 0) == {(2, 3): 1}
    assert cells_of(merged(dense, torch.tensor([0, 0, 0]), groups=1), 0) == {
        (2, 3): 7,
        (4, 5): 2,
        (1, 1): 1,
    }


def test_the_widest_directions_are_every_one_once() -> None:
    for ndim in (2, 3):
        found = directions(ndim, (1, 2, 3))
        opposite = {moved((0,) * ndim, step, -1) for step in found}
        assert not opposite & set(found)
        assert len(opposite | set(found)) == 7**ndim - 1


@pytest.mark.parametrize("distance", [1, 2])
def test_a_border_as_wide_as_the_reach_keeps_regions_apart(distance: int) -> None:
    ones = np.ones((3, 3), dtype=int)
    ground = ground_of(ones, ones, reach=distance)
    for step in directions(2, (distance,)):
        for region in cooccurrence(ground, step):
            pairs = (3 - abs(step[0])) * (3 - abs(step[1]))
            assert region.sum() == 2 * pairs
