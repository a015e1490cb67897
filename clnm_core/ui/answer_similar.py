"""Which cases of the cohort are most like this one, and how did they end?"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from clnm_core.domain.columns import Column
from clnm_core.explain.neighbours import Neighbour
from clnm_core.jobs import queue
from clnm_core.jobs.supervisor import ensure_worker
from clnm_core.report.similar_words import (
    BY_MODEL,
    BY_TABLE,
    NO_REFERENCE,
    SIMILAR_CAUTION,
    gone_sentence,
    similar_sentence,
    taught_sentence,
)
from clnm_core.report.wording import percent
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.systems.clinical import value_in_words
from clnm_core.ui import cached, job_cards, links, panels, pictures, similar_facts, visitor
from clnm_core.ui.asked import Asked
from clnm_core.ui.charts.theme import Palette, palette
from clnm_core.ui.similar_facts import Alike
from clnm_core.ui.words import plain, unbroken

JOB_KIND = "reference"

MOST_FINDINGS = 3
"""Findings on a card: those that move the risk of this case most."""

_SPLITS = {"train": "taught the model", "cross-validated": "taught the model"}


def draw(asked: Asked) -> None:
    """The most similar cases to the model, and by what is recorded, each with its outcome."""
    found = similar_facts.alike(asked)
    if asked.shown is None or found is None:
        return
    record = asked.record_of(asked.shown)
    with st.container(key="case_similar"):
        st.subheader("The most similar cases", anchor=False)
        near, by_table = (
            [*_outcomes(one, found, record)] for one in (found.seen.nearest, found.by_table)
        )
        label = cached.registry(record.cohort)[record.outcome].label
        st.markdown(plain(similar_sentence(near, by_table, label)))
        columns = _findings(asked)
        if found.seen.nearest:
            _row("To the eye of the model", BY_MODEL, found.seen.nearest, found, record, columns)
        else:
            st.caption(plain(found.seen.problem or NO_REFERENCE))
        if not found.seen.has_reference:
            _offer(record)
        if found.by_table:
            _row("By findings", BY_TABLE, found.by_table, found, record, columns)
        words = (gone_sentence(found.seen.gone), SIMILAR_CAUTION)
        st.caption(plain(" ".join(one for one in words if one)))


def _row(
    title: str,
    how: str,
    nearest: Sequence[Neighbour],
    found: Alike,
    record: ModelRecord,
    columns: Sequence[Column],
) -> None:
    splits = [str(found.rows.loc[one.case_id, "judged_split"]) for one in nearest]
    st.markdown(f"**{title}**", help=plain(" ".join((how, taught_sentence(splits))).strip()))
    params = {key: st.query_params.get_all(key) for key in st.query_params}
    kept = {key: words for key, words in params.items() if key not in links.PAGE_KEYS}
    st.html(
        cards_html(nearest, found.rows, record.outcome, columns, kept, palette(panels.is_dark()))
    )


def cards_html(
    nearest: Sequence[Neighbour],
    rows: pd.DataFrame,
    outcome: str,
    columns: Sequence[Column],
    params: Mapping[str, Sequence[str]],
    colours: Palette,
) -> str:
    """Cards side by side, each a link to its case in another tab.

    Parameters
    ----------
    nearest : sequence of Neighbour
    rows : pandas.DataFrame
        As :class:`~clnm_core.ui.similar_facts.Alike` has them.
    outcome : str
        Column of the outcome.
    columns : sequence of Column
        Findings that a card shows.
    params : mapping
        What of the address the other page keeps.
    colours : Palette

    """
    style = (
        "<style>ol.clnm-similar{display:grid;gap:0.4rem;list-style:none;padding:0;margin:0;"
        "grid-template-columns:repeat(auto-fill,minmax(104px,1fr))}"
        f".clnm-similar li{{border:1px solid {colours.grid};border-radius:6px;overflow:hidden;"
        "margin:0;font-size:0.78rem;line-height:1.3}"
        f".clnm-similar a{{color:{colours.ink};text-decoration:none;display:block;height:100%}}"
        f".clnm-similar a:focus-visible{{outline:3px solid {colours.absent};outline-offset:-3px}}"
        ".clnm-similar .picture{background:#000;height:84px;display:flex;align-items:center;"
        "justify-content:center}.clnm-similar .picture img{max-height:84px;max-width:100%}"
        ".clnm-similar .words{padding:0.35rem 0.45rem}"
        f".clnm-similar .muted{{color:{colours.muted}}}</style>"
    )
    has_pictures = bool(rows["digest"].notna().any())
    of_case = rows.to_dict("index")
    cards = "".join(
        _card(one, of_case[one.case_id], outcome, columns, params, colours, has_pictures)
        for one in nearest
    )
    return f"{style}<ol class='clnm-similar'>{cards}</ol>"


def _card(
    one: Neighbour,
    row: Mapping[Any, Any],
    outcome: str,
    columns: Sequence[Column],
    params: Mapping[str, Sequence[str]],
    colours: Palette,
    has_pictures: bool,
) -> str:
    is_present = bool(row[outcome])
    colour, word = (colours.present, "present") if is_present else (colours.absent, "absent")
    risk = "no risk" if pd.isna(row["risk"]) else unbroken(f"risk {percent(float(row['risk']))}")
    target = escape(urlencode({**params, "case": one.case_id}, doseq=True))
    lines = [
        f"<b style='color:{colour}'>&#9679; {word}</b>, {escape(risk)}",
        *(
            escape(unbroken(f"{column.label} {_words(column, row[column.name])}"))
            for column in columns
        ),
        f"<span class='muted'>{one.rank}. at {one.distance:.2f} · {escape(_split(row))}</span>",
        f"<span class='muted'>{escape(one.case_id)}</span>",
    ]
    return (
        f"<li><a href='case?{target}' target='_blank'>{_picture(row['digest']) if has_pictures else ''}"
        f"<div class='words'>{'<br>'.join(lines)}</div></a></li>"
    )


def _picture(digest: object) -> str:
    if not isinstance(digest, str):
        return "<div class='picture'></div>"
    data = base64.b64encode(pictures.thumbnail(digest)).decode()
    return f"<div class='picture'><img alt='' src='data:image/png;base64,{data}'></div>"


def _split(row: Mapping[Any, Any]) -> str:
    word = row["judged_split"]
    return _SPLITS.get(word, str(word)) if isinstance(word, str) else "not judged"


def _words(column: Column, value: Any) -> str:
    return value_in_words(column, None if pd.isna(value) else value)


def _outcomes(nearest: Sequence[Neighbour], found: Alike, record: ModelRecord) -> list[bool]:
    return [bool(found.rows.loc[one.case_id, record.outcome]) for one in nearest]


def _findings(asked: Asked) -> list[Column]:
    """The recorded variables that move this case's risk most; else the first that are known."""
    registry = cached.registry(asked.query.cohort)
    moved = asked.shown.report.contributions if asked.shown else pd.DataFrame()
    names = list(moved["column"]) if "column" in moved else []
    known = [name for name in asked.values if asked.values[name] is not None]
    chosen = [name for name in (*names, *known) if name in registry and registry[name].may_predict]
    return [registry[name] for name in dict.fromkeys(chosen)][:MOST_FINDINGS]


def _offer(record: ModelRecord) -> None:
    """The button that has the comparison made as a job, and how far it is."""
    if st.button("Compare with its cases", icon=":material/hub:", key="make_reference"):
        queue.submit(
            default_store(),
            JOB_KIND,
            {"cohort": record.cohort, "model": record.name},
            title=f"What {record.name} makes of {record.cohort}",
            actor=visitor.login(),
        )
        ensure_worker(default_store())
    job_cards.draw((JOB_KIND,), record.cohort)
