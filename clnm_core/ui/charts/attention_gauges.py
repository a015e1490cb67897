"""How much of a network's attention rested on each kind of input? Drawn as in the paper, as gauges.

The one place of the product where a gauge stands: LLNM-Net is published with four of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_HEIGHT = 170


def attention_gauges_figure(shares: Mapping[str, float], *, dark: bool = False) -> go.Figure:
    """Draw one gauge per group of inputs, in their own order.

    Parameters
    ----------
    shares : mapping of str to float
        Share of attention by group, each in [0, 1]; together 1.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    count = max(len(shares), 1)
    traces: list[dict[str, Any]] = [
        {
            "type": "indicator",
            "mode": "gauge+number",
            "value": 100 * share,
            "number": {"suffix": " %", "valueformat": ".0f", "font": {"color": colours.ink}},
            "title": {"text": name, "font": {"size": 13, "color": colours.ink}},
            "domain": {"x": _span(place, count), "y": [0.0, 0.82]},
            "gauge": {
                "axis": {"range": [0, 100], "tickvals": [0, 100], "tickfont": {"size": 11}},
                "bar": {"color": colours.models[place % len(colours.models)], "thickness": 0.8},
                "bgcolor": "rgba(0,0,0,0)",
                "bordercolor": colours.grid,
            },
        }
        for place, (name, share) in enumerate(shares.items())
    ]
    layout = {"margin": {"l": 24, "r": 24, "t": 20, "b": 4}}
    return theme.figure(traces, layout, dark=dark, height=_HEIGHT)


def _span(place: int, count: int) -> list[float]:
    """The stretch of the width that one of several gauges takes, with room between them."""
    return [(place + 0.14) / count, (place + 0.86) / count]
