"""How do the checklists get onto a page, and how does a visitor answer what is open?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report import wording
from clnm_core.report.checklist_html import NOT_STORED, OWN_WORDS, checklist_html, points_text
from clnm_core.report.checklists import CHECKLISTS, Checklist, Scoring
from clnm_core.report.checklists.filled import (
    Filled,
    FilledItem,
    Reply,
    Status,
    fill,
    filled_words,
)
from clnm_core.store.records import ModelRecord
from clnm_core.ui import cached, panels, pickers
from clnm_core.ui.checklist_facts import known
from clnm_core.ui.words import plain

SHOWN = {
    "All items": frozenset(Status),
    "Open": frozenset({Status.OPEN, Status.PARTLY}),
    "Answered": frozenset({Status.FILLED, Status.PARTLY, Status.OWN}),
}

MET = {"met": 1.0, "not met": 0.0}
AWAY = "does not apply"
_REPLIES = "checklist_replies"
"""Where a visitor's own answers are kept, for the session only."""


def ask(query: CohortQuery) -> tuple[Checklist, ModelRecord | None]:
    """Ask which checklist, and for which model of the cohort; none is an answer."""
    left, right = st.columns([3, 2], vertical_alignment="bottom")
    titles = {name: checklist.title for name, checklist in CHECKLISTS.items()}
    with left:
        name = pickers.pick("Checklist", "checklist", titles)
    registry = cached.registry(query.cohort)
    found = sorted(cached.models(query.cohort), key=lambda m: m.outcome != query.outcome)
    models = {model.name: model for model in found}
    shown = {
        name: f"{panels.model_title(model)} · {registry[model.outcome].label}"
        for name, model in models.items()
    }
    with right:
        model = pickers.pick("Model", "model", shown | {"": "none: the data only"})
    return CHECKLISTS.get(name, next(iter(CHECKLISTS.values()))), models.get(model)


def draw(query: CohortQuery, checklist: Checklist, model: ModelRecord | None) -> None:
    """Draw how much is answered, every item, the form for the open ones, and the exports."""
    with st.spinner("Looking up what the store knows"):
        answers = cached.computed(known, query.everyone(), model.name if model else "")
    place = (query.cohort, model.name if model else "", checklist.name)
    replies: dict[str, Reply] = _replies().get(place, {})
    filled = fill(checklist, answers, replies)
    panels.answer(filled_words(filled))
    _strip(filled)
    st.caption(plain(f"{checklist.about} {OWN_WORDS} {checklist.reference}"))
    view = st.segmented_control(
        "Show", list(SHOWN), default=next(iter(SHOWN)), required=True, key="checklist_shown"
    )
    st.html(_table(filled, SHOWN[str(view)]))
    _form(fill(checklist, answers), place)
    _exports(filled, answers, place)


def _replies() -> dict[tuple[str, str, str], dict[str, Reply]]:
    kept: dict[tuple[str, str, str], dict[str, Reply]] = st.session_state.setdefault(_REPLIES, {})
    return kept


def _strip(filled: Filled) -> None:
    counts, whole = filled.counts(), len(filled.items)
    figures = [
        panels.Figure("Filled from the store", str(counts[Status.FILLED]), f"of {whole}"),
        panels.Figure(
            "Partly filled",
            str(counts[Status.PARTLY]),
            "the authors add to it",
            "The store knows a part; “to add” says what is missing.",
        ),
        panels.Figure("Answered by you", str(counts[Status.OWN]), "in this session", NOT_STORED),
        panels.Figure("Open", str(counts[Status.OPEN]), "only the authors know"),
    ]
    score = filled.score()
    if score is not None:
        unit = " %" if filled.checklist.scoring is Scoring.WEIGHTS else ""
        figures.append(
            panels.Figure(
                "Score so far",
                f"{wording.number(score.known, 0)}{unit}",
                f"possible: {wording.number(score.least, 0)} to {wording.number(score.most, 0)}{unit}",
                "What is known adds up to this; the open items can still move it within the range.",
            )
        )
    panels.strip(figures)


def _table(filled: Filled, statuses: frozenset[Status]) -> str:
    is_scored = filled.checklist.scoring is not Scoring.NONE
    rows, section = [], ""
    for found in filled.items:
        if found.status not in statuses:
            continue
        if found.item.section != section:
            section = found.item.section
            span = 4 if is_scored else 3
            rows.append(f'<tr><th colspan="{span}">{escape(section)}</th></tr>')
        rows.append(_row(found, filled.words(found.status), is_scored))
    if not rows:
        return "<p>No item is in this state.</p>"
    head = "<th>Item</th><th>What is asked</th><th>Answer</th>" + (
        '<th class="number">Points</th>' if is_scored else ""
    )
    return (
        '<div class="clnm-table"><table><thead><tr>'
        f"{head}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )


def _row(found: FilledItem, status: str, is_scored: bool) -> str:
    parts = [f'<span class="unknown">{escape(status)}</span>']
    if found.text:
        parts.append(escape(found.text))
    if found.status is Status.PARTLY:
        parts.append(f'<span class="unknown">To add: {escape(found.item.still)}</span>')
    points = f'<td class="number">{escape(points_text(found))}</td>' if is_scored else ""
    return (
        f'<tr><td style="vertical-align:top">{escape(found.item.id)}</td>'
        f'<td style="vertical-align:top;width:38%"><b>{escape(found.item.topic)}</b><br>'
        f"{escape(found.item.asks)}</td>"
        f'<td style="vertical-align:top">{"<br>".join(parts)}</td>{points}</tr>'
    )


def _form(filled: Filled, place: tuple[str, str, str]) -> None:
    """Let the visitor answer what is open; kept in the session and nowhere else."""
    st.subheader("Your answers", anchor=False)
    st.write(
        "They are kept in this session only and never stored: download them below before you "
        "leave. Write no name of a patient."
    )
    key = f"checklist_form_{'_'.join(place)}"
    base = f"{key}_base"
    if key not in st.session_state or base not in st.session_state:
        st.session_state[base] = _blank(filled, _replies().get(place, {}))
    edited = st.data_editor(
        st.session_state[base],
        key=key,
        hide_index=True,
        disabled=["item", "topic", "asks"],
        height=460,
        column_config=_columns(filled.checklist),
        alt="Open items of the checklist, with a field for your answer",
    )
    found = {str(row["item"]): _reply(row, filled) for row in edited.to_dict("records")}
    given = {id: reply for id, reply in found.items() if reply != Reply()}
    if given != _replies().get(place, {}):
        _replies()[place] = given
        st.rerun()


def _blank(filled: Filled, replies: Mapping[str, Reply]) -> pd.DataFrame:
    """The form with what was said before; the editor wants the same object at every run."""
    rows = []
    for found in filled.items:
        if found.status is Status.FILLED:
            continue
        reply = replies.get(found.item.id, Reply())
        row: dict[str, object] = {
            "item": found.item.id,
            "topic": found.item.topic,
            "asks": found.item.still or found.item.asks,
            "answer": reply.text,
        }
        if filled.checklist.scoring is Scoring.WEIGHTS:
            row["met"] = _met(reply)
        elif filled.checklist.scoring is Scoring.POINTS:
            row["points"] = float("nan") if reply.points is None else reply.points
        rows.append(row)
    return pd.DataFrame(rows)


def _met(reply: Reply) -> str | None:
    if not reply.applies:
        return AWAY
    if reply.points is None:
        return None
    return "met" if reply.points else "not met"


def _columns(checklist: Checklist) -> dict[str, Any]:
    columns: dict[str, Any] = {
        "item": st.column_config.TextColumn("Item", width=50),
        "topic": st.column_config.TextColumn("Topic", width=150),
        "asks": st.column_config.TextColumn("To say", width=300),
        "answer": st.column_config.TextColumn("Your answer", width="large", max_chars=2000),
    }
    if checklist.scoring is Scoring.WEIGHTS:
        columns["met"] = st.column_config.SelectboxColumn("Met", options=[*MET, AWAY], width=110)
    elif checklist.scoring is Scoring.POINTS:
        columns["points"] = st.column_config.NumberColumn("Points", step=1, width=80)
    return columns


def _reply(row: Mapping[Hashable, Any], filled: Filled) -> Reply:
    text = row.get("answer")
    said = text.strip() if isinstance(text, str) else ""
    met, points = row.get("met"), row.get("points")
    if met == AWAY:
        return Reply(said, applies=False)
    if met in MET:
        item = next(found.item for found in filled.items if found.item.id == row["item"])
        return Reply(said, points=MET[str(met)] * item.most)
    has_points = isinstance(points, int | float) and points == points
    return Reply(said, points=float(str(points)) if has_points else None)


def _exports(filled: Filled, answers: Any, place: tuple[str, str, str]) -> None:
    cohort, model, name = place
    title = f"{model} on {cohort}" if model else cohort
    stem = "-".join(part for part in (cohort, model, name) if part)

    def as_csv() -> bytes:
        return filled.table().to_csv(index=False).encode("utf-8-sig")

    def as_html() -> bytes:
        return checklist_html([filled], title=title).encode()

    def all_as_html() -> bytes:
        kept = _replies()
        everything = [
            fill(checklist, answers, kept.get((cohort, model, checklist.name)))
            for checklist in CHECKLISTS.values()
        ]
        return checklist_html(everything, title=title).encode()

    with st.container(horizontal=True):
        for label, data, file, mime in (
            ("This checklist as HTML", as_html, f"{stem}.html", "text/html"),
            ("This checklist as CSV", as_csv, f"{stem}.csv", "text/csv"),
            (
                f"All {len(CHECKLISTS)} as HTML",
                all_as_html,
                f"{'-'.join(part for part in (cohort, model) if part)}-checklists.html",
                "text/html",
            ),
        ):
            st.download_button(
                label,
                data,
                file_name=file,
                mime=mime,
                icon=":material/download:",
                on_click="ignore",
                key=f"checklist_{label}",
            )
