"""What does every model say of the case, how sure is it, and do they agree?"""

from __future__ import annotations

import math

import streamlit as st

from clnm_core.explain.opinion import Opinion
from clnm_core.report.opinion_words import (
    THRESHOLD_CAUTION,
    answer_words,
    class_words,
    interval_words,
    set_words,
    sets_caution,
    threshold_words,
)
from clnm_core.report.wording import percent, percent_interval, upper_first
from clnm_core.ui import answer_stage, asking, panels, pickers, tables
from clnm_core.ui.asked import Asked
from clnm_core.ui.charts.theme import palette
from clnm_core.ui.words import plain, unbroken

READING = (
    "Line: interval of the risk; dot: risk; upright: the model's threshold. The risk class says which "
    "outcomes fit the risk, whatever the threshold."
)
_READ = 560
"""Pixels of how the table is read; the level stands beside it, or under it where that is narrow."""

_LEVEL_HELP = (
    "How often the outcomes that fit hold the truth, in patients with the outcome and in those without. "
    "At a higher level more cases are unclear."
)

HEAD = ("Model", "Risk", "0 to 100 %", "Threshold", "Risk class")


def draw(asked: Asked) -> Asked:
    """Whether the models agree, each in a row, and what stands behind the numbers in words.

    Returns
    -------
    Asked
        The same with prediction sets at the level that the visitor chose; the link keeps it.

    """
    said = st.container()  # stands above the level, and follows it
    key = "answer_now" if asked.case_id else "answer"
    if not asked.opinions:
        with said:
            panels.answer(answer_words(asked.opinions), key=key)
        return asked
    with st.container(horizontal=True, key="case_levels"):
        st.caption(READING, width=_READ)
        level = pickers.pick_set_level("Level of the risk class", "case_level", _LEVEL_HELP)
    asked = asking.sets_at(asked, level)
    with said:
        panels.answer(answer_words(asked.opinions), key=key)
        rows: list[list[str | tables.Cell | None]] = [_row(asked, one) for one in asked.opinions]
        st.html(tables.table(HEAD, rows, alt="Risk, interval, threshold and class by model"))
    answer_stage.draw(asked)
    with st.expander("What do these numbers mean, in words?"):
        for one in asked.opinions:
            _explain(one)
        st.caption(plain(f"{THRESHOLD_CAUTION} {sets_caution(level)}"))
    return asked


def _row(asked: Asked, one: Opinion) -> list[str | tables.Cell | None]:
    report, interval = one.report, one.interval
    risk = percent(report.risk.value)
    if math.isfinite(interval.low):
        risk += f" ({percent_interval(interval.low, interval.high)})"
    side = "reached" if report.is_positive else "not reached"
    return [
        panels.model_title(asked.record_of(one)),
        risk,
        _scale(one),
        f"{percent(report.threshold)}, {side}",
        upper_first(class_words(one)),
    ]


def _scale(one: Opinion) -> tables.Cell:
    """Risk, interval and threshold on a line from 0 to 100 %; its numbers stand beside it."""
    colours = palette(panels.is_dark())
    marks = [_mark(0.0, 1.0, 7, 2, colours.grid)]
    if math.isfinite(one.interval.low):
        marks.append(_mark(one.interval.low, one.interval.high, 6, 4, f"{colours.models[0]}88"))
    marks.append(_upright(one.report.threshold, colours.ink))
    marks.append(_dot(one.report.risk.value, colours.models[0]))
    return tables.Cell(
        "<span aria-hidden='true' style='position:relative;display:inline-block;width:9rem;"
        f"height:16px;vertical-align:middle'>{''.join(marks)}</span>"
    )


def _mark(low: float, high: float, top: int, height: int, colour: str) -> str:
    return _span(f"left:{100 * low:.1f}%;width:{100 * (high - low):.1f}%;top:{top}px;"
                 f"height:{height}px;background:{colour}")  # fmt: skip


def _upright(place: float, colour: str) -> str:
    return _span(f"left:calc({100 * place:.1f}% - 1px);width:2px;top:0;height:16px;"
                 f"background:{colour}")  # fmt: skip


def _dot(place: float, colour: str) -> str:
    return _span(f"left:calc({100 * place:.1f}% - 5px);width:10px;top:3px;height:10px;"
                 f"border-radius:5px;background:{colour}")  # fmt: skip


def _span(style: str) -> str:
    return f"<span style='position:absolute;{style}'></span>"


def _explain(one: Opinion) -> None:
    """Everything that is known of how sure one model is, a sentence a line."""
    lines = [
        interval_words(one.interval),
        threshold_words(one),
        set_words(one),
        *one.notes,
    ]
    said = "\n".join(f"- {plain(unbroken(line))}" for line in lines if line)
    st.markdown(f"**{plain(one.report.model)}**\n{said}")
