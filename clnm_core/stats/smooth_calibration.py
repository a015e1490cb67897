"""Which share of cases has the outcome, at each predicted risk, and how far off are the risks?"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.error_interval import error_interval
from clnm_core.stats.flexible_curve import flexible_curve
from clnm_core.stats.risk_cells import RiskCells, risk_cells
from clnm_core.stats.uncertainty import Estimate, critical_value, not_estimable

_POINTS = 101

ENOUGH_FOR_QUANTILES = 500
"""Cases of the smaller class from which the intervals of E50 and E90 are given."""

METHOD = "test inversion along the calibration curve"
"""How the intervals of ICI, E50, E90 and ECE are made."""


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

    """
    curve = flexible_curve(predictions)
    if curve.reason:
        return pd.DataFrame({name: np.empty(0) for name in ("risk", "observed", "low", "high")})
    grid = np.linspace(predictions.risk.min(), predictions.risk.max(), _POINTS)
    basis = curve.basis(grid)
    centre = basis @ curve.fit.coefficients
    variance = np.einsum("ij,jk,ik->i", basis, curve.fit.covariance, basis)
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

    About the curve that a spline of four knots follows: with 10,000 cases a truth that has a
    kink lies outside the interval. The interval holds the true errors that agree with the one
    that was measured, whose upward bias it so takes away (:mod:`clnm_core.stats.risk_cells`).
    It starts at 0 where a perfectly calibrated model would show an error this large by chance.

    Parameters
    ----------
    predictions : Predictions
    level : float
        Confidence, between 0 and 1.
    bootstrap : int
        Draws behind the interval; 0 for none.
    seed : int
        Start of the random numbers.
    cells : RiskCells, optional
        Made before, to be shared with :func:`e50`, :func:`e90` and
        :func:`~clnm_core.stats.calibration.ece`.

    References
    ----------
    .. [1] Austin PC, Steyerberg EW. The Integrated Calibration Index (ICI). Stat Med
       2019;38:4051-4065. doi:10.1002/sim.8281

    """
    made = cells or _cells(predictions, bootstrap, seed)
    if made is None or made.curve.reason:
        return _no_curve(predictions, level)
    return _estimate(
        made,
        float(_distance(predictions, made).mean()),
        lambda distances: np.asarray(distances @ made.weight),
        made.mix_errors,
        level,
    )


def e50(
    predictions: Predictions,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    cells: RiskCells | None = None,
) -> Estimate:
    """Median distance between the predicted risk and the calibration curve.

    Parameters as in :func:`ici`, interval too; with fewer than
    :data:`ENOUGH_FOR_QUANTILES` events or non-events there is none, because it covered
    86-93 % in simulation.

    References
    ----------
    .. [1] Austin PC, Steyerberg EW. Stat Med 2019;38:4051-4065. doi:10.1002/sim.8281

    """
    made = cells or _cells(predictions, bootstrap, seed)
    return _quantile(predictions, made, 0.5, level)


def e90(
    predictions: Predictions,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    cells: RiskCells | None = None,
) -> Estimate:
    """Distance between risk and calibration curve that nine of ten cases do not exceed.

    Parameters as in :func:`ici`, interval as in :func:`e50`.

    References
    ----------
    .. [1] Austin PC, Steyerberg EW. Stat Med 2019;38:4051-4065. doi:10.1002/sim.8281

    """
    made = cells or _cells(predictions, bootstrap, seed)
    return _quantile(predictions, made, 0.9, level)


def _quantile(
    predictions: Predictions, cells: RiskCells | None, share: float, level: float
) -> Estimate:
    if cells is None or cells.curve.reason:
        return _no_curve(predictions, level)
    value = float(np.quantile(_distance(predictions, cells), share))
    if cells.fewer < ENOUGH_FOR_QUANTILES:
        lacking = "events" if 2 * predictions.events <= cells.n else "non-events"
        reason = f"no interval: it needs {ENOUGH_FOR_QUANTILES} {lacking} to cover"
        return Estimate(value, math.nan, math.nan, level, reason)
    half = float(np.sqrt(share * (1 - share) / cells.independent))
    points = len(cells.weight)
    is_even = bool(cells.weight.max() <= 1.5 * cells.weight.min())

    def quantile(distances: NDArray[np.float64], at: float = share) -> NDArray[np.float64]:
        if is_even:
            place = min(max(at * points - 0.5, 0.0), points - 1.0)
            below, above = int(place), min(int(place) + 1, points - 1)
            sorted_there = np.partition(distances, (below, above), axis=-1)
            part = place - below
            return (1 - part) * sorted_there[..., below] + part * sorted_there[..., above]
        order = np.argsort(distances, axis=-1)
        reached = np.cumsum(cells.weight[order], axis=-1) - cells.weight[order] / 2
        places = np.minimum((reached < at).sum(axis=-1), points - 1)
        chosen = np.take_along_axis(order, np.expand_dims(places, -1), -1)
        return np.asarray(np.take_along_axis(distances, chosen, -1)[..., 0])

    def mixed(step: float) -> NDArray[np.float64]:
        distances = np.abs(cells.truth(step) - cells.risk)
        ends = [quantile(distances, max(share + side * half, 0.0)) for side in (-1, 1)]
        return np.asarray(cells.mix_draws * (ends[1] - ends[0]) / 2)

    return _estimate(cells, value, quantile, mixed, level)


def _estimate(
    cells: RiskCells,
    value: float,
    summary: Callable[[NDArray[np.float64]], NDArray[np.float64]],
    mixed: Callable[[float], NDArray[np.float64]],
    level: float,
) -> Estimate:
    """A summary of the distances; ``mixed`` draws its errors from the mix of risks."""
    return error_interval(
        value,
        lambda step: float(summary(np.abs(cells.truth(step) - cells.risk))),
        lambda step: summary(cells.drawn_distances(step)) + mixed(step),
        level=level,
        method=METHOD + (", patient-clustered" if cells.is_clustered else ""),
    )


def _cells(predictions: Predictions, bootstrap: int, seed: int) -> RiskCells | None:
    return risk_cells(predictions, bootstrap=bootstrap, seed=seed) if len(predictions) else None


def _no_curve(predictions: Predictions, level: float) -> Estimate:
    return not_estimable(flexible_curve(predictions).reason, level=level)


def _distance(predictions: Predictions, cells: RiskCells) -> NDArray[np.float64]:
    return np.abs(cells.curve.observed(predictions.risk) - predictions.risk)
