"""How surprising is one number, and how surprising is it among so many?"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr

from clnm_core.stats.uncertainty import critical_value


def p_from_interval(
    value: float, low: float, high: float, *, level: float, null: float = 0.0
) -> float:
    """The two-sided p value that belongs to an interval.

    The half of the interval on the side of ``null`` gives the standard error, so that the
    p value lies below ``1 - level`` exactly where the interval excludes ``null``, whatever
    made the interval.

    Parameters
    ----------
    value, low, high : float
        A number and the ends of its interval, on a scale on which it is about normal.
    level : float
        Confidence of the interval, between 0 and 1.
    null : float
        The value that is tested.

    Returns
    -------
    float
        NaN where there is no interval.

    References
    ----------
    .. [1] Altman DG, Bland JM. How to obtain the P value from a confidence interval.
       BMJ 2011;343:d2304. doi:10.1136/bmj.d2304

    Examples
    --------
    >>> round(p_from_interval(-0.11, -0.19, -0.03, level=0.95), 4)
    0.007

    """
    half = high - value if value < null else value - low
    if math.isnan(half):
        return math.nan
    if value == null:
        return 1.0
    if half == 0:
        return 0.0
    return float(2 * ndtr(-critical_value(level) * abs(value - null) / half))


def benjamini_hochberg(p: ArrayLike) -> NDArray[np.float64]:
    """Each p value, adjusted for the number of them (false discovery rate).

    Rejecting where the adjusted value is below q keeps the expected share of false
    rejections among all rejections below q, for independent or positively dependent tests.

    Parameters
    ----------
    p : array-like of float, shape (m,)
        In [0, 1]; NaN is no test, stays NaN and is not counted.

    Returns
    -------
    numpy.ndarray of float, shape (m,)
        In the order given; never below the raw value.

    References
    ----------
    .. [1] Benjamini Y, Hochberg Y. Controlling the false discovery rate. J R Stat Soc B
       1995;57:289-300. doi:10.1111/j.2517-6161.1995.tb02031.x

    Examples
    --------
    >>> benjamini_hochberg([0.01, 0.04, 0.03, 0.2]).round(3).tolist()
    [0.04, 0.053, 0.053, 0.2]

    """
    raw = np.asarray(p, dtype=float)
    adjusted = np.full(raw.shape, math.nan)
    known = np.flatnonzero(~np.isnan(raw))
    order = known[np.argsort(raw[known], kind="stable")]
    scaled = raw[order] * (len(order) / np.arange(1, len(order) + 1))
    adjusted[order] = np.minimum(np.minimum.accumulate(scaled[::-1])[::-1], 1.0)
    return adjusted
