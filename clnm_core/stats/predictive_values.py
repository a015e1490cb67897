"""What would a flag be worth where the outcome is rarer, or more common, than here?

Sensitivity and specificity are taken to stay what they are; only the prevalence moves.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.stats.uncertainty import Estimate

PREVALENCES: tuple[float, ...] = tuple(step / 100 for step in range(1, 100))
"""0.01, 0.02, ..., 0.99: the grid of a curve."""

METHOD = "MOVER-R from the intervals of sensitivity and specificity"


def predictive_values(
    sensitivity: Estimate, specificity: Estimate, prevalences: ArrayLike = PREVALENCES
) -> pd.DataFrame:
    """Positive and negative predictive value at other prevalences, by Bayes' theorem.

    A predictive value depends on sensitivity and specificity only through one ratio (the
    false-positive rate per sensitivity; the miss rate per specificity), whose interval is
    recovered from theirs. With Wilson's intervals it holds for counts of zero, and for
    patients with several cases it takes over their clustered intervals. The prevalence is
    taken as given, not estimated.

    Parameters
    ----------
    sensitivity, specificity : Estimate
        Shares in [0, 1], with intervals; from different cases, so independent.
    prevalences : array-like of float, shape (k,)
        Shares of cases with the outcome, strictly between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per prevalence, in the order given: ``prevalence``, ``ppv``, ``ppv_low``,
        ``ppv_high``, ``npv``, ``npv_low``, ``npv_high``. A value is NaN where nobody would
        be flagged (ppv) or everybody (npv), or a rate is not estimable.

    Raises
    ------
    ValueError
        If a prevalence does not lie strictly between 0 and 1.

    References
    ----------
    .. [1] Newcombe RG. MOVER-R confidence intervals for ratios and products of two
       independently estimated quantities. Stat Methods Med Res 2016;25:1774-1778.
       doi:10.1177/0962280213502144
    .. [2] Mercaldo ND, Lau KF, Zhou XH. Confidence intervals for predictive values with an
       emphasis to case-control studies. Stat Med 2007;26:2170-2183. doi:10.1002/sim.2677

    Examples
    --------
    >>> from clnm_core.stats.uncertainty import wilson
    >>> found = predictive_values(wilson(80, 100), wilson(90, 100), [0.5, 0.1]).round(3)
    >>> found[["prevalence", "ppv", "ppv_low", "ppv_high"]]
       prevalence    ppv  ppv_low  ppv_high
    0         0.5  0.889    0.819     0.936
    1         0.1  0.471    0.334     0.618

    """
    share = np.atleast_1d(np.asarray(prevalences, dtype=float))
    if not ((share > 0) & (share < 1)).all():
        raise ValueError("prevalences must lie strictly between 0 and 1; got one outside.")
    columns = {"prevalence": share}
    for name, wrong, right, odds in (
        ("ppv", _complement(specificity), sensitivity, (1 - share) / share),
        ("npv", _complement(sensitivity), specificity, share / (1 - share)),
    ):
        value, low, high = _ratio(wrong, right)
        columns[name] = _of_ratio(value, odds)
        columns[f"{name}_low"], columns[f"{name}_high"] = (
            _of_ratio(high, odds),
            _of_ratio(low, odds),
        )
    return pd.DataFrame(columns)


def _of_ratio(ratio: float, odds: NDArray[np.float64]) -> NDArray[np.float64]:
    """The share of right calls, from wrong per right calls at even odds; 0 for infinity."""
    return 1 / (1 + ratio * odds)


def _complement(rate: Estimate) -> Estimate:
    return Estimate(1 - rate.value, 1 - rate.high, 1 - rate.low, rate.level, rate.method)


def _ratio(top: Estimate, bottom: Estimate) -> tuple[float, float, float]:
    """Ratio of two shares with its interval; infinite where the lower one is 0.

    Written so that the interval of the upside-down ratio is the interval upside down.
    """
    if not (top.is_estimable and bottom.is_estimable) or top.value == bottom.value == 0:
        return math.nan, math.nan, math.nan
    value = math.inf if bottom.value == 0 else top.value / bottom.value
    most = _lower_end(bottom, top)
    return value, _lower_end(top, bottom), math.inf if most == 0 else 1 / most


def _lower_end(top: Estimate, bottom: Estimate) -> float:
    """Lower end of the ratio of two shares; 0 where the upper one may be 0."""
    near = top.low * (2 * top.value - top.low)
    far = bottom.high * (2 * bottom.value - bottom.high)
    product = top.value * bottom.value
    reach = product + math.sqrt(max(product**2 - near * far, 0.0))
    return 0.0 if near == 0 else near / reach
