"""Predictive values at other prevalences: Bayes, the sample itself, Mercaldo, zero counts."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.stats.predictive_values import PREVALENCES, predictive_values
from clnm_core.stats.uncertainty import not_estimable, wilson

counts = st.integers(0, 60)


@given(tp=counts, fn=counts, fp=counts, tn=counts)
def test_at_the_samples_own_prevalence_they_are_the_samples_own(
    tp: int, fn: int, fp: int, tn: int
) -> None:
    events, others = tp + fn, fp + tn
    if not events or not others:
        return
    prevalence = events / (events + others)
    row = predictive_values(wilson(tp, events), wilson(tn, others), prevalence).iloc[0]
    for name, right, called in (("ppv", tp, tp + fp), ("npv", tn, tn + fn)):
        if called:
            assert row[name] == pytest.approx(right / called, abs=1e-12)
            assert row[f"{name}_low"] <= row[name] + 1e-12
            assert row[name] <= row[f"{name}_high"] + 1e-12
        else:
            assert math.isnan(row[name])


@given(tp=st.integers(1, 59), tn=st.integers(1, 59))
def test_flags_are_worth_more_where_the_outcome_is_common(tp: int, tn: int) -> None:
    curve = predictive_values(wilson(tp, 60), wilson(tn, 60))
    assert curve["prevalence"].tolist() == list(PREVALENCES)
    for name in ("ppv", "ppv_low", "ppv_high"):
        assert (np.diff(curve[name]) > 0).all()
    for name in ("npv", "npv_low", "npv_high"):
        assert (np.diff(curve[name]) < 0).all()


def test_by_hand_a_paper_that_printed_another_value() -> None:
    # Sensitivity 0.802 and specificity 0.830 give 23 % at a prevalence of 6 %, not 83 %.
    row = predictive_values(wilson(802, 1000), wilson(830, 1000), 0.06).iloc[0]
    assert row["ppv"] == pytest.approx(0.802 * 0.06 / (0.802 * 0.06 + 0.170 * 0.94))
    assert round(row["ppv"], 2) == 0.23
    assert row["ppv_high"] < 0.3


@pytest.mark.parametrize("prevalence", [0.02, 0.2, 0.7])
def test_large_samples_agree_with_mercaldos_logit_interval(prevalence: float) -> None:
    events, others, sensitivity, specificity = 2000, 3000, 0.8, 0.9
    row = predictive_values(wilson(1600, events), wilson(2700, others), prevalence).iloc[0]
    odds = prevalence / (1 - prevalence)
    for name, log_odds, variance in (
        (
            "ppv",
            math.log(sensitivity / (1 - specificity) * odds),
            (1 - sensitivity) / (sensitivity * events) + specificity / ((1 - specificity) * others),
        ),
        (
            "npv",
            math.log(specificity / (1 - sensitivity) / odds),
            sensitivity / ((1 - sensitivity) * events) + (1 - specificity) / (specificity * others),
        ),
    ):
        reach = 1.959964 * math.sqrt(variance)
        assert row[f"{name}_low"] == pytest.approx(expit(log_odds - reach), abs=0.003)
        assert row[f"{name}_high"] == pytest.approx(expit(log_odds + reach), abs=0.003)


def test_the_interval_covers_the_truth_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(0)
    true = 0.8 * 0.1 / (0.8 * 0.1 + 0.1 * 0.9)
    hits = 0
    drawn = np.column_stack([generator.binomial(40, 0.8, 500), generator.binomial(60, 0.9, 500)])
    for tp, tn in drawn.tolist():
        row = predictive_values(wilson(tp, 40), wilson(tn, 60), 0.1).iloc[0]
        hits += row["ppv_low"] <= true <= row["ppv_high"]
    assert 0.925 <= hits / 500 <= 0.985


def test_no_false_alarm_is_no_proof() -> None:
    row = predictive_values(wilson(50, 60), wilson(60, 60), 0.3).iloc[0]
    assert row["ppv"] == row["ppv_high"] == 1
    assert 0.7 < row["ppv_low"] < 0.95
    none_found = predictive_values(wilson(0, 60), wilson(50, 60), 0.3).iloc[0]
    assert none_found["ppv"] == none_found["ppv_low"] == 0
    assert 0 < none_found["ppv_high"] < 0.3


def test_a_rate_that_is_not_known_leaves_none() -> None:
    none = not_estimable("no events", level=0.95)
    assert predictive_values(none, wilson(50, 60), 0.3)[["ppv", "npv"]].isna().all(axis=None)
    nobody_flagged = predictive_values(wilson(0, 60), wilson(60, 60), 0.3)
    assert nobody_flagged["ppv"].isna().all()
    assert nobody_flagged["npv"].item() == pytest.approx(0.7)


@pytest.mark.parametrize("prevalence", [0.0, 1.0, -0.1, math.nan])
def test_a_prevalence_of_nobody_or_everybody_is_refused(prevalence: float) -> None:
    with pytest.raises(ValueError, match="strictly between 0 and 1"):
        predictive_values(wilson(1, 2), wilson(1, 2), prevalence)
