"""Which places of the pictures count for the model?"""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from clnm_core.imaging.heat import OPACITY, heat_bar, heated
from clnm_core.imaging.rendering import case_picture
from clnm_core.report.why_words import full_colour, map_reading, map_title
from clnm_core.systems.explanation import SaliencyMap
from clnm_core.ui import panels
from clnm_core.ui.asked import Asked, Picture
from clnm_core.ui.pictures import STRUCTURE_WORDS
from clnm_core.ui.words import plain

_WIDE = 300
"""Pixels that a picture needs at least."""

_WIDEST = 560
"""Pixels that a picture takes at most: one alone would fill the page, its words with it."""


@st.fragment
def draw(asked: Asked) -> None:
    """The pictures with the map over them; its strength, outlines and kind are chosen here."""
    if asked.shown is None:
        return
    maps = asked.shown.report.explanation.maps
    kinds = list(dict.fromkeys(one.kind for one in maps))
    with st.container(border=True, key="case_maps", height="stretch"):
        if not kinds:
            return
        heading = st.container()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            kind = _pick_kind(kinds)
            opacity = st.slider(
                "Strength of the colour",
                0.0,
                1.0,
                OPACITY,
                0.05,
                key="map_opacity",
                help="At 0 the picture stands as it is.",
                width=220,
            )
            is_outlined = st.toggle("Outlines", value=True, key="map_outlines")
        heading.markdown(f"**{map_title(kind)}**", help=plain(map_reading(kind)))
        shown = [
            (one, picture)
            for picture in asked.pictures
            for one in maps
            if one.image_id == picture.name and one.kind == kind
        ]
        with st.grid(max(min(len(shown), 2), 1), min_column_width=_WIDE):
            for one, picture in shown:
                _draw_map(one, picture, opacity=opacity, is_outlined=is_outlined)


def _pick_kind(kinds: list[str]) -> str:
    if len(kinds) == 1:
        return kinds[0]
    return str(
        st.segmented_control(
            "Shown",
            kinds,
            default=kinds[0],
            required=True,
            format_func=map_title,
            key="map_kind_" + "_".join(kinds),
        )
    )


def _draw_map(one: SaliencyMap, picture: Picture, *, opacity: float, is_outlined: bool) -> None:
    title = f"{picture.title}: {map_title(one.kind).lower()}"
    image = heated(picture.image, one.values, opacity=opacity)
    with st.container(width=_WIDEST):
        panels.svg(
            case_picture(
                replace(image, notes=()),
                picture.masks if is_outlined else {},
                title=title,
                labels=STRUCTURE_WORDS,
            ),
            title,
        )
        panels.svg(
            heat_bar(map_title(one.kind), most=full_colour(one), opacity=opacity),
            "Key to the colours",
        )
