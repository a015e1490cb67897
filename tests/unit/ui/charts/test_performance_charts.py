"""Do the charts of the Performance views show what their frames say, also where there is little?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import call_counts
from clnm_core.stats.discrimination import pr_curve, roc_curve
from clnm_core.stats.partial_area import partial_auc
from clnm_core.stats.precision_band import precision_band
from clnm_core.stats.predictive_values import predictive_values
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.uncertainty import wilson
from clnm_core.stats.utility import clinical_impact, interventions_avoided
from clnm_core.ui.charts.impact import avoided_figure, impact_figure
from clnm_core.ui.charts.pr import pr_figure
from clnm_core.ui.charts.predictive import predictive_figure
from clnm_core.ui.charts.rates import rates_figure
from clnm_core.ui.charts.recalibration import recalibration_figure
from clnm_core.ui.charts.roc import roc_figure


@pytest.fixture(scope="module")
def people() -> Predictions:
    random = np.random.default_rng(2)
    risk = random.random(300)
    return Predictions.of(random.random(300) < risk, risk)


def names(figure: go.Figure) -> list[str]:
    return [trace.name for trace in figure.data]


def named(figure: go.Figure, name: str) -> go.Scatter:
    return next(trace for trace in figure.data if trace.name == name)


def written(figure: go.Figure) -> list[str]:
    return [note.text for note in figure.layout.annotations]


def area(trace: go.Scatter) -> float:
    x, y = np.asarray(trace.x, dtype=float), np.asarray(trace.y, dtype=float)
    return abs(float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y))) / 2


@pytest.mark.parametrize(("over", "low"), [("specificity", 0.9), ("sensitivity", 0.8)])
def test_the_shaded_part_is_as_large_as_the_partial_area(
    people: Predictions, over: str, low: float
) -> None:

    figure = roc_figure(roc_curve(people), over=over, low=low)
    expected = partial_auc(people, over=over, low=low).area.value  # type: ignore[arg-type]
    assert area(named(figure, "partial area")) == pytest.approx(expected, abs=0.003)


def test_no_part_is_shaded_unasked_or_without_a_curve(people: Predictions) -> None:
    assert "partial area" not in names(roc_figure(roc_curve(people)))
    empty = roc_curve(people).iloc[:0]
    assert "partial area" not in names(roc_figure(empty, over="specificity", low=0.9))


def test_the_precision_carries_its_band_and_the_prevalence(people: Predictions) -> None:
    band = precision_band(people)
    figure = pr_figure(pr_curve(people), prevalence=0.5, band=band)
    assert max(named(figure, "band").y) == band["high"].max()
    assert set(named(figure, "flag everyone").y) == {0.5}
    assert "band" not in names(pr_figure(pr_curve(people), prevalence=0.5, band=band.iloc[:0]))


def test_both_curves_of_a_correction_are_drawn_with_their_names(people: Predictions) -> None:
    curve = calibration_curve(people)
    figure = recalibration_figure(curve, curve.assign(observed=curve["risk"]))
    assert list(named(figure, "after").y) == list(curve["risk"])
    assert {"before", "after"} <= set(written(figure))
    only = recalibration_figure(curve.iloc[:0], curve, dark=True)
    assert "before" not in names(only)


def test_the_impact_has_two_curves_two_bands_and_the_threshold(people: Predictions) -> None:
    impact = clinical_impact(people, bootstrap=20)
    figure = impact_figure(impact, threshold=0.3)
    assert list(named(figure, "flagged").y) == list(impact["flagged"])
    assert list(named(figure, "flagged and with the outcome").y) == list(impact["true"])
    assert figure.layout.shapes[0].x0 == 0.3
    nobody = impact_figure(clinical_impact(Predictions.of([], []), bootstrap=0), dark=True)
    assert written(nobody) == []


def test_treatments_avoided_begin_behind_threshold_zero(people: Predictions) -> None:
    avoided = interventions_avoided(people, bootstrap=20)
    figure = avoided_figure(avoided, threshold=0.3)
    line = named(figure, "avoided per 100")
    assert line.x[0] == 0.01
    assert not any(math.isnan(value) for value in line.y)


def test_predictive_values_show_here_and_elsewhere() -> None:
    values = predictive_values(wilson(40, 50), wilson(45, 50))
    figure = predictive_figure(values, here=0.5, elsewhere=0.1)
    assert list(named(figure, "PPV").y) == list(values["ppv"])
    assert set(named(figure, "these cases").x) == {0.5}
    assert figure.layout.shapes[0].x0 == 0.1
    nobody_flagged = predictive_values(wilson(0, 50), wilson(50, 50))
    assert "PPV" not in names(predictive_figure(nobody_flagged, here=0.5, elsewhere=0.1))


def test_rates_show_the_threshold_in_use_and_the_chosen_one(people: Predictions) -> None:
    rates = call_counts(people).rates()
    figure = rates_figure(rates, threshold=0.5, chosen=0.9)
    assert figure.layout.shapes[0].x0 == 0.5
    assert set(named(figure, "chosen").x) == {0.9}
    assert list(named(figure, "sensitivity").y) == list(rates["sensitivity"])
    assert "chosen" not in names(rates_figure(rates, threshold=0.5))


def test_rates_of_nobody_are_said_in_words() -> None:
    nobody: pd.DataFrame = call_counts(Predictions.of([], [])).rates()
    assert written(rates_figure(nobody, threshold=0.5, dark=True)) == ["no curve: it needs cases"]
