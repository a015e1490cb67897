"""How many cases are flagged, rightly and wrongly, at each threshold of a slider?

The rows are counted once; every threshold of the grid is then read off the table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.thresholds import Confusion
from clnm_core.stats.utility import THRESHOLDS

_NEAR = 1e-9
"""Thresholds closer than this are one: 0.35 and 0.35000000000000003."""


@dataclass(frozen=True, eq=False, slots=True)
class CallCounts:
    """True and false positives at every threshold of a grid.

    Parameters
    ----------
    thresholds : numpy.ndarray of float, shape (k,)
        Rising; a case is flagged when ``risk >= threshold``.
    tp, fp : numpy.ndarray of int, shape (k,)
        Flagged cases with, and without, the outcome.
    events, others : int
        All cases with, and without, the outcome.
    is_clustered : bool
        Whether any patient has several cases; the counts alone then say nothing about how
        surely they are known.

    """

    thresholds: NDArray[np.float64]
    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    events: int
    others: int
    is_clustered: bool

    @property
    def n(self) -> int:
        """All cases."""
        return self.events + self.others

    def __contains__(self, threshold: float) -> bool:
        """Whether the threshold is on the grid."""
        return self._place(threshold) >= 0

    def at(self, threshold: float) -> Confusion:
        """The four counts at one threshold of the grid.

        Raises
        ------
        ValueError
            If the threshold is not on the grid.

        """
        place = self._place(threshold)
        if place < 0:
            raise ValueError(f"threshold must be on the grid; got {threshold!r}.")
        tp, fp = int(self.tp[place]), int(self.fp[place])
        return Confusion(tp=tp, fp=fp, fn=self.events - tp, tn=self.others - fp)

    def rates(self) -> pd.DataFrame:
        """``threshold``, ``sensitivity`` and ``specificity`` along the grid; NaN without cases."""
        with np.errstate(invalid="ignore", divide="ignore"):
            sensitivity = np.true_divide(self.tp, self.events)
            specificity = np.true_divide(self.others - self.fp, self.others)
        return pd.DataFrame(
            {
                "threshold": self.thresholds,
                "sensitivity": sensitivity,
                "specificity": specificity,
            }
        )

    def _place(self, threshold: float) -> int:
        if not len(self.thresholds):
            return -1
        place = int(np.abs(self.thresholds - threshold).argmin())
        return place if abs(self.thresholds[place] - threshold) < _NEAR else -1


def call_counts(
    predictions: Predictions, thresholds: Sequence[float] = (*THRESHOLDS, 1.0)
) -> CallCounts:
    """Count the calls at every threshold, touching each row once.

    Parameters
    ----------
    predictions : Predictions
    thresholds : sequence of float
        In [0, 1]; 0, 0.01, ..., 1 by default.

    Raises
    ------
    ValueError
        If a threshold lies outside [0, 1].

    Examples
    --------
    >>> counts = call_counts(Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.5, 0.1]))
    >>> counts.at(0.5)
    Confusion(tp=1, fp=1, fn=1, tn=1)

    """
    grid = np.unique(np.asarray(thresholds, dtype=float))
    if not ((grid >= 0) & (grid <= 1)).all():
        raise ValueError("thresholds must lie in [0, 1]; got one outside.")
    step = np.searchsorted(grid, predictions.risk, side="right")
    cell = np.bincount(2 * step + predictions.y_true, minlength=2 * (len(grid) + 1))
    # A case in step k is flagged at the k lowest thresholds, so counts add up from the top.
    flagged = cell.reshape(-1, 2)[::-1].cumsum(axis=0)[::-1][1:]
    events = predictions.events
    return CallCounts(
        grid,
        flagged[:, 1],
        flagged[:, 0],
        events,
        len(predictions) - events,
        predictions.is_clustered,
    )
