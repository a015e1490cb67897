"""How are the values of one variable spread, and do cases with the outcome differ?"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.columns import Column, Kind
from clnm_core.stats.rates import known_outcome

MOST_BINS = 40
PRESENT, ABSENT, UNKNOWN = "present", "absent", "unknown"


def distribution(
    values: pd.Series, column: Column, *, outcome: ArrayLike | None = None
) -> pd.DataFrame:
    """Counts of one variable: bins of a number, levels of a category, unknown apart.

    Bins are equally wide at round edges (1, 2, 2.5 or 5 times a power of ten, after
    Freedman and Diaconis) and hold their lower edge; the last one holds both. Every bin
    between the smallest and the largest value is there, and every level of the registry, also
    with a count of 0. The last level is always "unknown".

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        The variable, one row per case.
    column : Column
        Its declaration; not free text.
    outcome : array-like of bool, shape (n,), optional
        Divides every count by the outcome; NaN or None is unknown. Without it all counts
        stand under "unknown".

    Returns
    -------
    pandas.DataFrame
        ``label``    "20–30" or the level's label; "unknown" last
        ``low``, ``high``  edges of a bin in the column's unit; NaN for levels and unknown
        ``present``, ``absent``, ``unknown``  cases by outcome
        ``n``        their sum

    Raises
    ------
    ValueError
        If the column is free text, or the lengths differ.

    """
    if column.kind is Kind.TEXT:
        raise ValueError(
            f"column must be a number, category or flag; got the text {column.name!r}."
        )
    if outcome is None:
        happened, known = np.zeros(len(values), dtype=bool), np.zeros(len(values), dtype=bool)
    else:
        happened, known = known_outcome(outcome)
    if len(happened) != len(values):
        raise ValueError(f"outcome must have one value per case; got {len(happened)}.")
    if column.kind is Kind.NUMBER:
        codes, head = _bins(values)
    else:
        codes, labels = coded(values, column)
        head = pd.DataFrame({"label": list(labels), "low": math.nan, "high": math.nan})
    size = len(head)
    place = np.where(codes < 0, size, codes)
    last = pd.DataFrame({"label": [UNKNOWN], "low": [math.nan], "high": [math.nan]})
    table = pd.concat([head, last], ignore_index=True) if size else last
    for name, mask in ((PRESENT, happened & known), (ABSENT, ~happened & known), (UNKNOWN, ~known)):
        table[name] = np.bincount(place[mask], minlength=size + 1)
    table["n"] = np.bincount(place, minlength=size + 1)
    return table


def coded(values: pd.Series, column: Column) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """A category or flag as codes, with the label of each code.

    Levels of the registry come first, in its order, then further words found, sorted. A flag
    has the levels yes and no.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
    column : Column
        A category or a flag.

    Returns
    -------
    codes : numpy.ndarray of int, shape (n,)
        -1 where the value is missing.
    labels : tuple of str

    """
    raw, found = pd.factorize(values)
    words: list[object] = list(found)
    known: list[object] = [level.value for level in column.levels]
    if column.kind is Kind.FLAG:
        known = [True, False]
        words = [bool(word) for word in words]
    levels = known + sorted((word for word in set(words) if word not in known), key=str)
    place = {level: position for position, level in enumerate(levels)}
    new = np.array([*(place[word] for word in words), -1], dtype=np.int64)
    return new[raw], tuple(column.label_of(level) for level in levels)


def _bins(values: pd.Series) -> tuple[NDArray[np.int64], pd.DataFrame]:
    numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    finite = numbers[np.isfinite(numbers)]
    if not len(finite):
        return np.full(len(numbers), -1, dtype=np.int64), pd.DataFrame(columns=["label"])
    edges = _edges(finite)
    codes = np.full(len(numbers), -1, dtype=np.int64)
    inside = np.isfinite(numbers)
    codes[inside] = np.clip(np.searchsorted(edges, finite, side="right") - 1, 0, len(edges) - 2)
    labels = [f"{low:g}–{high:g}" for low, high in pairwise(edges)]
    return codes, pd.DataFrame({"label": labels, "low": edges[:-1], "high": edges[1:]})


def _edges(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Round, equally spaced edges around all numbers; whole numbers get whole bins."""
    low, high = float(numbers.min()), float(numbers.max())
    q1, q3 = np.quantile(numbers, [0.25, 0.75])
    width = 2 * (q3 - q1) / len(numbers) ** (1 / 3)
    span = (high - low) or max(abs(low), 1.0)
    width = max(width, span / MOST_BINS) if width > 0 else span / 10
    if (numbers == np.round(numbers)).all():
        width = max(width, 1.0)
    power = 10.0 ** math.floor(math.log10(width))
    step = next(m * power for m in (1, 2, 2.5, 5, 10) if m * power >= width * (1 - 1e-9))
    first, last = math.floor(low / step), math.floor(high / step) + 1
    return np.round(np.arange(first, last + 1) * step, 12)
