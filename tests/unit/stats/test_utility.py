"""Net benefit: laws, the boundary at zero, bands against resampled rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.utility import THRESHOLDS, net_benefit


def cohort(n: int = 400, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = generator.random(n).round(2)
    return Predictions.of(generator.random(n) < risk, risk)


@given(seed=st.integers(0, 50))
def test_net_benefit_never_exceeds_the_prevalence(seed: int) -> None:
    predictions = cohort(40, seed)
    curve = net_benefit(predictions, bootstrap=0)
    assert (curve["model"] <= predictions.events / 40 + 1e-12).all()


@given(seed=st.integers(0, 50))
def test_a_constant_risk_of_one_equals_treating_everyone(seed: int) -> None:
    certain = Predictions.of(cohort(40, seed).y_true, np.ones(40))
    curve = net_benefit(certain, bootstrap=0)
    np.testing.assert_allclose(curve["model"], curve["treat_all"], atol=1e-9)


@given(seed=st.integers(0, 20), threshold=st.sampled_from(THRESHOLDS))
def test_net_benefit_is_the_formula_case_by_case(seed: int, threshold: float) -> None:
    predictions = cohort(60, seed)
    treated = predictions.risk >= threshold
    true = (treated & predictions.y_true).sum()
    false = (treated & ~predictions.y_true).sum()
    expected = true / 60 - false / 60 * threshold / (1 - threshold)
    row = net_benefit(predictions, [threshold], bootstrap=0).iloc[0]
    assert row["model"] == pytest.approx(expected, abs=1e-12)


def test_at_threshold_zero_a_risk_of_exactly_zero_is_treated() -> None:
    row = net_benefit(Predictions.of([1, 1, 0, 0], [0.0, 0.5, 0.0, 0.5]), [0.0], bootstrap=0)
    assert row["model"].item() == row["treat_all"].item() == 0.5
    assert math.isnan(row["interventions_avoided"].item())


def test_the_grid_of_a_decision_curve_holds_zero_and_a_quarter_exactly() -> None:
    assert THRESHOLDS[0] == 0
    assert 0.25 in THRESHOLDS
    assert THRESHOLDS[-1] == 0.99
    assert len(THRESHOLDS) == 100


def test_rows_come_in_the_order_asked_for() -> None:
    curve = net_benefit(cohort(), [0.5, 0.1, 0.5], bootstrap=20)
    assert curve["threshold"].tolist() == [0.5, 0.1, 0.5]
    assert curve["model"][0] == curve["model"][2] < curve["model"][1]


def test_the_band_agrees_with_resampled_rows() -> None:
    predictions = cohort()
    rows = np.random.default_rng(4).integers(400, size=(4000, 400))
    y, treated = predictions.y_true[rows], predictions.risk[rows] >= 0.3
    net = (treated & y).mean(axis=1) - (treated & ~y).mean(axis=1) * 3 / 7
    low, high = np.quantile(net, [0.025, 0.975])
    row = net_benefit(predictions, [0.3], bootstrap=4000).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=0.006)
    assert row["low"] <= row["model"] <= row["high"]


def test_copies_of_a_case_in_one_patient_do_not_narrow_the_band() -> None:
    once = cohort(300)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(300)) * 2)
    narrow, wide = net_benefit(once, [0.3]).iloc[0], net_benefit(twice, [0.3]).iloc[0]
    assert wide["high"] - wide["low"] == pytest.approx(narrow["high"] - narrow["low"], rel=0.12)


@pytest.mark.parametrize("threshold", [1.0, -0.01, math.nan])
def test_a_threshold_outside_the_range_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"thresholds must lie in \[0, 1\)"):
        net_benefit(cohort(), [threshold])


def test_no_cases_have_no_net_benefit_and_no_warning() -> None:
    curve = net_benefit(Predictions.of([], []), [0.1])
    assert math.isnan(curve["model"].item())
    assert math.isnan(curve["low"].item())
