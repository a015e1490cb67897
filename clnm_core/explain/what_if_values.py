"""Which values of one input are worth trying, and which of them did training have?"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clnm_core.domain.columns import Column, Kind
from clnm_core.errors import UnfitCaseError

MOST_POINTS = 61
"""Values of a number that are tried."""

_BEYOND = 0.25
"""Share of the training range that is tried on each side of it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What training cases had of one variable.

    Parameters
    ----------
    low, high : float
        Of a number; NaN where that is not known.
    levels : tuple of str or bool
        Of a category or a flag.
    had_unknown : bool
        Whether it was unknown for any.

    """

    low: float = math.nan
    high: float = math.nan
    levels: tuple[str | bool, ...] = ()
    had_unknown: bool = False

    @staticmethod
    def of(values: pd.Series, column: Column) -> Seen:
        """What some cases have, as a cohort records it.

        Examples
        --------
        >>> Seen.of(pd.Series([2.0, None, 7.5]), Column("size_mm", "Size", Kind.NUMBER))
        Seen(low=2.0, high=7.5, levels=(), had_unknown=True)

        """
        known = values.dropna()
        had_unknown = len(known) < len(values)
        if column.kind is not Kind.NUMBER:
            plain = bool if column.kind is Kind.FLAG else str
            return Seen(levels=tuple(plain(one) for one in known.unique()), had_unknown=had_unknown)
        if known.empty:
            return Seen(had_unknown=had_unknown)
        return Seen(float(known.min()), float(known.max()), had_unknown=had_unknown)

    def has(self, value: float | str | bool | None) -> bool:
        """Whether training had such a value; true where nothing is known of it."""
        if value is None:
            return self.had_unknown
        if isinstance(value, float):
            return math.isnan(self.low) or self.low <= value <= self.high
        return not self.levels or value in self.levels


def values_of(
    column: Column, own: float | str | bool | None, seen: Seen | None, *, most: int = MOST_POINTS
) -> tuple[float | str | bool | None, ...]:
    """What to try of one input.

    Of a number: round steps over what training had and a quarter beyond on each side, within what
    the registry allows, and the case's own value. Of a flag or category: every level, and unknown.

    Parameters
    ----------
    column : Column
    own : float, str, bool or None
        What the case has.
    seen : Seen or None
        What training had.
    most : int
        Numbers at most, but for the case's own.

    Raises
    ------
    UnfitCaseError
        If nothing says in which range a number may lie.

    Examples
    --------
    >>> size = Column("size_mm", "Size", Kind.NUMBER, unit="mm", bounds=(0, 60))
    >>> values_of(size, 3.3, Seen(1.0, 9.0), most=7)
    (0.0, 2.0, 3.3, 4.0, 6.0, 8.0, 10.0)
    >>> values_of(Column("multifocal", "Multifocal", Kind.FLAG), None, None)
    (False, True, None)

    """
    if column.kind is Kind.FLAG:
        return (False, True, None)
    if column.kind is not Kind.NUMBER:
        known = [level.value for level in column.levels] or sorted(
            map(str, (seen or Seen()).levels)
        )
        return (*dict.fromkeys([*known, *([own] if own is not None else [])]), None)
    low, high = _range(column, own, seen)
    step = _round_step((high - low) / max(most - 1, 1))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    numbers = {round(place * step, 9) for place in range(first, last + 1)}
    return tuple(sorted(numbers | ({float(own)} if own is not None else set())))


def _range(column: Column, own: Any, seen: Seen | None) -> tuple[float, float]:
    low, high = (seen.low, seen.high) if seen else (math.nan, math.nan)
    if math.isfinite(low):
        margin = _BEYOND * (high - low)
        low, high = low - margin, high + margin
    elif column.bounds:
        low, high = column.bounds
    elif own:
        low, high = sorted((0.0, 2 * float(own)))
    else:
        raise UnfitCaseError(
            f"It is not known in which range {column.label.lower()} may lie, so no other value of "
            "it is tried. Choose another variable."
        )
    if own is not None:
        low, high = min(low, float(own)), max(high, float(own))
    bounds = column.bounds or (-math.inf, math.inf)
    return max(low, bounds[0]), min(high, bounds[1])


def _round_step(step: float) -> float:
    """The next larger of 1, 2 or 5 times a power of ten."""
    if step <= 0:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= step * (1 - 1e-9))
