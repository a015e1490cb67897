"""Which cases does a query mean, and what do they say?

A :class:`~clnm_core.domain.cohort.CohortQuery` becomes a WHERE clause whose names come from
the registry of its cohort and whose values are parameters.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import pandas as pd

from clnm_core.domain.cohort import UNKNOWN, CohortQuery
from clnm_core.domain.columns import Kind
from clnm_core.errors import EmptyCohortError, LinkError, MissingOutcomeError
from clnm_core.store.case_records import CaseRecord, case, first_images
from clnm_core.store.criteria import (
    column_list,
    condition,
    filterable,
    judged_condition,
    outcome_column,
)
from clnm_core.store.tables import quoted, schema_of
from clnm_core.store.warehouse import Warehouse

__all__ = [
    "LARGEST_PAGE",
    "CaseRecord",
    "Counts",
    "case",
    "case_count",
    "cases",
    "condition",
    "evaluation",
    "first_images",
    "level_counts",
    "number_range",
    "page_of_cases",
    "prediction_splits",
]

LARGEST_PAGE = 500
"""How many cases one page may show."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How many cases and patients a query means.

    ``events`` are cases with the outcome, ``unknown`` those for which it is not known.
    """

    cases: int
    patients: int
    events: int
    unknown: int


def case_count(warehouse: Warehouse, query: CohortQuery) -> Counts:
    """Count the cases of a query; all zero where none is left.

    Raises
    ------
    MissingOutcomeError
        If the cohort does not record the outcome.

    """
    where, params = condition(query, warehouse.registry(query.cohort))
    outcome = outcome_column(query, warehouse.registry(query.cohort))
    row = warehouse.rows(
        f"SELECT count(*), count(DISTINCT patient_id), count(*) FILTER ({outcome}), "  # noqa: S608
        f"count(*) FILTER ({outcome} IS NULL) FROM {schema_of(query.cohort)}.cases AS cases "
        f"WHERE {where}",
        params,
    ).iloc[0]
    return Counts(*(int(n) for n in row))


def cases(warehouse: Warehouse, query: CohortQuery, columns: Sequence[str]) -> pd.DataFrame:
    """The cases of a query: ``case_id, patient_id``, then the columns asked for; by case.

    Raises
    ------
    LinkError
        If the cohort does not have one of the columns.

    """
    registry = warehouse.registry(query.cohort)
    where, params = condition(query, registry)
    wanted = column_list(registry, ("case_id", "patient_id", *columns))
    return warehouse.rows(
        f"SELECT {wanted} FROM {schema_of(query.cohort)}.cases AS cases "  # noqa: S608
        f"WHERE {where} ORDER BY case_id",
        params,
    )


def page_of_cases(
    warehouse: Warehouse,
    query: CohortQuery,
    *,
    page: int = 1,
    size: int = 50,
    order: str = "case_id",
    columns: Sequence[str] | None = None,
) -> pd.DataFrame:
    """One page of the cases of a query; empty behind the last page.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
    page : int
        From 1.
    size : int
        Cases on a page, 1 to 500.
    order : str
        A column of the registry, with ``-`` in front for the largest first. Missing values
        come last either way; ties are in the order of ``case_id``.
    columns : sequence of str, optional
        By default all of the registry but free text.

    Raises
    ------
    LinkError
        If the cohort does not have one of the columns.
    ValueError
        If page or size is out of range.

    """
    if page < 1 or not 1 <= size <= LARGEST_PAGE:
        raise ValueError(
            f"page must be at least 1 and size 1 to {LARGEST_PAGE}; got {page} and {size}."
        )
    registry = warehouse.registry(query.cohort)
    where, params = condition(query, registry)
    if columns is None:
        columns = [c.name for c in registry if c.kind is not Kind.TEXT]
    key = column_list(registry, [order.removeprefix("-")])
    direction = "DESC" if order.startswith("-") else "ASC"
    return warehouse.rows(
        f"SELECT {column_list(registry, ('case_id', 'patient_id', *columns))} "  # noqa: S608
        f"FROM {schema_of(query.cohort)}.cases AS cases WHERE {where} "
        f"ORDER BY {key} {direction} NULLS LAST, case_id LIMIT ? OFFSET ?",
        [*params, size, (page - 1) * size],
    )


def level_counts(warehouse: Warehouse, query: CohortQuery, column: str) -> pd.DataFrame:
    """How many cases each level would have under all other criteria of the query.

    Returns
    -------
    pandas.DataFrame
        ``value`` (declared levels in reading order, also those without a case; then any other
        word that is stored, in alphabetical order; ``unknown`` last, where values are
        missing) and ``cases``. Flags are ``yes`` and ``no``.

    Raises
    ------
    LinkError
        If the cohort cannot be filtered by the column, or it is a number.

    """
    registry = warehouse.registry(query.cohort)
    declared = filterable(registry, column)
    if declared.kind is Kind.NUMBER:
        raise LinkError(
            f"{declared.label} is a number and has no levels. Choose its range instead."
        )
    others = replace(
        query,
        split="" if column == "split" else query.split,
        criteria=tuple(c for c in query.criteria if c.column != column),
    )
    where, params = condition(others, registry)
    name = f"cases.{quoted(column)}"
    word = f"CASE {name} WHEN TRUE THEN 'yes' WHEN FALSE THEN 'no' END"
    value = word if declared.kind is Kind.FLAG else name
    found = warehouse.rows(
        f"SELECT coalesce({value}, ?) AS value, count(*) AS cases "  # noqa: S608
        f"FROM {schema_of(query.cohort)}.cases AS cases WHERE {where} GROUP BY 1 ORDER BY 1",
        [UNKNOWN, *params],
    )
    counts = dict(zip(found["value"], found["cases"], strict=True))
    first = ["yes", "no"] if declared.kind is Kind.FLAG else [x.value for x in declared.levels]
    rest = [word for word in counts if word not in first and word != UNKNOWN]
    last = [UNKNOWN] if UNKNOWN in counts and UNKNOWN not in first else []
    values = [*first, *rest, *last]
    return pd.DataFrame(
        {
            "value": pd.Series(values, dtype="str"),
            "cases": pd.Series([int(counts.get(word, 0)) for word in values], dtype="int64"),
        }
    )


def number_range(warehouse: Warehouse, cohort: str, column: str) -> tuple[float, float]:
    """The smallest and the largest number of a column; NaN where all are missing.

    Raises
    ------
    LinkError
        If the cohort does not have the column, or it is not a number.

    """
    declared = filterable(warehouse.registry(cohort), column)
    if declared.kind is not Kind.NUMBER:
        raise LinkError(
            f"{declared.label} is not a number and has no range. Choose levels instead."
        )
    row = warehouse.rows(
        f"SELECT min({quoted(column)})::DOUBLE, max({quoted(column)})::DOUBLE "  # noqa: S608
        f"FROM {schema_of(cohort)}.cases"
    ).iloc[0]
    return float(row.iloc[0]), float(row.iloc[1])


def evaluation(
    warehouse: Warehouse, query: CohortQuery, model: str, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """Outcome and risk of the cases of a query that a model has judged; by case.

    The split of the query is that of the *predictions*: a model may have been validated on
    other parts than the study's. Cases whose outcome is unknown are left out;
    :func:`case_count` counts them.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
    model : str
    columns : sequence of str
        Columns of the registry to come along.

    Returns
    -------
    pandas.DataFrame
        ``case_id, patient_id, split`` (of the predictions), ``y_true`` (bool), ``risk``
        (float, [0, 1]), then ``columns``.

    Raises
    ------
    UnknownModelError
        If the cohort has no such model.
    EmptyCohortError
        If no case is left, or the model judged none of those left.
    MissingOutcomeError
        If the outcome is known for none of the cases left.

    """
    warehouse.model(query.cohort, model)
    registry = warehouse.registry(query.cohort)
    where, params = judged_condition(query, registry)
    outcome = outcome_column(query, warehouse.registry(query.cohort))
    taken = ("case_id", "patient_id", "split")
    extra = column_list(registry, [name for name in columns if name not in taken])
    schema = schema_of(query.cohort)
    frame = warehouse.rows(
        f"SELECT cases.case_id, cases.patient_id, predictions.split AS split, "  # noqa: S608
        f"{outcome} AS y_true, predictions.risk AS risk{', ' + extra if extra else ''} "
        f"FROM {schema}.cases AS cases JOIN {schema}.predictions AS predictions "
        f"ON predictions.case_id = cases.case_id AND predictions.model = ? "
        f"WHERE {where} ORDER BY cases.case_id",
        [model, *params],
    )
    if frame.empty:
        raise EmptyCohortError(_nothing_left(warehouse, query, model))
    known = frame[frame["y_true"].notna()].reset_index(drop=True)
    if known.empty:
        label = registry[query.outcome].label
        raise MissingOutcomeError(
            f"{label} is unknown for all {len(frame)} cases that are left. Remove a filter, or "
            "choose another outcome."
        )
    return known.assign(y_true=known["y_true"].astype(bool))


def prediction_splits(warehouse: Warehouse, cohort: str, model: str) -> pd.DataFrame:
    """The splits for which a model gave risks, with their ``cases``; the largest first."""
    warehouse.model(cohort, model)
    return warehouse.rows(
        f"SELECT coalesce(split, ?) AS split, count(*) AS cases "  # noqa: S608
        f"FROM {schema_of(cohort)}.predictions WHERE model = ? "
        "GROUP BY 1 ORDER BY cases DESC, split",
        [UNKNOWN, model],
    )


def _nothing_left(warehouse: Warehouse, query: CohortQuery, model: str) -> str:
    if case_count(warehouse, replace(query, split="")).cases == 0:
        return "No case is left after these filters. Remove a filter or widen its range."
    splits = prediction_splits(warehouse, query.cohort, model)["split"]
    known = ", ".join(splits) or "none"
    return (
        f"Model {model!r} gave no risk to the cases that are left. Remove a filter, or choose "
        f"one of the splits that it judged: {known}."
    )
