"""Do errors leave with their notes, and can no word in them act on a spreadsheet or a page?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.stats.failure_split import Split
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.store.notes import Note, Subject
from clnm_core.ui.failures_facts import exported, facts_text, main_columns
from clnm_core.ui.failures_view import splits_html


def note(text: str) -> Note:
    subject = Subject("demo", "m", "any")
    return Note(1, "2026-11-21T10:00:00+00:00", "anna", subject, "c1", "image", text, 1)


ROWS = pd.DataFrame(
    {
        "case_id": ["c1", "c2"],
        "split": pd.Series(["test", None], dtype="str"),
        "risk": [0.1, 0.2],
        "centre": ["=HYPERLINK(1)", None],
        "multifocal": pd.Series([True, None], dtype=object),
        "age_years": [40.0, np.nan],
    }
)


def test_an_export_carries_the_note_in_words_and_its_author() -> None:
    table = exported(ROWS, {"c1": note("blurred")})
    assert table.loc[0, ["reason", "note", "noted_by"]].tolist() == [
        "Image quality",
        "blurred",
        "anna",
    ]
    assert table.loc[1, ["reason", "note", "noted_by", "noted_at"]].tolist() == [""] * 4
    assert table["risk"].tolist() == [0.1, 0.2]
    assert table.loc[0, "age_years"] == 40


@pytest.mark.parametrize("text", ["=1+1", "+cmd", "-2", "@SUM(A1)"])
def test_nothing_in_an_export_is_a_formula(text: str) -> None:
    table = exported(ROWS, {"c1": note(text)})
    assert table.loc[0, "note"] == f"'{text}"
    assert table.loc[0, "centre"] == "'=HYPERLINK(1)"


def test_an_export_without_errors_keeps_its_head() -> None:
    table = exported(ROWS.head(0), {})
    assert table.empty
    assert list(table.columns[-4:]) == ["reason", "note", "noted_by", "noted_at"]


def test_a_case_is_described_by_what_is_known() -> None:
    columns = main_columns(BUILT_IN)
    assert columns[0].name == "centre"
    row = dict.fromkeys((column.name for column in columns), None)
    assert facts_text(row, columns) == ""
    assert facts_text(row | {"age_years": 45.0, "sex": "female"}, columns) == (
        "Age 45 years · Sex female"
    )


def test_splits_say_whether_chance_explains_them_and_never_nan() -> None:
    shown = Split("sex", "is", "<b>", 0.0, 20, 15, 40, 10, Estimate(0.5, 0.1, 0.9, 0.99, "t"))
    chance = Split("sex", "is", "f", 0.0, 20, 5, 40, 10, Estimate(0.1, -0.1, 0.3, 0.99, "t"))
    none = Split("x", "under", "3", 3.0, 20, 5, 40, 10, not_estimable("one patient", level=0.9))
    markup = splits_html((shown, chance, none), {"sex": "Sex"}, "missed", "caught")
    assert markup.count("beyond chance") == 1
    assert markup.count("may be chance") == 2
    assert "nan" not in markup
    assert "<b>" not in markup
