"""Which share of cases has the outcome, at each predicted risk?

A flexible curve: logistic regression on a restricted cubic spline of the risk's log-odds.
The log-odds are only the axis along which it is smoothed, so risks nearer to 0 or 1 than
half a case (``1 / 2n``) may be placed there without changing what the curve says.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.risk_cells import RiskCells, risk_cells
from clnm_core.stats.spline import LogisticFit, harrell_knots, logistic_fit, restricted_cubic
from clnm_core.stats.uncertainty import Estimate, critical_value, not_estimable

KNOTS = 4
_POINTS = 101
_REFIT_STEPS = 6


def calibration_curve(predictions: Predictions, *, level: float = 0.95) -> pd.DataFrame:
    """Observed share of the outcome along the predicted risk, with a pointwise band.

    Parameters
    ----------
    predictions : Predictions
    level : float
        Confidence of the band, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        101 rows, evenly spaced from the lowest to the highest risk: ``risk``,
        ``observed``, ``low``, ``high`` (Wald on the log-odds; sandwich where patients have
        several cases). No rows where the curve is not estimable.

    References
    ----------
    .. [1] Austin PC, Steyerberg EW. Stat Med 2014;33:517-535. doi:10.1002/sim.5941
    .. [2] Harrell FE. Regression Modeling Strategies. 2015. doi:10.1007/978-3-319-19425-7

    """
    fit, knots, reason = _fit(predictions)
    if reason:
        return pd.DataFrame({name: np.empty(0) for name in ("risk", "observed", "low", "high")})
    grid = np.linspace(predictions.risk.min(), predictions.risk.max(), _POINTS)
    basis = restricted_cubic(_axis(grid, len(predictions)), knots)
    centre = basis @ fit.coefficients
    variance = np.einsum("ij,jk,ik->i", basis, fit.covariance, basis)
    reach = critical_value(level) * np.sqrt(np.maximum(variance, 0.0))
    return pd.DataFrame(
        {
            "risk": grid,
            "observed": expit(centre),
            "low": expit(centre - reach),
            "high": expit(centre + reach),
        }
    )


def ici(
    predictions: Predictions,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    cells: RiskCells | None = None,
) -> Estimate:
    """Mean distance between the predicted risk and the calibration curve, over all cases.

    The interval is the basic bootstrap: the curve is fitted again in each resample, on 100
    quantile cells; whole patients are drawn where they have several cases. It starts at 0
    where a perfectly calibrated model would show an error this large by chance.

    Parameters
    ----------
    predictions : Predictions
    level : float
        Confidence, between 0 and 1.
    bootstrap : int
        Resamples; 0 for no interval.
    seed : int
        Start of the random numbers.
    cells : RiskCells, optional
        Resampled before, to be shared with :func:`~clnm_core.stats.calibration.ece`.

    References
    ----------
    .. [1] Austin PC, Steyerberg EW. The Integrated Calibration Index (ICI). Stat Med
       2019;38:4051-4065. doi:10.1002/sim.8281

    """
    fit, knots, reason = _fit(predictions)
    if reason:
        return not_estimable(reason, level=level)
    risk = predictions.risk
    x = _axis(risk, len(risk))
    value = float(np.abs(expit(restricted_cubic(x, knots) @ fit.coefficients) - risk).mean())
    cells = cells or risk_cells(predictions, bootstrap=bootstrap, seed=seed)
    mean_x = np.bincount(cells.cell, weights=x) / cells.trials[0]
    basis = restricted_cubic(mean_x, knots)

    def error(trials: NDArray[np.float64], events: NDArray[np.float64]) -> NDArray[np.float64]:
        distance = np.abs(expit(_refit(basis, trials, events, fit.coefficients)) - cells.mean_risk)
        return np.asarray((trials * distance).sum(axis=1) / trials.sum(axis=1))

    as_seen = np.broadcast_to(cells.trials[0], cells.honest.shape)
    errors = error(cells.trials, cells.events)
    return cells.interval(value, errors, error(as_seen, cells.honest), level)


def _axis(risk: NDArray[np.float64], n: int) -> NDArray[np.float64]:
    """Log-odds of the risk, no nearer to 0 or 1 than half a case."""
    nearest = 1 / (2 * n)
    return np.asarray(logit(np.clip(risk, nearest, 1 - nearest)))


def _fit(predictions: Predictions) -> tuple[LogisticFit, tuple[float, ...], str]:
    """The fitted curve, its knots, and why there is none (empty where there is one)."""
    n, events = len(predictions), predictions.events
    reason = ""
    if events == 0:
        reason = "no events"
    elif events == n:
        reason = "no non-events"
    elif predictions.risk.min() == predictions.risk.max():
        reason = "every case has the same risk"
    none = LogisticFit(np.full(2, math.nan), np.full((2, 2), math.nan), has_converged=False)
    if reason:
        return none, (), reason
    x = _axis(predictions.risk, n)
    cluster = None
    if predictions.is_clustered:
        cluster = np.unique(predictions.patient, return_inverse=True)[1].astype(np.int64)
    # A curve that the data cannot bend that far is drawn with fewer bends, then straight.
    for knots in ([harrell_knots(x, number) for number in (KNOTS, 3)]) + [()]:
        if x.min() == x.max() or n <= max(len(knots), 2):
            continue
        fit = logistic_fit(restricted_cubic(x, knots), predictions.y_true, cluster)
        if fit.has_converged:
            return fit, knots, ""
    return none, (), "the calibration curve has no best fit"


def _refit(
    basis: NDArray[np.float64],
    trials: NDArray[np.float64],
    events: NDArray[np.float64],
    start: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Log-odds of the curve in every cell of every resample.

    Newton's method for all resamples at once, from the curve of all cases; a small ridge
    keeps resamples that are separated completely from running away.

    Parameters
    ----------
    basis : numpy.ndarray of float, shape (cells, k)
    trials, events : numpy.ndarray of float, shape (resamples, cells)
    start : numpy.ndarray of float, shape (k,)

    Returns
    -------
    numpy.ndarray of float, shape (resamples, cells)

    """
    k = basis.shape[1]
    scale = np.abs(basis).max(axis=0)
    scale[scale == 0] = 1
    design = basis / scale
    products = np.einsum("ij,ik->ijk", design, design).reshape(len(design), k * k)
    beta = np.tile(start * scale, (len(trials), 1))
    ridge = 1e-6 * trials.sum(axis=1)[:, None, None] * np.eye(k)
    for _ in range(_REFIT_STEPS):
        risk = expit(np.clip(beta @ design.T, -30, 30))
        score = (events - trials * risk) @ design
        information = ((trials * risk * (1 - risk)) @ products).reshape(-1, k, k) + ridge
        beta = beta + np.linalg.solve(information, score[:, :, None])[:, :, 0]
    return np.clip(beta @ design.T, -30, 30)
