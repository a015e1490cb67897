"""Does the model serve every group of patients equally well?

Every measure in every group here; how far groups are apart in :mod:`clnm_core.stats.gaps`;
whether they differ at all in :mod:`clnm_core.stats.interaction`.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.gaps import (
    GAP,
    GAP_METRICS,
    MARGINS,
    NO_GAP,
    NOT_ENOUGH,
    Gap,
    gaps,
)
from clnm_core.stats.group_result import FEW_EVENTS, FEWEST, FOLDED, TOO_FEW, GroupResult
from clnm_core.stats.groups import Grouping, group_masks, groupings
from clnm_core.stats.metrics import METRICS, all_metrics
from clnm_core.stats.uncertainty import not_estimable

__all__ = [
    "FEWEST",
    "GAP",
    "GAP_METRICS",
    "MARGINS",
    "NOT_ENOUGH",
    "NO_GAP",
    "Gap",
    "GroupResult",
    "by_group",
    "by_grouping",
    "gaps",
    "group_masks",
]


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
    return by_grouping(
        predictions,
        groupings(groups, columns),
        threshold,
        level=level,
        bootstrap=bootstrap,
        seed=seed,
        fewest=fewest,
    )


def by_grouping(
    predictions: Predictions,
    groupings: Sequence[Grouping],
    threshold: float,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    fewest: int = FEWEST,
) -> list[GroupResult]:
    """Every measure in every group, as :func:`by_group`, of cases that are grouped already."""
    reason = f"fewer than {fewest} cases"
    unscored = {metric.name: not_estimable(reason, level=level) for metric in METRICS}
    options = {"bootstrap": bootstrap, "seed": seed}
    results = []
    for grouping in groupings:
        if len(grouping.codes) != len(predictions):
            raise ValueError(
                f"groups must have one row per case; got {len(grouping.codes)} for "
                f"{len(predictions)}."
            )
        sizes = grouping.sizes
        events = np.bincount(grouping.codes[predictions.y_true], minlength=len(sizes))
        for code, word in enumerate(grouping.levels):
            n, with_outcome = int(sizes[code]), int(events[code])
            flags = _flags(n, with_outcome, fewest)
            metrics = unscored
            if TOO_FEW not in flags:
                members = predictions.where(grouping.codes == code)
                metrics = all_metrics(members, threshold, level=level, **options)
            if word == grouping.rest:
                flags += (FOLDED,)
            results.append(
                GroupResult(grouping.column, word, n, with_outcome, flags, dict(metrics))
            )
    return results


def _flags(n: int, events: int, fewest: int) -> tuple[str, ...]:
    if n < fewest:
        return (TOO_FEW,)
    return (FEW_EVENTS,) if min(events, n - events) < fewest else ()
