"""Calls at a threshold: scikit-learn, Wilson, resampled rows, boundaries."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn import metrics as sklearn_metrics

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.thresholds import Confusion, confusion, operating_point, youden_threshold
from clnm_core.stats.uncertainty import wilson

NAMES = [
    "sensitivity", "specificity", "ppv", "npv", "accuracy",
    "f1", "balanced_accuracy", "mcc", "flag_rate",
]  # fmt: skip


def cohort(n: int = 400, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = generator.random(n)
    return Predictions.of(generator.random(n) < risk, risk)


def test_a_risk_at_the_threshold_is_positive() -> None:
    counts = confusion(Predictions.of([1, 0], [0.25, 0.2499]), 0.25)
    assert counts == Confusion(tp=1, fp=0, fn=0, tn=1)
    assert counts.n == 2


def test_at_threshold_zero_everyone_is_positive() -> None:
    assert confusion(Predictions.of([1, 0], [0.0, 0.0]), 0) == Confusion(tp=1, fp=1, fn=0, tn=0)


@pytest.mark.parametrize("threshold", [-0.1, 1.1, math.nan])
def test_a_threshold_outside_zero_and_one_is_refused(threshold: float) -> None:
    with pytest.raises(ValueError, match=r"threshold must lie in \[0, 1\]; got"):
        confusion(cohort(), threshold)


@settings(max_examples=30)
@given(seed=st.integers(0, 30), threshold=st.floats(0.05, 0.95))
def test_every_value_equals_scikit_learns(seed: int, threshold: float) -> None:
    predictions = cohort(60, seed)
    y, call = predictions.y_true, predictions.risk >= threshold
    expected = {
        "sensitivity": sklearn_metrics.recall_score(y, call),
        "specificity": sklearn_metrics.recall_score(~y, ~call),
        "ppv": sklearn_metrics.precision_score(y, call, zero_division=np.nan),
        "npv": sklearn_metrics.precision_score(~y, ~call, zero_division=np.nan),
        "accuracy": sklearn_metrics.accuracy_score(y, call),
        "f1": sklearn_metrics.f1_score(y, call),
        "balanced_accuracy": sklearn_metrics.balanced_accuracy_score(y, call),
        "mcc": sklearn_metrics.matthews_corrcoef(y, call),
        "flag_rate": call.mean(),
    }
    found = operating_point(predictions, threshold)
    assert list(found) == NAMES
    for name, estimate in found.items():
        if estimate.is_estimable:
            assert estimate.value == pytest.approx(expected[name], abs=1e-12), name


def test_shares_have_wilsons_interval() -> None:
    predictions = cohort()
    counts = confusion(predictions, 0.5)
    found = operating_point(predictions, 0.5)
    assert found["sensitivity"] == wilson(counts.tp, counts.tp + counts.fn)
    assert found["ppv"] == wilson(counts.tp, counts.tp + counts.fp)
    assert found["flag_rate"] == wilson(counts.tp + counts.fp, counts.n)


def test_the_intervals_agree_with_resampled_rows() -> None:
    predictions = cohort(2000)
    rows = np.random.default_rng(9).integers(2000, size=(2000, 2000))
    y, call = predictions.y_true[rows], predictions.risk[rows] >= 0.5
    tp, fp = (y & call).sum(axis=1), (~y & call).sum(axis=1)
    fn, tn = (y & ~call).sum(axis=1), (~y & ~call).sum(axis=1)
    resampled = {
        "f1": 2 * tp / (2 * tp + fp + fn),
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "mcc": (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
    }
    found = operating_point(predictions, 0.5)
    for name, sample in resampled.items():
        low, high = np.quantile(sample, [0.025, 0.975])
        assert found[name].low == pytest.approx(low, abs=0.08 * (high - low)), name
        assert found[name].high == pytest.approx(high, abs=0.08 * (high - low)), name


def test_intervals_of_clustered_cases_agree_with_resampled_patients() -> None:
    generator = np.random.default_rng(4)
    patient = np.repeat(np.arange(400), generator.integers(1, 6, size=400))
    level = generator.normal(size=400)[patient]
    risk = 1 / (1 + np.exp(-level - generator.normal(size=len(patient))))
    y = level + generator.normal(size=len(patient)) > 0
    predictions = Predictions.of(y, risk, patient)
    cell = 2 * (risk >= 0.5) + y
    own = np.zeros((400, 4))
    np.add.at(own, (patient, cell), 1)
    weight = generator.multinomial(400, np.full(400, 1 / 400), size=4000)
    tn, fn, fp, tp = (weight @ own).T
    resampled = {
        "sensitivity": tp / (tp + fn),
        "npv": tn / (tn + fn),
        "f1": 2 * tp / (2 * tp + fp + fn),
        "balanced_accuracy": (tp / (tp + fn) + tn / (tn + fp)) / 2,
        "mcc": (tp * tn - fp * fn) / np.sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)),
    }
    found = operating_point(predictions, 0.5)
    for name, sample in resampled.items():
        low, high = np.quantile(sample, [0.025, 0.975])
        assert found[name].low == pytest.approx(low, abs=0.1 * (high - low)), name
        assert found[name].high == pytest.approx(high, abs=0.1 * (high - low)), name


def test_copies_of_a_case_in_one_patient_do_not_narrow_an_interval() -> None:
    once = cohort(300)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(300)) * 2)
    narrow, wide = operating_point(once, 0.5), operating_point(twice, 0.5)
    for name in NAMES:
        assert wide[name].value == pytest.approx(narrow[name].value)
        assert wide[name].high - wide[name].low == pytest.approx(
            narrow[name].high - narrow[name].low, rel=0.02
        )
        assert wide[name].method == narrow[name].method + ", patient-clustered"


def test_a_perfect_classifier_keeps_an_honest_interval() -> None:
    found = operating_point(Predictions.of([1, 0] * 15, [0.9, 0.1] * 15), 0.5)
    for name in ("f1", "balanced_accuracy", "mcc", "sensitivity"):
        assert found[name].value == found[name].high == 1
        assert 0.5 < found[name].low < 0.99
    assert found["f1"].low == pytest.approx(2 * wilson(15, 15).low / (1 + wilson(15, 15).low))
    assert found["mcc"].method.endswith("half a case added to each count")


def test_a_perfect_classifier_of_few_patients_is_not_certain_either() -> None:
    found = operating_point(Predictions.of([1, 0] * 15, [0.9, 0.1] * 15, np.arange(30) // 10), 0.5)
    for name in ("f1", "balanced_accuracy", "mcc", "sensitivity", "accuracy"):
        assert found[name].value == found[name].high == 1
        assert found[name].low < 0.5, name


def test_balanced_accuracy_joins_two_wilson_intervals() -> None:
    found = operating_point(cohort(), 0.5)
    sensitivity, specificity = found["sensitivity"], found["specificity"]
    below = math.hypot(sensitivity.value - sensitivity.low, specificity.value - specificity.low)
    assert found["balanced_accuracy"].low == pytest.approx(
        found["balanced_accuracy"].value - below / 2
    )


@pytest.mark.parametrize(
    ("y", "risk", "name", "reason"),
    [
        ([0, 0], [0.1, 0.9], "sensitivity", "no events"),
        ([1, 1], [0.1, 0.9], "specificity", "no non-events"),
        ([1, 0], [0.1, 0.2], "ppv", "no case is flagged at this threshold"),
        ([1, 0], [0.8, 0.9], "npv", "every case is flagged at this threshold"),
        ([0, 0], [0.1, 0.2], "f1", "no events and no case flagged"),
        ([0, 0], [0.1, 0.9], "balanced_accuracy", "one class only"),
        ([1, 0], [0.8, 0.9], "mcc", "one class only, or every case gets the same call"),
        ([], [], "accuracy", "no cases"),
        ([], [], "flag_rate", "no cases"),
    ],
)
def test_a_measure_that_cannot_be_had_says_why(y: list, risk: list, name: str, reason: str) -> None:
    found = operating_point(Predictions.of(y, risk), 0.5)[name]
    assert found.method == f"not estimable: {reason}"
    assert math.isnan(found.value)


def test_one_patient_with_several_cases_has_no_interval() -> None:
    found = operating_point(Predictions.of([1, 0], [0.9, 0.1], [3, 3]), 0.5)
    assert found["sensitivity"].method == "not estimable: one patient only"


def test_youdens_threshold_beats_every_other_risk() -> None:
    predictions = cohort(80)
    best = youden_threshold(predictions)

    def index(threshold: float) -> float:
        counts = confusion(predictions, threshold)
        return counts.tp / (counts.tp + counts.fn) + counts.tn / (counts.tn + counts.fp)

    assert index(best) == pytest.approx(max(index(risk) for risk in predictions.risk))


def test_of_several_best_thresholds_the_highest_is_taken() -> None:
    assert youden_threshold(Predictions.of([1, 0, 1, 0], [0.9, 0.6, 0.4, 0.1])) == 0.9


def test_one_class_has_no_best_threshold() -> None:
    assert math.isnan(youden_threshold(Predictions.of([1, 1], [0.9, 0.1])))
    assert youden_threshold(Predictions.of([1, 0], [0.3, 0.3])) == 0.3
