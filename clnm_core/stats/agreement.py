"""Do readers agree with each other, beyond what chance would give?

Kappa is the agreement that is left once chance is taken off: 1 is perfect, 0 what readers
would reach who call as often as these do, but without looking. It depends on how common the
calls are, so the plain percentage stands beside it.
"""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.stats.rates import rate
from clnm_core.stats.uncertainty import (
    Estimate,
    clipped,
    clustered_standard_error,
    not_estimable,
    wald,
    wilson,
)

Weights = Literal["none", "linear", "quadratic"]
"""How far apart two ratings count: any difference as one, its size, or its square."""


def percent_agreement(
    first: ArrayLike,
    second: ArrayLike,
    patient: ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> Estimate:
    """Share of cases to which two readers gave the same rating, with Wilson's interval.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        Ratings or calls of the same cases.
    patient : array-like, shape (n,), optional
        Whose case each is; by default every case is its own patient.
    level : float
        Confidence, between 0 and 1.

    """
    same = np.asarray(first) == np.asarray(second)
    return rate(same, None if patient is None else _codes(patient, len(same)), level=level)


def cohen_kappa(
    first: ArrayLike,
    second: ArrayLike,
    patient: ArrayLike | None = None,
    *,
    weights: Weights = "none",
    level: float = 0.95,
) -> Estimate:
    """Agreement of two readers beyond chance.

    With weights, disagreements count by their size; ratings must then be numbers, and the
    distance is that of the numbers. The interval is the large-sample one of Fleiss, Cohen and
    Everitt with n - 1 in place of n, added up within patients; where the two agree on every
    case it has no width, and Wilson's lower bound of the agreement is used instead.

    Parameters
    ----------
    first, second : array-like, shape (n,)
        Ratings of the same cases.
    patient : array-like, shape (n,), optional
        Whose case each is; by default every case is its own patient.
    weights : {"none", "linear", "quadratic"}
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    Estimate
        In [-1, 1] (weighted kappa can be lower); not estimable where both gave one and the same rating to all.

    References
    ----------
    .. [1] Cohen J. A coefficient of agreement for nominal scales. Educ Psychol Meas
       1960;20:37-46. doi:10.1177/001316446002000104
    .. [2] Fleiss JL, Cohen J, Everitt BS. Large sample standard errors of kappa and weighted
       kappa. Psychol Bull 1969;72:323-327. doi:10.1037/h0028106

    Examples
    --------
    >>> round(cohen_kappa([1, 1, 0, 0], [1, 0, 0, 0]).value, 3)
    0.5

    """
    x, y = np.asarray(first), np.asarray(second)
    if x.shape != y.shape or x.ndim != 1:
        raise ValueError(f"first and second must have one shape; got {x.shape} and {y.shape}.")
    x, y = _coded(x, y) if weights == "none" else _scaled(x.astype(float), y.astype(float))
    seen = _distance(x, y, weights)
    to_second, to_first = _mean_distance(x, y, weights), _mean_distance(y, x, weights)
    return _kappa(
        1 - seen,
        1 - to_second,
        1 - to_first,
        _codes(patient, len(x)),
        level=level,
        method="Fleiss-Cohen-Everitt",
    )


def fleiss_kappa(
    calls: ArrayLike, patient: ArrayLike | None = None, *, level: float = 0.95
) -> Estimate:
    """Agreement of any number of readers beyond chance.

    The interval is that of a sample of cases (Gwet), with n - 1 in place of n and added up
    within patients. Readers are taken as given.

    Parameters
    ----------
    calls : array-like, shape (n, readers)
        The category that each reader gave to each case; complete.
    patient : array-like, shape (n,), optional
        Whose case each is; by default every case is its own patient.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    Estimate
        Not estimable with fewer than two readers, or where all gave one category to all.

    Raises
    ------
    ValueError
        If calls is not a table of cases by readers.

    References
    ----------
    .. [1] Fleiss JL. Measuring nominal scale agreement among many raters. Psychol Bull
       1971;76:378-382. doi:10.1037/h0031619
    .. [2] Gwet KL. Computing inter-rater reliability and its variance in the presence of high
       agreement. Br J Math Stat Psychol 2008;61:29-48. doi:10.1348/000711006X126600

    Examples
    --------
    >>> round(fleiss_kappa([[1, 1, 1], [0, 0, 0], [1, 0, 0], [0, 0, 0]]).value, 3)
    0.625

    """
    table = np.asarray(calls)
    if table.ndim != 2:
        raise ValueError(f"calls must be a table of cases by readers; got shape {table.shape}.")
    n, readers = table.shape
    if readers < 2:
        return not_estimable("agreement needs two readers", level=level)
    code = pd.factorize(table.ravel())[0].reshape(n, readers)
    categories = int(code.max(initial=-1)) + 1
    given = np.zeros((n, categories))
    np.add.at(given, (np.arange(n)[:, None], code), 1)
    agreed = (given * (given - 1)).sum(axis=1) / (readers * (readers - 1))
    by_chance = given @ (given.mean(axis=0) / readers**2) if n else agreed
    return _kappa(agreed, by_chance, by_chance, _codes(patient, n), level=level, method="Gwet 2008")


def _kappa(
    agreed: NDArray[np.float64],
    chance_first: NDArray[np.float64],
    chance_second: NDArray[np.float64],
    patient: NDArray[np.int64],
    *,
    level: float,
    method: str,
) -> Estimate:
    """Kappa from each case's agreement, and from what chance would give to either of its sides."""
    n = len(agreed)
    if n == 0:
        return not_estimable("no cases", level=level)
    patients = int(patient.max()) + 1
    seen, chance = float(agreed.mean()), float(chance_first.mean())
    if 1 - chance < 1e-12:
        return not_estimable("all readings are the same, so chance alone agrees", level=level)
    kappa = (seen - chance) / (1 - chance)
    if seen == 1:
        low = (wilson(patients, patients, level=level).low - chance) / (1 - chance)
        return Estimate(1.0, max(low, -1.0), 1.0, level, "Wilson; all agree")
    moved = (agreed - seen) * (1 - chance)
    moved -= (1 - seen) * (chance_first + chance_second - 2 * chance)
    error = clustered_standard_error(moved / (n * (1 - chance) ** 2), patient)
    if math.isnan(error):
        return not_estimable("one patient only", level=level)
    if patients < n:
        method += ", clustered by patient"
    return clipped(wald(kappa, error, level=level, method=method), -1.0, 1.0)


def _distance(
    x: NDArray[np.float64], y: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    if weights == "none":
        return (x != y).astype(float)
    return np.abs(x - y) if weights == "linear" else (x - y) ** 2


def _mean_distance(
    x: NDArray[np.float64], others: NDArray[np.float64], weights: Weights
) -> NDArray[np.float64]:
    """Mean distance of each x from all of ``others``; no table of all pairs is made."""
    n = len(others)
    if n == 0:
        return np.empty(0)
    if weights == "quadratic":
        return x**2 - 2 * x * others.mean() + np.mean(others**2)
    ordered = np.sort(others)
    below = np.searchsorted(ordered, x, side="left")
    if weights == "none":
        return 1 - (np.searchsorted(ordered, x, side="right") - below) / n
    sums = np.concatenate([[0.0], np.cumsum(ordered)])
    return (x * below - sums[below] + (sums[-1] - sums[below]) - x * (n - below)) / n


def _coded(x: NDArray, y: NDArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both readings in one set of codes."""
    code = pd.factorize(np.concatenate([x, y]))[0].astype(float)
    return code[: len(x)], code[len(x) :]


def _scaled(
    x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Both readings on a scale on which the lowest rating is 0 and the highest 1."""
    both = np.concatenate([x, y])
    if both.size == 0 or np.ptp(both) == 0:
        return np.zeros_like(x), np.zeros_like(y)
    return (x - both.min()) / np.ptp(both), (y - both.min()) / np.ptp(both)


def _codes(patient: ArrayLike | None, n: int) -> NDArray[np.int64]:
    return np.arange(n) if patient is None else pd.factorize(np.asarray(patient))[0]
