"""Which recalibration puts the risks of several groups right at once?

One intercept for each group and one slope for all, on the log-odds of the risk. Written out
here because its information matrix is an arrow (the intercepts of two groups never meet), so
that a fit costs a few passes over the cases however many groups there are.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.special import expit

_STEPS = 60
_TOLERANCE = 1e-10


@dataclass(frozen=True, eq=False, slots=True)
class Line:
    """A recalibration with an intercept for each of some groups and one slope.

    Parameters
    ----------
    beta : numpy.ndarray of float, shape (groups + 1,)
        Intercepts, then the slope.
    information : numpy.ndarray of float, shape (groups + 1, groups + 1)
        Fisher's, at the fit.
    log_likelihood : float
    risk : numpy.ndarray of float, shape (n,)
        Recalibrated.

    """

    beta: NDArray[np.float64]
    information: NDArray[np.float64]
    log_likelihood: float
    risk: NDArray[np.float64]


def fit_line(
    x: NDArray[np.float64], y: NDArray[np.bool_], code: NDArray[np.intp], groups: int
) -> Line | None:
    """Maximum likelihood by Newton's method with halved steps; ``None`` if that does not end.

    There is a maximum where every group has both classes and in one group no threshold
    separates them.

    Parameters
    ----------
    x : numpy.ndarray of float, shape (n,)
        Log-odds of the risks.
    y : numpy.ndarray of bool, shape (n,)
        Whether the outcome happened.
    code : numpy.ndarray of int, shape (n,)
        Group of each case, from 0 to ``groups - 1``.
    groups : int

    """
    spread = float(np.abs(x).max()) or 1.0
    scaled = x / spread
    beta = np.append(np.zeros(groups), spread)
    value = _log_likelihood(beta[code] + beta[-1] * scaled, y)
    for _ in range(_STEPS):
        risk = expit(beta[code] + beta[-1] * scaled)
        residual = y - risk
        score = np.append(np.bincount(code, residual, groups), residual @ scaled)
        information = _information(scaled, risk, code, groups)
        with np.errstate(all="ignore"):
            step = np.linalg.pinv(information, hermitian=True) @ score
        if not np.isfinite(step).all():
            return None
        if score @ step < _TOLERANCE:
            scale = np.append(np.ones(groups), spread)
            return Line(beta / scale, information * np.outer(scale, scale), value, risk)
        for _ in range(40):
            trial = beta + step
            better = _log_likelihood(trial[code] + trial[-1] * scaled, y)
            if better >= value:
                break
            step = step / 2
        beta, value = trial, better
    return None


def patient_scores(
    patient: NDArray[np.int64],
    parts: list[tuple[NDArray[np.intp], NDArray[np.float64]]],
    columns: int,
) -> csr_array:
    """Sums of each patient's contributions to every coefficient, of shape (patients, columns)."""
    _, row = np.unique(patient, return_inverse=True)
    place = np.concatenate([column for column, _ in parts])
    entry = np.concatenate([values for _, values in parts])
    rows = np.tile(row, len(parts))
    return coo_array((entry, (rows, place)), shape=(int(row.max()) + 1, columns)).tocsr()


def sandwich(information: NDArray[np.float64], scores: csr_array, n: int) -> NDArray[np.float64]:
    """Liang and Zeger's covariance, with the factor ``g / (g - 1) * (n - 1) / (n - k)``.

    NaN with one patient, or with no more cases than coefficients.
    """
    patients, k = scores.shape
    if patients < 2 or n <= k:
        return np.full((k, k), math.nan)
    with np.errstate(all="ignore"):
        bread = np.linalg.pinv(information, hermitian=True)
    factor = patients / (patients - 1) * (n - 1) / (n - k)
    return np.asarray(factor * bread @ (scores.T @ scores).toarray() @ bread)


def _information(
    x: NDArray[np.float64], risk: NDArray[np.float64], code: NDArray[np.intp], groups: int
) -> NDArray[np.float64]:
    weight = risk * (1 - risk)
    weighted = weight * x
    matrix = np.zeros((groups + 1, groups + 1))
    matrix[np.arange(groups), np.arange(groups)] = np.bincount(code, weight, groups)
    matrix[-1, :-1] = matrix[:-1, -1] = np.bincount(code, weighted, groups)
    matrix[-1, -1] = weighted @ x
    return matrix


def _log_likelihood(log_odds: NDArray[np.float64], y: NDArray[np.bool_]) -> float:
    return float((y * log_odds - np.logaddexp(0, log_odds)).sum())
