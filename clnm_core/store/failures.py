"""Which cases does a model get wrong, and by how much?

Counted, sorted and paged in the database, so that a page costs the same for a dozen cases
and for a million. A case is called when ``risk >= threshold``; one whose outcome is unknown
is neither right nor wrong. The split of the query is that of the predictions, as in
:func:`clnm_core.store.selection.evaluation`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.store.criteria import column_list, judged_condition, outcome_column
from clnm_core.store.selection import evaluation
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

MISSED, FALSE_ALARMS = "missed", "false_alarms"
KINDS = (MISSED, FALSE_ALARMS)
"""With the outcome and not called; without it and called."""

LARGEST_PAGE = 60
"""How many cases one page may show."""

RISK_BINS = 25
"""Columns of the histogram of risks, each 4 per cent wide."""

_WRONG = {
    MISSED: "judged.y_true AND judged.risk < ?",
    FALSE_ALARMS: "NOT judged.y_true AND judged.risk >= ?",
}


@dataclass(frozen=True, slots=True)
class ErrorCounts:
    """Cases by outcome and call: with the outcome missed or caught, without it called or not."""

    missed: int
    caught: int
    false_alarms: int
    cleared: int

    @property
    def events(self) -> int:
        """Cases with the outcome."""
        return self.missed + self.caught

    @property
    def without(self) -> int:
        """Cases without it."""
        return self.false_alarms + self.cleared

    def wrong(self, kind: str) -> int:
        """How many errors of one kind there are."""
        return self.missed if kind == MISSED else self.false_alarms

    def possible(self, kind: str) -> int:
        """Among how many cases an error of that kind could happen."""
        return self.events if kind == MISSED else self.without


def error_counts(
    warehouse: Warehouse, query: CohortQuery, model: str, threshold: float
) -> ErrorCounts:
    """Count right and wrong calls.

    Raises
    ------
    UnknownModelError
        If the cohort has no such model.
    EmptyCohortError
        If no case is left, or the model judged none of those left.
    MissingOutcomeError
        If the outcome is known for none of the cases left.

    """
    source, params = _judged(warehouse, query, model)
    row = warehouse.rows(
        "SELECT count(*) FILTER (y_true AND risk < ?), count(*) FILTER (y_true AND risk >= ?), "  # noqa: S608
        "count(*) FILTER (NOT y_true AND risk >= ?), count(*) FILTER (NOT y_true AND risk < ?) "
        f"FROM ({source}) AS judged",
        [*[float(threshold)] * 4, *params],
    ).iloc[0]
    counts = ErrorCounts(*(int(n) for n in row))
    if not counts.events + counts.without:
        evaluation(warehouse, query, model)
    return counts


def page_of_errors(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    threshold: float,
    *,
    kind: str,
    page: int = 1,
    size: int = 12,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """One page of the errors of one kind, the furthest on the wrong side first.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
    model : str
    threshold : float
        A case is called when ``risk >= threshold``.
    kind : str
        One of :data:`KINDS`.
    page : int
        From 1; behind the last page there is no row.
    size : int
        Cases on a page, 1 to 60.
    columns : sequence of str
        Columns of the registry to come along.

    Returns
    -------
    pandas.DataFrame
        ``case_id, split`` (of the predictions), ``risk``, ``wrong_by`` (distance to the
        threshold, 0 or more), then ``columns``; ties by ``case_id``.

    Raises
    ------
    LinkError
        If the cohort does not have one of the columns.
    ValueError
        If kind, page or size cannot be used.

    """
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        raise ValueError(
            f"page must be at least 1 and size 1 to {LARGEST_PAGE}; got {page} and {size}."
        )
    sql, params = _errors(warehouse, query, model, threshold, kind, columns)
    return warehouse.rows(f"{sql} LIMIT ? OFFSET ?", [*params, size, (page - 1) * size])


def all_errors(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    threshold: float,
    *,
    kind: str,
    columns: Sequence[str] = (),
) -> pd.DataFrame:
    """All errors of one kind, as :func:`page_of_errors` lists them, for an export."""
    sql, params = _errors(warehouse, query, model, threshold, kind, columns)
    return warehouse.rows(sql, params)


def calls_by_risk(
    warehouse: Warehouse, query: CohortQuery, model: str, threshold: float
) -> pd.DataFrame:
    """How many cases have which risk, by outcome and call.

    Returns
    -------
    pandas.DataFrame
        ``low``, ``high`` (ends of a bin; it contains its lower end, the last one both),
        ``y_true``, ``called``, ``cases``; only what occurs. A bin in which the threshold lies
        has a row on either side of it.

    """
    source, params = _judged(warehouse, query, model)
    counted = warehouse.rows(
        f"SELECT least(floor(risk * {RISK_BINS}), {RISK_BINS - 1})::INTEGER AS bin, y_true, "  # noqa: S608
        f"risk >= ? AS called, count(*) AS cases FROM ({source}) AS judged "
        "GROUP BY ALL ORDER BY ALL",
        [float(threshold), *params],
    )
    return pd.DataFrame(
        {
            "low": counted["bin"].to_numpy(dtype=float) / RISK_BINS,
            "high": (counted["bin"].to_numpy(dtype=float) + 1) / RISK_BINS,
            "y_true": counted["y_true"].astype(bool),
            "called": counted["called"].astype(bool),
            "cases": counted["cases"].astype("int64"),
        }
    )


def _errors(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    threshold: float,
    kind: str,
    columns: Sequence[str],
) -> tuple[str, list[Any]]:
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}.")
    registry = warehouse.registry(query.cohort)
    extra = column_list(registry, [name for name in columns if name not in ("case_id", "split")])
    source, params = _judged(warehouse, query, model)
    sql = (
        "SELECT judged.case_id, judged.split, judged.risk, abs(judged.risk - ?) AS wrong_by"  # noqa: S608
        f"{', ' + extra if extra else ''} FROM ({source}) AS judged "
        f"JOIN {schema_of(query.cohort)}.cases AS cases ON cases.case_id = judged.case_id "
        f"WHERE {_WRONG[kind]} ORDER BY wrong_by DESC, judged.case_id"
    )
    return sql, [float(threshold), *params, float(threshold)]


def _judged(warehouse: Warehouse, query: CohortQuery, model: str) -> tuple[str, list[Any]]:
    """Cases of the query with a known outcome and a risk: ``case_id, split, y_true, risk``."""
    warehouse.model(query.cohort, model)
    registry = warehouse.registry(query.cohort)
    where, params = judged_condition(query, registry)
    outcome = outcome_column(query, registry)
    schema = schema_of(query.cohort)
    sql = (
        f"SELECT cases.case_id, predictions.split, {outcome} AS y_true, predictions.risk "  # noqa: S608
        f"FROM {schema}.cases AS cases JOIN {schema}.predictions AS predictions "
        "ON predictions.case_id = cases.case_id AND predictions.model = ? "
        f"WHERE {where} AND {outcome} IS NOT NULL"
    )
    return sql, [model, *params]
