"""Claims about how a model's errors are said."""

from __future__ import annotations

import math
import re

import pytest

from clnm_core.report.failures_words import failures_answer, failures_methods, wrong_by_text
from clnm_core.report.references import references
from clnm_core.stats.failure_split import Split
from clnm_core.stats.uncertainty import Estimate, not_estimable, wilson

LABELS = {"capsule_distance_mm": "Capsule distance", "sex": "Sex", "ti_rads": "TI-RADS"}


def split(column: str, how: str, words: str, low: float = 0.2) -> Split:
    difference = Estimate(0.43, low, 0.6, 0.999, "t")
    return Split(column, how, words, math.nan, 48, 31, 623, 137, difference)


def answer(kind: str = "missed", wrong: int = 48, possible: int = 671, **more) -> str:
    share = wilson(wrong, possible)
    values = {"threshold": 0.3, "outcome_label": "Lateral neck metastasis", "split": None}
    return failures_answer(
        kind, share, wrong=wrong, possible=possible, labels=LABELS, **(values | more)
    )


def test_misses_are_said_with_interval_and_what_they_have_in_common() -> None:
    assert answer(split=split("capsule_distance_mm", "at least", "7.5 mm")) == (
        "48 of 671 cases with lateral neck metastasis are missed at threshold 0.30 (7 %, 5–9, "
        "Wilson); 31 of them lie 7.5 mm or deeper (65 %, against 22 % of the others; difference "
        "20–60 percentage points)."
    )


@pytest.mark.parametrize(
    ("column", "how", "words", "said"),
    [
        (
            "capsule_distance_mm",
            "under",
            "2.5 mm",
            "31 of them lie less than 2.5 mm from the capsule",
        ),
        ("sex", "is", "male", "in 31 of them sex is male"),
        ("ti_rads", "is", "5", "in 31 of them TI-RADS is 5"),
        ("new_marker", "at least", "8 U", "in 31 of them new marker is 8 U or more"),
        ("new_marker", "under", "8 U", "in 31 of them new marker is under 8 U"),
    ],
)
def test_a_split_is_said_in_the_words_of_its_column(
    column: str, how: str, words: str, said: str
) -> None:
    assert f"; {said} (65 %" in answer(split=split(column, how, words))


def test_a_split_that_chance_may_explain_is_not_said() -> None:
    text = answer(split=split("sex", "is", "male", low=-0.01))
    assert "male" not in text
    assert text.endswith("no single column tells them from the others beyond chance.")


def test_false_alarms_are_counted_among_cases_without_the_outcome() -> None:
    text = answer("false_alarms", 1, 40)
    assert text.startswith("1 of 40 cases without lateral neck metastasis is a false alarm at")
    assert "2 of 40 cases without lateral neck metastasis are false alarms" in answer(
        "false_alarms", 2, 40
    )


def test_no_error_is_said_with_the_most_that_it_may_be() -> None:
    assert "None of 40 cases with lateral neck metastasis is missed at threshold 0.30" in answer(
        wrong=0, possible=40
    )
    assert "at most 9 % of such cases" in answer(wrong=0, possible=40)


def test_no_case_at_all_is_said() -> None:
    share = not_estimable("no cases", level=0.95)
    text = failures_answer(
        "missed",
        share,
        wrong=0,
        possible=0,
        threshold=0.5,
        outcome_label="Lateral neck metastasis",
        split=None,
        labels={},
    )
    assert text == "No case with lateral neck metastasis is left, so none can be missed."


def test_distances_to_the_threshold_are_points() -> None:
    assert wrong_by_text(0.264) == "26 points"
    assert wrong_by_text(0.004) == "0.4 points"
    assert wrong_by_text(0.0) == "0.0 points"


@pytest.mark.parametrize("method", ["Wilson", "Wilson, clustered by patient"])
def test_every_method_named_with_a_year_has_its_full_citation(method: str) -> None:
    line = failures_methods("missed", Estimate(0.1, 0.05, 0.2, 0.95, method), threshold=0.305)
    named = re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d", line)
    assert len(references(line)) == len(set(named)) >= 1
    assert "at or above 0.305" in line
