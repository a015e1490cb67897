"""What would the models say if one value of this case were different?

A fragment: a slider reads a curve that is computed already, and nothing else is judged again.
"""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column
from clnm_core.errors import EmptyCohortError, UnfitCaseError
from clnm_core.explain.what_if import WhatIf, variables_of, what_if
from clnm_core.explain.what_if_values import Seen
from clnm_core.report.what_if_words import (
    CAUTION,
    OUTLINE_MOVED,
    answer_words,
    beyond_words,
    change_words,
    reading_words,
    unreached_words,
    value_words,
)
from clnm_core.report.wording import joined, percent
from clnm_core.store import selection
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.splitting import CROSS_VALIDATED, TRAINING
from clnm_core.ui import cached, cached_models, panels
from clnm_core.ui.asked import Asked
from clnm_core.ui.charts.what_if import what_if_figure
from clnm_core.ui.words import plain

_MOVED = "_what_if_moved"
"""For which case the outlines were asked to be moved."""


def draw(asked: Asked) -> None:
    """Draw the picker, the slider and the curves; a sentence where nothing can be altered."""
    if asked.shown is None:
        return
    with st.container(key="case_what_if"):
        st.subheader("What if one value were different?", anchor=False)
        _panel(asked)


@st.fragment
def _panel(asked: Asked) -> None:
    records = _in_order(asked)
    columns = {
        column.name: column
        for record in records
        for column in variables_of(cached_models.inputs_of(record))
    }
    if not columns:
        st.caption("These models read pictures alone: no single value of the case can be altered.")
        return
    names = sorted(columns, key=lambda name: name != "capsule_distance_mm")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox(
            "Value to alter",
            names,
            format_func=lambda one: columns[one].title,
            key="what_if_value",
            width=320,
        )
        column = columns[name]
        curves = _curves(asked, records, column)
        if not curves:
            return
        bold = next(iter(curves))
        place = _place(asked, bold, curves[bold])
    _answer(curves, bold, place)
    panels.figure_card(
        what_if_figure(_titled(curves), panels.model_title(bold), place, dark=panels.is_dark()),
        table_of(_titled(curves)),
        f"Risk of this case by {column.label.lower()}",
        reading_words(column.label),
        "what_if",
    )
    _notes(curves, bold, place)


def seen_in_training(
    warehouse: Warehouse, query: CohortQuery, model: str, column: str
) -> Seen | None:
    """What the cases that taught a model had of a column; ``None`` where the cohort lacks it."""
    registry = warehouse.registry(query.cohort)
    if column not in registry:
        return None
    try:
        judged = selection.evaluation(warehouse, query, model, [column])
    except EmptyCohortError:  # the store has no risk of this model
        return None
    taught = judged[judged["split"].isin((TRAINING, CROSS_VALIDATED))]
    return Seen.of(taught[column], registry[column]) if len(taught) else None


def table_of(curves: dict[str, WhatIf]) -> pd.DataFrame:
    """Every value that was tried with the risk of each model; one row per value."""
    rows = [
        {
            "model": label,
            found.column.name: value_words(found.column, value),
            "risk": risk,
            "threshold_reached": bool(risk >= found.threshold),
            "in_training_range": is_seen,
        }
        for label, found in curves.items()
        for value, risk, is_seen in zip(found.values, found.risks, found.is_seen, strict=True)
    ]
    return pd.DataFrame(rows)


def _in_order(asked: Asked) -> list[ModelRecord]:
    """The models that judged the case, the one that is shown first."""
    records = [asked.record_of(opinion) for opinion in asked.opinions]
    return sorted(
        records, key=lambda one: asked.shown is None or one.name != asked.shown.report.model
    )


def _curves(asked: Asked, records: list[ModelRecord], column: Column) -> dict[ModelRecord, WhatIf]:
    """The curve of each model that reads the column; the shown one first where it has one."""
    found: dict[ModelRecord, WhatIf] = {}
    waiting: list[ModelRecord] = []
    for record in records:
        inputs = cached_models.inputs_of(record)
        if column.name not in {one.name for one in variables_of(inputs)}:
            continue
        is_slow = column.name not in {one.name for one in inputs.columns}
        if is_slow and st.session_state.get(_MOVED) != asked.digest:
            waiting.append(record)
            continue
        try:
            with st.spinner("Moving the outline") if is_slow else nullcontext():
                found[record] = _curve(asked, record, column)
        except UnfitCaseError as error:
            st.caption(plain(f"{panels.model_title(record)}: {error}"))
    if waiting:
        _offer(asked, waiting)
    return found


def _offer(asked: Asked, records: list[ModelRecord]) -> None:
    """The button that asks models which measure the distance themselves."""

    def ask() -> None:
        st.session_state[_MOVED] = asked.digest

    titles = joined([panels.model_title(record) for record in records])
    st.button(
        f"Ask {titles} too",
        icon=":material/open_with:",
        key="what_if_move",
        on_click=ask,
        help=plain(f"{OUTLINE_MOVED} That takes about a second."),
    )


def _curve(asked: Asked, record: ModelRecord, column: Column) -> WhatIf:
    seen = cached.computed(
        seen_in_training,
        replace(asked.query.everyone(), outcome=record.outcome),
        record.name,
        column.name,
    )
    key = f"{asked.digest}/{record.manifest['digest']}"
    found: WhatIf = cached.for_visitor(
        _asked_of, key, column.name, data=(asked, record, column, seen)
    )
    return found


def _asked_of(data: tuple[Asked, ModelRecord, Column, Seen | None], name: str) -> WhatIf:
    asked, record, column, seen = data
    return what_if(
        cached_models.loaded(record),
        asked.case_for(record),
        column,
        threshold=float(record.manifest["threshold"]),
        seen=seen,
    )


def _place(asked: Asked, record: ModelRecord, found: WhatIf) -> int:
    """The value that is looked at: the case's own, until the visitor takes another."""
    start = found.place if found.place is not None else len(found.values) // 2
    key = f"what_if_at_{asked.digest[:12]}_{record.name}_{found.column.name}"
    words = [value_words(found.column, value) for value in found.values]
    st.session_state.setdefault(key, start)

    def reset() -> None:
        st.session_state[key] = start

    options = range(len(words))
    if found.is_number:
        st.select_slider(found.column.label, options, format_func=words.__getitem__, key=key)
    else:
        st.segmented_control(
            found.column.label, options, format_func=words.__getitem__, key=key, required=True
        )
    place = int(st.session_state[key])
    st.button(
        "Reset",
        icon=":material/restart_alt:",
        key="what_if_reset",
        on_click=reset,
        disabled=place == start,
        help="Back to the case as it is.",
    )
    return place


def _answer(curves: dict[ModelRecord, WhatIf], bold: ModelRecord, place: int) -> None:
    found = curves[bold]
    st.markdown(plain(answer_words(found, place, panels.model_title(bold))))
    if words := beyond_words(found, place):
        st.warning(plain(words), icon=":material/warning:")
    at = {record: _nearest(one, found.values[place]) for record, one in curves.items()}
    panels.strip(
        [
            panels.Figure(
                panels.model_title(record),
                percent(float(one.risks[near])),
                f"at {value_words(one.column, one.values[near])}; {percent(one.own_risk)} as it is",
                f"Threshold {percent(one.threshold)}.",
            )
            for record, one in curves.items()
            if (near := at[record]) is not None
        ][: panels.MOST_FIGURES]
    )


def _nearest(found: WhatIf, value: float | str | bool | None) -> int | None:
    """Where a model was asked for the value, or next to it: no risk is made up between two."""
    if value in found.values:
        return found.values.index(value)
    if not isinstance(value, float):
        return None
    gaps = [abs(one - value) for one in found.values if isinstance(one, float)]
    return gaps.index(min(gaps)) if gaps else None


def _notes(curves: dict[ModelRecord, WhatIf], bold: ModelRecord, place: int) -> None:
    for record, found in curves.items():
        said = [change_words(found)] if record == bold else []
        said += [OUTLINE_MOVED] if found.is_outline_moved else []
        said += [unreached_words(found)]
        if any(said):
            words = " ".join(one for one in said if one)
            st.caption(plain(f"{panels.model_title(record)}: {words}"))
    st.caption(plain(CAUTION))


def _titled(curves: dict[ModelRecord, WhatIf]) -> dict[str, WhatIf]:
    """By a title that no other has; the model in bold keeps its own."""
    found: dict[str, WhatIf] = {}
    for record, one in curves.items():
        title = panels.model_title(record)
        found[title if title not in found else f"{title} ({record.name})"] = one
    return found
