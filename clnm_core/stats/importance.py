"""Which variables drive a model over a cohort, and how sure is that?

Two views that need each other. The mean absolute Shapley value says how far a variable moves the
answers of the model, whether rightly or wrongly. The loss of AUC when its values are dealt out
anew among the cases says what the variable is worth for telling outcomes apart. A variable that
moves much and is worth nothing is a reason for doubt.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.comparison import areas
from clnm_core.stats.resampling import resampled_means
from clnm_core.stats.uncertainty import Estimate, clipped, wald

COLUMNS = ("column", "value", "low", "high", "rank", "rank_low", "rank_high", "n")

BOOTSTRAP = 1_000

_ROUNDING = 1e-12
"""A variance below this share of the single ones is rounding."""


def importance(
    effects: NDArray[np.float64],
    patient: ArrayLike,
    *,
    names: tuple[str, ...],
    level: float = 0.95,
    bootstrap: int = BOOTSTRAP,
    seed: int = 0,
) -> pd.DataFrame:
    """Mean absolute Shapley value of each column, the largest first.

    Parameters
    ----------
    effects : numpy.ndarray of float, shape (cases, columns)
        Shapley values; a row with a NaN is a case that the model cannot judge, and is left out.
    patient : array-like, shape (cases,)
        Who each case belongs to; resampling keeps a patient's cases together.
    names : tuple of str
        Of the columns.
    level : float
        Confidence of the intervals, between 0 and 1.
    bootstrap : int
        Resamples of patients.
    seed : int

    Returns
    -------
    pandas.DataFrame
        ``column``; ``value`` (in the unit of the effects, 0 or more) with ``low`` and ``high``
        (percentiles of the resamples, widened to hold the value); ``rank`` from 1 with
        ``rank_low`` and ``rank_high``; ``n`` cases. Equal values are in the order of ``names``.
        No interval (NaN) with fewer than two patients; no row where no case can be judged.

    Raises
    ------
    ValueError
        If the lengths differ.

    References
    ----------
    .. [1] Lundberg SM, Lee SI. A unified approach to interpreting model predictions. NeurIPS
       2017. arXiv:1705.07874
    .. [2] Lundberg SM et al. From local explanations to global understanding with explainable AI
       for trees. Nat Mach Intell 2020;2:56-67. doi:10.1038/s42256-019-0138-9

    Examples
    --------
    >>> effects = np.array([[0.1, -2.0], [-0.1, 1.0]])
    >>> importance(effects, [0, 1], names=("age", "size"))[["column", "value", "rank"]]
      column  value  rank
    0   size    1.5     1
    1    age    0.1     2

    """
    given = np.asarray(effects, dtype=np.float64)
    who = pd.factorize(np.asarray(patient))[0].astype(np.int64)
    if given.shape != (len(who), len(names)):
        raise ValueError(
            f"effects must have one row per case and one column per name; got {given.shape} for "
            f"{len(who)} cases and {len(names)} names."
        )
    judged = np.isfinite(given).all(axis=1)
    size, who = np.abs(given[judged]), who[judged]
    n = len(size)
    if not n or not names:
        return pd.DataFrame({name: pd.Series(dtype=_DTYPES.get(name, float)) for name in COLUMNS})
    value = size.mean(axis=0)
    order = _order(value)
    low = high = np.full(len(names), math.nan)
    rank_low = rank_high = _ranks(value)
    if len(np.unique(who)) > 1:
        drawn = resampled_means(size, who, bootstrap=bootstrap, seed=seed)
        ends = [0.5 - level / 2, 0.5 + level / 2]
        low, high = np.quantile(drawn, ends, axis=0)
        low, high = np.minimum(low, value), np.maximum(high, value)
        places = np.apply_along_axis(_ranks, 1, drawn)
        rank_low, rank_high = np.quantile(places, ends, axis=0, method="inverted_cdf")
    table = pd.DataFrame(
        {
            "column": names,
            "value": value,
            "low": low,
            "high": high,
            "rank": _ranks(value),
            "rank_low": np.minimum(rank_low, _ranks(value)).astype(int),
            "rank_high": np.maximum(rank_high, _ranks(value)).astype(int),
            "n": n,
        }
    )
    return table.iloc[order].reset_index(drop=True)


def shuffled_loss(
    y_true: ArrayLike,
    risk: ArrayLike,
    shuffled: NDArray[np.float64],
    patient: ArrayLike | None = None,
    *,
    level: float = 0.95,
) -> Estimate:
    """AUC that is lost when the values of a column are dealt out anew among the cases.

    The mean over several deals. The variance is that of paired areas (DeLong; Obuchowski where
    patients have several cases), over cases and for the deals that were made.

    Parameters
    ----------
    y_true : array-like of bool, shape (cases,)
    risk : array-like of float, shape (cases,)
        Of the model as it is.
    shuffled : numpy.ndarray of float, shape (deals, cases)
        The same with the column dealt out anew, once per row.
    patient : array-like, shape (cases,), optional
    level : float

    Returns
    -------
    Estimate
        In [-1, 1]; below 0 where the model separates better without the column.

    References
    ----------
    .. [1] Breiman L. Random forests. Mach Learn 2001;45:5-32. doi:10.1023/A:1010933404324
    .. [2] Fisher A, Rudin C, Dominici F. All models are wrong, but many are useful: learning a
       variable's importance by studying an entire class of prediction models simultaneously.
       J Mach Learn Res 2019;20:177. arXiv:1801.01489

    """
    deals = {f"deal {place}": one for place, one in enumerate(np.atleast_2d(shuffled))}
    found = areas(PairedPredictions.of(y_true, {"as it is": risk, **deals}, patient), level=level)
    whole, parts = found.auc[0], found.auc[1:]
    if not whole.is_estimable:
        return whole
    # A risk that has become the same for all separates nothing: an area of one half, no variance.
    values = [one.value if one.is_estimable else 0.5 for one in parts]
    value = whole.value - float(np.mean(values))
    weight = np.array([1.0, *[-1.0 / len(parts)] * len(parts)])
    covariance = np.nan_to_num(found.covariance)
    variance = float(weight @ covariance @ weight)
    if variance <= _ROUNDING * covariance.trace():  # the same order of cases, as it was
        variance = 0.0
    estimate = wald(value, math.sqrt(variance), level=level, method=found.method)
    return clipped(estimate, -1.0, 1.0)


_DTYPES = {"column": object, "rank": int, "rank_low": int, "rank_high": int, "n": int}


def _order(value: NDArray[np.float64]) -> NDArray[np.intp]:
    return np.argsort(-value, kind="stable")


def _ranks(value: NDArray[np.float64]) -> NDArray[np.int64]:
    ranks = np.empty(len(value), dtype=np.int64)
    ranks[_order(value)] = np.arange(1, len(value) + 1)
    return ranks
