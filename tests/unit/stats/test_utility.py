"""Net benefit: laws, the boundary at zero, bands against resampled rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.utility import (
    THRESHOLDS,
    clinical_impact,
    interventions_avoided,
    net_benefit,
)


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


def test_interventions_avoided_are_those_of_the_decision_curve_per_hundred() -> None:
    predictions = cohort()
    found = interventions_avoided(predictions, [0.4, 0.0, 0.2], bootstrap=50)
    curve = net_benefit(predictions, [0.4, 0.0, 0.2], bootstrap=0)
    np.testing.assert_allclose(found["avoided"], 100 * curve["interventions_avoided"])
    assert found["threshold"].tolist() == [0.4, 0.0, 0.2]
    assert math.isnan(found["low"][1])


def test_the_band_of_interventions_avoided_agrees_with_resampled_rows() -> None:
    predictions = cohort()
    rows = np.random.default_rng(4).integers(400, size=(4000, 400))
    y, treated = predictions.y_true[rows], predictions.risk[rows] >= 0.3
    # Left alone without the disease, less the missed ones at their price of (1 - t) / t.
    avoided = (~treated & ~y).mean(axis=1) - (~treated & y).mean(axis=1) * 7 / 3
    low, high = 100 * np.quantile(avoided, [0.025, 0.975])
    row = interventions_avoided(predictions, [0.3], bootstrap=4000).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((low, high), abs=1.0)
    assert row["low"] <= row["avoided"] <= row["high"]


def test_treating_everyone_avoids_nothing() -> None:
    certain = Predictions.of(cohort(40).y_true, np.ones(40))
    found = interventions_avoided(certain, [0.1, 0.5], bootstrap=200)
    np.testing.assert_allclose(found[["avoided", "low", "high"]], 0, atol=1e-9)


@given(seed=st.integers(0, 30), threshold=st.sampled_from(THRESHOLDS))
def test_clinical_impact_counts_the_flagged_per_thousand(seed: int, threshold: float) -> None:
    predictions = cohort(60, seed)
    flagged = predictions.risk >= threshold
    row = clinical_impact(predictions, [threshold], bootstrap=20).iloc[0]
    assert row["flagged"] == pytest.approx(1000 * flagged.mean())
    assert row["true"] == pytest.approx(1000 * (flagged & predictions.y_true).mean())
    assert row["flagged_low"] <= row["flagged"] <= row["flagged_high"]
    assert row["true_low"] <= row["true"] <= row["true_high"]


def test_the_band_of_the_flagged_is_that_of_a_share() -> None:
    predictions = cohort(1000)
    row = clinical_impact(predictions, [0.3], bootstrap=4000).iloc[0]
    share = row["flagged"] / 1000
    reach = 1.96 * math.sqrt(share * (1 - share) / 1000)
    assert row["flagged_high"] / 1000 == pytest.approx(share + reach, abs=0.003)


def test_cases_of_one_patient_widen_the_impact_band() -> None:
    once = cohort(300)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(300)) * 2)
    narrow, wide = clinical_impact(once, [0.3]).iloc[0], clinical_impact(twice, [0.3]).iloc[0]
    ours, theirs = (row["true_high"] - row["true_low"] for row in (wide, narrow))
    assert ours == pytest.approx(theirs, rel=0.12)


def test_nobody_has_no_impact_and_no_warning() -> None:
    nobody = Predictions.of([], [])
    assert clinical_impact(nobody, [0.1])[["flagged", "true_low"]].isna().all(axis=None)
    assert interventions_avoided(nobody, [0.1])[["avoided", "high"]].isna().all(axis=None)
