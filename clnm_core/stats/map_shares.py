"""How much of a model's maps lies where, over a cohort, and does it follow the distance?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from clnm_core.stats.location import FEWEST_PER_COEFFICIENT
from clnm_core.stats.resampling import resampled_means
from clnm_core.stats.spline import harrell_knots, logistic_fit, restricted_cubic
from clnm_core.stats.uncertainty import NOT_ESTIMABLE, Estimate, critical_value, not_estimable

BOOTSTRAP = 1_000

STEPS = 81

CURVE = ("distance_mm", "share", "low", "high")


def mean_shares(
    table: pd.DataFrame,
    patient: ArrayLike,
    columns: Sequence[str],
    *,
    level: float = 0.95,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> pd.DataFrame:
    """The mean of each share over cases, with an interval from resamples of patients.

    Parameters
    ----------
    table : pandas.DataFrame, shape (cases, at least the columns)
        Shares in [0, 1]; a case in which one is not known is left out of all.
    patient : array-like, shape (cases,)
    columns : sequence of str
    level : float
    bootstrap : int
    seed : int

    Returns
    -------
    pandas.DataFrame
        ``name, value, low, high, n`` in the order of ``columns``; NaN where no case is left, no
        interval with fewer than two patients.

    Examples
    --------
    >>> shares = pd.DataFrame({"near": [0.2, 0.4]})
    >>> mean_shares(shares, ["p", "q"], ["near"])["value"].round(3).tolist()
    [0.3]

    """
    given = table[list(columns)].to_numpy(dtype=np.float64)
    known = np.isfinite(given).all(axis=1)
    who = pd.factorize(np.asarray(patient)[known])[0].astype(np.int64)
    shares = given[known]
    value = shares.mean(axis=0) if len(shares) else np.full(len(columns), math.nan)
    low = high = np.full(len(columns), math.nan)
    if len(np.unique(who)) > 1:
        drawn = resampled_means(shares, who, bootstrap=bootstrap, seed=seed)
        low, high = np.quantile(drawn, [0.5 - level / 2, 0.5 + level / 2], axis=0)
        low, high = np.minimum(low, value), np.maximum(high, value)
    return pd.DataFrame(
        {"name": list(columns), "value": value, "low": low, "high": high, "n": len(shares)}
    )


def mean_share(
    share: ArrayLike,
    patient: ArrayLike,
    *,
    level: float = 0.95,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> Estimate:
    """The mean of one share, as :func:`mean_shares` makes it."""
    table = pd.DataFrame({"share": np.asarray(share, dtype=np.float64)})
    row = mean_shares(table, patient, ["share"], level=level, bootstrap=bootstrap, seed=seed).iloc[
        0
    ]
    if not row["n"]:
        return not_estimable("no case", level=level)
    method = f"bootstrap of patients, {bootstrap:,} resamples"
    return Estimate(float(row["value"]), float(row["low"]), float(row["high"]), level, method)


def share_curve(
    distance_mm: ArrayLike, share: ArrayLike, patient: ArrayLike, *, level: float = 0.95
) -> pd.DataFrame:
    """A share along the distance to the capsule, with a pointwise band.

    A restricted cubic spline on the log-odds, fitted to the shares by quasi-likelihood; the
    variance is the sandwich clustered by patient.

    Parameters
    ----------
    distance_mm : array-like of float, shape (cases,)
        NaN: not known, left out.
    share : array-like of float, shape (cases,)
        In [0, 1]; NaN: left out.
    patient : array-like, shape (cases,)
    level : float

    Returns
    -------
    pandas.DataFrame
        ``distance_mm, share, low, high`` from the 1st to the 99th percentile of the distances;
        empty, with the reason in ``attrs["method"]``, where too few cases allow none.

    References
    ----------
    .. [1] Papke LE, Wooldridge JM. J Appl Econom 1996;11:619-632.
       doi:10.1002/(SICI)1099-1255(199611)11:6<619::AID-JAE418>3.0.CO;2-1

    """
    far, part = np.asarray(distance_mm, dtype=np.float64), np.asarray(share, dtype=np.float64)
    known = np.isfinite(far) & np.isfinite(part)
    far, part = far[known], part[known]
    who = pd.factorize(np.asarray(patient)[known])[0].astype(np.int64)
    knots = harrell_knots(far) if len(far) else ()
    basis = restricted_cubic(far, knots)
    needed = 2 * FEWEST_PER_COEFFICIENT * basis.shape[1]
    if len(far) < needed:
        return _no_curve(f"a curve needs at least {needed} cases; there are {len(far)}")
    if far.min() == far.max() or who.max() < 1:
        return _no_curve("all cases have the same distance, or belong to one patient")
    fit = logistic_fit(basis, part, who)
    if not fit.has_converged:
        return _no_curve("the shares lie at 0 or 1")
    first, last = np.quantile(far, [0.01, 0.99])
    grid = np.linspace(first, last, STEPS)
    at = restricted_cubic(grid, knots)
    line = at @ fit.coefficients
    half = critical_value(level) * np.sqrt(_variance(at, fit.covariance))
    curve = pd.DataFrame(
        {
            "distance_mm": grid,
            "share": expit(line),
            "low": expit(line - half),
            "high": expit(line + half),
        }
    )
    shape = f"restricted cubic spline, {len(knots)} knots" if knots else "straight line"
    curve.attrs["method"] = (
        f"{shape}, on the log-odds of the share; pointwise {100 * level:g} % band: sandwich "
        "clustered by patient"
    )
    return curve


def _variance(at: NDArray[np.float64], covariance: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(np.maximum(np.einsum("ij,jk,ik->i", at, covariance, at), 0))


def _no_curve(why: str) -> pd.DataFrame:
    empty = pd.DataFrame({name: np.empty(0) for name in CURVE})
    empty.attrs["method"] = f"{NOT_ESTIMABLE}: {why}"
    return empty
