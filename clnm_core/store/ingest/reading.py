"""Which table does a file hold: cells as words, with the row and column that a reader sees?

The content decides what a file is, not its extension. Words stay words: ``NA``, ``None`` and
``No`` are kept; only an empty (or blank) cell is missing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import TableError
from clnm_core.store.ingest.columnar import read_columnar
from clnm_core.store.ingest.delimited import read_delimited
from clnm_core.store.ingest.file_kinds import refuse_what_is_no_table
from clnm_core.store.ingest.grid import column_letters
from clnm_core.store.ingest.layout import (
    Block,
    Header,
    find_blocks,
    find_header,
    header_names,
    told_apart,
)
from clnm_core.store.ingest.numbers import decimal_mark
from clnm_core.store.ingest.workbook import is_workbook, read_workbook

_SAMPLE = 1000


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """A table as its file shows it.

    Parameters
    ----------
    frame : pandas.DataFrame
        dtype ``str``; missing where a cell is empty. Columns are ``names``; the index holds
        the row numbers as a spreadsheet counts them.
    name : str
        File name.
    kind : str
        csv, xlsx or parquet.
    sheet, sheets : str, tuple of str
        Of a workbook; empty otherwise.
    delimiter, encoding : str
        Of a text file; empty otherwise.
    decimal : str
        "." or ",": what its numbers show; "." where they show nothing.
    header_row, header_rows : int
        First row of the header (from 1) and number of its rows.
    block, blocks : int, tuple of Block
        Which of the tables side by side this is, from 1; 0 where all were read as one.
    notes : tuple of str
        What a reader should know about how the file was read, as sentences.

    """

    frame: pd.DataFrame
    name: str
    kind: str
    sheet: str = ""
    sheets: tuple[str, ...] = ()
    delimiter: str = ""
    encoding: str = ""
    decimal: str = "."
    header_row: int = 1
    header_rows: int = 1
    block: int = 1
    blocks: tuple[Block, ...] = ()
    notes: tuple[str, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Column names as the file gives them."""
        return tuple(self.frame.columns)

    @property
    def rows(self) -> NDArray[np.int64]:
        """Row numbers as a spreadsheet counts them, shape (n,)."""
        return self.frame.index.to_numpy(dtype=np.int64)

    def __len__(self) -> int:
        return len(self.frame)


def read_table(
    data: bytes,
    name: str,
    *,
    sheet: str | None = None,
    header: int | None = None,
    header_rows: int | None = None,
    block: int | None = None,
    encoding: str | None = None,
) -> Table:
    """Read a csv, tsv, xlsx or Parquet file.

    Parameters
    ----------
    data : bytes
    name : str
        File name, for sentences.
    sheet : str, optional
        Sheet of a workbook; without it, the fullest.
    header : int, optional
        First row of the header, from 1; without it, found.
    header_rows : int, optional
        Number of header rows; without it, found.
    block : int, optional
        Which of several tables side by side, from 1; 0 reads them as one. Without it, the
        one with most filled cells.
    encoding : str, optional
        Of a text file; without it, found.

    Raises
    ------
    TableError
        If the file is empty, no table, damaged, too large, or has no rows below its header.

    """
    refuse_what_is_no_table(data, name)
    if (header is not None and header < 1) or (header_rows is not None and header_rows < 1):
        raise TableError("The header row must be 1 or more, as a spreadsheet counts rows.")
    if data[:4] == b"PAR1":
        found = read_columnar(data, name)
        return _of_parquet(found.frame, name, found.left_out)
    if is_workbook(data):
        book = read_workbook(data, name, sheet=sheet)
        notes = []
        if sheet is None and len(book.sheets) > 1:
            notes.append(f"Sheet {book.sheet!r} was read, of {', '.join(book.sheets)}.")
        table = _of_grid(book.grid, name, header, header_rows, block, is_text=False)
        return replace(
            table,
            kind="xlsx",
            sheet=book.sheet,
            sheets=book.sheets,
            notes=(*notes, *table.notes),
        )
    if sheet is not None:
        raise TableError(f"{name} is not a workbook, so it has no sheet {sheet!r}.")
    text = read_delimited(data, name, encoding=encoding)
    table = _of_grid(text.grid, name, header, header_rows, block, is_text=True)
    notes = list(table.notes)
    below = [row for row in text.short if row >= table.header_row + table.header_rows]
    if below:
        notes.append(
            f"{_rows(below)} shorter than the others; the cells missing at the end are "
            "taken as empty."
        )
    if text.encoding in ("cp1252", "gb18030") and encoding is None:
        notes.append(
            f"Read as {text.encoding}; if accented letters look wrong, save the file as UTF-8."
        )
    return replace(table, delimiter=text.delimiter, encoding=text.encoding, notes=tuple(notes))


def _of_parquet(frame: pd.DataFrame, name: str, left_out: tuple[str, ...]) -> Table:
    if not len(frame) or not frame.shape[1]:
        raise TableError(f"{name} has no rows.")
    frame.index = pd.RangeIndex(2, len(frame) + 2, name="row")
    notes = tuple(f"Column {column!r} holds no words or numbers; left out." for column in left_out)
    block = Block(1, f"A:{column_letters(frame.shape[1] - 1)}", tuple(frame.columns))
    return Table(frame, name, "parquet", blocks=(block,), notes=notes)


def _of_grid(
    grid: pd.DataFrame,
    name: str,
    header: int | None,
    header_rows: int | None,
    block: int | None,
    *,
    is_text: bool,
) -> Table:
    found = find_blocks(grid if header is None else grid.iloc[header - 1 :])
    if not found:
        raise TableError(
            f"{name} is empty. Choose it again, or export it again."
            if header is None
            else f"{name} has no row {header}."
        )
    heads = [find_header(grid[columns], row=header, rows=header_rows) for columns in found]
    blocks = tuple(
        Block(i, _range(columns), tuple(header_names(grid[columns], head)))
        for i, (columns, head) in enumerate(zip(found, heads, strict=True), start=1)
    )
    if block is not None and not 0 <= block <= len(blocks):
        raise TableError(f"{name} has {len(blocks)} tables side by side; there is no {block}.")
    sizes = [int(grid[columns].notna().to_numpy().sum()) for columns in found]
    chosen = block if block is not None else 1 + int(np.argmax(sizes))
    positions = found[chosen - 1] if chosen else [p for columns in found for p in columns]
    head = (
        heads[chosen - 1] if chosen else find_header(grid[positions], row=header, rows=header_rows)
    )
    notes = []
    if len(blocks) > 1 and block is None:
        listed = "; ".join(f"{b.number}: columns {b.columns}" for b in blocks)
        notes.append(f"{len(blocks)} tables stand side by side ({listed}); {chosen} was read.")
    frame, more = _body(grid[positions], head, name, is_text=is_text)
    return Table(
        frame,
        name,
        "csv",
        decimal=_decimal(frame),
        header_row=head.row,
        header_rows=head.rows,
        block=chosen,
        blocks=blocks,
        notes=(*notes, *more),
    )


def _body(
    grid: pd.DataFrame, head: Header, name: str, *, is_text: bool
) -> tuple[pd.DataFrame, list[str]]:
    notes = []
    names = header_names(grid, head)
    first = head.row - 1 + head.rows
    body = grid.iloc[first:]
    empty = np.atleast_1d(~np.asarray(body.notna()).any(axis=1))
    last = int(np.flatnonzero(~empty)[-1]) + 1 if not empty.all() else 0
    if not last:
        raise TableError(
            f"{name} has a header (row {head.row}) but no rows below it. Add the rows, or choose "
            "another file."
            if any(names)
            else f"{name} is empty. Choose it again, or export it again."
        )
    body, empty = body.iloc[:last], empty[:last]
    if empty.any():
        notes.append(
            f"{_rows([int(row) + 1 for row in body.index.to_numpy()[empty]])} empty and passed over."
        )
        body = body[~empty]
    if is_text and any(names) and not names[-1]:
        names = _checked_width(names, body, name, notes)
    unique, more = told_apart(names, [int(position) for position in grid.columns])
    numeric = [word for word in names if word.replace(".", "", 1).isdigit()]
    if len(numeric) * 2 > len(names):
        notes.append(f"Row {head.row} was taken as header though it holds numbers; check it.")
    frame = body.set_axis(pd.Index(unique, dtype=object), axis=1)
    frame.index = pd.Index(body.index + 1, name="row")
    return frame, notes + more


def _checked_width(names: list[str], body: pd.DataFrame, name: str, notes: list[str]) -> list[str]:
    """Names for rows that are wider than their header.

    All rows one cell wider: R writes row names without a header cell. Otherwise: broken rows.
    """
    named = max(i for i, one in enumerate(names) if one) + 1
    filled = body.iloc[:, named:].notna().to_numpy()
    if filled.shape[1] == 1 and filled.all() and all(names[:named]):
        notes.append("The header has one name less than there are columns; the first is row names.")
        return ["row name", *names[:-1]]
    rows = [int(row) + 1 for row in body.index.to_numpy()[filled.any(axis=1)]]
    raise TableError(
        f"{name}: {_rows(rows)} longer than the header, which has {named} names. "
        "A delimiter inside a cell without quotation marks is the usual cause. Correct "
        f"{'it' if len(rows) == 1 else 'them'} and try again.",
        tuple(rows),
    )


def _decimal(frame: pd.DataFrame) -> str:
    """The decimal mark that most of the columns which show one show."""
    shown = [decimal_mark(frame[c].head(_SAMPLE).dropna().unique()) for c in frame.columns]
    return "," if shown.count(",") > shown.count(".") else "."


def _range(columns: list[int]) -> str:
    return f"{column_letters(columns[0])}:{column_letters(columns[-1])}"


def _rows(rows: list[int]) -> str:
    """``Row 7 is`` or ``Rows 7, 9 and 12 more are``."""
    if len(rows) == 1:
        return f"Row {rows[0]} is"
    if len(rows) <= 5:
        return f"Rows {', '.join(map(str, rows[:-1]))} and {rows[-1]} are"
    return f"Rows {', '.join(map(str, rows[:4]))} and {len(rows) - 4} more are"
