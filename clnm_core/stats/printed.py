"""How exact is a number as a paper prints it?

"90.4 %" may be anything from 90.35 to 90.45 %, and ".80" anything from .795 to .805: the
decimals that are printed say how much. Bounds are fractions, so that nothing is lost on the
way to whole cases.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

MOST_DECIMALS = 5
"""More decimals than this are no rounding."""

_SHARE = re.compile(r"(?P<number>\d*(?:[.,·]\d*)?)\s*(?P<percent>%?)")
_COUNTS = re.compile(r"(\d[\d,. ']*)(?:\s*(?:-|–|to)\s*(\d[\d,. ']*))?")


@dataclass(frozen=True, slots=True)
class Printed:
    """A share as printed, and between which values it lies.

    Parameters
    ----------
    text : str
        As it was typed.
    low, high : fractions.Fraction
        In [0, 1]; both are possible values where ``is_open`` is false, else ``high`` is not.
    is_open : bool
        Whether the share lies below ``high`` (digits were cut off).

    """

    text: str
    low: Fraction
    high: Fraction
    is_open: bool = False

    @property
    def middle(self) -> float:
        """The middle of the range; the printed value itself where it was rounded."""
        return float((self.low + self.high) / 2)


def share(text: str, *, is_cut: bool = False) -> Printed:
    """A share as printed: "90.4 %", "90.4" or ".904".

    A number above 1, or one with a per cent sign, is a per cent. Half a step of the last digit
    may be missing on either side; both ends are allowed, as papers round a five up or to the
    even digit.

    Parameters
    ----------
    text : str
    is_cut : bool
        Whether digits may have been cut off instead of rounded: the value may then be up to
        a whole step larger.

    Raises
    ------
    ValueError
        If it is not a number, or not a share.

    Examples
    --------
    >>> found = share("90.4")
    >>> float(found.low), float(found.high)
    (0.9035, 0.9045)
    >>> float(share(".80").low), float(share("0.80", is_cut=True).high)
    (0.795, 0.81)

    """
    found = _SHARE.fullmatch(text.strip())
    digits = found["number"].replace(",", ".").replace("·", ".") if found else ""
    if found is None or not any(mark.isdigit() for mark in digits):
        raise ValueError(f"“{text.strip()[:30]}” is not a number. Write it as 90.4 % or .904.")
    decimals = len(digits.partition(".")[2])
    if decimals > MOST_DECIMALS:
        raise ValueError(f"“{text.strip()[:30]}” has more than {MOST_DECIMALS} decimals.")
    value = Fraction(digits if digits[-1] != "." else digits[:-1])
    is_percent = bool(found["percent"]) or value > 1
    if value > (100 if is_percent else 1):
        raise ValueError(f"“{text.strip()[:30]}” is more than 100 %. Write a share.")
    scale = 100 if is_percent else 1
    step = Fraction(1, 10**decimals) / scale
    value /= scale
    high = value + (step if is_cut else step / 2)
    return Printed(
        text.strip(),
        max(value - step / 2, Fraction(0)),
        min(high, Fraction(1)),
        is_cut and high <= 1,
    )


def counts(text: str) -> tuple[int, int]:
    """A number of cases, or a range of it: "104", "9,836" or "100–110".

    Raises
    ------
    ValueError
        If it is neither, or the range runs backwards.

    Examples
    --------
    >>> counts("9,836"), counts("100–110")
    ((9836, 9836), (100, 110))

    """
    found = _COUNTS.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            f"“{text.strip()[:30]}” is not a number of cases. Write 104, or a range: 100–110."
        )
    parts = [
        re.sub(r"[ ']|[,.](?=\d{3}(?!\d))", "", part.strip()) for part in found.groups() if part
    ]
    if not all(part.isdigit() and len(part) < 10 for part in parts):
        raise ValueError(f"“{text.strip()[:30]}” is not a whole number of cases.")
    low, high = int(parts[0]), int(parts[-1])
    if low > high:
        raise ValueError(
            f"The range “{text.strip()[:30]}” runs backwards. Write the lower end first."
        )
    return low, high
