"""What do models that were taught risk stages say of the stage of this case?"""

from __future__ import annotations

from html import escape

import streamlit as st

from clnm_core.report.stage_words import TITLE, definition_words, likeliest_words, stage_caution
from clnm_core.report.wording import percent, upper_first
from clnm_core.systems.risk_stage import RiskStage
from clnm_core.ui import panels, tables
from clnm_core.ui.asked import Asked
from clnm_core.ui.words import plain, unbroken


def draw(asked: Asked) -> None:
    """The share of every stage, a model a row, and what it is not; nothing where none says one."""
    for one in asked.opinions:
        found = one.report.stage
        if found is None:
            continue
        title = panels.model_title(asked.record_of(one))
        with st.container(key=f"case_stage_{one.report.model}"):
            head = (TITLE, *map(upper_first, found.taught.stages))
            st.html(
                tables.table(head, [_row(title, found)], alt=f"{TITLE} by {title}, not calibrated")
            )
            st.caption(plain(unbroken(stage_caution(found))), help=plain(definition_words()))


def _row(title: str, found: RiskStage) -> list[str | tables.Cell | None]:
    return [f"{title}: {likeliest_words(found)}", *(_bar(share) for share in found.shares)]


def _bar(share: float) -> tables.Cell:
    """A share over its bar, which shrinks with its column."""
    return tables.Cell(
        f"{escape(percent(share))}<span class='bar' style='display:block;width:100%;"
        f"max-width:8rem'><span style='width:{100 * share:.1f}%'></span></span>"
    )
