"""How far is each group from the largest, and is that more than matters?

Three answers, not two: a gap is shown, or a gap beyond the stated margin is ruled out, or
there are not enough data to say. Silence is never read as fairness.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from clnm_core.stats.group_calls import SHARES, CallCounts
from clnm_core.stats.group_result import FEWEST, GroupResult
from clnm_core.stats.joined_intervals import difference_interval, joinable, ratio_interval
from clnm_core.stats.multiplicity import benjamini_hochberg, p_from_interval

GAP_METRICS = ("auc", "sensitivity", "specificity", "ppv", "flag_rate", "o_e_ratio")
"""Measures in which each group is compared with the reference."""

MARGINS: dict[str, float] = {
    "auc": 0.05,
    "sensitivity": 0.05,
    "specificity": 0.05,
    "ppv": 0.05,
    "flag_rate": 0.05,
    "o_e_ratio": 0.2,
}
"""Differences up to this size do not matter: 0.05 for AUC and rates, 0.2 for O/E."""

GAP = "gap"
NO_GAP = "no gap beyond the margin"
NOT_ENOUGH = "not enough data"

FEWEST_RESAMPLES = 200
"""With fewer, percentiles in the tails say nothing."""

MOST_CASES = 1_000_000_000
"""Where more cases than this would be needed, no number is given."""


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one group is from the reference, in one measure.

    Parameters
    ----------
    column, metric, reference, level : str
        ``level`` is compared with ``reference``; both are groups of ``column``.
    value, low, high : float
        Group minus reference, and its interval; NaN where one of the two is not estimable.
    verdict : str
        ``gap``, ``no gap beyond the margin`` or ``not enough data``.
    ratio, ratio_low, ratio_high : float
        Group divided by reference, and its interval, which may reach infinity.
    p, p_adjusted : float
        Of no difference: raw, and after Benjamini and Hochberg over all gaps of one call.
    margin : float
        Differences up to this size do not matter.
    n_needed : int or None
        Cases in all, at the present mix of groups, with which the verdict would be ``gap``
        or ``no gap``; ``None`` where it is, or where no number can be given.
    method : str
        How the intervals were made.

    """

    column: str
    metric: str
    reference: str
    level: str
    value: float
    low: float
    high: float
    verdict: str
    ratio: float = math.nan
    ratio_low: float = math.nan
    ratio_high: float = math.nan
    p: float = math.nan
    p_adjusted: float = math.nan
    margin: float = math.nan
    n_needed: int | None = None
    method: str = ""


def gaps(
    results: Sequence[GroupResult],
    calls: Iterable[CallCounts] = (),
    *,
    margins: Mapping[str, float] | None = None,
) -> list[Gap]:
    """Each scored group against the largest group of its column.

    The reference is the largest scored group that is known and not folded (the first of
    several). Shares of calls are compared by the percentile bootstrap of ``calls``, in which
    a patient with cases in both groups counts in both at once. Where one of the four counts
    (successes and failures in both groups) is below ten, a resample has no case to judge, or
    there are under ``FEWEST_RESAMPLES``, and for AUC and observed per expected, the intervals of the two groups are joined instead
    (MOVER; for ratios MOVER-R), as if the groups had no patient in common; an AUC enters
    with the interval that is symmetric in its log-odds.

    The verdict is ``no gap beyond the margin`` where the whole interval lies within plus
    or minus the margin, else ``gap`` where it excludes zero, else ``not enough data``; see
    :func:`with_margins` for the cases that would be needed.

    Parameters
    ----------
    results : sequence of GroupResult
        As from :func:`~clnm_core.stats.subgroups.by_group`.
    calls : iterable of CallCounts
        Resampled calls of the same columns; columns without any do without.
    margins : mapping of str to float, optional
        Per measure; :data:`MARGINS` where not given.

    References
    ----------
    .. [1] Zou GY, Donner A. Construction of confidence limits about effect measures: a
       general approach. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095
    .. [2] Newcombe RG. Interval estimation for the difference between independent
       proportions. Stat Med 1998;17:873-890.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I
    .. [3] Donner A, Zou GY. Closed-form confidence intervals for functions of the normal mean
       and standard deviation. Stat Methods Med Res 2012;21:347-359.
       doi:10.1177/0962280210383082

    """
    counted = {part.column: part for part in calls}
    found = []
    for column in dict.fromkeys(result.column for result in results):
        scored = [r for r in results if r.column == column and r.is_scored]
        if len(scored) < 2:
            continue
        candidates = [r for r in scored if r.may_be_reference] or scored
        reference = max(candidates, key=lambda result: result.n)
        for metric in GAP_METRICS:
            for other in scored:
                if other is not reference:
                    found.append(_gap(other, reference, metric, counted.get(column)))
    adjusted = benjamini_hochberg([gap.p for gap in found])
    found = [replace(gap, p_adjusted=float(p)) for gap, p in zip(found, adjusted, strict=True)]
    totals: dict[str, int] = {}
    for result in results:
        totals[result.column] = totals.get(result.column, 0) + result.n
    return with_margins(found, margins or {}, n=max(totals.values(), default=0))


def with_margins(found: Iterable[Gap], margins: Mapping[str, float], *, n: int) -> list[Gap]:
    """The same gaps, judged against other margins.

    An interval that is no wider than the margin cannot be undecided: it excludes zero, or
    lies within the margin. As widths shrink with the root of the number of cases,
    ``n * (width / margin) ** 2`` cases of the same mix decide, whatever the true difference
    (planned by precision, as Bland advises, and not by power).

    Parameters
    ----------
    found : iterable of Gap
    margins : mapping of str to float
        Per measure, above 0; :data:`MARGINS` where not given.
    n : int
        Cases in all groups of a column.

    Raises
    ------
    ValueError
        If a margin is not above 0.

    References
    ----------
    .. [1] Bland JM. The tyranny of power: is there a better way to calculate sample size?
       BMJ 2009;339:b3985. doi:10.1136/bmj.b3985

    """
    allowed = {**MARGINS, **margins}
    if not all(margin > 0 for margin in allowed.values()):
        raise ValueError(f"margins must be above 0; got {dict(margins)!r}.")
    judged = []
    for gap in found:
        margin = allowed[gap.metric]
        verdict = _verdict(gap.low, gap.high, margin)
        needed = _needed(gap.high - gap.low, margin, n) if verdict == NOT_ENOUGH else None
        judged.append(replace(gap, margin=margin, verdict=verdict, n_needed=needed))
    return judged


def margins_of(margin: float) -> dict[str, float]:
    """All margins from the one for AUC and rates; observed per expected gets four times that.

    Examples
    --------
    >>> margins_of(0.05) == MARGINS
    True

    """
    return {name: margin * (usual / MARGINS["auc"]) for name, usual in MARGINS.items()}


def _gap(other: GroupResult, reference: GroupResult, metric: str, calls: CallCounts | None) -> Gap:
    a, b = joinable(other, metric), joinable(reference, metric)
    value = a.value - b.value
    ratio = a.value / b.value if b.value > 0 else math.nan
    drawn = _drawn(other.level, reference.level, metric, calls)
    if drawn is None or math.isnan(value):
        low, high = difference_interval(a, b)
        ratio_low, ratio_high = ratio_interval(a, b)
        method = f"MOVER from {' and '.join(dict.fromkeys([a.method, b.method]))}"
    else:
        tails = [0.5 - a.level / 2, 0.5 + a.level / 2]
        low, high = _around(value, np.quantile(drawn[0] - drawn[1], tails))
        ratio_low, ratio_high = _around(ratio, np.quantile(drawn[0] / drawn[1], tails))
        method = "percentile bootstrap of the counts"
    return Gap(
        column=other.column,
        metric=metric,
        reference=reference.level,
        level=other.level,
        value=value,
        low=low,
        high=high,
        verdict=NOT_ENOUGH,
        ratio=ratio,
        ratio_low=ratio_low,
        ratio_high=ratio_high,
        p=p_from_interval(value, low, high, level=a.level),
        method=method if math.isfinite(low) else "",
    )


def _drawn(
    level: str, reference: str, metric: str, calls: CallCounts | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """The shares of both groups in every resample; ``None`` where these cannot be trusted."""
    if calls is None or metric not in SHARES or len(calls.drawn) < FEWEST_RESAMPLES:
        return None
    shares = []
    for name in (level, reference):
        fewer, share = calls.share(name, metric)
        if fewer < FEWEST or not np.isfinite(share).all() or not (share > 0).all():
            return None
        shares.append(share)
    if any(np.ptp(share) == 0 for share in shares):
        return None
    return shares[0], shares[1]


def _around(value: float, ends: np.ndarray) -> tuple[float, float]:
    return min(float(ends[0]), value), max(float(ends[1]), value)


def _verdict(low: float, high: float, margin: float) -> str:
    if math.isnan(low) or math.isnan(high):
        return NOT_ENOUGH
    if -margin <= low and high <= margin:
        return NO_GAP
    return GAP if low > 0 or high < 0 else NOT_ENOUGH


def _needed(width: float, margin: float, n: int) -> int | None:
    """Cases with which an interval of this width shrinks to the margin."""
    ratio = width / margin
    cases = n * ratio * ratio
    return math.ceil(cases) if cases <= MOST_CASES else None
