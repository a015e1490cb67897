"""How do words of a cohort get into a page without being read as Markdown?"""

from __future__ import annotations

import re

_MARKS = re.compile(r"([\\`*_{}\[\]()<>#+!|~$:^-])")


def plain(text: str) -> str:
    r"""The text with every character that Markdown could read escaped.

    Examples
    --------
    >>> plain("p53 *mut* $5")
    'p53 \\*mut\\* \\$5'

    """
    return _MARKS.sub(r"\\\1", text)


def unbroken(text: str) -> str:
    """The text with no line break between a number and its unit.

    Examples
    --------
    >>> unbroken("within 2.5 mm 71 %") == "within 2.5\N{NO-BREAK SPACE}mm 71\N{NO-BREAK SPACE}%"
    True

    """
    return re.sub(r"(?<=\d) (?=(?:%|mm|HU)(?:\W|$))", "\N{NO-BREAK SPACE}", text)


_UNITS = {"mm": "mm", "years": "years", "hu": "HU"}


def heading(name: str) -> str:
    """What a reader sees over a column of a table of numbers.

    Examples
    --------
    >>> heading("false_positive_rate"), heading("distance_mm"), heading("n")
    ('False positive rate', 'Distance (mm)', 'n')

    """
    words = str(name).split("_")
    unit = _UNITS.get(words[-1]) if len(words) > 1 else None
    text = " ".join(words[:-1] if unit else words)
    text = text if len(text) == 1 else text[:1].upper() + text[1:]
    return f"{text} ({unit})" if unit else text
