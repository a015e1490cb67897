"""Is a nodule placed along the gland where it was drawn?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.imaging.placement import along_gland, is_cut_off, third_at


def ellipse(shape, centre, half_axes, turned=0.0):
    rows, columns = np.indices(shape)
    y, x = rows - centre[0], columns - centre[1]
    along = x * np.cos(turned) + y * np.sin(turned)
    across = -x * np.sin(turned) + y * np.cos(turned)
    return (along / half_axes[0]) ** 2 + (across / half_axes[1]) ** 2 <= 1


@pytest.mark.parametrize("turned", [-1.2, -0.6, -0.2, 0.0, 0.3, 0.7, 1.2])
@pytest.mark.parametrize("share", [0.15, 0.5, 0.8])
def test_the_place_is_measured_along_the_tilted_long_axis(turned, share):
    gland = ellipse((200, 200), (100, 100), (70, 25), turned)
    step = (2 * share - 1) * 70
    middle = (100 + step * np.sin(turned), 100 + step * np.cos(turned))
    nodule = ellipse((200, 200), middle, (6, 6))
    assert along_gland(nodule, gland) == pytest.approx(share, abs=0.02)


def test_the_long_axis_is_the_one_in_the_body_not_on_the_screen():
    gland = ellipse((200, 200), (100, 100), (60, 80))  # upright on screen, lying in the body
    nodule = ellipse((200, 200), (100, 60), (5, 5))
    assert along_gland(nodule, gland, (0.05, 0.2)) == pytest.approx(20 / 120, abs=0.02)


@given(st.integers(0, 2**31 - 1), st.floats(0.05, 2))
def test_mirroring_turns_the_share_round_and_scale_does_not_matter(seed, scale):
    random = np.random.default_rng(seed)
    gland = ellipse((40, 60), (20, 30), (26, 9), random.uniform(-0.5, 0.5))
    nodule = ellipse((40, 60), (20, random.uniform(8, 52)), (3, 3))
    share = along_gland(nodule, gland)
    assert along_gland(nodule[:, ::-1], gland[:, ::-1]) == pytest.approx(1 - share, abs=1e-9)
    assert along_gland(nodule[::-1], gland[::-1]) == pytest.approx(share, abs=1e-9)
    assert along_gland(nodule, gland, (scale, scale)) == pytest.approx(share, abs=1e-9)


def test_a_round_gland_and_one_pixel_lie_along_the_rows():
    pixel = np.zeros((5, 5), dtype=bool)
    pixel[2, 2] = True
    assert along_gland(pixel, pixel) == pytest.approx(0.5)
    square = np.ones((5, 5), dtype=bool)
    left = np.zeros_like(square)
    left[4, 0] = True
    assert along_gland(left, square) == pytest.approx(0.1)


@pytest.mark.parametrize(
    ("share", "third"),
    [
        (-0.2, "upper"),
        (0.0, "upper"),
        (0.333, "upper"),
        (0.5, "middle"),
        (2 / 3, "lower"),
        (1.4, "lower"),
    ],
)
def test_a_boundary_belongs_to_the_lower_third_and_beyond_the_ends_counts_as_the_end(share, third):
    assert third_at(share) == third


def test_a_gland_is_cut_off_at_the_sides_alone():
    mask = np.zeros((5, 5), dtype=bool)
    mask[0, 2] = mask[4, 2] = True
    assert not is_cut_off(mask)
    mask[2, 4] = True
    assert is_cut_off(mask)


def test_empty_masks_and_masks_of_two_pictures_are_refused():
    with pytest.raises(ValueError, match="a pixel at least"):
        along_gland(np.zeros((3, 3), dtype=bool), np.ones((3, 3), dtype=bool))
    with pytest.raises(ValueError, match="one shape"):
        along_gland(np.ones((3, 4), dtype=bool), np.ones((3, 3), dtype=bool))
