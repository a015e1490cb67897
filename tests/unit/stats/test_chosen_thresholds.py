"""Thresholds chosen by a rule, and carried to other splits."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import CallCounts, call_counts
from clnm_core.stats.chosen_thresholds import CARRIED, Rule, carried, chosen_threshold
from clnm_core.stats.thresholds import operating_point, youden_threshold

STEPS = [step / 100 for step in range(1, 100)]


def cohort(n: int = 200, seed: int = 0, decimals: int = 6) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = generator.random(n).round(decimals)
    y = generator.random(n) < risk
    y[:2] = True, False
    return Predictions.of(y, risk)


def rate(predictions: Predictions, threshold: float, name: str) -> float:
    flagged = predictions.risk >= threshold
    if name == "sensitivity":
        return float(flagged[predictions.y_true].mean())
    return float((~flagged)[~predictions.y_true].mean())


@given(seed=st.integers(0, 200), target=st.sampled_from([0.5, 0.8, 0.9, 0.95, 1.0]))
def test_a_sensitivity_is_kept_by_the_highest_threshold_that_can(seed: int, target: float) -> None:
    predictions = cohort(40, seed)
    found = chosen_threshold(call_counts(predictions), Rule("sensitivity", target))
    able = [t for t in STEPS if rate(predictions, t, "sensitivity") >= target - 1e-12]
    assert found.threshold == max(able, default=math.nan) or not able
    assert found.is_found == bool(able)


@given(seed=st.integers(0, 200), target=st.sampled_from([0.0, 0.5, 0.8, 0.95, 1.0]))
def test_a_specificity_is_reached_by_the_lowest_threshold_that_can(
    seed: int, target: float
) -> None:
    predictions = cohort(40, seed)
    found = chosen_threshold(call_counts(predictions), Rule("specificity", target))
    able = [t for t in STEPS if rate(predictions, t, "specificity") >= target - 1e-12]
    assert found.threshold == min(able, default=math.nan) or not able
    assert found.is_found == bool(able)


@given(seed=st.integers(0, 200))
def test_youdens_threshold_of_the_grid_is_youdens_where_risks_lie_on_it(seed: int) -> None:
    predictions = cohort(60, seed, decimals=2)
    inside = predictions.where((predictions.risk > 0) & (predictions.risk < 1))
    best = youden_threshold(inside)
    if math.isnan(best):
        return
    found = chosen_threshold(call_counts(inside), Rule("youden"))

    def index(threshold: float) -> float:
        return rate(inside, threshold, "sensitivity") + rate(inside, threshold, "specificity")

    assert index(found.threshold) == pytest.approx(index(best))
    assert found.threshold == best


@pytest.mark.parametrize(("ratio", "expected"), [(1, 0.5), (9, 0.1), (2, 0.33), (99, 0.01)])
def test_costs_alone_give_a_threshold_also_without_cases(ratio: float, expected: float) -> None:
    nobody = call_counts(Predictions.of([], []))
    assert chosen_threshold(nobody, Rule("cost", ratio)).threshold == expected


@pytest.mark.parametrize("ratio", [0.25, 1.0, 4.0, 9.0])
def test_the_cost_threshold_is_the_cheapest_for_risks_that_come_true(ratio: float) -> None:
    generator = np.random.default_rng(3)
    risk = generator.random(200_000)
    counts = call_counts(Predictions.of(generator.random(200_000) < risk, risk))
    cost = counts.fp + ratio * (counts.events - counts.tp)
    cheapest = counts.thresholds[cost.argmin()]
    chosen = chosen_threshold(counts, Rule("cost", ratio)).threshold
    assert chosen == pytest.approx(cheapest, abs=0.03)


def test_a_split_of_one_class_says_what_is_missing() -> None:
    sick = call_counts(Predictions.of([1, 1], [0.2, 0.8]))
    assert chosen_threshold(sick, Rule("youden")).reason == "no case is without the outcome"
    assert chosen_threshold(sick, Rule("specificity", 0.9)).reason
    assert chosen_threshold(sick, Rule("sensitivity", 0.9)).threshold == 0.2
    well = call_counts(Predictions.of([0, 0], [0.2, 0.8]))
    assert chosen_threshold(well, Rule("sensitivity", 0.9)).reason == "no case has the outcome"


def test_a_rate_out_of_reach_says_so() -> None:
    found = chosen_threshold(
        call_counts(Predictions.of([1, 0, 0], [0.5, 1.0, 0.2])), Rule("specificity", 0.9)
    )
    assert not found.is_found
    assert found.reason == "no threshold from 0.01 to 0.99 reaches it"


def test_a_carried_threshold_is_judged_on_every_split() -> None:
    splits = {"validation": cohort(100, 1), "external": cohort(150, 2)}
    table = carried({name: call_counts(part) for name, part in splits.items()}, 0.4)
    assert table["split"].tolist() == ["validation", "external"]
    for row, part in zip(table.to_dict("records"), splits.values(), strict=True):
        expected = operating_point(part, 0.4)
        assert (row["n"], row["events"]) == (len(part), part.events)
        for name in CARRIED:
            found = [row[name], row[f"{name}_low"], row[f"{name}_high"]]
            assert found == [expected[name].value, expected[name].low, expected[name].high]


def test_patients_with_several_cases_are_resampled_whole() -> None:
    once = cohort(150)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(150)) * 2)
    table = carried({"once": call_counts(once), "twice": twice}, 0.5)
    width = table["sensitivity_high"] - table["sensitivity_low"]
    assert width[1] == pytest.approx(width[0], rel=0.15)


def test_no_split_gives_an_empty_table() -> None:
    empty: dict[str, CallCounts | Predictions] = {}
    assert carried(empty, 0.5).empty
    assert "sensitivity_low" in carried(empty, 0.5)


@pytest.mark.parametrize(
    ("name", "target"), [("cost", 0), ("cost", math.inf), ("sensitivity", 1.1), ("best", 0.5)]
)
def test_a_rule_out_of_its_range_is_refused(name: str, target: float) -> None:
    with pytest.raises(ValueError, match="got"):
        Rule(name, target)  # type: ignore[arg-type]
