"""Do the curves show what their frames say, however many rows those have?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts.calibration import calibration_figure
from clnm_core.ui.charts.decision import decision_figure
from clnm_core.ui.charts.pr import pr_figure
from clnm_core.ui.charts.roc import roc_figure
from clnm_core.ui.charts.thinning import thinned

HALF = Estimate(0.8, 0.7, 0.9, 0.95, "Wilson")
CURVE = pd.DataFrame(
    {
        "risk": [0.1, 0.5, 0.9],
        "observed": [0.2, 0.5, 0.8],
        "low": [0.1, 0.4, 0.7],
        "high": [0.3, 0.6, 0.9],
    }
)
BINS = pd.DataFrame(
    {
        "bin": [1, 2],
        "n": [10, 10],
        "events": [2, 8],
        "mean_risk": [0.2, 0.8],
        "observed": [0.2, 0.8],
        "low": [0.06, 0.49],
        "high": [0.51, 0.94],
    }
)
HISTOGRAM = pd.DataFrame(
    {"low": [0.0, 0.5], "high": [0.5, 1.0], "present": [2, 8], "absent": [8, 2]}
)
BENEFIT = pd.DataFrame(
    {
        "threshold": [0.1, 0.2, 0.3],
        "model": [0.3, 0.25, 0.2],
        "treat_all": [0.28, 0.1, -0.1],
        "treat_none": 0.0,
    }
)


def staircase(steps: int, seed: int = 0) -> pd.DataFrame:
    """A ROC curve of so many distinct risks."""
    random = np.random.default_rng(seed)
    risk = np.sort(random.random(steps))[::-1]
    y = random.random(steps) < risk
    true, false = np.cumsum(y), np.cumsum(~y)
    return pd.DataFrame(
        {
            "threshold": np.concatenate([[1.0], risk]),
            "sensitivity": np.concatenate([[0], true / true[-1]]),
            "false_positive_rate": np.concatenate([[0], false / false[-1]]),
        }
    )


def named(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.name == name)


def test_a_curve_of_100_000_points_keeps_its_shape_with_1_000() -> None:
    whole = staircase(100_000)
    few = thinned(whole, "false_positive_rate", "sensitivity")
    assert len(few) <= 1_000
    along = whole["false_positive_rate"] + whole["sensitivity"]
    redrawn = np.interp(along, few["false_positive_rate"] + few["sensitivity"], few["sensitivity"])
    assert np.abs(redrawn - whole["sensitivity"]).max() < 0.002


def test_a_short_curve_is_left_alone() -> None:
    short = staircase(50)
    assert thinned(short, "false_positive_rate", "sensitivity") is short


def test_a_large_step_keeps_both_its_ends() -> None:
    x = np.linspace(0, 1, 5_000)
    jump = pd.DataFrame({"x": x, "y": np.where(x < 0.5, 0.0, 1.0)})
    few = thinned(jump, "x", "y", most=100)
    upper = few[few["y"] == 1.0].iloc[0]
    lower = few[few["y"] == 0.0].iloc[-1]
    assert upper["x"] - lower["x"] == pytest.approx(x[1] - x[0])


def test_a_curve_that_stands_still_is_drawn_by_its_ends() -> None:
    still = pd.DataFrame({"x": np.full(2_000, 0.3), "y": np.full(2_000, 0.4)})
    assert len(thinned(still, "x", "y")) == 2


def test_the_roc_dot_stands_at_the_operating_point_with_its_intervals() -> None:
    figure = roc_figure(staircase(100), sensitivity=HALF, specificity=HALF, threshold=0.3)
    dot = named(figure, "operating point")
    assert dot.x[0] == pytest.approx(0.2)
    assert dot.y[0] == 0.8
    assert dot.error_x.array[0] == pytest.approx(0.1)
    assert dot.text[0] == "threshold 0.3"


def test_a_roc_curve_of_a_million_cases_stays_small() -> None:
    figure = roc_figure(staircase(200_000))
    assert len(named(figure, "ROC curve").x) <= 1_000


def test_the_precision_curve_stands_above_flagging_everyone() -> None:
    pr = pd.DataFrame({"threshold": [0.9, 0.1], "recall": [0.5, 1.0], "precision": [1.0, 0.4]})
    figure = pr_figure(pr, prevalence=0.4, sensitivity=HALF, ppv=HALF, threshold=0.5)
    assert list(named(figure, "flag everyone").y) == [0.4, 0.4]
    assert named(figure, "operating point").x[0] == 0.8


def test_calibration_shows_curve_dots_and_both_halves_of_the_histogram() -> None:
    figure = calibration_figure(CURVE, BINS, HISTOGRAM)
    assert list(named(figure, "flexible curve").y) == [0.2, 0.5, 0.8]
    assert named(figure, "groups of equal size").error_y.array[0] == pytest.approx(0.31)
    assert list(named(figure, "with the outcome").y) == [2, 8]
    assert list(named(figure, "without the outcome").y) == [-8, -2]


def test_calibration_without_a_curve_still_shows_its_dots() -> None:
    figure = calibration_figure(CURVE.iloc[:0], BINS, HISTOGRAM, dark=True)
    assert "flexible curve" not in [trace.name for trace in figure.data]
    assert len(named(figure, "groups of equal size").x) == 2


def test_the_decision_curve_marks_the_threshold_with_one_vertical_line() -> None:
    figure = decision_figure(BENEFIT, threshold=0.25)
    (line,) = figure.layout.shapes
    assert (line.x0, line.x1) == (0.25, 0.25)
    assert list(named(figure, "follow the model").y) == [0.3, 0.25, 0.2]


def test_the_decision_curve_draws_a_band_only_where_there_is_one() -> None:
    banded = BENEFIT.assign(low=BENEFIT["model"] - 0.05, high=BENEFIT["model"] + 0.05)
    assert "band" in [trace.name for trace in decision_figure(banded).data]
    assert "band" not in [trace.name for trace in decision_figure(BENEFIT).data]


def test_a_rate_that_cannot_be_estimated_leaves_no_dot() -> None:
    none = Estimate(float("nan"), float("nan"), float("nan"), 0.95, "not estimable: no events")
    figure = roc_figure(staircase(10), sensitivity=none, specificity=HALF, threshold=0.5)
    assert "operating point" not in [trace.name for trace in figure.data]


def test_a_curve_of_one_class_says_what_is_missing() -> None:
    empty = staircase(10).iloc[:0]
    words = [note.text for note in roc_figure(empty).layout.annotations]
    assert "no curve: it needs cases with and without the outcome" in words
    nobody = pd.DataFrame({"threshold": [], "recall": [], "precision": []})
    words = [note.text for note in pr_figure(nobody, prevalence=0.0, dark=True).layout.annotations]
    assert "no curve: it needs cases with the outcome" in words
