"""Claims about the test that a model errs equally everywhere."""

import math

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.flatness import flat_test, level_shift
from clnm_core.stats.spline import harrell_knots, restricted_cubic


def drawn(n: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    distance = rng.gamma(2.0, 2.5, n)
    risk = expit(1 - 0.25 * distance + rng.normal(0, 0.7, n))
    return distance, risk, rng.random(n) < risk


def test_the_shift_is_the_intercept_of_a_model_with_the_risk_as_offset():
    _, risk, y = drawn(300, 1)
    wrong = expit(logit(risk) + 0.8)
    fit = sm.GLM(
        y.astype(float), np.ones((300, 1)), family=sm.families.Binomial(), offset=logit(wrong)
    ).fit()
    assert level_shift(y, wrong) == pytest.approx(fit.params[0], abs=1e-6)


def test_the_statistic_is_the_score_test_written_out():
    distance, risk, y = drawn(250, 2)
    basis = restricted_cubic(distance, harrell_knots(distance))
    fit = sm.GLM(
        y.astype(float), basis[:, :1], family=sm.families.Binomial(), offset=logit(risk)
    ).fit(tol=1e-12)
    residual = y - fit.fittedvalues
    weight = fit.fittedvalues * (1 - fit.fittedvalues)
    # Residuals of a weighted regression of the spline on the constant: the efficient score.
    centred = np.column_stack(
        [column - sm.WLS(column, np.ones(250), weight).fit().params[0] for column in basis[:, 1:].T]
    )
    scores = centred * residual[:, None]
    variance = scores.T @ scores * 250 / 249
    total = scores.sum(axis=0)
    found = flat_test(Predictions.of(y, risk), distance)
    assert found.statistic == pytest.approx(total @ np.linalg.inv(variance) @ total, rel=1e-6)
    assert found.dof == 3


def test_a_right_model_is_rejected_in_five_of_a_hundred_studies():
    p = [
        flat_test(Predictions.of(y, risk), distance).p
        for distance, risk, y in (drawn(300, seed) for seed in range(400))
    ]
    assert 0.02 < np.mean(np.array(p) < 0.05) < 0.085


def test_a_model_that_ignores_the_distance_is_rejected():
    distance, _, y = drawn(600, 5)
    assert flat_test(Predictions.of(y, np.full(600, y.mean())), distance).p < 1e-6


@given(st.floats(-2, 2))
def test_a_shift_of_all_log_odds_changes_nothing(shift):
    distance, risk, y = drawn(200, 7)
    before = flat_test(Predictions.of(y, risk), distance)
    after = flat_test(Predictions.of(y, expit(logit(risk) + shift)), distance)
    assert after.statistic == pytest.approx(before.statistic, rel=1e-5)
    assert after.shift == pytest.approx(before.shift - shift, abs=1e-5)


def test_patients_counted_twice_do_not_make_the_test_surer():
    distance, risk, y = drawn(300, 8)
    once = flat_test(Predictions.of(y, risk), distance)
    twice = flat_test(
        Predictions.of(np.tile(y, 2), np.tile(risk, 2), np.tile(np.arange(300), 2)),
        np.tile(distance, 2),
    )
    assert twice.statistic == pytest.approx(once.statistic, rel=0.02)


@pytest.mark.parametrize(
    ("y", "risk", "why"),
    [
        ([], [], "there are 0 and 0"),
        ([True] * 50, [0.5] * 50, "there are 50 and 0"),
        ([True, False] * 6, [0.5] * 12, "there are 6 and 6"),
    ],
)
def test_too_few_cases_are_no_test_and_say_so(y, risk, why):
    found = flat_test(Predictions.of(y, risk), np.arange(float(len(y))))
    assert math.isnan(found.p)
    assert why in found.reason


def test_risks_of_zero_and_one_and_one_distance_are_no_accident():
    y = np.tile([True, False], 50)
    assert not math.isnan(flat_test(Predictions.of(y, y * 1.0), np.arange(100.0)).shift)
    assert "same value" in flat_test(Predictions.of(y, np.full(100, 0.4)), np.ones(100)).reason
