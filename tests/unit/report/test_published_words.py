"""What is said of a paper's figures."""

from __future__ import annotations

import re

import pytest

from clnm_core.report.published_words import (
    area_text,
    others_text,
    published_answer,
    published_methods,
    statement_text,
)
from clnm_core.report.references import references
from clnm_core.stats.printed import share
from clnm_core.stats.published import Paper, fitting
from clnm_core.stats.published_conflicts import conflict
from clnm_core.stats.published_intervals import hanley_mcneil
from clnm_core.stats.uncertainty import not_estimable


def answer(n: int, events: tuple[int, int] | None = None, auc: str = "", **printed: str) -> str:
    rates = {name: share(text) for name, text in printed.items()}
    paper = Paper((n, n), events, rates, share(auc) if auc else None)
    return published_answer(paper, fitting(paper), conflict(paper))


def test_one_table_is_said_in_full() -> None:
    words = answer(70, accuracy=".886", ppv=".762", sensitivity=".842", f1=".80")
    assert words == (
        "The figures fit one table only: 16 true positives, 5 false positives, 3 false negatives "
        "and 46 true negatives (70 cases, 19 with the outcome)."
    )


def test_several_tables_are_counted_with_their_range() -> None:
    assert answer(40, (20, 20), sensitivity=".8", specificity=".85") == (
        "The figures fit together, in 3 tables, with true positives 15–17 and true negatives 17."
    )


def test_many_tables_hardly_pin_one_down() -> None:
    assert "in 4,576 tables: they hardly pin one down" in answer(200, accuracy=".875")
    assert "in more than " in answer(50_000, accuracy=".875")


def test_a_conflict_of_shares_says_what_the_others_give() -> None:
    words = answer(3838, prevalence="6 %", specificity=".830", ppv="83.0 %")
    assert words == (
        "PPV 83.0 % does not fit prevalence 6 % and specificity .830: these allow at most 29.1 %."
    )
    words = answer(100, sensitivity=".90", specificity=".90", accuracy=".50")
    assert words.startswith("Accuracy .50 does not fit sensitivity .90 and specificity .90: these")
    assert words.endswith("give 89.5–90.5 %.")


def test_a_conflict_of_whole_cases_says_the_sample() -> None:
    assert answer(10, accuracy=".85") == (
        "Accuracy .85 does not come out of any whole numbers among 10 cases."
    )
    assert answer(10, (3, 3), sensitivity=".50") == (
        "Sensitivity .50 does not come out of any whole numbers among 10 cases with 3 cases with "
        "the outcome."
    )


def test_an_area_outside_every_curve_is_said() -> None:
    words = answer(100, sensitivity=".90", specificity=".90", auc=".70")
    assert words.startswith("AUC .70 does not fit sensitivity .90 and specificity .90: these give")


def test_nothing_typed_asks_for_a_rate() -> None:
    assert answer(70) == "Type at least one rate that the paper prints."
    assert "fits any table" in answer(70, auc=".8")


def test_one_case_is_singular() -> None:
    assert statement_text(Paper((1, 1)), "n") == "1 case"
    assert statement_text(Paper((9, 9), (1, 1)), "events") == "1 case with the outcome"


def test_others_that_allow_nearly_anything_say_nothing() -> None:
    paper = Paper((9, 9))
    assert others_text(paper, "ppv", None) == ""
    assert others_text(paper, "ppv", (0.0, 0.99)) == ""


def test_the_area_is_said_with_its_cases_or_with_what_it_lacks() -> None:
    paper = Paper((62, 62), auc=share("0.80"))
    assert area_text(paper, hanley_mcneil(0.8, 31, 31), (31, 31)) == (
        "With 31 cases with the outcome and 31 without, the AUC is 0.80 (0.69–0.91, Hanley-McNeil)."
    )
    assert "needs the number of cases" in area_text(paper, not_estimable("x", level=0.95), (0, 0))
    assert area_text(Paper((62, 62)), hanley_mcneil(0.8, 31, 31), (31, 31)) == ""


@pytest.mark.parametrize("is_cut", [True, False])
def test_the_methods_name_their_papers(is_cut: bool) -> None:
    line = published_methods(is_cut=is_cut)
    named = set(re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d", line))
    assert named == {"Wilson 1927", "Hanley 1982"}
    assert len(references(line)) == 2
    assert ("cut off" in line) is is_cut or "whole one too low" in line
