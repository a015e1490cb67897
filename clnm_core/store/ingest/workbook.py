"""Which cells does a sheet of an xlsx workbook hold?

The workbook is measured before it is parsed: unpacked size, number of parts, number of
cells, and no document type declarations. Formulas count by the value that was saved.
"""

from __future__ import annotations

import datetime as dt
import io
import warnings
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import pandas as pd

from clnm_core.errors import TableError
from clnm_core.store.ingest.grid import column_letters, grid_of

MOST_UNPACKED = 400_000_000
MOST_CELLS = 5_000_000
_MOST_PARTS = 5_000
_MOST_UNPACKED_OTHER = 60_000_000
_MOST_EMPTY_ROWS = 100_000
_PEEK = 100


@dataclass(frozen=True, eq=False, slots=True)
class Sheet:
    """The cells of one sheet, and the names of all sheets of its workbook."""

    grid: pd.DataFrame
    sheet: str
    sheets: tuple[str, ...]


def read_workbook(data: bytes, name: str, *, sheet: str | None = None) -> Sheet:
    """Read one sheet of an xlsx workbook.

    Parameters
    ----------
    data : bytes
    name : str
        File name, for the sentence.
    sheet : str, optional
        Without it, the sheet with most filled cells in its first rows; the first of equals.

    Returns
    -------
    Sheet
        Numbers, dates (ISO 8601) and TRUE/FALSE as words; errors such as ``#N/A`` too.

    Raises
    ------
    TableError
        If the file is no workbook, unpacks to too much, has no such sheet, or holds a
        formula whose value was never saved.

    """
    # Imported here: a dashboard that only shows a cohort should not wait for it.
    from openpyxl import load_workbook
    from openpyxl.utils.exceptions import InvalidFileException

    _measure(data, name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            book = load_workbook(io.BytesIO(data), read_only=True, data_only=True)
            titles = tuple(one.title for one in book.worksheets)
            if not titles:
                raise TableError(f"{name} holds no sheet with cells.")
            if sheet is not None and sheet not in titles:
                raise TableError(
                    f"{name} has no sheet called {sheet!r}; its sheets are {_listed(titles)}."
                )
            chosen = sheet or _fullest(book)
            grid = grid_of(_rows(book[chosen], name), name)
            if _has_formulas(data):
                formulas = load_workbook(io.BytesIO(data), read_only=True, data_only=False)
                _refuse_unsaved(formulas[chosen], grid, name)
    except (
        zipfile.BadZipFile,
        InvalidFileException,
        KeyError,
        ValueError,
        TypeError,
        AttributeError,
        IndexError,
        SyntaxError,
        EOFError,
        OSError,
    ) as error:
        raise TableError(
            f"{name} is damaged and cannot be read as a workbook. Open it in a spreadsheet, "
            "save it again as XLSX, and try again."
        ) from error
    return Sheet(grid, chosen, titles)


def is_workbook(data: bytes) -> bool:
    """Whether the bytes are a zip file that holds a spreadsheet."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return any(part.endswith("xl/workbook.xml") for part in archive.namelist())
    except (zipfile.BadZipFile, ValueError, OSError):
        return False


def _measure(data: bytes, name: str) -> None:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            other = sum(
                part.file_size
                for part in parts
                if not part.filename.startswith(("xl/worksheets/", "xl/media/"))
            )
            if (
                sum(part.file_size for part in parts) > MOST_UNPACKED
                or other > _MOST_UNPACKED_OTHER
                or len(parts) > _MOST_PARTS
            ):
                raise TableError(
                    f"{name} unpacks to more than a table should (a zip bomb does that). "
                    "Save the sheet as CSV and try again."
                )
            cells = 0
            for part in parts:
                if not part.filename.endswith((".xml", ".rels")):
                    continue
                with archive.open(part) as stream:
                    head = stream.read(4096)
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                        raise TableError(
                            f"{name} holds a document type declaration, which no spreadsheet "
                            "writes. Save the sheet as CSV and try again."
                        )
                    if part.filename.startswith("xl/worksheets/"):
                        cells += head.count(b"<c")
                        while block := stream.read(1 << 20):
                            cells += block.count(b"<c")
                if cells > MOST_CELLS:
                    raise TableError(
                        f"{name} holds more than {MOST_CELLS:,} cells. Save the sheet as CSV "
                        "or Parquet and try again."
                    )
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, EOFError, OSError) as error:
        raise TableError(
            f"{name} is damaged or locked with a password. Save it again as XLSX without a "
            "password, and try again."
        ) from error


def _fullest(book: Any) -> str:
    visible = [one for one in book.worksheets if one.sheet_state == "visible"] or book.worksheets

    def filled(one: Any) -> int:
        one.reset_dimensions()
        rows = islice(one.iter_rows(values_only=True), _PEEK)
        return sum(value is not None for row in rows for value in row)

    return str(max(visible, key=filled).title)


def _rows(sheet: Any, name: str) -> Iterator[list[str | None]]:
    # A workbook may state a wrong size; the cells themselves are believed instead.
    sheet.reset_dimensions()
    empty = 0
    for number, row in enumerate(sheet.iter_rows(values_only=True), start=1):
        words = [_word(value) for value in row]
        empty = 0 if any(words) else empty + 1
        if empty > _MOST_EMPTY_ROWS:
            raise TableError(
                f"{name}: more than {_MOST_EMPTY_ROWS:,} empty rows stand before row {number}. "
                "Delete what stands below the table and try again."
            )
        yield words


def _word(value: object) -> str | None:
    """A cell as the word that a spreadsheet would show for it, at full precision."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, dt.datetime):
        midnight = value.time() == dt.time()
        return value.date().isoformat() if midnight else value.isoformat(sep=" ")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return str(value)


def _has_formulas(data: bytes) -> bool:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/") and part.endswith(".xml"):
                with archive.open(part) as stream:
                    while block := stream.read(1 << 20):
                        if b"<f>" in block or b"<f " in block or b"<f/" in block:
                            return True
    return False


def _refuse_unsaved(sheet: Any, grid: pd.DataFrame, name: str) -> None:
    """Stop at a formula without a saved value: it would read as an empty cell."""
    sheet.reset_dimensions()
    saved = grid.notna().to_numpy()
    for number, row in enumerate(sheet.iter_rows(values_only=True)):
        for position, value in enumerate(row):
            is_formula = isinstance(value, str) and value.startswith("=")
            if is_formula and (
                number >= len(grid) or position >= grid.shape[1] or not saved[number, position]
            ):
                raise TableError(
                    f"{name}, cell {column_letters(position)}{number + 1} holds a formula whose "
                    "value was never saved. Open the workbook in a spreadsheet, save it, and try "
                    "again.",
                    (number + 1,),
                )


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(repr(word) for word in words)
