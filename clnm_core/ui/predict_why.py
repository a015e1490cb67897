"""Where did a network look in this case: on which inputs, which words, which pixels?

Attention is not a cause, and every piece of this says so.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from html import escape

import pandas as pd
import streamlit as st

from clnm_core.imaging.heat import OPACITY, heat_bar, heated
from clnm_core.imaging.rendering import case_picture
from clnm_core.report.case_words import ATTENTION_CAUTION, MAP_WORDS
from clnm_core.systems.explanation import Explanation
from clnm_core.ui import panels
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.attention_shares import attention_shares_figure
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.performance_view import NARROW
from clnm_core.ui.pictures import STRUCTURE_WORDS
from clnm_core.ui.predict_case import picture_names
from clnm_core.ui.words import plain

_FAINT = 0.08
"""Opacity behind a word of no weight at all, so that the report reads as one text."""


def draw(explanation: Explanation, pictures: Sequence[Outlined]) -> None:
    """What the model can say of its attention; nothing where it can say nothing."""
    if explanation.shares:
        panels.figure_card(
            attention_shares_figure(explanation.shares, dark=panels.is_dark()),
            pd.DataFrame(explanation.shares.items(), columns=["input", "share"]),
            "Share of attention by input",
            f"Each bar is the share of the network's attention that rests on a group of inputs. "
            f"{ATTENTION_CAUTION}",
            "attention_shares",
        )
    if explanation.words:
        _words(explanation.words)
    if explanation.maps:
        _maps(explanation, pictures)
    for note in explanation.notes:
        st.caption(plain(note))


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
            "**Words of the report by attention**",
            help=plain(f"The stronger the ground, the more of the attention. {ATTENTION_CAUTION}"),
        )
        colour = theme.palette(panels.is_dark()).present
        st.html(f"<p style='line-height:1.9'>{words_html(words, colour)}</p>")
        panels.table_download(pd.DataFrame(words, columns=["word", "weight"]), "attention_words")


def _maps(explanation: Explanation, pictures: Sequence[Outlined]) -> None:
    with st.container(border=True, key="attention_maps"):
        st.markdown("**Where the network looked**", help=plain(f"{MAP_WORDS} {ATTENTION_CAUTION}"))
        opacity = st.slider(
            "Strength of the colour",
            0.0,
            1.0,
            OPACITY,
            0.05,
            key="map_opacity",
            help="At 0 the picture stands as it is.",
        )
        shown = [
            (one.values, picture)
            for name, picture in zip(picture_names(len(pictures)), pictures, strict=True)
            if (one := explanation.map_of(name))
        ]
        with st.grid(2, min_column_width=NARROW):
            for number, (values, picture) in enumerate(shown, start=1):
                title = f"{picture.view or 'picture'} {number}, with what the network looked at"
                image = heated(picture.image, values, opacity=opacity)
                panels.svg(
                    case_picture(
                        replace(image, notes=()),
                        picture.masks,
                        title=title,
                        labels=STRUCTURE_WORDS,
                    ),
                    title,
                )
        panels.svg(heat_bar(MAP_WORDS, opacity=opacity), "Key to the colours")
