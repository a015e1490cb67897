"""Which features would come out alike, had the outline been drawn by somebody else?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import f as f_distribution

from clnm_core.features.items import Extractor, Item
from clnm_core.features.perturbation import PIXELS, SHIFTS, perturbed

Form = Literal["1,1", "2,1", "3,1"]
"""One-way; two-way with absolute agreement; two-way with consistency. Each of single ratings."""

COLUMNS = ("icc", "low", "high", "n")


def intraclass(ratings: ArrayLike, *, form: Form = "2,1", level: float = 0.95) -> pd.DataFrame:
    """Intraclass correlation of many features at once, with intervals from F distributions.

    Parameters
    ----------
    ratings : array-like of float, shape (n_items, n_ratings) or (n_items, n_ratings, n_features)
        For each feature an item counts only where all its ratings are finite.
    form : {"1,1", "2,1", "3,1"}
        After Shrout and Fleiss. ``2,1`` counts a rating that is always higher as disagreement,
        ``3,1`` does not.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per feature: ``icc``, ``low``, ``high``, all at most 1; ``n``, items that count.
        NaN where there are fewer than two items, or where all values are the same.

    Raises
    ------
    ValueError
        If there are fewer than two ratings, or the form or level is not one of the above.

    References
    ----------
    .. [1] Shrout PE, Fleiss JL. Intraclass correlations: uses in assessing rater reliability.
       Psychol Bull 1979;86:420-428. doi:10.1037/0033-2909.86.2.420
    .. [2] McGraw KO, Wong SP. Forming inferences about some intraclass correlation coefficients.
       Psychol Methods 1996;1:30-46. doi:10.1037/1082-989X.1.1.30

    Examples
    --------
    >>> intraclass([[1, 1.5], [2, 2.5], [3, 3.5]], form="3,1").round(2).to_dict("records")
    [{'icc': 1.0, 'low': 1.0, 'high': 1.0, 'n': 3}]

    """
    if form not in ("1,1", "2,1", "3,1"):
        raise ValueError(f"form must be 1,1, 2,1 or 3,1; got {form!r}.")
    if not 0 < level < 1:
        raise ValueError(f"level must be between 0 and 1; got {level}.")
    values = np.asarray(ratings, dtype=np.float64)
    values = values[..., None] if values.ndim == 2 else values
    if values.ndim != 3 or values.shape[1] < 2:
        raise ValueError(
            f"ratings must be (items, at least 2 ratings[, features]); got {values.shape}."
        )
    counted = np.asarray(np.isfinite(values).all(axis=1))
    squares = _Squares.of(values, counted)
    with np.errstate(divide="ignore", invalid="ignore"):
        icc, low, high = _FORMS[form](squares, 1 - (1 - level) / 2)
    known = (squares.n >= 2) & (squares.items + squares.ratings + squares.rest > 0)
    table = pd.DataFrame(
        {
            name: np.where(known, np.minimum(column, 1.0), math.nan)
            for name, column in (("icc", icc), ("low", low), ("high", high))
        }
    )
    table["n"] = squares.n.astype(int)
    return table


class _Squares:
    """Mean squares of a two-way table without repetition, one of each per feature."""

    def __init__(self, n: NDArray, k: int, items: NDArray, ratings: NDArray, rest: NDArray) -> None:
        self.n, self.k, self.items, self.ratings, self.rest = n, k, items, ratings, rest

    @classmethod
    def of(cls, values: NDArray[np.float64], counted: NDArray[np.bool_]) -> _Squares:
        k = values.shape[1]
        n = counted.sum(axis=0).astype(float)
        many = np.maximum(n, 1)
        kept = np.where(counted[:, None], values, 0.0)
        # Scaled to about 1, so that squares of features of any size neither overflow nor vanish.
        kept = kept - kept.sum(axis=(0, 1)) / (many * k) * counted[:, None]
        size = np.abs(kept).max(axis=(0, 1), initial=0.0)
        kept = kept / np.where(size > 0, size, 1.0)
        by_item, by_rating = kept.mean(axis=1), kept.sum(axis=0) / many
        rest = (kept - by_item[:, None] - by_rating) * counted[:, None]
        freedom = np.maximum(n - 1, 1)
        return cls(
            n,
            k,
            k * (by_item**2).sum(axis=0) / freedom,
            n * (by_rating**2).sum(axis=0) / (k - 1),
            (rest**2).sum(axis=(0, 1)) / (freedom * (k - 1)),
        )

    @property
    def within(self) -> NDArray[np.float64]:
        """Mean square within items: ratings and rest together."""
        n = np.maximum(self.n, 1)
        return (self.ratings + (n - 1) * self.rest) / n


_Three = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _one_way(s: _Squares, upper: float) -> _Three:
    freedom, rest = s.n - 1, s.n * (s.k - 1)
    return _from_ratio(s.items, s.within, s.k, freedom, rest, upper)


def _consistency(s: _Squares, upper: float) -> _Three:
    freedom = s.n - 1
    return _from_ratio(s.items, s.rest, s.k, freedom, freedom * (s.k - 1), upper)


def _from_ratio(
    items: NDArray, rest: NDArray, k: int, freedom: NDArray, other: NDArray, upper: float
) -> _Three:
    low = rest * f_distribution.ppf(upper, freedom, other)
    high = items * f_distribution.ppf(upper, other, freedom)
    return (
        (items - rest) / (items + (k - 1) * rest),
        (items - low) / (items + (k - 1) * low),
        (high - rest) / (high + (k - 1) * rest),
    )


def _agreement(s: _Squares, upper: float) -> _Three:
    n, k = s.n, s.k
    icc = (s.items - s.rest) / (s.items + (k - 1) * s.rest + k * (s.ratings - s.rest) / n)
    gap = n * np.maximum(1 - icc, np.finfo(float).eps)
    a, b = k * icc / gap, 1 + k * icc * (n - 1) / gap
    freedom = (a * s.ratings + b * s.rest) ** 2 / (
        (a * s.ratings) ** 2 / (k - 1) + (b * s.rest) ** 2 / ((n - 1) * (k - 1))
    )
    spread = k * s.ratings + (k * n - k - n) * s.rest
    below = f_distribution.ppf(upper, n - 1, freedom)
    above = f_distribution.ppf(upper, freedom, n - 1)
    low = n * (s.items - below * s.rest) / (below * spread + n * s.items)
    high = n * (above * s.items - s.rest) / (spread + n * above * s.items)
    is_perfect = s.ratings + s.rest <= 1e-28 * s.items  # no more than rounding leaves
    return icc, np.where(is_perfect, 1.0, low), np.where(is_perfect, 1.0, high)


_FORMS = {"1,1": _one_way, "2,1": _agreement, "3,1": _consistency}


def icc_over_perturbations(
    extractor: Extractor,
    items: Sequence[Item],
    *,
    device: str = "cpu",
    form: Form = "2,1",
    pixels: float = PIXELS,
    shifts: int = SHIFTS,
    seed: int = 0,
    level: float = 0.95,
) -> pd.DataFrame:
    """Repeatability of each feature over perturbed outlines.

    Each way of perturbing counts as a rater who draws all items that way. Where the result
    decides which features a model may use, ``items`` must be those of training patients.

    Parameters
    ----------
    extractor : Extractor
    items : sequence of Item
        Those without an outline do not count.
    device : str
        ``cpu`` or ``cuda``.
    form, level
        See :func:`intraclass`.
    pixels, shifts, seed
        See :func:`~clnm_core.features.perturbation.perturbed`.

    Returns
    -------
    pandas.DataFrame
        ``name, icc, low, high, n``, one row per feature in the extractor's order.

    """
    drawn = [item for item in items if item.lesion is not None and item.lesion.any()]
    ways = 3 + shifts
    ratings = np.full((len(drawn), ways, len(extractor.names)), np.nan)
    for place, item in enumerate(drawn):
        # All ways of one item at a time: only one item's copies are held.
        copies = perturbed(item, seed=seed, pixels=pixels, shifts=shifts)
        ratings[place] = extractor.extract(copies, device=device).values
    table = intraclass(ratings, form=form, level=level)
    table.insert(0, "name", list(extractor.names))
    return table
