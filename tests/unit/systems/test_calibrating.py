"""Calibration: a line in log-odds, found as scikit-learn finds it, or less, with a sentence."""

from __future__ import annotations

import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from clnm_core.systems.calibrating import FEWEST_PER_CLASS, Calibrator, fit_calibrator


def drawn(n: int = 400, *, slope: float = 0.5, shift: float = -0.4, seed: int = 0):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(0, 1.5, n)
    return expit(log_odds), rng.random(n) < expit(shift + slope * log_odds)


def test_the_line_is_that_of_an_unpenalised_logistic_regression() -> None:
    risk, y_true = drawn()
    oracle = LogisticRegression(C=1e12, tol=1e-12, max_iter=10_000).fit(
        logit(risk)[:, None], y_true
    )
    found = fit_calibrator(risk, y_true)
    assert found.slope == pytest.approx(oracle.coef_[0, 0], abs=1e-6)
    assert found.intercept == pytest.approx(oracle.intercept_[0], abs=1e-6)
    assert found.note == ""


def test_calibrated_risks_add_up_to_the_events_and_need_no_further_line() -> None:
    risk, y_true = drawn(seed=3)
    again = fit_calibrator(risk, y_true).risk(risk)
    assert again.sum() == pytest.approx(y_true.sum(), abs=1e-6)
    twice = fit_calibrator(again, y_true)
    assert (twice.intercept, twice.slope) == pytest.approx((0, 1), abs=1e-6)


@given(st.integers(0, 50), st.floats(-3, 3), st.floats(-2, 2))
def test_no_two_cases_ever_change_places(seed: int, slope: float, shift: float) -> None:
    risk, y_true = drawn(60, slope=slope, shift=shift, seed=seed)
    found = fit_calibrator(risk, y_true)
    assert found.slope >= 0
    assert (np.diff(found.risk(np.sort(risk))) >= 0).all()


def test_fewer_than_ten_of_a_kind_calibrate_nothing() -> None:
    risk, _ = drawn(40)
    found = fit_calibrator(risk, np.arange(40) < FEWEST_PER_CLASS - 1)
    assert found.is_identity
    assert "9 have the outcome" in found.note
    np.testing.assert_array_equal(found.risk(risk), risk)


def test_risks_that_mislead_become_one_risk_for_all() -> None:
    risk, y_true = drawn(slope=-1.0)
    found = fit_calibrator(risk, y_true)
    np.testing.assert_allclose(found.risk(risk), y_true.mean())
    assert "of no use" in found.note


@pytest.mark.parametrize("risk", [np.full(60, 0.2), np.linspace(0.1, 0.9, 60)])
def test_where_there_is_no_slope_the_mean_is_put_right(risk) -> None:
    y_true = np.arange(60) >= 40
    found = fit_calibrator(risk, y_true)
    assert found.slope == 1
    assert found.risk(risk).mean() == pytest.approx(1 / 3, abs=1e-6)
    assert "mean risk" in found.note


def test_risks_of_exactly_0_and_1_stay_in_range() -> None:
    risk, y_true = drawn()
    risk[:3], risk[3:6] = 0, 1
    found = fit_calibrator(risk, y_true).risk(risk)
    assert np.isfinite(found).all()
    assert ((found >= 0) & (found <= 1)).all()


def test_what_is_no_risk_is_refused() -> None:
    with pytest.raises(ValueError, match="lie in"):
        fit_calibrator([np.nan, 0.2], [True, False])
    with pytest.raises(ValueError, match="one length"):
        fit_calibrator([0.1, 0.2], [True])


def test_a_calibrator_survives_json() -> None:
    risk, y_true = drawn()
    found = fit_calibrator(risk, y_true)
    again = Calibrator.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again == found
    np.testing.assert_array_equal(again.risk(risk), found.risk(risk))
