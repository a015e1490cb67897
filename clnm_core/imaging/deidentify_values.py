"""What takes the place of one value of a DICOM file?

Dates move by the patient's own number of days, times of day stay, identifiers are made anew under
the key, and a dummy says nothing. What cannot be understood has no replacement: it goes.
"""

from __future__ import annotations

import datetime
import re

from pydicom.uid import UID_dictionary

from clnm_core.imaging.disguise import Disguise

_DATE = re.compile(r"(\d{4})\.?(\d\d)\.?(\d\d)")  # with dots: ACR-NEMA, before DICOM
_MOMENT = re.compile(r"(\d{8})((?:\d\d){0,3}(?:(?<=\d{6})\.\d{1,6})?)([+-]\d{4})?")
_TIME = re.compile(r"(?:[01]\d|2[0-3])(?::?[0-5]\d(?::?[0-6]\d(?:\.\d{1,6})?)?)?")
_DECIMAL = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?")
_WHOLE = re.compile(r"[+-]?\d{1,12}")
_UID = re.compile(r"[0-9.]{1,64}")
_WORD = "ANONYMIZED"
_DUMMIES: dict[str, object] = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "PN", "SH", "ST", "UC", "UT"), _WORD),
    **dict.fromkeys(("OB", "OW", "UN"), b"\0\0"),
    **dict.fromkeys(("US", "SS", "UL", "SL", "IS", "DS"), 0),
    **dict.fromkeys(("FL", "FD"), 0.0),
    "AS": "000Y",
    "UR": "about:blank",
}


def dummy(representation: str) -> object | None:
    """A value that says nothing; ``None`` where a representation has none."""
    return _DUMMIES.get(representation)


def shifted(value: str, representation: str, disguise: Disguise) -> str | None:
    """A date, a moment or a range of them, moved; ``None`` if it is none, or known too vaguely.

    Parameters
    ----------
    value : str
        As the file holds it. A range, which only queries should hold, is moved at both ends.
    representation : {"DA", "DT"}
    disguise : Disguise

    Examples
    --------
    >>> one = Disguise(bytes(32), "P-1", -30)
    >>> shifted("20240301", "DA", one), shifted("20240301101500.5+0100", "DT", one)
    ('20240131', '20240131101500.5+0100')
    >>> shifted("202403", "DT", one) is None
    True

    """
    if representation == "DA":
        ends = [end.strip() for end in value.split("-")]
        moved = [_moved(end, disguise.shift_days) if end else "" for end in ends]
        if len(ends) > 2 or not any(moved) or None in moved:
            return None
        return "-".join(end or "" for end in moved)
    found = _MOMENT.fullmatch(value.strip())
    day = found and _moved(found[1], disguise.shift_days)
    return day + found[2] + (found[3] or "") if found and day else None


def _moved(day: str, shift_days: int) -> str | None:
    found = _DATE.fullmatch(day)
    if found is None:
        return None
    try:
        moved = datetime.date(*(int(part) for part in found.groups()))
        moved += datetime.timedelta(days=shift_days)
    except (ValueError, OverflowError):
        return None
    return f"{moved.year:04}{moved.month:02}{moved.day:02}"


def is_time(value: str) -> bool:
    """Whether it is a time of day and nothing else."""
    return _TIME.fullmatch(value.strip()) is not None


def number(value: str, representation: str) -> str | None:
    """A number written in digits, as DICOM allows it; ``None`` if it is none.

    Examples
    --------
    >>> number(" 0.10 ", "DS"), number("12a", "DS"), number("1.5", "IS") is None
    ('0.10', None, True)

    """
    digits = value.strip()
    if representation == "IS":
        return digits if _WHOLE.fullmatch(digits) else None
    if not _DECIMAL.fullmatch(digits):
        return None
    return digits if len(digits) <= 16 else f"{float(digits):.10g}"


def new_uid(value: str, disguise: Disguise) -> str:
    """The identifier that takes the place of another; those of the standard itself stay.

    Whatever stands there is replaced, also what is no identifier: the same by the same.

    Examples
    --------
    >>> new_uid("1.2.840.10008.1.2.1", Disguise(bytes(32), "P-1", -30))
    '1.2.840.10008.1.2.1'

    """
    is_of_the_standard = value in UID_dictionary and _UID.fullmatch(value)
    return value if is_of_the_standard else disguise.uid(value)
