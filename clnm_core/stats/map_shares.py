"""How much of a model's maps lies where, over a cohort, and does it follow the distance?"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from clnm_core.stats.mean_line import mean_line
from clnm_core.stats.resampling import resampled_means
from clnm_core.stats.uncertainty import Estimate, not_estimable

BOOTSTRAP = 1_000


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

    :func:`~clnm_core.stats.mean_line.mean_line`, cut off at 0 and 1. It is not fitted on the
    log-odds: far from the capsule shares are exactly 0, where log-odds have no end.

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

    """
    far, part = np.asarray(distance_mm, dtype=np.float64), np.asarray(share, dtype=np.float64)
    known = np.isfinite(far) & np.isfinite(part)
    far, part = far[known], part[known]
    line = mean_line(far, part, np.asarray(patient)[known], level=level)
    shares = {name: line[name].clip(0, 1) for name in ("mean", "low", "high")}
    curve = line.assign(**shares).rename(columns={"value": "distance_mm", "mean": "share"})
    curve.attrs = dict(line.attrs)
    return curve
