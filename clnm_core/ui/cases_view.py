"""The Cases page: the selected cases one by one, a page at a time."""

from __future__ import annotations

import base64
import math
from collections.abc import Callable, Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report.answers import cases_answer
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, links, panels, pictures, tables

PAGE_SIZE = 25
MOST_PREDICTORS = 5
"""Columns of the list beside design and outcomes; the record has the rest."""


def draw_answer(query: CohortQuery) -> None:
    """How many cases are listed, by outcome."""
    if not query.outcome:
        return
    counts = cached.counts(query)
    absent = counts.cases - counts.events - counts.unknown
    panels.answer(
        cases_answer(
            OutcomeCount(query.outcome, counts.events, absent, counts.unknown),
            patients=counts.patients,
            outcome_label=cached.registry(query.cohort)[query.outcome].label,
        )
    )


def draw_list(query: CohortQuery) -> None:
    """Sorting, one page of cases, and the way to the other pages."""
    order = _pick_order(cached.registry(query.cohort))
    pages = max(1, math.ceil(cached.size(query)[0] / PAGE_SIZE))
    if st.session_state.get("page", 1) > pages:
        st.session_state["page"] = pages
    table, bottom = st.container(), st.container(horizontal=True, horizontal_alignment="center")
    with bottom:
        page = st.pagination(pages, key="page", bind="query-params")
    with table:
        _draw_page(query, page, order)


def _pick_order(registry: Registry) -> str:
    names = {"": "Case number"} | {
        column.name: column.label for column in registry if column.is_filterable
    }
    shown = links.labels_of(names)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.selectbox(
            "Sorted by",
            list(shown),
            format_func=lambda name: shown.get(name, str(name)),
            key="order",
            bind="query-params",
            width=280,
        )
        is_descending = st.toggle("Largest first", key="descending", bind="query-params")
    return f"{'-' if is_descending else ''}{order or 'case_id'}"


def _draw_page(query: CohortQuery, page: int, order: str) -> None:
    registry = cached.registry(query.cohort)
    columns = listed_columns(registry, query)
    rows = cached.computed(rows_of, query, page, order, tuple(c.name for c in columns))
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    kept = {key: words for key, words in params.items() if key not in links.PAGE_KEYS}
    st.html(list_html(rows, columns, kept, pictures.thumbnail))


def list_html(
    rows: pd.DataFrame,
    columns: Sequence[Column],
    params: Mapping[str, Sequence[str]],
    thumbnail: Callable[[str], bytes],
) -> str:
    """The list as a table whose rows are links to the record, in the same tab or another.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``case_id``, ``digest`` (of the first image; missing for none), and the columns.
    columns : sequence of Column
        In the order of the table.
    params : mapping
        What of the address the record keeps: the cohort bar.
    thumbnail : callable
        The small picture of a digest, as PNG.

    """
    has_images = bool(rows["digest"].notna().any())
    lines: list[list[str | tables.Cell | None]] = []
    for row in rows.to_dict("records"):
        target = urlencode({**params, "case": row["case_id"]}, doseq=True)
        name = escape(str(row["case_id"]))
        cells: list[str | tables.Cell | None] = [
            tables.Cell(f"<a href='case?{escape(target)}'>{name}</a>")
        ]
        if has_images:
            cells.append(_picture(row["digest"], thumbnail))
        lines.append([*cells, *(_words(column, row[column.name]) for column in columns)])
    first = ["Case", "Image"] if has_images else ["Case"]
    return tables.table(
        [*first, *(column.title for column in columns)],
        lines,
        alt="Selected cases",
        numeric=[False] * len(first) + [column.kind is Kind.NUMBER for column in columns],
        kind="links",
    )


def _words(column: Column, value: Any) -> str | tables.Cell:
    if value is None or value != value:
        return tables.UNKNOWN
    return f"{value:g}" if column.kind is Kind.NUMBER else column.label_of(value)


def _picture(digest: object, thumbnail: Callable[[str], bytes]) -> tables.Cell:
    """The small picture as data, so that no address names an image."""
    if not isinstance(digest, str):
        return tables.Cell("<span class='unknown'>none</span>")
    data = base64.b64encode(thumbnail(digest)).decode()
    return tables.Cell(f"<img alt='' src='data:image/png;base64,{data}'>")


def listed_columns(registry: Registry, query: CohortQuery) -> list[Column]:
    """The columns of the list: how the study was made, outcomes, then the first predictors."""
    outcomes = [c for c in registry.with_role(Role.OUTCOME) if c.is_filterable]
    outcomes.sort(key=lambda column: column.name != query.outcome)
    return [
        *registry.with_role(Role.DESIGN),
        *outcomes,
        *registry.predictors()[:MOST_PREDICTORS],
    ]


def rows_of(
    warehouse: Warehouse, query: CohortQuery, page: int, order: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    """One page of cases with the digest of the first image of each."""
    rows = selection.page_of_cases(
        warehouse, query, page=page, size=PAGE_SIZE, order=order, columns=columns
    )
    images = selection.first_images(warehouse, query.cohort, rows["case_id"].tolist())
    return rows.merge(images[["case_id", "digest"]], on="case_id", how="left")
