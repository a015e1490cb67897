"""Do the charts of what drives a model say what their frames say?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.stats.dependence import dependence
from clnm_core.stats.map_shares import share_curve
from clnm_core.ui.charts.dependence import MOST_POINTS, dependence_figure
from clnm_core.ui.charts.importance import importance_figure
from clnm_core.ui.charts.map_places import near_figure, zones_figure

SIZE = Column("size_mm", "Size", Kind.NUMBER, unit="mm")
LOBE = Column("lobe", "Lobe", Kind.CATEGORY, levels=(Level("left", "left lobe"),))
BOTH = pytest.mark.parametrize("dark", [False, True])


def owners(n: int) -> pd.DataFrame:
    return pd.DataFrame(
        {"case_id": [f"case-{i}" for i in range(n)], "y_true": np.arange(n) % 3 == 0}
    )


def of_size(n: int = 60, unknown: int = 4):
    values = pd.Series(np.r_[np.linspace(2, 30, n - unknown), np.full(unknown, np.nan)])
    return dependence(0.1 * values.fillna(40) - 1, values, SIZE, np.arange(n))


@BOTH
def test_every_variable_has_its_dot_and_interval(dark: bool) -> None:
    rows = pd.DataFrame(
        {
            **{"label": ["Size", "Age", "Sex"], "value": [0.6, 0.2, np.nan]},
            **{"low": [0.5, -0.1, np.nan], "high": [0.8, 0.3, np.nan], "n": 90},
        }
    )
    figure = importance_figure(rows, title="AUC lost", unit="of the AUC", dark=dark)
    dots = figure.data[-1]
    assert list(dots.x) == [0.6, 0.2]
    np.testing.assert_allclose(dots.error_x.array, [0.2, 0.1])
    np.testing.assert_allclose(dots.error_x.arrayminus, [0.1, 0.3])
    assert list(figure.layout.yaxis.ticktext) == ["Size", "Age"]
    low, high = figure.layout.xaxis.range
    assert low < -0.1
    assert high > 0.8
    assert "n 90" in dots.text[0]


def test_many_variables_get_more_room_and_none_get_an_axis() -> None:
    rows = pd.DataFrame({"label": list("abcdefghijklmnopqrstuv"), "value": 0.1})
    many = rows.assign(low=0.0, high=0.2, n=5)
    tall = importance_figure(many, title="", unit="")
    assert tall.layout.height > importance_figure(many.head(3), title="", unit="").layout.height


@BOTH
def test_effects_stand_at_their_values_and_the_unknown_beside_them(dark: bool) -> None:
    found = of_size()
    figure = dependence_figure(found, owners(60), scale="log-odds", outcome="metastasis", dark=dark)
    traces = {trace.name: trace for trace in figure.data}
    drawn = np.concatenate([traces["with metastasis"].x, traces["without"].x])
    assert len(drawn) == 60
    assert (drawn > 30).sum() == 4
    lines = [trace for trace in figure.data if trace.mode == "lines" and trace.name == "mean"]
    assert list(lines[0].y) == found.curve["effect"].tolist()
    assert any(note.text == "unknown<br>n 4" for note in figure.layout.annotations)
    assert figure.layout.xaxis.title.text == "Size (mm)"


def test_shares_of_forests_are_drawn_in_percentage_points() -> None:
    found = of_size()
    one, other = (
        dependence_figure(found, owners(60), scale=scale, outcome="x")
        for scale in ("log-odds", "probability")
    )
    np.testing.assert_allclose(100 * np.asarray(one.data[1].y), other.data[1].y)
    assert "percentage points" in other.layout.yaxis.title.text


def test_levels_have_their_mean_and_count() -> None:
    words = pd.Series(["left", "right", "left", None] * 10)
    found = dependence(np.arange(40.0), words, LOBE, np.arange(40))
    figure = dependence_figure(found, owners(40), scale="log-odds", outcome="x")
    means = next(trace for trace in figure.data if trace.name == "mean")
    assert list(means.y) == found.levels["effect"].tolist()
    assert list(figure.layout.xaxis.ticktext) == [
        "Left lobe<br>n 20", "Right<br>n 10", "Unknown<br>n 10"
    ]  # fmt: skip
    for trace in figure.data[1:3]:
        assert (np.abs(trace.x - np.round(trace.x)) <= 0.25).all()


def test_of_very_many_cases_some_are_drawn() -> None:
    found = of_size(4000, 0)
    figure = dependence_figure(found, owners(4000), scale="log-odds", outcome="x")
    assert sum(len(trace.x) for trace in figure.data[1:3]) == MOST_POINTS


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_handful_of_cases_and_nobody_are_drawn(n: int) -> None:
    found = dependence(np.zeros(n), pd.Series(np.arange(float(n))), SIZE, np.arange(n))
    assert dependence_figure(found, owners(n), scale="log-odds", outcome="x").data


@BOTH
def test_zones_stand_beside_their_area(dark: bool) -> None:
    zones = pd.DataFrame(
        {
            **{"label": ["on the node", "farther, away"], "value": [0.7, 0.3], "n": 9},
            **{"low": [0.6, 0.2], "high": [0.8, 0.4], "area": [0.1, 0.9]},
            "covered": [0.2, 0.8],
        }
    )
    figure = zones_figure(zones, dark=dark)
    area, covered, share = figure.data
    assert list(covered.x) == [0.2, 0.8]
    assert list(area.x) == [0.1, 0.9]
    assert list(share.x) == [0.7, 0.3]
    assert list(figure.layout.yaxis.ticktext) == ["On the node", "Farther,<br>away"]


@BOTH
def test_the_share_near_the_capsule_is_drawn_against_the_distance(dark: bool) -> None:
    rng = np.random.default_rng(0)
    distance = rng.gamma(2, 2.5, 80)
    points = owners(80).assign(distance_mm=distance, near=np.exp(-distance / 4))
    points.loc[0, "distance_mm"] = np.nan
    curve = share_curve(points["distance_mm"], points["near"], np.arange(80))
    covered = share_curve(points["distance_mm"], points["near"] / 2, np.arange(80))
    figure = near_figure(points, curve, covered, even=0.18, outcome="metastasis", dark=dark)
    traces = {trace.name: trace for trace in figure.data}
    assert set(traces["spread evenly over the gland"].y) == {0.18}
    assert len(traces["without"].x) + len(traces["with metastasis"].x) == 79
    assert list(traces["mean"].y) == curve["share"].tolist()
    assert list(traces["spread evenly over what the map covers"].y) == covered["share"].tolist()
    bare = near_figure(points.head(0), curve.head(0), curve.head(0), even=np.nan, outcome="x")
    assert not bare.layout.annotations
