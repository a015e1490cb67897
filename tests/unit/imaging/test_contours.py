"""Are contours closed, unbiased and in the right place?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clnm_core.imaging.contours import rings


def enclosed_area(ring: np.ndarray) -> float:
    following = np.roll(ring, -1, axis=0)
    return float(0.5 * np.sum(ring[:, 0] * following[:, 1] - ring[:, 1] * following[:, 0]))


def test_a_square_is_outlined_half_a_pixel_outside_its_pixel_centres():
    mask = np.zeros((10, 12))
    mask[3:6, 4:9] = 1
    (ring,) = rings(mask)
    assert ring.min(axis=0).tolist() == [2.5, 3.5]
    assert ring.max(axis=0).tolist() == [5.5, 8.5]


def test_a_mask_that_fills_the_picture_is_closed_beyond_its_border():
    (ring,) = rings(np.ones((4, 5)))
    assert ring.min(axis=0).tolist() == [-0.5, -0.5]
    assert ring.max(axis=0).tolist() == [3.5, 4.5]


def test_a_hole_is_a_ring_of_its_own_that_runs_the_other_way():
    mask = np.ones((9, 9))
    mask[4, 4] = 0
    outer, hole = rings(mask)
    assert len(outer) > len(hole) == 4
    assert np.sign(enclosed_area(outer)) == -np.sign(enclosed_area(hole))


def test_pixels_that_touch_only_at_a_corner_stay_apart():
    assert len(rings(np.eye(2))) == 2
    assert len(rings(np.fliplr(np.eye(2)))) == 2


def test_the_crossing_is_interpolated_between_pixel_centres():
    (ring,) = rings(np.array([[0.8, 0.3]]))
    assert ring[:, 1].max() == pytest.approx((0.8 - 0.5) / (0.8 - 0.3))


def test_values_below_the_level_beside_the_crop_still_place_the_crossing():
    (ring,) = rings(np.array([[0.4, 0.8, 0.4]]))
    assert ring[:, 1].min() == pytest.approx(0.25)
    assert ring[:, 1].max() == pytest.approx(1.75)


def test_an_empty_mask_has_no_rings():
    assert rings(np.zeros((5, 5))) == []


@settings(max_examples=60, deadline=None)
@given(arrays(np.bool_, st.tuples(st.integers(1, 7), st.integers(1, 7))))
def test_rings_enclose_the_pixels_less_an_eighth_for_each_corner(mask):
    """Each outer corner of a staircase loses a triangle of 1/8, each inner corner wins one."""
    total = abs(sum(enclosed_area(ring) for ring in rings(mask.astype(float))))
    padded = np.pad(mask, 1)
    windows = sum(
        padded[r : r + padded.shape[0] - 1, c : c + padded.shape[1] - 1].astype(int)
        for r in (0, 1)
        for c in (0, 1)
    )
    diagonal = (padded[:-1, :-1] == padded[1:, 1:]) & (padded[:-1, 1:] == padded[1:, :-1])
    corners = (windows == 1).sum() + 2 * ((windows == 2) & diagonal).sum() - (windows == 3).sum()
    assert total == pytest.approx(mask.sum() - corners / 8)


@pytest.mark.parametrize(
    ("field", "level", "sentence"),
    [
        (np.zeros(3), 0.5, "field must have two dimensions"),
        (np.zeros((3, 3)), 0.0, "level must be above 0"),
    ],
)
def test_wrong_arguments_are_named(field, level, sentence):
    with pytest.raises(ValueError, match=sentence):
        rings(field, level=level)
