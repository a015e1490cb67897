"""How does a risk bend along one number, and how sure is that?

A restricted cubic spline (linear beyond its outer knots) on the log-odds, fitted by maximum
likelihood. Written out here, and not taken from a library, because a fit that fails must end
as a value and not as a warning, and because pages draw it on every filter change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

HARRELL_QUANTILES = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
}
"""Where Harrell puts his knots (2015, table 2.3)."""

LARGEST_LOG_ODDS = 30.0
"""A fit that goes beyond these log-odds is running away to infinity."""


@dataclass(frozen=True, eq=False, slots=True)
class LogisticFit:
    """Coefficients (k,), their covariance (k, k), and whether the likelihood had a maximum."""

    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    has_converged: bool


def harrell_knots(x: ArrayLike, knots: int = 4) -> tuple[float, ...]:
    """Knots at Harrell's quantiles of ``x``; fewer, or none, where values are tied.

    Where ties make two knots fall together (many lesions touch the capsule: distance 0), the
    quantiles are taken over the *different* values instead; where even those are too few the
    number of knots goes down, and below three there are none: a straight line.

    Parameters
    ----------
    x : array-like of float, shape (n,)
        Finite values.
    knots : int
        3, 4 or 5.

    Returns
    -------
    tuple of float
        Strictly increasing; of length ``knots`` or less (never 1 or 2).

    Raises
    ------
    ValueError
        If ``knots`` is not 3, 4 or 5.

    """
    if knots not in HARRELL_QUANTILES:
        raise ValueError(f"knots must be 3, 4 or 5; got {knots}.")
    values = np.asarray(x, dtype=float)
    if not len(values):
        return ()
    distinct = np.unique(values)
    for wanted in range(knots, 2, -1):
        for source in (values, distinct):
            placed = np.quantile(source, HARRELL_QUANTILES[wanted])
            if (np.diff(placed) > 0).all() and len(distinct) > wanted:
                return tuple(float(knot) for knot in placed)
    return ()


def restricted_cubic(x: ArrayLike, knots: tuple[float, ...]) -> NDArray[np.float64]:
    """The basis of a restricted cubic spline: a constant, ``x``, and one bend per inner knot.

    The cubic terms are divided by the squared span of the knots, so that every column is in
    the unit of ``x``. Without knots the basis is a straight line.

    Parameters
    ----------
    x : array-like of float, shape (n,)
    knots : tuple of float
        None, or at least three, strictly increasing.

    Returns
    -------
    numpy.ndarray of float, shape (n, max(len(knots), 2))

    References
    ----------
    .. [1] Durrleman S, Simon R. Flexible regression models with cubic splines.
       Stat Med 1989;8:551-561. doi:10.1002/sim.4780080504

    """
    values = np.asarray(x, dtype=float)
    columns = [np.ones_like(values), values]
    if knots:
        last, before = knots[-1], knots[-2]
        span = (last - knots[0]) ** 2

        def cube(knot: float) -> NDArray[np.float64]:
            return np.clip(values - knot, 0, None) ** 3

        for knot in knots[:-2]:
            bend = (
                cube(knot)
                - cube(before) * (last - knot) / (last - before)
                + cube(last) * (before - knot) / (last - before)
            )
            columns.append(bend / span)
    return np.column_stack(columns)


def logistic_fit(
    basis: NDArray[np.float64],
    y: NDArray[np.bool_] | NDArray[np.float64],
    cluster: NDArray[np.int64] | None = None,
    *,
    steps: int = 50,
) -> LogisticFit:
    """Maximum likelihood by Newton's method with step halving; silent where there is none.

    With ``cluster`` the covariance is the sandwich of Liang and Zeger, with the small-sample
    factor ``g / (g - 1) * (n - 1) / (n - k)`` for g clusters.

    Parameters
    ----------
    basis : numpy.ndarray of float, shape (n, k)
    y : numpy.ndarray of bool or float, shape (n,)
        Floats are shares in [0, 1], as mean risks are; their model covariance is then meaningless,
        and only the coefficients and the sandwich hold.
    cluster : numpy.ndarray of int, shape (n,), optional
        Codes from 0.
    steps : int
        Newton steps before the fit counts as not converged.

    Returns
    -------
    LogisticFit
        ``has_converged`` is false for complete or quasi-complete separation, a singular
        basis, or a single cluster; the covariance is then NaN.

    """
    n, k = basis.shape
    scale = np.abs(basis).max(axis=0)
    scale[scale == 0] = 1
    design = basis / scale
    target = y.astype(float)
    beta = np.zeros(k)
    value = _log_likelihood(design @ beta, target)
    converged = False
    for _ in range(steps):
        risk = expit(design @ beta)
        score = design.T @ (target - risk)
        information = design.T @ (design * (risk * (1 - risk))[:, None])
        if np.linalg.cond(information) > 1e13:
            break
        step = np.linalg.solve(information, score)
        size = 1.0
        while (better := _log_likelihood(design @ (beta + size * step), target)) < value - 1e-12:
            size /= 2
            if size < 1e-6:
                break
        beta = beta + size * step
        if np.abs(design @ beta).max() > LARGEST_LOG_ODDS:
            break
        if score @ step < 1e-12 * max(1.0, abs(better)):
            converged = True
            break
        value = better
    if not converged or (cluster is not None and cluster.max() < 1):
        return LogisticFit(beta / scale, np.full((k, k), np.nan), has_converged=False)
    risk = expit(design @ beta)
    inverse = np.linalg.inv(design.T @ (design * (risk * (1 - risk))[:, None]))
    covariance = inverse
    if cluster is not None:
        groups = int(cluster.max()) + 1
        residual = (target - risk)[:, None] * design
        sums = np.column_stack(
            [np.bincount(cluster, weights=column, minlength=groups) for column in residual.T]
        )
        factor = groups / (groups - 1) * (n - 1) / (n - k)
        covariance = factor * inverse @ (sums.T @ sums) @ inverse
    return LogisticFit(beta / scale, covariance / np.outer(scale, scale), has_converged=True)


def _log_likelihood(log_odds: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    return float(-(np.logaddexp(0, log_odds) - target * log_odds).sum())
