"""Along the distance to the capsule, how far is a model's mean risk from what happened?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.location import FEWEST_PER_COEFFICIENT
from clnm_core.stats.spline import harrell_knots, logistic_fit, restricted_cubic
from clnm_core.stats.uncertainty import NOT_ESTIMABLE, critical_value

POINTS = 81
LINES = ("observed", "predicted", "difference")
COLUMNS = ("distance_mm", *(f"{line}{end}" for line in LINES for end in ("", "_low", "_high")))


def learned_curve(
    predictions: Predictions, distance: NDArray[np.float64], *, level: float = 0.95, knots: int = 4
) -> pd.DataFrame:
    """Observed share, mean risk and their difference along the distance, each with a band.

    One spline basis is fitted to the outcomes and to the risks, so both are smoothed alike.
    The variance of the difference is from both fits together, clustered by patient: a case
    near the capsule pulls both curves, and what it does to both alike cancels.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    distance : numpy.ndarray of float, shape (n,)
        mm, finite.
    level : float
        Confidence of the pointwise bands; those of the shares are symmetric on the log-odds.
    knots : int
        3, 4 or 5.

    Returns
    -------
    pandas.DataFrame
        ``distance_mm``; ``observed``, ``predicted`` and ``difference`` (predicted minus
        observed), each with ``_low`` and ``_high``. Empty, with the reason in
        ``attrs["method"]``, where there are too few cases with or without the outcome, one
        patient, one distance, or a distance that tells the outcomes apart completely.

    References
    ----------
    .. [1] Papke LE, Wooldridge JM. Econometric methods for fractional response variables.
       J Appl Econom 1996;11:619-632.
       doi:10.1002/(SICI)1099-1255(199611)11:6<619::AID-JAE418>3.0.CO;2-1

    """
    placed = harrell_knots(distance, knots)
    basis = restricted_cubic(distance, placed)
    events, needed = predictions.events, FEWEST_PER_COEFFICIENT * basis.shape[1]
    if min(events, len(predictions) - events) < needed:
        return _no_curve(
            f"a curve needs at least {needed} cases with and as many without the outcome; "
            f"there are {events} and {len(predictions) - events}"
        )
    who = np.unique(predictions.patient, return_inverse=True)[1].astype(np.int64)
    if who.max() < 1:
        return _no_curve("all cases belong to one patient")
    if distance.min() == distance.max():
        return _no_curve("all cases have the same distance")
    first, last = np.quantile(distance, [0.01, 0.99])
    grid = np.linspace(first, last, POINTS)
    at = restricted_cubic(grid, placed)
    lines, pulls, sums = {}, {}, []
    targets = {"observed": predictions.y_true.astype(float), "predicted": predictions.risk}
    for name, target in targets.items():
        fit = logistic_fit(basis, target, who)
        if not fit.has_converged:
            return _no_curve(f"the distance tells the {name} shares apart completely")
        fitted = expit(basis @ fit.coefficients)
        bread = np.linalg.inv(basis.T @ (basis * (fitted * (1 - fitted))[:, None]))
        scores = (column * (target - fitted) for column in basis.T)
        sums += [np.bincount(who, weights=column) for column in scores]
        lines[name] = expit(at @ fit.coefficients)
        pulls[name] = at @ bread * (lines[name] * (1 - lines[name]))[:, None]
    patients = who.max() + 1
    stacked = np.column_stack(sums)
    meat = stacked.T @ stacked * patients / (patients - 1)
    nothing = np.zeros_like(at)
    lines["difference"] = lines["predicted"] - lines["observed"]
    weights = {
        "observed": np.hstack([pulls["observed"], nothing]),
        "predicted": np.hstack([nothing, pulls["predicted"]]),
        "difference": np.hstack([-pulls["observed"], pulls["predicted"]]),
    }
    columns: dict[str, NDArray[np.float64]] = {"distance_mm": grid}
    for name, line in lines.items():
        variance = np.einsum("ij,jk,ik->i", weights[name], meat, weights[name])
        half = critical_value(level) * np.sqrt(np.maximum(variance, 0))
        columns[name] = line
        columns[f"{name}_low"], columns[f"{name}_high"] = _ends(line, half, name == "difference")
    curve = pd.DataFrame(columns)
    clustered = ", clustered by patient" if predictions.is_clustered else ""
    curve.attrs = {
        "method": "the same restricted cubic spline on the log-odds of outcomes and of risks "
        f"({basis.shape[1]} coefficients); pointwise {100 * level:g} % bands: "
        f"sandwich{clustered}"
    }
    return curve


def _ends(
    line: NDArray[np.float64], half: NDArray[np.float64], is_difference: bool
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    if is_difference:
        return line - half, line + half
    width = half / (line * (1 - line))
    return expit(logit(line) - width), expit(logit(line) + width)


def _no_curve(why: str) -> pd.DataFrame:
    empty = pd.DataFrame({name: np.empty(0) for name in COLUMNS})
    empty.attrs = {"method": f"{NOT_ESTIMABLE}: {why}"}
    return empty
