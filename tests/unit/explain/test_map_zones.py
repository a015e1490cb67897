"""Zones of a picture: one for each pixel, as far from the capsule as they say."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.errors import ImageError
from clnm_core.explain import map_zones
from clnm_core.explain.map_zones import GLAND_ZONES, NODE_ZONES, map_shares, zones_of
from clnm_core.features.items import Item
from clnm_core.imaging.geometry import capsule_distance_mm

SPACING = (0.5, 0.5)
ROWS, COLUMNS = np.mgrid[:80, :120]


def disc(row: float, column: float, radius: float) -> np.ndarray:
    return (ROWS - row) ** 2 + (COLUMNS - column) ** 2 <= radius**2


def picture(lesion: np.ndarray, gland: np.ndarray | None, spacing=SPACING) -> Item:
    return Item(np.zeros((80, 120), np.float32), lesion, gland, spacing)


GLAND = disc(40, 60, 30)


def test_a_pixel_is_near_up_to_two_millimetres_from_the_capsule() -> None:
    zones = zones_of(picture(disc(40, 60, 5), GLAND), GLAND_ZONES)
    names = np.array(GLAND_ZONES)[zones.place[40]]
    radius = np.abs(COLUMNS[40] - 60)
    assert set(names[radius <= 5]) == {"lesion"}
    # Distances are exact to half a pixel: the places in between may be either.
    assert set(names[(radius >= 6) & (radius <= 25)]) == {"gland"}
    assert set(names[(radius >= 27) & (radius <= 30)]) == {"capsule_inside"}
    assert set(names[(radius >= 31) & (radius <= 33)]) == {"capsule_outside"}
    assert set(names[radius >= 36]) == {"outside"}


def test_what_lies_on_a_lesion_at_the_capsule_counts_there_and_on_the_lesion() -> None:
    lesion = disc(40, 84, 5)
    item = picture(lesion, GLAND)
    assert capsule_distance_mm(lesion, GLAND, SPACING) < 1
    found = map_shares(lesion.astype(np.float32), zones_of(item, GLAND_ZONES))
    assert found["share_on_lesion"] == 1
    assert found["share_capsule_inside"] > 0.2
    assert found["share_capsule_inside"] + found["share_lesion"] == pytest.approx(1)
    assert found["near"] == found["share_capsule_inside"] + found["share_capsule_outside"]


def test_a_map_spread_evenly_over_the_gland_has_the_even_share() -> None:
    zones = zones_of(picture(disc(40, 60, 5), GLAND), GLAND_ZONES)
    found = map_shares(zones.is_gland.astype(np.float32), zones)
    assert found["near"] == pytest.approx(found["near_even"])
    assert found["near_covered"] == pytest.approx(found["near_even"])
    # A ring from 13 to 17 mm of a disc of 17 mm, by geometry.
    assert found["near_even"] == pytest.approx(1 - 13**2 / 17**2, abs=0.03)


@given(
    seed=st.integers(0, 50),
    row=st.integers(5, 75),
    column=st.integers(5, 115),
    radius=st.integers(1, 20),
    names=st.sampled_from([GLAND_ZONES, NODE_ZONES]),
)
def test_shares_of_every_kind_add_up_to_one(
    seed: int, row: int, column: int, radius: int, names: tuple[str, ...]
) -> None:
    values = np.random.default_rng(seed).random((80, 120)).astype(np.float32)
    values[values < 0.7] = 0
    item = picture(disc(row, column, radius), GLAND)
    found = map_shares(values, zones_of(item, names))
    for kind in ("share", "area", "covered"):
        assert sum(found[f"{kind}_{name}"] for name in names) == pytest.approx(1)
    twice = map_shares(2 * values, zones_of(item, names))
    assert twice["share_outside"] == pytest.approx(found["share_outside"])


def test_a_border_that_cuts_the_gland_off_is_no_capsule() -> None:
    cut = ROWS < 50
    zones = zones_of(picture(disc(20, 60, 5), cut), GLAND_ZONES)
    assert GLAND_ZONES[zones.place[0, 3]] == "gland"
    assert GLAND_ZONES[zones.place[47, 3]] == "capsule_inside"


def test_a_hole_of_the_gland_is_no_capsule() -> None:
    lesion = disc(40, 60, 6)
    whole = zones_of(picture(lesion, GLAND), GLAND_ZONES)
    holed = zones_of(picture(lesion, GLAND & ~lesion), GLAND_ZONES)
    assert (whole.place == holed.place).all()


def test_a_node_has_a_margin_around_it() -> None:
    zones = zones_of(picture(disc(40, 60, 10), None), NODE_ZONES)
    found = map_shares(disc(40, 60, 14).astype(np.float32), zones)
    assert found["share_node"] == pytest.approx(10**2 / 14**2, abs=0.02)
    assert found["share_node"] + found["share_margin"] == pytest.approx(1)
    assert "near" not in found


def test_pixels_of_other_shapes_are_measured_in_millimetres() -> None:
    zones = zones_of(picture(disc(40, 60, 10), None, (0.25, 1.0)), NODE_ZONES)
    assert NODE_ZONES[zones.place[40 + 10 + 8, 60]] == "margin"
    assert NODE_ZONES[zones.place[40 + 10 + 9, 60]] == "outside"
    assert NODE_ZONES[zones.place[40, 60 + 10 + 2]] == "margin"
    assert NODE_ZONES[zones.place[40, 60 + 10 + 3]] == "outside"


def test_a_map_of_nothing_lies_nowhere() -> None:
    zones = zones_of(picture(disc(40, 60, 10), GLAND), GLAND_ZONES)
    found = map_shares(np.zeros((80, 120), np.float32), zones)
    assert np.isnan(found["near"])
    assert np.isnan(found["share_on_lesion"])
    assert 0 < found["near_even"] < 1


@pytest.mark.parametrize(
    ("item", "said"),
    [
        (picture(np.zeros((80, 120), bool), GLAND), map_zones.NO_LESION),
        (Item(np.zeros((8, 8), np.float32)), map_zones.NO_LESION),
        (picture(disc(40, 60, 5), GLAND, None), map_zones.NO_SPACING),
        (picture(disc(40, 60, 5), None), map_zones.NO_GLAND),
        (picture(disc(40, 60, 5), np.zeros((80, 120), bool)), map_zones.NO_GLAND),
        (picture(disc(40, 60, 5), np.ones((80, 120), bool)), map_zones.NO_CAPSULE),
    ],
    ids=["empty lesion", "no lesion", "no spacing", "no gland", "empty gland", "no capsule"],
)
def test_what_cannot_be_measured_is_said(item: Item, said: str) -> None:
    with pytest.raises(ImageError) as error:
        zones_of(item, GLAND_ZONES)
    assert str(error.value) == said


@pytest.mark.parametrize(
    "values",
    [np.ones((3, 3), np.float32), np.full((80, 120), np.nan, np.float32), -np.ones((80, 120))],
    ids=["shape", "nan", "negative"],
)
def test_what_is_no_map_is_refused(values: np.ndarray) -> None:
    zones = zones_of(picture(disc(40, 60, 10), GLAND), GLAND_ZONES)
    with pytest.raises(ValueError, match="a map must"):
        map_shares(values, zones)
