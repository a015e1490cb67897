"""Which confusion matrices give the rates that a paper prints?

Every printed rate puts two linear bounds on the four cells. With the number of cases n, of
events P and of true positives TP fixed, all bounds together leave one range of true negatives;
so the cells are not tried one by one. Which n, P and TP are worth a look is found beforehand by
eliminating the cells from the bounds (Fourier and Motzkin), in floating point with room to
spare; what is kept is then decided in whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import product
from math import lcm

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.stats.printed import Printed

MOST_CASES = 50_000
"""Larger samples are not solved: rates of three digits then fit almost anything."""

MOST_LISTED = 500
"""Matrices that are listed; the others are counted."""

MOST_COLUMNS = 3_000_000
"""Combinations of n, P and TP that are looked at before giving up."""

_TN, _TP, _P, _N, _ONE = range(5)

RATES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "prevalence": ((0, 0, 1, 0, 0), (0, 0, 0, 1, 0)),
    "sensitivity": ((0, 1, 0, 0, 0), (0, 0, 1, 0, 0)),
    "specificity": ((1, 0, 0, 0, 0), (0, 0, -1, 1, 0)),
    "accuracy": ((1, 1, 0, 0, 0), (0, 0, 0, 1, 0)),
    "ppv": ((0, 1, 0, 0, 0), (-1, 1, -1, 1, 0)),
    "npv": ((1, 0, 0, 0, 0), (1, -1, 1, 0, 0)),
    "f1": ((0, 2, 0, 0, 0), (-1, 1, 0, 1, 0)),
}
"""Numerator and denominator of each rate, as weights of TN, TP, P, n and 1."""

_CELLS = ((1, 0, 0, 0, 0), (-1, 0, -1, 1, 0), (0, 1, 0, 0, 0), (0, -1, 1, 0, 0))
"""TN, FP, TP and FN, none of which is below zero."""

Bounds = NDArray[np.int64]
"""Rows of weights of TN, TP, P, n and 1; each row's sum is at least zero."""


@dataclass(frozen=True, slots=True)
class Paper:
    """What a paper says of one table: cases, events, and rates as printed.

    Parameters
    ----------
    n : tuple of (int, int)
        Least and most cases; equal where the number is known.
    events : tuple of (int, int), optional
        Least and most cases with the outcome.
    rates : mapping of str to Printed
        Of :data:`RATES`.
    auc : Printed, optional

    """

    n: tuple[int, int]
    events: tuple[int, int] | None = None
    rates: Mapping[str, Printed] = field(default_factory=dict)
    auc: Printed | None = None


@dataclass(frozen=True, eq=False, slots=True)
class Fits:
    """The confusion matrices that fit everything that a paper says.

    Parameters
    ----------
    matrices : pandas.DataFrame
        ``n, events, tp, fp, fn, tn``; at most :data:`MOST_LISTED`, by n, events and tp.
    count : int
        How many fit; at least so many where ``is_complete`` is false.
    is_complete : bool
        Whether all possibilities were looked at.

    """

    matrices: pd.DataFrame
    count: int
    is_complete: bool


def fitting(paper: Paper, *, most: int = MOST_LISTED) -> Fits:
    """Every confusion matrix whose rates, rounded, are those that a paper prints.

    Parameters
    ----------
    paper : Paper
        The area is not used: any matrix can lie on a curve of nearly any area.
    most : int
        Matrices to list; with 1 the search ends at the first.

    Raises
    ------
    ValueError
        If n is not within 1 and :data:`MOST_CASES`, or events exceed n.

    Examples
    --------
    >>> from clnm_core.stats.printed import share
    >>> rates = {"accuracy": share(".886"), "ppv": share(".762"), "sensitivity": share(".842")}
    >>> fitting(Paper((70, 70), rates=rates)).matrices[["tp", "fp", "fn", "tn"]].values.tolist()
    [[16, 5, 3, 46]]

    """
    if not 1 <= paper.n[0] <= paper.n[1] <= MOST_CASES:
        raise ValueError(f"n must lie within 1 and {MOST_CASES:,} cases; got {paper.n}.")
    if paper.events and paper.events[0] > paper.n[1]:
        raise ValueError("There cannot be more cases with the outcome than cases.")
    bounds = _bounds(paper)
    listed: list[NDArray[np.int64]] = []
    count, kept, looked = 0, 0, 0
    for columns in _columns(bounds, paper.n):
        looked += len(columns)
        low, high = _range_of(bounds, columns)
        ways = np.maximum(high - low + 1, 0)
        count += int(ways.sum())
        room = most - kept
        if room > 0 and ways.any():
            first = int(np.searchsorted(np.cumsum(ways), room)) + 1
            rows = np.repeat(np.arange(len(columns))[:first], ways[:first])[:room]
            starts = np.searchsorted(rows, rows)
            listed.append(
                np.column_stack([columns[rows], low[rows] + np.arange(len(rows)) - starts])
            )
            kept += len(rows)
        if (most == 1 and kept) or looked > MOST_COLUMNS:
            return Fits(_frame(listed), count, False)
    return Fits(_frame(listed), count, True)


def _bounds(paper: Paper) -> Bounds:
    """Everything that the paper says about the cells, as linear bounds."""
    rows = [list(cell) for cell in _CELLS]
    if paper.events:
        rows += [[0, 0, 1, 0, -paper.events[0]], [0, 0, -1, 0, paper.events[1]]]
    for name, printed in paper.rates.items():
        top, under = (np.array(part, dtype=object) for part in RATES[name])
        scale = lcm(printed.low.denominator, printed.high.denominator)
        low, high = (int(end * scale) for end in (printed.low, printed.high))
        above, below = scale * top - low * under, high * under - scale * top
        if printed.is_open:
            below[_ONE] -= 1
        exists = under.copy()
        exists[_ONE] -= 1
        rows += [list(above), list(below), list(exists)]
    return np.array(rows, dtype=np.int64)


def _columns(bounds: Bounds, n: tuple[int, int]) -> Iterator[NDArray[np.int64]]:
    """Combinations of n, P and TP that may have a solution, in portions of bounded size."""
    with_tp = _without(bounds.astype(float), _TN)
    with_p = _without(with_tp, _TP)
    for start in range(n[0], n[1] + 1, 500):
        cases = np.arange(start, min(start + 500, n[1] + 1), dtype=np.int64)
        for pairs in _expanded(cases[:, None], *_span(with_p, _P, {_N: cases}, cases), 20_000):
            of = {_N: pairs[:, 0], _P: pairs[:, 1]}
            yield from _expanded(pairs, *_span(with_tp, _TP, of, pairs[:, 1]), 400_000)


def _without(rows: NDArray[np.float64], place: int) -> NDArray[np.float64]:
    """Bounds on the other cells that follow from these, whatever the cell at ``place``."""
    weight = rows[:, place]
    at_least, at_most = rows[weight > 0], rows[weight < 0]
    pairs = [one * -other[place] + other * one[place] for one, other in product(at_least, at_most)]
    found = np.vstack([rows[weight == 0], *pairs])
    size = np.abs(found).max(axis=1, keepdims=True)
    kept = found[size[:, 0] > 0] / size[size[:, 0] > 0]
    kept[:, place] = 0.0
    return np.unique(kept.round(12), axis=0)


def _span(
    rows: NDArray[np.float64],
    place: int,
    known: dict[int, NDArray[np.int64]],
    most: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Whole numbers from 0 to ``most`` that one cell may take; a little too many, never too few."""
    low, high = np.zeros(len(most)), most.astype(float)
    for row in rows:
        rest = row[_ONE] + sum(row[at] * values for at, values in known.items())
        room = 1e-9 * (1 + np.abs(rest))
        if row[place] > 1e-12:
            np.maximum(low, -(rest + room) / row[place], out=low)
        elif row[place] < -1e-12:
            np.minimum(high, (rest + room) / -row[place], out=high)
        else:
            high = np.where(rest < -room, -1.0, high)
    return np.ceil(low - 1e-6).astype(np.int64), np.floor(high + 1e-6).astype(np.int64)


def _expanded(
    rows: NDArray[np.int64], low: NDArray[np.int64], high: NDArray[np.int64], most: int
) -> Iterator[NDArray[np.int64]]:
    """Each row with each whole number from its low to its high behind it, at most so many at once."""
    width = np.maximum(high - low + 1, 0)
    ends = np.cumsum(width)
    for first in range(0, int(ends[-1]) if len(ends) else 0, most):
        place = np.arange(first, min(first + most, int(ends[-1])))
        row = np.searchsorted(ends, place, side="right")
        yield np.column_stack([rows[row], low[row] + place - (ends[row] - width[row])])


def _range_of(
    bounds: Bounds, columns: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """The true negatives that every bound allows, exactly, for each n, P and TP."""
    n, events, tp = columns.T
    low, high = np.zeros(len(columns), dtype=np.int64), n - events
    for weight, of_tp, of_events, of_n, one in bounds:
        rest = of_tp * tp + of_events * events + of_n * n + one
        if weight > 0:
            np.maximum(low, -(rest // weight), out=low)
        elif weight < 0:
            np.minimum(high, rest // -weight, out=high)
        else:
            high = np.where(rest < 0, np.int64(-1), high)
    return low, high


def _frame(listed: list[NDArray[np.int64]]) -> pd.DataFrame:
    found = np.vstack(listed) if listed else np.empty((0, 4), dtype=np.int64)
    n, events, tp, tn = found.T
    return pd.DataFrame(
        {
            **{"n": n, "events": events, "tp": tp},
            **{"fp": n - events - tn, "fn": events - tp, "tn": tn},
        }
    )


def rate_of(matrix: Mapping[str, int], name: str) -> Fraction | None:
    """One rate of a matrix, exactly; None where its denominator is zero."""
    cells = (matrix["tn"], matrix["tp"], matrix["events"], matrix["n"], 1)
    top, under = (sum(w * c for w, c in zip(part, cells, strict=True)) for part in RATES[name])
    return Fraction(int(top), int(under)) if under else None
