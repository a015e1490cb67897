"""Which risks and outcomes does a table of predictions hold, and which rows cannot be used?"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.errors import TableError
from clnm_core.store.ingest.layout import JOINT, without_letter
from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.outcome_words import Reading, read_outcome
from clnm_core.store.ingest.reading import Table

FEWEST_NUMBERS = 7
"""A grouping column with at least so many different numbers is cut in bins, not listed."""

_NAMED_IN_SENTENCE = 5


class Excluded(TypedDict):
    """A row that was set aside: as a spreadsheet counts it, and why."""

    row: int
    reason: str


@dataclass(frozen=True, eq=False, slots=True)
class PredictionsTable:
    """A table of predictions, checked row by row.

    Parameters
    ----------
    predictions : Predictions
        Of the rows that are kept, in the order of the file.
    split : numpy.ndarray of str or None
        Split of each kept row; ``None`` where no column was named.
    groups : pandas.DataFrame, shape (n, n_columns)
        The grouping columns of the kept rows, by their names in the file: float where a
        column holds ``FEWEST_NUMBERS`` or more different numbers and nothing else, words
        otherwise; missing where the cell is empty.
    excluded : tuple of Excluded
        Rows set aside, by row number.
    outcome_note : str
        What was taken as the outcome, as a sentence.
    rows : numpy.ndarray of int, shape (n,)
        Row number of each kept row.

    """

    predictions: Predictions
    split: NDArray[np.object_] | None
    groups: pd.DataFrame
    excluded: tuple[Excluded, ...]
    outcome_note: str
    rows: NDArray[np.int64] = field(repr=False)


def read_predictions(
    table: Table,
    *,
    outcome: str,
    risk: str,
    id: str | None = None,
    patient: str | None = None,
    split: str | None = None,
    by: Sequence[str] = (),
    drop_invalid: bool = False,
) -> PredictionsTable:
    """Check a table of predictions.

    Parameters
    ----------
    table : Table
    outcome : str
        Column of the outcome: 0/1, true/false, yes/no, or two words of which one is known
        as the event (``Poor``, ``malignant``, ``N1``); or ``COLUMN=WORD``, or
        ``COLUMN=WORD,WORD``, to say which words are the event.
    risk : str
        Column of the predicted probability, in [0, 1].
    id : str, optional
        Column that names each case once.
    patient : str, optional
        Column that names the patient, where a patient has several rows.
    split : str, optional
        Column of the split.
    by : sequence of str
        Columns to group by.
    drop_invalid : bool
        Set rows with a bad risk, an unknown outcome or a repeated id aside instead of
        stopping. Of rows with one id the first usable one is kept.

    Raises
    ------
    TableError
        If a column is not there, the outcome cannot be told, or (without ``drop_invalid``)
        a row cannot be used; ``rows`` then has every such row.

    """
    frame = table.frame
    reading = read_outcome(table, outcome, find_column)
    values, refused = numbers(frame[find_column(table, risk)], decimal=table.decimal)
    reasons = _reasons(table, reading, find_column(table, risk), values, refused)
    usable = pd.isna(reasons)
    ids = frame[find_column(table, id)] if id else None
    if ids is not None:
        _repeated(ids, table, usable, reasons)
    people = frame[find_column(table, patient)] if patient else None
    if people is not None:
        reasons[people.isna().to_numpy() & pd.isna(reasons)] = "patient is missing"
    kept = pd.isna(reasons)
    excluded = tuple(
        Excluded(row=int(table.rows[i]), reason=str(reasons[i])) for i in np.flatnonzero(~kept)
    )
    if excluded and not drop_invalid:
        raise TableError(
            _stop(table, excluded, values, len(frame)), tuple(e["row"] for e in excluded)
        )
    if not kept.any():
        raise TableError(f"{table.name}: no row can be used. {_listed(excluded)}.")
    return PredictionsTable(
        predictions=Predictions.of(
            reading.is_event[kept],
            values[kept],
            None if people is None else people[kept].to_numpy(dtype=object).astype(str),
        ),
        split=None if split is None else _split(table, find_column(table, split), kept),
        groups=pd.DataFrame(
            {
                name: _group(frame[name], table.decimal)[kept]
                for name in (find_column(table, one) for one in by)
            }
        ).reset_index(drop=True),
        excluded=excluded,
        outcome_note=reading.note,
        rows=table.rows[kept],
    )


def find_column(table: Table, name: str) -> str:
    """The column of that name; letter case, and the upper rows of its header, may be left out.

    Raises
    ------
    TableError
        If there is none, or several fit.

    """
    wanted = name.strip()
    if wanted in table.names:
        return wanted
    folded = wanted.casefold()
    fits = [one for one in table.names if one.casefold() == folded] or [
        one for one in table.names if one.casefold().split(JOINT)[-1] == folded
    ]
    if len(fits) == 1:
        return fits[0]
    near = fits or [one for one in table.names if without_letter(one) == wanted]
    if near:
        raise TableError(
            f"{table.name} has several columns called {wanted!r}: {_quoted(near)}. Name one of them."
        )
    near = difflib.get_close_matches(wanted, table.names, n=3, cutoff=0.5)
    has = f"Did you mean {_quoted(near)}?" if near else f"It has {_quoted(table.names[:12])}."
    raise TableError(f"{table.name} has no column {wanted!r}. {has}")


def _reasons(
    table: Table,
    reading: Reading,
    risk: str,
    values: NDArray[np.float64],
    refused: NDArray[np.bool_],
) -> NDArray[np.object_]:
    """Why each row cannot be used; ``None`` where it can. The risk is looked at first."""
    reasons = np.full(len(table), None, dtype=object)
    words = table.frame[risk].to_numpy(dtype=object)
    for i in np.flatnonzero(~reading.is_known):
        word = reading.words[i]
        is_missing = not isinstance(word, str)
        reasons[i] = "outcome is missing" if is_missing else f"outcome {word!r} says unknown"
    for i in np.flatnonzero(~((values >= 0) & (values <= 1))):
        if refused[i]:
            reasons[i] = f"risk {_short(words[i])!r} is not a number"
        elif np.isnan(values[i]):
            reasons[i] = "risk is missing"
        else:
            reasons[i] = f"risk {words[i]} is outside 0–1"
    return reasons


def _repeated(
    ids: pd.Series, table: Table, usable: NDArray[np.bool_], reasons: NDArray[np.object_]
) -> None:
    """Give each later use of an id its reason; the first usable row keeps it."""
    missing = ids.isna().to_numpy() & usable
    reasons[missing] = "id is missing"
    left = ids[usable & ~missing]
    later = left[left.duplicated(keep="first")]
    if later.empty:
        return
    first = left.drop_duplicates(keep="first")
    row_of = dict(zip(first, first.index, strict=True))
    position = {row: i for i, row in enumerate(table.rows)}
    for row, word in later.items():
        reasons[position[row]] = f"id is already used in row {row_of[word]}"


def _split(table: Table, column: str, kept: NDArray[np.bool_]) -> NDArray[np.object_]:
    words = table.frame[column].fillna("not said")
    return words[kept].to_numpy(dtype=object)


def _group(words: pd.Series, decimal: str) -> pd.Series:
    values, refused = numbers(words, decimal=decimal)
    if not refused.any() and len(np.unique(values[~np.isnan(values)])) >= FEWEST_NUMBERS:
        return pd.Series(values, index=words.index)
    return words


def _stop(table: Table, excluded: tuple[Excluded, ...], values: NDArray[np.float64], n: int) -> str:
    sentence = (
        f"{table.name}: {_listed(excluded)}. Correct "
        f"{'it' if len(excluded) == 1 else 'them'}, or set the row"
        f"{'' if len(excluded) == 1 else 's'} aside with --drop-invalid."
    )
    known = values[~np.isnan(values)]
    if len(excluded) * 2 > n and len(known) and known.min() >= 0 and 1 < known.max() <= 100:
        sentence += " The risks look like percentages; divide them by 100."
    return sentence


def _listed(excluded: tuple[Excluded, ...]) -> str:
    shown = [f"row {e['row']}: {e['reason']}" for e in excluded[:_NAMED_IN_SENTENCE]]
    more = len(excluded) - len(shown)
    listed = "; ".join(shown) + (f"; and {more:,} more rows" if more else "")
    return listed[0].upper() + listed[1:] if listed else "There are no rows"


def _short(word: str) -> str:
    return word if len(word) <= 40 else f"{word[:39]}…"


def _quoted(names: Sequence[str]) -> str:
    return ", ".join(repr(name) for name in names)
