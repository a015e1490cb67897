"""Does a network see the same field in mm, altered only as is said?"""

from __future__ import annotations

import numpy as np
import pytest
import torch

from clnm_core.features.items import Item
from clnm_core.systems.ct_cad.augmenting import MOST_GAIN, MOST_OFFSET, altered
from clnm_core.systems.ct_cad.pictures import border_of, central, crop, crops, square_of
from clnm_core.systems.run import Run
from tests.unit.systems.ct_node_cases import ct_cases


def item(spacing, *, at=(40, 60), shape=(128, 128), level=255.0):
    """A square node of 10 mm."""
    lesion = np.zeros(shape, dtype=bool)
    half = round(5 / spacing)
    lesion[at[0] - half : at[0] + half, at[1] - half : at[1] + half] = True
    grey = np.where(lesion, level, 0).astype(np.float32)
    return Item(grey, lesion, None, (spacing, spacing))


@pytest.mark.parametrize("spacing", [0.25, 0.5])
def test_a_node_of_10_mm_covers_as_much_whatever_the_pixels(spacing):
    seen = central(crop(item(spacing), field_mm=20.0, size=40), 40)
    assert (seen > 127).sum() == pytest.approx(20 * 20, abs=0)
    assert (seen[10:30, 10:30] > 127).all()


def test_the_node_is_in_the_middle_also_at_the_edge_of_the_picture():
    seen = central(crop(item(0.5, at=(12, 12)), field_mm=20.0, size=40), 40)
    assert (seen[10:30, 10:30] > 127).all()
    assert seen[:8].max() == 0


def test_hounsfield_units_are_seen_through_the_soft_tissue_window():
    one = item(0.5)
    units = np.where(one.lesion, 50.0, -1000.0).astype(np.float32)
    seen = central(crop(Item(units, one.lesion, None, (0.5, 0.5)), field_mm=20.0, size=40), 40)
    assert seen[20, 20] == round(255 * (50 + 125) / 350)
    assert seen[0, 0] == 0


def test_without_spacing_the_whole_picture_is_taken():
    one = item(0.5, shape=(60, 90))
    assert square_of(Item(one.grey, one.lesion), field_mm=20.0) == (-15, 0, 75, 90)


def test_pixels_that_are_no_squares_make_a_field_that_is_one_in_mm():
    one = item(0.5)
    top, left, bottom, right = square_of(
        Item(one.grey, one.lesion, None, (0.5, 1.0)), field_mm=20.0
    )
    assert (bottom - top, right - left) == (40, 20)


def test_several_pictures_of_a_case_belong_to_it():
    cases = ct_cases(3)
    views = dict(cases.views)
    names = list(cases.frame["case_id"])
    views[names[1]] = views[names[1]] * 2
    seen = crops(type(cases)(cases.frame, cases.registry, views), field_mm=20.0, size=16)
    assert seen.case.tolist() == [0, 1, 1, 2, 3, 4, 5]
    assert seen.has_spacing.all()
    assert not seen.is_flat.any()


def test_reading_says_how_far_it_is():
    said = []
    crops(
        ct_cases(1), field_mm=20.0, size=16, run=Run(progress=lambda share, step: said.append(step))
    )
    assert said == ["Reads picture 1 of 2", "Reads picture 2 of 2"]


def test_what_is_not_altered_is_the_field_itself():
    grey = np.random.default_rng(0).integers(0, 256, (3, 40, 40)).astype(np.uint8)
    found = altered(grey, size=32, random=None)
    assert found.shape == (3, 1, 32, 32)
    assert np.array_equal(np.rint(found[:, 0].numpy() * 255), central(grey, 32))


def test_what_is_altered_is_the_same_for_the_same_chance_and_stays_in_range():
    grey = np.random.default_rng(0).integers(0, 256, (64, 40, 40)).astype(np.uint8)
    one, two = (altered(grey, size=32, random=np.random.default_rng(5)) for _ in range(2))
    other = altered(grey, size=32, random=np.random.default_rng(6))
    assert torch.equal(one, two)
    assert not torch.equal(one, other)
    assert one.min() >= -MOST_OFFSET - 1e-6
    assert one.max() <= 1 + MOST_GAIN + MOST_OFFSET + 1e-6


def test_turning_leaves_the_size_of_a_node_as_it_was():
    rows, columns = np.indices((60, 60)) - 29.5
    disc = (255 * (rows**2 + columns**2 <= 12**2)).astype(np.uint8)
    found = altered(np.stack([disc] * 50), size=48, random=np.random.default_rng(1))[:, 0].numpy()
    middle = (found.min(axis=(1, 2)) + found.max(axis=(1, 2)))[:, None, None] / 2
    areas = (found > middle).sum(axis=(1, 2))
    assert np.abs(areas - np.pi * 12**2).max() < 12


def test_pictures_are_moved_and_mirrored_to_every_side():
    corner = np.zeros((40, 40), dtype=np.uint8)
    corner[8:16, 8:16] = 255
    found = altered(np.stack([corner] * 60), size=32, random=np.random.default_rng(1))[:, 0]
    halves = {
        (bool(one[:16].mean() > one[16:].mean()), bool(one[:, :16].mean() > one[:, 16:].mean()))
        for one in found
    }
    assert len(halves) == 4


def test_the_border_is_an_eighth_of_the_field():
    assert [border_of(size) for size in (32, 48, 75)] == [4, 6, 10]
