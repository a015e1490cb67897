"""On what did a network's attention rest? Attention is not a cause, and every piece says so."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

import pandas as pd
import streamlit as st

from clnm_core.report.case_words import ATTENTION_CAUTION
from clnm_core.report.why_words import FLOWS_READING, SHARES_READING
from clnm_core.systems.explanation import Explanation
from clnm_core.ui import panels
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.attention_flows import attention_flows_figure
from clnm_core.ui.charts.attention_gauges import attention_gauges_figure
from clnm_core.ui.words import plain

_NARROW = 380
"""Pixels that a drawing needs at least."""

_FAINT = 0.08
"""Opacity behind a word of no weight at all, so that the report reads as one text."""


def draw(explanation: Explanation) -> None:
    """Shares, flows and words, as the model gives them; nothing where it gives none."""
    with st.grid(2, min_column_width=_NARROW):
        if explanation.shares:
            panels.figure_card(
                attention_gauges_figure(explanation.shares, dark=panels.is_dark()),
                pd.DataFrame(explanation.shares.items(), columns=["input", "share"]),
                "Share of attention by kind of input (attention, not cause)",
                SHARES_READING,
                "attention_shares",
            )
        if explanation.flows:
            table = pd.DataFrame(
                [(one.looking, one.seen, one.share) for one in explanation.flows],
                columns=["looking", "seen", "share"],
            )
            panels.figure_card(
                attention_flows_figure(explanation.flows, dark=panels.is_dark()),
                table,
                "Which input looked at which (attention, not cause)",
                FLOWS_READING,
                "attention_flows",
            )
    if explanation.words:
        _words(explanation.words)


def words_html(words: Sequence[tuple[str, float]], colour: str) -> str:
    """A report with each word on a ground as strong as its weight; escaped.

    Examples
    --------
    >>> words_html([("<b>", 1.0)], "#C8442B")
    "<span style='background:rgba(200,68,43,0.6);padding:0 0.15em' title='1.00'>&lt;b&gt;</span>"

    """
    most = max((weight for _, weight in words), default=0.0) or 1.0
    return " ".join(
        f"<span style='background:{theme.faded(colour, round(_strength(weight / most), 3))};"
        f"padding:0 0.15em' title='{weight:.2f}'>{escape(word)}</span>"
        for word, weight in words
    )


def _strength(share: float) -> float:
    return _FAINT + (0.6 - _FAINT) * min(max(share, 0.0), 1.0)


def _words(words: Sequence[tuple[str, float]]) -> None:
    with st.container(border=True, key="attention_words"):
        st.markdown(
            "**Words of the report by attention (attention, not cause)**",
            help=plain(f"The stronger the ground, the more of the attention. {ATTENTION_CAUTION}"),
        )
        colour = theme.palette(panels.is_dark()).present
        st.html(f"<p style='line-height:1.9'>{words_html(words, colour)}</p>")
        panels.table_download(pd.DataFrame(words, columns=["word", "weight"]), "attention_words")
