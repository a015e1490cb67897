"""Groups are measured, small ones are named, and a gap has three verdicts."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.stats.proportion import confint_proportions_2indep

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.metrics import METRICS, all_metrics
from clnm_core.stats.subgroups import GAP_METRICS, GroupResult, by_group, gaps
from clnm_core.stats.thresholds import confusion
from clnm_core.stats.uncertainty import Estimate, not_estimable


def cohort(n: int = 600, seed: int = 0) -> tuple[Predictions, pd.DataFrame]:
    generator = np.random.default_rng(seed)
    risk = expit(generator.normal(-0.5, 1.3, n))
    frame = pd.DataFrame(
        {
            "centre": generator.choice(["A", "B", "C"], n, p=[0.6, 0.3, 0.1]),
            "age_years": generator.integers(18, 85, n),
        }
    )
    return Predictions.of(generator.random(n) < risk, risk), frame


def result(level: str, n: int, **values: tuple[float, float, float]) -> GroupResult:
    none = not_estimable("no events", level=0.95)
    metrics = {metric.name: none for metric in METRICS}
    metrics.update({k: Estimate(v[0], v[1], v[2], 0.95, "given") for k, v in values.items()})
    return GroupResult("sex", level, n, n // 3, (), metrics)


@given(st.lists(st.sampled_from(["a", "b", None]), min_size=1, max_size=60))
def test_the_counts_of_a_columns_groups_sum_to_the_whole(words: list) -> None:
    n = len(words)
    predictions = Predictions.of(np.arange(n) % 3 == 0, np.linspace(0, 1, n))
    groups = pd.DataFrame({"word": pd.Series(words, dtype=object)})
    found = by_group(predictions, groups, 0.5, bootstrap=0)
    assert sum(group.n for group in found) == n
    assert sum(group.events for group in found) == predictions.events


def test_a_group_is_measured_as_if_it_were_alone() -> None:
    predictions, groups = cohort()
    found = by_group(predictions, groups[["centre"]], 0.4, bootstrap=50, seed=3)
    alone = predictions.where((groups["centre"] == "B").to_numpy())
    assert [group.level for group in found] == ["A", "B", "C"]
    assert found[1].metrics == all_metrics(alone, 0.4, bootstrap=50, seed=3)
    assert list(found[1].metrics) == [metric.name for metric in METRICS]


def test_a_group_below_ten_is_listed_and_not_scored() -> None:
    predictions = Predictions.of([1, 0] * 15, np.linspace(0.1, 0.9, 30))
    groups = pd.DataFrame({"centre": ["A"] * 21 + ["B"] * 9})
    small = by_group(predictions, groups, 0.5, bootstrap=0)[1]
    assert (small.level, small.n, small.flags) == ("B", 9, ("too few",))
    assert not small.is_scored
    assert {estimate.method for estimate in small.metrics.values()} == {
        "not estimable: fewer than 10 cases"
    }


def test_a_group_of_ten_is_scored_and_its_few_events_are_flagged() -> None:
    predictions = Predictions.of([1, 0] * 15, np.linspace(0.1, 0.9, 30))
    groups = pd.DataFrame({"centre": ["A"] * 20 + ["B"] * 10})
    small = by_group(predictions, groups, 0.5, bootstrap=0)[1]
    assert small.flags == ("few events",)
    assert small.metrics["sensitivity"].is_estimable


def test_numbers_are_cut_into_named_groups() -> None:
    predictions, groups = cohort()
    found = by_group(predictions, groups[["age_years"]], 0.5, bootstrap=0)
    assert [group.level for group in found] == [
        "under 30", "30 to under 45", "45 to under 55", "55 to under 65", "65 or more",
    ]  # fmt: skip


def test_labels_of_another_length_are_refused() -> None:
    predictions, groups = cohort()
    with pytest.raises(ValueError, match="groups must have one row per case; got 5 for 600"):
        by_group(predictions, groups.head(5), 0.5)


def test_every_group_is_compared_with_the_largest_in_every_measure() -> None:
    predictions, groups = cohort()
    found = gaps(by_group(predictions, groups[["centre"]], 0.5, bootstrap=0))
    assert {gap.reference for gap in found} == {"A"}
    assert [(gap.metric, gap.level) for gap in found] == [
        (metric, level) for metric in GAP_METRICS for level in ("B", "C")
    ]


def test_the_interval_of_a_difference_of_shares_is_newcombes() -> None:
    predictions, groups = cohort()
    found = gaps(by_group(predictions, groups[["centre"]], 0.5, bootstrap=0))
    gap = next(gap for gap in found if gap.metric == "sensitivity" and gap.level == "B")
    b, a = (
        confusion(predictions.where((groups["centre"] == word).to_numpy()), 0.5) for word in "BA"
    )
    low, high = confint_proportions_2indep(
        b.tp, b.tp + b.fn, a.tp, a.tp + a.fn, method="newcomb", compare="diff"
    )
    assert gap.value == pytest.approx(b.tp / (b.tp + b.fn) - a.tp / (a.tp + a.fn))
    assert (gap.low, gap.high) == pytest.approx((low, high), abs=1e-9)


@pytest.mark.parametrize(
    ("women", "men", "verdict"),
    [
        ((0.60, 0.55, 0.65), (0.80, 0.75, 0.85), "gap"),
        ((0.80, 0.79, 0.81), (0.81, 0.80, 0.82), "no gap beyond the margin"),
        ((0.73, 0.50, 0.90), (0.75, 0.55, 0.95), "not enough data"),
        ((0.76, 0.755, 0.765), (0.79, 0.785, 0.795), "no gap beyond the margin"),
    ],
)
def test_a_verdict_has_three_states(women: tuple, men: tuple, verdict: str) -> None:
    found = gaps([result("men", 90, auc=men), result("women", 60, auc=women)])
    assert next(gap for gap in found if gap.metric == "auc").verdict == verdict


def test_a_measure_that_one_group_lacks_is_not_enough_data() -> None:
    found = gaps([result("men", 90, auc=(0.8, 0.7, 0.9)), result("women", 60)])
    assert {gap.verdict for gap in found} == {"not enough data"}
    assert all(math.isnan(gap.value) for gap in found)


def test_the_margin_is_wider_for_observed_per_expected_and_can_be_chosen() -> None:
    groups = [
        result("men", 90, o_e_ratio=(1.0, 0.95, 1.05)),
        result("women", 60, o_e_ratio=(1.1, 1.05, 1.15)),
    ]
    verdicts = {gap.metric: gap.verdict for gap in gaps(groups)}
    strict = {gap.metric: gap.verdict for gap in gaps(groups, margins={"o_e_ratio": 0.05})}
    assert verdicts["o_e_ratio"] == "no gap beyond the margin"
    assert strict["o_e_ratio"] == "gap"


def test_unknown_is_never_the_reference_while_there_is_another() -> None:
    found = gaps([result("unknown", 90), result("women", 60)])
    assert {(gap.reference, gap.level) for gap in found} == {("women", "unknown")}


def test_one_scored_group_has_no_gaps() -> None:
    assert gaps([result("women", 60)]) == []
