"""Does acting on the model help more patients than treating everyone, or no one?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.resampling import resampled_counts
from clnm_core.stats.uncertainty import critical_value

THRESHOLDS: tuple[float, ...] = tuple(step / 100 for step in range(100))
"""0, 0.01, ..., 0.99: the grid of a decision curve."""


def net_benefit(
    predictions: Predictions,
    thresholds: ArrayLike = THRESHOLDS,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Weigh true against false alarms at each treatment threshold.

    A patient is treated when ``risk >= threshold``. Treating one patient without the
    disease is taken to cost ``t / (1 - t)`` times what treating one patient with it gains,
    so the two can be added on one scale. At threshold 0 everyone is treated, also those
    with a risk of exactly 0, and the model equals treating all. (The package dcurves
    counts a risk of exactly 0 as below threshold 0 and so differs there, and only there.)

    Parameters
    ----------
    predictions : Predictions
    thresholds : array-like of float, shape (n_thresholds,)
        Risks above which a clinician would treat, in [0, 1).
    level : float
        Confidence of the band, between 0 and 1.
    bootstrap : int
        Resamples for the band; 0 for none.
    seed : int
        Start of the random numbers.

    Returns
    -------
    pandas.DataFrame
        One row per threshold, in the order given:

        ``threshold``              probability, [0, 1)
        ``model``                  net true positives per patient
        ``low``, ``high``          pointwise percentile bootstrap of ``model``; whole
                                   patients are drawn where they have several cases
        ``treat_all``              the same when everyone is treated
        ``treat_none``             zero by definition
        ``interventions_avoided``  net, per patient, against treating all; NaN at 0

    Raises
    ------
    ValueError
        If a threshold lies outside [0, 1).

    References
    ----------
    .. [1] Vickers AJ, Elkin EB. Decision curve analysis. Med Decis Making
       2006;26:565-574. doi:10.1177/0272989X06295361

    Examples
    --------
    >>> people = Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
    >>> net_benefit(people, [0.2, 0.5], bootstrap=0)[["threshold", "model", "treat_all"]]
       threshold   model  treat_all
    0        0.2  0.4375      0.375
    1        0.5  0.0000      0.000

    """
    critical_value(level)
    asked = np.atleast_1d(np.asarray(thresholds, dtype=float))
    if not ((asked >= 0) & (asked < 1)).all():
        raise ValueError("thresholds must lie in [0, 1); got one outside.")
    grid, place = np.unique(asked, return_inverse=True)
    weight = grid / (1 - grid)
    # A case in step k is treated at the k lowest thresholds, so counts add up from the top.
    step = np.searchsorted(grid, predictions.risk, side="right")
    cell = 2 * step + predictions.y_true
    cells = 2 * (len(grid) + 1)
    seen = np.bincount(cell, minlength=cells).astype(float)
    patient = predictions.patient if predictions.is_clustered else None
    drawn = resampled_counts(cell, cells, patient, bootstrap=bootstrap, seed=seed)
    model = _net_benefit(seen[None, :], weight)[0]
    prevalence = predictions.events / len(predictions) if len(predictions) else math.nan
    treat_all = prevalence - (1 - prevalence) * weight
    low = high = np.full(len(grid), math.nan)
    if len(drawn) and len(predictions):
        tails = [0.5 - level / 2, 0.5 + level / 2]
        low, high = np.quantile(_net_benefit(drawn, weight), tails, axis=0)
        low, high = np.minimum(low, model), np.maximum(high, model)
    gain = model - treat_all
    avoided = np.divide(gain, weight, out=np.full(len(grid), math.nan), where=weight > 0)
    return pd.DataFrame(
        {
            "threshold": asked,
            "model": model[place],
            "low": low[place],
            "high": high[place],
            "treat_all": treat_all[place],
            "treat_none": np.zeros(len(asked)),
            "interventions_avoided": avoided[place],
        }
    )


def _net_benefit(counts: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Net benefit of shape (resamples, thresholds) from counts per step and outcome."""
    total = counts.sum(axis=1)[:, None]
    treated = np.cumsum(counts.reshape(len(counts), -1, 2)[:, ::-1], axis=1)[:, ::-1][:, 1:]
    net = treated[:, :, 1] - treated[:, :, 0] * weight
    return np.divide(net, total, out=np.full(net.shape, math.nan), where=total > 0)
