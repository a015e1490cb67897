"""For how many cases is each outcome present, absent or not known?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import percent
from clnm_core.ui.charts import theme

_ROW = 64
"""Height of one outcome in pixels."""

_NARROW = 0.07
"""A part of the bar below this share is too narrow for its number; the table has it."""


def outcome_figure(rows: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw one bar per outcome, divided into present, absent and unknown.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``label``, ``present``, ``absent``, ``unknown``, ``n``; drawn from top to bottom.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    places = [-float(place) for place in range(len(rows))]
    for column, words, colour in (
        ("present", "present", colours.present),
        ("absent", "absent", colours.absent),
        ("unknown", "unknown", colours.unknown),
    ):
        traces.append(
            dict(
                type="bar",
                x=rows[column],
                y=places,
                orientation="h",
                width=0.42,
                marker={"color": colour},
                name=words,
                text=[
                    f"{cases:,}" if cases > _NARROW * n else ""
                    for cases, n in zip(rows[column], rows["n"], strict=True)
                ],
                textposition="inside",
                insidetextanchor="middle",
                textangle=0,
                textfont={"color": theme.ink_on(colour), "size": 12},
                customdata=[
                    percent(cases / n, n) if n else ""
                    for cases, n in zip(rows[column], rows["n"], strict=True)
                ],
                hovertemplate=f"%{{x:,}} cases {words}, %{{customdata}} of all<extra></extra>",
            )
        )
    labels = [
        {"x": 0, "y": place + 0.26, "text": f"<b>{label}</b>", "showarrow": False}
        | {"xanchor": "left", "yanchor": "bottom", "font": {"size": 13, "color": colours.ink}}
        for label, place in zip(rows["label"], places, strict=True)
    ]
    key = " · ".join(
        f"<span style='color:{colour}'>■ {words}</span>"
        for words, colour in (
            ("present", colours.present),
            ("absent", colours.absent),
            ("unknown", colours.unknown),
        )
    )
    place = {"x": 1, "y": 1, "xref": "paper", "yref": "paper", "showarrow": False}
    legend = {**place, "xanchor": "right", "yanchor": "bottom", "text": key, "font": {"size": 12}}
    return theme.figure(
        traces,
        dict(
            barmode="stack",
            margin={"t": 30},
            xaxis={"title": {"text": "Cases"}, "rangemode": "tozero", "fixedrange": True},
            yaxis={"visible": False, "range": [-len(rows) + 0.6, 0.75], "fixedrange": True},
            annotations=[*labels, legend],
        ),
        dark=dark,
        height=90 + _ROW * len(rows),
    )
