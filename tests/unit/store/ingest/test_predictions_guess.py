"""Are the columns of an unknown table of predictions guessed as a reader would?"""

from __future__ import annotations

from pathlib import Path

import pytest

from clnm_core.store.ingest.predictions_guess import (
    Guess,
    event_words,
    guess_columns,
    profiles,
)
from clnm_core.store.ingest.reading import read_table


def guess(text: str) -> Guess:
    return guess_columns(profiles(read_table(text.encode(), "table.csv")))


def test_outcome_and_risk_are_known_by_name_and_contents() -> None:
    found = guess("case_id,sex,n_stage,risk\na,f,N0,0.1\nb,m,N1,0.8\nc,f,N1,0.7\nd,f,N0,0.35\n")
    assert (found.outcome, found.event, found.risk) == ("n_stage", ("N1",), "risk")
    assert found.id == "case_id"
    assert found.by == ("sex",)


def test_a_yes_no_column_needs_no_telling_name() -> None:
    found = guess("a,b\nyes,0.91\nno,0.12\nyes,0.55\n")
    assert (found.outcome, found.event, found.risk) == ("a", ("yes",), "b")


def test_a_few_bad_cells_do_not_hide_the_risk() -> None:
    rows = "".join(f"{number % 2},{number / 20}\n" for number in range(18))
    assert guess(f"y,p\n{rows}1,abc\n0,1.4\n").risk == "p"


def test_patients_with_several_rows_are_told_from_cases() -> None:
    rows = "".join(f"c{number},p{number // 2},{number % 2},0.{number + 1}\n" for number in range(8))
    found = guess(f"case,patient_id,label,score\n{rows}")
    assert (found.patient, found.id) == ("patient_id", "case")


def test_a_patient_in_every_row_is_an_id() -> None:
    rows = "".join(f"p{number},{number % 2},0.{number + 1}\n" for number in range(8))
    found = guess(f"patient,label,score\n{rows}")
    assert (found.patient, found.id) == ("", "patient")


def test_a_split_is_no_group() -> None:
    rows = "".join(
        f"{'train' if number < 5 else 'test'},{number % 2},0.{number + 1}\n" for number in range(8)
    )
    found = guess(f"split,label,score\n{rows}")
    assert found.split == "split"
    assert found.by == ()


def test_names_of_people_are_never_offered_as_groups() -> None:
    rows = "".join(f"Name {number},{number % 2},0.{number:02d}\n" for number in range(60))
    table = read_table(f"surname,label,score\n{rows}".encode(), "table.csv")
    (surname,) = [one for one in profiles(table) if one.name == "surname"]
    assert not surname.may_group


def test_of_two_unknown_words_no_event_is_guessed() -> None:
    table = read_table(b"y,p\nblue,0.1\nred,0.9\nblue,0.2\n", "table.csv")
    assert event_words(profiles(table), "y") == ()


def test_of_a_word_and_a_no_the_other_is_the_event() -> None:
    table = read_table(b"y,p\nbenign,0.1\nfollicular,0.9\nNX,0.2\n", "table.csv")
    assert event_words(profiles(table), "y") == ("follicular",)


def test_a_table_without_numbers_gives_no_risk() -> None:
    assert guess("y,name\nyes,a\nno,b\n").risk == ""


@pytest.mark.parametrize(
    ("file", "outcome", "event"),
    [
        ("proc_asah/aSAH.csv", "outcome", ("Poor",)),
        ("uci_dtc_recurrence/Thyroid_Diff_semicolon.csv", "Recurred", ("Yes",)),
    ],
)
def test_real_tables_are_understood(
    shared_data: Path, file: str, outcome: str, event: tuple[str, ...]
) -> None:
    path = shared_data / file
    if not path.exists():
        pytest.skip(f"needs {file}")
    found = guess_columns(profiles(read_table(path.read_bytes(), path.name)))
    assert (found.outcome, found.event) == (outcome, event)
