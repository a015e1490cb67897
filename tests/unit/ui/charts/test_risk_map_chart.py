"""Does the map show the difference where it is, and only where there are enough?"""

import numpy as np
import pandas as pd
import pytest

from clnm_core.imaging.template import SIDE, inside, template_axis
from clnm_core.ui.charts.risk_map import risk_map_figure


@pytest.fixture
def pixels():
    """The upper third more often, one pixel of the lower third less often, the rim too few."""
    axis = template_axis()
    y, x = (places[inside()] for places in np.meshgrid(axis, axis, indexing="ij"))
    is_too_few = np.hypot(x, y) > 0.95
    difference = np.where(x < -1 / 3, 0.4, 0.0)
    difference[np.argmin(np.hypot(x - 0.5, y))] = -0.2
    return pd.DataFrame(
        {
            "patients": np.where(is_too_few, 3, 40),
            "difference": difference,
            "band": np.where(is_too_few, np.nan, 0.1),
            "is_too_few": is_too_few,
            "is_beyond": ~is_too_few & (difference != 0),
            "x": x,
            "y": y,
        }
    )


def drawn(pixels, **more):
    figure = risk_map_figure(pixels, view="longitudinal", aspect=0.5, scale="excess", **more)
    return figure.to_dict()


def test_a_place_that_too_few_reach_is_blank(pixels):
    heat = drawn(pixels)["data"][0]
    shown = np.array([[value is not None for value in row] for row in heat["z"]])
    assert shown.shape == (SIDE, SIDE)
    assert shown.sum() == (~pixels["is_too_few"]).sum()
    assert heat["z"][SIDE // 2][8] == 0.4


def test_grey_is_no_difference_and_both_sides_have_one_scale(pixels):
    heat = drawn(pixels)["data"][0]
    assert (heat["zmin"], heat["zmax"]) == (-0.4, 0.4)
    assert heat["colorscale"][1][0] == 0.5


def test_a_solid_line_is_around_more_and_a_dashed_one_around_less(pixels):
    lines = {one["name"]: one for one in drawn(pixels)["data"] if one["type"] == "contour"}
    assert lines["more often"]["line"]["dash"] == "solid"
    assert lines["less often"]["line"]["dash"] == "dash"
    assert np.sum(lines["less often"]["z"]) == 1
    none = drawn(pixels.assign(is_beyond=False))["data"]
    assert [one["type"] for one in none] == ["heatmap", "scatter"]


def test_the_gland_has_its_own_height_and_width(pixels):
    figure = drawn(pixels)
    capsule = next(one for one in figure["data"] if one["type"] == "scatter")
    assert max(capsule["x"]) / max(capsule["y"]) == pytest.approx(2.0)
    assert figure["layout"]["yaxis"]["scaleanchor"] == "x"
    assert figure["layout"]["yaxis"]["range"][0] > figure["layout"]["yaxis"]["range"][1]


def test_the_sides_are_named_on_both_views(pixels):
    words = [note["text"] for note in drawn(pixels, dark=True)["layout"]["annotations"]]
    assert words == ["head", "chest", "skin", "spine"]
    other = risk_map_figure(pixels, view="transverse", aspect=0.8, scale="excess").to_dict()
    assert [note["text"] for note in other["layout"]["annotations"]][1] == "towards the midline"


def test_a_map_of_nothing_is_drawn_without_a_difference(pixels):
    heat = drawn(pixels.assign(is_too_few=True, is_beyond=False))["data"][0]
    assert all(value is None for row in heat["z"] for value in row)
