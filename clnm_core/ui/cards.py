"""What does a card around a chart offer? Title, how to read it, numbers, downloads, methods."""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from clnm_core.ui.words import heading, plain

_MENU_WIDTH = 520
"""Pixels that the table and the methods of a card's menu take."""


def figure_card(
    figure: go.Figure,
    table: pd.DataFrame,
    title: str,
    how_to_read: str,
    name: str,
    *,
    methods: str = "",
) -> None:
    """A chart with its title, how to read it, its table and its downloads.

    Parameters
    ----------
    figure : plotly.graph_objects.Figure
    table : pandas.DataFrame
        The numbers that are drawn.
    title : str
        What is plotted, as a statement.
    how_to_read : str
        Two sentences and a reference.
    name : str
        Unique on the page; snake case; names the downloads.
    methods : str
        How what is drawn was made, to copy from the menu into a methods section.

    """
    _card(title, how_to_read, name, table, figure, methods)


def svg(markup: str, alt: str) -> None:
    """A drawing of our own, as wide as its place; in an ``img``, as inline SVG is not let through."""
    st.image(markup, width="stretch", alt=alt)


def svg_card(
    svg: str,
    table: pd.DataFrame,
    title: str,
    how_to_read: str,
    name: str,
    *,
    methods: str = "",
) -> None:
    """A drawing of our own with the same head as a chart."""
    _card(title, how_to_read, name, table, svg, methods)


@st.fragment
def _card(
    title: str,
    how_to_read: str,
    name: str,
    table: pd.DataFrame,
    drawing: go.Figure | str,
    methods: str,
) -> None:
    with st.container(border=True, height="stretch", key=f"card_{name}"):
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.markdown(f"**{plain(title)}**", help=plain(how_to_read), width="stretch")
            menu = st.popover(
                "",
                icon=":material/more_vert:",
                type="tertiary",
                key=f"menu_{name}",
                on_change="rerun",
                help="Numbers, downloads and methods",
            )
        kind = "png"
        if menu.open:
            with menu:
                kind = _menu(table, name, isinstance(drawing, str))
                if methods:
                    with st.container(width=_MENU_WIDTH):
                        methods_line(methods)
        if isinstance(drawing, str):
            svg(drawing, title)
        else:
            st.plotly_chart(
                drawing,
                theme=None,
                key=f"chart_{name}",
                alt=plain(title),
                config=_config(name, kind),
            )


def _menu(table: pd.DataFrame, name: str, is_svg: bool) -> str:
    st.dataframe(
        table.rename(columns=heading),
        hide_index=True,
        width=_MENU_WIDTH,
        height=min(36 * (len(table) + 1) + 2, 290),
        placeholder="–",
        alt="Numbers of the chart",
    )
    table_download(table, name)
    if is_svg:
        return "svg"
    kind = st.segmented_control(
        "The camera above the chart saves",
        ["png", "svg"],
        default="png",
        format_func=str.upper,
        key=f"kind_{name}",
        required=True,
    )
    return str(kind)


def _config(name: str, kind: str) -> dict[str, Any]:
    """Only the camera on the bar over a chart: panning and zooming would hide the axes' starts."""
    return {
        "displaylogo": False,
        "displayModeBar": "hover",
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": {"format": kind, "filename": name, "scale": 3},
        "scrollZoom": False,
    }


def table_download(table: pd.DataFrame, name: str) -> None:
    """A button that saves a table as CSV, made when it is pressed."""
    st.download_button(
        "Download CSV",
        data=lambda: table.to_csv(index=False).encode("utf-8-sig"),
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        key=f"csv_{name}",
        on_click="ignore",
    )


def methods_line(text: str) -> None:
    """How the numbers of the page were made, ready to copy."""
    st.caption("Methods")
    st.code(text, language=None, wrap_lines=True)
