"""Into which pieces may a search cut each column, and how does a cohort name a piece?

A piece is one group of one column, as :func:`clnm_core.stats.groups.group_labels` cuts them,
with the criterion that selects exactly its cases. Columns that are known only with or after
the outcome are no candidates: among cases with positive nodes every risk looks too low.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import UNKNOWN, Between, Criterion, OneOf
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.stats.groups import CLINICAL_CUTS, MOST_NUMBERS

MOST_LEVELS = 60
"""Of an open category only so many levels are candidates: those with the most cases."""


@dataclass(frozen=True, slots=True)
class Piece:
    """One group of one column.

    ``words`` are what a reader sees ("under 2.5 mm"); ``criterion`` selects exactly these
    cases, and is ``None`` where a cohort has no words for them (a missing number).
    """

    column: str
    words: str
    criterion: Criterion | None


@dataclass(frozen=True, eq=False, slots=True)
class Cut:
    """One column in pieces.

    Parameters
    ----------
    pieces : tuple of Piece
        In reading order.
    codes : numpy.ndarray of int16, shape (n,)
        Place of each case's piece; ``len(pieces)`` where it is in none that is large enough.

    """

    pieces: tuple[Piece, ...]
    codes: NDArray[np.int16]


def sliceable(registry: Registry, outcome: str = "") -> tuple[Column, ...]:
    """The columns by which slices may be cut.

    Every filterable column that was known before the outcome; the split is not one of them,
    because the page asks for it.

    Examples
    --------
    >>> from clnm_core.domain.dictionary import BUILT_IN
    >>> names = [column.name for column in sliceable(BUILT_IN)]
    >>> "centre" in names, "capsule_distance_mm" in names
    (True, True)
    >>> {"split", "lateral", "positive_nodes", "true_risk"} & set(names)
    set()

    """
    return tuple(
        column
        for column in registry.filterable()
        if column.role in (Role.DESIGN, Role.PREDICTOR) and column.name not in ("split", outcome)
    )


def cuts(cases: pd.DataFrame, columns: Iterable[Column], *, smallest: int) -> list[Cut]:
    """Cut every column into its pieces; a column without a usable piece is left out.

    Parameters
    ----------
    cases : pandas.DataFrame, shape (n, columns or more)
    columns : iterable of Column
        Categories, flags and numbers.
    smallest : int
        A piece has at least so many cases, and leaves as many outside.

    """
    made = [cut(cases[column.name], column, smallest=smallest) for column in columns]
    return [one for one in made if one.pieces]


def cut(values: pd.Series, column: Column, *, smallest: int) -> Cut:
    """Cut one column into pieces.

    Numbers are cut at their clinical limits where there are some, else at quartiles rounded
    to three digits; a piece contains its lower limit. Numbers of at most ``MOST_NUMBERS``
    values, and words, are taken one by one; missing values are a piece of their own.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
    column : Column
    smallest : int
        A piece has at least so many cases, and leaves as many outside.

    Examples
    --------
    >>> distance = Column("capsule_distance_mm", "Distance", Kind.NUMBER, unit="mm")
    >>> made = cut(pd.Series([0.1, 1, 2, 2.5, 3, 4, 6, 8, 11, None]), distance, smallest=3)
    >>> [piece.words for piece in made.pieces], made.codes.tolist()
    (['under 2.5 mm', '2.5 to under 5 mm'], [0, 0, 0, 1, 1, 1, 2, 2, 2, 2])
    >>> made.pieces[1].criterion
    Between(column='capsule_distance_mm', low=2.5, high=4.0)

    """
    codes, pieces = (
        _numbers(values, column) if column.kind is Kind.NUMBER else _words(values, column)
    )
    sizes = np.bincount(codes, minlength=len(pieces))[: len(pieces)]
    is_usable = (sizes >= smallest) & (len(codes) - sizes >= smallest)
    kept = np.flatnonzero(is_usable)
    if len(kept) > MOST_LEVELS:
        kept = np.sort(kept[np.argsort(-sizes[kept], kind="stable")[:MOST_LEVELS]])
    place = np.full(len(pieces) + 1, len(kept), dtype=np.int16)
    place[kept] = np.arange(len(kept))
    return Cut(tuple(pieces[i] for i in kept), place[codes])


def edges_of(known: NDArray[np.float64], column: Column) -> tuple[float, ...]:
    """Where the numbers of a column are cut: its clinical limits, else quartiles."""
    return CLINICAL_CUTS.get(column.name) or _quartiles(known)


def _words(values: pd.Series, column: Column) -> tuple[NDArray[np.intp], list[Piece]]:
    found, stored = pd.factorize(values, use_na_sentinel=True)
    order = [level.value for level in column.levels]
    if column.kind is Kind.FLAG:
        names = ["yes" if value else "no" for value in stored]
    else:
        names = [str(value) for value in stored]
    place = {name: i for i, name in enumerate(order)}
    ranks = sorted(range(len(names)), key=lambda i: (place.get(names[i], len(order)), names[i]))
    pieces = [
        Piece(
            column.name,
            names[i] if column.kind is Kind.FLAG else column.label_of(names[i]),
            OneOf(column.name, (names[i],)),
        )
        for i in ranks
    ]
    pieces.append(Piece(column.name, UNKNOWN, OneOf(column.name, (UNKNOWN,))))
    position = np.empty(len(names) + 1, dtype=np.intp)
    position[ranks] = np.arange(len(names))
    position[-1] = len(names)
    return position[found], pieces


def _numbers(values: pd.Series, column: Column) -> tuple[NDArray[np.intp], list[Piece]]:
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=math.nan)
    is_known = np.isfinite(numbers)
    known = numbers[is_known]
    distinct = np.sort(pd.unique(known))
    tail = f" {column.unit}" if column.unit else ""
    if len(distinct) <= MOST_NUMBERS:
        inside = np.searchsorted(distinct, known)
        names = [f"{number:g}{tail}" for number in distinct]
    else:
        edges = edges_of(known, column)
        inside = np.searchsorted(np.asarray(edges), known, side="right")
        names = _range_words(edges, tail)
    pieces = []
    low = np.full(len(names), math.inf)
    high = np.full(len(names), -math.inf)
    np.minimum.at(low, inside, known)
    np.maximum.at(high, inside, known)
    for words, first, last in zip(names, low.tolist(), high.tolist(), strict=True):
        criterion = Between(column.name, first, last) if first <= last else None
        pieces.append(Piece(column.name, words, criterion))
    codes = np.full(len(numbers), len(names), dtype=np.intp)
    codes[is_known] = inside
    return codes, [*pieces, Piece(column.name, UNKNOWN, None)]


def _quartiles(known: NDArray[np.float64]) -> tuple[float, ...]:
    edges = {float(f"{edge:.3g}") for edge in np.quantile(known, [0.25, 0.5, 0.75])}
    return tuple(sorted(edge for edge in edges if known.min() < edge <= known.max()))


def _range_words(edges: tuple[float, ...], tail: str) -> list[str]:
    if not edges:
        return [f"all{tail}"]
    between = [f"{low:g} to under {high:g}{tail}" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g}{tail}", *between, f"{edges[-1]:g}{tail} or more"]
