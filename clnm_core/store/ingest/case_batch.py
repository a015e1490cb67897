"""How do a table and some pictures become the cases that models are asked about?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Kind
from clnm_core.errors import InputError
from clnm_core.store.ingest.case_files import Matched
from clnm_core.store.ingest.case_rows import CaseRows
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.scoring import Batch
from clnm_core.systems.scoring_pictures import Given, Opened, opened


def columns_of(inputs: Sequence[Inputs]) -> tuple[Column, ...]:
    """The recorded variables that any of the models reads, each once, in their order."""
    found = {column.name: column for one in reversed(inputs) for column in reversed(one.columns)}
    return tuple(reversed(found.values()))


def batch_of(inputs: Sequence[Inputs], rows: CaseRows | None, files: Matched | None) -> Batch:
    """The cases of a table, then those of which there are pictures only.

    Parameters
    ----------
    inputs : sequence of Inputs
        Of the models that are asked; the table was read for them.
    rows : CaseRows, optional
    files : Matched, optional

    Raises
    ------
    InputError
        If there is no case at all.

    """
    columns = columns_of(inputs)
    table = rows.frame if rows else pd.DataFrame({"case_id": pd.Series(dtype=object)})
    pictures = files.pictures if files else {}
    aside = set(rows.aside.values()) if rows else set()
    is_seeing = any(one.views for one in inputs)
    there = set(table["case_id"])
    alone = [one for one in pictures if one not in there | aside] if is_seeing else []
    frame = pd.concat([table, _unknown(alone, columns, inputs)], ignore_index=True)
    if frame.empty:
        raise InputError(_nothing(rows, files, is_seeing=is_seeing))
    places = [*(rows.rows if rows else ()), *[None] * len(alone)]
    return Batch(
        frame,
        columns,
        {case: _opening(given, inputs) for case, given in pictures.items()},
        np.array([one is not None for one in places], dtype=bool),
        pd.DataFrame({"row": pd.array(places, dtype="Int64")}) if rows else pd.DataFrame(),
    )


def _unknown(
    cases: Sequence[str], columns: Sequence[Column], inputs: Sequence[Inputs]
) -> pd.DataFrame:
    """Rows of cases of which nothing is recorded."""
    values = {"case_id": pd.Series(list(cases), dtype=object)}
    for column in columns:
        is_number = column.kind is Kind.NUMBER
        values[column.name] = pd.Series(
            [np.nan if is_number else None] * len(cases), dtype=float if is_number else object
        )
    if any(one.reads_report for one in inputs):
        values["report_text"] = pd.Series([None] * len(cases), dtype=object)
    return pd.DataFrame(values)


def _opening(given: Sequence[Given], inputs: Sequence[Inputs]) -> Callable[[], Opened]:
    structures = sorted({name for one in inputs if one.views for name in one.structures})
    modality = next((one.modality for one in inputs if one.modality), "")
    return partial(opened, given, structures=structures, modality=modality)


def _nothing(rows: CaseRows | None, files: Matched | None, *, is_seeing: bool) -> str:
    if rows is not None:
        is_one = len(rows.aside) == 1
        return (
            f"No row of the table can be judged: {len(rows.aside):,} {'is' if is_one else 'are'} set "
            f"aside. {_first(rows)}Correct {'it' if is_one else 'them'} and try again."
        )
    if files is not None and files.pictures and not is_seeing:
        return "These models read no pictures. Give a table of the recorded findings."
    return "There is no case to judge. Give a table, or pictures that are named by their case."


def _first(rows: CaseRows) -> str:
    if not rows.issues:
        return ""
    one = rows.issues[0]
    return f"The first is row {one.row}, column {one.column!r}: {one.rule} "
