"""What do the tables behind a paper's figures say of every rate, beside what is printed?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.published_words import range_text
from clnm_core.ui.charts import theme

_ROW = 44


def published_rates_figure(rates: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw one row per rate: a bar for the values that are possible, a line for the interval.

    A printed value is a tick across its row; one that lies outside the bar is in the colour of
    the outcome.

    Parameters
    ----------
    rates : pandas.DataFrame
        ``label, least, greatest, low, high, printed, printed_low, printed_high``; NaN where
        there is none.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    rows = rates.to_dict("records")
    traces: list[theme.Trace] = []
    for place, row in enumerate(rows):
        traces += _row(place, row, colours)
    labels = [
        f"{row['label']}<br><span style='font-size:11px;color:{colours.muted}'>"
        f"{'printed ' + row['printed'] if row['printed'] else 'not printed'}</span>"
        for row in rows
    ]
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Share"),
            yaxis=theme.row_axis(labels, dark),
        ),
        dark=dark,
        height=90 + _ROW * len(rows),
    )


def _row(place: int, row: dict[Any, Any], colours: theme.Palette) -> list[theme.Trace]:
    drawn: list[theme.Trace] = []
    if np.isfinite(row["low"]):
        drawn.append(
            _line(place, row["low"], row["high"], colours.models[0], 2, "95 % interval (Wilson)")
        )
    if np.isfinite(row["least"]):
        # A single value would be a bar without width.
        least, greatest = row["least"], max(row["greatest"], row["least"] + 0.008)
        drawn.append(
            _line(place, least, greatest, colours.models[0], 11, "possible")
            | {"text": f"{row['label']}: {range_text((row['least'], row['greatest']))}"}
        )
    if row["printed"]:
        inside = row["printed_high"] >= row["least"] and row["printed_low"] <= row["greatest"]
        colour = colours.ink if inside or not np.isfinite(row["least"]) else colours.present
        middle = (row["printed_low"] + row["printed_high"]) / 2
        drawn.append(
            dict(
                type="scatter",
                x=[middle],
                y=[place],
                mode="markers",
                marker={
                    "symbol": "line-ns",
                    "size": 22,
                    "line": {"width": 3, "color": colour},
                    "color": colour,
                },
                hovertemplate=f"printed {row['printed']}<extra></extra>",
                name="printed",
            )
        )
    return drawn


def _line(place: int, low: float, high: float, colour: str, width: int, name: str) -> theme.Trace:
    return dict(
        type="scatter",
        x=[low, high],
        y=[place, place],
        mode="lines",
        line={"color": theme.faded(colour, 0.45) if width > 5 else colour, "width": width},
        hoverinfo="text",
        text=f"{name}: {range_text((low, high))}",
        name=name,
    )
