"""How sure is the precision at each point of its curve?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import call_counts
from clnm_core.stats.resampling import resampled_counts
from clnm_core.stats.uncertainty import critical_value, wilson_bounds

POINTS = 200
"""Thresholds at most, evenly spaced in recall."""


def precision_band(
    predictions: Predictions, *, level: float = 0.95, bootstrap: int = 1000, seed: int = 0
) -> pd.DataFrame:
    """Precision (positive predictive value) at thresholds along the recall, with its interval.

    The intervals are those of the positive predictive value at one threshold: Wilson's for the
    flagged cases, or a percentile bootstrap of whole patients where they have several cases.
    They hold point by point, not for the curve as a whole.

    Parameters
    ----------
    predictions : Predictions
    level : float
        Confidence, between 0 and 1.
    bootstrap, seed : int
        Resamples, and the start of their random numbers; only where patients have several cases.

    Returns
    -------
    pandas.DataFrame
        At most 200 rows, recall rising: ``threshold`` (risks of events), ``recall``,
        ``precision``, ``low``, ``high``. No rows without events.

    Examples
    --------
    >>> people = Predictions.of([1, 0, 1, 0], [0.9, 0.8, 0.7, 0.1])
    >>> precision_band(people)[["threshold", "recall", "precision"]].round(2)
       threshold  recall  precision
    0        0.9     0.5       1.00
    1        0.7     1.0       0.67

    """
    critical_value(level)
    risks = np.sort(predictions.risk[predictions.y_true])
    place = np.unique(np.linspace(0, max(len(risks) - 1, 0), POINTS).astype(int))
    grid = np.unique(risks[place]) if len(risks) else risks
    counts = call_counts(predictions, grid.tolist())
    flagged = counts.tp + counts.fp
    if predictions.is_clustered:
        low, high = _resampled(predictions, grid, level, bootstrap, seed)
        precision = counts.tp / flagged
        low, high = np.minimum(low, precision), np.maximum(high, precision)
    else:
        low, high = wilson_bounds(counts.tp, flagged, level=level)
    band = pd.DataFrame(
        {
            "threshold": grid,
            "recall": counts.tp / max(counts.events, 1),
            "precision": counts.tp / flagged,
            "low": low,
            "high": high,
        }
    )
    return band[::-1].reset_index(drop=True)


def _resampled(
    predictions: Predictions, grid: NDArray[np.float64], level: float, bootstrap: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Percentiles of the precision at each threshold; NaN without resamples."""
    nothing = np.full(len(grid), math.nan)
    if not len(grid) or not bootstrap:
        return nothing, nothing
    cell = 2 * np.searchsorted(grid, predictions.risk, side="right") + predictions.y_true
    drawn = resampled_counts(
        cell, 2 * (len(grid) + 1), predictions.patient, bootstrap=bootstrap, seed=seed
    )
    flagged = np.cumsum(drawn.reshape(bootstrap, -1, 2)[:, ::-1], axis=1)[:, ::-1][:, 1:]
    total = flagged.sum(axis=2)
    precision = np.divide(
        flagged[:, :, 1], total, out=np.full(total.shape, math.nan), where=total > 0
    )
    # Where no resample flags anyone there is nothing to take percentiles of.
    is_known = np.isfinite(precision).any(axis=0)
    low, high = nothing.copy(), nothing.copy()
    tails = [0.5 - level / 2, 0.5 + level / 2]
    low[is_known], high[is_known] = np.nanquantile(precision[:, is_known], tails, axis=0)
    return low, high
