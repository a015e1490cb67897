"""The Overview page: who is in the cohort, who was left out, and how its parts differ."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from html import escape
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from clnm_core.domain.cohort import UNKNOWN, CohortQuery
from clnm_core.domain.columns import Kind, Registry, Role
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report import wording
from clnm_core.report.answers import overview_answer
from clnm_core.report.methods import overview_methods
from clnm_core.stats.distribution import distribution
from clnm_core.stats.rates import known_outcome, rate
from clnm_core.stats.summary import OVERALL, printed, table_one
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import selection
from clnm_core.store.selection import Counts
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, links, panels, tables
from clnm_core.ui.charts.distributions import distribution_figure
from clnm_core.ui.charts.flow import flow_figure
from clnm_core.ui.charts.outcomes import outcome_figure
from clnm_core.ui.words import plain

MOST_STRATA = 12
"""Columns with more levels than this do not divide Table 1."""

FIRST_SHOWN = ("age_years", "max_diameter_mm", "capsule_distance_mm", "lobe")
"""Distributions that are drawn until somebody chooses others."""


def draw_answer(query: CohortQuery) -> None:
    """The sentence that says who is in the cohort."""
    counts = cached.counts(query)
    absent = counts.cases - counts.events - counts.unknown
    panels.answer(
        overview_answer(
            OutcomeCount(query.outcome, counts.events, absent, counts.unknown),
            patients=counts.patients,
            outcome_label=cached.registry(query.cohort)[query.outcome].label,
            centres=_centres(query),
            share=cached.computed(share_of, query),
        )
    )


def draw_figures(query: CohortQuery) -> None:
    """The strip: patients, cases with the outcome, unknown outcome, centres, images."""
    counts = cached.counts(query)
    known = counts.cases - counts.unknown
    share = cached.computed(share_of, query)
    figures = [
        panels.Figure(
            "Patients",
            f"{counts.patients:,}",
            wording.count_text(counts.cases, "case"),
            "A case is one index lesion.",
        ),
        panels.Figure(
            "With the outcome",
            wording.percent(share.value, known) if known else "–",
            f"{wording.percent_interval(share.low, share.high, known)} · {counts.events:,} of {known:,}"
            if known
            else "unknown in every case",
            f"Share of the cases whose outcome is known. {share.method}.",
        ),
        panels.Figure(
            "Outcome unknown",
            f"{counts.unknown:,}",
            f"{wording.percent(counts.unknown / counts.cases, counts.cases)} of cases",
            "Not examined or not recorded: never counted as negative.",
        ),
    ]
    if _centres(query):
        figures.append(panels.Figure("Centres", f"{_centres(query):,}", "in the selection"))
    if cached.cohort(query.cohort).images:
        images, pictured = cached.computed(image_counts, query)
        figures.append(
            panels.Figure("Images", f"{images:,}", f"of {wording.count_text(pictured, 'case')}")
        )
    panels.strip(figures)


def draw_flow(query: CohortQuery) -> None:
    """Who was left out before the study, as a flow; always of the whole cohort."""
    record = cached.cohort(query.cohort)
    exclusions = cached.computed(exclusions_of, query.everyone())
    if exclusions.empty:
        with st.container(border=True, height="stretch"):
            st.markdown("**Who was left out on the way**")
            st.write(
                "No exclusions are recorded for this cohort: every row of the imported table "
                f"is here, {wording.count_text(record.cases, 'case')} of "
                f"{wording.count_text(record.patients, 'patient')}."
            )
        return
    panels.figure_card(
        cached.drawn(flow_drawing, query.everyone(), panels.is_dark()),
        exclusions,
        "Who was left out on the way",
        "Down the middle are those who stay, to the right those who leave, with the reason. "
        "Filters of the sidebar come after the last step and are not counted here.",
        "flow",
    )


def draw_outcomes(query: CohortQuery) -> None:
    """Every outcome of the cohort: present, absent, unknown."""
    rows = cached.computed(outcome_table, query)
    panels.figure_card(
        cached.drawn(outcome_drawing, query, panels.is_dark()),
        rows,
        "What is known of each outcome",
        "Cases with and without each outcome, and those for which it is not known. "
        "An outcome that was not examined is unknown, never negative.",
        "outcomes",
    )


def draw_table_one(query: CohortQuery) -> None:
    """Table 1, divided by a column that the visitor picks."""
    registry = cached.registry(query.cohort)
    found = cached.computed(strata, query.everyone())
    names = {"": "nothing"} | {name: registry[name].label for name in found}
    first = "split" if "split" in names else query.outcome
    with st.container(width=320):
        by = panels.pick_column("Table 1 divided by", names, default=first)
    st.html(cached.computed(table_one_html, query, by))
    panels.table_download(cached.computed(table_of, query, by), "table_one")


def draw_distributions(query: CohortQuery) -> None:
    """One card per chosen column, two side by side."""
    registry = cached.registry(query.cohort)
    columns = {c.name: c for c in registry.filterable() if c.name != query.outcome}
    shown = links.labels_of({name: column.label for name, column in columns.items()})
    first = [name for name in FIRST_SHOWN if name in columns] or list(columns)[:4]
    chosen = st.multiselect(
        "Distributions",
        list(shown),
        default=first,
        format_func=lambda name: shown.get(name, str(name)),
        key="shown",
        bind="query-params",
        select_all=False,
        placeholder="Choose variables",
    )
    with st.grid(2, min_column_width=360):
        for name in chosen:
            column = columns[name]
            counts = cached.computed(distribution_of, query, name)
            panels.figure_card(
                cached.drawn(distribution_drawing, query, name, panels.is_dark()),
                counts,
                f"{column.label} by outcome",
                f"{column.help or column.label} Each bar is divided by "
                f"{registry[query.outcome].label.lower()}.",
                f"distribution_{name}",
            )


def draw_methods() -> None:
    """How the numbers of the page were made."""
    panels.methods_line(overview_methods(has_strata=bool(st.session_state.get("by"))))


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
        counts: Counts = selection.case_count(warehouse, replace(query, outcome=outcome.name))
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


def _centres(query: CohortQuery) -> int:
    """Centres of the selected cases; 0 where they are not recorded."""
    if "centre" not in cached.registry(query.cohort):
        return 0
    counted = cached.level_counts(query, "centre")
    return sum(1 for centre, cases in counted.items() if cases and centre != UNKNOWN)


def unit_note(query: CohortQuery) -> None:
    """What a case is, and what the cohort is, where that needs saying."""
    record = cached.cohort(query.cohort)
    note = " ".join(part for part in (record.description, record.unit_note) if part)
    if note:
        st.caption(plain(note))
