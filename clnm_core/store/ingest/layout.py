"""Where on a sheet are the tables, and which rows are their headers?

Tables side by side are told apart by entirely empty columns; title rows above a header are
passed over; a header of several rows is joined with `` | ``.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.errors import TableError
from clnm_core.store.ingest.grid import column_letters
from clnm_core.store.ingest.numbers import number_of

JOINT = " | "
_LOOK_AT = 50
_MOST_HEADER_ROWS = 4
_LETTERED = re.compile(r" \(column [A-Z]+\)$")
_FILLER = re.compile(r"Unnamed: \d+(_level_\d+)?")


@dataclass(frozen=True, slots=True)
class Block:
    """One table on a sheet: number from 1, spreadsheet range, names of its columns."""

    number: int
    columns: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Header:
    """A header: its first row as a spreadsheet counts (from 1), and how many rows it has."""

    row: int
    rows: int


def find_blocks(grid: pd.DataFrame) -> list[list[int]]:
    """Positions of the columns of each table on the sheet, left to right.

    Rows with a single filled cell above the first fuller one are titles and part nothing.
    """
    filled = np.asarray(grid.notna())
    per_row = filled.sum(axis=1)
    start = int((per_row > 1).argmax()) if (per_row > 1).any() else 0
    used = np.atleast_1d(filled[start:].any(axis=0))
    blocks: list[list[int]] = []
    for position, is_used in enumerate(used):
        if is_used and position and used[position - 1] and blocks:
            blocks[-1].append(position)
        elif is_used:
            blocks.append([position])
    return blocks


def find_header(grid: pd.DataFrame, *, row: int | None = None, rows: int | None = None) -> Header:
    """The header of one table.

    It is the first row that is at least half filled (two cells or more, where there are
    two) and mostly words rather than numbers. It has more rows where half of its names
    repeat one another (``patient, patient, tumour``): as many rows as tell all names apart. It
    begins one row higher where names repeat below a sparsely filled row of groups.

    Parameters
    ----------
    grid : pandas.DataFrame of str
        The columns of one table.
    row, rows : int, optional
        The reader's own choice: first header row (from 1) and number of rows.

    """
    head = grid.head((row or 0) + _LOOK_AT)
    words = [[_clean(cell) for cell in cells] for cells in head.to_numpy(dtype=object)]
    start = row - 1 if row is not None else _first(words, grid.shape[1])
    if start >= len(grid):
        raise TableError(f"The header is said to be in row {row}, but there are {len(grid)} rows.")
    if rows is not None:
        return Header(start + 1, rows)
    count = 1
    while (
        _repeats(words[start : start + 1])
        and not _is_distinct(words[start : start + count])
        and count < _MOST_HEADER_ROWS
        and start + count < len(words)
        and not _is_numeric(words[start + count])
    ):
        count += 1
    if count > 1 and not _is_distinct(words[start : start + count]):
        count = 1
    above = start - 1
    if (
        row is None
        and count == 1
        and above >= 0
        and sum(map(bool, words[above])) > 1
        and not _is_distinct(words[start : start + 1])
        and _is_distinct(words[above : start + 1])
    ):
        return Header(above + 1, 2)
    return Header(start + 1, count)


def header_names(grid: pd.DataFrame, header: Header) -> list[str]:
    """The name of each column of one table: its header cells, top to bottom.

    Empty cells of an upper row continue the cell to their left, as merged cells do. Names
    written by pandas for empty cells (``Unnamed: 3_level_1``) count as empty. A column
    without a name is ``""``.
    """
    rows = grid.iloc[header.row - 1 : header.row - 1 + header.rows].to_numpy(dtype=object)
    return _joined([[_clean(cell) for cell in row] for row in rows])


def without_letter(name: str) -> str:
    """The name of a column as its table has it, before :func:`told_apart`.

    Examples
    --------
    >>> without_letter("age (column C)"), without_letter("age")
    ('age', 'age')

    """
    return _LETTERED.sub("", name)


def told_apart(names: list[str], positions: list[int]) -> tuple[list[str], list[str]]:
    """Names of which each is given once, and a sentence for each that had to be changed.

    A repeated name gets the letter of its column in every place, so that nobody picks one
    of them by accident.

    Examples
    --------
    >>> told_apart(["age", "side", "age"], [0, 1, 2])[0]
    ['age (column A)', 'side', 'age (column C)']

    """
    counts = Counter(names)
    unique, notes = [], []
    for name, position in zip(names, positions, strict=True):
        letters = column_letters(position)
        unique.append(
            f"{name or 'no name'} (column {letters})" if counts[name] > 1 or not name else name
        )
        if not name:
            notes.append(f"Column {letters} has no name.")
    for name, count in counts.items():
        if name and count > 1:
            notes.append(f"{count} columns are called {name!r}; each is read with its letter.")
    return unique, notes


def _clean(cell: object) -> str:
    if not isinstance(cell, str) or _FILLER.fullmatch(cell):
        return ""
    return re.sub(r"\s+", " ", cell).strip()


def _first(words: list[list[str]], width: int) -> int:
    needed = max(min(2, width), (width + 1) // 2)
    full = [i for i, row in enumerate(words) if sum(map(bool, row)) >= needed]
    for i in full:
        if not _is_numeric(words[i]):
            return i
    if full:
        # Numbers from there on: the names stand above, even where one of two is missing.
        return full[0] - 1 if full[0] and any(words[full[0] - 1]) else full[0]
    return next((i for i, row in enumerate(words) if any(row)), 0)


def _is_numeric(row: list[str]) -> bool:
    cells = [cell for cell in row if cell]
    odd = sum(number_of(cell) == number_of(cell) for cell in cells)
    return odd * 2 > len(cells)


def _joined(rows: list[list[str]]) -> list[str]:
    if len(rows) > 1:
        rows = [_continued(row) for row in rows[:-1]] + [rows[-1]]
    return [JOINT.join(part for part in parts if part) for parts in zip(*rows, strict=True)]


def _continued(row: list[str]) -> list[str]:
    result: list[str] = []
    for cell in row:
        result.append(cell or (result[-1] if result else ""))
    return result


def _repeats(rows: list[list[str]]) -> bool:
    names = [name for name in _joined(rows) if name]
    return len(names) > 2 and len(set(names)) * 2 <= len(names)


def _is_distinct(rows: list[list[str]]) -> bool:
    names = [name for name in _joined(rows) if name]
    return len(set(names)) == len(names)
