"""Do the risks come true in each group?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.small_multiples import (
    SHARES,
    axis_names,
    height_of,
    panel_layout,
    panel_title,
)


def group_calibration_figure(
    sizes: pd.DataFrame, curves: pd.DataFrame, bins: pd.DataFrame, *, dark: bool = False
) -> go.Figure:
    """Draw observed share against predicted risk, one panel per group, on the same axes.

    Parameters
    ----------
    sizes : pandas.DataFrame
        ``level``, ``n``, ``events``: the groups in reading order, at most six.
    curves : pandas.DataFrame
        ``level``, ``risk``, ``observed``, ``low``, ``high``; a group without rows has dots
        only.
    bins : pandas.DataFrame
        ``level``, ``n``, ``events``, ``mean_risk``, ``observed``, ``low``, ``high``.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    titles = []
    for place, row in enumerate(sizes.to_dict("records")):
        axes, level = axis_names(place), str(row["level"])
        titles.append(panel_title(level, row["n"], row["events"], dark=dark))
        curve, dots = curves[curves["level"] == level], bins[bins["level"] == level]
        traces.append(
            axes
            | dict(
                type="scatter",
                x=[0, 1],
                y=[0, 1],
                mode="lines",
                line={"color": colours.unknown, "width": 1, "dash": "dash"},
                hoverinfo="skip",
                name="risk equals share",
            )
        )
        if not curve.empty:
            shade = theme.band(
                curve["risk"], curve["low"], curve["high"], colours.models[0], "band"
            )
            line = dict(
                type="scatter",
                x=curve["risk"],
                y=curve["observed"],
                mode="lines",
                line={"color": colours.models[0], "width": 2},
                name=f"{level}, curve",
                hovertemplate="risk %{x:.0%}<br>observed %{y:.0%}<extra></extra>",
            )
            traces += [axes | shade, axes | line]
        traces.append(axes | _dots(dots, level, colours.ink))
    axis = SHARES | {"range": [-0.02, 1.02]}
    layout = panel_layout(
        titles,
        theme.share_axis("Predicted risk", **axis),
        theme.share_axis("Observed share", **axis),
        dark=dark,
    )
    return theme.figure(traces, layout, dark=dark, height=height_of(len(titles)))


def _dots(bins: pd.DataFrame, level: str, colour: str) -> theme.Trace:
    return dict(
        type="scatter",
        x=bins["mean_risk"],
        y=bins["observed"],
        error_y=theme.whisker(bins["observed"], bins["low"], bins["high"], colour, thickness=1),
        customdata=bins[["n", "events"]].to_numpy(),
        mode="markers",
        marker={"color": colour, "size": 5},
        name=f"{level}, bins",
        hovertemplate=(
            "mean risk %{x:.0%}<br>observed %{y:.0%}: %{customdata[1]:,} of %{customdata[0]:,}"
            "<extra></extra>"
        ),
    )
