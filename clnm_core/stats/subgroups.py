"""Does the model serve every group of patients equally well?

Three answers, not two: a gap is shown, or a gap beyond the stated margin is ruled out, or
there are not enough data to say. Silence is never read as fairness.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import UNKNOWN
from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.groups import group_labels, group_masks
from clnm_core.stats.metrics import METRICS, all_metrics
from clnm_core.stats.uncertainty import Estimate, not_estimable

__all__ = [
    "FEWEST",
    "GAP_METRICS",
    "MARGINS",
    "Gap",
    "GroupResult",
    "by_group",
    "gaps",
    "group_masks",
]

FEWEST = 10
"""Groups with fewer cases are listed, and not scored."""

TOO_FEW = "too few"
FEW_EVENTS = "few events"

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


@dataclass(frozen=True, slots=True)
class GroupResult:
    """How the model does in one group.

    Parameters
    ----------
    column, level : str
        Which column, and which group of it.
    n, events : int
        Cases, and cases with the outcome.
    flags : tuple of str
        ``too few`` (below ``FEWEST`` cases: not scored), ``few events`` (below ``FEWEST``
        events or non-events).
    metrics : dict of str to Estimate
        Every measure of :data:`~clnm_core.stats.metrics.METRICS`.

    """

    column: str
    level: str
    n: int
    events: int
    flags: tuple[str, ...]
    metrics: dict[str, Estimate]

    @property
    def is_scored(self) -> bool:
        """Whether the group has enough cases to be scored."""
        return TOO_FEW not in self.flags


@dataclass(frozen=True, slots=True)
class Gap:
    """How far one group is from the reference, in one measure.

    ``value`` is group minus reference, ``low`` and ``high`` its interval; NaN where one of
    the two is not estimable. ``verdict`` is ``gap``, ``no gap beyond the margin`` or
    ``not enough data``.
    """

    column: str
    metric: str
    reference: str
    level: str
    value: float
    low: float
    high: float
    verdict: str


def by_group(
    predictions: Predictions,
    groups: pd.DataFrame,
    threshold: float,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    fewest: int = FEWEST,
    columns: Iterable[Column] = (),
) -> list[GroupResult]:
    """Every measure in every group of every column.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    groups : pandas.DataFrame, shape (n, columns)
        Words, flags or numbers, in the order of the cases; numbers are cut
        (:func:`~clnm_core.stats.groups.group_labels`). Missing is the group ``unknown``.
    threshold : float
        In [0, 1]; a case is positive when ``risk >= threshold``.
    level, bootstrap, seed
        As in :func:`~clnm_core.stats.metrics.all_metrics`.
    fewest : int
        Groups with fewer cases are flagged ``too few`` and not scored.
    columns : iterable of Column
        Declarations, for units and the order of levels; columns without one do without.

    Returns
    -------
    list of GroupResult
        Column by column, groups in reading order; the cases of a column sum to n.

    Raises
    ------
    ValueError
        If ``groups`` has another number of rows than there are cases.

    """
    if len(groups) != len(predictions):
        raise ValueError(
            f"groups must have one row per case; got {len(groups)} for {len(predictions)}."
        )
    declared = {column.name: column for column in columns}
    results = []
    for place, name in enumerate(map(str, groups.columns)):
        labels = group_labels(groups.iloc[:, place], declared.get(name, name))
        sizes = np.bincount(labels.codes, minlength=len(labels.categories))
        for code, word in enumerate(labels.categories):
            members = predictions.where(labels.codes == code)
            flags = _flags(int(sizes[code]), members.events, fewest)
            if TOO_FEW in flags:
                reason = f"fewer than {fewest} cases"
                metrics = {m.name: not_estimable(reason, level=level) for m in METRICS}
            else:
                metrics = all_metrics(
                    members, threshold, level=level, bootstrap=bootstrap, seed=seed
                )
            results.append(
                GroupResult(name, str(word), len(members), members.events, flags, metrics)
            )
    return results


def gaps(results: Sequence[GroupResult], *, margins: dict[str, float] | None = None) -> list[Gap]:
    """Each scored group against the largest group of its column.

    The reference is the largest scored group that is not ``unknown`` (the first of
    several). The interval of the difference joins the intervals of the two groups (MOVER),
    and so inherits their methods; patients with cases in both groups are taken as
    independent, which can only widen it.

    The verdict is ``no gap beyond the margin`` where the whole interval lies within plus
    or minus the margin, else ``gap`` where it excludes zero, else ``not enough data``.

    Parameters
    ----------
    results : sequence of GroupResult
        As from :func:`by_group`.
    margins : dict of str to float, optional
        Per measure; :data:`MARGINS` where not given.

    References
    ----------
    .. [1] Zou GY, Donner A. Construction of confidence limits about effect measures: a
       general approach. Stat Med 2008;27:1693-1702. doi:10.1002/sim.3095
    .. [2] Newcombe RG. Interval estimation for the difference between independent
       proportions. Stat Med 1998;17:873-890.
       doi:10.1002/(SICI)1097-0258(19980430)17:8<873::AID-SIM779>3.0.CO;2-I

    """
    allowed = {**MARGINS, **(margins or {})}
    found = []
    for column in dict.fromkeys(result.column for result in results):
        scored = [r for r in results if r.column == column and r.is_scored]
        candidates = [r for r in scored if r.level != UNKNOWN] or scored
        if len(scored) < 2:
            continue
        reference = max(candidates, key=lambda result: result.n)
        for metric in GAP_METRICS:
            for other in scored:
                if other is not reference:
                    found.append(_gap(other, reference, metric, allowed[metric]))
    return found


def _gap(other: GroupResult, reference: GroupResult, metric: str, margin: float) -> Gap:
    a, b = other.metrics[metric], reference.metrics[metric]
    value = a.value - b.value
    low = value - math.hypot(a.value - a.low, b.high - b.value)
    high = value + math.hypot(a.high - a.value, b.value - b.low)
    if math.isnan(low) or math.isnan(high):
        verdict = NOT_ENOUGH
    elif -margin <= low and high <= margin:
        verdict = NO_GAP
    elif low > 0 or high < 0:
        verdict = GAP
    else:
        verdict = NOT_ENOUGH
    return Gap(other.column, metric, reference.level, other.level, value, low, high, verdict)


def _flags(n: int, events: int, fewest: int) -> tuple[str, ...]:
    if n < fewest:
        return (TOO_FEW,)
    return (FEW_EVENTS,) if min(events, n - events) < fewest else ()
