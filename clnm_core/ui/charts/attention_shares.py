"""On which inputs did a network's attention rest?"""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_ROW = 30


def attention_shares_figure(shares: Mapping[str, float], *, dark: bool = False) -> go.Figure:
    """Draw one bar per group of inputs, the largest on top.

    Parameters
    ----------
    shares : mapping of str to float
        Share of attention by group, each in [0, 1]; together 1.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    rows = sorted(shares.items(), key=lambda pair: (pair[1], pair[0]))
    bar = dict(
        type="bar",
        x=[share for _, share in rows],
        y=[name for name, _ in rows],
        orientation="h",
        marker={"color": colours.models[0]},
        text=[f"{share:.0%}" for _, share in rows],
        textposition="outside",
        textfont={"color": colours.ink},
        cliponaxis=False,
        hovertemplate="%{y}: %{x:.1%}<extra></extra>",
        name="attention",
    )
    return theme.figure(
        [bar],
        dict(
            xaxis=theme.share_axis("Share of attention", range=[0, 1.08]),
            yaxis={"tickfont": {"color": colours.ink, "size": 13}, "showgrid": False},
        ),
        dark=dark,
        height=90 + _ROW * max(len(rows), 1),
    )
