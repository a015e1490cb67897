"""Laws that every measure of a report keeps, whatever the cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.metrics import METRICS, all_metrics
from clnm_core.stats.uncertainty import Estimate

SEEDS = st.integers(0, 10_000)
SAME = ("auc", "brier", "brier_scaled", "calibration_slope", "ici", "accuracy", "mcc",
        "balanced_accuracy")  # fmt: skip
SWAPPED = {"sensitivity": "specificity", "ppv": "npv"}


def cohort(seed: int, n: int = 80) -> Predictions:
    generator = np.random.default_rng(seed)
    log_odds = generator.normal(-0.3, 1.2, n)
    y = generator.random(n) < expit(0.8 * log_odds)
    y[:2] = [True, False]
    return Predictions.of(y, expit(log_odds))


def ends(found: Estimate) -> tuple[float, float, float]:
    return found.value, found.low, found.high


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_the_order_of_the_cases_changes_nothing(seed: int) -> None:
    forward = cohort(seed)
    turn = np.random.default_rng(seed).permutation(len(forward))
    mixed = Predictions.of(forward.y_true[turn], forward.risk[turn])
    before, after = (all_metrics(each, 0.4, bootstrap=100) for each in (forward, mixed))
    for name in before:
        assert ends(after[name]) == pytest.approx(ends(before[name]), rel=1e-7, nan_ok=True), name


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_turning_outcomes_and_risks_round_mirrors_every_measure(seed: int) -> None:
    one = cohort(seed)
    other = Predictions.of(~one.y_true, 1 - one.risk)
    found, turned = (all_metrics(each, 0.5, bootstrap=0) for each in (one, other))
    for name in SAME:
        assert turned[name].value == pytest.approx(found[name].value, rel=1e-6, nan_ok=True), name
    for name, partner in SWAPPED.items():
        assert ends(turned[name]) == pytest.approx(ends(found[partner]), nan_ok=True)
    assert turned["flag_rate"].value == pytest.approx(1 - found["flag_rate"].value)
    assert turned["calibration_intercept"].value == pytest.approx(
        -found["calibration_intercept"].value, abs=1e-7
    )


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_what_only_ranks_is_blind_to_an_increasing_map(seed: int) -> None:
    one = cohort(seed)
    mapped = Predictions.of(one.y_true, one.risk**2 / 3)
    found, moved = (all_metrics(each, 0.3, bootstrap=0) for each in (one, mapped))
    for name in ("auc", "average_precision"):
        assert ends(moved[name]) == pytest.approx(ends(found[name]))
    called = all_metrics(mapped, 0.3**2 / 3, bootstrap=0)
    for name in ("sensitivity", "ppv", "f1", "mcc", "flag_rate"):
        assert ends(called[name]) == pytest.approx(ends(found[name]), nan_ok=True)


@settings(max_examples=15, deadline=None)
@given(SEEDS, st.integers(2, 4))
def test_copies_of_all_cases_in_their_patients_narrow_nothing(seed: int, times: int) -> None:
    once = cohort(seed)
    patient = np.tile(np.arange(len(once)), times)
    copied = Predictions.of(np.tile(once.y_true, times), np.tile(once.risk, times), patient)
    narrow, wide = (all_metrics(each, 0.4, bootstrap=300) for each in (once, copied))
    for name in ("auc", "average_precision", "brier", "brier_scaled", "o_e_ratio",
                 "calibration_intercept", "sensitivity", "npv", "accuracy", "f1",
                 "balanced_accuracy", "mcc", "flag_rate", "ece"):  # fmt: skip
        if narrow[name].is_estimable:
            assert wide[name].value == pytest.approx(narrow[name].value, rel=1e-6), name
            before, after = (each[name].high - each[name].low for each in (narrow, wide))
            assert after > 0.85 * before, name


@settings(max_examples=15, deadline=None)
@given(SEEDS)
def test_every_interval_holds_its_value_within_its_range_and_in_a_surer_one(seed: int) -> None:
    predictions = cohort(seed)
    sure, surer = (all_metrics(predictions, 0.4, level=level) for level in (0.8, 0.95))
    for metric in METRICS:
        inner, outer = sure[metric.name], surer[metric.name]
        if inner.is_estimable:
            low, high = metric.range
            assert low <= outer.low <= inner.low <= inner.value, metric.name
            assert inner.value <= inner.high <= outer.high <= high, metric.name
        else:
            assert math.isnan(outer.value)
