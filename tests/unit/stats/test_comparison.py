"""Differences of areas under the ROC curve on the same cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import norm

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import (
    areas,
    auc_difference,
    auc_differences,
    cases_needed,
    placements,
    verdict,
)
from clnm_core.stats.discrimination import auc, auc_variance
from clnm_core.stats.uncertainty import Estimate, not_estimable
from tests.unit.stats.paired_cases import copied, drawn, permuted, small_sets


def numbers(one: object) -> tuple[float, float, float, float]:
    estimate = one.estimate  # type: ignore[attr-defined]
    return estimate.value, estimate.low, estimate.high, one.p  # type: ignore[attr-defined]


@pytest.mark.parametrize("per_patient", [1, 3])
def test_each_model_keeps_its_own_area_and_variance(per_patient: int) -> None:
    paired = drawn(120, per_patient=per_patient)
    found = areas(paired)
    for place, name in enumerate(paired.names):
        assert found.of(name) == auc(paired.model(name))
        assert found.covariance[place, place] == pytest.approx(auc_variance(paired.model(name)))


def test_placements_have_the_area_as_mean() -> None:
    paired = drawn(60, decimals=1)
    above, below = placements(paired.y_true, paired.risk("m0"))
    assert above.mean() == pytest.approx(auc(paired.model("m0")).value)
    assert below.mean() == pytest.approx(auc(paired.model("m0")).value)


def test_the_clustered_covariance_is_that_of_patients_drawn_again() -> None:
    paired = drawn(450, per_patient=3, seed=4)
    rng = np.random.default_rng(0)
    members = np.arange(450).reshape(150, 3)
    values = []
    for _ in range(1500):
        rows = members[rng.integers(150, size=150)].ravel()
        again = PairedPredictions(
            paired.names, paired.y_true[rows], paired.risks[:, rows], np.arange(450)
        )
        above = [placements(again.y_true, risk)[0].mean() for risk in again.risks]
        values.append(above[0] - above[1])
    found = areas(paired)
    variance = found.covariance[0, 0] + found.covariance[1, 1] - 2 * found.covariance[0, 1]
    assert found.method == "paired Obuchowski, patient-clustered"
    assert np.std(values) == pytest.approx(math.sqrt(variance), rel=0.1)


def test_copies_of_a_case_in_one_patient_add_nothing() -> None:
    once = drawn(100, seed=2)
    thrice = copied(once, 3)
    assert areas(thrice).covariance == pytest.approx(areas(once).covariance)


def test_interval_and_p_agree() -> None:
    found = auc_difference(areas(drawn(150, seed=3)), "m0", "m1")
    error = (found.estimate.high - found.estimate.low) / 2 / norm.ppf(0.975)
    assert found.p == pytest.approx(2 * norm.sf(abs(found.estimate.value) / error))


@given(small_sets())
def test_swapping_models_flips_the_sign(paired: PairedPredictions) -> None:
    found = areas(paired)
    value, low, high, p = numbers(auc_difference(found, "a", "b"))
    swapped = numbers(auc_difference(found, "b", "a"))
    assert swapped == pytest.approx((-value, -high, -low, p), abs=1e-12, nan_ok=True)


@given(small_sets())
def test_the_order_of_cases_changes_nothing(paired: PairedPredictions) -> None:
    here = numbers(auc_difference(areas(paired), "a", "b"))
    there = numbers(auc_difference(areas(permuted(paired)), "a", "b"))
    assert here == pytest.approx(there, abs=1e-9, nan_ok=True)


@given(small_sets())
def test_a_model_against_itself_differs_by_nothing(paired: PairedPredictions) -> None:
    found = areas(paired)
    one = auc_difference(found, "a", "a")
    if found.of("a").is_estimable:
        assert numbers(one) == (0.0, 0.0, 0.0, 1.0)
    else:
        assert not one.estimate.is_estimable


def test_an_increasing_map_of_the_risks_changes_nothing() -> None:
    paired = drawn(200, decimals=2)
    mapped = PairedPredictions(
        paired.names,
        paired.y_true,
        np.vstack([paired.risks[0] ** 3, paired.risks[1]]),
        paired.patient,
    )
    assert auc_difference(areas(mapped), "m0", "m1") == auc_difference(areas(paired), "m0", "m1")
    both = PairedPredictions.of(
        paired.y_true, {"a": paired.risks[0], "b": np.sqrt(paired.risks[0])}
    )
    assert numbers(auc_difference(areas(both), "a", "b")) == (0.0, 0.0, 0.0, 1.0)


def test_complete_separation_has_a_width_and_no_false_certainty() -> None:
    y = np.repeat([True, False], 6)
    both = PairedPredictions.of(
        y, {"perfect": np.where(y, 0.9, 0.1), "wrong": np.where(y, 0.1, 0.9)}
    )
    found = auc_difference(areas(both), "perfect", "wrong")
    assert found.estimate.value == 1.0
    assert found.estimate.low < 0.8
    assert "Wilson" in found.estimate.method
    assert math.isnan(found.p)
    again = PairedPredictions.of(y, {"a": np.where(y, 0.9, 0.1), "b": np.linspace(0.9, 0.1, 12)})
    same = auc_difference(areas(again), "a", "b")
    assert (same.estimate.value, same.p) == (0.0, 1.0)
    assert same.estimate.low < 0 < same.estimate.high


@pytest.mark.parametrize(
    ("y", "reason"),
    [([1, 0, 0, 0], "fewer than two events"), ([1, 1, 1, 1], "fewer than two non-events")],
)
def test_too_few_of_a_class_is_said(y: list[int], reason: str) -> None:
    both = PairedPredictions.of(y, {"a": [0.9, 0.2, 0.3, 0.1], "b": [0.8, 0.1, 0.2, 0.3]})
    found = auc_difference(areas(both), "a", "b")
    assert found.estimate.method == f"not estimable: AUC of a: {reason}"
    assert math.isnan(found.p)
    assert areas(both).best == ""


def test_one_model_without_an_area_leaves_the_others_theirs() -> None:
    paired = drawn(80, shifts=(1.5, 1.0))
    flat = PairedPredictions.of(
        paired.y_true,
        {"flat": np.full(80, 0.4), "m0": paired.risks[0], "m1": paired.risks[1]},
    )
    found = areas(flat)
    assert found.best == "m0"
    assert "every case has the same risk" in auc_difference(found, "m0", "flat").estimate.method
    assert numbers(auc_difference(found, "m0", "m1")) == numbers(
        auc_difference(areas(paired), "m0", "m1")
    )
    table = auc_differences(found)
    assert table["p"].isna().tolist() == table["p_adjusted"].isna().tolist()
    assert table["p"].notna().sum() == 1


def test_every_pair_is_listed_the_better_model_first() -> None:
    found = areas(drawn(200, shifts=(0.5, 1.6, 1.0)))
    table = auc_differences(found)
    assert len(table) == 3
    assert (table["value"] >= 0).all()
    assert table["value"].is_monotonic_decreasing
    assert (table["p_adjusted"] >= table["p"]).all()
    top = table.iloc[0]
    assert (top["first"], top["second"]) == ("m1", "m0")
    assert top["p"] == auc_difference(found, "m1", "m0").p


@pytest.mark.parametrize(
    ("low", "high", "answer"),
    [
        (0.01, 0.20, "gap"),
        (-0.20, -0.06, "gap"),
        (-0.04, 0.04, "no gap beyond the margin"),
        (0.01, 0.04, "no gap beyond the margin"),
        (-0.02, 0.08, "not enough data"),
        (math.nan, math.nan, "not enough data"),
    ],
)
def test_three_answers(low: float, high: float, answer: str) -> None:
    assert verdict(Estimate((low + high) / 2, low, high, 0.95, ""), 0.05) == answer


def test_the_cases_needed_settle_the_difference() -> None:
    seen = Estimate(0.03, -0.05, 0.11, 0.95, "")
    needed = cases_needed(seen, 100, 0.05)
    half = 0.08 * math.sqrt(100 / needed)
    assert seen.value - half >= -1e-9
    assert seen.value - 0.08 * math.sqrt(100 / (needed - 2)) < 0
    assert cases_needed(Estimate(0.2, 0.1, 0.3, 0.95, ""), 100, 0.05) == 100
    assert cases_needed(not_estimable("no events", level=0.95), 100, 0.05) == 0
