"""Figures of the Features page: what is drawn is what was computed."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.stats.correlated import Correlated
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.correlation import correlation_figure
from clnm_core.ui.charts.feature_map import feature_map_figure
from clnm_core.ui.charts.feature_ranking import feature_ranking_figure
from clnm_core.ui.charts.repeatability import repeatability_figure


def ranking() -> pd.DataFrame:
    return pd.DataFrame(
        {
            "feature": ["strong", "lower", "unknown"],
            "auc": [0.8, 0.3, np.nan],
            "low": [0.7, 0.2, np.nan],
            "high": [0.9, 0.4, np.nan],
            "n": [100, 100, 0],
            "events": [40, 40, 0],
        }
    )


@pytest.mark.parametrize("dark", [False, True])
def test_the_best_feature_is_on_top_and_one_without_area_is_not_drawn(dark: bool) -> None:
    figure = feature_ranking_figure(ranking(), dark=dark)
    marks = figure.data[1]
    assert list(marks.x) == [0.8, 0.3]
    assert list(figure.layout.yaxis.ticktext) == ["strong", "lower"]
    assert figure.layout.yaxis.range[0] > figure.layout.yaxis.range[1]
    colours = theme.palette(dark)
    assert list(marks.marker.color) == [colours.present, colours.absent]
    assert list(marks.error_x.array) == pytest.approx([0.1, 0.1])


def test_no_feature_with_an_area_draws_an_empty_frame() -> None:
    figure = feature_ranking_figure(ranking().tail(1))
    assert len(figure.data[1].x) == 0


def test_correlations_run_from_minus_one_to_one_with_grey_in_the_middle() -> None:
    found = Correlated(("a", "b"), np.array([[1, -0.4], [-0.4, 1]]), pd.DataFrame(), ())
    heat = correlation_figure(found).data[0]
    assert (heat.zmin, heat.zmax) == (-1, 1)
    assert heat.colorscale[1] == (0.5, theme.LIGHT.grid)
    assert np.array(heat.z).tolist() == [[1, -0.4], [-0.4, 1]]


def points(values: list[object]) -> pd.DataFrame:
    return pd.DataFrame(
        {"case_id": [f"c{i}" for i in range(len(values))], "x": 1.0, "y": 2.0, "value": values}
    )


def test_words_colour_the_map_by_meaning_and_unknown_is_grey_and_last() -> None:
    figure = feature_map_figure(points(["no", None, "yes", "yes"]), title="LNM", axes=("1", "2"))
    assert [trace.name for trace in figure.data] == ["no, n 1", "yes, n 2", "unknown, n 1"]
    assert [trace.marker.color for trace in figure.data] == [
        theme.LIGHT.absent,
        theme.LIGHT.present,
        theme.LIGHT.unknown,
    ]


def test_every_mark_carries_the_number_of_its_picture() -> None:
    figure = feature_map_figure(points(["no", "yes", "no"]), title="LNM", axes=("1", "2"))
    carried = sorted(int(row[0]) for trace in figure.data for row in trace.customdata)
    assert carried == [0, 1, 2]


def test_a_number_colours_the_map_by_a_scale_and_missing_stays_grey() -> None:
    figure = feature_map_figure(points([1.0, np.nan, 3.0]), title="Age", axes=("1", "2"))
    unknown, known = figure.data
    assert unknown.marker.color == theme.LIGHT.unknown
    assert list(known.marker.color) == [1.0, 3.0]


def test_features_below_the_bar_are_grey() -> None:
    rows = pd.DataFrame({"icc": [-0.2, 0.1, 0.79, 0.81, 1.0, np.nan]})
    bars = repeatability_figure(rows, least=0.8).data[0]
    counted = dict(zip(np.round(bars.x, 3), bars.y, strict=True))
    assert sum(bars.y) == 5
    assert counted[0.025] == 1
    assert counted[0.975] == 1
    shades = dict(zip(np.round(bars.x, 3), bars.marker.color, strict=True))
    assert shades[0.775] == theme.LIGHT.unknown
    assert shades[0.825] == theme.LIGHT.models[0]
