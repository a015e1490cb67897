"""Net reclassification and integrated discrimination, worked by hand and by resampling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from scipy import stats

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.paired_calls import call_differences, paired_share_difference
from clnm_core.stats.reclassification import (
    Reclassification,
    categorical_nri,
    continuous_nri,
    group_words,
    idi,
    reclassification_table,
)
from tests.unit.stats.paired_cases import copied, drawn, permuted, small_sets


@pytest.fixture
def ten() -> PairedPredictions:
    """Ten cases; old and new risks, in groups below 0.1, 0.1-0.3, from 0.3.

    Events: up, up, down, stay, stay. Non-events: down, down, down, up, stay.
    """
    old = [0.05, 0.20, 0.40, 0.20, 0.50, 0.40, 0.20, 0.35, 0.05, 0.02]
    new = [0.20, 0.60, 0.25, 0.25, 0.45, 0.20, 0.05, 0.05, 0.15, 0.01]
    return PairedPredictions.of([1] * 5 + [0] * 5, {"new": new, "old": old})


def test_groups_worked_by_hand(ten: PairedPredictions) -> None:
    found = categorical_nri(ten, "new", "old", [0.1, 0.3])
    assert found.events.value == pytest.approx((2 - 1) / 5)
    assert found.non_events.value == pytest.approx((3 - 1) / 5)
    assert found.total.value == pytest.approx(0.6)
    assert found.events == paired_share_difference(2, 1, 5)
    assert found.non_events == paired_share_difference(3, 1, 5)


def test_directions_worked_by_hand(ten: PairedPredictions) -> None:
    found = continuous_nri(ten, "new", "old")
    assert found.events.value == pytest.approx((3 - 2) / 5)
    assert found.non_events.value == pytest.approx((4 - 1) / 5)


def test_mean_risks_worked_by_hand(ten: PairedPredictions) -> None:
    found = idi(ten, "new", "old")
    assert found.events.value == pytest.approx((0.15 + 0.40 - 0.15 + 0.05 - 0.05) / 5)
    assert found.non_events.value == pytest.approx((0.20 + 0.15 + 0.30 - 0.10 + 0.01) / 5)
    assert found.total.value == pytest.approx(0.08 + 0.112)


def test_the_table_counts_every_move(ten: PairedPredictions) -> None:
    table = reclassification_table(ten, "new", "old", [0.1, 0.3])
    assert len(table) == 2 * 3 * 3
    assert table.groupby("outcome")["n"].sum().to_dict() == {True: 5, False: 5}
    cell = table.set_index(["outcome", "old", "new"])
    assert cell.loc[(True, "10–30 %", "30 % or more"), "n"] == 1
    assert cell.loc[(True, "10–30 %", "30 % or more"), "share"] == 0.5
    assert cell.loc[(False, "30 % or more", "below 10 %"), "n"] == 1
    assert cell.loc[(False, "below 10 %", "10–30 %"), "share"] == 0.5
    moved = table["new_group"] - table["old_group"]
    events, others = table["outcome"], ~table["outcome"]
    ups, downs = (moved > 0), (moved < 0)
    nri = (table["n"] * ups)[events].sum() - (table["n"] * downs)[events].sum()
    assert nri / 5 == pytest.approx(0.2)
    assert (table["n"] * downs)[others].sum() == 3


def test_a_risk_at_a_cut_belongs_to_the_group_above() -> None:
    both = PairedPredictions.of([1, 0], {"a": [0.3, 0.3], "b": [0.29, 0.29]})
    found = categorical_nri(both, "a", "b", [0.3])
    assert (found.events.value, found.non_events.value) == (1, -1)
    assert group_words([0.3]) == ["below 30 %", "30 % or more"]


@pytest.mark.parametrize("per_patient", [1, 3])
def test_one_cut_gives_the_gains_in_sensitivity_and_specificity(per_patient: int) -> None:
    paired = drawn(150, per_patient=per_patient)
    found = categorical_nri(paired, "m0", "m1", [0.5])
    sensitivity, specificity, _ = call_differences(paired, "m0", "m1", 0.5)
    assert found.events == sensitivity.estimate
    assert found.non_events == specificity.estimate


def test_parts_of_idi_are_paired_t_intervals() -> None:
    paired = drawn(120)
    rise = (paired.risk("m0") - paired.risk("m1"))[paired.y_true]
    expected = stats.ttest_1samp(rise, 0).confidence_interval(0.95)
    found = idi(paired, "m0", "m1").events
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def test_the_sum_of_idi_is_welchs_interval() -> None:
    paired = drawn(120, seed=5)
    rise = paired.risk("m0") - paired.risk("m1")
    y = paired.y_true
    expected = stats.ttest_ind(rise[y], rise[~y], equal_var=False).confidence_interval(0.95)
    found = idi(paired, "m0", "m1").total
    assert (found.low, found.high) == pytest.approx((expected.low, expected.high))


def everything(paired: PairedPredictions, new: str, old: str) -> list[Reclassification]:
    return [
        categorical_nri(paired, new, old, [0.3, 0.6]),
        continuous_nri(paired, new, old),
        idi(paired, new, old),
    ]


def bounds(found: Reclassification) -> list[float]:
    parts = (found.events, found.non_events, found.total)
    return [number for part in parts for number in (part.value, part.low, part.high)]


def test_intervals_of_sums_are_as_wide_as_a_patient_bootstrap() -> None:
    paired = drawn(600, per_patient=3, seed=8)
    rng = np.random.default_rng(1)
    members = np.arange(600).reshape(200, 3)
    values = []
    for _ in range(400):
        rows = members[rng.integers(200, size=200)].ravel()
        again = PairedPredictions(
            paired.names, paired.y_true[rows], paired.risks[:, rows], np.arange(600)
        )
        values.append([one.total.value for one in everything(again, "m0", "m1")])
    for one, error in zip(everything(paired, "m0", "m1"), np.std(values, axis=0), strict=True):
        assert one.total.method == "Wald, clustered by patient"
        assert (one.total.high - one.total.low) / 2 / 1.97 == pytest.approx(error, rel=0.15)


def test_copies_of_a_case_in_one_patient_add_nothing_to_mean_risks() -> None:
    once = drawn(80, seed=6)
    alone, thrice = idi(once, "m0", "m1"), idi(copied(once, 3), "m0", "m1")
    for part, other in ((alone.events, thrice.events), (alone.non_events, thrice.non_events)):
        assert (part.low, part.high) == pytest.approx((other.low, other.high))
    assert "clustered by patient" in thrice.total.method


def test_a_shift_of_all_cases_of_a_patient_cancels_out() -> None:
    """Each patient has one case of either class; both risks rise by the same amount."""
    shift = np.random.default_rng(0).uniform(-0.2, 0.2, 40).round(2)
    old = np.full(80, 0.5)
    both = PairedPredictions.of(
        [True, False] * 40, {"new": old + np.repeat(shift, 2), "old": old}, np.arange(80) // 2
    )
    found = idi(both, "new", "old")
    assert found.events.high - found.events.low > 0.05
    assert found.total.high - found.total.low < 1e-9
    moved = continuous_nri(both, "new", "old")
    assert moved.total.high - moved.total.low < 1e-9


@given(small_sets())
def test_swapping_models_flips_every_sign(paired: PairedPredictions) -> None:
    for here, there in zip(everything(paired, "a", "b"), everything(paired, "b", "a"), strict=True):
        flipped = np.array(bounds(there)).reshape(3, 3)[:, [0, 2, 1]] * -1
        assert bounds(here) == pytest.approx(flipped.ravel().tolist(), nan_ok=True, abs=1e-9)


@given(small_sets())
def test_the_order_of_cases_changes_nothing(paired: PairedPredictions) -> None:
    there = everything(permuted(paired), "a", "b")
    for one, other in zip(everything(paired, "a", "b"), there, strict=True):
        assert bounds(one) == pytest.approx(bounds(other), nan_ok=True, abs=1e-9)


def test_a_model_against_itself_moves_nobody() -> None:
    paired = drawn(80)
    for found in everything(paired, "m0", "m0"):
        assert [found.events.value, found.non_events.value, found.total.value] == [0, 0, 0]
        assert found.total.low <= 0 <= found.total.high


def test_what_is_missing_is_said() -> None:
    only = PairedPredictions.of([1, 1, 1], {"a": [0.9, 0.2, 0.3], "b": [0.8, 0.1, 0.2]})
    assert categorical_nri(only, "a", "b", [0.5]).total.method == "not estimable: no non-events"
    assert categorical_nri(only, "a", "b", [0.5]).events.is_estimable
    assert idi(only, "a", "b").total.method == "not estimable: fewer than two non-events"
    one = PairedPredictions.of([1, 1, 0, 0], {"a": [0.9] * 4, "b": [0.8] * 4}, [1, 1, 2, 3])
    assert "one patient only" in continuous_nri(one, "a", "b").total.method
    assert "events of one patient only" in idi(one, "a", "b").total.method


@pytest.mark.parametrize("cuts", [[], [0.0], [0.3, 0.2], [0.5, 1.0]])
def test_cuts_must_increase_inside_the_range(ten: PairedPredictions, cuts: list[float]) -> None:
    with pytest.raises(ValueError, match="cuts"):
        categorical_nri(ten, "new", "old", cuts)
    with pytest.raises(ValueError, match="cuts"):
        reclassification_table(ten, "new", "old", cuts)


def test_a_model_that_exaggerates_is_favoured() -> None:
    """Why the page warns: stretching risks gains NRI and IDI and no AUC (Hilden 2014)."""
    paired = drawn(4000, shifts=(1.2,), seed=2)
    risk = paired.risk("m0")
    odds = np.log(risk / (1 - risk))
    centre = np.log(paired.events / (len(paired) - paired.events))
    stretched = 1 / (1 + np.exp(-(centre + 3 * (odds - odds.mean()))))
    both = PairedPredictions.of(paired.y_true, {"new": stretched, "old": risk})
    assert idi(both, "new", "old").total.low > 0.1
