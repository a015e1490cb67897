"""What the Compare page says, in every case that can arise."""

from __future__ import annotations

import math
import re

import pandas as pd
import pytest

from clnm_core.report.compare_words import (
    compare_answer,
    compare_methods,
    coverage_words,
    few_words,
    learned_words,
    points_text,
    rounded_up,
    winner_answer,
)
from clnm_core.report.references import references
from clnm_core.stats.comparison import Difference
from clnm_core.stats.optimism import WinnersOptimism
from clnm_core.stats.uncertainty import Estimate, not_estimable

LABELS = {"a": "Combined", "b": "the clinical model"}
NAN = float("nan")


def said(
    value: float, low: float, high: float, p: float = 0.03, n: int = 1204, margin: float = 0.05
) -> str:
    estimate = Estimate(value, low, high, 0.95, "paired DeLong")
    return compare_answer(Difference("a", "b", estimate, p), LABELS, n=n, margin=margin)


def test_the_better_model_is_named_with_size_interval_method_and_n() -> None:
    assert said(0.08, 0.05, 0.11, 1e-9) == (
        "Combined exceeds the clinical model by 0.08 AUC (0.05–0.11, paired DeLong, p < 0.001) "
        "on the same 1,204 cases."
    )


def test_the_worse_model_falls_short() -> None:
    assert said(-0.08, -0.13, -0.03, 0.002) == (
        "Combined falls short of the clinical model by 0.08 AUC (0.03–0.13, paired DeLong, "
        "p 0.002) on the same 1,204 cases."
    )


def test_not_enough_data_is_an_answer_with_the_number_needed() -> None:
    assert said(0.01, -0.07, 0.09, 0.81, n=100) == (
        "Whether Combined or the clinical model separates better cannot be said from the same "
        "100 cases: their AUCs differ by 0.01 (−0.07 to 0.09, paired DeLong, p 0.81). About 400 "
        "cases like these would be needed to tell."
    )


def test_a_difference_ruled_out_is_an_answer_too() -> None:
    assert said(-0.01, -0.04, 0.02, 0.5) == (
        "Combined and the clinical model separate equally well, within the margin of 0.05 AUC, on "
        "the same 1,204 cases: they differ by 0.01 (−0.02 to 0.04, paired DeLong, p 0.50)."
    )


def test_a_difference_too_small_to_matter_is_said_as_such() -> None:
    text = said(0.012, 0.0083, 0.0157, 1e-8, n=1_000_000)
    assert text.startswith("Combined exceeds the clinical model by 0.012 AUC (0.008–0.016, ")
    assert text.endswith("which is less than the margin of 0.05 that would matter.")


def test_clustered_cases_name_their_method_once() -> None:
    estimate = Estimate(0.1, 0.06, 0.14, 0.95, "paired Obuchowski, patient-clustered")
    found = compare_answer(Difference("a", "b", estimate, 0.001), LABELS, n=995, margin=0.05)
    assert "(0.06–0.14, paired Obuchowski, p 0.001)" in found


def test_what_cannot_be_compared_says_why_in_the_readers_words() -> None:
    estimate = not_estimable("AUC of b: fewer than two events", level=0.95)
    found = compare_answer(Difference("a", "b", estimate, NAN), LABELS, n=1, margin=0.05)
    assert found == (
        "Combined and the clinical model cannot be compared on the same 1 case: the AUC of the "
        "clinical model is not estimable, fewer than two events."
    )


def test_a_difference_without_a_test_leaves_p_out() -> None:
    text = said(1.0, 0.6, 1.0, NAN)
    assert "(0.60–1.00, paired DeLong)" in text


def winner(value: float, low: float, high: float, share: float) -> WinnersOptimism:
    apparent = Estimate(0.91, 0.88, 0.94, 0.95, "DeLong")
    corrected = Estimate(value, low, high, 0.95, "bootstrap")
    wins = {"a": share, "b": 1 - share}
    return WinnersOptimism("a", apparent, 0.91 - value, corrected, wins)


def test_a_lucky_winner_is_corrected() -> None:
    assert winner_answer(winner(0.89, 0.86, 0.92, 0.62), LABELS) == (
        "Picked as the best of 2 on these very cases, Combined is best in 62 % of the resamples: "
        "corrected for the picking, its AUC of 0.91 becomes 0.89 (0.86–0.92)."
    )


def test_a_clear_winner_is_left_alone() -> None:
    assert winner_answer(winner(0.91, 0.88, 0.94, 1.0), LABELS) == (
        "Combined is the best of 2 in 100 % of the resamples too, so that being picked on these "
        "very cases hardly flatters its AUC of 0.91."
    )


def test_without_a_winner_nothing_is_said() -> None:
    nothing = not_estimable("fewer than two events", level=0.95)
    assert winner_answer(WinnersOptimism("", nothing, NAN, nothing, {"a": NAN}), LABELS) == ""


def test_who_was_left_out_is_said_with_the_reason() -> None:
    table = pd.DataFrame({"model": ["a", "b"], "judged": [12, 13], "left_out": [2, 3]})
    assert coverage_words(table, LABELS, n=10, unknown=0) == (
        "Compared on the 10 cases that every model judged. Left out: 2 that Combined judged and "
        "not all others did and 3 that the clinical model judged and not all others did, because "
        "a model that is spared hard cases looks better than it is."
    )
    same = table.assign(left_out=0)
    assert coverage_words(same, LABELS, n=10, unknown=0) == (
        "Compared on the 10 cases that every model judged."
    )
    assert coverage_words(same, LABELS, n=10, unknown=4).endswith(
        "Left out: 4 whose outcome is unknown."
    )


@pytest.mark.parametrize(
    ("events", "n", "text"),
    [
        (29, 300, "Only 29 cases with"),
        (280, 300, "Only 20 cases without"),
        (30, 60, ""),
        (1, 9, ""),
    ],
)
def test_rare_outcomes_are_cautioned(events: int, n: int, text: str) -> None:
    assert few_words(events, n).startswith(text)
    assert bool(few_words(events, n)) == bool(text)


def test_training_cases_are_cautioned() -> None:
    assert "another split" in learned_words("train")
    assert "Choose one split" in learned_words("")
    assert learned_words("external") == ""


def test_points_carry_their_sign_and_decimals() -> None:
    assert points_text(Estimate(0.0423, 0.0012, 0.083, 0.95, ""), 1500) == (
        "+4.2 points",
        "0.1–8.3",
    )
    assert points_text(Estimate(-0.1, -0.2, 0.01, 0.95, ""), 100) == ("−10 points", "−20 to 1")
    assert points_text(Estimate(0.001, -0.2, 0.2, 0.95, ""), 100)[0] == "0 points"


@pytest.mark.parametrize(
    ("n", "shown"), [(7, 7), (87, 87), (101, 110), (1834, 1900), (20_000, 20_000)]
)
def test_numbers_needed_are_rounded_up_to_two_figures(n: int, shown: int) -> None:
    assert rounded_up(n) == shown
    assert math.log10(shown) >= math.log10(n)


@pytest.mark.parametrize("is_clustered", [False, True])
def test_every_method_is_cited(is_clustered: bool) -> None:
    text = compare_methods(
        threshold=0.3,
        pairs=6,
        is_clustered=is_clustered,
        winner_method="1,000-fold bootstrap of cases",
        seed=0,
    )
    named = {"Obuchowski 1997", "Korn 1998", "Yang 2010"} if is_clustered else {"DeLong 1988"}
    cited = re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d", text)
    assert named | {"Hilden 2014", "Tango 1998", "Pencina 2011", "Tsamardinos 2018"} <= set(cited)
    assert len(references(text)) == len(set(cited))
    assert "6 pairs" in text
    assert ("patient" in text) == is_clustered
