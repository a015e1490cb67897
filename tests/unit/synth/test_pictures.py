"""A ruler on the picture gives the numbers of the table."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from clnm_core.domain.image import Modality
from clnm_core.imaging.geometry import capsule_distance_mm, extent_mm, largest_diameter_mm
from clnm_core.synth import anatomy, picture
from clnm_core.synth.anatomy import Curve, coverage, placed, wavy_ellipse
from clnm_core.synth.demo import demo_cohorts
from clnm_core.synth.drawing import pictures_of
from clnm_core.synth.nodes import LEVEL_HU, WIDTH_HU, windowed
from clnm_core.synth.thyroid import thyroid_views

COHORTS = {cohort.name: cohort for cohort in demo_cohorts("small", seed=0)}
PTC, NODES, SALIVARY = (COHORTS[f"demo-{name}"] for name in ("ptc-us", "ct-nodes", "msgc"))


def drawn(cohort, rows):
    return [
        (cohort.hidden.iloc[row], view) for row in rows for view in pictures_of(cohort, row, seed=0)
    ]


@pytest.fixture(scope="module")
def thyroids():
    hidden = PTC.hidden
    rows = np.concatenate(
        [
            np.arange(0, 1200, 48),
            np.flatnonzero(hidden["capsule_distance_mm"] == 0)[:5],
            np.flatnonzero(hidden["capsule_distance_mm"] > 9)[:5],
            np.flatnonzero(hidden["capsule_distance_mm"].between(0.1, 0.4))[:5],
            np.flatnonzero(hidden["max_diameter_mm"] > 30)[:3],
            np.flatnonzero(hidden["lobe"] == "isthmus")[:4],
        ]
    )
    return drawn(PTC, rows.tolist())


def test_the_masks_lie_as_far_from_the_capsule_as_the_table_says(thyroids):
    for case, view in thyroids:
        measured = capsule_distance_mm(
            view.masks["nodule"], view.masks["gland"], (view.spacing_mm, view.spacing_mm)
        )
        assert measured == pytest.approx(case["capsule_distance_mm"], abs=view.spacing_mm), case


def test_a_nodule_that_touches_the_capsule_measures_exactly_zero(thyroids):
    touching = [view for case, view in thyroids if case["capsule_distance_mm"] == 0]
    assert len(touching) >= 10
    for view in touching:
        spacing = (view.spacing_mm, view.spacing_mm)
        distance = capsule_distance_mm(view.masks["nodule"], view.masks["gland"], spacing)
        assert distance <= view.spacing_mm


def test_the_largest_diameter_is_that_of_the_table_on_both_views(thyroids):
    for case, view in thyroids:
        spacing = (view.spacing_mm, view.spacing_mm)
        measured = largest_diameter_mm(view.masks["nodule"], spacing)
        assert measured == pytest.approx(case["max_diameter_mm"], abs=1.5 * view.spacing_mm)


def test_taller_than_wide_shows_on_the_transverse_view(thyroids):
    for case, view in thyroids:
        if view.view == "transverse":
            extent = extent_mm(view.masks["nodule"], (view.spacing_mm, view.spacing_mm))
            assert (extent.height_mm > extent.width_mm) == case["taller_than_wide"]


def test_the_third_shows_on_the_longitudinal_view_with_the_head_to_the_left(thyroids):
    for case, view in thyroids:
        if view.view == "longitudinal" and case["lobe"] != "isthmus":
            columns = np.flatnonzero(view.masks["gland"].any(axis=0))
            middle = np.nonzero(view.masks["nodule"])[1].mean()
            share = (middle - columns[0]) / (columns[-1] - columns[0])
            seen = "upper" if share < 1 / 3 else "lower" if share > 2 / 3 else "middle"
            assert seen == case["third"]


def test_the_gland_lies_whole_within_the_picture(thyroids):
    for _, view in thyroids:
        gland = view.masks["gland"]
        assert gland.any()
        assert not gland[[0, -1]].any()
        assert not gland[:, [0, -1]].any()


def test_the_gland_is_brighter_than_the_muscle_over_it(thyroids):
    for case, view in thyroids:
        if not case["hashimoto"]:
            gland, nodule = view.masks["gland"], view.masks["nodule"]
            top = int(np.flatnonzero(gland.any(axis=1))[0])
            row_mm = round(1.5 / view.spacing_mm)
            muscle = view.pixels[top - row_mm : top - 3]
            assert view.pixels[gland & ~nodule].mean() > muscle.mean() + 10


def test_a_hypoechoic_nodule_is_darker_than_the_gland(thyroids):
    compared = 0
    for case, view in thyroids:
        is_plain = case["calcification"] == "none" and not case["hashimoto"]
        if is_plain and case["echogenicity"].endswith("hypoechoic"):
            gland, nodule = view.masks["gland"], view.masks["nodule"]
            assert view.pixels[nodule].mean() < view.pixels[gland & ~nodule].mean() - 15
            compared += 1
    assert compared > 10


def test_a_left_lobe_has_the_trachea_on_the_left_of_the_picture():
    findings = PTC.hidden.iloc[0].to_dict() | {"lobe": "right", "capsule_distance_mm": 2.0}
    right = thyroid_views(findings, seed=(3,))[0]
    left = thyroid_views(findings | {"lobe": "left"}, seed=(3,))[0]
    assert np.array_equal(left.pixels, right.pixels[:, ::-1])
    assert np.array_equal(left.masks["nodule"], right.masks["nodule"][:, ::-1])
    below = right.pixels[-40:]
    assert below[:, -25:].mean() < below[:, 60:-60].mean()


def test_a_rougher_texture_shows_in_the_nodule():
    findings = PTC.hidden.iloc[0].to_dict() | {
        "calcification": "none",
        "composition": "solid",
        "max_diameter_mm": 20.0,
        "echogenicity": "hypoechoic",
    }
    smooth, rough = (
        thyroid_views(findings | {"texture": texture}, seed=(5,))[0] for texture in (-3.0, 3.0)
    )
    spread = [view.pixels[view.masks["nodule"]].std() for view in (smooth, rough)]
    assert spread[1] > 1.2 * spread[0]


def test_the_same_seed_draws_the_same_pixels():
    one, two = (pictures_of(PTC, 7, seed=4) for _ in range(2))
    other = pictures_of(PTC, 7, seed=5)
    assert all(np.array_equal(a.pixels, b.pixels) for a, b in zip(one, two, strict=True))
    assert not np.array_equal(one[0].pixels, other[0].pixels)


def test_centres_have_machines_of_their_own():
    findings = PTC.hidden.iloc[0].to_dict()
    spacing = {
        centre: thyroid_views(findings | {"centre": centre}, seed=(1,))[0].spacing_mm
        for centre in "ABCDEFG"
    }
    assert len(set(spacing.values())) == 7
    assert all(0.08 < value < 0.3 for value in spacing.values())


def test_a_node_has_the_axes_of_the_table():
    for case, view in drawn(NODES, range(0, 995, 40)):
        assert view.modality is Modality.CT
        spacing = (view.spacing_mm, view.spacing_mm)
        long = largest_diameter_mm(view.masks["node"], spacing)
        assert long == pytest.approx(case["node_long_axis_mm"], abs=2 * view.spacing_mm)
        area = view.masks["node"].sum() * view.spacing_mm**2
        ellipse = np.pi / 4 * case["node_long_axis_mm"] * case["node_short_axis_mm"]
        assert area == pytest.approx(ellipse, rel=0.1)


def test_a_plain_node_has_the_density_of_the_table():
    signs = ["node_calcification", "node_fatty_hilum", "node_necrosis"]
    is_plain = ~NODES.hidden[signs].any(axis=1) & (NODES.hidden["node_short_axis_mm"] > 7)
    for case, view in drawn(NODES, np.flatnonzero(is_plain)[:8].tolist()):
        inner = view.masks["node"].copy()
        for axis in (0, 1):
            inner &= np.roll(view.masks["node"], 3, axis) & np.roll(view.masks["node"], -3, axis)
        density = view.pixels[inner].mean() / 255 * WIDTH_HU + LEVEL_HU - WIDTH_HU / 2
        assert density == pytest.approx(case["node_density_hu"], abs=12)


def test_the_window_runs_from_black_to_white():
    density = np.array([-500.0, LEVEL_HU - WIDTH_HU / 2, LEVEL_HU, 2000.0], dtype=np.float32)
    assert windowed(density).tolist() == [0, 0, 128, 255]


def test_a_salivary_tumour_has_the_diameter_of_the_table():
    for case, view in drawn(SALIVARY, range(0, 214, 15)):
        spacing = (view.spacing_mm, view.spacing_mm)
        measured = largest_diameter_mm(view.masks["nodule"], spacing)
        assert measured == pytest.approx(case["max_diameter_mm"], abs=1.5 * view.spacing_mm)
        assert (view.masks["nodule"] & ~view.masks["gland"]).sum() == 0


def test_coverage_of_a_disc_adds_up_to_its_area():
    disc = Curve(0.0, 0.0, np.full(1440, 4.0))
    covered = coverage(disc, shape=(120, 110), spacing_mm=0.1, origin=(-5.0, -6.0))
    assert covered.sum() * 0.01 == pytest.approx(np.pi * 16, rel=0.005)
    assert covered[60, 50] == 1
    assert covered[0, 0] == 0


def test_a_curve_beyond_the_picture_covers_nothing():
    away = Curve(100.0, 100.0, np.full(1440, 4.0))
    assert coverage(away, shape=(20, 20), spacing_mm=0.1, origin=(0.0, 0.0)).sum() == 0


def test_a_gland_too_small_for_its_nodule_grows():
    rng = np.random.default_rng(0)
    gland = wavy_ellipse(6, 6, waves={}, rng=rng)
    nodule = wavy_ellipse(4, 4, waves={}, rng=rng)
    down = np.array([[0.0, -1.8], [0.0, 0.0]])
    settled = placed(gland, nodule, 5.0, along=down)
    assert settled.gland.radii.min() > 8.9
    gap = settled.gland.radii.min() - np.hypot(settled.nodule.x, settled.nodule.y) - 4
    assert gap == pytest.approx(5.0, abs=0.05)


def test_a_distance_that_no_gland_can_hold_is_an_error():
    rng = np.random.default_rng(0)
    gland, nodule = (wavy_ellipse(5, 5, waves={}, rng=rng) for _ in range(2))
    with pytest.raises(ValueError, match="cannot grow enough"):
        placed(gland, nodule, 500.0, along=np.array([[0.0, -1.8], [0.0, 0.0]]))


def test_a_curve_too_large_for_every_setting_is_an_error():
    huge = Curve(0.0, 0.0, np.full(1440, 300.0))
    with pytest.raises(ValueError, match="must fit into the picture"):
        picture.framed(huge, shape=(240, 240), centre="A", below_mm=5)


def test_a_curve_is_stretched_to_its_longest_line():
    curve = replace(wavy_ellipse(3, 2, waves={5: 0.05}, rng=np.random.default_rng(2)), x=1.0)
    points = anatomy.stretched_to(curve, 17.0).points()
    gaps = np.hypot(*(points[:, None] - points[None, ::10]).transpose(2, 0, 1))
    assert gaps.max() == pytest.approx(17.0, abs=0.05)


@pytest.mark.parametrize("third", ["upper", "middle", "lower"])
@pytest.mark.parametrize("is_tall", [True, False])
def test_the_largest_nodule_near_a_pole_still_fits_the_picture(third, is_tall):
    findings = PTC.hidden.iloc[0].to_dict() | {
        "lobe": "right",
        "third": third,
        "taller_than_wide": is_tall,
        "max_diameter_mm": 42.0,
        "capsule_distance_mm": 0.3,
    }
    for number in range(4):
        for view in thyroid_views(findings, seed=(11, number)):
            assert view.spacing_mm <= 0.45
