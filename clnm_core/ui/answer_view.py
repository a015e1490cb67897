"""What do the models say of one case, and what stands behind it? The answer first, evidence below.

The Case page and the Predict page show the same.
"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clnm_core.report.wording import joined
from clnm_core.ui import (
    answer_doubts,
    answer_opinions,
    answer_output,
    answer_similar,
    answer_what_if,
    answer_why,
    panels,
    predict_models,
)
from clnm_core.ui.asked import Asked
from clnm_core.ui.words import plain

_PICKER = 360
"""Width of the picker in pixels."""


def draw(asked: Asked, top: DeltaGenerator | None = None) -> None:
    """Draw the whole answer, part by part; a part that has nothing says so in a sentence.

    Parameters
    ----------
    asked : Asked
    top : streamlit container, optional
        Where the answer itself stands; the evidence is drawn in the current one. By default the
        answer stands above its evidence.

    """
    with st.container(key="case_answer"):
        answered = top or st.container()
        with answered:
            asked = answer_opinions.draw(asked)
            _refusals(asked)
        asked = _picked(asked)
        answer_doubts.draw(asked)
        answer_why.draw(asked)
        answer_what_if.draw(asked)
        answer_similar.draw(asked)
        answer_output.draw(asked)
    with st.container(key="case_answer_done"):
        st.caption(f"Case {asked.digest[:8]}: equal numbers mean equal inputs and equal models.")


def _picked(asked: Asked) -> Asked:
    """With the opinion of the model that is explained in detail."""
    if not asked.opinions:
        return asked
    with st.container(width=_PICKER):
        name = predict_models.pick_shown(asked.records)
    found = next((one for one in asked.opinions if one.report.model == name), None)
    if found is None:
        other = asked.opinions[0]
        st.caption(
            plain(f"{name} cannot judge this case; {other.report.model} is explained instead.")
        )
        return asked
    return replace(asked, shown=found)


def _refusals(asked: Asked) -> None:
    """Which models have no opinion, and why; what several say alike is said once."""
    alike: dict[str, list[str]] = {}
    for record, sentence in asked.refusals:
        said = (
            sentence.replace(record.name, "it", 1) if sentence.startswith(record.name) else sentence
        )
        alike.setdefault(said, []).append(panels.model_title(record))
    for said, names in alike.items():
        st.warning(plain(f"{joined(names)}: {said}"), icon=":material/block:")
