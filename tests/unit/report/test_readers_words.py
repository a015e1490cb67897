"""What is said of readers, and when a comparison is refused."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import numpy as np
import pytest

from clnm_core.report.readers_words import (
    agreement_text,
    difference_text,
    readers_answer,
    readers_methods,
    refusal,
    sets_note,
    way_on,
)
from clnm_core.report.references import references
from clnm_core.stats.multireader import ReaderAverage
from clnm_core.stats.readers import AIDED, UNAIDED, Contrast, Panel, average_readers, contrasts
from clnm_core.stats.uncertainty import Estimate, wilson
from clnm_core.store.reads import CaseSets, ReaderSet
from clnm_core.ui.readers_facts import studied

SAME = CaseSets(
    *(200, 200, 0, 1204, 200, 200),
    readers=("R1", "R2"),
    sides=(UNAIDED, AIDED),
    sets=tuple(ReaderSet(r, s, 200, 200) for r in ("R1", "R2") for s in (UNAIDED, AIDED)),
    repeated=0,
    sideless=0,
)


def average(value: float, low: float, high: float, p: float, readers: int = 12) -> ReaderAverage:
    estimate = Estimate(value, low, high, 0.95, "Obuchowski-Rockette, random readers")
    return ReaderAverage(estimate, p, 20.0, readers)


def answer(panel: Panel) -> str:
    study = studied(panel, 0.5)
    return readers_answer(
        study.contrasts,
        study.means,
        study.model,
        n=study.n,
        events=study.events,
        readers=len(study.readers),
        outcome_label="Lateral neck metastasis",
        threshold=0.5,
    )


def panel(readers: int = 3, sides: tuple[str, ...] = (UNAIDED, AIDED), n: int = 60) -> Panel:
    rng = np.random.default_rng(1)
    truth = np.arange(n) < n // 2
    noise = {UNAIDED: 1.6, AIDED: 0.8}
    stated = {
        side: 1 / (1 + np.exp(-(2 * truth[:, None] - 1 + rng.normal(0, noise[side], (n, readers)))))
        for side in sides
    }
    risk = 1 / (1 + np.exp(-(2 * truth - 1 + rng.normal(0, 1.2, n))))
    return Panel(
        truth,
        np.arange(n),
        risk,
        tuple(f"R{i}" for i in range(readers)),
        stated,
        {side: p >= 0.5 for side, p in stated.items()},
    )


def test_the_answer_says_cases_model_readers_difference_and_aid() -> None:
    assert re.fullmatch(
        r"On the same 60 cases \(30 with lateral neck metastasis\) the model's AUC is 0\.\d\d, "
        r"3 readers average 0\.\d\d without aid: difference 0\.\d\d \(.*, Obuchowski-Rockette, "
        r"p .*\).*; with aid they reach 0\.\d\d: difference 0\.\d\d \(.*\)\.",
        answer(panel()),
    )


def test_one_reader_is_said_to_be_one() -> None:
    words = answer(panel(readers=1))
    assert "the one reader has" in words
    assert words.count("for this reader only") == 2


def test_without_aided_reads_nothing_is_said_of_aid() -> None:
    assert "aid they reach" not in answer(panel(sides=(UNAIDED,)))
    assert "with aid: difference" in answer(panel(sides=(AIDED,)))


def test_readers_with_calls_only_are_judged_by_calls() -> None:
    whole = panel()
    blank = {side: np.full_like(p, np.nan) for side, p in whole.probability.items()}
    words = answer(replace(whole, probability=blank))
    assert "AUC" not in words
    assert "called at 0.50" in words
    assert "sensitivity is" in words
    assert "specificity is" in words


def test_one_class_is_said_and_not_compared() -> None:
    whole = panel()
    words = answer(replace(whole, y_true=np.ones(60, dtype=bool)))
    assert words.startswith("All of the 60 cases that readers and model share have lateral")
    assert "nan" not in words


def test_a_difference_that_is_not_shown_says_how_large_it_may_be() -> None:
    found = Contrast("auc", "model", UNAIDED, *[average(0.02, -0.03, 0.07, 0.4)] * 2)
    assert difference_text(found).endswith("so none is shown, though one of 0.07 is not ruled out")


def test_a_difference_without_an_interval_says_why() -> None:
    same = ReaderAverage(
        Estimate(0.0, math.nan, math.nan, 0.95, "no interval: nothing varies"), math.nan, 1.0, 4
    )
    text = difference_text(Contrast("auc", AIDED, UNAIDED, same, same))
    assert text == "difference 0.00, no interval: nothing varies"


def test_the_same_cases_are_not_refused() -> None:
    assert refusal(SAME, model="Sharp") == ""


def test_a_model_that_judged_other_cases_is_refused_with_counts() -> None:
    sets = replace(SAME, read_and_judged=57, shared=57)
    words = refusal(sets, model="Sharp", where="validation")
    assert "readers judged 200 cases" in words
    assert "“Sharp” gave a risk to only 57 of them in its validation predictions" in words
    assert way_on(sets) == (
        "57 cases can be compared: judged by 2 readers without aid and with aid, and by the model."
    )


def test_readers_of_different_cases_are_refused_with_counts() -> None:
    counts = {"R1": 200, "R2": 120}
    sets = replace(
        SAME,
        shared=120,
        sets=tuple(ReaderSet(r, s, counts[r], counts[r]) for r in counts for s in SAME.sides),
    )
    words = refusal(sets, model="Sharp")
    assert "have not read the same cases (from 120 to 200 each, 200 together)" in words
    assert "gave a risk" not in words


def test_equally_many_but_other_cases_are_refused() -> None:
    sets = replace(SAME, read=250, read_and_judged=250, shared=150)
    assert "(from 200 to 200 each, 250 together)" in refusal(sets, model="Sharp")


def test_readers_of_one_side_are_named() -> None:
    sets = replace(SAME, sets=(*SAME.sets, ReaderSet("R3", UNAIDED, 200, 200)))
    assert "1 reader (R3) has not read on the same sides" in refusal(sets, model="Sharp")


def test_sides_read_by_different_people_are_refused() -> None:
    sets = replace(
        SAME,
        readers=("R1",),
        sides=(UNAIDED,),
        sets=(ReaderSet("R1", UNAIDED, 200, 200), ReaderSet("R1", AIDED, 200, 200)),
    )
    assert "the reads with aid are by other readers" in refusal(sets, model="Sharp")


def test_filters_and_unknown_outcomes_that_leave_nothing_are_told_apart() -> None:
    empty = replace(SAME, read=0, read_and_judged=0, shared=0, sets=(), readers=(), sides=())
    assert "leave none of them. Take a filter away." in refusal(empty, model="m")
    assert "not known for any of the 7" in refusal(replace(empty, unknown=7), model="m")
    assert way_on(empty).startswith("No case was judged by all")


def test_the_note_forbids_the_models_figure_on_all_cases() -> None:
    note = sets_note(SAME, outcomes=2, outcome_label="Lateral neck metastasis")
    assert "judged 1,204 cases" in note
    assert "must not be set against readers of 200" in note
    assert "which model aided them and which outcome was asked for" in note
    odd = replace(SAME, ever_read=230, read=210, unknown=5, repeated=2, sideless=1)
    note = sets_note(odd, outcomes=1, outcome_label="Any")
    for words in ("10 cases that some", "leave out 15 cases", "5 cases with unknown", "2 repeated"):
        assert words in note
    assert "outcome was asked for" not in note


def test_agreement_is_said_by_side() -> None:
    text = agreement_text({AIDED: wilson(6, 10)}, {AIDED: wilson(3, 10)}, 10)
    assert text.startswith("With aid Fleiss' kappa is 0.60 (")
    assert text.endswith("same call to 30 %.")


@pytest.mark.parametrize("is_clustered", [True, False])
def test_every_method_is_in_the_references(is_clustered: bool) -> None:
    line = readers_methods(threshold=0.3, is_clustered=is_clustered)
    named = set(re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d", line))
    assert len(references(line)) == len(named)
    assert ("clustered" in line) is is_clustered


def test_averages_and_contrasts_fit_together() -> None:
    whole = panel()
    means = average_readers(whole)
    gain = next(c for c in contrasts(whole, 0.5) if (c.merit, c.first) == ("auc", AIDED))
    expected = means["auc", AIDED].estimate.value - means["auc", UNAIDED].estimate.value
    assert gain.random.estimate.value == pytest.approx(expected)
