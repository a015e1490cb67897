"""Which cases does a table hold, as models read them, and which rows cannot be judged?

The table need not be a cohort's: it has no outcome, and its columns are found by the names that the
models know, by the names that other tables use for them, and by their units. A cell that its column
cannot take sets its row aside with the reason; the other rows are not held up by it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.form import read_value
from clnm_core.errors import FormError, TableError
from clnm_core.store.ingest.layout import without_letter
from clnm_core.store.ingest.naming import last_part
from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.outcome_words import says_no, says_unknown, says_yes
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.row_rules import Issue
from clnm_core.store.ingest.synonyms import CASE, PATIENT, level_of, meaning, plain
from clnm_core.store.ingest.units import conversion, is_convertible, unit_in

MOST_CASES = 100_000
"""Rows of a table that are judged in one go."""

MOST_REPORT = 100_000
"""Letters of a report; a longer one is no report."""

_REPORT = "report_text"
_LONGEST_VALUE = 80
_TWICE = "A case must be there once; row {row} has it too."
_NO_NAME = "Every row must name its case."
_LONG_REPORT = f"A report has at most {MOST_REPORT:,} letters."


@dataclass(frozen=True, eq=False, slots=True)
class CaseRows:
    """The cases of a table.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per case that can be judged: ``case_id`` as the table writes it, every column that
        was asked for (unknown where the table lacks it), and ``report_text`` where that was.
    rows : tuple of int
        Row of each case, as a spreadsheet counts it.
    issues : tuple of Issue
        Cells that set their row aside, by row.
    aside : dict of int to str
        Case of each row that was set aside.
    sources : dict of str to str
        Column of the table by column of the models.
    notes : tuple of str
        Sentences: what was taken for granted, and what is not there.

    """

    frame: pd.DataFrame
    rows: tuple[int, ...]
    issues: tuple[Issue, ...]
    aside: dict[int, str]
    sources: dict[str, str]
    notes: tuple[str, ...]


def read_cases(table: Table, columns: Sequence[Column], *, reads_report: bool = False) -> CaseRows:
    """Read the cases of a table.

    Cases are named by a column of case or patient numbers; a patient's second row is called
    ``NUMBER#2``. Without such a column they are called by their rows.

    Parameters
    ----------
    table : Table
    columns : sequence of Column
        Recorded variables that the models read.
    reads_report : bool
        Whether a report is wanted as well.

    Raises
    ------
    TableError
        If the table has none of the columns, one of them more than once, or too many rows.

    """
    if len(table) > MOST_CASES:
        raise TableError(
            f"{table.name} has {len(table):,} rows, and at most {MOST_CASES:,} are judged in one go. "
            "Split it and try again."
        )
    sources, notes = _sources(table, columns, reads_report=reads_report)
    if not sources and (columns or reads_report):
        labels = ", ".join(column.label.lower() for column in columns[:8]) or "a report"
        raise TableError(
            f"{table.name} has no column that these models read: {labels}"
            f"{', ...' if len(columns) > 8 else ''}. Name the columns of the table so."
        )
    issues: list[Issue] = []
    names, said = _case_names(table, issues)
    values: dict[str, Any] = {"case_id": names}
    for column in columns:
        values[column.name] = _values(table, column, sources.get(column.name), issues)
    if reads_report:
        values[_REPORT] = _reports(table, sources.get(_REPORT), issues)
    frame = pd.DataFrame(values)
    bad = {issue.row for issue in issues}
    is_kept = np.array([int(row) not in bad for row in table.rows], dtype=bool)
    aside = {int(r): str(n or "") for r, n in zip(table.rows, names, strict=True) if int(r) in bad}
    return CaseRows(
        frame[is_kept].reset_index(drop=True),
        tuple(int(row) for row in table.rows[is_kept]),
        tuple(sorted(issues, key=lambda one: one.row)),
        aside,
        sources,
        (*table.notes, *notes, *said),
    )


def _sources(
    table: Table, columns: Sequence[Column], *, reads_report: bool
) -> tuple[dict[str, str], list[str]]:
    """The column of the table for each column that is read, and what to say of it."""
    found: dict[str, str] = {}
    notes: list[str] = []
    wanted = [*columns, *([BUILT_IN[_REPORT]] if reads_report else [])]
    lacking = []
    for column in wanted:
        fits = sorted(
            (rank, place, source)
            for place, source in enumerate(table.names)
            if (rank := _rank(source, column)) is not None
        )
        if not fits:
            _refuse_twins(table, column)
            lacking.append(column.label)
            continue
        source = found[column.name] = fits[0][2]
        if len(fits) > 1:
            others = ", ".join(repr(other) for _, _, other in fits[1:])
            notes.append(f"{column.label} is read from {source!r}; {others} is left out.")
        if column.unit == "mm" and not _unit(source):
            notes.append(f"Column {source!r} names no unit; taken as mm.")
    if lacking and found:
        verb = "counts" if len(lacking) == 1 else "count"
        notes.append(f"The table does not have {', '.join(lacking)}, which {verb} as unknown.")
    return found, notes


def _refuse_twins(table: Table, column: Column) -> None:
    """Stop where columns of one name are told apart by their letters only."""
    twins = [one for one in table.names if _rank(without_letter(one), column) is not None]
    if twins:
        raise TableError(
            f"{table.name} has {column.label.lower()} more than once: {', '.join(map(repr, twins))}. "
            "Remove or rename all but one."
        )


def _rank(source: str, column: Column) -> int | None:
    """How well a column of a table fits one that is read, 0 best; ``None`` where it does not."""
    last = last_part(source)
    base, unit = unit_in(last)
    if unit and not is_convertible(unit, column.unit):
        return None
    if plain(last) == plain(column.name):
        return 0
    own, _ = unit_in(column.name)
    if plain(base) in (plain(own), plain(column.label)) or plain(last) == plain(column.title):
        return 1
    return 2 if column.name in (meaning(base), meaning(last)) else None


def _unit(source: str) -> str:
    return unit_in(last_part(source))[1]


def _case_names(table: Table, issues: list[Issue]) -> tuple[list[str | None], list[str]]:
    by_case = [one for one in table.names if plain(last_part(one)) in CASE]
    by_patient = [one for one in table.names if plain(last_part(one)) in PATIENT]
    if not by_case and not by_patient:
        said = "No column names the cases, so they are called by their rows."
        return [f"row {row}" for row in table.rows], [said]
    source = (by_case or by_patient)[0]
    words = table.frame[source]
    names: list[str | None] = [word if isinstance(word, str) else None for word in words]
    seen: dict[str, int] = {}
    count: dict[str, int] = {}
    for place, (name, row) in enumerate(zip(names, table.rows, strict=True)):
        if name is None:
            issues.append(Issue(int(row), source, "", _NO_NAME))
        elif name not in seen:
            seen[name], count[name] = int(row), 1
        elif by_case:
            issues.append(Issue(int(row), source, _short(name), _TWICE.format(row=seen[name])))
        else:
            count[name] += 1
            names[place] = f"{name}#{count[name]}"
    is_several = not by_case and any(n > 1 for n in count.values())
    said = "Some patients have several rows; each row is taken as one case of theirs."
    return names, [said] if is_several else []


def _values(
    table: Table, column: Column, source: str | None, issues: list[Issue]
) -> pd.Series | np.ndarray:
    """One column as a store gives it: float with NaN, or object with ``None``."""
    is_number = column.kind is Kind.NUMBER
    if source is None:
        return np.full(
            len(table), np.nan if is_number else None, dtype=float if is_number else object
        )
    words = table.frame[source]
    distinct = [word for word in words.unique() if isinstance(word, str)]
    known: dict[str, Any] = {}
    refused: dict[str, str] = {}
    given = _numbers(distinct, source, column, table.decimal) if is_number else {}
    for word in distinct:
        try:
            known[word] = _value(word, column, given.get(word))
        except FormError as error:
            refused[word] = str(error)
    if refused:
        for place in np.flatnonzero(words.isin(list(refused)).to_numpy()):
            word = str(words.iloc[place])
            issues.append(Issue(int(table.rows[place]), source, _short(word), refused[word]))
    found = [known.get(word) if isinstance(word, str) else None for word in words]
    if is_number:
        return np.array([math.nan if one is None else one for one in found], dtype=float)
    return pd.Series(found, dtype=object)


def _numbers(words: Sequence[str], source: str, column: Column, decimal: str) -> dict[str, float]:
    """The number that each word stands for, in the unit of the column; words that are none not."""
    values, _ = numbers(pd.Series(words, dtype="str"), decimal=decimal)
    factor = conversion(_unit(source), column.unit, source)
    return {w: float(v) * factor for w, v in zip(words, values, strict=True) if not math.isnan(v)}


def _value(word: str, column: Column, number: float | None) -> float | str | bool | None:
    """One word as the column wants it.

    Raises
    ------
    FormError
        If it does not fit.

    """
    if column.kind is Kind.NUMBER:
        if number is None and says_unknown(word):
            return None
        return read_value(word if number is None else number, column)
    is_known = column.name in BUILT_IN and BUILT_IN[column.name].levels == column.levels
    level = level_of(column.name, word) if is_known else ""
    if not level and column.kind is Kind.FLAG:
        level = "yes" if says_yes(word) else "no" if says_no(word) else ""
    allowed = {one.value.lower() for one in column.levels} | {
        one.label.lower() for one in column.levels
    }
    if not level and word.strip().lower() not in allowed and says_unknown(word):
        return None
    return read_value(level or word, column)


def _reports(table: Table, source: str | None, issues: list[Issue]) -> pd.Series:
    if source is None:
        return pd.Series([None] * len(table), dtype=object)
    texts = [word if isinstance(word, str) else None for word in table.frame[source]]
    for text, row in zip(texts, table.rows, strict=True):
        if text is not None and len(text) > MOST_REPORT:
            issues.append(Issue(int(row), source, _short(text), _LONG_REPORT))
    return pd.Series(texts, dtype=object)


def _short(word: str) -> str:
    return word if len(word) <= _LONGEST_VALUE else f"{word[: _LONGEST_VALUE - 1]}…"
