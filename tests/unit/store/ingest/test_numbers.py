"""Words are numbers only where nobody could read them otherwise."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.store.ingest.numbers import decimal_mark, number_of, numbers


def column(*words: str | None) -> pd.Series:
    return pd.Series(words, dtype="str")


@pytest.mark.parametrize(
    ("word", "decimal", "value"),
    [
        (".0372", ".", 0.0372),
        ("1,234.5", ".", 1234.5),
        ("1.234,5", ",", 1234.5),
        ("1 234,5", ",", 1234.5),
        ("1'234.5", ".", 1234.5),
        ("\u22123", ".", -3.0),
        ("1e-05", ".", 1e-05),
        ("5.", ".", 5.0),
    ],
)
def test_usual_ways_to_write_a_number_are_read(word, decimal, value):
    assert number_of(word, decimal=decimal) == value


@pytest.mark.parametrize(
    "word", ["12 mm", "5 %", "<3", "nan", "inf", "1_000", "0x1F", "1,5", "1,23,456", "--1", "", "٣"]
)
def test_anything_else_is_refused(word):
    assert np.isnan(number_of(word))


def test_a_column_that_shows_its_mark_overrules_the_table():
    values, refused = numbers(column("0,5", "1.234"), decimal=".")
    assert values.tolist() == [0.5, 1234.0]
    assert not refused.any()
    assert numbers(column("1,234"), decimal=".")[0].tolist() == [1234.0]
    assert numbers(column("1,234"), decimal=",")[0].tolist() == [1.234]
    assert numbers(column("1.234"), decimal=",")[0].tolist() == [1234.0]
    assert numbers(column("0.25"), decimal=",")[0].tolist() == [0.25]


def test_contradicting_marks_refuse_the_odd_words():
    _, refused = numbers(column("0,5", "0.5"), decimal=".")
    assert refused.tolist() == [True, False]
    assert decimal_mark(["0,5"], ["0.5"]) == ""


def test_numbers_beyond_all_bounds_are_refused():
    assert numbers(column("1e999"))[1].tolist() == [True]


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False), min_size=1))
def test_every_number_that_was_written_is_read_back_exactly(values):
    read, refused = numbers(pd.Series([repr(v) for v in values], dtype="str"))
    assert not refused.any()
    assert read.tolist() == values
