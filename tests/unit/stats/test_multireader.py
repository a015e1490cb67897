"""Obuchowski and Rockette's analysis, against its textbook form written out naively."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import norm
from scipy.stats import t as student

from clnm_core.stats.multireader import average, mean_reader, reader_difference
from clnm_core.stats.reader_merit import Merits, merits

READERS = 5


def crossed(
    seed: int = 0, *, n: int = 60, readers: int = READERS, gain: float = 0.4, spread: float = 0.6
) -> tuple[np.ndarray, np.ndarray]:
    """Outcomes, and the ratings of readers without (first) and with aid (then)."""
    rng = np.random.default_rng(seed)
    truth = np.arange(n) < n // 2
    skill = rng.normal(1.2, spread, (2, readers))
    case = rng.normal(size=n)
    parts = []
    for side in range(2):
        for reader in range(readers):
            lift = skill[0, reader] + side * gain + 0.3 * (skill[1, reader] - 1.2) * side
            parts.append(truth * lift + case + rng.normal(size=n))
    return truth, np.column_stack(parts)


def textbook(found: Merits, readers: int) -> dict[str, float]:
    """Hillis 2007: two modalities, all covariances averaged element by element."""
    theta = found.values.reshape(2, readers)
    cov = {"var": [], "cov1": [], "cov2": [], "cov3": []}
    for i in range(2):
        for j in range(readers):
            for k in range(2):
                for m in range(readers):
                    name = (
                        "var"
                        if i == k and j == m
                        else "cov1"
                        if j == m
                        else "cov2"
                        if i == k
                        else "cov3"
                    )
                    cov[name].append(found.covariance[i * readers + j, k * readers + m])
    mean = {name: float(np.mean(values)) for name, values in cov.items()}
    by_side, by_reader, grand = theta.mean(axis=1), theta.mean(axis=0), theta.mean()
    ms_t = readers * sum((by_side - grand) ** 2)
    ms_tr = sum(
        (theta[i, j] - by_side[i] - by_reader[j] + grand) ** 2
        for i in range(2)
        for j in range(readers)
    ) / (readers - 1)
    error = ms_tr + max(readers * (mean["cov2"] - mean["cov3"]), 0)
    df = error**2 / (ms_tr**2 / (readers - 1))
    se_fixed = math.sqrt(
        2 / readers * (mean["var"] - mean["cov1"] + (readers - 1) * (mean["cov2"] - mean["cov3"]))
    )
    difference = by_side[1] - by_side[0]
    reach = student.ppf(0.975, df) * math.sqrt(2 / readers * error)
    return {
        "value": difference,
        "low": difference - reach,
        "high": difference + reach,
        "df": df,
        "p": student.sf(math.sqrt(ms_t / error), df) * 2,
        "fixed_low": difference - norm.ppf(0.975) * se_fixed,
    }


@pytest.mark.parametrize("seed", range(4))
def test_aided_against_unaided_is_the_textbook_test(seed: int) -> None:
    truth, rated = crossed(seed)
    found = merits(truth, rated)
    first, second = range(READERS, 2 * READERS), range(READERS)
    random = reader_difference(found, first, second)
    fixed = reader_difference(found, first, second, sample="fixed")
    expected = textbook(found, READERS)
    assert random.estimate.method == "Obuchowski-Rockette, random readers"
    assert random.estimate.value == pytest.approx(expected["value"])
    assert random.estimate.low == pytest.approx(expected["low"])
    assert random.estimate.high == pytest.approx(expected["high"])
    assert random.df == pytest.approx(expected["df"])
    assert random.p == pytest.approx(expected["p"])
    assert fixed.estimate.low == pytest.approx(expected["fixed_low"])


def test_the_model_against_readers_is_the_single_modality_test_of_their_differences() -> None:
    truth, rated = crossed(1)
    risk = truth + np.random.default_rng(9).normal(size=len(truth))
    found = merits(truth, np.column_stack([risk, rated[:, :READERS]]))
    result = reader_difference(found, [0] * READERS, range(1, READERS + 1))
    lead = found.values[0] - found.values[1:]
    cov = found.covariance
    cov2 = np.mean(
        [
            cov[0, 0] - cov[0, j] - cov[0, k] + cov[j, k]
            for j in range(1, READERS + 1)
            for k in range(1, READERS + 1)
            if j != k
        ]
    )
    ms_r = lead.var(ddof=1)
    error = math.sqrt((ms_r + max(READERS * cov2, 0)) / READERS)
    df = (ms_r + max(READERS * cov2, 0)) ** 2 / (ms_r**2 / (READERS - 1))
    assert result.df == pytest.approx(df)
    assert result.estimate.high == pytest.approx(lead.mean() + student.ppf(0.975, df) * error)


@given(st.integers(0, 10_000), st.permutations(range(READERS)))
def test_the_order_of_readers_does_not_matter(seed: int, order: list[int]) -> None:
    truth, rated = crossed(seed, n=20)
    turned = np.hstack([rated[:, order], rated[:, READERS:][:, order]])
    first, second = range(READERS, 2 * READERS), range(READERS)
    straight = reader_difference(merits(truth, rated), first, second)
    shuffled = reader_difference(merits(truth, turned), first, second)
    assert shuffled.estimate.low == pytest.approx(straight.estimate.low, abs=1e-9)
    assert shuffled.p == pytest.approx(straight.p, abs=1e-9)


@given(st.integers(0, 10_000))
def test_the_two_sides_mirror_each_other(seed: int) -> None:
    truth, rated = crossed(seed, n=20)
    found = merits(truth, rated)
    there = reader_difference(found, range(READERS, 2 * READERS), range(READERS))
    back = reader_difference(found, range(READERS), range(READERS, 2 * READERS))
    assert back.estimate.low == pytest.approx(-there.estimate.high)
    assert back.p == pytest.approx(there.p)


@pytest.mark.parametrize("sample", ["random", "fixed"])
def test_aid_that_changes_nothing_has_a_difference_of_zero_and_no_interval(sample: str) -> None:
    truth, rated = crossed()
    same = np.hstack([rated[:, :READERS]] * 2)
    found = reader_difference(
        merits(truth, same), range(READERS, 2 * READERS), range(READERS), sample=sample
    )
    assert found.estimate.value == 0
    assert math.isnan(found.estimate.low)
    assert math.isnan(found.p)
    assert "vary neither between readers nor over cases" in found.estimate.method


def test_readers_who_are_alike_leave_only_the_cases_to_vary() -> None:
    truth, rated = crossed()
    alike = rated[:, [0, 0, 0, READERS, READERS, READERS]]
    both = [
        reader_difference(merits(truth, alike), [3, 4, 5], [0, 1, 2], sample=sample)
        for sample in ("random", "fixed")
    ]
    assert math.isinf(both[0].df)
    assert both[0].estimate.low == pytest.approx(both[1].estimate.low)
    one = reader_difference(merits(truth, alike), [3], [0], sample="fixed")
    assert both[0].estimate.low == pytest.approx(one.estimate.low)


def test_one_reader_speaks_for_himself_alone() -> None:
    truth, rated = crossed()
    found = merits(truth, rated)
    general = reader_difference(found, [READERS], [0])
    assert not general.estimate.is_estimable
    assert "one reader" in general.estimate.method
    assert reader_difference(found, [READERS], [0], sample="fixed").estimate.is_estimable


def test_readers_in_general_are_never_known_better_than_these_readers() -> None:
    values = np.array([0.70, 0.70, 0.71])
    covariance = np.full((3, 3), -0.0001) + np.diag([0.004] * 3)
    random, fixed = (average(values, covariance, sample=s) for s in ("random", "fixed"))
    assert random.estimate.low == fixed.estimate.low
    assert random.estimate.high == fixed.estimate.high
    assert random.p == fixed.p
    assert "these readers only" in random.estimate.method


def test_the_mean_reader_stays_between_zero_and_one() -> None:
    truth, rated = crossed(2, n=16, readers=2, gain=1.0, spread=0.1)
    found = mean_reader(merits(truth, rated), [2, 3])
    assert 0 < found.estimate.low < found.estimate.value < found.estimate.high < 1
    assert "logit" in found.estimate.method


def test_without_readers_or_without_a_class_the_reason_is_said() -> None:
    nobody = average(np.empty(0), np.empty((0, 0)))
    assert nobody.estimate.method == "not estimable: no readers"
    found = mean_reader(merits([1, 1, 1], [[0.1, 0.2]] * 3), [0, 1])
    assert "fewer than two patients" in found.estimate.method
    assert math.isnan(found.df)


def test_pairs_must_pair_up() -> None:
    truth, rated = crossed()
    with pytest.raises(ValueError, match="pair up"):
        reader_difference(merits(truth, rated), [0, 1], [2])


def test_no_effect_is_declared_about_as_often_as_it_should() -> None:
    rejected = 0
    for seed in range(300):
        truth, rated = crossed(seed, n=50, gain=0.0, spread=0.2)
        found = reader_difference(merits(truth, rated), range(READERS, 2 * READERS), range(READERS))
        rejected += found.p < 0.05
    assert 3 <= rejected <= 27
