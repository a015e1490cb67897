"""Claims about how the groups in which a model errs are said."""

from __future__ import annotations

import re

import pytest

from clnm_core.report.references import references
from clnm_core.report.slices_words import (
    other_kinds,
    slice_label,
    slice_name,
    slices_answer,
    slices_methods,
)
from clnm_core.stats.slice_errors import ERRORS
from clnm_core.stats.slice_excess import Excess
from clnm_core.stats.slice_levels import Piece
from clnm_core.stats.slices import CONFIRMED, NOT_ENOUGH, Slice, SliceSearch
from clnm_core.stats.uncertainty import Estimate

LABELS = {"centre": "Centre", "capsule_distance_mm": "Capsule distance", "braf_v600e": "BRAF V600E"}


def one(verdict: str = CONFIRMED, error: float = 0.31, rest: float = -0.04) -> Slice:
    pieces = (
        Piece("centre", "centre 4", None),
        Piece("capsule_distance_mm", "under 2.5 mm", None),
    )
    half = Excess(51, error, rest, Estimate(error - rest, 0.21, 0.51, 0.975, "t"))
    return Slice(pieces, 88, 74, half, half, 0.0042, verdict)


def search(measure: str = "too_low", slices: tuple = (), reason: str = "") -> SliceSearch:
    looked_at = 0 if reason else 934
    return SliceSearch(measure, slices, 18, looked_at, 9, 129, 128, 30, False, 0.2, reason)


def test_a_confirmed_group_is_said_with_both_sides_interval_p_and_how_many_were_tried() -> None:
    found = search(slices=(one(), one(NOT_ENOUGH)))
    assert slices_answer(found, LABELS) == (
        "The model errs most where centre is centre 4 and capsule distance is under 2.5 mm: risks "
        "are too low by 0.31, elsewhere by −0.04 (difference 0.21–0.51) among 51 cases of the "
        "held-out half of the patients (p 0.004, corrected for 2 groups). 1 of 2 groups that stood "
        "out among 934 is confirmed."
    )


def test_shares_are_said_in_per_cent_of_their_own_cases() -> None:
    text = slices_answer(search("missed", (one(error=0.4, rest=0.1),)), LABELS)
    assert "40 % are missed against 10 % of the other cases with the outcome" in text
    assert "(difference 21–51 percentage points)" in text


def test_a_group_that_was_not_confirmed_is_no_finding() -> None:
    text = slices_answer(search(slices=(one(NOT_ENOUGH),)), LABELS)
    assert text.startswith("No group in which the model errs more is confirmed: 1 of 934 groups")
    assert "centre 4" not in text


def test_nothing_found_says_what_would_have_been_noticed() -> None:
    text = slices_answer(search("excess"), LABELS)
    assert text.startswith("None of 934 groups stands out by Brier excess")
    assert "a group of 32 cases in the searched half would be noticed from 0.19 more on" in text


def test_a_search_that_could_not_be_made_says_why() -> None:
    assert slices_answer(search(reason="there are 12 cases"), LABELS) == (
        "No group can be searched: there are 12 cases."
    )


def test_other_kinds_are_named_only_where_they_are_confirmed() -> None:
    searches = [search("excess"), search("brier", (one(),)), search("missed", (one(NOT_ENOUGH),))]
    assert other_kinds(searches, "excess") == (
        "Other kinds of error with confirmed groups: Brier score (1)."
    )
    assert other_kinds(searches, "brier") == ""


def test_abbreviations_and_unknown_columns_keep_their_words() -> None:
    pieces = (Piece("braf_v600e", "yes", None), Piece("new_marker", "b", None))
    odd = Slice(pieces, 1, 1, one().found, one().found, 1.0, NOT_ENOUGH)
    assert slice_name(odd, LABELS) == "BRAF V600E is yes and new marker is b"
    assert slice_label(odd, LABELS) == "BRAF V600E: yes, new marker: b"


@pytest.mark.parametrize("measure", [one.name for one in ERRORS])
def test_every_method_named_with_a_year_has_its_full_citation(measure: str) -> None:
    line = slices_methods(search(measure), threshold=0.3, seed=4)
    named = re.findall(r"\b[A-Z][A-Za-z]+ (?:19|20)\d\d", line)
    assert len(references(line)) == len(set(named)) >= 2
    assert "seed 4" in line
    assert ("at or above 0.30" in line) == (measure in ("missed", "false_alarms"))
