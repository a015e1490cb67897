"""What does the Overview page compute? Every function takes a snapshot and a query."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Kind, Registry, Role
from clnm_core.report import wording
from clnm_core.stats.distribution import distribution
from clnm_core.stats.rates import known_outcome, rate
from clnm_core.stats.summary import OVERALL, printed, table_one
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, tables
from clnm_core.ui.charts.distributions import distribution_figure
from clnm_core.ui.charts.flow import flow_figure
from clnm_core.ui.charts.outcomes import outcome_figure

MOST_STRATA = 12
"""Columns with more levels than this do not divide Table 1."""


def flow_drawing(warehouse: Warehouse, query: CohortQuery, dark: bool) -> go.Figure:
    """The flow of exclusions of the cohort."""
    record = warehouse.cohort(query.cohort)
    return flow_figure(
        warehouse.exclusions(query.cohort), patients=record.patients, cases=record.cases, dark=dark
    )


def outcome_drawing(warehouse: Warehouse, query: CohortQuery, dark: bool) -> go.Figure:
    """Every outcome of the cohort."""
    return outcome_figure(cached.computed(outcome_table, query), dark=dark)


def distribution_drawing(
    warehouse: Warehouse, query: CohortQuery, name: str, dark: bool
) -> go.Figure:
    """How one column is spread."""
    title = warehouse.registry(query.cohort)[name].title
    counts = cached.computed(distribution_of, query, name)
    return distribution_figure(counts, title=title, dark=dark)


def strata(warehouse: Warehouse, query: CohortQuery) -> list[str]:
    """The columns by which Table 1 may be divided: split, centre and outcome first."""
    few = []
    for column in warehouse.registry(query.cohort).filterable():
        if column.kind is not Kind.NUMBER:
            counted = selection.level_counts(warehouse, query, column.name)["cases"]
            if 2 <= (counted > 0).sum() <= MOST_STRATA:
                few.append(column.name)
    first = ("split", "centre", query.outcome)
    return sorted(few, key=lambda name: first.index(name) if name in first else len(first))


def table_one_html(warehouse: Warehouse, query: CohortQuery, by: str) -> str:
    """Table 1 as a page shows it: each variable named once, SMD and p in words."""
    table = cached.computed(table_of, query, by)
    shown = printed(table)
    group = shown["Variable"].ne(shown["Variable"].shift()).cumsum()
    sizes = group.map(group.value_counts())
    is_first = ~group.duplicated()
    rows: list[list[str | tables.Cell | None]] = []
    for line, starts, size in zip(shown.to_dict("records"), is_first, sizes, strict=True):
        name = tables.Cell(f"<span class='first'>{escape(line.pop('Variable'))}</span>", size)
        said = [_printed(k, v) if starts or k not in _ONCE else "" for k, v in line.items()]
        rows.append([name if starts else None, *said])
    head = ["All" if column == OVERALL else str(column) for column in shown.columns]
    return tables.table(
        head,
        rows,
        alt="Table 1 of the selected cases",
        numeric=[column not in ("Variable", "Level", "Test") for column in shown.columns],
        kind="grouped",
    )


_ONCE = ("SMD", "p", "Test")
"""Columns that say something of a whole variable."""


def _printed(column: Hashable, value: Any) -> str:
    if column == "SMD":
        return "" if value != value else wording.number(value)
    if column == "p":
        return "" if value != value else wording.p_text(value).removeprefix("p ")
    return str(value)


def table_of(warehouse: Warehouse, query: CohortQuery, by: str) -> pd.DataFrame:
    """Table 1 of the selected cases, by a column or, where empty, undivided."""
    registry = Registry(
        column
        for column in warehouse.registry(query.cohort)
        if column.is_filterable and column.role is not Role.TRUTH and column.name != by
    )
    frame = selection.cases(warehouse, query, [*registry.names, *([by] if by else [])])
    if by:
        registry = registry.with_columns([warehouse.registry(query.cohort)[by]])
        table = table_one(frame, registry, by=by)
        return table[table["variable"] != by]
    return table_one(frame, registry)


def distribution_of(warehouse: Warehouse, query: CohortQuery, name: str) -> pd.DataFrame:
    """How one column is spread, by the outcome of the query."""
    column = warehouse.registry(query.cohort)[name]
    wanted = [name, query.outcome] if query.outcome else [name]
    frame = selection.cases(warehouse, query, wanted)
    outcome = frame[query.outcome] if query.outcome else None
    return distribution(frame[name], column, outcome=outcome)


def outcome_table(warehouse: Warehouse, query: CohortQuery) -> pd.DataFrame:
    """One row per outcome: ``label``, ``present``, ``absent``, ``unknown``, ``n``."""
    rows = []
    for outcome in warehouse.cohort(query.cohort).outcomes:
        counts = selection.case_count(warehouse, replace(query, outcome=outcome.name))
        rows.append(
            {
                "label": warehouse.registry(query.cohort)[outcome.name].label,
                "present": counts.events,
                "absent": counts.cases - counts.events - counts.unknown,
                "unknown": counts.unknown,
                "n": counts.cases,
            }
        )
    return pd.DataFrame(rows)


def exclusions_of(warehouse: Warehouse, query: CohortQuery) -> pd.DataFrame:
    """The flow of exclusions of the cohort."""
    return warehouse.exclusions(query.cohort)


def image_counts(warehouse: Warehouse, query: CohortQuery) -> tuple[int, int]:
    """Images of the selected cases, and how many of the cases have any."""
    ids = selection.cases(warehouse, query, ())["case_id"].tolist()
    found = selection.first_images(warehouse, query.cohort, ids)
    return int(found["images"].sum()), len(found)


def share_of(warehouse: Warehouse, query: CohortQuery) -> Estimate:
    """Share with the outcome among the cases for which it is known."""
    frame = selection.cases(warehouse, query, [query.outcome])
    happened, known = known_outcome(frame[query.outcome])
    patients = pd.factorize(frame["patient_id"])[0][known]
    return rate(happened[known], patients)
