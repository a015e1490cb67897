"""At which thresholds does one model do more good than another on the same cases?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.uncertainty import Estimate, critical_value, not_estimable
from clnm_core.stats.utility import THRESHOLDS

WALD = "Wald, paired"
WALD_CLUSTERED = "Wald, paired and clustered by patient"


def net_benefit_difference(
    paired: PairedPredictions,
    first: str,
    second: str,
    thresholds: ArrayLike = THRESHOLDS,
    *,
    level: float = 0.95,
) -> pd.DataFrame:
    """Net benefit of the first model minus that of the second, at each treatment threshold.

    A case is treated when ``risk >= threshold``, as in
    :func:`~clnm_core.stats.utility.net_benefit`. Only cases that one model treats and the
    other does not count: a metastasis gained is worth 1, a needless treatment costs
    ``t / (1 - t)``. The difference is thus a mean over cases, and its band follows from
    their variance without resampling; where patients have several cases, their sums vary.

    Parameters
    ----------
    paired : PairedPredictions
    first, second : str
        Names of models.
    thresholds : array-like of float, shape (n_thresholds,)
        In [0, 1).
    level : float
        Confidence of the pointwise band, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per threshold, in the order given: ``threshold``, ``difference`` (net true
        positives per patient), ``low``, ``high``, ``discordant`` (cases that the two treat
        differently). Without a discordant case the difference is 0 and has no interval;
        ``attrs["method"]`` names the band.

    Raises
    ------
    ValueError
        If a threshold lies outside [0, 1).

    References
    ----------
    .. [1] Vickers AJ, Cronin AM, Elkin EB, Gonen M. Extensions to decision curve analysis.
       BMC Med Inform Decis Mak 2008;8:53. doi:10.1186/1472-6947-8-53

    Examples
    --------
    >>> both = PairedPredictions.of([1, 1, 0, 0], {"a": [.9, .6, .2, .1], "b": [.9, .4, .6, .1]})
    >>> net_benefit_difference(both, "a", "b", [0.5])["difference"].tolist()
    [0.5]

    """
    reach = critical_value(level)
    asked = np.atleast_1d(np.asarray(thresholds, dtype=float))
    if not ((asked >= 0) & (asked < 1)).all():
        raise ValueError("thresholds must lie in [0, 1); got one outside.")
    grid, place = np.unique(asked, return_inverse=True)
    weight = grid / (1 - grid)
    n = len(paired)
    # A case in step s is treated at the s lowest thresholds.
    one, other = (
        np.searchsorted(grid, paired.risk(name), side="right") for name in (first, second)
    )
    y = paired.y_true
    gained = {outcome: _switched(one, other, y == outcome, len(grid)) for outcome in (True, False)}
    lost = {outcome: _switched(other, one, y == outcome, len(grid)) for outcome in (True, False)}
    total = gained[True] - lost[True] - weight * (gained[False] - lost[False])
    discordant = sum((*gained.values(), *lost.values()), np.zeros(len(grid)))
    if paired.is_clustered:
        squares, patients = _by_patient(paired, one, other, weight, total)
    else:
        squares = gained[True] + lost[True] + weight**2 * (gained[False] + lost[False])
        squares, patients = squares - total**2 / max(n, 1), n
    known = (discordant > 0) & (patients > 1)
    error = np.full(len(grid), math.nan)
    error[known] = np.sqrt(np.maximum(squares[known], 0) * patients / (patients - 1)) / n
    value = total / n if n else np.full(len(grid), math.nan)
    table = pd.DataFrame(
        {
            "threshold": asked,
            "difference": value[place],
            "low": (value - reach * error)[place],
            "high": (value + reach * error)[place],
            "discordant": discordant[place].astype(int),
        }
    )
    table.attrs["method"] = WALD_CLUSTERED if paired.is_clustered else WALD
    return table


def benefit_at(
    paired: PairedPredictions, first: str, second: str, threshold: float, *, level: float = 0.95
) -> Estimate:
    """The difference in net benefit at one threshold in [0, 1).

    Not estimable where no case is treated differently.
    """
    table = net_benefit_difference(paired, first, second, [threshold], level=level)
    row = table.iloc[0]
    if math.isnan(row["low"]):
        why = "no cases" if not len(paired) else "no case is treated differently"
        if row["discordant"]:
            why = "one patient only"
        return not_estimable(why, level=level)
    method = str(table.attrs["method"])
    value, low, high = (float(row[name]) for name in ("difference", "low", "high"))
    return Estimate(value, low, high, level, method)


def _switched(
    more: NDArray[np.intp], less: NDArray[np.intp], among: NDArray[np.bool_], steps: int
) -> NDArray[np.float64]:
    """How many of some cases only ``more`` treats, at each threshold."""
    is_switched = among & (more > less)
    starts = np.bincount(less[is_switched], minlength=steps + 1)
    ends = np.bincount(more[is_switched], minlength=steps + 1)
    return np.asarray(np.cumsum(starts - ends)[:steps], dtype=float)


def _by_patient(
    paired: PairedPredictions,
    one: NDArray[np.intp],
    other: NDArray[np.intp],
    weight: NDArray[np.float64],
    total: NDArray[np.float64],
) -> tuple[NDArray[np.float64], int]:
    """Squared deviations of patients' sums at each threshold, and how many patients there are."""
    _, patient, sizes = np.unique(paired.patient, return_inverse=True, return_counts=True)
    differs = one != other
    who, y, high, low = (x[differs] for x in (patient, paired.y_true, one, other))
    mean = total / len(paired)
    squares = np.empty(len(weight))
    for step, cost in enumerate(weight):
        worth = ((high > step).astype(float) - (low > step)) * np.where(y, 1.0, -cost)
        sums = np.bincount(who, weights=worth, minlength=len(sizes)) - mean[step] * sizes
        squares[step] = np.square(sums).sum()
    return squares, len(sizes)
