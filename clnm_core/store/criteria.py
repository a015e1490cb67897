"""How does a query say itself in SQL?

Names come from the registry of its cohort, are checked and quoted; values are parameters. The
table that is filtered is called ``cases``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from clnm_core.domain.cohort import UNKNOWN, Between, CohortQuery, Criterion, OneOf
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.errors import LinkError, MissingOutcomeError
from clnm_core.store.tables import outcomes_of, quoted


def condition(query: CohortQuery, registry: Registry) -> tuple[str, list[Any]]:
    """The query as a WHERE clause on a table called ``cases``, and its parameters.

    A number is kept from low to high, both included; a missing number is left out. A level is
    kept where it is one of the chosen; ``unknown`` among them keeps missing values as well.
    No chosen level keeps no case.

    Raises
    ------
    LinkError
        If a criterion names a column that the cohort does not have or cannot be filtered by,
        or does not fit the column's kind.

    Examples
    --------
    >>> from clnm_core.domain.dictionary import BUILT_IN
    >>> condition(CohortQuery("demo", "any", criteria=(Between("age_years", 30, 40),)), BUILT_IN)
    ('cases."age_years" BETWEEN ? AND ?', [30.0, 40.0])

    """
    parts = [on_split("cases", query.split)] if query.split else []
    parts += [_clause(criterion, registry) for criterion in query.criteria]
    sql = " AND ".join(text for text, _ in parts) or "TRUE"
    return sql, [value for _, values in parts for value in values]


def outcome_column(query: CohortQuery, registry: Registry) -> str:
    """The column of the query's outcome, for SQL text.

    Raises
    ------
    MissingOutcomeError
        If the cohort does not record it.

    """
    outcomes = outcomes_of(registry)
    if query.outcome not in {column.name for column in outcomes}:
        known = ", ".join(column.name for column in outcomes) or "none"
        raise MissingOutcomeError(
            f"Cohort {query.cohort!r} does not record the outcome {query.outcome[:40]!r}. "
            f"Choose one that it records: {known}."
        )
    return f"cases.{quoted(query.outcome)}"


def column_list(registry: Registry, columns: Sequence[str]) -> str:
    """The columns for SQL text, each once, in the order given.

    Raises
    ------
    LinkError
        If the registry lacks one.

    """
    for name in columns:
        if name not in registry:
            raise LinkError(
                f"This cohort has no column {name[:64]!r}. Choose one of the columns on the page "
                "Methods."
            )
    return ", ".join(f"cases.{quoted(name)}" for name in dict.fromkeys(columns))


def filterable(registry: Registry, name: str) -> Column:
    """The column, where a cohort can be filtered by it.

    Raises
    ------
    LinkError
        If it cannot.

    """
    if name not in registry or not registry[name].is_filterable:
        raise LinkError(
            f"This cohort cannot be filtered by {name[:64]!r}. Remove that filter, or choose "
            "another column."
        )
    return registry[name]


def judged_condition(query: CohortQuery, registry: Registry) -> tuple[str, list[Any]]:
    """As :func:`condition`, where the split of the query is that of the predictions."""
    where, params = condition(replace(query, split=""), registry)
    if not query.split:
        return where, params
    text, values = on_split("predictions", query.split)
    return f"{where} AND {text}", [*params, *values]


def on_split(table: str, split: str) -> tuple[str, list[Any]]:
    """The clause for one split of a table, and its parameters."""
    if split == UNKNOWN:
        return f"({table}.split = ? OR {table}.split IS NULL)", [split]
    return f"{table}.split = ?", [split]


def _clause(criterion: Criterion, registry: Registry) -> tuple[str, list[Any]]:
    column = filterable(registry, criterion.column)
    name = f"cases.{quoted(column.name)}"
    if isinstance(criterion, Between):
        if column.kind is not Kind.NUMBER:
            raise LinkError(f"{column.label} is not a number. Filter it by its levels.")
        if not criterion.low <= criterion.high:
            raise LinkError(f"A filter on {column.label} must run from a lower to a higher number.")
        return f"{name} BETWEEN ? AND ?", [float(criterion.low), float(criterion.high)]
    if column.kind is Kind.NUMBER:
        raise LinkError(f"{column.label} is a number. Filter it from a lower to a higher number.")
    return _one_of(criterion, column, name)


def _one_of(criterion: OneOf, column: Column, name: str) -> tuple[str, list[Any]]:
    if not criterion.values:
        return "FALSE", []
    chosen: list[Any] = list(criterion.values)
    if column.kind is Kind.FLAG:
        words = {"yes": True, "no": False}
        if not set(chosen) <= {*words, UNKNOWN}:
            raise LinkError(f"A filter on {column.label} must say yes, no or unknown.")
        chosen = [words[word] for word in chosen if word != UNKNOWN]
    parts = [f"{name} IN ({', '.join('?' * len(chosen))})"] if chosen else []
    if UNKNOWN in criterion.values:
        parts.append(f"{name} IS NULL")
    return f"({' OR '.join(parts)})", chosen
