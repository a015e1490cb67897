"""Is what is measured on a drawn shape what the shape was drawn with?"""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.errors import FeatureError
from clnm_core.features.items import Item
from clnm_core.features.margin import PATCH, margin_mosaic, margin_points, margin_sharpness
from clnm_core.features.morphology import (
    NAMES,
    NO_GLAND,
    NO_OUTLINE,
    NO_RING,
    NO_SPACING,
    MorphologyExtractor,
)
from clnm_core.features.texture_crop import texture_crop

SHAPE = (160, 200)


def ellipse(centre, half, shape=SHAPE):
    rows, columns = np.indices(shape)
    return ((rows - centre[0]) / half[0]) ** 2 + ((columns - centre[1]) / half[1]) ** 2 <= 1


def measured(item):
    found = MorphologyExtractor().extract([item])
    return dict(zip(NAMES, found.values[0], strict=True)), found.reasons[0]


def test_an_ellipse_has_the_geometry_it_was_drawn_with():
    lesion = ellipse((80, 100), (24, 40))
    gland = ellipse((80, 100), (64, 90))
    found, why = measured(Item(np.zeros(SHAPE, np.float32), lesion, gland, (0.1, 0.1)))
    assert why == ""
    assert found["area_mm2"] == pytest.approx(np.pi * 2.4 * 4.0, rel=0.01)
    assert found["perimeter_mm"] == pytest.approx(
        20.4, rel=0.01
    )  # by the complete elliptic integral
    assert found["circularity"] == pytest.approx(4 * np.pi * np.pi * 2.4 * 4 / 20.4**2, rel=0.02)
    assert found["solidity"] == pytest.approx(1, abs=0.01)
    assert found["elongation"] == pytest.approx(0.6, abs=0.01)
    assert found["width_to_height"] == pytest.approx(81 / 49)
    assert found["capsule_distance_mm"] == pytest.approx(4.0, abs=0.1)
    assert found["largest_diameter_mm"] == pytest.approx(8.0, abs=0.1)


def test_echogenicity_is_outside_minus_inside_in_a_ring_of_a_tenth_of_the_diameter():
    lesion = ellipse((80, 100), (30, 30))
    rows, columns = np.indices(SHAPE)
    radius = np.hypot(rows - 80, columns - 100)
    grey = np.where(lesion, 40.0, np.where(radius <= 37.5, 100.0, 255.0)).astype(np.float32)
    assert measured(Item(grey, lesion))[0]["echogenicity"] == pytest.approx(60)
    assert measured(Item(255 - grey, lesion))[0]["echogenicity"] == pytest.approx(-60)
    near = np.where(lesion, 40.0, np.where(radius <= 33, 100.0, 255.0)).astype(np.float32)
    assert measured(Item(near, lesion))[0]["echogenicity"] > 100


def test_echogenicity_is_that_of_every_pixel_near_enough_in_the_whole_picture():
    grey = np.random.default_rng(4).uniform(0, 255, SHAPE).astype(np.float32)
    lesion = ellipse((60, 70), (20, 35))
    rows, columns = np.nonzero(lesion)
    width = 0.1 * np.sqrt(4 * len(rows) / np.pi)
    near = [
        grey[place]
        for place in np.ndindex(SHAPE)
        if not lesion[place] and np.hypot(rows - place[0], columns - place[1]).min() <= width
    ]
    expected = np.mean(near) - grey[lesion].mean()
    assert measured(Item(grey, lesion))[0]["echogenicity"] == pytest.approx(expected, abs=1e-3)


def test_the_ring_follows_mm_where_pixels_are_not_square():
    """A disc in mm on pixels that are three times as high as wide has the same ring all around."""
    lesion = ellipse((80, 100), (10, 30))
    rows, columns = np.indices(SHAPE)
    radius = np.hypot((rows - 80) * 3, columns - 100)
    grey = np.where(lesion, 40.0, np.where(radius <= 38, 100.0, 255.0)).astype(np.float32)
    found, _ = measured(Item(grey, lesion, None, (0.3, 0.1)))
    assert found["echogenicity"] == pytest.approx(60)
    assert found["width_to_height"] == pytest.approx(1, abs=0.05)
    assert found["elongation"] == pytest.approx(1, abs=0.03)


def test_without_spacing_nothing_is_in_mm_and_the_rest_stays():
    lesion = ellipse((80, 100), (24, 40))
    grey = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    known, _ = measured(Item(grey, lesion, None, (1.0, 1.0)))
    unknown, why = measured(Item(grey, lesion))
    assert why == NO_SPACING
    for name in NAMES:
        if name.endswith(("_mm", "_mm2")):
            assert np.isnan(unknown[name]), name
        else:
            assert unknown[name] == known[name], name


def test_what_cannot_be_measured_is_missing_with_a_reason():
    grey = np.zeros(SHAPE, np.float32)
    lesion = ellipse((80, 100), (10, 10))
    for nothing in (None, np.zeros(SHAPE, dtype=bool)):
        found, why = measured(Item(grey, nothing, lesion, (0.1, 0.1)))
        assert why == NO_OUTLINE
        assert all(np.isnan(value) for value in found.values())
    found, why = measured(Item(grey, lesion, None, (0.1, 0.1)))
    assert (why, np.isnan(found["capsule_distance_mm"])) == (NO_GLAND, True)
    found, why = measured(Item(grey, lesion, ellipse((20, 20), (9, 9)), (0.1, 0.1)))
    assert "outside the gland" in why
    found, why = measured(Item(grey, np.ones(SHAPE, dtype=bool), None, (0.1, 0.1)))
    assert why.startswith(NO_RING)
    assert np.isnan(found["echogenicity"])


def test_every_missing_value_has_a_reason_whatever_the_outline():
    random = np.random.default_rng(0)
    for _ in range(60):
        shape = tuple(random.integers(1, 14, 2))
        lesion = random.uniform(size=shape) < random.choice([0.05, 0.3, 0.9, 1.1])
        item = Item(random.uniform(0, 255, shape).astype(np.float32), lesion, None, (0.2, 0.1))
        found, why = measured(item)
        missing = {name for name, value in found.items() if not np.isfinite(value)}
        assert (
            missing <= {"echogenicity", "capsule_distance_mm"}
            or why == NO_OUTLINE
            or (
                missing <= {"echogenicity", "capsule_distance_mm", "margin_sharpness_per_mm"}
                and NO_RING in why
            )
        )


@settings(max_examples=25)
@given(st.integers(0, 10_000))
def test_where_the_lesion_lies_and_which_way_round_does_not_matter(seed):
    random = np.random.default_rng(seed)
    lesion = ellipse((20, 22), random.uniform(3, 9, 2), (44, 48))
    grey = random.uniform(0, 255, lesion.shape).astype(np.float32)
    spacing = (0.1, 0.1)
    here, _ = measured(Item(grey, lesion, None, spacing))
    flipped, _ = measured(Item(grey[::-1], lesion[::-1], None, spacing))
    turned, _ = measured(Item(np.rot90(grey).copy(), np.rot90(lesion).copy(), None, spacing))
    framed, _ = measured(Item(np.pad(grey, 11, mode="edge"), np.pad(lesion, 11), None, spacing))
    for name in set(NAMES) - {"capsule_distance_mm"}:
        # Points on the margin begin elsewhere after a turn, so sharpness is near, not equal.
        tolerance = 0.1 if name == "margin_sharpness_per_mm" else 1e-5
        assert framed[name] == pytest.approx(here[name], rel=1e-6), name
        assert flipped[name] == pytest.approx(here[name], rel=tolerance), name
        if name not in ("width_to_height", "height_mm", "width_mm"):
            assert turned[name] == pytest.approx(here[name], rel=tolerance), name
    assert turned["width_to_height"] == pytest.approx(1 / here["width_to_height"])


def test_a_blurred_margin_is_less_sharp():
    from scipy.ndimage import gaussian_filter

    lesion = ellipse((80, 100), (30, 40))
    grey = np.where(lesion, 60, 160).astype(np.float32)
    sharp = margin_sharpness(grey, lesion, (0.1, 0.1))
    blurred = margin_sharpness(gaussian_filter(grey, 3), lesion, (0.1, 0.1))
    # A step of 100 through a Gaussian of one pixel rises by 100 / sqrt(2 pi) per pixel at its edge.
    assert sharp == pytest.approx(100 / np.sqrt(2 * np.pi) / 0.1, rel=0.15)
    assert blurred == pytest.approx(100 / np.sqrt(2 * np.pi * 10) / 0.1, rel=0.1)
    assert margin_sharpness(255 - grey, lesion, (0.1, 0.1)) == pytest.approx(sharp)


def test_points_on_the_margin_are_equally_far_apart_and_on_it():
    points = margin_points(ellipse((80, 100), (40, 40)))
    radius = np.hypot(*(points - (80, 100)).T)
    assert radius == pytest.approx(40, abs=0.8)
    steps = np.hypot(*np.diff(np.concatenate([points, points[:1]]), axis=0).T)
    assert steps.max() < 1.5 * steps.mean()
    assert points[0, 0] == points[:, 0].min()
    assert points[49, 1] > 135  # clockwise: a quarter of the way on, the right side


def test_a_short_margin_is_divided_between_its_corners():
    one = np.zeros((20, 20), dtype=bool)
    one[10, 10] = True
    points = margin_points(one)
    assert points.shape == (196, 2)
    assert len(np.unique(points, axis=0)) == 196
    assert np.abs(points - 10).max() == 0.5


def test_the_mosaic_shows_the_picture_around_each_point():
    lesion = ellipse((80, 100), (40, 50))
    grey = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    mosaic = margin_mosaic(Item(grey, lesion))
    assert (mosaic.shape, mosaic.dtype) == ((224, 224), np.float32)
    points = np.floor(margin_points(lesion) + 0.5).astype(int)
    for place in (0, 13, 14, 100, 195):
        row, column = divmod(place, 14)
        patch = mosaic[row * PATCH : (row + 1) * PATCH, column * PATCH : (column + 1) * PATCH]
        y, x = points[place]
        assert patch == pytest.approx(grey[y - 8 : y + 8, x - 8 : x + 8] / 255)


def test_beyond_the_border_the_mosaic_repeats_the_outermost_pixels():
    rows = np.repeat(np.arange(30, dtype=np.float32)[:, None], 30, axis=1)
    mosaic = margin_mosaic(Item(rows, np.ones((30, 30), dtype=bool)))
    assert mosaic[:PATCH, :PATCH][:9].max() == 0
    assert mosaic.max() == pytest.approx(29 / 255)
    bright = margin_mosaic(Item(np.full((30, 30), 200, np.float32), np.ones((30, 30), dtype=bool)))
    assert bright == pytest.approx(200 / 255)


def test_the_texture_crop_is_the_lesion_stretched_and_nothing_else():
    lesion = ellipse((80, 100), (20, 40))
    grey = np.where(lesion, np.linspace(50, 90, SHAPE[1]), 255).astype(np.float32)
    crop = texture_crop(Item(grey, lesion))
    assert (crop.shape, crop.dtype) == ((224, 224), np.float32)
    assert (crop.min(), crop.max()) == (0, 1)
    assert crop[:50].max() == 0  # the ellipse is twice as wide as high
    assert np.corrcoef(crop[112], np.arange(224))[0, 1] > 0.98
    assert (crop > 0).mean() == pytest.approx(np.pi / 8, abs=0.03)
    brighter = texture_crop(Item(grey / 2, lesion))
    assert brighter == pytest.approx(crop, abs=1e-4)


def test_one_bright_pixel_does_not_darken_the_texture():
    lesion = ellipse((80, 100), (30, 30))
    grey = np.random.default_rng(0).uniform(50, 60, SHAPE).astype(np.float32)
    plain = texture_crop(Item(grey, lesion))
    grey[80, 100] = 255
    assert np.median(np.abs(texture_crop(Item(grey, lesion)) - plain)) < 0.01


def test_the_texture_crop_has_the_aspect_in_mm():
    lesion = ellipse((80, 100), (10, 40))
    grey = np.random.default_rng(0).uniform(0, 255, SHAPE).astype(np.float32)
    true = texture_crop(Item(grey, lesion, None, (0.4, 0.1)))
    assert (true > 0).mean() == pytest.approx(np.pi / 4, abs=0.1)
    assert (texture_crop(Item(grey, lesion)) > 0).mean() == pytest.approx(np.pi / 16, abs=0.03)


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (3, 4)])
def test_crops_of_tiny_pictures_are_finite(shape):
    item = Item(
        np.random.default_rng(0).uniform(0, 255, shape).astype(np.float32), np.ones(shape, bool)
    )
    for made in (texture_crop(item), margin_mosaic(item)):
        assert made.shape == (224, 224)
        assert np.isfinite(made).all()
        assert 0 <= made.min() <= made.max() <= 1


def test_pictures_without_an_outline_or_without_contrast():
    black = np.zeros((20, 20), np.float32)
    with pytest.raises(FeatureError, match="no outline of the lesion"):
        texture_crop(Item(black))
    with pytest.raises(FeatureError, match="no outline of the lesion"):
        margin_mosaic(Item(black, np.zeros((20, 20), dtype=bool)))
    assert texture_crop(Item(black, np.ones((20, 20), dtype=bool))).max() == 0


def test_settings_and_names_are_plain():
    extractor = MorphologyExtractor()
    assert json.loads(json.dumps(dict(extractor.settings)))["ring_share_of_diameter"] == 0.1
    assert extractor.names[0] == "morphology_echogenicity"
    assert extractor.extract([]).values.shape == (0, len(NAMES))


def test_real_lesions_are_dark_and_malignant_ones_less_round_than_benign_ones(shared_data):
    from PIL import Image

    folder = shared_data / "busi_breast_us_dev"
    outlines = sorted(folder.glob("*_mask.png"))
    items = [
        Item(
            np.asarray(
                Image.open(folder / path.name.replace("_mask", "")).convert("L"), np.float32
            ),
            np.asarray(Image.open(path).convert("L")) > 127,
        )
        for path in outlines
    ]
    found = MorphologyExtractor().extract(items)
    kind = np.array([path.name.split(" ")[0] for path in outlines])
    values = dict(zip(NAMES, found.values.T, strict=True))
    assert np.isnan(found.values[kind == "normal"]).all()
    assert [why == NO_OUTLINE for why in found.reasons] == (kind == "normal").tolist()
    assert values["echogenicity"][kind != "normal"].min() > 20
    for name in ("circularity", "solidity"):
        assert values[name][kind == "malignant"].max() < values[name][kind == "benign"].min()
    assert np.isnan(values["area_mm2"]).all()
