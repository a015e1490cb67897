"""Do the risks come true: of a hundred cases given 30 %, have thirty the outcome?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.thinning import thinned


def calibration_figure(
    curve: pd.DataFrame,
    bins: pd.DataFrame,
    histogram: pd.DataFrame,
    *,
    dark: bool = False,
) -> go.Figure:
    """Draw observed share against predicted risk, over a histogram of the risks.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``risk``, ``observed``, ``low``, ``high``: the flexible curve with its band; may
        be empty where there are too few cases for it.
    bins : pandas.DataFrame
        ``n``, ``events``, ``mean_risk``, ``observed``, ``low``, ``high``: dots with
        Wilson intervals.
    histogram : pandas.DataFrame
        ``low``, ``high``, ``present``, ``absent``: counts of risks; present is drawn up
        and absent down from the lower axis.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    perfect, label = theme.reference([0, 1], [0, 1], "dashed: risk equals share", dark)
    label |= {"x": 0.99, "y": 0.01}
    traces.append(perfect)
    traces += _flexible(curve, colours.models[0])
    traces.append(_dots(bins, colours.ink))
    traces += _spread(histogram, colours)
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Predicted risk", anchor="y2"),
            yaxis=theme.share_axis("Observed share with the outcome", domain=[0.28, 1]),
            yaxis2={
                "domain": [0, 0.22],
                "showticklabels": False,
                "showgrid": False,
                "zeroline": True,
                "zerolinecolor": colours.unknown,
            },
            barmode="overlay",
            bargap=0.08,
            annotations=[label, *_directions(colours)],
        ),
        dark=dark,
    )


def _flexible(curve: pd.DataFrame, colour: str) -> list[theme.Trace]:
    if curve.empty:
        return []
    points = thinned(curve, "risk", "observed")
    return [
        theme.band(points["risk"], points["low"], points["high"], colour, "band of the curve"),
        dict(
            type="scatter",
            x=points["risk"],
            y=points["observed"],
            mode="lines",
            line={"color": colour, "width": 2.5},
            name="flexible curve",
            hovertemplate="risk %{x:.1%}<br>observed %{y:.1%}<extra>curve</extra>",
        ),
    ]


def _dots(bins: pd.DataFrame, colour: str) -> theme.Trace:
    return dict(
        type="scatter",
        x=bins["mean_risk"],
        y=bins["observed"],
        error_y=theme.whisker(bins["observed"], bins["low"], bins["high"], colour, thickness=1.2),
        customdata=bins[["n", "events", "low", "high"]].to_numpy(),
        mode="markers",
        marker={"color": colour, "size": 7},
        name="groups of equal size",
        hovertemplate=(
            "mean risk %{x:.1%}<br>observed %{y:.1%} (%{customdata[2]:.1%}–%{customdata[3]:.1%})"
            "<br>%{customdata[1]:,} of %{customdata[0]:,}<extra></extra>"
        ),
    )


def _spread(histogram: pd.DataFrame, colours: theme.Palette) -> list[theme.Trace]:
    middle = (histogram["low"] + histogram["high"]) / 2
    return [
        dict(
            type="bar",
            x=middle,
            y=histogram[column] * sign,
            width=(histogram["high"] - histogram["low"]) * 0.92,
            customdata=histogram[[column, "low", "high"]].to_numpy(),
            marker={"color": colour},
            yaxis="y2",
            name=words,
            hovertemplate=(
                f"%{{customdata[0]:,}} {words}<br>risk %{{customdata[1]:.0%}}"
                "–%{customdata[2]:.0%}<extra></extra>"
            ),
        )
        for column, sign, colour, words in (
            ("present", 1, colours.present, "with the outcome"),
            ("absent", -1, colours.absent, "without the outcome"),
        )
    ]


def _directions(colours: theme.Palette) -> list[dict[str, object]]:
    """Direct labels of the two halves of the histogram, left of its axis."""
    place = {"xref": "paper", "yref": "paper", "x": -0.01, "xanchor": "right", "showarrow": False}
    return [
        place
        | {"y": height, "yanchor": anchor, "text": words, "font": {"size": 12, "color": colour}}
        for height, anchor, words, colour in (
            (0.22, "top", "with", colours.present),
            (0.0, "bottom", "without", colours.absent),
        )
    ]
