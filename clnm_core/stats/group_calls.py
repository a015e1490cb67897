"""Who is called positive in each group, and who would have been, had other patients come?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.groups import Grouping
from clnm_core.stats.resampling import resampled_counts

SHARES: dict[str, tuple[tuple[int, ...], tuple[int, ...]]] = {
    "sensitivity": ((3,), (1, 3)),
    "specificity": ((0,), (0, 2)),
    "ppv": ((3,), (2, 3)),
    "flag_rate": ((2, 3), (0, 1, 2, 3)),
}
"""Cells of the successes and of the trials of each share: 0 true negative, 1 false negative,
2 false positive, 3 true positive."""


@dataclass(frozen=True, eq=False, slots=True)
class CallCounts:
    """Cases by group, call and outcome, as they were seen and in each resample.

    Parameters
    ----------
    column : str
    levels : tuple of str
        The groups, in the order of the arrays.
    seen : numpy.ndarray of float, shape (groups, 4)
        Cases of each group that are true negative, false negative, false positive and true
        positive.
    drawn : numpy.ndarray of float, shape (bootstrap, groups, 4)
        The same in each resample of all cases.

    """

    column: str
    levels: tuple[str, ...]
    seen: NDArray[np.float64]
    drawn: NDArray[np.float64]

    def share(self, level: str, metric: str) -> tuple[float, NDArray[np.float64]]:
        """One share of :data:`SHARES` in one group.

        Returns
        -------
        fewer : float
            Successes or failures as they were seen, whichever are fewer.
        shares : numpy.ndarray of float, shape (bootstrap,)
            The share in each resample; NaN in one without trials.

        """
        place = self.levels.index(level)
        successes, trials = (list(cells) for cells in SHARES[metric])
        hits, of = self.seen[place, successes].sum(), self.seen[place, trials].sum()
        drawn = self.drawn[:, place]
        total = drawn[:, trials].sum(axis=1)
        shares = np.full(len(total), math.nan)
        np.divide(drawn[:, successes].sum(axis=1), total, out=shares, where=total > 0)
        return float(min(hits, of - hits)), shares


def call_counts(
    predictions: Predictions,
    grouping: Grouping,
    threshold: float,
    *,
    bootstrap: int = 1000,
    seed: int = 0,
) -> CallCounts:
    """Count the calls in every group, and draw all groups at once.

    A resample is one multinomial draw over group, call and outcome; where patients have
    several cases, patients are drawn with all of them, so that two groups which share
    patients move together.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    grouping : Grouping
        Of the same cases.
    threshold : float
        A case is positive when ``risk >= threshold``.
    bootstrap : int
        How many resamples, 0 or more.
    seed : int
        Start of the random numbers.

    """
    call = 2 * (predictions.risk >= threshold).astype(np.intp) + predictions.y_true
    groups = len(grouping.levels)
    cell = 4 * grouping.codes + call
    seen = np.bincount(cell, minlength=4 * groups).reshape(groups, 4).astype(float)
    patient = predictions.patient if predictions.is_clustered else None
    drawn = resampled_counts(cell, 4 * groups, patient, bootstrap=bootstrap, seed=seed)
    return CallCounts(grouping.column, grouping.levels, seen, drawn.reshape(bootstrap, groups, 4))
