"""How is the chosen threshold marked on a curve of two rates?"""

from __future__ import annotations

import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_Span = tuple[float, float, float]
"""Value, low and high."""


def operating_dot(x: _Span, y: _Span, threshold: float | None, dark: bool) -> go.Scatter:
    """Mark the point of a curve at the chosen threshold: a dot with its two intervals.

    Parameters
    ----------
    x, y : tuple of float
        Value, low and high of each rate, in [0, 1].
    threshold : float, optional
        Written beside the dot.
    dark : bool
        Whether the page is dark.

    """
    ink = theme.palette(dark).ink
    text = "" if threshold is None else f"threshold {threshold:g}"
    return go.Scatter(
        x=[x[0]],
        y=[y[0]],
        error_x=_whisker(x, ink),
        error_y=_whisker(y, ink),
        mode="markers+text",
        marker={"color": ink, "size": 11},
        text=[text],
        textposition="bottom right" if x[0] < 0.6 else "bottom left",
        textfont={"color": ink, "size": 12},
        cliponaxis=False,
        name="operating point",
        hovertemplate=f"{text or 'operating point'}: %{{y:.1%}} against %{{x:.1%}}<extra></extra>",
    )


def _whisker(span: _Span, colour: str) -> dict[str, object]:
    value, low, high = span
    return {
        "type": "data",
        "symmetric": False,
        "array": [high - value],
        "arrayminus": [value - low],
        "color": colour,
        "thickness": 1.5,
        "width": 0,
    }
