"""Which features say what a better one has said already?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata


@dataclass(frozen=True, slots=True)
class Copy:
    """A feature that follows another one.

    Parameters
    ----------
    of : int
        Column of the feature that is kept.
    r : float
        Rank correlation with it, in [-1, 1].

    """

    of: int
    r: float


def copies(
    values: NDArray[np.float64], order: NDArray[np.int64], *, most: float
) -> dict[int, Copy]:
    """Features whose rank correlation with a kept one exceeds a limit.

    The first in ``order`` is kept, whatever follows it too closely is dropped, and so on with the
    next that is left: which of two copies stays depends on the order alone.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n_rows, n_features)
        Finite, no column constant.
    order : numpy.ndarray of int
        Columns, best first; those not in it are not looked at.
    most : float
        A correlation (Spearman's, without its sign) above it makes a copy; exactly it does not.

    Returns
    -------
    dict of int to Copy
        By dropped column.

    Examples
    --------
    >>> table = np.array([[1.0, 10, 3], [2, 20, 1], [3, 30, 2], [4, 50, 9]])
    >>> copies(table, np.array([1, 0, 2]), most=0.9)
    {0: Copy(of=1, r=1.0)}

    """
    ranks = rankdata(values[:, order], axis=0)
    ranks -= ranks.mean(axis=0)
    ranks /= np.sqrt((ranks**2).sum(axis=0))
    is_open = np.ones(len(order), dtype=bool)
    found = {}
    for place, column in enumerate(order):
        if not is_open[place]:
            continue
        is_open[place] = False
        others = np.flatnonzero(is_open)
        r = np.clip(ranks[:, place] @ ranks[:, others], -1, 1)
        # Rounded, so that equal ranks correlate by exactly 1 on every machine.
        r = np.round(r, 12)
        for other, value in zip(others[np.abs(r) > most], r[np.abs(r) > most], strict=True):
            is_open[other] = False
            found[int(order[other])] = Copy(int(column), float(value))
    return found
