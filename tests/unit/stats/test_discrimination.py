"""AUC, ROC, precision and recall: laws, scikit-learn, and patients with several cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from scipy.special import expit, logit
from sklearn import metrics as sklearn_metrics

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import (
    ENOUGH_FOR_DELONG,
    auc,
    auc_logit,
    auc_shown,
    auc_variance,
    average_precision,
    pr_curve,
    roc_curve,
)

EIGHTHS = [step / 8 for step in range(9)]


@st.composite
def two_classes(draw: st.DrawFn) -> Predictions:
    """At least two cases of each class, with many ties."""
    n = draw(st.integers(4, 40))
    y = draw(st.lists(st.booleans(), min_size=n, max_size=n))
    y[:4] = [True, True, False, False]
    risk = draw(st.lists(st.sampled_from(EIGHTHS), min_size=n, max_size=n))
    if len(set(risk)) == 1:
        risk[0] = 1 - risk[0] if risk[0] != 0.5 else 0.0
    return Predictions.of(y, risk)


def cohort(n: int = 300, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = generator.random(n).round(2)
    return Predictions.of(generator.random(n) < risk, risk)


@given(two_classes())
def test_the_area_equals_scikit_learns(predictions: Predictions) -> None:
    expected = sklearn_metrics.roc_auc_score(predictions.y_true, predictions.risk)
    assert auc(predictions).value == pytest.approx(expected, abs=1e-12)


@given(two_classes())
def test_the_area_is_unchanged_by_an_increasing_map_of_risk(predictions: Predictions) -> None:
    mapped = Predictions.of(predictions.y_true, predictions.risk**3 / 2)
    before, after = auc(predictions), auc(mapped)
    assert (after.value, after.low, after.high) == (before.value, before.low, before.high)


@given(two_classes())
def test_flipping_the_labels_mirrors_the_area_and_its_interval(predictions: Predictions) -> None:
    flipped = auc(Predictions.of(~predictions.y_true, predictions.risk))
    found = auc(predictions)
    mirrored = (1 - flipped.value, 1 - flipped.high, 1 - flipped.low)
    assert (found.value, found.low, found.high) == pytest.approx(mirrored, abs=1e-12)


@given(two_classes())
def test_every_interval_contains_its_value_and_stays_within_zero_and_one(
    predictions: Predictions,
) -> None:
    for found in (auc(predictions), auc_logit(predictions), average_precision(predictions)):
        assert 0 <= found.low <= found.value <= found.high <= 1


@given(two_classes())
def test_average_precision_equals_scikit_learns(predictions: Predictions) -> None:
    expected = sklearn_metrics.average_precision_score(predictions.y_true, predictions.risk)
    assert average_precision(predictions).value == pytest.approx(expected, abs=1e-12)


@given(two_classes())
def test_the_curves_equal_scikit_learns(predictions: Predictions) -> None:
    false, true, threshold = sklearn_metrics.roc_curve(
        predictions.y_true, predictions.risk, drop_intermediate=False
    )
    curve = roc_curve(predictions)
    np.testing.assert_allclose(curve["false_positive_rate"], false, atol=1e-12)
    np.testing.assert_allclose(curve["sensitivity"], true, atol=1e-12)
    np.testing.assert_allclose(curve["specificity"], 1 - false, atol=1e-12)
    np.testing.assert_array_equal(curve["threshold"], threshold)
    precision, recall, cut = sklearn_metrics.precision_recall_curve(
        predictions.y_true, predictions.risk
    )
    found = pr_curve(predictions)
    np.testing.assert_allclose(found["precision"], precision[-2::-1], atol=1e-12)
    np.testing.assert_allclose(found["recall"], recall[-2::-1], atol=1e-12)
    np.testing.assert_array_equal(found["threshold"], cut[::-1])


def test_the_standard_error_of_average_precision_is_the_numeric_jackknife() -> None:
    predictions = cohort(60)
    weight, step, base = np.ones(60), 1e-6, average_precision(predictions).value
    influence = []
    for case in range(60):
        moved = weight.copy()
        moved[case] += step
        value = sklearn_metrics.average_precision_score(
            predictions.y_true, predictions.risk, sample_weight=moved
        )
        influence.append((value - base) / step)
    error = math.sqrt(np.square(influence).sum() * 60 / 59)
    found = average_precision(predictions)
    width = math.log(found.high / (1 - found.high)) - math.log(found.low / (1 - found.low))
    quantile = stats.t.ppf(0.975, predictions.events - 1)
    assert width / (2 * quantile) * base * (1 - base) == pytest.approx(error, rel=1e-4)


def brute_force_obuchowski(predictions: Predictions) -> float:
    """The formula of 1997 as printed, pair by pair."""
    y, risk, patient = predictions.y_true, predictions.risk, predictions.patient
    score = (risk[y][:, None] > risk[~y]) + 0.5 * (risk[y][:, None] == risk[~y])
    area, m, n = score.mean(), y.sum(), (~y).sum()
    x = {c: score.mean(axis=1)[patient[y] == c] for c in np.unique(patient)}
    z = {c: score.mean(axis=0)[patient[~y] == c] for c in np.unique(patient)}
    i10 = sum(len(v) > 0 for v in x.values())
    i01 = sum(len(v) > 0 for v in z.values())
    i = len(x)
    s10 = i10 / ((i10 - 1) * m) * sum((v.sum() - len(v) * area) ** 2 for v in x.values())
    s01 = i01 / ((i01 - 1) * n) * sum((v.sum() - len(v) * area) ** 2 for v in z.values())
    s11 = (
        i
        / (i - 1)
        * sum((x[c].sum() - len(x[c]) * area) * (z[c].sum() - len(z[c]) * area) for c in x)
    )
    return s10 / m + s01 / n + 2 * s11 / (m * n)


def test_the_clustered_variance_equals_obuchowskis_formula() -> None:
    plain = cohort(80)
    patient = np.random.default_rng(1).integers(40, size=80)
    clustered = Predictions.of(plain.y_true, plain.risk, patient)
    assert auc_variance(clustered) == pytest.approx(brute_force_obuchowski(clustered), rel=1e-10)
    assert auc(clustered).method == "Obuchowski, patient-clustered"
    assert auc(clustered).value == auc(plain).value


def test_counting_every_patient_twice_makes_the_area_no_surer() -> None:
    once = cohort(100)
    twice = Predictions.of(
        np.tile(once.y_true, 2), np.tile(once.risk, 2), np.tile(np.arange(100), 2)
    )
    assert auc_variance(twice) == pytest.approx(auc_variance(once), rel=1e-10)


def test_delong_covers_the_true_area_about_as_often_as_it_says() -> None:
    generator = np.random.default_rng(3)
    true = 0.7602499389  # two normals one standard deviation apart: Phi(1 / sqrt 2)
    covered = 0
    for _ in range(400):
        y = np.arange(120) < 50
        score = generator.normal(size=120) + y
        found = auc(Predictions.of(y, 1 / (1 + np.exp(-score))))
        covered += found.low <= true <= found.high
    assert 0.92 <= covered / 400 <= 0.98


@pytest.mark.parametrize(
    ("y", "risk", "reason"),
    [
        ([0, 0, 0], [0.1, 0.2, 0.3], "fewer than two events"),
        ([1, 1, 0], [0.1, 0.2, 0.3], "fewer than two non-events"),
        ([1, 1, 0, 0], [0.5] * 4, "every case has the same risk"),
        ([], [], "fewer than two non-events"),
    ],
)
def test_an_area_that_cannot_be_had_says_why(y: list, risk: list, reason: str) -> None:
    for found in (auc(Predictions.of(y, risk)), auc_logit(Predictions.of(y, risk))):
        assert found.method == f"not estimable: {reason}"
        assert math.isnan(found.low)


def test_one_patient_cannot_give_an_interval() -> None:
    found = auc(Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1], [7, 7, 7, 7]))
    assert found.method == "not estimable: fewer than two patients with events or without"


@pytest.mark.parametrize(("y", "value"), [([1, 1, 0, 0, 0], 1), ([0, 0, 1, 1, 1], 0)])
def test_perfect_ranking_keeps_an_honest_interval(y: list, value: int) -> None:
    found = auc(Predictions.of(y, [0.9, 0.8, 0.3, 0.2, 0.1]))
    assert found.value == value
    assert found.high - found.low > 0.5
    assert found.method.startswith("Wilson for the smaller class")


@pytest.mark.parametrize(("y", "reason"), [([0, 0], "no events"), ([1, 1], "no non-events")])
def test_average_precision_of_one_class_says_why_there_is_none(y: list, reason: str) -> None:
    found = average_precision(Predictions.of(y, [0.1, 0.2]))
    assert found.method == f"not estimable: {reason}"


def test_curves_without_both_classes_have_no_rows() -> None:
    assert roc_curve(Predictions.of([1, 1], [0.1, 0.2])).empty
    assert pr_curve(Predictions.of([0, 0], [0.1, 0.2])).empty
    assert roc_curve(Predictions.of([], [])).empty


def test_the_logit_interval_is_students_on_the_log_odds() -> None:
    predictions = cohort(60)
    found, error = auc_logit(predictions), math.sqrt(auc_variance(predictions))
    fewer = min(predictions.events, 60 - predictions.events)
    reach = stats.t.ppf(0.975, fewer - 1) * error / (found.value * (1 - found.value))
    ends = expit(logit(found.value) + np.array([-reach, reach]))
    assert (found.low, found.high) == pytest.approx(tuple(ends), abs=1e-12)
    assert found.method == "DeLong, logit, Student's t"


def test_few_events_are_shown_with_the_logit_interval_and_the_reason() -> None:
    few, many = cohort(100), cohort(2 * ENOUGH_FOR_DELONG + 60)
    shown, logit_one = auc_shown(few), auc_logit(few)
    assert (shown.low, shown.high) == (logit_one.low, logit_one.high)
    lacking = "events" if 2 * few.events <= 100 else "non-events"
    assert shown.method == f"DeLong, logit, Student's t (DeLong's needs 100 {lacking})"
    assert auc_shown(many) == auc(many)
    assert not auc_shown(Predictions.of([0, 0], [0.1, 0.2])).is_estimable


def test_cases_of_one_patient_count_once_towards_enough() -> None:
    plain = cohort(300)
    clustered = Predictions.of(plain.y_true, plain.risk, np.arange(300) // 3)
    assert auc_shown(plain).method == "DeLong"
    assert "logit" in auc_shown(clustered).method
