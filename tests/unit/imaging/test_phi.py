"""Is phi 1 at the capsule, 0 in the depth, and what geometry says in between?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.errors import ImageError
from clnm_core.imaging.phi import phi_map


def ellipse(shape, centre, half_axes, turned=0.0):
    rows, columns = np.indices(shape)
    y, x = rows - centre[0], columns - centre[1]
    along = x * np.cos(turned) + y * np.sin(turned)
    across = -x * np.sin(turned) + y * np.cos(turned)
    return (along / half_axes[0]) ** 2 + (across / half_axes[1]) ** 2 <= 1


@pytest.mark.parametrize("offset", [0.0, 0.25, 0.5, 0.8])
def test_phi_in_a_disc_is_the_share_of_its_radius(offset):
    centre, radius = 50 + offset, 40.0
    gland = ellipse((101, 101), (centre, centre), (radius, radius))
    rows, columns = np.indices(gland.shape)
    depth = radius - np.hypot(rows - centre, columns - centre)
    truth = 1 - depth / depth.max()  # the deepest pixel, not the middle between four, has phi 0
    found = phi_map(gland, gland, (0.1, 0.1))
    assert np.abs(found - truth)[gland].max() < 0.5 / radius
    assert np.isnan(found[~gland]).all()


def test_phi_measures_in_millimetres_where_pixels_are_not_square():
    gland = ellipse((81, 161), (40, 80), (70, 35))  # a disc in the body: 0.2 x 0.1 mm
    rows, columns = np.indices(gland.shape)
    truth = np.hypot((rows - 40) * 0.2, (columns - 80) * 0.1) / 7
    found = phi_map(gland, gland, (0.2, 0.1))
    assert np.abs(found - truth)[gland].max() < 0.5 * 0.2 / 7
    wrong = phi_map(gland, gland, (0.1, 0.1))
    assert np.abs(wrong - truth)[gland].max() > 0.2


def test_the_largest_depth_is_that_of_the_gland_not_of_the_nodule():
    gland = ellipse((101, 101), (50, 50), (40, 40))
    nodule = ellipse((101, 101), (50, 82), (5, 5))
    found = phi_map(nodule, gland, (0.1, 0.1))
    assert np.nanmin(found) == pytest.approx(27 / 40, abs=0.02)
    assert np.array_equal(np.isfinite(found), nodule)


def test_phi_is_1_where_the_nodule_lies_outside_the_gland():
    gland = ellipse((60, 60), (30, 25), (20, 20))
    nodule = ellipse((60, 60), (30, 46), (6, 6))
    found = phi_map(nodule, gland, (0.1, 0.1))
    assert (found[nodule & ~gland] == 1).all()
    assert (found[nodule & gland] < 1).all()
    outside = ellipse((60, 60), (5, 5), (3, 3))
    assert (phi_map(outside, gland, (0.1, 0.1))[outside] == 1).all()


def test_a_nodule_left_out_of_the_gland_is_not_capsule():
    gland = ellipse((101, 101), (50, 50), (40, 40))
    nodule = ellipse((101, 101), (45, 50), (10, 10))
    whole = phi_map(nodule, gland, (0.1, 0.1))
    assert np.array_equal(phi_map(nodule, gland & ~nodule, (0.1, 0.1)), whole, equal_nan=True)


def test_the_border_of_the_picture_is_not_capsule():
    gland = np.zeros((60, 100), dtype=bool)
    gland[:50] = True  # cut off above, left and right
    found = phi_map(gland, gland, (1, 1))
    assert found[0, 0] == pytest.approx(0, abs=1e-9)
    assert found[49, 50] == pytest.approx(1 - 0.5 / 49.5, abs=0.01)
    with pytest.raises(ImageError, match="no capsule can be seen"):
        phi_map(np.ones((9, 9), dtype=bool), np.ones((9, 9), dtype=bool), (1, 1))


def test_one_pixel_is_deepest_and_nearest_at_once():
    pixel = np.zeros((5, 5), dtype=bool)
    pixel[2, 2] = True
    assert phi_map(pixel, pixel, (0.3, 0.1))[2, 2] == 0


shapes = st.tuples(st.integers(0, 2**31 - 1), st.floats(0.02, 1.0), st.floats(0.02, 1.0))


def some_masks(seed):
    random = np.random.default_rng(seed)
    gland = ellipse(
        (64, 72), random.uniform(28, 36, 2), random.uniform(14, 24, 2), random.uniform(0, 3)
    )
    nodule = ellipse(
        (64, 72), random.uniform(22, 42, 2), random.uniform(2, 9, 2), random.uniform(0, 3)
    )
    return nodule, gland


@settings(max_examples=25, deadline=None)
@given(shapes)
def test_phi_turns_mirrors_and_moves_with_the_picture_and_ignores_its_scale(drawn):
    seed, down, across = drawn
    nodule, gland = some_masks(seed)
    found = phi_map(nodule, gland, (down, across))
    inside = found[nodule]
    assert ((inside >= 0) & (inside <= 1)).all()

    def same(other, expected):
        np.testing.assert_allclose(other, expected, atol=1e-9, equal_nan=True)

    same(phi_map(np.rot90(nodule), np.rot90(gland), (across, down)), np.rot90(found))
    same(phi_map(nodule[:, ::-1], gland[:, ::-1], (down, across)), found[:, ::-1])
    same(phi_map(nodule, gland, (3 * down, 3 * across)), found)
    padded = [np.pad(mask, ((5, 0), (0, 7))) for mask in (nodule, gland)]
    same(phi_map(*padded, (down, across))[5:, :-7], found)


@pytest.mark.parametrize("empty", ["nodule", "gland"])
def test_an_empty_mask_is_named(empty):
    masks = {"nodule": np.eye(5, dtype=bool), "gland": np.eye(5, dtype=bool)}
    masks[empty] = np.zeros((5, 5), dtype=bool)
    with pytest.raises(ImageError, match=f"mask of the {empty} is empty"):
        phi_map(masks["nodule"], masks["gland"], (0.1, 0.1))


@pytest.mark.parametrize("spacing", [(0, 1), (np.nan, 1), (np.inf, 1), (-1, 1), (1,)])
def test_a_spacing_that_is_none_is_refused(spacing):
    mask = np.eye(5, dtype=bool)
    with pytest.raises(ValueError, match="spacing_mm must be"):
        phi_map(mask, mask, spacing)


def test_masks_of_two_pictures_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        phi_map(np.ones((4, 5), dtype=bool), np.ones((5, 4), dtype=bool), (1, 1))
