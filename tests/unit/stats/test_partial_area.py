"""Partial areas: scikit-learn, the whole area, the mirrored problem, resampled rows."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc, auc_variance
from clnm_core.stats.partial_area import partial_auc
from clnm_core.stats.uncertainty import logit_interval


def cohort(n: int = 200, seed: int = 0, decimals: int = 6) -> Predictions:
    generator = np.random.default_rng(seed)
    y = np.r_[[True, True, False, False], generator.random(n - 4) < 0.4]
    score = generator.normal(size=n) + 1.2 * y
    return Predictions.of(y, (1 / (1 + np.exp(-score))).round(decimals))


@settings(max_examples=60)
@given(
    seed=st.integers(0, 500),
    decimals=st.sampled_from([1, 2, 6]),
    low=st.sampled_from([0.0, 0.25, 0.5, 0.8, 0.9, 0.95]),
)
def test_the_standardised_area_is_scikit_learns(seed: int, decimals: int, low: float) -> None:
    predictions = cohort(60, seed, decimals)
    found = partial_auc(predictions, low=low).standardised.value
    expected = roc_auc_score(predictions.y_true, predictions.risk, max_fpr=1 - low)
    assert found == pytest.approx(expected, abs=1e-12)


@given(seed=st.integers(0, 100), decimals=st.sampled_from([1, 6]))
def test_over_the_whole_range_it_is_delongs_area_and_variance(seed: int, decimals: int) -> None:
    predictions = cohort(50, seed, decimals)
    whole = logit_interval(
        auc(predictions).value, math.sqrt(auc_variance(predictions)), level=0.95, method=""
    )
    for over in ("specificity", "sensitivity"):
        found = partial_auc(predictions, over=over, low=0).mean
        assert (found.value, found.low, found.high) == pytest.approx(
            (whole.value, whole.low, whole.high), abs=1e-10
        )


@given(seed=st.integers(0, 100), cut=st.floats(0.05, 0.95))
def test_two_parts_make_up_the_whole_area(seed: int, cut: float) -> None:
    predictions = cohort(50, seed, 1)
    for over in ("specificity", "sensitivity"):
        parts = [
            partial_auc(predictions, over=over, low=low, high=high).area.value
            for low, high in ((0, cut), (cut, 1))
        ]
        assert sum(parts) == pytest.approx(auc(predictions).value, abs=1e-12)


@given(seed=st.integers(0, 100))
def test_a_rising_map_of_the_risks_changes_nothing(seed: int) -> None:
    predictions = cohort(60, seed, 2)
    bent = Predictions.of(predictions.y_true, predictions.risk**3 / 2)
    assert partial_auc(bent) == partial_auc(predictions)


def test_a_range_of_sensitivity_is_the_mirrored_problem() -> None:
    predictions = cohort()
    mirrored = Predictions.of(~predictions.y_true, 1 - predictions.risk)
    found = partial_auc(predictions, over="sensitivity", low=0.8)
    expected = partial_auc(mirrored, over="specificity", low=0.8)
    assert found.mean.value == pytest.approx(expected.mean.value)
    assert found.mean.high == pytest.approx(expected.mean.high)


def test_an_upright_step_at_the_end_of_the_range_does_not_count() -> None:
    people = Predictions.of([0, 1, 1, 0], [0.9, 0.8, 0.7, 0.1])
    assert partial_auc(people, low=0.5).area.value == 0
    assert partial_auc(people, low=0, high=0.5).area.value == 0.5


def test_by_hand_the_mean_sensitivity_at_high_specificity() -> None:
    # Five non-events: the range from 0.8 is the first of them. Two of four events lie above.
    people = Predictions.of(
        [1, 1, 0, 1, 1, 0, 0, 0, 0], [0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1]
    )
    found = partial_auc(people, low=0.8)
    assert found.area.value == pytest.approx(0.1)
    assert found.mean.value == pytest.approx(0.5)
    assert found.standardised.value == pytest.approx((1 + (0.1 - 0.02) / (0.2 - 0.02)) / 2)


@pytest.mark.parametrize(("over", "low"), [("specificity", 0.8), ("sensitivity", 0.7)])
def test_the_interval_agrees_with_resampled_cases(over: str, low: float) -> None:
    predictions = cohort(400)
    generator = np.random.default_rng(1)
    drawn = []
    for _ in range(600):
        rows = generator.integers(400, size=400)
        again = Predictions.of(predictions.y_true[rows], predictions.risk[rows])
        drawn.append(partial_auc(again, over=over, low=low).mean.value)
    found = partial_auc(predictions, over=over, low=low).mean
    assert (found.low, found.high) == pytest.approx(
        tuple(np.quantile(drawn, [0.025, 0.975])), abs=0.02
    )


def test_copies_of_a_case_in_one_patient_do_not_narrow_the_interval() -> None:
    once = cohort(200)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(200)) * 2)
    alone, both = partial_auc(once).mean, partial_auc(twice).mean
    assert both.value == pytest.approx(alone.value)
    assert both.high - both.low == pytest.approx(alone.high - alone.low, rel=0.02)
    assert both.method.endswith("patient-clustered")


def test_a_perfect_model_is_one_with_wilsons_interval() -> None:
    people = Predictions.of([1] * 20 + [0] * 200, [0.9] * 20 + [0.1] * 200)
    found = partial_auc(people)
    assert found.standardised.value == found.mean.value == 1
    assert found.mean.low == pytest.approx(0.839, abs=1e-3)
    assert found.area.value == pytest.approx(0.1)


def test_few_cases_in_the_range_make_the_interval_rough() -> None:
    assert "rough" not in partial_auc(cohort(400)).mean.method
    assert "rough" in partial_auc(cohort(100)).mean.method


@pytest.mark.parametrize(
    ("y", "risk", "reason"),
    [
        ([1, 0, 0], [0.9, 0.2, 0.1], "fewer than two events"),
        ([1, 1], [0.9, 0.2], "fewer than two non-events"),
        ([], [], "fewer than two non-events"),
        ([1, 1, 0, 0], [0.5] * 4, "every case has the same risk"),
    ],
)
def test_what_cannot_be_judged_says_why(y: list[int], risk: list[float], reason: str) -> None:
    found = partial_auc(Predictions.of(y, risk))
    assert found.area.method == f"not estimable: {reason}"
    assert math.isnan(found.standardised.value)


@pytest.mark.parametrize(("low", "high"), [(0.9, 0.9), (0.9, 0.8), (-0.1, 1), (0.5, 1.1)])
def test_an_empty_range_is_refused(low: float, high: float) -> None:
    with pytest.raises(ValueError, match="0 <= low < high <= 1"):
        partial_auc(cohort(), low=low, high=high)


def test_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="over must be"):
        partial_auc(cohort(), over="precision")  # type: ignore[arg-type]
