"""Differences of net benefit on the same cases."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from scipy.stats import norm

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.paired_benefit import benefit_at, net_benefit_difference
from clnm_core.stats.uncertainty import clustered_standard_error
from clnm_core.stats.utility import net_benefit
from tests.unit.stats.paired_cases import drawn, permuted, small_sets


@pytest.mark.parametrize("per_patient", [1, 3])
def test_the_difference_is_that_of_the_two_curves(per_patient: int) -> None:
    paired = drawn(150, per_patient=per_patient, decimals=2)
    found = net_benefit_difference(paired, "m0", "m1")
    one, other = (net_benefit(paired.model(name), bootstrap=0)["model"] for name in paired.names)
    assert found["difference"].to_numpy() == pytest.approx((one - other).to_numpy(), abs=1e-12)


@pytest.mark.parametrize("per_patient", [1, 3])
def test_the_band_is_that_of_a_mean_over_cases(per_patient: int) -> None:
    paired = drawn(150, per_patient=per_patient, decimals=2)
    found = net_benefit_difference(paired, "m0", "m1", [0.2, 0.5, 0.7], level=0.9)
    for row in found.to_dict("records"):
        t = row["threshold"]
        treated = [(paired.risk(name) >= t).astype(float) for name in paired.names]
        worth = (treated[0] - treated[1]) * np.where(paired.y_true, 1.0, -t / (1 - t))
        error = clustered_standard_error((worth - worth.mean()) / 150, paired.patient)
        assert row["high"] - row["difference"] == pytest.approx(norm.ppf(0.95) * error)
        assert row["difference"] - row["low"] == pytest.approx(norm.ppf(0.95) * error)
        assert row["discordant"] == (treated[0] != treated[1]).sum()


def test_a_hand_worked_difference() -> None:
    y = [1, 1, 0, 0]
    both = PairedPredictions.of(y, {"a": [0.9, 0.6, 0.2, 0.1], "b": [0.9, 0.4, 0.8, 0.1]})
    found = net_benefit_difference(both, "a", "b", [0.75, 0.5])
    assert found["difference"].tolist() == pytest.approx([3 / 4, 2 / 4])
    assert found["discordant"].tolist() == [1, 2]


@given(small_sets())
def test_swapping_flips_and_order_does_not_matter(paired: PairedPredictions) -> None:
    grid = [0.1, 0.5, 0.55]
    here = net_benefit_difference(paired, "a", "b", grid)
    swapped = net_benefit_difference(paired, "b", "a", grid)
    shuffled = net_benefit_difference(permuted(paired), "a", "b", grid)
    names = ["difference", "low", "high"]
    flipped = -swapped[["difference", "high", "low"]].to_numpy()
    assert here[names].to_numpy() == pytest.approx(flipped, nan_ok=True, abs=1e-12)
    assert here[names].to_numpy() == pytest.approx(
        shuffled[names].to_numpy(), nan_ok=True, abs=1e-12
    )


def test_where_nobody_is_treated_differently_there_is_no_interval() -> None:
    paired = drawn(60)
    found = net_benefit_difference(paired, "m0", "m0")
    assert (found["difference"] == 0).all()
    assert found["low"].isna().all()
    assert "no case is treated differently" in benefit_at(paired, "m0", "m0", 0.5).method


def test_thresholds_come_back_in_the_order_asked_and_are_checked() -> None:
    paired = drawn(60)
    asked = [0.5, 0.2, 0.5]
    found = net_benefit_difference(paired, "m0", "m1", asked)
    assert found["threshold"].tolist() == asked
    assert found["difference"].iloc[0] == found["difference"].iloc[2]
    assert benefit_at(paired, "m0", "m1", 0.2).value == found["difference"].iloc[1]
    with pytest.raises(ValueError, match="thresholds"):
        net_benefit_difference(paired, "m0", "m1", [1.0])


def test_nobody_and_one_patient_are_said() -> None:
    nobody = PairedPredictions.of(np.empty(0, bool), {"a": [], "b": []})
    assert benefit_at(nobody, "a", "b", 0.5).method == "not estimable: no cases"
    one = PairedPredictions.of([1, 0], {"a": [0.9, 0.2], "b": [0.4, 0.1]}, ["x", "x"])
    assert benefit_at(one, "a", "b", 0.5).method == "not estimable: one patient only"
    assert math.isnan(net_benefit_difference(one, "a", "b", [0.5])["high"].iloc[0])
