"""Does a feature by itself differ between cases with the outcome and those without?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata


@dataclass(frozen=True, eq=False, slots=True)
class RankTest:
    """One test per feature.

    Parameters
    ----------
    auc : numpy.ndarray of float64, shape (n_features,)
        In [0, 1]; below 0.5 where cases with the outcome have lower values. NaN where one class
        has no value.
    p : numpy.ndarray of float64, shape (n_features,)
        Two-sided, in [0, 1]; 1 where nothing can be told.

    """

    auc: NDArray[np.float64]
    p: NDArray[np.float64]


def rank_test(
    values: NDArray[np.float64], y_true: NDArray[np.bool_], patient: NDArray[np.int64]
) -> RankTest:
    """Wilcoxon's rank-sum test (Mann and Whitney) of each feature, aware of patients.

    With one row per patient the variance is that of all permutations, with ties and without a
    continuity correction. With several, the contributions of a patient's rows are added up before
    they are squared, so that ten pictures of one patient do not count as ten patients.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n_rows, n_features)
        A row in which a feature is NaN does not count for it.
    y_true : numpy.ndarray of bool, shape (n_rows,)
    patient : numpy.ndarray of int, shape (n_rows,)
        Whose row each is, counted from 0.

    References
    ----------
    .. [1] Mann HB, Whitney DR. Ann Math Stat 1947;18:50-60. doi:10.1214/aoms/1177730491
    .. [2] Rosner B, Glynn RJ, Lee MLT. Incorporation of clustering effects for the Wilcoxon rank
       sum test. Biometrics 2003;59:1089-1098. doi:10.1111/j.0006-341X.2003.00125.x

    Examples
    --------
    >>> found = rank_test(np.arange(6.0)[:, None], np.arange(6) > 2, np.arange(6))
    >>> found.auc.tolist(), found.p.round(4).tolist()
    ([1.0], [0.0495])

    """
    auc = np.full(values.shape[1], np.nan)
    p = np.ones(values.shape[1])
    is_whole = ~np.isnan(values).any(axis=0)
    if is_whole.any():
        auc[is_whole], p[is_whole] = _tested(values[:, is_whole], y_true, patient)
    for column in np.flatnonzero(~is_whole):
        known = ~np.isnan(values[:, column])
        found = _tested(values[known, column, None], y_true[known], patient[known])
        auc[column], p[column] = found[0][0], found[1][0]
    return RankTest(auc, p)


def _tested(
    values: NDArray[np.float64], y_true: NDArray[np.bool_], patient: NDArray[np.int64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    n, events = len(y_true), int(y_true.sum())
    if not 0 < events < n:
        return np.full(values.shape[1], np.nan), np.ones(values.shape[1])
    ranks = rankdata(values, axis=0) - (n + 1) / 2
    side = y_true - events / n
    found = side @ ranks
    owner = np.unique(patient, return_inverse=True)[1]
    patients = int(owner.max()) + 1
    if patients == n:
        variance = (side @ side) * (ranks**2).sum(axis=0) / (n - 1)
    elif patients > 1:
        shares = np.zeros((patients, values.shape[1]))
        np.add.at(shares, owner, side[:, None] * ranks)
        variance = (shares**2).sum(axis=0) * patients / (patients - 1)
    else:
        variance = np.zeros(values.shape[1])
    is_known = variance > 0
    z = np.zeros(values.shape[1])
    z[is_known] = found[is_known] / np.sqrt(variance[is_known])
    return 0.5 + found / (events * (n - events)), 2 * ndtr(-np.abs(z))
