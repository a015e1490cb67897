"""Is nearness to the capsule a risk by itself, or do size, age and sex explain it?

The distance curve of a logistic model with adjusters, averaged over the cohort as it is: at
each distance, the mean risk if every case lay there and kept its other values. So the
adjusted curve is a share like the crude one, and both stand on one axis.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from clnm_core.stats.location import FEWEST_PER_COEFFICIENT, Facts, distance_curve
from clnm_core.stats.rates import known_outcome
from clnm_core.stats.spline import harrell_knots, logistic_fit, restricted_cubic
from clnm_core.stats.uncertainty import NOT_ESTIMABLE, clustered_standard_error, logit_interval

FEWEST_IN_LEVEL = 10
"""Levels of a category with fewer cases are put together."""

POINTS = 61
COLUMNS = ("distance_mm", "risk", "low", "high", "crude")


def adjusted_curve(
    distance_mm: ArrayLike,
    y: ArrayLike,
    covariates: pd.DataFrame,
    *,
    level: float = 0.95,
    knots: int = 4,
    patient: ArrayLike | None = None,
    at_mm: ArrayLike | None = None,
) -> pd.DataFrame:
    """Risk along the distance to the capsule, standardised to the covariates of the cohort.

    Cases that lack the distance, the outcome or any covariate are left out and counted. The
    standardised risk is ``mean_i P(y | distance = d, x_i)``; its interval, symmetric on the
    log-odds, has the sandwich variance of coefficients and average together, clustered by
    patient. Numbers enter as straight lines, flags as they are, words as one coefficient per
    level against the most frequent; levels with fewer than ``FEWEST_IN_LEVEL`` cases are put
    together. A covariate with one value only is dropped and named.

    Parameters
    ----------
    distance_mm : array-like of float, shape (n,)
        Least distance to the capsule in mm, 0 or more; NaN: not known.
    y : array-like of bool, shape (n,)
        Whether the outcome happened; NaN or None: not known.
    covariates : pandas.DataFrame, shape (n, columns)
        Numbers, flags (True, False, None) or words, known before the outcome.
    level : float
        Confidence of the band.
    knots : int
        3, 4 or 5 for the distance.
    patient : array-like, shape (n,), optional
        Who a case belongs to; every case is its own where not given.
    at_mm : array-like of float, optional
        Where to evaluate; default 61 steps from the 1st to the 99th percentile.

    Returns
    -------
    pandas.DataFrame
        ``distance_mm``, ``risk``, ``low``, ``high``, and ``crude``: the unadjusted risk of the
        same complete cases. Empty where there can be no curve. In ``attrs``: ``method`` (begins
        with "not estimable" where empty), ``n``, ``events``, ``left_out`` (int), ``adjusters``
        and ``dropped`` (tuple of str), ``ends_mm`` (the 10th and the 90th percentile); and, where
        there is a curve, ``coefficients`` (int).

    Raises
    ------
    ValueError
        If lengths differ, a distance is negative, or ``knots`` is not 3, 4 or 5.

    References
    ----------
    .. [1] Robins J. A new approach to causal inference in mortality studies with a sustained
       exposure period. Math Model 1986;7:1393-1512. doi:10.1016/0270-0255(86)90088-6
    .. [2] Vittinghoff E, McCulloch CE. Relaxing the rule of ten events per variable in logistic
       and Cox regression. Am J Epidemiol 2007;165:710-718. doi:10.1093/aje/kwk052

    """
    distance = np.asarray(distance_mm, dtype=float)
    outcome, known = known_outcome(y)
    if not len(distance) == len(outcome) == len(covariates):
        raise ValueError("distance_mm, y and covariates must have one length.")
    if (distance < 0).any():
        raise ValueError(f"distance_mm must be 0 or more; got {np.nanmin(distance):g}.")
    complete = known & np.isfinite(distance) & covariates.notna().all(axis=1).to_numpy()
    distance, outcome = distance[complete], outcome[complete]
    who = _codes(patient, complete)
    design, used = _encoded(covariates[complete])
    facts: Facts = {
        "n": len(outcome),
        "events": int(outcome.sum()),
        "left_out": int((~complete).sum()),
        "adjusters": used,
        "dropped": tuple(str(name) for name in covariates if str(name) not in used),
        "ends_mm": tuple(np.quantile(distance, [0.1, 0.9]).tolist()) if len(distance) else (),
    }
    placed = harrell_knots(distance, knots)
    basis = restricted_cubic(distance, placed)
    why = _obstacle(distance, outcome, who, used, basis.shape[1] + design.shape[1])
    if why:
        return _no_curve(why, facts)
    whole = np.column_stack([basis, design])
    facts["coefficients"] = whole.shape[1]
    fit = logistic_fit(whole, outcome, who)
    if not fit.has_converged:
        return _no_curve(
            "distance and adjusters together tell the cases with and without the outcome apart "
            "completely, or two of them say the same; take one away",
            facts,
        )
    if at_mm is None:
        first, last = np.quantile(distance, [0.01, 0.99])
        grid = np.linspace(first, last, POINTS)
    else:
        grid = np.asarray(at_mm, dtype=float)
    bends = restricted_cubic(grid, placed)
    standard = _standardised(whole, outcome, fit.coefficients, bends, who, level)
    crude = distance_curve(distance, outcome, knots=knots, at_mm=grid)
    curve = standard.assign(
        distance_mm=grid, crude=crude["risk"] if len(crude) else np.full(len(grid), np.nan)
    )[list(COLUMNS)]
    clustered = len(np.unique(who)) < len(who)
    curve.attrs = facts | {
        "method": f"logistic model with a restricted cubic spline of the distance "
        f"({max(len(placed), 2)} coefficients), standardised to the covariates of the cases; "
        f"pointwise {100 * level:g} % band: sandwich variance"
        f"{' clustered by patient' if clustered else ''}, symmetric on the log-odds"
    }
    return curve


def _standardised(
    whole: NDArray[np.float64],
    outcome: NDArray[np.bool_],
    coefficients: NDArray[np.float64],
    bends: NDArray[np.float64],
    who: NDArray[np.int64],
    level: float,
) -> pd.DataFrame:
    """Mean risk at each distance, with its interval from every case's influence on it."""
    n, first = len(whole), bends.shape[1]
    design = whole[:, first:]
    risk = expit(whole @ coefficients)
    scores = whole * (outcome - risk)[:, None]
    bread = np.linalg.inv(whole.T @ (whole * (risk * (1 - risk))[:, None]))
    rest = design @ coefficients[first:]
    rows = []
    for place in bends:
        there = expit(place @ coefficients[:first] + rest)
        mean = float(there.mean())
        slope = there * (1 - there)
        gradient = np.concatenate([slope.mean() * place, slope @ design / n])
        influence = scores @ (bread @ gradient) + (there - mean) / n
        error = clustered_standard_error(influence, who)
        interval = logit_interval(mean, error, level=level, method="sandwich")
        rows.append({"risk": mean, "low": interval.low, "high": interval.high})
    return pd.DataFrame(rows)


def _encoded(covariates: pd.DataFrame) -> tuple[NDArray[np.float64], tuple[str, ...]]:
    """Columns of the design, and which covariates they came from."""
    parts: list[NDArray[np.float64]] = []
    used = []
    for name in covariates:
        values = covariates[name]
        if values.nunique() < 2:
            continue
        is_flag = bool(values.isin([True, False]).all())
        columns = (
            [values.astype(float).to_numpy()]
            if is_flag or pd.api.types.is_numeric_dtype(values)
            else _levels(values)
        )
        if columns:
            parts += [column - column.mean() for column in columns]
            used.append(str(name))
    design = np.column_stack(parts) if parts else np.empty((len(covariates), 0))
    return design, tuple(used)


def _levels(words: pd.Series[Any]) -> list[NDArray[np.float64]]:
    counts = words.value_counts()
    rare = counts.index[counts < FEWEST_IN_LEVEL]
    kept = list(counts.index.drop(rare))[1:]
    columns = [(words == word).to_numpy(dtype=float) for word in kept]
    if counts[rare].sum() >= FEWEST_IN_LEVEL:
        columns.append(words.isin(rare).to_numpy(dtype=float))
    return columns


def _obstacle(
    distance: NDArray[np.float64],
    outcome: NDArray[np.bool_],
    who: NDArray[np.int64],
    used: tuple[str, ...],
    coefficients: int,
) -> str:
    """Why there can be no adjusted curve; empty where there can."""
    events = int(outcome.sum())
    needed = FEWEST_PER_COEFFICIENT * coefficients
    if not len(outcome):
        return "no case has the distance, the outcome and every adjuster"
    if not used:
        return "none of the adjusters takes two values among the complete cases"
    if min(events, len(outcome) - events) < needed:
        return (
            f"{coefficients} coefficients need at least {needed} complete cases with and as many "
            f"without the outcome; there are {events} and {len(outcome) - events}"
        )
    if who.max() < 1:
        return "all cases belong to one patient"
    return "all cases have the same distance" if distance.min() == distance.max() else ""


def _codes(patient: ArrayLike | None, complete: NDArray[np.bool_]) -> NDArray[np.int64]:
    if patient is None:
        return np.arange(int(complete.sum()), dtype=np.int64)
    who = np.asarray(patient)
    if who.shape != complete.shape:
        raise ValueError(f"patient must have one value per case; got {who.shape}.")
    return pd.factorize(who[complete])[0].astype(np.int64)


def _no_curve(why: str, facts: Facts) -> pd.DataFrame:
    empty = pd.DataFrame({name: np.empty(0) for name in COLUMNS})
    empty.attrs = facts | {"method": f"{NOT_ESTIMABLE}: {why}"}
    return empty
