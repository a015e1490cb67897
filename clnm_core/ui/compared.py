"""What do the subgroup views need to know about one set of predictions in groups?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import pandas as pd

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.metrics import all_metrics
from clnm_core.stats.subgroups import Gap, GroupResult, by_group, gaps, group_masks
from clnm_core.stats.thresholds import operating_point
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.judged import BOOTSTRAP, SEED


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """Every measure in all cases and in every group, and the gaps between groups.

    Levels are in the reader's words; ``labels`` has the words of the columns.
    """

    n: int
    events: int
    threshold: float
    overall: dict[str, Estimate]
    groups: tuple[GroupResult, ...]
    gaps: tuple[Gap, ...]
    labels: dict[str, str]
    is_clustered: bool


def compare(
    predictions: Predictions,
    groups: pd.DataFrame,
    threshold: float,
    columns: Sequence[Column] = (),
) -> Compared:
    """Judge every group of every column of ``groups`` at one threshold.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    groups : pandas.DataFrame, shape (n, columns)
        One or more columns to group by, in the order of the cases.
    threshold : float
        A case is positive when ``risk >= threshold``.
    columns : sequence of Column
        Declarations, for units and the order of levels.

    """
    declared = {column.name: column for column in columns}
    results = [
        replace(group, level=_level(declared.get(group.column), group.level))
        for group in by_group(
            predictions, groups, threshold, columns=columns, bootstrap=BOOTSTRAP, seed=SEED
        )
    ]
    return Compared(
        len(predictions),
        predictions.events,
        threshold,
        all_metrics(predictions, threshold, bootstrap=BOOTSTRAP, seed=SEED),
        tuple(results),
        tuple(gaps(results)),
        {str(name): declared[name].label if name in declared else str(name) for name in groups},
        predictions.is_clustered,
    )


def at_threshold(
    compared: Compared,
    predictions: Predictions,
    groups: pd.DataFrame,
    threshold: float,
    columns: Sequence[Column] = (),
) -> Compared:
    """The same comparison at another threshold; only what a threshold changes is computed.

    Equal to :func:`compare` at that threshold, and some twenty times as fast.

    Parameters
    ----------
    compared : Compared
        From :func:`compare`, of the same cases, groups and columns.
    predictions, groups, threshold, columns
        As in :func:`compare`.

    """
    if threshold == compared.threshold:
        return compared
    results = [
        replace(group, metrics=group.metrics | _calls(members, threshold))
        if group.is_scored
        else group
        for group, members in zip(
            compared.groups, _members(predictions, groups, columns), strict=True
        )
    ]
    return replace(
        compared,
        threshold=threshold,
        overall=compared.overall | _calls(predictions, threshold),
        groups=tuple(results),
        gaps=tuple(gaps(results)),
    )


def forest_rows(compared: Compared, metric: str) -> pd.DataFrame:
    """One row per group for the forest plot and its table.

    Returns
    -------
    pandas.DataFrame
        ``column``, ``level`` (labels), ``n``, ``events``, ``value``, ``low``, ``high``,
        ``method`` and ``note``: why there is no value, in words, or empty.

    """
    rows = []
    for group in compared.groups:
        estimate = group.metrics[metric]
        rows.append(
            {
                "column": compared.labels[group.column],
                "level": group.level,
                "n": group.n,
                "events": group.events,
                "value": estimate.value,
                "low": estimate.low,
                "high": estimate.high,
                "method": estimate.method,
                "note": "" if estimate.is_estimable else _why(group, estimate),
            }
        )
    return pd.DataFrame(rows)


def gap_rows(compared: Compared, metric: str) -> pd.DataFrame:
    """One row per gap of one measure: ``label``, ``value``, ``low``, ``high``, ``verdict``."""
    is_several = len(compared.labels) > 1
    rows = [
        {
            "label": (f"{compared.labels[gap.column]}: " if is_several else "")
            + f"{gap.level} against {gap.reference}",
            "column": compared.labels[gap.column],
            "value": gap.value,
            "low": gap.low,
            "high": gap.high,
            "verdict": gap.verdict,
        }
        for gap in compared.gaps
        if gap.metric == metric
    ]
    return pd.DataFrame(rows, columns=["label", "column", "value", "low", "high", "verdict"])


def _calls(predictions: Predictions, threshold: float) -> dict[str, Estimate]:
    return operating_point(predictions, threshold, bootstrap=BOOTSTRAP, seed=SEED)


def _members(
    predictions: Predictions, groups: pd.DataFrame, columns: Sequence[Column]
) -> Iterator[Predictions]:
    """The cases of every group, in the order of :func:`by_group`."""
    declared = {column.name: column for column in columns}
    for name in map(str, groups.columns):
        for mask in group_masks(groups[name], declared.get(name, name)).values():
            yield predictions.where(mask)


def _level(column: Column | None, level: str) -> str:
    return column.label_of(level) if column and column.kind is Kind.CATEGORY else level


def _why(group: GroupResult, estimate: Estimate) -> str:
    if not group.is_scored:
        return f"too few: {group.n:,} cases" if group.n != 1 else "too few: 1 case"
    return estimate.method
