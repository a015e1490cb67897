"""Corrections of risks: statsmodels, scikit-learn, laws, and nothing fitted where it is judged."""

from __future__ import annotations

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from clnm_core.domain.predictions import Predictions
from clnm_core.stats import recalibration
from clnm_core.stats.discrimination import auc
from clnm_core.stats.recalibrated import (
    METHODS,
    fit_correction,
    log_odds,
    recalibrated,
    shared_patients,
)


def cohort(n: int = 300, seed: int = 0, *, ends: bool = False) -> Predictions:
    """Risks that are too extreme and too low, so that there is something to put right."""
    generator = np.random.default_rng(seed)
    true = generator.normal(-0.3, 1.0, n)
    y = generator.random(n) < expit(true)
    y[:2] = True, False
    risk = expit(1.8 * true - 0.6).round(3).clip(0.001, 0.999)
    if ends:
        risk[3:6], risk[6:8] = 0.0, 1.0
    return Predictions.of(y, risk)


def test_the_line_is_statsmodels_logistic_regression() -> None:
    predictions = cohort()
    design = sm.add_constant(logit(predictions.risk))
    expected = sm.Logit(predictions.y_true.astype(float), design).fit(disp=0).params
    found = fit_correction(predictions, "slope")
    assert (found.intercept, found.slope) == pytest.approx(tuple(expected), abs=1e-6)
    risk = found.apply(predictions).risk
    np.testing.assert_allclose(risk, expit(design @ expected), atol=1e-7)


def test_the_move_is_statsmodels_intercept_with_an_offset() -> None:
    predictions = cohort()
    model = sm.GLM(
        predictions.y_true.astype(float),
        np.ones((len(predictions), 1)),
        family=sm.families.Binomial(),
        offset=logit(predictions.risk),
    )
    found = fit_correction(predictions, "intercept")
    assert found.intercept == pytest.approx(model.fit().params[0], abs=1e-6)
    assert found.slope == 1


def test_the_steps_are_scikit_learns_but_half_a_case_inside() -> None:
    predictions, others = cohort(), cohort(200, 5)
    plain = IsotonicRegression(out_of_bounds="clip")
    plain.fit(predictions.risk, predictions.y_true.astype(float))
    half = 1 / 600
    expected = plain.predict(others.risk).clip(half, 1 - half)
    found = fit_correction(predictions, "isotonic").apply(others).risk
    np.testing.assert_allclose(found, expected, atol=half)
    assert found.min() >= half
    assert found.max() <= 1 - half


@settings(max_examples=40)
@given(seed=st.integers(0, 300), ends=st.booleans())
def test_on_its_own_cases_the_line_leaves_slope_one_and_intercept_zero(
    seed: int, ends: bool
) -> None:
    predictions = cohort(120, seed, ends=ends)
    corrected = fit_correction(predictions, "slope").apply(predictions)
    assert recalibration.slope(corrected).value == pytest.approx(1, abs=1e-5)
    assert recalibration.intercept(corrected).value == pytest.approx(0, abs=1e-5)


@settings(max_examples=40)
@given(seed=st.integers(0, 300), method=st.sampled_from(METHODS))
def test_on_its_own_cases_as_many_are_expected_as_happened(seed: int, method: str) -> None:
    predictions = cohort(120, seed)
    corrected = fit_correction(predictions, method).apply(predictions)  # type: ignore[arg-type]
    tolerance = 0.51 if method == "isotonic" else 1e-4
    assert corrected.risk.sum() == pytest.approx(predictions.events, abs=tolerance)


@given(seed=st.integers(0, 300), ends=st.booleans())
def test_moving_and_stretching_do_not_change_the_ranks(seed: int, ends: bool) -> None:
    fitted, judged = cohort(100, seed, ends=ends), cohort(80, seed + 1, ends=ends)
    before = auc(judged).value
    move = fit_correction(fitted, "intercept")
    assert auc(move.apply(judged)).value == pytest.approx(before, abs=1e-12)
    line = fit_correction(fitted, "slope")
    if line.slope > 0:
        assert auc(line.apply(judged)).value == pytest.approx(before, abs=1e-12)


@given(seed=st.integers(0, 300))
def test_isotonic_risks_never_fall_where_the_risk_rises(seed: int) -> None:
    correction = fit_correction(cohort(80, seed), "isotonic")
    ladder = Predictions.of(np.zeros(501), np.linspace(0, 1, 501))
    assert (np.diff(correction.apply(ladder).risk) >= 0).all()


def test_outcomes_of_the_judged_cases_do_not_enter() -> None:
    both = cohort(300)
    first = np.arange(300) < 150
    turned = Predictions(np.where(first, both.y_true, ~both.y_true), both.risk, both.patient)
    for method in METHODS:
        sides = {"fitted_on": first, "judged_on": ~first, "method": method}
        np.testing.assert_array_equal(
            recalibrated(both, **sides)[1].risk, recalibrated(turned, **sides)[1].risk
        )


def test_patients_on_both_sides_are_refused_unless_allowed() -> None:
    plain = cohort(100)
    patient = np.arange(100)
    patient[60:63] = patient[:3]
    people = Predictions.of(plain.y_true, plain.risk, patient)
    first = np.arange(100) < 50
    assert shared_patients(people, first, ~first).sum() == 3
    with pytest.raises(ValueError, match="got 3 on both sides"):
        recalibrated(people, fitted_on=first, judged_on=~first, method="slope")
    correction, judged = recalibrated(
        people, fitted_on=first, judged_on=~first, method="slope", allow_shared=True
    )
    assert correction.n == len(judged) == 50


def test_the_same_cases_on_both_sides_are_refused() -> None:
    everyone = np.ones(100, dtype=bool)
    with pytest.raises(ValueError, match="got 100 on both sides"):
        recalibrated(cohort(100), fitted_on=everyone, judged_on=everyone, method="intercept")


@pytest.mark.parametrize(
    ("y", "risk", "method", "reason"),
    [
        ([1, 1], [0.2, 0.8], "intercept", "no non-events"),
        ([0, 0], [0.2, 0.8], "isotonic", "no events"),
        ([], [], "slope", "no events"),
        ([0, 1, 1], [0.4] * 3, "slope", "every case has the same risk"),
        ([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], "slope", "one threshold separates the classes"),
    ],
)
def test_what_cannot_be_corrected_says_why(
    y: list[int], risk: list[float], method: str, reason: str
) -> None:
    people = Predictions.of(y, risk)
    correction = fit_correction(people, method)  # type: ignore[arg-type]
    assert correction.reason.startswith(reason)
    with pytest.raises(ValueError, match="there is no correction"):
        correction.apply(people)
    n = len(people)
    sides = {"fitted_on": np.ones(n, dtype=bool), "judged_on": np.zeros(n, dtype=bool)}
    assert len(recalibrated(people, method=method, **sides)[1]) == 0  # type: ignore[arg-type]


def test_a_single_risk_can_still_be_moved() -> None:
    found = fit_correction(Predictions.of([1, 0, 0, 0], [0.5] * 4), "intercept")
    assert found.intercept == pytest.approx(logit(0.25), abs=1e-9)
    steps = fit_correction(Predictions.of([1, 0, 0, 0], [0.5] * 4), "isotonic")
    assert steps.apply(Predictions.of([1], [0.9])).risk[0] == pytest.approx(0.25)


def test_another_method_is_refused() -> None:
    with pytest.raises(ValueError, match="method must be one of"):
        fit_correction(cohort(), "platt")  # type: ignore[arg-type]


def test_zero_and_one_stay_outermost_and_finite() -> None:
    found = log_odds(np.array([0.0, 1e-9, 0.5, 1 - 1e-16, 1.0]))
    assert np.isfinite(found).all()
    assert (np.diff(found) >= 0).all()
    assert found[1] == pytest.approx(logit(1e-9))
    assert np.isfinite(log_odds(np.array([0.0, 1.0]))).all()
    assert np.isfinite(log_odds(np.array([0.0, 5e-324, 0.5]))).all()
    assert math.isclose(expit(log_odds(np.array([0.0, 0.5]))[0]), 0.25)
