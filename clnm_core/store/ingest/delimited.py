"""How is a text file cut into cells?"""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

import pandas as pd

from clnm_core.errors import TableError
from clnm_core.store.ingest.encoding import decode
from clnm_core.store.ingest.grid import LONGEST_CELL, grid_of

_DELIMITERS = (",", ";", "\t", "|", "^", "~", "\x1f")
_HINT = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_LOOK_AT = 300


@dataclass(frozen=True, eq=False, slots=True)
class Delimited:
    """The cells of a text file, and how they were found.

    ``grid`` is as of :func:`~clnm_core.store.ingest.grid.grid_of`; ``short`` are the row
    numbers with fewer cells than the widest row that is common.
    """

    grid: pd.DataFrame
    delimiter: str
    encoding: str
    short: tuple[int, ...]


def read_delimited(data: bytes, name: str, *, encoding: str | None = None) -> Delimited:
    """Cut a csv, tsv or other delimited text into cells.

    Encoding and delimiter are found; a first line ``sep=;`` decides. Cells in quotation
    marks may hold delimiters and line breaks; a row is a record, as a spreadsheet counts.

    Raises
    ------
    TableError
        If the text cannot be decoded, or a quotation mark is never closed.

    """
    text, used = decode(data, name, encoding=encoding)
    hint = _HINT.match(text)
    if hint:
        text = text[hint.end() :]
    delimiter = hint.group(1) if hint else find_delimiter(text)
    lengths: Counter[int] = Counter()
    lengths_by_row: list[int] = []

    def rows() -> Iterator[list[str]]:
        for row in _records(text, delimiter, name):
            size = len(row) if row and (row[0] or any(map(str.strip, row))) else 0
            lengths[size] += size > 0
            lengths_by_row.append(size)
            yield row

    grid = grid_of(rows(), name)
    common = max((n for n in lengths if lengths[n] * 2 >= lengths.total()), default=0)
    short = tuple(i + 1 for i, size in enumerate(lengths_by_row) if 1 < size < common)
    return Delimited(grid, delimiter, used, short)


def find_delimiter(text: str) -> str:
    r"""The mark between cells: the one that gives most rows the same number of cells.

    Among equals the one that gives more cells wins. White space counts only where every row
    has equally many words, and no other mark cuts anything. A text that no mark cuts has one
    column; the answer then is a comma.

    Examples
    --------
    >>> find_delimiter("a;b\n1,5;2,5\n3,5;4,5\n")
    ';'

    """
    head = text[: 1 << 20]
    best, best_score = ",", (0.0, 0)
    for mark in _DELIMITERS:
        if mark not in head:
            continue
        score = _agreement(head, mark)
        if score > best_score:
            best, best_score = mark, score
    return " " if best_score[1] == 0 and _is_spaced(head) else best


def _is_spaced(head: str) -> bool:
    """Whether spaces cut every row into as many words; the header may lack one (R)."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=" ")
    try:
        sizes = [len(row) for row in islice(reader, _LOOK_AT) if row]
    except csv.Error:
        return False
    below = set(sizes[1:])
    return len(below) == 1 and max(below) > 1 and sizes[0] in (max(below), max(below) - 1)


def _agreement(head: str, mark: str) -> tuple[float, int]:
    """Share of rows with the commonest number of cells (from two up), and that number."""
    reader = csv.reader(io.StringIO(head, newline=""), delimiter=mark)
    sizes: Counter[int] = Counter()
    try:
        for row in islice(reader, _LOOK_AT):
            if any(cell.strip() for cell in row):
                sizes[len(row)] += 1
    except csv.Error:
        return (0.0, 0)
    cut = {size: rows for size, rows in sizes.items() if size > 1}
    if not cut:
        return (0.0, 0)
    size = max(cut, key=lambda one: (cut[one], one))
    return (cut[size] / sizes.total(), size)


def _records(text: str, delimiter: str, name: str) -> Iterator[list[str]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    row = 0
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            raise TableError(_sentence(str(error), name, row + 1, start), (row + 1,)) from None
        row += 1
        yield record


def _sentence(error: str, name: str, row: int, line: int) -> str:
    where = f"{name}, row {row} (line {line} of the file)"
    if "field larger" in error:
        return (
            f"{where}: a cell holds more than {LONGEST_CELL:,} characters. "
            "A quotation mark that is never closed is the usual cause."
        )
    if "end of data" in error:
        return f"{where}: a quotation mark is opened and never closed. Close or remove it."
    return (
        f"{where}: a quotation mark stands inside a quoted cell. Double it, or export the table "
        "again from the program that made it."
    )
