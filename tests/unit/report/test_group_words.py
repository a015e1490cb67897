"""Claims about the words for gaps and for groups as a whole."""

from __future__ import annotations

import math

from clnm_core.report.gap_words import gap_text, group_words, subgroups_answer, verdict_text
from clnm_core.report.group_test_words import group_tests_text
from clnm_core.stats.gaps import Gap
from clnm_core.stats.group_result import GroupResult
from clnm_core.stats.interaction import AREA, LEVEL, SLOPE, GroupTest

NAN = math.nan


def group(level: str, *flags: str) -> GroupResult:
    return GroupResult("centre", level, 100, 50, flags, {})


def gap(metric: str = "sensitivity", *, p: float = 0.007, adjusted: float = 0.02) -> Gap:
    return Gap("centre", metric, "1", "4", -0.11, -0.19, -0.03, "gap", p=p, p_adjusted=adjusted)


def undecided(n: int | None) -> Gap:
    return Gap("centre", "auc", "1", "4", 0.0, -0.2, 0.2, "not enough data", n_needed=n)


def test_a_gap_is_said_with_its_adjusted_p_value() -> None:
    assert gap_text(gap()) == (
        "sensitivity is lower for centre 4 by 0.11 (0.03–0.19, adjusted p 0.02) than for centre 1"
    )


def test_what_remains_after_adjusting_is_counted_and_said_first() -> None:
    weak = gap("sensitivity", p=0.04, adjusted=0.2)
    answer = subgroups_answer((group("1"), group("4")), [weak, gap("flag_rate"), gap("ppv")])
    assert answer.startswith("Positive predictive value is lower for centre 4")
    assert answer.endswith(
        "; 3 of 3 comparisons show a gap, 2 also after adjusting for their number."
    )
    assert subgroups_answer((group("1"), group("4")), [weak]).endswith(
        "1 of 1 comparison shows a gap, none of them after adjusting for their number."
    )


def test_where_nothing_is_decided_it_says_what_would() -> None:
    groups = (group("1"), group("4"))
    answer = subgroups_answer(groups, [undecided(4123), undecided(900), undecided(70_000)])
    assert answer == (
        "No gap is shown, but in 3 of 3 comparisons the data cannot rule one out (about 4,200 "
        "cases of the same mix would decide half of these)."
    )
    assert subgroups_answer(groups, [undecided(None)]).endswith("cannot rule one out.")


def test_a_verdict_carries_what_makes_it_sure() -> None:
    assert verdict_text(gap()) == "gap, adjusted p 0.02"
    assert verdict_text(undecided(87)) == "not enough data: needs 87 cases"
    assert verdict_text(undecided(None)) == "not enough data"


def test_a_group_is_named_with_its_column_once() -> None:
    labels = {"centre": "Centre", "sex": "Sex", "sex × side": "Sex × side"}
    assert group_words("centre", "centre 4", labels) == "centre 4"
    assert group_words("centre", "Leeds", labels) == "centre Leeds"
    assert group_words("sex", "unknown", labels) == "unknown sex"
    assert group_words("sex × side", "female, left", labels) == "“female, left”"


def three(level: float, slope: float, area: float, *left_out: str) -> list[GroupTest]:
    return [
        GroupTest("centre", of, 3.0, 2, p, 3, left_out, "likelihood-ratio test")
        for of, p in ((LEVEL, level), (SLOPE, slope), (AREA, area))
    ]


def test_groups_as_a_whole_are_said_in_one_sentence() -> None:
    assert group_tests_text(three(0.001, 0.4, 0.03), {"centre": "Hospital"}) == (
        "Taken together, the groups of hospital differ in how far their risks are off (p 0.001) "
        "and AUC (p 0.03); they are not shown to differ in how "
        "steeply the outcome follows the risk (p 0.40)."
    )
    assert group_tests_text(three(0.5, 0.4, 0.3), {}).startswith(
        "Taken together, the groups of centre are not shown to differ in how far"
    )


def test_a_test_that_cannot_be_made_says_why_once() -> None:
    reason = "not estimable: 3 risks are exactly 0 or 1, which have no log-odds"
    level, slope, area = three(NAN, NAN, 0.2)
    broken = [
        GroupTest(test.column, test.of, NAN, 0, NAN, 0, (), reason) for test in (level, slope)
    ]
    sentence = group_tests_text([*broken, area], {})
    assert sentence.endswith(
        "; how far their risks are off and how steeply the outcome follows the risk cannot be "
        "compared: 3 risks are exactly 0 or 1, which have no log-odds."
    )
    alone = group_tests_text(broken, {})
    assert alone.startswith("How far their risks are off and ")
    assert "cannot be compared by centre: 3 risks" in alone


def test_groups_that_are_left_out_of_a_test_are_named() -> None:
    sentence = group_tests_text(three(0.5, 0.4, 0.3, "5", "6"), {})
    assert sentence.endswith(" Not in every test, having one class or one risk only: 5 and 6.")
    many = group_tests_text(three(0.5, 0.4, 0.3, *"abcdef"), {})
    assert many.endswith("one risk only: 6 groups.")
