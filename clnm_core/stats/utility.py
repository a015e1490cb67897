"""Does acting on the model help more patients than treating everyone, or no one?"""

from __future__ import annotations

import math
from collections.abc import Callable

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
    grid, place, seen, drawn = _counted(predictions, thresholds, level, bootstrap, seed)
    weight = grid / (1 - grid)
    model, low, high = _banded(lambda counts: _net_benefit(counts, weight), seen, drawn, level)
    prevalence = predictions.events / len(predictions) if len(predictions) else math.nan
    treat_all = prevalence - (1 - prevalence) * weight
    gain = model - treat_all
    avoided = np.divide(gain, weight, out=np.full(len(grid), math.nan), where=weight > 0)
    return pd.DataFrame(
        {
            "threshold": grid[place],
            "model": model[place],
            "low": low[place],
            "high": high[place],
            "treat_all": treat_all[place],
            "treat_none": np.zeros(len(place)),
            "interventions_avoided": avoided[place],
        }
    )


def interventions_avoided(
    predictions: Predictions,
    thresholds: ArrayLike = THRESHOLDS,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """How many treatments per 100 patients the model saves, without missing more patients.

    Net, against treating everyone: the gain in net benefit, divided by what one treatment of
    a patient without the disease is taken to cost, ``t / (1 - t)``.

    Parameters
    ----------
    predictions : Predictions
    thresholds, level, bootstrap, seed
        As in :func:`net_benefit`.

    Returns
    -------
    pandas.DataFrame
        One row per threshold, in the order given: ``threshold``, ``avoided`` (per 100
        patients; negative where treating everyone does more good; NaN at threshold 0), ``low``
        and ``high`` (pointwise percentile bootstrap, by patient).

    Raises
    ------
    ValueError
        If a threshold lies outside [0, 1).

    References
    ----------
    .. [1] Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis.
       BMC Med Inform Decis Mak 2008;8:53. doi:10.1186/1472-6947-8-53

    Examples
    --------
    >>> people = Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
    >>> interventions_avoided(people, [0.2], bootstrap=0)[["threshold", "avoided"]]
       threshold  avoided
    0        0.2     25.0

    """
    grid, place, seen, drawn = _counted(predictions, thresholds, level, bootstrap, seed)
    weight = grid / (1 - grid)

    def avoided(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        total = counts.sum(axis=1)[:, None]
        prevalence = _shares(counts[:, 1::2].sum(axis=1)[:, None], total)
        gain = _net_benefit(counts, weight) - (prevalence - (1 - prevalence) * weight)
        return 100 * np.divide(gain, weight, out=np.full(gain.shape, math.nan), where=weight > 0)

    value, low, high = _banded(avoided, seen, drawn, level)
    return (
        pd.DataFrame({"threshold": grid, "avoided": value, "low": low, "high": high})
        .iloc[place]
        .reset_index(drop=True)
    )


def clinical_impact(
    predictions: Predictions,
    thresholds: ArrayLike = THRESHOLDS,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
) -> pd.DataFrame:
    """Of 1,000 patients like these: how many are flagged, and how many of those rightly.

    Parameters
    ----------
    predictions : Predictions
    thresholds, level, bootstrap, seed
        As in :func:`net_benefit`.

    Returns
    -------
    pandas.DataFrame
        One row per threshold, in the order given: ``threshold``; ``flagged``,
        ``flagged_low``, ``flagged_high`` and ``true``, ``true_low``, ``true_high``, all per
        1,000 patients (pointwise percentile bootstrap, by patient).

    Raises
    ------
    ValueError
        If a threshold lies outside [0, 1).

    References
    ----------
    .. [1] Kerr KF, Brown MD, Zhu K, Janes H. Assessing the clinical impact of risk
       prediction models with decision curves. J Clin Oncol 2016;34:2534-2540.
       doi:10.1200/JCO.2015.65.5654

    Examples
    --------
    >>> people = Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])
    >>> clinical_impact(people, [0.5], bootstrap=0)[["threshold", "flagged", "true"]]
       threshold  flagged   true
    0        0.5    500.0  250.0

    """
    grid, place, seen, drawn = _counted(predictions, thresholds, level, bootstrap, seed)

    def per_thousand(counts: NDArray[np.float64]) -> NDArray[np.float64]:
        treated = _treated(counts)
        numbers = np.stack([treated.sum(axis=2), treated[:, :, 1]], axis=2)
        return 1000 * _shares(numbers, counts.sum(axis=1)[:, None, None])

    value, low, high = _banded(per_thousand, seen, drawn, level)
    columns = {"threshold": grid}
    for number, name in enumerate(("flagged", "true")):
        columns[name] = value[:, number]
        columns[f"{name}_low"], columns[f"{name}_high"] = low[:, number], high[:, number]
    return pd.DataFrame(columns).iloc[place].reset_index(drop=True)


def _counted(
    predictions: Predictions, thresholds: ArrayLike, level: float, bootstrap: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.intp], NDArray[np.float64], NDArray[np.float64]]:
    """Different thresholds, where each asked one is among them, and counts as seen and resampled.

    Counts are by step of risk and outcome, of shape (1, cells) and (bootstrap, cells).
    """
    critical_value(level)
    asked = np.atleast_1d(np.asarray(thresholds, dtype=float))
    if not ((asked >= 0) & (asked < 1)).all():
        raise ValueError("thresholds must lie in [0, 1); got one outside.")
    grid, place = np.unique(asked, return_inverse=True)
    cell = 2 * np.searchsorted(grid, predictions.risk, side="right") + predictions.y_true
    cells = 2 * (len(grid) + 1)
    seen = np.bincount(cell, minlength=cells).astype(float)
    patient = predictions.patient if predictions.is_clustered else None
    drawn = resampled_counts(cell, cells, patient, bootstrap=bootstrap, seed=seed)
    return grid, place, seen[None, :], drawn


def _banded(
    measure: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    seen: NDArray[np.float64],
    drawn: NDArray[np.float64],
    level: float,
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """A curve of the counts as seen, and the pointwise percentiles of its resamples."""
    value = measure(seen)[0]
    low = high = np.full(value.shape, math.nan)
    if len(drawn) and seen.sum():
        low, high = np.quantile(measure(drawn), [0.5 - level / 2, 0.5 + level / 2], axis=0)
        low, high = np.minimum(low, value), np.maximum(high, value)
    return value, low, high


def _treated(counts: NDArray[np.float64]) -> NDArray[np.float64]:
    """Treated without and with the disease, of shape (resamples, thresholds, 2).

    A case in step k is treated at the k lowest thresholds, so counts add up from the top.
    """
    return np.cumsum(counts.reshape(len(counts), -1, 2)[:, ::-1], axis=1)[:, ::-1][:, 1:]


def _shares(parts: NDArray[np.float64], total: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(parts, total, out=np.full(parts.shape, math.nan), where=total > 0)


def _net_benefit(counts: NDArray[np.float64], weight: NDArray[np.float64]) -> NDArray[np.float64]:
    """Net benefit of shape (resamples, thresholds) from counts per step and outcome."""
    treated = _treated(counts)
    return _shares(treated[:, :, 1] - treated[:, :, 0] * weight, counts.sum(axis=1)[:, None])
