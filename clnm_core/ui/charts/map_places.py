"""Where do the maps of a model lie, and do they look at the capsule?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import percent, percent_interval, upper_first
from clnm_core.ui.charts import theme


def zones_figure(zones: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw the share of the maps on each zone, beside what area alone would give.

    Parameters
    ----------
    zones : pandas.DataFrame
        ``label, value, low, high, area, covered``, in reading order.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    y = list(range(len(zones)))
    hover = [
        f"{upper_first(row['label'])}: {percent(row['value'])} "
        f"({percent_interval(row['low'], row['high'])}); by area {percent(row['area'])}, spread over what the map covers {percent(row['covered'])}"
        for row in zones.to_dict("records")
    ]
    even = [
        dict(
            type="scatter",
            x=zones[name].tolist(),
            y=y,
            mode="markers",
            marker={"color": colour, "size": 11, "symbol": symbol, "line": {"width": 2}},
            name=words,
            text=hover,
            hoverinfo="text",
        )
        for name, colour, symbol, words in (
            ("area", colours.unknown, "diamond-open", "of the area"),
            ("covered", colours.models[1], "square-open", "of what the map covers"),
        )
    ]
    share = dict(
        type="scatter",
        x=zones["value"].tolist(),
        y=y,
        error_x=theme.whisker(
            zones["value"], zones["low"], zones["high"], colours.models[0], thickness=2
        ),
        mode="markers",
        marker={"color": colours.models[0], "size": 10},
        name="of the map",
        text=hover,
        hoverinfo="text",
    )
    return theme.figure(
        [*even, share],
        dict(
            xaxis=theme.share_axis("Share of the map, and of the picture"),
            yaxis={
                "tickvals": y,
                "ticktext": [_folded(upper_first(label)) for label in zones["label"]],
                "tickfont": {"color": colours.ink, "size": 13},
                "range": [len(zones) - 0.4, -0.6],
                "showgrid": False,
            },
            **_LEGEND,
        ),
        dark=dark,
    )


def near_figure(
    points: pd.DataFrame,
    curve: pd.DataFrame,
    covered: pd.DataFrame,
    *,
    even: float,
    outcome: str,
    dark: bool = False,
) -> go.Figure:
    """Draw the share of each case's map near the capsule against the distance of the nodule.

    Parameters
    ----------
    points : pandas.DataFrame
        ``case_id, distance_mm, near, y_true``.
    curve : pandas.DataFrame
        ``distance_mm, share, low, high``; may be empty.
    covered : pandas.DataFrame
        The same for a map spread evenly over where there is any; may be empty.
    even : float
        Share of a map spread evenly over the gland.
    outcome : str
        The outcome in words, for the legend.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    known = points[points["distance_mm"].notna()]
    end = float(known["distance_mm"].max()) if len(known) else 10.0
    line, words = theme.reference(
        [0.0, end], [even, even], "spread evenly over the gland", dark, anchor="right"
    )
    traces: list[theme.Trace] = [line | {"showlegend": False}]
    for has, colour, symbol in (
        (False, colours.absent, "circle-open"),
        (True, colours.present, "circle"),
    ):
        here = known[known["y_true"].astype(bool) == has]
        traces.append(
            dict(
                type="scatter",
                x=here["distance_mm"],
                y=here["near"],
                customdata=here["case_id"],
                mode="markers",
                marker={"color": colour, "size": 6, "opacity": 0.7, "symbol": symbol},
                name=f"with {outcome}" if has else "without",
                hovertemplate="%{x:.1f} mm: %{y:.0%}<extra>%{customdata}</extra>",
            )
        )
    if len(curve):
        ink = colours.ink
        x = curve["distance_mm"]
        traces += [
            theme.band(x, curve["low"], curve["high"], ink, "band") | {"showlegend": False},
            dict(
                type="scatter",
                x=x,
                y=curve["share"],
                mode="lines",
                line={"color": ink, "width": 2.5},
                name="mean",
                hovertemplate="%{x:.1f} mm: %{y:.0%}<extra>mean</extra>",
            ),
        ]
    if len(covered):
        traces.append(
            dict(
                type="scatter",
                x=covered["distance_mm"],
                y=covered["share"],
                mode="lines",
                line={"color": colours.models[1], "width": 2, "dash": "dot"},
                name="spread evenly over what the map covers",
                hovertemplate="%{x:.1f} mm: %{y:.0%}<extra>what the map covers</extra>",
            )
        )
    return theme.figure(
        traces,
        dict(
            xaxis={
                "title": {"text": "Distance of the nodule to the capsule (mm)"},
                "range": [-0.02 * end, 1.02 * end],
            },
            yaxis=theme.share_axis("Share of the map within 2 mm of the capsule"),
            annotations=[words] if np.isfinite(even) else [],
            **_LEGEND,
        ),
        dark=dark,
    )


_LEGEND = {
    "showlegend": True,
    "legend": {"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
    "margin": {"l": 8, "r": 12, "t": 36, "b": 8},
}


def _folded(label: str) -> str:
    """A long label on two lines, at its comma."""
    return label.replace(", ", ",<br>", 1)
