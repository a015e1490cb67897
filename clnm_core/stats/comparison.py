"""Which of several models separates better on the same cases, and by how much?

Areas of one set of cases are correlated: a hard case is hard for every model. Their
differences are therefore judged with the covariance, never by whether two intervals overlap.
How calls at a threshold differ is in :mod:`~clnm_core.stats.paired_calls`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from scipy.stats import rankdata

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.discrimination import auc
from clnm_core.stats.gaps import GAP, NO_GAP, NOT_ENOUGH
from clnm_core.stats.multiplicity import benjamini_hochberg
from clnm_core.stats.uncertainty import Estimate, clipped, not_estimable, wald

PAIRED_DELONG = "paired DeLong"
PAIRED_OBUCHOWSKI = "paired Obuchowski, patient-clustered"

_ROUNDING = 1e-12
"""A variance of a difference below this share of the two variances is rounding."""


@dataclass(frozen=True, eq=False, slots=True)
class Areas:
    """The areas under the ROC curves of k models on the same cases.

    Parameters
    ----------
    names : tuple of str
    auc : tuple of Estimate
        Each model alone, as :func:`~clnm_core.stats.discrimination.auc` gives it.
    covariance : numpy.ndarray of float, shape (k, k)
        NaN where a model's area is not estimable.
    method : str
        Name of the intervals of differences.

    """

    names: tuple[str, ...]
    auc: tuple[Estimate, ...]
    covariance: NDArray[np.float64]
    method: str

    def of(self, name: str) -> Estimate:
        """The area of one model."""
        return self.auc[self.names.index(name)]

    @property
    def best(self) -> str:
        """The model with the largest area, the first of several; empty where none has one."""
        known = [(one.value, name) for one, name in zip(self.auc, self.names, strict=True)]
        known = [(value, name) for value, name in known if not math.isnan(value)]
        return max(known, key=lambda pair: pair[0])[1] if known else ""


@dataclass(frozen=True, slots=True)
class Difference:
    """First model minus second, in one measure of the same cases.

    ``p`` is two-sided against no difference; NaN where there is no test.
    """

    first: str
    second: str
    estimate: Estimate
    p: float


def areas(paired: PairedPredictions, *, level: float = 0.95) -> Areas:
    """Areas under the ROC curves of all models, with their covariance.

    The covariance is DeLong's, from placement values by ranks: O(k n log n) and no
    comparison of pairs of cases. Where patients have several cases it is Obuchowski's,
    which adds up within patients and equals DeLong's when each has one.

    Parameters
    ----------
    paired : PairedPredictions
    level : float
        Confidence, between 0 and 1.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
       doi:10.2307/2531595
    .. [2] Sun X, Xu W. Fast implementation of DeLong's algorithm. IEEE Signal Process Lett
       2014;21:1389-1393. doi:10.1109/LSP.2014.2337313
    .. [3] Obuchowski NA. Nonparametric analysis of clustered ROC curve data. Biometrics
       1997;53:567-578. doi:10.2307/2533958

    Examples
    --------
    >>> both = PairedPredictions.of([1, 1, 0, 0], {"a": [.9, .4, .6, .1], "b": [.8, .7, .9, .1]})
    >>> [one.value for one in areas(both).auc]
    [0.75, 0.5]

    """
    each = tuple(auc(paired.model(name), level=level) for name in paired.names)
    is_clustered = paired.is_clustered
    covariance = np.full((len(each), len(each)), math.nan)
    known = [place for place, one in enumerate(each) if one.is_estimable]
    if known:
        placed = [placements(paired.y_true, paired.risks[place]) for place in known]
        above = np.vstack([one[0] for one in placed])
        below = np.vstack([one[1] for one in placed])
        found = (
            _clustered_covariance(paired, above, below)
            if is_clustered
            else np.atleast_2d(np.cov(above)) / above.shape[1]
            + np.atleast_2d(np.cov(below)) / below.shape[1]
        )
        covariance[np.ix_(known, known)] = found
    method = PAIRED_OBUCHOWSKI if is_clustered else PAIRED_DELONG
    return Areas(paired.names, each, covariance, method)


def placements(
    y_true: NDArray[np.bool_], risk: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Share of the other class that each case is on the right side of; ties count half.

    Returns
    -------
    above : numpy.ndarray of float, shape (events,)
        Share of non-events with a lower risk, for each event.
    below : numpy.ndarray of float, shape (n - events,)
        Share of events with a higher risk, for each non-event. Both have the AUC as mean.

    """
    events = int(y_true.sum())
    rank = rankdata(risk)
    above = (rank[y_true] - rankdata(risk[y_true])) / (len(risk) - events)
    below = 1 - (rank[~y_true] - rankdata(risk[~y_true])) / events
    return above, below


def auc_difference(found: Areas, first: str, second: str, *, level: float = 0.95) -> Difference:
    """Area of the first model minus that of the second.

    Parameters
    ----------
    found : Areas
    first, second : str
        Names of models.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    Difference
        Wald, within [-1, 1]; p from the standard normal. Two models that order the cases
        alike differ by 0 with p 1. Where both variances are zero because a model separates
        completely, the interval joins Wilson's of the two areas and there is no test.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
       doi:10.2307/2531595
    .. [2] Zou GY, Donner A. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095

    """
    one, other = found.of(first), found.of(second)
    for name, area in ((first, one), (second, other)):
        if not area.is_estimable:
            why = area.method.partition(": ")[2]
            return Difference(
                first, second, not_estimable(f"AUC of {name}: {why}", level=level), math.nan
            )
    value = one.value - other.value
    i, j = found.names.index(first), found.names.index(second)
    own = found.covariance[i, i] + found.covariance[j, j]
    variance = own - 2 * found.covariance[i, j]
    if variance <= _ROUNDING * own:
        if first == second or (value == 0 and one.value not in (0.0, 1.0)):
            return Difference(first, second, Estimate(0.0, 0.0, 0.0, level, found.method), 1.0)
        return _without_variance(first, second, one, other)
    error = math.sqrt(variance)
    estimate = clipped(wald(value, error, level=level, method=found.method), -1.0, 1.0)
    return Difference(first, second, estimate, float(2 * ndtr(-abs(value) / error)))


def auc_differences(found: Areas, *, level: float = 0.95) -> pd.DataFrame:
    """Every model against every other.

    Returns
    -------
    pandas.DataFrame
        One row per pair, the model with the larger area first: ``first``, ``second``,
        ``value``, ``low``, ``high``, ``p``, ``p_adjusted`` (Benjamini-Hochberg over all
        pairs), ``method``. Largest difference first.

    """
    rows = []
    for first, second in combinations(found.names, 2):
        if found.of(second).value > found.of(first).value:
            first, second = second, first
        one = auc_difference(found, first, second, level=level)
        estimate = one.estimate
        ends = (estimate.value, estimate.low, estimate.high)
        rows.append((first, second, *ends, one.p, estimate.method))
    columns = ["first", "second", "value", "low", "high", "p", "method"]
    table = pd.DataFrame(rows, columns=columns)
    table.insert(6, "p_adjusted", benjamini_hochberg(table["p"].to_numpy(dtype=float)))
    return table.sort_values("value", ascending=False, kind="stable", ignore_index=True)


def verdict(difference: Estimate, margin: float) -> str:
    """Which of three answers an interval gives, as for gaps between groups.

    ``no gap beyond the margin`` where the whole interval lies within plus or minus the
    margin, else ``gap`` where it excludes zero, else ``not enough data``.

    Examples
    --------
    >>> verdict(Estimate(0.08, 0.05, 0.11, 0.95, "paired DeLong"), 0.05)
    'gap'

    """
    if math.isnan(difference.low) or math.isnan(difference.high):
        return NOT_ENOUGH
    if -margin <= difference.low and difference.high <= margin:
        return NO_GAP
    return GAP if difference.excludes(0) else NOT_ENOUGH


def cases_needed(difference: Estimate, n: int, margin: float) -> int:
    """How many cases like these would settle a difference, were it as large as it looks.

    Either the interval then excludes zero or it lies within the margin, whichever takes
    fewer cases; its width shrinks with the square root of their number. 0 where there is no
    interval, ``n`` where these cases settle it already.

    Parameters
    ----------
    difference : Estimate
        From ``n`` cases.
    n : int
    margin : float
        Differences up to this size do not matter; positive.

    Examples
    --------
    >>> cases_needed(Estimate(0.01, -0.07, 0.09, 0.95, "paired DeLong"), 100, 0.05)
    400

    """
    if math.isnan(difference.low) or math.isnan(difference.high):
        return 0
    if verdict(difference, margin) != NOT_ENOUGH:
        return n
    half = (difference.high - difference.low) / 2
    distance = max(abs(difference.value), margin - abs(difference.value))
    return max(n, math.ceil(round(n * (half / distance) ** 2, 6)))


def _without_variance(first: str, second: str, one: Estimate, other: Estimate) -> Difference:
    """The difference of two areas that do not vary: a model separates completely."""
    value = one.value - other.value
    low = value - math.hypot(one.value - one.low, other.high - other.value)
    high = value + math.hypot(one.high - one.value, other.value - other.low)
    method = "from Wilson's intervals of both; DeLong's variance is zero"
    estimate = clipped(Estimate(value, low, high, one.level, method), -1.0, 1.0)
    return Difference(first, second, estimate, 1.0 if value == 0 else math.nan)


def _clustered_covariance(
    paired: PairedPredictions, above: NDArray[np.float64], below: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Obuchowski's covariance from patients' sums of placement values, shape (k, k)."""
    patient, is_event = paired.patient, paired.y_true
    size = int(patient.max()) + 1

    def sums(placed: NDArray[np.float64], who: NDArray[np.int64]) -> NDArray[np.float64]:
        centred = (placed - placed.mean(axis=1, keepdims=True)) / placed.shape[1]
        return np.vstack([np.bincount(who, weights=row, minlength=size) for row in centred])

    events = sums(above, patient[is_event])
    others = sums(below, patient[~is_event])
    with_events = len(np.unique(patient[is_event]))
    with_others = len(np.unique(patient[~is_event]))
    patients = len(np.unique(patient))
    cross = events @ others.T
    return np.asarray(
        events @ events.T * (with_events / (with_events - 1))
        + others @ others.T * (with_others / (with_others - 1))
        + (cross + cross.T) * (patients / (patients - 1))
    )
