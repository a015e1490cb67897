"""Gaps are resampled as rows would be, never certain from nothing, and say what would decide."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.stats import proportion

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc_logit
from clnm_core.stats.gaps import (
    GAP,
    NO_GAP,
    NOT_ENOUGH,
    Gap,
    gaps,
    margins_of,
    with_margins,
)
from clnm_core.stats.group_calls import SHARES, call_counts
from clnm_core.stats.group_result import FOLDED, GroupResult
from clnm_core.stats.groups import folded, groupings
from clnm_core.stats.joined_intervals import ratio_interval
from clnm_core.stats.metrics import METRICS
from clnm_core.stats.multiplicity import benjamini_hochberg
from clnm_core.stats.subgroups import by_grouping
from clnm_core.stats.thresholds import operating_point
from clnm_core.stats.uncertainty import Estimate, not_estimable, wilson

THRESHOLD = 0.4


def cohort(n: int = 900, *, patients: int = 0, seed: int = 0) -> tuple[Predictions, pd.DataFrame]:
    rng = np.random.default_rng(seed)
    risk = expit(rng.normal(-0.5, 1.3, n))
    words = rng.choice(["A", "B", "C"], n, p=[0.55, 0.3, 0.15])
    patient = rng.integers(0, patients, n) if patients else None
    return Predictions.of(rng.random(n) < risk, risk, patient), pd.DataFrame({"centre": words})


def compared(
    predictions: Predictions, groups: pd.DataFrame, *, bootstrap: int = 1000
) -> dict[tuple[str, str], Gap]:
    parted = groupings(groups)
    results = by_grouping(predictions, parted, THRESHOLD, bootstrap=bootstrap)
    calls = [call_counts(predictions, part, THRESHOLD, bootstrap=bootstrap) for part in parted]
    return {(gap.metric, gap.level): gap for gap in gaps(results, calls)}


def result(level: str, n: int, flags: tuple[str, ...] = (), **values: Estimate) -> GroupResult:
    none = {metric.name: not_estimable("no events", level=0.95) for metric in METRICS}
    return GroupResult("sex", level, n, n // 3, flags, none | values)


def by_rows(
    predictions: Predictions, words: np.ndarray, pair: tuple[str, str], resamples: int
) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Difference and ratio of each share, by drawing patients one by one."""
    rng = np.random.default_rng(99)
    patients = [np.flatnonzero(predictions.patient == p) for p in np.unique(predictions.patient)]
    drawn: dict[str, list[tuple[float, float]]] = {name: [] for name in SHARES}
    for _ in range(resamples):
        rows = np.concatenate([patients[k] for k in rng.integers(0, len(patients), len(patients))])
        y, call = predictions.y_true[rows], predictions.risk[rows] >= THRESHOLD
        shares = []
        for word in pair:
            inside = words[rows] == word
            shares.append(
                {
                    "sensitivity": call[inside & y].mean(),
                    "specificity": 1 - call[inside & ~y].mean(),
                    "ppv": y[inside & call].mean(),
                    "flag_rate": call[inside].mean(),
                }
            )
        for name, pairs in drawn.items():
            pairs.append((shares[0][name] - shares[1][name], shares[0][name] / shares[1][name]))
    return {name: tuple(np.array(pairs).T) for name, pairs in drawn.items()}


@pytest.mark.parametrize("patients", [0, 300])
def test_counting_gives_the_intervals_that_drawing_rows_gives(patients: int) -> None:
    predictions, groups = cohort(patients=patients)
    found = compared(predictions, groups, bootstrap=4000)
    slow = by_rows(predictions, groups["centre"].to_numpy(), ("B", "A"), 2000)
    for name, (difference, ratio) in slow.items():
        gap = found[name, "B"]
        assert gap.method == "percentile bootstrap of the counts"
        low, high = np.quantile(difference, [0.025, 0.975])
        assert (gap.low, gap.high) == pytest.approx((low, high), abs=0.12 * (high - low))
        low, high = np.quantile(ratio, [0.025, 0.975])
        assert (gap.ratio_low, gap.ratio_high) == pytest.approx(
            (low, high), abs=0.12 * (high - low)
        )


def test_groups_that_share_patients_move_together() -> None:
    """Both eyes of every patient, one in each group: the difference is surer than it looks."""
    rng = np.random.default_rng(3)
    risk = np.repeat(expit(rng.normal(0, 2, 300)), 2)
    y = np.repeat(rng.random(300) < risk[::2], 2)
    side = pd.DataFrame({"side": ["left", "right"] * 300})
    nearly = np.where(rng.random(600) < 0.9, risk, rng.random(600))
    paired = compared(Predictions.of(y, nearly, np.repeat(np.arange(300), 2)), side)
    apart = compared(Predictions.of(y, nearly), side)
    ours, theirs = paired["sensitivity", "right"], apart["sensitivity", "right"]
    assert ours.value == theirs.value
    assert ours.high - ours.low < 0.7 * (theirs.high - theirs.low)


def test_ten_of_each_are_resampled_and_fewer_are_joined_by_newcombe() -> None:
    def of(missed: int) -> Gap:
        y = np.ones(200, dtype=bool)
        risk = np.full(200, 0.9)
        risk[:30], risk[100 : 100 + missed] = 0.1, 0.1
        words = pd.DataFrame({"sex": ["f"] * 100 + ["m"] * 100})
        return compared(Predictions.of(y, risk), words)["sensitivity", "m"]

    assert of(10).method == "percentile bootstrap of the counts"
    joined = of(9)
    assert joined.method == "MOVER from Wilson"
    expected = proportion.confint_proportions_2indep(
        91, 100, 70, 100, method="newcomb", compare="diff"
    )
    assert (joined.low, joined.high) == pytest.approx(expected, abs=1e-9)


def test_a_group_without_failures_has_an_interval_with_width() -> None:
    y = np.ones(60, dtype=bool)
    words = pd.DataFrame({"sex": ["f"] * 40 + ["m"] * 20})
    gap = compared(Predictions.of(y, np.full(60, 0.9)), words)["sensitivity", "m"]
    assert (gap.value, gap.ratio, gap.p) == (0.0, 1.0, 1.0)
    assert gap.low == pytest.approx(wilson(20, 20).low - 1)
    assert gap.ratio_low < 1 < gap.ratio_high
    assert gap.verdict == NOT_ENOUGH


def test_a_patient_who_is_a_whole_group_does_not_make_it_certain() -> None:
    rng = np.random.default_rng(0)
    patient = np.where(np.arange(400) < 60, 0, np.arange(400))
    words = pd.DataFrame({"site": np.where(np.arange(400) < 60, "one", "many")})
    found = compared(Predictions.of(rng.random(400) < 0.5, rng.random(400), patient), words)
    assert {gap.verdict for gap in found.values() if gap.metric in SHARES} == {NOT_ENOUGH}


def test_the_interval_of_a_ratio_is_close_to_the_score_interval() -> None:
    a, b = wilson(60, 100), wilson(160, 200)
    found = ratio_interval(a, b)
    score = proportion.confint_proportions_2indep(
        60, 100, 160, 200, method="score", compare="ratio"
    )
    assert found == pytest.approx(score, abs=0.02)


def test_the_ends_of_a_ratio_are_where_the_difference_touches_zero() -> None:
    a, b = wilson(30, 50), wilson(20, 60)
    low, high = ratio_interval(a, b)
    for ratio, side in ((low, (a.value - a.low, b.high - b.value)),
                        (high, (a.high - a.value, b.value - b.low))):  # fmt: skip
        distance = a.value - ratio * b.value
        assert abs(distance) == pytest.approx(math.hypot(side[0], ratio * side[1]))


def test_a_handful_of_resamples_has_no_tails() -> None:
    few, none = (compared(*cohort(), bootstrap=resamples) for resamples in (199, 0))
    assert few == none
    assert {gap.method for gap in few.values()} == {
        "MOVER from DeLong, logit", "MOVER from Wilson", "MOVER from delta method, log scale",
    }  # fmt: skip


def test_an_auc_enters_with_its_logit_interval() -> None:
    predictions, groups = cohort(400)
    gap = compared(predictions, groups, bootstrap=0)["auc", "C"]
    words = groups["centre"].to_numpy()
    a, c = (auc_logit(predictions.where(words == word)) for word in "AC")
    low = math.hypot(c.value - c.low, a.high - a.value)
    high = math.hypot(c.high - c.value, a.value - a.low)
    assert gap.low == pytest.approx(gap.value - low)
    assert gap.high == pytest.approx(gap.value + high)


def test_a_small_group_with_an_auc_near_one_is_not_surely_better() -> None:
    """DeLong's own interval ends at 0.96 here, as 31 cases cannot know."""
    large = result("A", 476, auc=Estimate(0.857, 0.823, 0.891, 0.95, "DeLong"))
    near_one = result("F", 31, auc=Estimate(0.987, 0.961, 1.0, 0.95, "DeLong"))
    gap = next(gap for gap in gaps([large, near_one]) if gap.metric == "auc")
    assert gap.p > 0.001
    assert gap.low < 0.06


def test_a_ratio_to_nothing_has_no_interval_and_to_almost_nothing_no_end() -> None:
    assert all(math.isnan(end) for end in ratio_interval(wilson(3, 10), wilson(0, 10)))
    near_zero = Estimate(0.1, 0.0, 0.3, 0.95, "given")
    assert ratio_interval(wilson(3, 10), near_zero)[1] == math.inf
    assert ratio_interval(wilson(0, 10), wilson(5, 10))[0] == 0


def test_the_p_value_is_close_to_the_score_test() -> None:
    predictions, groups = cohort(3000)
    found = compared(predictions, groups, bootstrap=8000)
    call, y = predictions.risk >= THRESHOLD, predictions.y_true
    words = groups["centre"].to_numpy()
    for level in "BC":
        gap = found["sensitivity", level]
        counts = [(call[(words == w) & y].sum(), ((words == w) & y).sum()) for w in (level, "A")]
        score = proportion.test_proportions_2indep(*counts[0], *counts[1], method="score").pvalue
        assert gap.p == pytest.approx(score, abs=0.02)


def test_p_values_are_adjusted_over_all_gaps() -> None:
    found = list(compared(*cohort()).values())
    expected = benjamini_hochberg([gap.p for gap in found])
    assert [gap.p_adjusted for gap in found] == pytest.approx(list(expected))
    assert len(found) == 12


def test_a_p_value_agrees_with_its_interval() -> None:
    for seed in range(4):
        for gap in compared(*cohort(200, seed=seed), bootstrap=200).values():
            if not math.isnan(gap.p):
                assert (gap.p < 0.05) == (gap.low > 0 or gap.high < 0)


@given(st.floats(-0.5, 0.5), st.floats(0.001, 0.4), st.floats(0.001, 0.4), st.floats(0.01, 0.2))
def test_with_the_cases_that_are_needed_no_verdict_is_open(
    value: float, below: float, above: float, margin: float
) -> None:
    gap = Gap("sex", "auc", "f", "m", value, value - below, value + above, "")
    (judged,) = with_margins([gap], {"auc": margin}, n=1000)
    if judged.verdict != NOT_ENOUGH:
        assert judged.n_needed is None
        return
    assert judged.n_needed is not None
    assert judged.n_needed >= 1000
    shrunk = math.sqrt(1000 / judged.n_needed)
    later = Gap("sex", "auc", "f", "m", value, value - below * shrunk, value + above * shrunk, "")
    assert with_margins([later], {"auc": margin * (1 + 1e-9)}, n=1000)[0].verdict in (GAP, NO_GAP)


def test_nothing_can_be_planned_from_nothing() -> None:
    unknown = Gap("sex", "auc", "f", "m", math.nan, math.nan, math.nan, "")
    endless = Gap("sex", "o_e_ratio", "f", "m", 0.0, -1e300, 1e300, "")
    judged = with_margins([unknown, endless], {}, n=50)
    assert [(gap.verdict, gap.n_needed) for gap in judged] == [(NOT_ENOUGH, None)] * 2


def test_a_wider_margin_is_easier_to_keep() -> None:
    assert margins_of(0.1)["o_e_ratio"] == pytest.approx(0.4)
    gap = Gap("sex", "auc", "f", "m", 0.05, 0.01, 0.09, "")
    assert [with_margins([gap], margins_of(m), n=9)[0].verdict for m in (0.05, 0.1)] == [
        GAP,
        NO_GAP,
    ]
    with pytest.raises(ValueError, match="margins must be above 0"):
        with_margins([gap], {"auc": 0.0}, n=9)


def test_a_folded_group_is_never_the_reference() -> None:
    words = pd.DataFrame({"centre": ["big"] * 30 + [f"c{k % 20}" for k in range(270)]})
    y = np.arange(300) % 3 == 0
    predictions = Predictions.of(y, np.linspace(0.1, 0.9, 300))
    parted = folded(groupings(words)[0], 2)
    results = by_grouping(predictions, [parted], 0.5, bootstrap=0)
    assert [r.n for r in results if FOLDED in r.flags] == [256]
    assert {gap.reference for gap in gaps(results)} == {"big"}


@pytest.mark.parametrize("metric", list(SHARES))
def test_the_shares_are_those_of_the_operating_point(metric: str) -> None:
    predictions, groups = cohort(200)
    part = groupings(groups)[0]
    counts = call_counts(predictions, part, THRESHOLD, bootstrap=10)
    successes, trials = (list(cells) for cells in SHARES[metric])
    for place, level in enumerate(part.levels):
        members = predictions.where(part.codes == place)
        expected = operating_point(members, THRESHOLD)[metric].value
        seen = counts.seen[part.levels.index(level)]
        assert seen[successes].sum() / seen[trials].sum() == pytest.approx(expected)
    assert counts.drawn.sum(axis=(1, 2)).tolist() == [200] * 10
