"""How many features keep their value when the outline is drawn a little differently?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_EDGES = np.linspace(0.0, 1.0, 21)


def repeatability_figure(rows: pd.DataFrame, *, least: float, dark: bool = False) -> go.Figure:
    """Draw how many features reach which ICC; those below the bar in grey.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``icc`` of each feature, at most 1; below 0 is drawn at 0, missing is left out.
    least : float
        From which ICC a feature counts as repeatable, in [0, 1].
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    values = rows["icc"].dropna().clip(0.0, 1.0).to_numpy()
    counts, _ = np.histogram(values, bins=_EDGES)
    middles = (_EDGES[:-1] + _EDGES[1:]) / 2
    bars = dict(
        type="bar",
        x=middles.tolist(),
        y=counts.tolist(),
        width=0.046,
        marker={
            "color": [
                colours.models[0] if middle >= least else colours.unknown for middle in middles
            ]
        },
        hovertemplate="ICC about %{x:.2f}<br>%{y} features<extra></extra>",
    )
    return theme.figure(
        [bars],
        dict(
            xaxis={"title": {"text": "ICC over redrawn outlines"}, "range": [-0.02, 1.02]},
            yaxis={"title": {"text": "features"}, "rangemode": "tozero"},
            shapes=[theme.threshold_line(least, dark)],
            annotations=[
                theme.note(least, 1.0, f"{least:.2f}", dark, anchor="right") | {"yref": "paper"}
            ],
        ),
        dark=dark,
    )
