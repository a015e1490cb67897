"""Which group of inputs looked at which? Drawn as a flow from those that look to what they saw."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from clnm_core.systems.explanation import Flow
from clnm_core.ui.charts import theme

_ROW = 46


def attention_flows_figure(flows: Sequence[Flow], *, dark: bool = False) -> go.Figure:
    """Draw a band from each group that looks to each that it saw, as wide as the share.

    Parameters
    ----------
    flows : sequence of Flow
        The shares of each group that looks add up to 1.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    looking = list(dict.fromkeys(flow.looking for flow in flows))
    seen = list(dict.fromkeys(flow.seen for flow in flows))
    groups = list(dict.fromkeys([*looking, *seen]))
    colour = {
        name: colours.models[place % len(colours.models)] for place, name in enumerate(groups)
    }
    sankey = dict(
        type="sankey",
        arrangement="fixed",
        node={
            "label": [f"{name} looks" for name in looking] + seen,
            "color": [colour[name] for name in [*looking, *seen]],
            "x": [0.001] * len(looking) + [0.999] * len(seen),
            "y": [*_spread(len(looking)), *_spread(len(seen))],
            "pad": 18,
            "thickness": 14,
            "line": {"width": 0},
            "hoverinfo": "skip",
        },
        link={
            "source": [looking.index(flow.looking) for flow in flows],
            "target": [len(looking) + seen.index(flow.seen) for flow in flows],
            "value": [max(flow.share, 1e-6) for flow in flows],
            "color": [theme.faded(colour[flow.looking], 0.35) for flow in flows],
            "customdata": [f"{flow.looking} at {flow.seen}: {flow.share:.0%}" for flow in flows],
            "hovertemplate": "%{customdata}<extra></extra>",
        },
        textfont={"color": colours.ink, "size": 13},
    )
    height = 90 + _ROW * max(len(looking), len(seen), 1)
    margin = {"l": 8, "r": 8, "t": 16, "b": 16}
    return theme.figure([sankey], {"margin": margin}, dark=dark, height=height)


def _spread(count: int) -> list[float]:
    """Places from top to bottom; Plotly takes neither 0 nor 1."""
    return [(place + 0.5) / count for place in range(count)]
