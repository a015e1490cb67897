"""Kappa against statsmodels, and by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, to_table
from statsmodels.stats.inter_rater import fleiss_kappa as sm_fleiss_kappa

from clnm_core.stats.agreement import cohen_kappa, fleiss_kappa, percent_agreement
from clnm_core.stats.uncertainty import critical_value


def ratings(seed: int, n: int = 80, readers: int = 2, levels: int = 4) -> np.ndarray:
    rng = np.random.default_rng(seed)
    case = rng.integers(0, levels, (n, 1))
    return (case + rng.integers(-1, 2, (n, readers))).clip(0, levels - 1)


def test_a_table_worked_by_hand() -> None:
    """20 both positive, 5 and 10 split, 15 both negative: (0.7 - 0.5) / (1 - 0.5) = 0.4."""
    first = np.repeat([1, 1, 0, 0], [20, 5, 10, 15])
    second = np.repeat([1, 0, 1, 0], [20, 5, 10, 15])
    found = cohen_kappa(first, second)
    assert found.value == pytest.approx(0.4)
    assert found.low < 0.4 < found.high
    assert percent_agreement(first, second).value == pytest.approx(0.7)
    assert percent_agreement(first, second).low == pytest.approx(0.5624, abs=1e-4)


@pytest.mark.parametrize(
    ("weights", "wt"), [("none", None), ("linear", "linear"), ("quadratic", "quadratic")]
)
@pytest.mark.parametrize("seed", [0, 1])
def test_cohens_kappa_and_its_error_are_those_of_statsmodels(
    weights: str, wt: str | None, seed: int
) -> None:
    pairs = ratings(seed)
    found = cohen_kappa(pairs[:, 0], pairs[:, 1], weights=weights)
    expected = cohens_kappa(to_table(pairs)[0], wt=wt)
    n = len(pairs)
    error = math.sqrt(expected.var_kappa * n / (n - 1))
    assert found.value == pytest.approx(expected.kappa)
    assert found.high - found.value == pytest.approx(critical_value(0.95) * error)


@pytest.mark.parametrize("seed", [0, 1])
def test_fleiss_kappa_is_that_of_statsmodels(seed: int) -> None:
    calls = ratings(seed, readers=5)
    expected = sm_fleiss_kappa(aggregate_raters(calls)[0])
    assert fleiss_kappa(calls).value == pytest.approx(expected)


def test_the_error_of_fleiss_kappa_is_the_spread_over_samples_of_cases() -> None:
    rng = np.random.default_rng(0)
    everyone = ratings(7, n=400, readers=4, levels=2)
    drawn = [fleiss_kappa(everyone[rng.integers(0, 400, 400)]).value for _ in range(400)]
    found = fleiss_kappa(everyone)
    error = (found.high - found.value) / critical_value(0.95)
    assert error == pytest.approx(np.std(drawn), rel=0.15)


@given(st.integers(0, 10_000), st.permutations(range(4)))
def test_names_of_categories_and_order_of_readers_do_not_matter(
    seed: int, names: list[int]
) -> None:
    calls = ratings(seed, n=20, readers=3)
    renamed = np.array(names)[calls]
    assert fleiss_kappa(renamed[:, ::-1]).value == pytest.approx(fleiss_kappa(calls).value)
    first, second = calls[:, 0], calls[:, 1]
    there, back = cohen_kappa(first, second), cohen_kappa(renamed[:, 1], renamed[:, 0])
    assert back.value == pytest.approx(there.value, nan_ok=True)
    assert back.low == pytest.approx(there.low, nan_ok=True)


@given(st.integers(0, 10_000), st.floats(0.1, 50), st.floats(-5, 5))
def test_weighted_kappa_does_not_mind_the_scale(seed: int, size: float, start: float) -> None:
    pairs = ratings(seed, n=15).astype(float)
    for weights in ("linear", "quadratic"):
        plain = cohen_kappa(pairs[:, 0], pairs[:, 1], weights=weights)
        moved = cohen_kappa(pairs[:, 0] * size + start, pairs[:, 1] * size + start, weights=weights)
        assert moved.value == pytest.approx(plain.value, nan_ok=True)
        assert moved.low == pytest.approx(plain.low, nan_ok=True)


def test_two_calls_need_no_weights() -> None:
    pairs = ratings(2, levels=2)
    values = {w: cohen_kappa(*pairs.T, weights=w).value for w in ("none", "linear", "quadratic")}
    assert values["linear"] == pytest.approx(values["none"])
    assert values["quadratic"] == pytest.approx(values["none"])


def test_perfect_agreement_has_an_interval_below_one() -> None:
    found = cohen_kappa([1, 0, 1, 0, 1, 0], [1, 0, 1, 0, 1, 0])
    assert (found.value, found.high) == (1, 1)
    assert found.low == pytest.approx(2 * (6 / (6 + critical_value(0.95) ** 2)) - 1)
    assert fleiss_kappa([[1, 1, 1], [0, 0, 0]]).value == 1


def test_cases_of_one_patient_widen_the_interval() -> None:
    calls = np.repeat(ratings(3, n=30, readers=3, levels=2), 3, axis=0)
    patient = np.repeat(np.arange(30), 3)
    plain, clustered = fleiss_kappa(calls), fleiss_kappa(calls, patient)
    assert clustered.value == plain.value
    assert clustered.high - clustered.low > 1.5 * (plain.high - plain.low)
    assert "clustered" in clustered.method


def test_what_cannot_be_estimated_says_why() -> None:
    assert "chance alone" in cohen_kappa([1, 1, 1], [1, 1, 1]).method
    assert "no cases" in cohen_kappa([], []).method
    assert "two readers" in fleiss_kappa([[1], [0]]).method
    assert "one patient" in cohen_kappa([1, 0, 1], [1, 0, 0], [7, 7, 7]).method
    assert not percent_agreement([], []).is_estimable
    with pytest.raises(ValueError, match="one shape"):
        cohen_kappa([1, 0], [1])
    with pytest.raises(ValueError, match="table of cases"):
        fleiss_kappa([1, 0])
