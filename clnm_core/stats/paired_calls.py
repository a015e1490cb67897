"""Do two models call the same cases differently, and who gains by it?

Only cases that the two call differently say anything. With ``b`` cases that only the first
calls right and ``c`` that only the second does, every difference here is ``(b - c) / n``.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import ndtr
from scipy.stats import binom

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.uncertainty import (
    Estimate,
    clustered_standard_error,
    critical_value,
    not_estimable,
)

TANGO = "Tango"
TANGO_CLUSTERED = "Tango, clustered by patient"

_ROUNDING, _FAR = 1e-13, 1e6
"""A difference that is none, and a z value beyond every level."""

MEASURES = ("sensitivity", "specificity", "accuracy")
"""What is compared at a threshold, in the order of a report."""


@dataclass(frozen=True, slots=True)
class McNemar:
    """Discordant cases and the p values that follow from them.

    ``first_only`` are right for the first model alone, ``second_only`` for the second;
    ``exact`` and ``mid_p`` are two-sided p values. Where patients have several cases both
    are NaN; :attr:`CallDifference.p` is then the test.
    """

    first_only: int
    second_only: int
    exact: float
    mid_p: float


@dataclass(frozen=True, slots=True)
class CallDifference:
    """First model minus second in one measure of their calls.

    ``n`` cases are behind it. ``p`` is McNemar's mid-p, or the clustered test where
    patients have several cases; NaN without cases.
    """

    measure: str
    n: int
    first: float
    second: float
    estimate: Estimate
    mcnemar: McNemar
    p: float
    test: str


def mcnemar(first_only: int, second_only: int) -> McNemar:
    """McNemar's test from the two discordant counts.

    The mid-p counts the observed table half; it keeps its level and is hardly less powerful
    than the asymptotic test, where the exact one is needlessly cautious.

    Raises
    ------
    ValueError
        If a count is negative.

    References
    ----------
    .. [1] McNemar Q. Note on the sampling error of the difference between correlated
       proportions or percentages. Psychometrika 1947;12:153-157. doi:10.1007/BF02295996
    .. [2] Fagerland MW, Lydersen S, Laake P. The McNemar test for binary matched-pairs data.
       BMC Med Res Methodol 2013;13:91. doi:10.1186/1471-2288-13-91

    Examples
    --------
    >>> found = mcnemar(1, 7)
    >>> round(found.exact, 4), round(found.mid_p, 4)
    (0.0703, 0.0391)

    """
    if min(first_only, second_only) < 0:
        raise ValueError(f"counts must be 0 or more; got {first_only} and {second_only}.")
    total, fewer = first_only + second_only, min(first_only, second_only)
    tail = float(binom.cdf(fewer, total, 0.5))
    exact = min(2 * tail, 1.0)
    mid_p = 2 * tail - float(binom.pmf(fewer, total, 0.5)) if first_only != second_only else 1.0
    return McNemar(first_only, second_only, exact, min(mid_p, 1.0))


def paired_share_difference(
    first_only: float, second_only: float, n: float, *, level: float = 0.95
) -> Estimate:
    """Difference of two shares of the same cases, with Tango's score interval.

    It excludes zero where McNemar's asymptotic test does, stays within [-1, 1], and has a
    width where nothing is discordant. Counts may be fractions (an effective number of cases).

    Parameters
    ----------
    first_only, second_only : float
        Discordant counts; together at most ``n``.
    n : float
        Cases.
    level : float
        Confidence, between 0 and 1.

    Raises
    ------
    ValueError
        If the counts are negative or more than ``n``.

    References
    ----------
    .. [1] Tango T. Equivalence test and confidence interval for the difference in
       proportions for the paired-sample design. Stat Med 1998;17:891-908.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<891::AID-SIM780>3.0.CO;2-B

    Examples
    --------
    >>> found = paired_share_difference(1, 7, 21)
    >>> round(found.value, 3), round(found.low, 3), round(found.high, 3)
    (-0.286, -0.517, -0.026)

    """
    if min(first_only, second_only) < 0 or first_only + second_only > n * (1 + 1e-9):
        raise ValueError(
            f"counts must be 0 or more and at most n; got {first_only} and {second_only} of {n}."
        )
    if n == 0:
        return not_estimable("no cases", level=level)
    value = (first_only - second_only) / n
    limit = critical_value(level)

    def distance(delta: float) -> float:
        """Tango's z at a supposed difference."""
        spread = 2 * n * _rarer(first_only, second_only, n, delta) + n * delta * (1 - delta)
        gap = n * (value - delta)
        if abs(gap) < _ROUNDING * n:
            return 0.0
        return gap / math.sqrt(spread) if spread > 0 else math.copysign(_FAR, gap)

    low = _root(lambda delta: distance(delta) - limit, -1.0, value)
    high = _root(lambda delta: distance(delta) + limit, value, 1.0)
    return Estimate(value, min(low, value), max(high, value), level, TANGO)


def call_differences(
    paired: PairedPredictions,
    first: str,
    second: str,
    threshold: float,
    *,
    level: float = 0.95,
) -> list[CallDifference]:
    """Differences in sensitivity, specificity and accuracy at one threshold.

    A case is positive when ``risk >= threshold``. Where patients have several cases,
    Tango's interval is taken at the effective number of cases (n over the design effect of
    the difference, never below 1; the number of patients where nothing is discordant), and
    the test adds up within patients.

    Parameters
    ----------
    paired : PairedPredictions
    first, second : str
        Names of models; the difference is first minus second.
    threshold : float
        In [0, 1].
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    list of CallDifference
        In the order of :data:`MEASURES`; not estimable where no case is behind one.

    Raises
    ------
    ValueError
        If the threshold lies outside [0, 1].

    References
    ----------
    .. [1] Yang Z, Sun X, Hardin JW. A note on the tests for clustered matched-pair binary
       data. Biom J 2010;52:638-652. doi:10.1002/bimj.201000035
    .. [2] Korn EL, Graubard BI. Survey Methodology 1998;24:193-201.

    """
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in [0, 1]; got {threshold!r}.")
    y = paired.y_true
    one = (paired.risk(first) >= threshold) == y
    other = (paired.risk(second) >= threshold) == y
    everyone = np.ones(len(y), dtype=bool)
    found = []
    for measure, mask in zip(MEASURES, (y, ~y, everyone), strict=True):
        sign = one[mask].astype(np.int8) - other[mask].astype(np.int8)
        patient = paired.patient[mask] if paired.is_clustered else None
        n = len(sign)
        estimate = signed_mean(sign, patient, level=level)
        counts = mcnemar(int((sign > 0).sum()), int((sign < 0).sum()))
        p, test = (counts.mid_p, "McNemar, mid-p") if n else (math.nan, "no cases")
        if patient is not None and n:
            counts = McNemar(counts.first_only, counts.second_only, math.nan, math.nan)
            p, test = _clustered_p(sign, patient), "McNemar, clustered by patient"
        share, against = (float(x[mask].mean()) if n else math.nan for x in (one, other))
        found.append(CallDifference(measure, n, share, against, estimate, counts, p, test))
    return found


def signed_mean(
    sign: NDArray[np.int8], patient: NDArray[np.int64] | None, *, level: float = 0.95
) -> Estimate:
    """Mean of +1, 0 and -1 per case, as a difference of two shares of the same cases.

    Parameters
    ----------
    sign : numpy.ndarray of int, shape (n,)
        Whom a case speaks for: 1 the first, -1 the second, 0 neither.
    patient : numpy.ndarray of int, shape (n,), or None
        Code of the patient of each case; ``None`` where every case is a patient.
    level : float
        Confidence, between 0 and 1.

    """
    n = len(sign)
    plus, minus = int((sign > 0).sum()), int((sign < 0).sum())
    if patient is None or n == 0 or (patients := patients_among(patient)) == n:
        return paired_share_difference(plus, minus, n, level=level)
    if patients < 2:
        return not_estimable("one patient only", level=level)
    mean = (plus - minus) / n
    spread = (plus + minus) / n - mean**2
    error = clustered_standard_error((sign - mean) / n, patient)
    effective = float(patients) if plus + minus == 0 or error == 0 else spread / error**2
    share = min(effective / n, 1.0)
    found = paired_share_difference(plus * share, minus * share, n * share, level=level)
    return Estimate(mean, found.low, found.high, level, TANGO_CLUSTERED)


def patients_among(patient: NDArray[np.int64]) -> int:
    """How many different patients these codes are."""
    return int((np.bincount(patient) > 0).sum())


def _rarer(first_only: float, second_only: float, n: float, delta: float) -> float:
    """Most likely share that only the second has right, were the difference ``delta``."""
    a = 2 * n
    b = -first_only - second_only + (2 * n - first_only + second_only) * delta
    c = -second_only * delta * (1 - delta)
    return (math.sqrt(max(b * b - 4 * a * c, 0.0)) - b) / (2 * a)


def _root(function: Callable[[float], float], low: float, high: float) -> float:
    """Where a falling function crosses zero; the nearer end where it does not."""
    at_low, at_high = function(low), function(high)
    if at_low <= 0:
        return low
    if at_high >= 0:
        return high
    return float(brentq(function, low, high, xtol=1e-12))


def _clustered_p(sign: NDArray[np.int8], patient: NDArray[np.int64]) -> float:
    """McNemar's asymptotic test with the discordances of a patient added up first."""
    sums = np.bincount(patient, weights=sign)
    square = float(np.square(sums).sum())
    return float(2 * ndtr(-abs(sums.sum()) / math.sqrt(square))) if square > 0 else 1.0
