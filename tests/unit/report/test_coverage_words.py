"""What is said of prediction sets is what they did, and a shift is called one."""

from __future__ import annotations

import pytest

from clnm_core.explain.coverage import GROUPS, Covered, Kept
from clnm_core.report.coverage_words import coverage_answer
from clnm_core.stats.uncertainty import wilson


def found(with_it: int, without: int, *, filled: int = 0, is_own: bool = False) -> Kept:
    """Two hundred cases of each class, so many of them covered."""
    answers = {"positive": 0.4, "negative": 0.3, "either": 0.3}
    covered = tuple(
        Covered(group, n, wilson(k, n), answers, filled)
        for group, k, n in zip(GROUPS, (with_it, without, with_it + without), (200, 200, 400),
                               strict=True)
    )  # fmt: skip
    return Kept(0.9, "validation", (80, 70), covered, ((0.82, 0.97), (0.81, 0.97)), is_own)


def said(one: Kept) -> str:
    return coverage_answer(one, outcome_label="Lateral neck metastasis", where="external")


def test_a_promise_that_is_kept_in_both_classes_is_said_once() -> None:
    assert said(found(181, 177)) == (
        "Of 400 external cases the sets hold the truth in 90 % (86–94) with lateral neck metastasis "
        "and 88 % (83–92) without it; promised are 90 %. Both are within 2 points of it. 70 % of "
        "cases get a single answer, the others “present or absent”."
    )


@pytest.mark.parametrize(
    ("with_it", "words"),
    [
        (170, "With lateral neck metastasis they fall 5 points short, which chance allows "
              "(82–97 % with so few patients)."),
        (150, "With lateral neck metastasis they fall 15 points short, more than chance allows "
              "(82–97 % in 95 of 100 studies): these patients, centres or devices are not like the validation cases, "
              "and a set of 90 % is worth 75 % here."),
        (195, "With lateral neck metastasis they hold it more often than promised."),
        (176, "Both are within 2 points of it."),
    ],
)  # fmt: skip
def test_a_gap_is_explained_by_chance_or_called_a_shift(with_it: int, words: str) -> None:
    answer = said(found(with_it, 180))
    assert words in answer
    if with_it != 176:
        assert "Without it that is within 2 points of it." in answer


def test_both_classes_are_judged_each_for_itself() -> None:
    answer = said(found(150, 140))
    assert "15 points short" in answer
    assert "20 points short" in answer
    assert "within 2 points" not in answer


def test_filled_sets_are_counted() -> None:
    assert "In 3 cases neither fitted" in said(found(180, 180, filled=3))
    assert "neither fitted" not in said(found(180, 180))


def test_the_known_cases_themselves_prove_nothing() -> None:
    answer = said(found(181, 180, is_own=True))
    assert "is so by construction" in answer
    assert "promised" not in answer


def test_one_class_alone_is_judged_alone() -> None:
    full = found(181, 180)
    empty = Covered(GROUPS[1], 0, wilson(0, 0), dict.fromkeys(full.covered[0].answers, 0.0), 0)
    nan = float("nan")
    one = Kept(0.9, "validation", (80, 70), (full.covered[0], empty, full.covered[0]),
               (full.ranges[0], (nan, nan)))  # fmt: skip
    assert "With lateral neck metastasis that is within 2 points of it." in said(one)
    assert "without it" not in said(one)


@pytest.mark.parametrize(
    ("split", "known", "words"),
    [
        ("", (0, 0), "Bring its risks for a split named validation."),
        ("validation", (5, 30), "they need 9 patients with and without the outcome that did not "
                                "teach it, and the validation cases have 5 and 30."),
    ],
)  # fmt: skip
def test_where_there_are_no_sets_it_is_said_why(
    split: str, known: tuple[int, int], words: str
) -> None:
    assert words in said(Kept(0.9, split, known))
