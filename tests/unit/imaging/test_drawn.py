"""Does a drawn outline hold the pixels that it should?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from clnm_core.errors import ImageError
from clnm_core.imaging.drawn import (
    MOST_POINTS,
    ellipse_like,
    ellipse_mask,
    largest_part,
    polygon_mask,
    simplified,
)
from clnm_core.imaging.moved_edges import grown, shifted

SHAPE = (60, 80)

coordinates = st.floats(-30, 110, allow_nan=False).map(lambda x: round(x, 3))
polygons = st.lists(st.tuples(coordinates, coordinates), min_size=3, max_size=12)


def crossings(points: list[tuple[float, float]], row: float, column: float) -> int:
    """How often a ray to the left of a point meets the polygon: the textbook, one by one."""
    count = 0
    for (y0, x0), (y1, x1) in zip(points, points[1:] + points[:1], strict=True):
        if (y0 <= row) != (y1 <= row):
            # From the upper end, as the mask does, so that rounding is the same.
            (ya, xa), (yb, xb) = sorted([(y0, x0), (y1, x1)], key=lambda p: p[0])
            count += xa + (row - ya) / (yb - ya) * (xb - xa) <= column
    return count


def star(points: int, radius: float, centre: tuple[float, float]) -> np.ndarray:
    angle = np.arange(points) * 2 * math.pi / points
    return np.column_stack([centre[0] + radius * np.sin(angle), centre[1] + radius * np.cos(angle)])


@given(polygons)
def test_a_centre_is_inside_where_a_ray_meets_the_line_an_odd_number_of_times(points) -> None:
    mask = polygon_mask(points, (12, 16))
    by_hand = [[crossings(points, r, c) % 2 == 1 for c in range(16)] for r in range(12)]
    assert mask.tolist() == by_hand


@pytest.mark.parametrize("radius", [3.3, 11.7, 24.2])
def test_the_area_of_a_round_polygon_is_that_of_geometry(radius: float) -> None:
    sides = 180
    area = sides / 2 * radius**2 * math.sin(2 * math.pi / sides)
    mask = polygon_mask(star(sides, radius, (30.2, 40.6)), SHAPE)
    assert mask.sum() == pytest.approx(area, abs=2 * radius**0.66 + 2)


@pytest.mark.parametrize("seed", range(8))
def test_pillow_fills_the_same_polygon_but_for_pixels_on_its_line(seed: int) -> None:
    rng = np.random.default_rng(seed)
    angle = np.sort(rng.random(9)) * 2 * math.pi
    reach = rng.uniform(8, 28, 9)
    points = np.column_stack([30 + reach * np.sin(angle), 40 + reach * np.cos(angle)]).round()
    corners = [(x, y) for y, x in points]
    filled, line = (Pillow.new("1", (SHAPE[1], SHAPE[0])) for _ in range(2))
    ImageDraw.Draw(filled).polygon(corners, fill=1)
    ImageDraw.Draw(line).line([*corners, corners[0]], fill=1)
    theirs, ours = np.asarray(filled, dtype=bool), polygon_mask(points, SHAPE)
    near = grown(np.asarray(line, dtype=bool), 1)
    assert ours.sum() > 100
    assert not ((theirs != ours) & ~near).any()
    assert (theirs & ours).sum() > 0.8 * ours.sum()


@given(polygons, st.integers(0, 11))
def test_where_a_polygon_starts_and_which_way_it_runs_does_not_matter(points, start) -> None:
    turned = points[start % len(points) :] + points[: start % len(points)]
    assert np.array_equal(polygon_mask(points, SHAPE), polygon_mask(turned, SHAPE))
    assert np.array_equal(polygon_mask(points, SHAPE), polygon_mask(points[::-1], SHAPE))


@given(polygons, st.integers(-5, 5), st.integers(-5, 5))
def test_a_moved_polygon_is_the_moved_mask(points, down, right) -> None:
    large = (200, 200)
    here = [(math.floor(y * 8) / 8 + 50, math.floor(x * 8) / 8 + 50) for y, x in points]
    there = [(y + down, x + right) for y, x in here]
    assert np.array_equal(
        shifted(polygon_mask(here, large), down, right), polygon_mask(there, large)
    )


@given(polygons)
def test_a_part_of_the_picture_holds_that_part_of_the_mask(points) -> None:
    assert np.array_equal(polygon_mask(points, SHAPE)[:20, :30], polygon_mask(points, (20, 30)))


def test_polygons_that_share_an_edge_share_no_pixel_and_leave_none_out() -> None:
    left = polygon_mask([(0, 0), (0, 5), (9, 5), (9, 0)], (10, 12))
    right = polygon_mask([(0, 5), (0, 10), (9, 10), (9, 5)], (10, 12))
    both = polygon_mask([(0, 0), (0, 10), (9, 10), (9, 0)], (10, 12))
    assert not (left & right).any()
    assert np.array_equal(left | right, both)


def test_what_a_line_encloses_twice_is_outside() -> None:
    bow = polygon_mask([(0, 0), (20, 20), (0, 20), (20, 0)], (21, 21))
    assert not bow[[3, 17], 10].any()
    assert bow[10, [2, 17]].all()
    pentagram = star(5, 25, (30, 40))[[0, 2, 4, 1, 3]]
    assert not polygon_mask(pentagram, SHAPE)[30, 40]


@pytest.mark.parametrize(
    "points",
    [
        [],
        [(5, 5)],
        [(5, 5), (20, 20)],
        [(5, 5), (5, 5), (5, 5)],
        [(5, 5), (10, 10), (20, 20)],
        [(5.2, 5.2), (5.2, 5.8), (5.8, 5.8), (5.8, 5.2)],
        [(-50, -50), (-50, -10), (-10, -10), (-10, -50)],
        [(100, 100), (100, 200), (200, 200)],
    ],
)
def test_a_polygon_without_a_centre_inside_is_an_empty_mask(points) -> None:
    assert not polygon_mask(points, SHAPE).any()


def test_a_polygon_around_the_picture_holds_all_of_it() -> None:
    assert polygon_mask([(-9e5, -9e5), (-9e5, 9e5), (9e5, 9e5), (9e5, -9e5)], SHAPE).all()
    assert polygon_mask([(-1, -1), (-1, 1), (1, 1), (1, -1)], (1, 1)).tolist() == [[True]]


@pytest.mark.parametrize(
    "points",
    [
        [(0, 0), (math.nan, 3), (5, 5)],
        [(0, 0), (math.inf, 3), (5, 5)],
        [(0, 0), (1e300, 3), (5, -1e300)],
        [(0, 0)] * (MOST_POINTS + 1),
    ],
)
def test_points_that_no_hand_drew_are_refused_in_words(points) -> None:
    with pytest.raises(ImageError, match="outline"):
        polygon_mask(points, SHAPE)


def test_the_most_points_are_filled_at_once() -> None:
    rng = np.random.default_rng(0)
    assert polygon_mask(rng.uniform(0, 500, (MOST_POINTS, 2)), (500, 500)).any()


@pytest.mark.parametrize(("half", "angle"), [((20, 9), 0), ((20, 9), 90), ((14.5, 7.5), 37)])
def test_an_ellipse_has_the_area_of_geometry(half: tuple[float, float], angle: float) -> None:
    mask = ellipse_mask((30.3, 40.4), half, angle, SHAPE)
    assert mask.sum() == pytest.approx(math.pi * half[0] * half[1], rel=0.02)


def test_an_ellipse_turns_counter_clockwise_as_seen() -> None:
    rows, columns = np.nonzero(ellipse_mask((30, 40), (20, 4), 45, SHAPE))
    assert np.corrcoef(rows, columns)[0, 1] < -0.8
    assert np.array_equal(
        ellipse_mask((30, 40), (20, 8), 90, SHAPE), ellipse_mask((30, 40), (8, 20), 0, SHAPE)
    )


@given(st.floats(0, 59), st.floats(0, 79), st.floats(1, 20), st.floats(1, 20), st.floats(-180, 180))
def test_a_centre_inside_an_ellipse_obeys_its_equation(row, column, a, b, angle) -> None:
    mask = ellipse_mask((row, column), (a, b), angle, SHAPE)
    turn = math.radians(angle)
    direction = complex(math.cos(turn), -math.sin(turn))  # rows run downwards
    for r, c in ((0, 0), (30, 40), (int(row), int(column)), (59, 79)):
        offset = complex(c - column, r - row)
        along = (offset * direction.conjugate()).real
        beside = (offset * direction.conjugate()).imag
        value = (along / a) ** 2 + (beside / b) ** 2
        if abs(value - 1) > 1e-9:
            assert mask[r, c] == (value < 1)


def test_on_pixels_that_are_not_square_an_ellipse_is_round_on_the_body() -> None:
    mask = ellipse_mask((30, 40), (10, 10), 0, SHAPE, spacing=(1.0, 0.5))
    rows, columns = np.nonzero(mask)
    assert np.ptp(rows) == 20
    assert np.ptp(columns) == 40


@pytest.mark.parametrize(
    ("centre", "half", "angle"),
    [
        ((math.nan, 3), (3, 3), 0),
        ((3, 3), (-1, 3), 0),
        ((3, 3), (3, math.inf), 0),
        ((3, 3), (3, 3), math.nan),
        ((1e9, 3), (3, 3), 0),
    ],
)
def test_an_ellipse_of_impossible_numbers_is_refused_in_words(centre, half, angle) -> None:
    with pytest.raises(ImageError, match="ellipse"):
        ellipse_mask(centre, half, angle, SHAPE)


def test_an_ellipse_without_width_is_its_line_and_one_outside_is_empty() -> None:
    assert ellipse_mask((3, 4), (2, 0), 0, (7, 9)).sum() == 5
    assert not ellipse_mask((-40, 4), (9, 9), 0, SHAPE).any()
    assert ellipse_mask((0, 0), (0, 0), 0, (1, 1)).tolist() == [[True]]


@given(st.floats(15, 45), st.floats(20, 60), st.floats(4, 14), st.floats(4, 14), st.floats(0, 180))
def test_a_simplified_outline_keeps_the_structure_with_few_points(row, column, a, b, angle) -> None:
    mask = ellipse_mask((row, column), (a, b), angle, SHAPE)
    polygon = simplified(mask)
    again = polygon_mask(polygon, SHAPE)
    assert 3 <= len(polygon) <= 40
    near = grown(mask, 1.0) & ~grown(mask, -1.0)
    assert not ((again != mask) & ~near).any()
    overlap = 2 * (mask & again).sum() / (mask.sum() + again.sum())
    assert overlap > 0.93


def test_without_tolerance_the_outline_gives_the_mask_back() -> None:
    rng = np.random.default_rng(4)
    mask = ellipse_mask((30, 40), (20, 12), 20, SHAPE) & (rng.random(SHAPE) < 2)
    assert np.array_equal(polygon_mask(simplified(mask, 0.0), SHAPE), mask)


def test_one_pixel_is_outlined_and_none_is_not() -> None:
    mask = np.zeros((5, 5), dtype=bool)
    assert simplified(mask).shape == (0, 2)
    mask[2, 3] = True
    assert np.array_equal(polygon_mask(simplified(mask, 0.1), (5, 5)), mask)
    assert simplified(np.ones((1, 1), dtype=bool), 0.1).shape == (4, 2)


def test_the_largest_part_is_filled_and_the_others_are_left() -> None:
    mask = ellipse_mask((30, 25), (15, 15), 0, SHAPE)
    whole = mask.copy()
    mask[30, 25] = False
    mask[5:8, 70:75] = True
    assert np.array_equal(largest_part(mask), whole)
    assert not largest_part(np.zeros((4, 4), dtype=bool)).any()


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (5,), (5, 5, 3)])
def test_a_shape_that_is_no_picture_is_the_callers_mistake(shape) -> None:
    with pytest.raises(ValueError, match="shape"):
        polygon_mask([(0, 0), (0, 2), (2, 2)], shape)


@pytest.mark.parametrize("spacing", [(1.0, 1.0), (0.2, 0.1)])
@pytest.mark.parametrize("angle", [0.0, 30.0, 90.0, 145.0])
def test_an_ellipse_is_known_again_by_its_pixels(
    angle: float, spacing: tuple[float, float]
) -> None:
    half = (15 * spacing[1], 8 * spacing[1])
    mask = ellipse_mask((30, 40), half, angle, SHAPE, spacing=spacing)
    centre, found, turned = ellipse_like(mask, spacing=spacing)
    assert centre == pytest.approx((30, 40), abs=0.2)
    assert found == pytest.approx(half, rel=0.07)
    assert (turned - angle + 90) % 180 - 90 == pytest.approx(0, abs=2)


def test_one_pixel_has_an_ellipse_and_none_has_not() -> None:
    one = np.ones((1, 1), dtype=bool)
    assert ellipse_like(one) == ((0.0, 0.0), (pytest.approx(3**-0.5), pytest.approx(3**-0.5)), 0.0)
    with pytest.raises(ValueError, match="mask"):
        ellipse_like(~one)
