"""Differences of sensitivity, specificity and accuracy on the same cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import norm
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.paired_calls import (
    MEASURES,
    CallDifference,
    call_differences,
    mcnemar,
    paired_share_difference,
    signed_mean,
)
from clnm_core.stats.thresholds import confusion, operating_point
from tests.unit.stats.paired_cases import drawn, permuted, small_sets

counts = st.integers(0, 30)


@given(counts, counts)
def test_the_exact_p_is_that_of_statsmodels(b: int, c: int) -> None:
    expected = statsmodels_mcnemar([[5, b], [c, 7]], exact=True).pvalue if b + c else 1.0
    assert mcnemar(b, c).exact == pytest.approx(expected)


@given(counts, counts)
def test_the_mid_p_counts_the_observed_table_half(b: int, c: int) -> None:
    found = mcnemar(b, c)
    total = b + c
    chance = math.comb(total, b) / 2**total
    expected = 1.0 if b == c else found.exact - chance
    assert found.mid_p == pytest.approx(expected)
    assert mcnemar(c, b).mid_p == found.mid_p


def test_published_tests_of_airway_hyperresponsiveness() -> None:
    """Bentur 2009 in Fagerland 2013, doi:10.1186/1471-2288-13-91, table 1."""
    found = mcnemar(1, 7)
    assert (round(found.exact, 3), round(found.mid_p, 3)) == (0.070, 0.039)


def test_many_discordant_cases_come_near_the_normal_test() -> None:
    asymptotic = 2 * norm.sf(1000 / math.sqrt(199_000))
    assert mcnemar(100_000, 99_000).mid_p == pytest.approx(asymptotic, rel=1e-3)


def score(b: float, c: float, n: float, delta: float) -> float:
    """Tango's z, its nuisance parameter found by maximising the trinomial likelihood."""

    def loss(second_only: float) -> float:
        shares = (second_only + delta, second_only, 1 - 2 * second_only - delta)
        return -sum(
            k * math.log(max(p, 1e-300))
            for k, p in zip((b, c, n - b - c), shares, strict=True)
            if k
        )

    span = (max(0.0, -delta), (1 - delta) / 2)
    q = minimize_scalar(loss, bounds=span, method="bounded", options={"xatol": 1e-12}).x
    return float((b - c - n * delta) / math.sqrt(n * (2 * q + delta - delta**2)))


@pytest.mark.parametrize("table", [(1, 7, 21), (6, 16, 161), (0, 4, 50), (3, 3, 10), (40, 2, 90)])
def test_both_ends_of_tangos_interval_are_where_the_score_test_just_rejects(
    table: tuple[int, int, int],
) -> None:
    found = paired_share_difference(*table, level=0.9)
    limit = norm.ppf(0.95)
    assert score(*table, found.low) == pytest.approx(limit, abs=1e-5)
    assert score(*table, found.high) == pytest.approx(-limit, abs=1e-5)


@given(counts, counts, st.integers(0, 60))
def test_the_interval_excludes_zero_where_mcnemars_normal_test_rejects(
    b: int, c: int, rest: int
) -> None:
    if b + c == 0:
        return
    z = (b - c) / math.sqrt(b + c)
    found = paired_share_difference(b, c, b + c + rest)
    assert found.low <= found.value <= found.high
    assert -1 <= found.low
    assert found.high <= 1
    if abs(abs(z) - norm.ppf(0.975)) > 1e-6:
        assert found.excludes(0) == (abs(z) > norm.ppf(0.975))


def test_agreement_everywhere_is_no_proof_of_equality() -> None:
    found = paired_share_difference(0, 0, 20)
    assert found.value == 0
    assert found.high == pytest.approx(-found.low)
    assert 0.1 < found.high < 0.2


def by_measure(found: list[CallDifference]) -> dict[str, CallDifference]:
    return {one.measure: one for one in found}


@pytest.mark.parametrize("per_patient", [1, 2])
def test_differences_are_those_of_the_models_alone(per_patient: int) -> None:
    paired = drawn(160, per_patient=per_patient)
    found = by_measure(call_differences(paired, "m0", "m1", 0.5))
    assert tuple(found) == MEASURES
    alone = {name: operating_point(paired.model(name), 0.5) for name in paired.names}
    for measure, one in found.items():
        assert one.first == alone["m0"][measure].value
        assert one.estimate.value == pytest.approx(one.first - alone["m1"][measure].value)
    counted = confusion(paired.model("m0"), 0.5)
    assert found["sensitivity"].n == counted.tp + counted.fn
    assert found["accuracy"].n == 160


def test_a_hand_worked_table() -> None:
    y = [1] * 6 + [0] * 4
    a = [0.9, 0.9, 0.9, 0.9, 0.1, 0.1, 0.1, 0.1, 0.1, 0.9]
    b = [0.9, 0.9, 0.1, 0.1, 0.9, 0.1, 0.1, 0.9, 0.9, 0.9]
    found = by_measure(call_differences(PairedPredictions.of(y, {"a": a, "b": b}), "a", "b", 0.5))
    one = found["sensitivity"].mcnemar
    assert (one.first_only, one.second_only) == (2, 1)
    assert found["sensitivity"].estimate == paired_share_difference(2, 1, 6)
    one = found["specificity"].mcnemar
    assert (one.first_only, one.second_only) == (2, 0)
    assert found["specificity"].p == mcnemar(2, 0).mid_p == 0.25
    assert found["accuracy"].estimate.value == pytest.approx(0.3)


def test_a_risk_at_the_threshold_is_positive() -> None:
    both = PairedPredictions.of([1, 0], {"a": [0.5, 0.5], "b": [0.49, 0.49]})
    found = by_measure(call_differences(both, "a", "b", 0.5))
    assert found["sensitivity"].estimate.value == 1
    assert found["specificity"].estimate.value == -1


@given(small_sets())
def test_swapping_models_turns_everything_round(paired: PairedPredictions) -> None:
    here = call_differences(paired, "a", "b", 0.5)
    there = call_differences(paired, "b", "a", 0.5)
    for one, other in zip(here, there, strict=True):
        assert one.p == pytest.approx(other.p, nan_ok=True)
        assert one.estimate.value == pytest.approx(-other.estimate.value, nan_ok=True)
        assert one.estimate.low == pytest.approx(-other.estimate.high, nan_ok=True, abs=1e-9)


@given(small_sets())
def test_the_order_of_cases_changes_nothing(paired: PairedPredictions) -> None:
    here = call_differences(paired, "a", "b", 0.5)
    there = call_differences(permuted(paired), "a", "b", 0.5)
    for one, other in zip(here, there, strict=True):
        assert one.p == pytest.approx(other.p, nan_ok=True)
        assert one.estimate.low == pytest.approx(other.estimate.low, nan_ok=True)


def test_a_model_against_itself_has_p_one() -> None:
    for per_patient in (1, 3):
        paired = drawn(90, per_patient=per_patient)
        for one in call_differences(paired, "m0", "m0", 0.4):
            assert one.estimate.value == 0
            assert one.p == 1
            assert one.estimate.low < 0 < one.estimate.high


def test_copies_of_a_case_in_one_patient_add_nothing() -> None:
    rng = np.random.default_rng(3)
    sign = rng.choice([-1, 0, 1], 80, p=[0.1, 0.6, 0.3]).astype(np.int8)
    alone = signed_mean(sign, None)
    copied = signed_mean(np.repeat(sign, 4), np.repeat(np.arange(80), 4))
    assert copied.value == alone.value
    assert copied.method == "Tango, clustered by patient"
    # The clustered variance has n - 1 below, the score test has n.
    assert (copied.low, copied.high) == pytest.approx((alone.low, alone.high), abs=0.003)


def test_a_class_without_cases_is_said_and_one_patient_is_too_few() -> None:
    both = PairedPredictions.of([1, 1, 1], {"a": [0.9, 0.2, 0.3], "b": [0.8, 0.1, 0.6]})
    found = by_measure(call_differences(both, "a", "b", 0.5))
    assert found["specificity"].estimate.method == "not estimable: no cases"
    assert math.isnan(found["specificity"].p)
    one = PairedPredictions.of([1, 0, 1], {"a": [0.9, 0.2, 0.3], "b": [0.8, 0.1, 0.6]}, [7, 7, 7])
    for difference in call_differences(one, "a", "b", 0.5):
        if difference.n > 1:
            assert difference.estimate.method == "not estimable: one patient only"


@pytest.mark.parametrize("bad", [(-1, 2, 5), (4, 2, 5)])
def test_impossible_counts_are_refused(bad: tuple[int, int, int]) -> None:
    with pytest.raises(ValueError):
        paired_share_difference(*bad)
    with pytest.raises(ValueError):
        mcnemar(-1, 0)
    with pytest.raises(ValueError, match="threshold"):
        call_differences(drawn(10), "m0", "m1", 1.2)


def test_agreement_everywhere_counts_patients_and_not_their_cases() -> None:
    found = signed_mean(np.zeros(60, dtype=np.int8), np.arange(60) // 3)
    alone = paired_share_difference(0, 0, 20)
    assert (found.low, found.high) == (alone.low, alone.high)
