"""Along one number, how does the mean of another run?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clnm_core.stats.spline import harrell_knots, restricted_cubic
from clnm_core.stats.uncertainty import NOT_ESTIMABLE, critical_value

STEPS = 81
"""Values at which the line is given."""

FEWEST_PER_COEFFICIENT = 5
"""Cases that the line needs for each of its coefficients."""

COLUMNS = ("value", "mean", "low", "high")


def mean_line(
    value: ArrayLike, y: ArrayLike, patient: ArrayLike, *, level: float = 0.95
) -> pd.DataFrame:
    """A restricted cubic spline by least squares, with a pointwise band.

    A straight line where the numbers take too few different values. The variance is the sandwich
    clustered by patient, which holds also where the spread changes along the line.

    Parameters
    ----------
    value, y : array-like of float, shape (cases,)
        Finite.
    patient : array-like, shape (cases,)
    level : float
        Confidence of the band, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``value`` (81 steps from the 1st to the 99th percentile), ``mean``, ``low``, ``high``;
        ``attrs["method"]`` says how. Empty, with the reason there, with fewer than five cases per
        coefficient, one patient, or one value.

    References
    ----------
    .. [1] Harrell FE. Regression modeling strategies. 2nd ed. Springer 2015, section 2.4.
       doi:10.1007/978-3-319-19425-7
    .. [2] Liang KY, Zeger SL. Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13

    Examples
    --------
    >>> line = mean_line(range(30), range(0, 60, 2), range(30))
    >>> line["mean"].iloc[[0, -1]].round(2).tolist()
    [0.58, 57.42]

    """
    across, up = np.asarray(value, dtype=np.float64), np.asarray(y, dtype=np.float64)
    who = pd.factorize(np.asarray(patient))[0]
    knots = harrell_knots(across) if len(across) else ()
    basis = restricted_cubic(across, knots)
    k = basis.shape[1]
    patients = int(who.max(initial=-1)) + 1
    if len(across) < FEWEST_PER_COEFFICIENT * k or patients < 2:
        least = FEWEST_PER_COEFFICIENT * k
        return _none(f"a line needs at least {least} cases; there are {len(across)}")
    if np.linalg.matrix_rank(basis) < k:
        return _none("all cases have the same value")
    first, last = np.quantile(across, [0.01, 0.99])
    grid = np.linspace(first, last, STEPS)
    at = restricted_cubic(grid, knots)
    coefficients, *_ = np.linalg.lstsq(basis, up, rcond=None)
    bread = np.linalg.inv(basis.T @ basis)
    scores = basis * (up - basis @ coefficients)[:, None]
    sums = np.column_stack([np.bincount(who, weights=one) for one in scores.T])
    factor = patients / (patients - 1) * (len(across) - 1) / (len(across) - k)
    covariance = factor * bread @ (sums.T @ sums) @ bread
    variance = np.einsum("ij,jk,ik->i", at, covariance, at)
    half = critical_value(level) * np.sqrt(np.maximum(variance, 0))
    mean = at @ coefficients
    line = pd.DataFrame({"value": grid, "mean": mean, "low": mean - half, "high": mean + half})
    shape = f"restricted cubic spline, {len(knots)} knots" if knots else "straight line"
    line.attrs["method"] = (
        f"{shape}, least squares; pointwise {100 * level:g} % band: sandwich clustered by patient"
    )
    return line


def _none(why: str) -> pd.DataFrame:
    empty = pd.DataFrame({name: np.empty(0) for name in COLUMNS})
    empty.attrs["method"] = f"{NOT_ESTIMABLE}: {why}"
    return empty
