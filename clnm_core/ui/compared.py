"""What do the subgroup views need to know about one set of predictions in groups?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.report.gap_words import verdict_text
from clnm_core.stats.discrimination import auc_shown
from clnm_core.stats.gaps import MARGINS, Gap, gaps, with_margins
from clnm_core.stats.group_calls import call_counts
from clnm_core.stats.group_result import FEWEST, GroupResult
from clnm_core.stats.interaction import GroupTest, group_tests
from clnm_core.stats.metrics import all_metrics
from clnm_core.stats.subgroups import by_grouping
from clnm_core.stats.thresholds import operating_point
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.group_curves import GroupCurves, group_curves
from clnm_core.ui.judged import BOOTSTRAP, SEED
from clnm_core.ui.parted import Parted, parted


@dataclass(frozen=True, eq=False, slots=True)
class Compared:
    """Every measure in all cases and in every group, and the gaps between groups.

    Levels are in the reader's words; ``labels`` has the words of the columns. ``tests``
    compare the groups of a column as a whole, ``curves`` show the largest of them.
    """

    n: int
    events: int
    threshold: float
    overall: dict[str, Estimate]
    groups: tuple[GroupResult, ...]
    gaps: tuple[Gap, ...]
    labels: dict[str, str]
    is_clustered: bool
    tests: tuple[GroupTest, ...]
    curves: tuple[GroupCurves, ...]
    fewest: int
    margins: dict[str, float]
    is_crossed: bool


def compare(
    predictions: Predictions,
    groups: pd.DataFrame,
    threshold: float,
    columns: Sequence[Column] = (),
    *,
    is_crossed: bool = False,
    fewest: int = FEWEST,
) -> Compared:
    """Judge every group of every column of ``groups`` at one threshold.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    groups, columns, is_crossed
        As in :func:`parted`.
    threshold : float
        A case is positive when ``risk >= threshold``.
    fewest : int
        Groups with fewer cases are listed, and not scored.

    """
    return compare_parted(
        predictions,
        parted(groups, columns, is_crossed=is_crossed),
        threshold,
        is_crossed=is_crossed,
        fewest=fewest,
    )


def compare_parted(
    predictions: Predictions,
    parts: Parted,
    threshold: float,
    *,
    is_crossed: bool = False,
    fewest: int = FEWEST,
) -> Compared:
    """Judge every group of cases that are grouped already, as :func:`compare` does."""
    scored = by_grouping(
        predictions, parts.groupings, threshold, bootstrap=BOOTSTRAP, seed=SEED, fewest=fewest
    )
    results = [
        replace(group, metrics=group.metrics | _area(predictions.where(mask)))
        if group.is_scored
        else group
        for group, mask in zip(scored, _masks(parts), strict=True)
    ]
    return Compared(
        n=len(predictions),
        events=predictions.events,
        threshold=threshold,
        overall=all_metrics(predictions, threshold, bootstrap=BOOTSTRAP, seed=SEED)
        | _area(predictions),
        groups=tuple(results),
        gaps=_gaps(predictions, parts, results, threshold, MARGINS),
        labels=parts.labels,
        is_clustered=predictions.is_clustered,
        tests=tuple(
            test
            for part in parts.groupings
            for test in group_tests(predictions, part, fewest=fewest)
        ),
        curves=tuple(group_curves(predictions, part, fewest=fewest) for part in parts.groupings),
        fewest=fewest,
        margins=dict(MARGINS),
        is_crossed=is_crossed,
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
    parts = parted(groups, columns, is_crossed=compared.is_crossed)
    return parted_at_threshold(compared, predictions, parts, threshold)


def parted_at_threshold(
    compared: Compared, predictions: Predictions, parts: Parted, threshold: float
) -> Compared:
    """As :func:`at_threshold`, of cases that are grouped already."""
    if threshold == compared.threshold:
        return compared
    results = [
        replace(group, metrics=group.metrics | _calls(predictions.where(mask), threshold))
        if group.is_scored
        else group
        for group, mask in zip(compared.groups, _masks(parts), strict=True)
    ]
    return replace(
        compared,
        threshold=threshold,
        overall=compared.overall | _calls(predictions, threshold),
        groups=tuple(results),
        gaps=_gaps(predictions, parts, results, threshold, compared.margins),
    )


def at_margins(compared: Compared, margins: Mapping[str, float]) -> Compared:
    """The same comparison, its gaps judged against other margins."""
    judged = with_margins(compared.gaps, margins, n=compared.n)
    return replace(compared, gaps=tuple(judged), margins=MARGINS | dict(margins))


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


_FROM_GAP = (
    *("value", "low", "high", "ratio", "ratio_low", "ratio_high", "p", "p_adjusted"),
    *("reference", "verdict", "n_needed", "method"),
)


def gap_rows(compared: Compared, metric: str) -> pd.DataFrame:
    """One row per gap of one measure.

    Returns
    -------
    pandas.DataFrame
        ``label`` ("sex: m against f"), ``group`` ("sex: m"), ``column``, ``reference``,
        ``detail`` (the verdict with what makes it sure, or would), and of the gap ``value``, ``low``, ``high``, ``ratio``,
        ``ratio_low``, ``ratio_high``, ``p``, ``p_adjusted``, ``verdict``, ``n_needed``
        (missing where nothing is), ``method``.

    """
    is_several = len(compared.labels) > 1
    rows = []
    for gap in compared.gaps:
        if gap.metric == metric:
            column = compared.labels[gap.column]
            group = f"{column}: {gap.level}" if is_several else gap.level
            said = {"label": f"{group} against {gap.reference}", "group": group, "column": column}
            found = {name: getattr(gap, name) for name in _FROM_GAP}
            rows.append(said | {"detail": verdict_text(gap)} | found)
    table = pd.DataFrame(rows, columns=["label", "group", "column", "detail", *_FROM_GAP])
    return table.astype({"n_needed": "Int64"})


def _area(predictions: Predictions) -> dict[str, Estimate]:
    """The AUC with the interval that covers in so many cases."""
    return {"auc": auc_shown(predictions)}


def _gaps(
    predictions: Predictions,
    parts: Parted,
    results: Sequence[GroupResult],
    threshold: float,
    margins: Mapping[str, float],
) -> tuple[Gap, ...]:
    calls = (
        call_counts(predictions, part, threshold, bootstrap=BOOTSTRAP, seed=SEED)
        for part in parts.groupings
    )
    return tuple(gaps(results, calls, margins=margins))


def _calls(predictions: Predictions, threshold: float) -> dict[str, Estimate]:
    return operating_point(predictions, threshold)


def _masks(parts: Parted) -> Iterator[NDArray[np.bool_]]:
    """The cases of every group, in the order of the results."""
    for part in parts.groupings:
        for code in range(len(part.levels)):
            yield part.codes == code


def _why(group: GroupResult, estimate: Estimate) -> str:
    if not group.is_scored:
        return f"too few: {group.n:,} cases" if group.n != 1 else "too few: 1 case"
    return estimate.method
