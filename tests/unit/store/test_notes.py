"""Claims about the notes on cases: kept, never changed, named in the trail without the patient."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.errors import InputError, StoreError
from clnm_core.store import ledger, notes
from clnm_core.store.notes import LONGEST, REASONS, Subject
from clnm_core.store.places import StorePaths

REPOSITORY = Path(__file__).parents[3]
SUBJECT = Subject("demo", "m", "lateral")


def note(root: Path, case: str = "c1", reason: str = "image", text: str = "", who: str = "anna"):
    return notes.write(root, SUBJECT, case, reason=reason, text=text, who=who)


def test_the_latest_note_stands_and_the_history_stays(tmp_path):
    first = note(tmp_path, text="blurred")
    second = note(tmp_path, reason="unusual", text="isthmus", who="ben")
    other = note(tmp_path, case="c2")
    assert notes.latest(tmp_path, SUBJECT) == {"c1": second, "c2": other}
    assert notes.latest(tmp_path, SUBJECT, ["c2", "c9"]) == {"c2": other}
    assert notes.history(tmp_path, SUBJECT, "c1") == [second, first]
    assert second.who == "ben"
    assert second.at.endswith("+00:00")


def test_an_empty_note_takes_the_earlier_one_away_and_is_kept(tmp_path):
    note(tmp_path, text="blurred")
    empty = note(tmp_path, reason="", text="  \n ")
    assert empty.is_empty
    assert notes.latest(tmp_path, SUBJECT) == {}
    assert [one.reason for one in notes.history(tmp_path, SUBJECT, "c1")] == ["", "image"]


def test_another_model_outcome_or_cohort_has_its_own_notes(tmp_path):
    note(tmp_path)
    for other in (
        Subject("demo", "n", "lateral"),
        Subject("demo", "m", "any"),
        Subject("x", "m", "lateral"),
    ):
        assert notes.latest(tmp_path, other) == {}


def test_the_trail_names_the_note_without_its_case_and_text(tmp_path):
    kept = note(tmp_path, case="case-0815", text="seen on the second view")
    note(tmp_path, case="case-0815", reason="")
    taken, written = ledger.entries(tmp_path)
    assert (written.id, written.actor, written.action) == (kept.entry, "anna", "note")
    assert written.detail == {
        "cohort": "demo",
        "model": "m",
        "outcome": "lateral",
        "reason": "image",
    }
    assert taken.detail["reason"] == "taken away"
    assert "0815" not in str([written, taken])
    assert "second view" not in str([written, taken])
    assert ledger.verify(tmp_path).is_intact


@pytest.mark.parametrize(
    ("reason", "text", "words"),
    [
        ("image", "x" * (LONGEST + 1), "501 characters; 500 is the most"),
        ("image", "a\x00b", "control character"),
        ("image", "a\x1b[31mb", "control character"),
        ("image", "user\u202egnp.exe", "control character"),
        ("image", "half \ud83d", "control character"),
        ("bored", "", "cannot have the reason 'bored'"),
        ("", "words alone", "words but no reason"),
    ],
)
def test_a_broken_note_is_refused_in_a_sentence_and_leaves_nothing(tmp_path, reason, text, words):
    with pytest.raises(InputError, match=words):
        note(tmp_path, reason=reason, text=text)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("case", ["", "x" * 201, "a\x00b"])
def test_a_note_on_no_case_is_refused(tmp_path, case):
    with pytest.raises(InputError, match="Reload the page"):
        note(tmp_path, case=case)


@pytest.mark.parametrize(
    "text",
    [
        "'); DROP TABLE notes;--",
        "<script>alert(1)</script>",
        "👩🏽‍⚕️ ≥ 8 mm, Müller",
        "=1+1",
        "a\tb\nc",
    ],
)
def test_words_stay_words(tmp_path, text):
    note(tmp_path, text=text)
    assert notes.latest(tmp_path, SUBJECT)["c1"].text == text


@settings(max_examples=30)
@given(st.text(max_size=600))
def test_any_text_is_kept_as_it_is_or_refused(tmp_path_factory, text):
    root = tmp_path_factory.mktemp("notes")
    try:
        kept = note(root, text=text)
    except InputError:
        return
    assert len(kept.text) <= LONGEST
    assert kept.text.split() == text.split()
    assert notes.latest(root, SUBJECT)["c1"] == kept


@pytest.mark.parametrize("statement", ["UPDATE notes SET text = 'x'", "DELETE FROM notes"])
def test_changes_and_removals_are_refused(tmp_path, statement):
    note(tmp_path)
    with (
        closing(sqlite3.connect(StorePaths(tmp_path).ledger)) as con,
        pytest.raises(sqlite3.IntegrityError, match="notes are never"),
    ):
        con.execute(statement)


def test_a_store_without_notes_has_none_and_reading_makes_none(tmp_path):
    assert notes.latest(tmp_path, SUBJECT) == {}
    assert list(tmp_path.iterdir()) == []
    ledger.record(tmp_path, "a", "import", {})
    assert notes.history(tmp_path, SUBJECT, "c1") == []


@pytest.mark.parametrize("root", [None, Path(os.devnull)])
def test_an_uploaded_table_takes_no_notes(root):
    with pytest.raises(StoreError, match="Import the table to note reasons"):
        note(root)
    assert notes.latest(root, SUBJECT) == {}


def test_a_store_that_can_only_be_read_says_so(tmp_path, monkeypatch):
    note(tmp_path)
    assert notes.obstacle(tmp_path) == ""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    with pytest.raises(StoreError, match="can only be read"):
        note(tmp_path)
    assert len(notes.latest(tmp_path, SUBJECT)) == 1


def test_a_damaged_file_gets_a_sentence(tmp_path):
    StorePaths(tmp_path).ledger.write_bytes(b"no database" * 1000)
    for ask in (note, lambda root: notes.latest(root, SUBJECT)):
        with pytest.raises(StoreError, match=r"cannot be used .* restore the file"):
            ask(tmp_path)


def test_threads_that_write_at_once_lose_nothing(tmp_path):
    def write(name: str) -> None:
        for number in range(10):
            note(tmp_path, case=f"{name}-{number}", who=name)

    threads = [threading.Thread(target=write, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    kept = notes.latest(tmp_path, SUBJECT).values()
    assert len(kept) == 40
    assert sorted(one.entry for one in kept) == list(range(1, 41))
    assert ledger.verify(tmp_path).is_intact


def test_what_was_said_to_be_kept_survives_a_kill(tmp_path):
    script = (
        "import sys; from pathlib import Path; from clnm_core.store import notes\n"
        "for n in range(10_000):\n"
        "    notes.write(Path(sys.argv[1]), notes.Subject('demo', 'm', 'lateral'), f'c{n}',"
        " reason=sorted(notes.REASONS)[0], text='x', who='p')\n"
        "    print(n, flush=True)"
    )
    writer = subprocess.Popen(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=REPOSITORY,
        text=True,
        stdout=subprocess.PIPE,
    )
    assert writer.stdout.readline() == "0\n"
    time.sleep(0.2)
    writer.send_signal(signal.SIGKILL)
    # The same reader to the end: another one would miss what this one has read ahead.
    with writer.stdout:
        said = ["0", *writer.stdout.read().split()]
    writer.wait(30)
    kept = notes.latest(tmp_path, SUBJECT)
    assert {f"c{n}" for n in said} <= set(kept)
    assert len(kept) - len(said) in (0, 1)
    entries = {entry.id for entry in ledger.entries(tmp_path, None)}
    assert {one.entry for one in kept.values()} <= entries
    assert ledger.verify(tmp_path).is_intact
    note(tmp_path, case="after")
    assert "after" in notes.latest(tmp_path, SUBJECT)


def test_reasons_are_few_and_have_distinct_words():
    assert len(set(REASONS.values())) == len(REASONS) <= 8
    assert "other" in REASONS
