"""Does a spreadsheet show what a table says, and run nothing of it?"""

from __future__ import annotations

import io

import pandas as pd
import pytest

from clnm_core.report.spreadsheet import csv_text, inert


@pytest.mark.parametrize("word", ["=1+1", "+1", "-1", "@sum", "\tx", "\rx"])
def test_what_looks_like_a_formula_is_made_inert(word: str) -> None:
    assert inert(word) == f"'{word}"


def test_numbers_stay_numbers_and_names_are_made_inert_too() -> None:
    table = pd.DataFrame({"=cmd": [-0.123456789, 2.0], "case": ["=x", None], "hit": [True, False]})
    back = pd.read_csv(io.StringIO(csv_text(table)))
    assert back["'=cmd"].tolist() == [-0.123457, 2.0]
    assert back["case"].tolist()[0] == "'=x"
    assert back["hit"].tolist() == [True, False]
