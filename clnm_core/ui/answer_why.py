"""Why does the model give this case its risk?"""

from __future__ import annotations

import streamlit as st

from clnm_core.report.why_words import calibration_step, contributions_reading
from clnm_core.report.wording import percent, percent_interval
from clnm_core.systems.protocol import Model
from clnm_core.ui import answer_attention, answer_maps, cached_models, panels
from clnm_core.ui.asked import Asked
from clnm_core.ui.charts.contributions import contributions_figure
from clnm_core.ui.words import plain

_NARROW = 400
"""Pixels that a drawing needs at least."""


def draw(asked: Asked) -> None:
    """What each value adds, where the model looked, and what it says besides."""
    if asked.shown is None:
        return
    record = asked.record_of(asked.shown)
    report = asked.shown.report
    explanation = report.explanation
    with st.container(key="case_why"):
        st.subheader(f"Why {plain(panels.model_title(record))} says so", anchor=False)
        has_steps = not explanation.contributions.empty
        if not (has_steps or explanation.maps or explanation.shares or explanation.words):
            st.caption("This model gives no reasons.")
        with st.grid(2 if has_steps and explanation.maps else 1, min_column_width=_NARROW):
            if has_steps:
                _waterfall(asked, record.system)
            if explanation.maps:
                answer_maps.draw(asked)
        answer_attention.draw(explanation)
        for sentence in (
            _findings_alone(cached_models.loaded(record), record.system, asked),
            calibration_step(explanation, report.risk.value),
            *explanation.notes,
        ):
            if sentence:
                st.caption(plain(sentence))


def _waterfall(asked: Asked, system: str) -> None:
    if asked.shown is None:
        return
    explanation = asked.shown.report.explanation
    panels.figure_card(
        contributions_figure(
            explanation.contributions,
            baseline=explanation.baseline,
            scale=explanation.scale,
            dark=panels.is_dark(),
        ),
        explanation.contributions.drop(columns="column"),
        "What takes this case away from the average training case",
        contributions_reading(explanation, system),
        "contributions",
    )


def _findings_alone(model: Model, system: str, asked: Asked) -> str:
    """The risk from findings without the picture, where a model has such a part of its own."""
    parts = getattr(model, "parts", None) if system == "cli-dlr" else None
    if parts is None:
        return ""
    names = {column.name for column in model.inputs.columns}
    values = {name: value for name, value in asked.values.items() if name in names}
    found = parts.clinical.case_risk(values)
    return (
        f"From findings alone, without the picture: {percent(found.value)} "
        f"({percent_interval(found.low, found.high)}), before calibration."
    )
