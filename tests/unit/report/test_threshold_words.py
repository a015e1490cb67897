"""The sentences on chosen thresholds, predictive values and treatments avoided."""

from __future__ import annotations

import math

import pandas as pd
import pytest

from clnm_core.report.threshold_words import avoided_answer, chosen_answer, value_answer
from clnm_core.stats.chosen_thresholds import Chosen, Rule


def table(*splits: str) -> pd.DataFrame:
    row = {
        **{"n": 404, "events": 200},
        **{"sensitivity": 0.86, "sensitivity_low": 0.8, "sensitivity_high": 0.91},
        **{"specificity": 0.71, "specificity_low": 0.65, "specificity_high": 0.77},
    }
    return pd.DataFrame([{"split": split, **row} for split in splits])


def said(rule: Rule, *splits: str, judged: str = "external", where: str = "validation") -> str:
    return chosen_answer(
        rule, Chosen(0.37), n=180, where=where, table=table(*splits), judged=judged
    )


def test_a_carried_threshold_is_said_with_both_splits() -> None:
    assert said(Rule("youden"), "external", "validation") == (
        "On 180 validation cases sensitivity and specificity add up to most at threshold 0.37. "
        "Carried to 404 external cases it gives a sensitivity of 86 % (80–91) and a specificity "
        "of 71 % (65–77)."
    )


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        (
            Rule("sensitivity", 0.9),
            "0.37 is the highest threshold that keeps a sensitivity of 90 %",
        ),
        (
            Rule("specificity", 0.95),
            "0.37 is the lowest threshold that reaches a specificity of 95 %",
        ),
    ],
)
def test_each_rule_says_what_it_keeps(rule: Rule, words: str) -> None:
    assert words in said(rule, "external", "validation")


@pytest.mark.parametrize(("target", "alarms"), [(1, "1 false alarm,"), (9, "9 false alarms,")])
def test_costs_choose_without_cases_and_are_not_carried(target: float, alarms: str) -> None:
    sentence = said(Rule("cost", target), "external", "validation")
    assert sentence.startswith(f"When one missed case weighs as much as {alarms}")
    assert "On 404 external cases it gives" in sentence
    assert "Carried" not in sentence


def test_one_split_alone_flatters() -> None:
    sentence = said(Rule("youden"), "external", where="external")
    assert "There is no second split" in sentence
    assert "which flatters it" in sentence


@pytest.mark.parametrize(("judged", "verb"), [("validation", "are"), ("", "include")])
def test_judging_the_cases_it_was_chosen_on_flatters(judged: str, verb: str) -> None:
    sentence = said(Rule("youden"), "external", "validation", judged=judged)
    assert (
        f"The cases judged on this page {verb} those it was chosen on, which flatters" in sentence
    )


def test_a_rule_that_finds_nothing_says_why() -> None:
    sentence = chosen_answer(
        Rule("specificity", 0.9),
        Chosen(math.nan, "no case is without the outcome"),
        n=1,
        where="train",
        table=pd.DataFrame({"split": []}),
        judged="external",
    )
    assert (
        sentence == "On 1 train case the rule finds no threshold: no case is without the outcome."
    )


def test_a_split_of_one_class_is_judged_by_the_rate_it_has() -> None:
    one_class = table("external", "validation").assign(specificity=math.nan)
    sentence = chosen_answer(
        Rule("youden"), Chosen(0.3), n=180, where="validation", table=one_class, judged="external"
    )
    assert sentence.endswith(
        "Carried to 404 external cases it gives a sensitivity of 86 % (80–91)."
    )
    neither = one_class.assign(sensitivity=math.nan)
    sentence = chosen_answer(
        Rule("youden"), Chosen(0.3), n=180, where="validation", table=neither, judged="external"
    )
    assert sentence.endswith("Carried to 404 external cases it cannot be judged.")


def values(**changed: float) -> pd.Series:
    row = {"prevalence": 0.1, "ppv": 0.47, "ppv_low": 0.33, "ppv_high": 0.62}
    row |= {"npv": 0.98, "npv_low": 0.97, "npv_high": 0.99}
    return pd.Series(row | changed)


def test_a_value_that_nobody_has_is_left_out() -> None:
    sentence = value_answer(
        values(ppv=math.nan), threshold=0.9, here=0.5, outcome_label="Any metastasis"
    )
    assert sentence.startswith("Where 10 % have any metastasis (here 50 %), one that is not")
    neither = value_answer(
        values(ppv=math.nan, npv=math.nan), threshold=0.9, here=0.5, outcome_label="Any"
    )
    assert "choose a split that has both" in neither


def test_treating_everyone_can_be_better() -> None:
    row = pd.Series({"avoided": -12.4, "low": -20.2, "high": -3.1})
    assert avoided_answer(row, threshold=0.05) == (
        "Acting at a risk of 5 %, treating everyone does more good than following the model: "
        "−12 (−20 to −3) treatments avoided per 100 patients."
    )
    unknown = pd.Series({"avoided": math.nan, "low": math.nan, "high": math.nan})
    assert "cannot be told" in avoided_answer(unknown, threshold=0.05)
