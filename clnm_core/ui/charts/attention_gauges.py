"""How much of a network's attention rested on each kind of input? Drawn as in the paper, as gauges.

The one place of the product where a gauge stands: LLNM-Net is published with four of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_ROW = 140
_ACROSS = 2


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
    rows = max(-(-len(shares) // _ACROSS), 1)
    traces: list[dict[str, Any]] = [
        {
            "type": "indicator",
            "mode": "gauge+number",
            "value": 100 * share,
            "number": {"suffix": " %", "valueformat": ".0f", "font": {"color": colours.ink}},
            "domain": _cell(place, rows),
            "gauge": {
                "axis": {"range": [0, 100], "tickvals": [0, 100], "tickfont": {"size": 11}},
                "bar": {"color": colours.models[place % len(colours.models)], "thickness": 0.8},
                "bgcolor": "rgba(0,0,0,0)",
                "bordercolor": colours.grid,
            },
        }
        for place, share in enumerate(shares.values())
    ]
    # A gauge writes a title of its own into its arc, over the number.
    names = [
        {
            "text": name,
            "x": sum(_cell(place, rows)["x"]) / 2,
            "y": _cell(place, rows)["y"][1] + 0.04 / rows,
            "xref": "paper",
            "yref": "paper",
            "xanchor": "center",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"size": 13, "color": colours.ink},
        }
        for place, name in enumerate(shares)
    ]
    layout: dict[str, Any] = {"annotations": names, "margin": {"l": 8, "r": 8, "t": 20, "b": 4}}
    return theme.figure(traces, layout, dark=dark, height=30 + _ROW * rows)


def _cell(place: int, rows: int) -> dict[str, list[float]]:
    """The part of the drawing that a gauge takes, two beside each other, with room for its name."""
    row, column = divmod(place, _ACROSS)
    top = 1 - row / rows
    return {
        "x": [(column + 0.14) / _ACROSS, (column + 0.86) / _ACROSS],
        "y": [top - 0.96 / rows, top - 0.22 / rows],
    }
