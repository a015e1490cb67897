"""Do measurements on masks agree with the shapes that they were drawn from?"""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.errors import ImageError
from clnm_core.imaging.geometry import capsule_distance_mm, extent_mm, largest_diameter_mm

HALF_A_PIXEL = 0.5


def ellipse(shape, centre, half_axes, turned=0.0):
    """True where a pixel centre lies inside; half_axes along, across the turned axis."""
    rows, columns = np.indices(shape)
    y, x = rows - centre[0], columns - centre[1]
    along = x * np.cos(turned) + y * np.sin(turned)
    across = -x * np.sin(turned) + y * np.cos(turned)
    return (along / half_axes[0]) ** 2 + (across / half_axes[1]) ** 2 <= 1


def test_capsule_distance_of_discs_errs_by_half_a_pixel_for_each_edge():
    """A mask cannot tell where between two pixels a long flat edge runs: half a pixel, twice."""
    errors = []
    for seed in range(60):
        random = np.random.default_rng(seed)
        centre = 80 + random.random(2)
        radius, gland_radius = random.uniform(4, 20), random.uniform(60, 75)
        offset, angle = random.uniform(5, 30), random.uniform(0, 2 * np.pi)
        place = centre + offset * np.array([np.sin(angle), np.cos(angle)])
        gland = ellipse((160, 160), centre, (gland_radius, gland_radius))
        nodule = ellipse((160, 160), place, (radius, radius))
        truth = gland_radius - offset - radius
        errors.append(capsule_distance_mm(nodule, gland, (1, 1)) - truth)
    assert np.abs(errors).max() < 2 * HALF_A_PIXEL
    assert np.quantile(np.abs(errors), 0.9) < HALF_A_PIXEL
    assert abs(np.mean(errors)) < 0.25


def test_capsule_distance_follows_anisotropic_spacing():
    gland = ellipse((200, 200), (100, 100), (80, 80))
    nodule = ellipse((200, 200), (60, 110), (25, 15))
    spacing = np.array([0.2, 0.05])
    angle = np.linspace(0, 2 * np.pi, 2000)
    capsule = (100 + 80 * np.column_stack([np.sin(angle), np.cos(angle)])) * spacing
    edge = np.column_stack([60 + 15 * np.sin(angle), 110 + 25 * np.cos(angle)]) * spacing
    truth = min(np.hypot(*(capsule - point).T).min() for point in edge)
    assert truth < 2
    found = capsule_distance_mm(nodule, gland, (0.2, 0.05))
    assert found == pytest.approx(truth, abs=HALF_A_PIXEL * 0.2)


def test_capsule_distance_is_the_same_after_a_quarter_turn():
    gland = ellipse((120, 140), (60, 70), (60, 45), 0.3)
    nodule = ellipse((120, 140), (50, 60), (12, 7), 1.1)
    turned = capsule_distance_mm(np.rot90(nodule), np.rot90(gland), (0.2, 0.1))
    assert turned == pytest.approx(capsule_distance_mm(nodule, gland, (0.1, 0.2)), abs=1e-9)


def test_a_nodule_that_touches_or_crosses_the_capsule_has_distance_zero():
    gland = ellipse((100, 100), (50, 50), (40, 40))
    touching = np.zeros_like(gland)
    touching[40:60, 75 : np.flatnonzero(gland[50]).max() + 1] = True
    crossing = ellipse((100, 100), (50, 88), (8, 8))
    assert capsule_distance_mm(touching & gland, gland, (0.1, 0.1)) == 0.0
    assert capsule_distance_mm(crossing, gland, (0.1, 0.1)) == 0.0


def test_one_pixel_between_nodule_and_capsule_is_about_one_pixel():
    gland = np.zeros((40, 40), dtype=bool)
    gland[5:35, 5:35] = True
    nodule = np.zeros_like(gland)
    nodule[15:25, 6:20] = True
    assert capsule_distance_mm(nodule, gland, (1, 1)) == pytest.approx(1, abs=0.3)


def test_a_nodule_left_out_of_the_gland_mask_is_filled_first():
    gland = ellipse((100, 100), (50, 50), (40, 40))
    nodule = ellipse((100, 100), (50, 45), (10, 10))
    whole = capsule_distance_mm(nodule, gland, (0.1, 0.1))
    with pytest.raises(ImageError, match="outside the gland"):
        capsule_distance_mm(~gland & ellipse(gland.shape, (5, 5), (4, 4)), gland, (0.1, 0.1))
    core = ellipse((100, 100), (50, 45), (8, 8))
    assert capsule_distance_mm(nodule, gland & ~core, (0.1, 0.1)) == pytest.approx(whole)


def test_the_border_of_the_picture_is_not_capsule():
    gland = np.zeros((60, 100), dtype=bool)
    gland[:50] = True  # cut off above, left and right
    nodule = np.zeros_like(gland)
    nodule[0:10, 2:12] = True
    assert capsule_distance_mm(nodule, gland, (1, 1)) == pytest.approx(40, abs=HALF_A_PIXEL)


def test_a_gland_without_a_visible_capsule_is_refused():
    gland = np.ones((30, 30), dtype=bool)
    nodule = np.zeros_like(gland)
    nodule[10:15, 10:15] = True
    with pytest.raises(ImageError, match="no capsule can be seen"):
        capsule_distance_mm(nodule, gland, (1, 1))


@pytest.mark.parametrize("empty", ["nodule", "gland"])
def test_an_empty_mask_is_named(empty):
    masks = {"nodule": np.eye(5, dtype=bool), "gland": np.ones((5, 5), dtype=bool)}
    masks[empty] = np.zeros((5, 5), dtype=bool)
    with pytest.raises(ImageError, match=f"mask of the {empty} is empty"):
        capsule_distance_mm(masks["nodule"], masks["gland"], (1, 1))


@pytest.mark.parametrize("seed", range(10))
def test_largest_diameter_of_an_ellipse_is_within_half_a_pixel_at_either_end(seed):
    random = np.random.default_rng(seed)
    long = random.uniform(8, 40)
    mask = ellipse(
        (110, 110),
        55 + random.random(2),
        (long, long * random.uniform(0.5, 1)),
        random.uniform(0, np.pi),
    )
    spacing = 0.1
    found = largest_diameter_mm(mask, (spacing, spacing))
    assert found == pytest.approx(2 * long * spacing, abs=2 * HALF_A_PIXEL * spacing)


def test_largest_diameter_errs_by_less_than_half_a_pixel_on_average():
    random = np.random.default_rng(1)
    errors = []
    for _ in range(40):
        radius = random.uniform(5, 30)
        mask = ellipse((80, 80), 40 + random.random(2), (radius, radius))
        errors.append(largest_diameter_mm(mask, (1, 1)) - 2 * radius)
    assert abs(np.mean(errors)) < HALF_A_PIXEL


def test_largest_diameter_of_one_pixel_is_its_side():
    mask = np.zeros((5, 5), dtype=bool)
    mask[2, 2] = True
    assert largest_diameter_mm(mask, (0.2, 0.2)) == pytest.approx(0.2, rel=0.25)


def test_largest_diameter_follows_anisotropic_spacing():
    mask = ellipse((120, 120), (60, 60), (30, 30))
    assert largest_diameter_mm(mask, (0.3, 0.1)) == pytest.approx(60 * 0.3, abs=0.3)


def test_extent_runs_from_pixel_edge_to_pixel_edge():
    mask = np.zeros((20, 20), dtype=bool)
    mask[3:8, 10] = True
    extent = extent_mm(mask, (0.5, 0.25))
    assert (extent.height_mm, extent.width_mm) == (2.5, 0.25)


@pytest.mark.parametrize("measure", [largest_diameter_mm, extent_mm])
def test_nothing_is_measured_on_an_empty_mask(measure):
    with pytest.raises(ImageError, match="empty, so nothing can be measured"):
        measure(np.zeros((4, 4), dtype=bool), (1, 1))


@pytest.mark.parametrize("spacing", [(0, 1), (1, float("nan")), (1,), (1, -2)])
def test_a_spacing_that_is_none_is_refused(spacing):
    with pytest.raises(ValueError, match="spacing_mm must be two numbers greater than 0"):
        extent_mm(np.ones((2, 2), dtype=bool), spacing)


def test_masks_of_different_shapes_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        capsule_distance_mm(np.ones((2, 2), dtype=bool), np.ones((3, 3), dtype=bool), (1, 1))
