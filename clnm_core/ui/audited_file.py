"""Which file is a visitor auditing, and what of it has been computed?

Everything lies in the visitor's session: it is in no link, no shared cache and on no disk,
and goes when the tab is closed or another file is chosen.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

import pandas as pd
import streamlit as st

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.predictions import Predictions
from clnm_core.store.ingest.predictions_guess import Guess, Profile, guess_columns, profiles
from clnm_core.store.ingest.predictions_table import PredictionsTable, read_predictions
from clnm_core.store.ingest.reading import Table, read_table
from clnm_core.ui import visiting_file

_KEPT = "_audited_file"
_NUMBER = "_audited_files"
_MOST_RESULTS = 12

_T = TypeVar("_T")


@dataclass(frozen=True, eq=False, slots=True)
class AuditedFile:
    """A table that was uploaded, and what a look at its columns says.

    ``number`` tells the files of one visit apart; ``data`` is kept only for a workbook with
    several sheets; ``results`` holds what was computed, newest last.
    """

    number: int
    table: Table
    profiles: tuple[Profile, ...]
    guess: Guess
    is_example: bool = False
    data: bytes = field(default=b"", repr=False)
    results: dict[tuple[Any, ...], Any] = field(default_factory=dict, repr=False)

    def computed(self, key: tuple[Any, ...], make: Callable[[], _T]) -> _T:
        """``make()``, kept under ``key`` for this file; at most twelve results are kept."""
        if key not in self.results:
            found = make()
            while len(self.results) >= _MOST_RESULTS:
                self.results.pop(next(iter(self.results)))
            self.results[key] = found
        result: _T = self.results[key]
        return result


@dataclass(frozen=True, slots=True)
class Choice:
    """Which column plays which part; empty words for parts that are not given."""

    outcome: str
    event: tuple[str, ...]
    risk: str
    id: str = ""
    patient: str = ""
    split: str = ""
    by: tuple[str, ...] = ()

    @property
    def outcome_words(self) -> str:
        """The outcome as :func:`read_predictions` takes it."""
        return f"{self.outcome}={','.join(self.event)}"


def kept() -> AuditedFile | None:
    """The file of this visit, if there is one."""
    return st.session_state.get(_KEPT)


def keep(data: bytes, name: str, *, sheet: str | None = None, is_example: bool = False) -> None:
    """Read a file and make it the one that is audited.

    Raises
    ------
    TableError
        If it cannot be read as a table; the file before it then stays.

    """
    table = read_table(data, name, sheet=sheet)
    found = profiles(table)
    visiting_file.close()
    number = int(st.session_state.get(_NUMBER, 0)) + 1
    st.session_state[_NUMBER] = number
    st.session_state[_KEPT] = AuditedFile(
        number=number,
        table=table,
        profiles=found,
        guess=guess_columns(found),
        is_example=is_example,
        data=data if len(table.sheets) > 1 else b"",
    )


def forget() -> None:
    """Let go of the file and of everything computed from it."""
    visiting_file.close()
    st.session_state.pop(_KEPT, None)


def read(file: AuditedFile, choice: Choice) -> PredictionsTable:
    """Outcomes and risks of the rows that can be used, and why the others cannot.

    Raises
    ------
    TableError
        If no row can be used.

    """
    return file.computed(
        ("read", choice),
        lambda: read_predictions(
            file.table,
            outcome=choice.outcome_words,
            risk=choice.risk,
            id=choice.id or None,
            patient=choice.patient or None,
            split=choice.split or None,
            by=choice.by,
            drop_invalid=True,
        ),
    )


def set_aside(file: AuditedFile, choice: Choice, found: PredictionsTable) -> pd.DataFrame:
    """The rows that cannot be used: ``row``, the cells of outcome, risk and id, ``reason``."""
    rows = [excluded["row"] for excluded in found.excluded]
    cells = file.table.frame.loc[
        rows, list(dict.fromkeys(name for name in (choice.outcome, choice.risk, choice.id) if name))
    ].fillna("")
    table = cells.reset_index(drop=True)
    table.insert(0, "Row", rows)
    table["Why it cannot be used"] = [excluded["reason"] for excluded in found.excluded]
    return table


def declared(groups: pd.DataFrame) -> tuple[Column, ...]:
    """What the product knows of grouping columns that have a name of its dictionary.

    A column is taken at its word only where it holds what its declaration says: numbers for a
    number, words for a category.
    """
    found = []
    for name in map(str, groups.columns):
        if name in BUILT_IN:
            kind, is_number = BUILT_IN[name].kind, pd.api.types.is_float_dtype(groups[name])
            if kind is (Kind.NUMBER if is_number else Kind.CATEGORY):
                found.append(BUILT_IN[name])
    return tuple(found)


def part(found: PredictionsTable, split: str) -> tuple[Predictions, pd.DataFrame]:
    """Predictions and groups of one split; of all rows for the empty word."""
    if not split or found.split is None:
        return found.predictions, found.groups
    mask = found.split == split
    return found.predictions.where(mask), found.groups[mask].reset_index(drop=True)
