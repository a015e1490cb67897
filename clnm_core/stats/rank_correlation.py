"""Do two numbers rise together, whatever the shape of the line between them?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.stats.resampling import drawn_blocks, percentile_interval
from clnm_core.stats.uncertainty import Estimate, not_estimable

FEWEST = 10
"""Cases below which nothing is said."""

MOST = 2_000
"""Cases up to which the interval is made of all; of more, of so many drawn at random."""


def rank_correlation(
    x: ArrayLike,
    y: ArrayLike,
    patient: ArrayLike,
    *,
    level: float = 0.95,
    bootstrap: int = 1_000,
    seed: int = 0,
) -> Estimate:
    """Spearman's rho with an interval from resamples of patients.

    Ties get the mean of their ranks, in each resample anew. Cases in which a number is not known
    are left out.

    Parameters
    ----------
    x, y : array-like of float, shape (cases,)
    patient : array-like, shape (cases,)
    level : float
    bootstrap : int
    seed : int

    Returns
    -------
    Estimate
        In [-1, 1]; not estimable with fewer than ten cases, or where a number never varies.

    References
    ----------
    .. [1] Spearman C. The proof and measurement of association between two things. Am J Psychol
       1904;15:72-101. doi:10.2307/1412159

    Examples
    --------
    >>> falling = rank_correlation(range(12), [-(one**3) for one in range(12)], range(12))
    >>> round(falling.value, 6), round(falling.high, 6)
    (-1.0, -1.0)

    """
    first, second = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    known = np.isfinite(first) & np.isfinite(second)
    who = pd.factorize(np.asarray(patient)[known])[0].astype(np.int64)
    first, second = first[known], second[known]
    if len(first) < FEWEST or len(np.unique(who)) < 2:
        return not_estimable(f"fewer than {FEWEST} cases, or one patient", level=level)
    if first.min() == first.max() or second.min() == second.max():
        return not_estimable("all cases have the same value", level=level)
    value = float(_spearman(first, second, np.ones((1, len(first))))[0])
    if len(first) > MOST:
        some = np.sort(np.random.default_rng(seed).permutation(len(first))[:MOST])
        first, second, who = first[some], second[some], pd.factorize(who[some])[0].astype(np.int64)
    block, weight = drawn_blocks(who, bootstrap=bootstrap, seed=seed)
    drawn = _spearman(first, second, weight[:, block])
    return percentile_interval(
        value, drawn, level=level, method=f"bootstrap of patients, {bootstrap:,} resamples"
    )


def _spearman(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Spearman's rho in each resample, shape (resamples,); weight (resamples, cases)."""
    ranks = [_midranks(one, weight) for one in (x, y)]
    total = weight.sum(axis=1, keepdims=True)
    first, second = (one - (weight * one).sum(axis=1, keepdims=True) / total for one in ranks)
    spread = (weight * first**2).sum(axis=1) * (weight * second**2).sum(axis=1)
    shared = (weight * first * second).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.where(spread > 0, shared / np.sqrt(spread), np.nan)


def _midranks(values: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cases below each, and half of those equal to it, in each resample."""
    below = (values[None, :] < values[:, None]) + 0.5 * (values[None, :] == values[:, None])
    return np.asarray(weight @ below.T)
