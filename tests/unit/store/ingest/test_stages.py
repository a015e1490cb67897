"""An N stage says what it says: NX is unknown, N1 does not name a side."""

from __future__ import annotations

import pytest

from clnm_core.store.ingest.stages import stage_outcomes


@pytest.mark.parametrize(
    ("word", "states"),
    [
        ("NX", (None, None, None)),
        ("pNx", (None, None, None)),
        ("N0", (False, False, False)),
        ("N0 (i+)", (False, False, False)),
        ("pN1a", (True, True, False)),
        ("ypN1b", (True, None, True)),
        ("N1", (True, None, None)),
        ("2b", (True, None, None)),
    ],
)
def test_each_stage_gives_any_central_and_lateral(word, states):
    rules = stage_outcomes("N", [word, "N1b (other)"])
    said = {
        rule.name: True if word in rule.true else False if word in rule.false else None
        for rule in rules
    }
    assert (said["any"], said["central"], said["lateral"]) == states


def test_stages_without_parts_give_any_alone():
    assert [rule.name for rule in stage_outcomes("n_stage", ["0", "1", "2", "3"])] == ["any"]


def test_words_that_are_no_stages_give_no_outcome():
    assert stage_outcomes("N", ["N0", "positive"]) == ()
    assert stage_outcomes("n", ["12", "3"]) == ()
