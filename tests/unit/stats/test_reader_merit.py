"""Figures of merit of several readings, against pairs counted one by one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import roc_auc_score

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc_variance
from clnm_core.stats.reader_merit import merits


def study(seed: int = 0, n: int = 40, k: int = 3) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes, and k readings in steps of 0.1 that share part of their errors."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) < n // 2
    case = rng.normal(size=(n, 1))
    rated = truth[:, None] + case + rng.normal(size=(n, k))
    return truth, (1 / (1 + np.exp(-rated)) * 10).round() / 10


def counted_covariance(truth: np.ndarray, rated: np.ndarray) -> np.ndarray:
    """DeLong's covariance with every pair of cases counted by hand."""
    events, others = rated[truth], rated[~truth]
    m, n = len(events), len(others)
    wins = (events[:, None, :] > others[None]) + 0.5 * (events[:, None, :] == others[None])
    area = wins.mean(axis=(0, 1))
    k = rated.shape[1]
    found = np.zeros((k, k))
    for a in range(k):
        for b in range(k):
            first = sum(
                (wins[i, :, a].mean() - area[a]) * (wins[i, :, b].mean() - area[b])
                for i in range(m)
            )
            second = sum(
                (wins[:, j, a].mean() - area[a]) * (wins[:, j, b].mean() - area[b])
                for j in range(n)
            )
            found[a, b] = first / (m - 1) / m + second / (n - 1) / n
    return found


def refitted_jackknife(truth: np.ndarray, rated: np.ndarray, patient: np.ndarray) -> np.ndarray:
    """The covariance of areas that are computed anew without each patient."""
    people = np.unique(patient)
    areas = np.array(
        [
            [roc_auc_score(truth[patient != one], column[patient != one]) for column in rated.T]
            for one in people
        ]
    )
    spread = areas - areas.mean(axis=0)
    return spread.T @ spread * (len(people) - 1) / len(people)


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_areas_and_covariances_equal_those_of_pairs_counted_one_by_one(seed: int) -> None:
    truth, rated = study(seed)
    found = merits(truth, rated)
    assert found.values == pytest.approx([roc_auc_score(truth, column) for column in rated.T])
    assert found.covariance == pytest.approx(counted_covariance(truth, rated))


def test_the_jackknife_equals_areas_computed_anew_without_each_case() -> None:
    truth, rated = study()
    found = merits(truth, rated, covariance="jackknife")
    assert found.covariance == pytest.approx(
        refitted_jackknife(truth, rated, np.arange(len(truth)))
    )


def test_the_jackknife_leaves_out_whole_patients_with_their_own_pairs() -> None:
    truth, rated = study(3)
    patient = np.arange(len(truth)) % 13
    assert any(len(set(truth[patient == one])) == 2 for one in range(13))
    found = merits(truth, rated, patient, covariance="jackknife")
    assert found.covariance == pytest.approx(refitted_jackknife(truth, rated, patient))
    assert "clustered" in found.method


def test_clustered_variances_are_those_of_the_audit() -> None:
    truth, rated = study(4)
    patient = np.arange(len(truth)) // 3
    found = merits(truth, rated, patient)
    for place, column in enumerate(rated.T):
        expected = auc_variance(Predictions.of(truth, column, patient))
        assert found.covariance[place, place] == pytest.approx(expected)


def test_rates_have_the_covariance_of_paired_proportions() -> None:
    truth, rated = study(5)
    calls = (rated >= 0.6).astype(float)
    found = merits(truth, calls, merit="sensitivity")
    assert found.values == pytest.approx(calls[truth].mean(axis=0))
    expected = np.cov(calls[truth], rowvar=False) / truth.sum()
    assert found.covariance == pytest.approx(expected)
    left_out = merits(truth, calls, merit="sensitivity", covariance="jackknife")
    n, m = len(truth), truth.sum()
    assert left_out.covariance == pytest.approx(expected * (n - 1) / n * m / (m - 1))
    opposite = merits(~truth, 1 - calls, merit="specificity")
    assert opposite.values == pytest.approx(found.values)
    assert opposite.covariance == pytest.approx(expected)


@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_the_order_of_readings_orders_the_figures_and_nothing_else(
    seed: int, order: list[int]
) -> None:
    truth, rated = study(seed, n=14, k=4)
    straight, turned = merits(truth, rated), merits(truth, rated[:, order])
    assert turned.values == pytest.approx(straight.values[order])
    assert turned.covariance == pytest.approx(straight.covariance[np.ix_(order, order)])


@pytest.mark.parametrize("covariance", ["delong", "jackknife"])
def test_one_class_has_no_area_and_no_covariance(covariance: str) -> None:
    found = merits([1, 1, 1], [[0.1], [0.2], [0.3]], covariance=covariance)
    assert np.isnan(found.values).all()
    assert np.isnan(found.covariance).all()


@pytest.mark.parametrize("covariance", ["delong", "jackknife"])
def test_one_case_of_a_class_has_no_covariance(covariance: str) -> None:
    found = merits([1, 0, 0], [[0.9], [0.2], [0.3]], covariance=covariance)
    assert found.values.tolist() == [1.0]
    assert np.isnan(found.covariance).all()
    rates = merits([1, 1, 0], [[1], [0], [0]], merit="sensitivity", covariance=covariance)
    assert np.isfinite(rates.covariance).all()


def test_incomplete_or_unfit_readings_are_refused() -> None:
    with pytest.raises(ValueError, match="complete"):
        merits([1, 0], [[0.1], [np.nan]])
    with pytest.raises(ValueError, match="0 or 1"):
        merits([1, 0], [[0.1], [0.2]], merit="sensitivity")
    with pytest.raises(ValueError, match="one row per case"):
        merits([1, 0, 1], [[0.1], [0.2]])
