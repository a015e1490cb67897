"""Is a file a table at all, by what it holds rather than by its ending?"""

from __future__ import annotations

from clnm_core.errors import TableError
from clnm_core.store.ingest.workbook import is_workbook

_NOT_TABLES = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a PNG image"),
    (b"\xff\xd8\xff", "a JPEG image"),
    (b"GIF8", "a GIF image"),
    (b"II*\0", "a TIFF image"),
    (b"MM\0*", "a TIFF image"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"{\\rtf", "an RTF document"),
    (b"SQLite format 3", "an SQLite database"),
    (b"\xd0\xcf\x11\xe0", "an old Excel workbook (.xls) or one locked with a password"),
    (b"PK", "a zip archive without a spreadsheet in it"),
)
_MARKUP = (b"<!doctype html", b"<html", b"<?xml", b"<svg")


def refuse_what_is_no_table(data: bytes, name: str) -> None:
    """Stop at a file that is empty, or by its content something else than a table.

    Raises
    ------
    TableError
        One sentence that says what the file is.

    """
    if not data.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
        raise TableError(f"{name} is empty. Choose it again, or export it again.")
    start = data[:512].removeprefix(b"\xef\xbb\xbf").lstrip().lower()
    for mark, what in _NOT_TABLES:
        if data.startswith(mark) and not (mark == b"PK" and is_workbook(data)):
            if mark == b"MZ" and b"\0" not in data[:512]:
                continue
            if mark == b"PK" and not data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
                continue
            raise TableError(
                f"{name} is {what}, not a table. Give it as CSV, TSV, XLSX or Parquet."
            )
    if len(data) > 132 and data[128:132] == b"DICM":
        raise TableError(f"{name} is a DICOM image, not a table.")
    if start.startswith((b"{", b"[{")):
        raise TableError(f"{name} is JSON, not a table. Export the table as CSV or XLSX.")
    if start.startswith(_MARKUP):
        raise TableError(
            f"{name} is a web page or XML, not a table. Export the table as CSV or XLSX."
        )
