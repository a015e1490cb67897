"""What do the cases that a model gets wrong have in common, that it does not share with the others?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind
from clnm_core.stats.groups import MOST_NUMBERS
from clnm_core.stats.slice_excess import excess
from clnm_core.stats.slice_levels import cut, edges_of
from clnm_core.stats.subgroups import FEWEST
from clnm_core.stats.uncertainty import Estimate

AT_LEAST, UNDER, IS = "at least", "under", "is"
"""How a split says itself: a number from an edge on, below it, or a word."""


@dataclass(frozen=True, slots=True)
class Split:
    """One way to divide cases in two, and how wrong and right ones fall.

    Parameters
    ----------
    column : str
    how : str
        ``at least`` or ``under`` the number ``edge``, or ``is`` the words.
    words : str
        What a reader sees after ``how``: "10 mm", "male".
    edge : float
        The number; NaN for words.
    wrong, wrong_in, right, right_in : int
        Wrong and right cases, and how many of each lie on this side.
    difference : Estimate
        Share of the wrong on this side minus that of the right; the interval is corrected
        for all splits that were looked at.

    """

    column: str
    how: str
    words: str
    edge: float
    wrong: int
    wrong_in: int
    right: int
    right_in: int
    difference: Estimate

    @property
    def is_shown(self) -> bool:
        """Whether chance is excluded: the corrected interval lies above 0."""
        return self.difference.is_estimable and self.difference.low > 0


def describing_splits(
    cases: pd.DataFrame,
    is_wrong: NDArray[np.bool_],
    columns: Iterable[Column],
    *,
    patient: NDArray[np.int64],
    level: float = 0.95,
) -> list[Split]:
    """The split of every column that parts wrong from right cases best, the clearest first.

    Numbers are split at clinical limits where there are some, else at quartiles; words and
    flags one against the others. Splits are compared by the score statistic of two shares;
    the interval of the best of each column is Student's t of the difference, corrected for
    all splits of all columns (Bonferroni), by patient.

    Parameters
    ----------
    cases : pandas.DataFrame, shape (n, columns or more)
        Cases that could have been got wrong: with the outcome for the missed ones.
    is_wrong : numpy.ndarray of bool, shape (n,)
    columns : iterable of Column
    patient : numpy.ndarray of int, shape (n,)
        Code of each case's patient.
    level : float
        Confidence of all intervals together, between 0 and 1.

    Returns
    -------
    list of Split
        One per column that has any; empty where fewer than ten cases are wrong, or right.

    Raises
    ------
    ValueError
        If lengths differ.

    Examples
    --------
    >>> distance = Column("capsule_distance_mm", "Distance", Kind.NUMBER, unit="mm")
    >>> cases = pd.DataFrame({"capsule_distance_mm": np.linspace(0, 20, 200)})
    >>> wrong = cases["capsule_distance_mm"].to_numpy() > 9.9
    >>> best = describing_splits(cases, wrong, [distance], patient=np.arange(200))[0]
    >>> best.how, best.words, best.wrong_in, best.wrong, best.is_shown
    ('at least', '10 mm', 100, 101, True)

    """
    if not len(cases) == len(is_wrong) == len(patient):
        raise ValueError(
            "cases, is_wrong and patient must have one length; got "
            f"{len(cases)}, {len(is_wrong)} and {len(patient)}."
        )
    wrong = int(is_wrong.sum())
    right = len(is_wrong) - wrong
    if min(wrong, right) < FEWEST:
        return []
    looked_at = 0
    best = []
    for column in columns:
        leader = (0.0, "", "", math.nan, np.zeros(0, dtype=bool))
        for how, words, edge, inside in _sides(cases[column.name], column):
            looked_at += 1
            clearness = _score(int((inside & is_wrong).sum()), wrong, int(inside.sum()), right)
            if clearness > leader[0]:
                leader = (clearness, how, words, edge, inside)
        if leader[0] > 0:
            best.append((column.name, leader))
    best.sort(key=lambda one: -one[1][0])
    corrected = 1 - (1 - level) / max(looked_at, 1)
    splits = []
    for name, (_, how, words, edge, inside) in best:
        wrong_in = int((inside & is_wrong).sum())
        compared, _ = excess(inside.astype(float), is_wrong, patient, level=corrected)
        splits.append(
            Split(
                name,
                how,
                words,
                edge,
                wrong,
                wrong_in,
                right,
                int(inside.sum()) - wrong_in,
                compared.difference,
            )
        )
    return splits


def _sides(
    values: pd.Series, column: Column
) -> Iterator[tuple[str, str, float, NDArray[np.bool_]]]:
    """Every side of every split of a column; cases without a number lie on neither side."""
    if column.kind is Kind.NUMBER:
        numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=math.nan)
        known = numbers[np.isfinite(numbers)]
        distinct = pd.unique(known)
        few = len(distinct) <= MOST_NUMBERS
        edges = np.sort(distinct)[1:].tolist() if few else edges_of(known, column)
        tail = f" {column.unit}" if column.unit else ""
        for edge in edges:
            yield AT_LEAST, f"{edge:g}{tail}", edge, numbers >= edge
            yield UNDER, f"{edge:g}{tail}", edge, numbers < edge
        return
    made = cut(values, column, smallest=1)
    for code, piece in enumerate(made.pieces):
        yield IS, piece.words, math.nan, made.codes == code


def _score(wrong_in: int, wrong: int, inside: int, right: int) -> float:
    """Score statistic of two shares; above 0 where more of the wrong lie inside."""
    n = wrong + right
    share = inside / n
    variance = share * (1 - share) * (1 / wrong + 1 / right)
    if variance <= 0:
        return 0.0
    return (wrong_in / wrong - (inside - wrong_in) / right) / math.sqrt(variance)
