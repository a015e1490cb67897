"""The Cases page: the selected cases one by one, a page at a time."""

from __future__ import annotations

import base64
import math
from typing import Any

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.report.answers import cases_answer
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, frame, links, panels

PAGE_SIZE = 25
MOST_PREDICTORS = 8
"""Columns of the list beside design and outcomes; the record has the rest."""

_CLICK = "open_case"


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
    shown = pd.DataFrame({"Image": [_thumbnail(digest) for digest in rows["digest"]]})
    shown["Case"] = rows["case_id"]
    config: dict[str, Any] = {
        "Image": st.column_config.ImageColumn("Image", width="small"),
        "Case": st.column_config.ButtonColumn(
            "Case", key=_CLICK, type="tertiary", pinned=True, help="Opens the record"
        ),
    }
    titles = links.labels_of({column.name: column.title for column in columns})
    for column in columns:
        title = titles[column.name]
        if column.kind is Kind.NUMBER:
            shown[title] = rows[column.name]
            config[title] = st.column_config.NumberColumn(format="plain")
        else:
            shown[title] = [column.label_of(value) for value in rows[column.name]]
    if not rows["digest"].notna().any():
        shown = shown.drop(columns="Image")
    st.dataframe(
        shown,
        hide_index=True,
        height="content",
        row_height=52 if "Image" in shown else None,
        column_config=config,
        placeholder="unknown",
        alt="One page of the selected cases",
    )
    click = st.session_state.get(_CLICK)
    if click is not None:
        open_case(str(rows["case_id"].iloc[click["row"]]))


def open_case(case_id: str) -> None:
    """Go to the record of a case; the cohort bar stays as it is."""
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    kept = {key: words for key, words in params.items() if key not in links.PAGE_KEYS}
    st.switch_page(frame.path_of("case.py"), query_params={**kept, "case": case_id})


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


def _thumbnail(digest: object) -> str | None:
    """The small picture as data, so that no address names an image."""
    if not isinstance(digest, str):
        return None
    return f"data:image/png;base64,{base64.b64encode(cached.thumbnail(digest)).decode()}"
