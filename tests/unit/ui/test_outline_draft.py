"""Does a draft hold what was drawn, and nothing that a browser merely claims?"""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.errors import ImageError
from clnm_core.imaging.drawn import ellipse_mask, polygon_mask
from clnm_core.ui.outline_draft import (
    MOST_STEPS,
    begun,
    changed,
    differing,
    drawn,
    laid,
    undone,
)

SHAPE = (40, 60)
NODULE = ellipse_mask((20, 30), (8, 6), 0, SHAPE)
GLAND = ellipse_mask((20, 30), (25, 15), 0, SHAPE)
SQUARE = {"kind": "polygon", "points": [[5, 2], [15, 2], [15, 12], [5, 12]]}


def draft():
    return begun(SHAPE, {"nodule": NODULE, "gland": GLAND})


def test_a_drawn_line_replaces_adds_or_cuts() -> None:
    square = polygon_mask([(2, 5), (2, 15), (12, 15), (12, 5)], SHAPE)
    assert np.array_equal(drawn(draft(), "nodule", SQUARE, "replace")["nodule"], square)
    assert np.array_equal(drawn(draft(), "nodule", SQUARE, "add")["nodule"], square | NODULE)
    assert np.array_equal(drawn(draft(), "gland", SQUARE, "cut")["gland"], GLAND & ~square)
    assert np.array_equal(drawn(draft(), "gland", SQUARE, "cut")["nodule"], NODULE)


def test_points_come_as_column_and_row() -> None:
    mask = drawn(begun(SHAPE, {}), "nodule", SQUARE, "replace")["nodule"]
    rows, columns = np.nonzero(mask)
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (2, 11, 5, 14)


def test_an_ellipse_touches_the_box_from_any_of_its_corners() -> None:
    expected = ellipse_mask((12, 30), (20, 8), 0, SHAPE)
    for points in ([[10, 4], [50, 20]], [[50, 20], [10, 4]], [[10, 20], [50, 4]]):
        after = drawn(draft(), "nodule", {"kind": "ellipse", "points": points}, "replace")
        assert np.array_equal(after["nodule"], expected)


def test_adjusting_moves_the_largest_part_and_keeps_the_others() -> None:
    small = ellipse_mask((35, 55), (2, 2), 0, SHAPE)
    start = begun(SHAPE, {"nodule": NODULE | small})
    after = drawn(start, "nodule", SQUARE | {"kind": "adjusted"}, "cut")["nodule"]
    assert np.array_equal(after, small | polygon_mask([(2, 5), (2, 15), (12, 15), (12, 5)], SHAPE))


def test_each_step_can_be_undone_to_the_first() -> None:
    start = draft()
    one = drawn(start, "nodule", SQUARE, "add")
    two = changed(one, {"nodule": None, "gland": NODULE})
    assert two["nodule"] is None
    back = undone(two)
    assert np.array_equal(back["nodule"], one["nodule"])
    assert np.array_equal(back["gland"], GLAND)
    first = undone(back)
    assert differing(first, {"nodule": NODULE, "gland": GLAND}) == {}
    assert undone(first) is first
    assert first.stamp > one.stamp


@given(st.lists(st.tuples(st.sampled_from(["nodule", "gland"]), st.integers(0, 9)), max_size=8))
def test_undoing_all_gives_the_start_back(steps) -> None:
    now = draft()
    for structure, size in steps:
        now = changed(
            now, {structure: ellipse_mask((20, 30), (size, size), 0, SHAPE) if size else None}
        )
    for _ in range(len(steps)):
        now = undone(now)
    assert now.past == ()
    assert differing(now, {"nodule": NODULE, "gland": GLAND}) == {}


def test_the_past_is_bounded_and_a_change_of_nothing_is_no_step() -> None:
    now = draft()
    for size in range(MOST_STEPS + 15):
        now = changed(now, {"nodule": ellipse_mask((20, 30), (3 + size % 7, 5), 0, SHAPE)})
    assert len(now.past) == MOST_STEPS
    assert changed(now, {"nodule": now["nodule"].copy()}).past == now.past


def test_what_differs_from_the_store_is_told_and_what_was_taken_away_too() -> None:
    stored = {"nodule": NODULE, "gland": GLAND}
    after = changed(drawn(draft(), "nodule", SQUARE, "add"), {"gland": None, "node": NODULE})
    found = differing(after, stored)
    assert set(found) == {"nodule", "gland", "node"}
    assert found["gland"] is None


@pytest.mark.parametrize(
    "message",
    [
        None,
        "polygon",
        [],
        {},
        {"kind": "polygon"},
        {"kind": "polygon", "points": "1,2"},
        {"kind": "circle", "points": [[1, 2], [3, 4], [5, 6]]},
        {"kind": ["polygon"], "points": [[1, 2], [3, 4], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3, "x"], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3, None], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3, True], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3, math.nan], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3, math.inf], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], [3, 10**400], [5, 6]]},
        {"kind": "polygon", "points": [[1, 2], {"x": 3, "y": 4}, [5, 6]]},
        {"kind": "polygon", "points": [[1, 2]] * 100_000},
        {"kind": "polygon", "points": [[1e8, 2], [3, 4], [5, 6]]},
        {"kind": "polygon", "points": []},
        {"kind": "polygon", "points": [[1, 2], [3, 4]]},
        {"kind": "polygon", "points": [[1, 2], [1, 2], [1, 2]]},
        {"kind": "polygon", "points": [[-50, -50], [-20, -50], [-20, -20]]},
        {"kind": "adjusted", "points": [[1, 2], [1, 2], [1, 2]]},
        {"kind": "ellipse", "points": [[1, 2], [3, 4], [5, 6]]},
        {"kind": "ellipse", "points": [[5, 5], [5, 5]]},
        {"kind": "ellipse", "points": [[5, 5], [9, 5]]},
        {"kind": "ellipse", "points": [[-50, -50], [-20, -20]]},
    ],
)
def test_what_is_no_outline_on_this_picture_changes_nothing_and_is_said(message) -> None:
    start = draft()
    after = drawn(start, "nodule", message, "replace")
    assert after.masks is start.masks
    assert after.past == start.past
    assert after.stamp == start.stamp + 1
    assert after.problem.endswith(".")
    assert changed(after, {"nodule": GLAND}).problem == ""


def test_cutting_all_away_is_refused_and_clearing_is_not() -> None:
    everything = np.ones(SHAPE, dtype=bool)
    assert "Clear" in laid(draft(), "nodule", everything, "cut").problem
    assert "Clear" in laid(begun(SHAPE, {}), "nodule", everything, "cut").problem
    assert changed(draft(), {"nodule": None})["nodule"] is None


def test_a_way_that_is_none_is_the_callers_mistake() -> None:
    with pytest.raises(ValueError, match="way"):
        laid(draft(), "nodule", NODULE, "paint")


def test_an_outline_of_another_size_is_said_and_an_empty_one_is_none() -> None:
    with pytest.raises(ImageError, match="41 x 60"):
        begun(SHAPE, {"nodule": np.ones((41, 60), dtype=bool)})
    assert begun(SHAPE, {"nodule": np.zeros(SHAPE, dtype=bool)})["nodule"] is None


def test_one_pixel_can_be_drawn_on() -> None:
    message = {"kind": "polygon", "points": [[-0.5, -0.5], [0.5, -0.5], [0.5, 0.5], [-0.5, 0.5]]}
    assert drawn(begun((1, 1), {}), "nodule", message, "replace")["nodule"].tolist() == [[True]]
