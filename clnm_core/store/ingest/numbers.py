"""Which number does a word stand for?

``1,5`` and ``1.234,5`` are numbers where the column writes a decimal comma, ``1,234.5`` where
it writes a point. ``12 mm``, ``5 %``, ``<3``, ``nan`` and ``inf`` are words, not numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_PLAIN = r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?"
_GROUP = "[\u0020\u00a0\u2009\u202f'\u2019]"
_SPACED = re.compile(rf"[+-]?[0-9]{{1,3}}(?:{_GROUP}[0-9]{{3}})+(?:[.,][0-9]*)?")
_SHAPE = re.compile(r"[+-]?([0-9]*)((?:[.,][0-9]+)*)[.,]?(?:[eE][+-]?[0-9]{1,3})?")
_FEW = 200
_PLAIN_WORD = re.compile(_PLAIN)


def numbers(words: pd.Series, *, decimal: str = ".") -> tuple[NDArray[np.float64], NDArray]:
    """The numbers that the words of one column stand for.

    Parameters
    ----------
    words : pandas.Series of str, shape (n,)
        Missing cells stay missing.
    decimal : {".", ","}
        The mark used where the column itself does not show which it is (``1,234``);
        a column that shows it (``0,5``; ``1.234,5``) overrules it.

    Returns
    -------
    values : numpy.ndarray of float, shape (n,)
        NaN where the cell is empty or its word is not a number.
    refused : numpy.ndarray of bool, shape (n,)
        Whether the cell holds a word that is not a (finite) number.

    Examples
    --------
    >>> values, refused = numbers(pd.Series(["0,5", "1.234,25", None, "12 mm"], dtype="str"))
    >>> values.tolist(), refused.tolist()
    ([0.5, 1234.25, nan, nan], [False, False, False, True])

    """
    if len(words) <= _FEW:
        return _few_numbers(words.tolist(), decimal)
    values = np.full(len(words), np.nan)
    filled = words.notna().to_numpy()
    plain = filled & words.str.fullmatch(_PLAIN).fillna(value=False).to_numpy(dtype=bool)
    rest = filled & ~plain
    mark = "."
    if rest.any() or decimal == ",":
        mark = decimal_mark(words[rest].unique(), words[plain].unique()) or decimal
    if mark == ",":
        # "1.234" is plain to look at, but a column with a decimal comma means 1234 by it.
        dotted = plain & words.str.contains(".", regex=False).fillna(value=False).to_numpy(bool)
        plain, rest = plain & ~dotted, rest | dotted
    values[plain] = words[plain].to_numpy(dtype=object).astype(float)
    if rest.any():
        known = {word: number_of(word, decimal=mark) for word in words[rest].unique()}
        values[rest] = words[rest].map(known).to_numpy(dtype=float)
    refused = filled & ~np.isfinite(values)
    values[refused] = np.nan
    return values, refused


def _few_numbers(words: list[object], decimal: str) -> tuple[NDArray[np.float64], NDArray]:
    """The same word by word: quicker than whole columns where there are few words."""
    known = [word for word in words if isinstance(word, str)]
    mark = decimal_mark(known) or decimal
    pairs = [
        (number_of(word, decimal=mark), True) if isinstance(word, str) else (float("nan"), False)
        for word in words
    ]
    values = np.array([value for value, _ in pairs], dtype=float)
    refused = np.array([is_word for _, is_word in pairs], dtype=bool) & ~np.isfinite(values)
    values[refused] = np.nan
    return values, refused


def number_of(word: str, *, decimal: str = ".") -> float:
    """One word as a number; NaN where it is none.

    Spaces, apostrophes and the mark that is not the decimal one may group digits by three.

    Examples
    --------
    >>> number_of(".0372"), number_of("1,234.5"), number_of("1 234,5", decimal=",")
    (0.0372, 1234.5, 1234.5)
    >>> number_of("1,5"), number_of("7 mm")
    (nan, nan)

    """
    text = word.strip().replace("\u2212", "-")
    if _SPACED.fullmatch(text):
        text = re.sub(_GROUP, "", text)
    group = "," if decimal == "." else "."
    if group in text:
        if not re.fullmatch(
            rf"[+-]?[1-9][0-9]{{0,2}}(?:{re.escape(group)}[0-9]{{3}})+"
            rf"(?:{re.escape(decimal)}[0-9]*)?",
            text,
        ):
            return float("nan")
        text = text.replace(group, "")
    text = text.replace(decimal, ".")
    return float(text) if _PLAIN_WORD.fullmatch(text) else float("nan")


def decimal_mark(odd: Iterable[str], plain: Iterable[str] = ()) -> str:
    """The decimal mark that words show; empty where they show none, or both.

    A mark shows itself by standing last after the other one (``1.234,5``), by a number of
    digits behind it other than three (``0,5``), or by a leading zero (``0,125``).

    Examples
    --------
    >>> decimal_mark(["1,234"]), decimal_mark(["1,234", "0,5"]), decimal_mark(["1,234.5"])
    ('', ',', '.')

    """
    seen = {mark for words in (odd, plain) for word in words if (mark := _mark_shown(word))}
    return seen.pop() if len(seen) == 1 else ""


def _mark_shown(word: str) -> str:
    text = re.sub(_GROUP, "", word.strip().replace("\u2212", "-"))
    match = _SHAPE.fullmatch(text)
    if not match or not match.group(2):
        return ""
    before, groups = match.group(1), re.findall(r"([.,])([0-9]+)", match.group(2))
    marks = [mark for mark, _ in groups]
    last, digits = groups[-1]
    if len(set(marks)) > 1:
        return last
    if len(groups) > 1:
        return ""
    is_shown = len(digits) != 3 or before in ("", "0") or len(before) > 3
    return last if is_shown else ""
