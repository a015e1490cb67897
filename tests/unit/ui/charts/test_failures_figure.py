"""What is drawn of right and wrong calls?"""

from __future__ import annotations

import pandas as pd
import pytest

from clnm_core.ui.charts.failures import failures_figure

COUNTS = pd.DataFrame(
    {
        "low": [0.0, 0.48, 0.48, 0.48, 0.96],
        "high": [0.04, 0.52, 0.52, 0.52, 1.0],
        "y_true": [True, True, True, False, False],
        "called": [False, False, True, True, True],
        "cases": [3, 7, 5, 2, 40],
    }
)


@pytest.mark.parametrize("dark", [False, True])
def test_cases_with_the_outcome_stand_up_those_without_hang_down(dark: bool) -> None:
    figure = failures_figure(COUNTS, threshold=0.5, outcome="lateral neck metastasis", dark=dark)
    bars = {trace.name: list(trace.y) for trace in figure.data}
    assert bars["missed"] == [3, 7]
    assert bars["caught"] == [5]
    assert bars["false alarms"] == [-2, -40]
    assert bars["rightly not called"] == []
    assert figure.layout.shapes[0].x0 == 0.5
    assert all("-" not in text for text in figure.layout.yaxis.ticktext)


def test_errors_are_solid_and_right_calls_pale() -> None:
    figure = failures_figure(COUNTS, threshold=0.5, outcome="it")
    opacity = {
        trace.name: float(trace.marker.color.split(",")[-1].rstrip(")")) for trace in figure.data
    }
    assert opacity["missed"] == opacity["false alarms"] == 1
    assert opacity["caught"] == opacity["rightly not called"] < 0.5


@pytest.mark.parametrize("most", [1, 2, 9, 10, 37, 1_000_000])
def test_ticks_are_whole_and_few(most: int) -> None:
    figure = failures_figure(COUNTS.assign(cases=most), threshold=0.1, outcome="it")
    ticks = figure.layout.yaxis.tickvals
    assert 0 in ticks
    assert 3 <= len(ticks) <= 13


def test_no_case_draws_an_empty_chart() -> None:
    assert failures_figure(COUNTS.head(0), threshold=0.5, outcome="it").layout.yaxis.range
