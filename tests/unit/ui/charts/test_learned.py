"""Do the charts of observed and predicted say what their frames say?"""

from __future__ import annotations

from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.learned_location import learned_cells, learned_distance
from clnm_core.ui.charts.gland import gland_svg
from clnm_core.ui.charts.learned import difference_figure, learned_figure
from clnm_core.ui.charts.location import location_figure

RNG = np.random.default_rng(1)
DISTANCE = RNG.gamma(2.0, 2.5, 400)
RISK = expit(1 - 0.25 * DISTANCE)
CASES = Predictions.of(RNG.random(400) < RISK, RISK)


@pytest.mark.parametrize("dark", [False, True])
def test_both_lines_are_drawn_with_bands_dots_and_counts(dark: bool) -> None:
    found = learned_distance(CASES, DISTANCE)
    figure = learned_figure(found.curve, found.bands, dark=dark)
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces["observed"].y) == found.curve["observed"].tolist()
    assert list(traces["predicted"].y) == found.curve["predicted"].tolist()
    scored = found.bands[~found.bands["is_too_few"]]
    assert list(traces["mean risk"].y) == scored["predicted"].tolist()
    notes = [note.text for note in figure.layout.annotations]
    assert [f"n {n:,}" for n in found.bands["n"]] == notes[-len(found.bands) :]


def test_the_difference_is_drawn_with_its_margin() -> None:
    found = learned_distance(CASES, DISTANCE)
    figure = difference_figure(found.curve, found.bands, margin=0.1)
    traces = {trace.name: trace for trace in figure.data}
    assert list(traces["difference"].y) == found.curve["difference"].tolist()
    assert set(traces["margin 10 points"].y) == {0.1}
    low, high = figure.layout.yaxis.range
    assert low == -high
    assert high <= 1


def test_too_few_cases_for_a_curve_leave_dots_and_axes() -> None:
    found = learned_distance(CASES.where(np.arange(400) < 15), DISTANCE[:15])
    assert found.curve.empty
    for figure in (
        learned_figure(found.curve, found.bands),
        difference_figure(found.curve, found.bands, margin=0.1),
    ):
        assert figure.layout.xaxis.title.text == "Distance to the capsule (mm)"


def test_an_adjusted_curve_is_drawn_over_the_observed_one() -> None:
    bins = pd.DataFrame(
        {
            **{"low_mm": [0.0], "high_mm": [5.0], "label": ["within 5 mm"], "n": [40]},
            **{"events": [20], "rate": [0.5], "low": [0.35], "high": [0.65]},
        }
    )
    curve = pd.DataFrame(
        {"distance_mm": [0.0, 5.0], "risk": [0.7, 0.3], "low": [0.6, 0.2], "high": [0.8, 0.4]}
    )
    plain = location_figure(curve, bins, outcome="lateral")
    both = location_figure(curve, bins, outcome="lateral", adjusted=curve.assign(risk=0.5))
    assert len(both.data) == len(plain.data) + 2
    line = next(trace for trace in both.data if trace.name == "adjusted curve")
    assert list(line.y) == [0.5, 0.5]


def test_a_gland_of_mean_risks_has_no_interval_and_names_its_scale() -> None:
    lobe, third = np.full(400, "left"), np.full(400, "upper")
    cells = learned_cells(CASES, lobe, third)
    svg = gland_svg(
        cells.assign(rate=cells["predicted"], low=np.nan, high=np.nan),
        title="Predicted",
        name="gland-p",
        scale="predicted risk",
    )
    words = "".join(ElementTree.fromstring(svg).itertext())  # noqa: S314 (made here)
    assert "100 % predicted risk" in words
    assert "left upper: " in words
    assert "of 400" in words
    assert "no interval" not in words
