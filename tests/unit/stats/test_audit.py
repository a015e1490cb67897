"""The audit keeps its JSON contract, on sound data and on hopeless ones."""

from __future__ import annotations

import itertools
import json
import time

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.errors import EmptyCohortError
from clnm_core.stats.audit import MOST_POINTS, audit
from clnm_core.stats.discrimination import auc_logit
from clnm_core.stats.metrics import METRICS, all_metrics

MEASURES = [
    "auc", "average_precision", "brier", "brier_scaled", "calibration_intercept",
    "calibration_slope", "o_e_ratio", "ici", "ece", "sensitivity", "specificity", "ppv", "npv",
    "accuracy", "f1", "balanced_accuracy", "mcc", "flag_rate",
]  # fmt: skip
SECTIONS = [
    "n", "events", "excluded", "threshold", "overall", "groups", "gaps", "roc", "pr",
    "calibration", "net_benefit", "findings", "group_tests",
]  # fmt: skip
RANGES = {metric.name: metric.range for metric in METRICS}


def cohort(n: int = 300, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = expit(generator.normal(-0.5, 1.3, n))
    return Predictions.of(generator.random(n) < risk, risk)


def centres(n: int = 300, seed: int = 0) -> pd.DataFrame:
    generator = np.random.default_rng(seed)
    return pd.DataFrame({"centre": generator.choice(["A", "B"], n)})


def test_an_audit_has_the_sections_and_measures_of_the_contract() -> None:
    report = audit(cohort(), groups=centres(), bootstrap=50).to_dict()
    assert list(report) == SECTIONS
    assert list(report["overall"]) == MEASURES
    assert all(
        list(measure) == ["value", "low", "high", "level", "method"]
        for measure in report["overall"].values()
    )
    assert list(report["groups"][0]) == ["column", "level", "n", "events", "flags", *MEASURES]
    assert list(report["gaps"][0]) == [
        "column", "metric", "reference", "level", "value", "low", "high", "verdict",
        "ratio", "ratio_low", "ratio_high", "p", "p_adjusted", "margin", "n_needed", "method",
    ]  # fmt: skip
    assert list(report["group_tests"][0]) == [
        "column", "of", "statistic", "df", "p", "groups", "left_out", "method",
    ]  # fmt: skip
    assert list(report["roc"][0]) == [
        "threshold", "sensitivity", "specificity", "false_positive_rate",
    ]  # fmt: skip
    assert list(report["pr"][0]) == ["threshold", "recall", "precision"]
    assert list(report["findings"][0]) == ["code", "severity", "message"]


def test_the_measures_are_declared_in_the_order_of_the_contract() -> None:
    assert [metric.name for metric in METRICS] == MEASURES
    assert len({metric.label for metric in METRICS}) == len(METRICS)


def test_an_audit_travels_as_strict_json() -> None:
    report = audit(cohort(), groups=centres(), bootstrap=50, excluded=[{"row": 3, "reason": "x"}])
    text = json.dumps(report.to_dict(), allow_nan=False)
    again = json.loads(text)
    assert again["roc"][0]["threshold"] is None
    assert again["excluded"] == [{"row": 3, "reason": "x"}]
    assert isinstance(again["calibration"][0]["n"], int)


def test_the_same_seed_gives_the_same_audit_and_another_seed_another() -> None:
    first, again, other = (
        audit(cohort(), groups=centres(), bootstrap=50, seed=seed).to_dict() for seed in (1, 1, 2)
    )
    assert first == again
    assert first["overall"]["ici"] != other["overall"]["ici"]
    assert first["overall"]["auc"] == other["overall"]["auc"]


def test_the_order_of_the_cases_does_not_matter() -> None:
    forward, groups = cohort(), centres()
    backward = audit(
        Predictions.of(forward.y_true[::-1], forward.risk[::-1]), groups=groups[::-1], bootstrap=50
    ).to_dict()
    expected = audit(forward, groups=groups, bootstrap=50).to_dict()
    for name in MEASURES:
        for key in ("value", "low", "high"):
            assert backward["overall"][name][key] == pytest.approx(
                expected["overall"][name][key], abs=1e-9
            )


def test_without_a_threshold_one_half_is_taken_and_said() -> None:
    report = audit(cohort(), bootstrap=0)
    assert report.threshold == 0.5
    assert report.methods[0].startswith("Threshold 0.5, because none was given")
    assert audit(cohort(), threshold=0.2, bootstrap=0).methods[0].startswith("Threshold 0.2:")


def test_the_methods_say_level_resamples_and_margins() -> None:
    words = " ".join(audit(cohort(), level=0.9, bootstrap=1200, seed=7).methods)
    assert "Intervals at 90%: AUC by DeLong; shares by Wilson" in words
    assert "1,200 resamples of cases, seed 7" in words
    assert "margin of 0.05 for AUC and rates and 0.2 for observed per expected" in words
    clustered = Predictions.of(cohort().y_true, cohort().risk, np.arange(300) // 2)
    words = " ".join(audit(clustered, bootstrap=0).methods)
    assert "patient-clustered" in words
    assert "Bootstrap: none" in words


def test_several_splits_become_groups_and_one_split_does_not() -> None:
    split = np.where(np.arange(300) < 200, "validation", None)
    report = audit(cohort(), split=split, bootstrap=0)
    assert [(g.column, g.level, g.n) for g in report.groups] == [
        ("split", "validation", 200),
        ("split", "unknown", 100),
    ]
    assert audit(cohort(), split="external", bootstrap=0).groups == ()


def test_long_curves_are_thinned_and_keep_their_ends() -> None:
    report = audit(cohort(5000), bootstrap=0)
    assert len(report.roc) == len(report.pr) == MOST_POINTS
    assert report.roc["sensitivity"].iloc[[0, -1]].tolist() == [0, 1]


def test_no_cases_are_refused_with_what_to_do() -> None:
    with pytest.raises(EmptyCohortError, match=r"No case is left to audit\. Widen the filters"):
        audit(Predictions.of([], []))


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        ({"threshold": 1.5}, r"threshold must lie in \[0, 1\]; got 1.5"),
        ({"level": 95}, "level must lie between 0 and 1; got 95"),
        ({"bootstrap": -1}, "bootstrap must be 0 or more; got -1"),
        ({"split": ["a", "b"]}, "split must have one word per case; got 2 for 300"),
        ({"groups": pd.DataFrame({"x": [1]})}, "groups must have one row per case; got 1 for 300"),
    ],
)
def test_options_out_of_range_are_refused(options: dict, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        audit(cohort(), **options)


OUTCOMES = {
    "none": lambda n: np.zeros(n, dtype=bool),
    "all": lambda n: np.ones(n, dtype=bool),
    "one": lambda n: np.arange(n) == 0,
    "mixed": lambda n: np.arange(n) % 2 == 0,
}
RISKS = {
    "constant": lambda y: np.full(len(y), 0.3),
    "zero": lambda y: np.zeros(len(y)),
    "one": lambda y: np.ones(len(y)),
    "perfect": lambda y: y.astype(float),
    "reversed": lambda y: 0.8 - 0.5 * y,
    "tied": lambda y: np.arange(len(y)) % 3 / 4,
    "tiny": lambda y: np.random.default_rng(0).random(len(y)) ** 60,
}
PATIENTS = {
    "own": lambda n: None,
    "pairs": lambda n: np.arange(n) // 2,
    "same": lambda n: np.zeros(n),
}


@pytest.mark.parametrize(
    ("n", "outcome", "patient"), list(itertools.product([1, 2, 12, 40], OUTCOMES, PATIENTS))
)
def test_hopeless_data_give_reasons_instead_of_crashes_or_warnings(
    n: int, outcome: str, patient: str
) -> None:
    y = OUTCOMES[outcome](n)
    groups = pd.DataFrame({"centre": ["A"] * (n - n // 3) + ["B"] * (n // 3), "empty": [None] * n})
    for make in RISKS.values():
        report = audit(
            Predictions.of(y, make(y), PATIENTS[patient](n)), groups=groups, bootstrap=20
        ).to_dict()
        json.dumps(report, allow_nan=False)
        for measures in (report["overall"], *report["groups"]):
            for name in MEASURES:
                found = measures[name]
                if found["value"] is None:
                    assert found["method"].startswith("not estimable: ")
                    assert found["low"] is None
                else:
                    low, high = RANGES[name]
                    assert low <= found["low"] <= found["value"] <= found["high"] <= high


CASE = st.tuples(
    st.booleans(),
    st.sampled_from([0.0, 0.2, 0.5, 0.5, 0.8, 1.0]) | st.floats(1e-9, 1),
    st.integers(0, 15),
    st.sampled_from(["A", "B", "C", None]),
    st.sampled_from([1, 2.5, None]),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(CASE, min_size=1, max_size=40), st.booleans(), st.integers(1, 6))
def test_any_small_table_is_audited_and_no_case_is_lost(
    cases: list, is_clustered: bool, fewest: int
) -> None:
    y, risk, patient, word, number = (list(column) for column in zip(*cases, strict=True))
    groups = pd.DataFrame(
        {"word": pd.Series(word, dtype=object), "number": number, "all": ["same"] * len(cases)}
    )
    report = audit(
        Predictions.of(y, risk, patient if is_clustered else None),
        groups=groups,
        bootstrap=20,
        fewest=fewest,
    ).to_dict()
    json.dumps(report, allow_nan=False)
    for column in groups:
        members = [group for group in report["groups"] if group["column"] == column]
        assert sum(group["n"] for group in members) == len(cases)
        assert sum(group["events"] for group in members) == sum(y)
    for gap in report["gaps"]:
        assert gap["value"] is None or -1 <= gap["value"] or gap["metric"] == "o_e_ratio"
        if gap["low"] is not None and gap["high"] is not None:
            assert gap["low"] <= gap["value"] <= gap["high"]
            assert gap["high"] > gap["low"]
        if gap["ratio_low"] is not None:
            assert 0 <= gap["ratio_low"] <= gap["ratio"]
        assert gap["p"] is None or 0 <= gap["p"] <= gap["p_adjusted"] <= 1
        assert gap["n_needed"] is None or gap["verdict"] == "not enough data"
    for test in report["group_tests"]:
        assert (test["p"] is None) == test["method"].startswith("not estimable: ")


def test_four_hundred_levels_and_an_identifier_are_groups_like_others() -> None:
    n = 2600
    number = np.where(np.arange(n) < 2000, np.arange(n) % 400, np.arange(n) % 2)
    groups = pd.DataFrame(
        {"centre": [f"centre {k}" for k in number], "id": [f"c{k}" for k in range(n)]}
    )
    report = audit(cohort(n), groups=groups, bootstrap=20)
    centres, ids = (
        [group for group in report.groups if group.column == column] for column in groups
    )
    assert len(centres) == 400
    assert sorted(group.n for group in centres) == [5] * 398 + [305] * 2
    assert sum(group.is_scored for group in centres) == 2
    assert len(ids) == 1001
    assert (ids[-1].level, ids[-1].n) == ("the other 1,600 groups", 1600)
    assert {gap.column for gap in report.gaps} == {"centre"}


def test_margins_can_be_chosen_and_are_said() -> None:
    wide = audit(cohort(), groups=centres(), bootstrap=50, margins={"auc": 0.5})
    assert {gap.verdict for gap in wide.gaps if gap.metric == "auc"} == {"no gap beyond the margin"}
    assert "a margin of 0.5 for AUC" in " ".join(wide.methods)
    with pytest.raises(ValueError, match="margins must be above 0"):
        audit(cohort(), groups=centres(), bootstrap=0, margins={"auc": 0})


def test_every_measure_lies_in_its_declared_range() -> None:
    for metric in METRICS:
        found = all_metrics(cohort(), 0.4, bootstrap=100)[metric.name]
        low, high = metric.range
        assert low <= found.low <= found.value <= found.high <= high


def test_thirty_thousand_cases_in_eight_groups_take_a_few_seconds_at_most() -> None:
    predictions = cohort(30_000)
    groups = pd.DataFrame({"centre": np.random.default_rng(0).choice(list("ABCDEFGH"), 30_000)})
    start = time.process_time()
    audit(predictions, groups=groups, bootstrap=1000)
    assert time.process_time() - start < 8


@pytest.mark.parametrize(("n", "is_said"), [(80, True), (2_000, False)])
def test_a_small_class_is_told_which_interval_of_the_area_covers(n: int, is_said: bool) -> None:
    random = np.random.default_rng(0)
    risk = random.random(n)
    some = Predictions.of(random.random(n) < risk, risk)
    wider = auc_logit(some)
    text = " ".join(audit(some, bootstrap=0).methods)
    assert (f"{wider.low:.3f} to {wider.high:.3f}" in text) is is_said
