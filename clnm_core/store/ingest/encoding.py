"""Which letters do the bytes of a text file stand for?"""

from __future__ import annotations

import codecs
import re

import numpy as np

from clnm_core.errors import TableError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE = 1 << 20
_HIGH_RUN = re.compile(rb"[\x80-\xff]+")


def decode(data: bytes, name: str, *, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file and the encoding that it was read by.

    A byte order mark decides; then UTF-16 without a mark (every other byte zero), strict
    UTF-8, GB 18030 where high bytes come in Chinese pairs, and Windows-1252, which holds all
    letters of Latin-1.

    Parameters
    ----------
    data : bytes
    name : str
        File name, for the sentence.
    encoding : str, optional
        Use this one and no other.

    Returns
    -------
    tuple of str
        Text without byte order mark, and the Python name of the encoding.

    Raises
    ------
    TableError
        If the bytes do not fit the encoding, or hold NUL characters.

    Examples
    --------
    >>> decode("Größe".encode("cp1252"), "a.csv")
    ('Größe', 'cp1252')
    >>> decode("性别".encode("gb18030"), "a.csv")
    ('性别', 'gb18030')

    """
    used = encoding or _guess(data, name)
    try:
        text = data.decode(used)
    except LookupError:
        raise TableError(f"{name}: there is no encoding called {used!r}.") from None
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise TableError(
            f"{name}: line {row} holds bytes that are not {used}. Save the file as UTF-8 and try again.",
            (row,),
        ) from None
    text = text.removeprefix("\ufeff")
    if "\0" in text:
        row = text.count("\n", 0, text.index("\0")) + 1
        raise TableError(
            f"{name}: line {row} holds NUL bytes, so this is not a text table or it is damaged. "
            "Export it again as CSV or XLSX.",
            (row,),
        )
    return text, used


def _guess(data: bytes, name: str) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return encoding
    wide = _utf16_without_mark(data)
    if wide:
        return wide
    try:
        data.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse_damaged_utf8(data, error.start, name)
    else:
        return "utf-8"
    if _is_chinese(data):
        return "gb18030"
    try:
        data.decode("cp1252")
    except UnicodeDecodeError:
        raise TableError(
            f"The letters of {name} could not be told: it is neither Unicode, Western nor Chinese "
            "(GB 18030). Save it as UTF-8 and try again."
        ) from None
    return "cp1252"


def _utf16_without_mark(data: bytes) -> str:
    sample = np.frombuffer(data[: _SAMPLE // 2 * 2], dtype=np.uint8)
    sample = sample[: len(sample) // 2 * 2]
    if len(sample) < 4 or len(data) % 2:
        return ""
    first, second = (sample[0::2] == 0).mean(), (sample[1::2] == 0).mean()
    if second > 0.4 and first < 0.05:
        return "utf-16-le"
    return "utf-16-be" if first > 0.4 and second < 0.05 else ""


def _refuse_damaged_utf8(data: bytes, start: int, name: str) -> None:
    """Most letters beyond ASCII are sound UTF-8, a few are not: damage, not another encoding."""
    text = data[:_SAMPLE].decode("utf-8", errors="replace")
    broken = text.count("\ufffd")
    sound = sum(letter > "\x7f" for letter in text) - broken
    if sound > 2 * broken:
        row = data.count(b"\n", 0, start) + 1
        raise TableError(
            f"{name}: line {row} holds a damaged letter (byte 0x{data[start]:02x}) in text that is "
            "otherwise UTF-8. Export the file again.",
            (row,),
        )


def _is_chinese(data: bytes) -> bool:
    try:
        data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    # Most Chinese letters in use begin with B0-D7, punctuation with A1-A9; accented Latin
    # letters stand alone, or (lower case) begin with E0-FF.
    runs = _HIGH_RUN.findall(data[:_SAMPLE])
    in_pairs = sum(len(run) % 2 == 0 for run in runs)
    leads = [lead for run in runs for lead in run[0::2]]
    common = sum(0xB0 <= lead <= 0xD7 or 0xA1 <= lead <= 0xA9 for lead in leads)
    return in_pairs >= 0.8 * len(runs) and common >= 0.7 * len(leads)
