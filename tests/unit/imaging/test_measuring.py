"""Does each value come with a number, or with the reason why there is none?"""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pytest

from clnm_core.imaging.measuring import measured

NAMES = {
    "capsule_distance_mm",
    "max_diameter_mm",
    "height_mm",
    "width_mm",
    "taller_than_wide",
    "lobe",
    "third",
}


def box(rows, columns, shape=(60, 90)):
    mask = np.zeros(shape, dtype=bool)
    mask[slice(*rows), slice(*columns)] = True
    return mask


GLAND, NODULE = box((10, 50), (5, 85)), box((20, 30), (10, 25))
NOTHING = np.zeros_like(GLAND)


def whole(found):
    """The values that are there; those that are missing must be exactly those with a reason."""
    there = {
        f.name for f in fields(found) if f.name != "missing" and getattr(found, f.name) is not None
    }
    assert there | set(found.missing) == NAMES
    assert not there & set(found.missing)
    assert all(reason.endswith(".") for reason in found.missing.values())
    return there


def test_everything_that_a_transverse_view_tells():
    found = measured(NODULE, GLAND, (0.2, 0.1), view="transverse")
    assert whole(found) == NAMES - {"lobe", "third"}
    assert (found.height_mm, found.width_mm) == (2.0, 1.5)
    assert found.taller_than_wide is True
    assert found.capsule_distance_mm == pytest.approx(0.5, abs=0.05)


def test_everything_that_a_longitudinal_view_tells():
    found = measured(NODULE, GLAND, (0.1, 0.1), view="longitudinal")
    assert whole(found) == NAMES - {"lobe", "taller_than_wide"}
    assert found.third == "upper"


def test_equal_height_and_width_is_not_taller():
    square = box((20, 30), (20, 30))
    assert measured(square, GLAND, (0.1, 0.1), view="transverse").taller_than_wide is False
    assert measured(square, GLAND, (0.1001, 0.1), view="transverse").taller_than_wide is True


@pytest.mark.parametrize("spacing", [None, (np.nan, 0.1), (0.0, 0.1), (0.1, -0.1), (np.inf, 0.1)])
def test_without_a_spacing_nothing_is_measured_in_mm_but_the_third_is_read(spacing):
    found = measured(NODULE, GLAND, spacing, view="longitudinal")
    assert whole(found) == {"third"}
    assert "how far apart the pixels lie" in found.missing["max_diameter_mm"]
    across = measured(NODULE, GLAND, spacing, view="transverse")
    assert "cannot be compared" in across.missing["taller_than_wide"]


@pytest.mark.parametrize("nodule", [None, NOTHING])
def test_without_a_nodule_nothing_is_known(nodule):
    found = measured(nodule, GLAND, (0.1, 0.1), view="longitudinal")
    assert whole(found) == set()
    assert found.missing["third"] == "There is no outline of the nodule."


@pytest.mark.parametrize("gland", [None, NOTHING])
def test_without_a_gland_the_size_is_known(gland):
    found = measured(NODULE, gland, (0.1, 0.1), view="transverse")
    assert whole(found) == {"max_diameter_mm", "height_mm", "width_mm", "taller_than_wide"}
    assert found.missing["capsule_distance_mm"] == "There is no outline of the gland."


def test_a_nodule_beside_the_gland_has_a_size_but_no_place():
    found = measured(box((52, 58), (5, 15)), GLAND, (0.1, 0.1), view="longitudinal")
    assert whole(found) == {"max_diameter_mm", "height_mm", "width_mm"}
    assert "entirely outside the gland" in found.missing["capsule_distance_mm"]
    assert "entirely outside the gland" in found.missing["third"]


def test_a_gland_that_the_border_cuts_off_has_no_thirds_but_a_capsule():
    found = measured(NODULE, box((10, 50), (0, 85)), (0.1, 0.1), view="longitudinal")
    assert "cuts the gland off" in found.missing["third"]
    assert found.capsule_distance_mm == pytest.approx(1.0, abs=0.05)


def test_a_gland_that_fills_the_picture_shows_no_capsule():
    found = measured(NODULE, np.ones_like(GLAND), (0.1, 0.1))
    assert "no capsule can be seen" in found.missing["capsule_distance_mm"]


def test_where_the_view_is_not_known_nothing_is_read_off_it():
    found = measured(NODULE, GLAND, (0.1, 0.1))
    assert {"taller_than_wide", "third", "lobe"} <= set(found.missing)


def test_one_pixel_is_measured():
    pixel = box((20, 21), (20, 21))
    found = measured(pixel, GLAND, (0.1, 0.1), view="transverse")
    assert found.max_diameter_mm == pytest.approx(0.1, rel=0.01)
    assert found.taller_than_wide is False


def test_masks_of_two_pictures_are_refused():
    with pytest.raises(ValueError, match="one shape"):
        measured(NODULE, GLAND.T, (0.1, 0.1))
