"""Which features say the same?"""

from __future__ import annotations

import plotly.graph_objects as go

from clnm_core.stats.correlated import Correlated
from clnm_core.ui.charts import theme

_MOST_LABELS = 40


def correlation_figure(found: Correlated, *, dark: bool = False) -> go.Figure:
    """Draw rank correlations as a square map, like beside like; grey is no correlation.

    Parameters
    ----------
    found : Correlated
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    names = list(found.names)
    has_labels = len(names) <= _MOST_LABELS
    heat = dict(
        type="heatmap",
        z=found.rho.tolist(),
        x=names,
        y=names,
        zmin=-1,
        zmax=1,
        colorscale=[[0, colours.absent], [0.5, colours.grid], [1, colours.present]],
        colorbar={
            "title": {"text": "rho", "side": "right"},
            "thickness": 12,
            "tickvals": [-1, -0.5, 0, 0.5, 1],
        },
        hovertemplate="%{y}<br>%{x}<br>rho %{z:.2f}<extra></extra>",
    )
    rows = {"showticklabels": has_labels, "tickfont": {"size": 11}, "dtick": 1}
    return theme.figure(
        [heat],
        dict(
            # Columns stand in the order of the rows: their names would take more room than they.
            xaxis={"showticklabels": False, "showgrid": False},
            yaxis=rows | {"autorange": "reversed", "showgrid": False},
        ),
        dark=dark,
        height=max(theme.TALL, 60 + 16 * min(len(names), _MOST_LABELS)),
    )
