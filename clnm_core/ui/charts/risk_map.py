"""Where on a gland of standard shape do lesions with metastasis lie more often?"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from clnm_core.imaging.template import SIDE, inside, template_axis
from clnm_core.ui.charts import theme

_ENDS = {
    "transverse": ("outer side", "towards the midline", "skin", "spine"),
    "longitudinal": ("head", "chest", "skin", "spine"),
}
_AROUND = np.linspace(0, 2 * np.pi, 181)


def risk_map_figure(
    pixels: pd.DataFrame, *, view: str, aspect: float, scale: str, dark: bool = False
) -> go.Figure:
    """Draw the difference as a map with the capsule around it, and a line around what is beyond.

    Parameters
    ----------
    pixels : pandas.DataFrame
        ``x``, ``y`` in the order of :func:`~clnm_core.imaging.template.inside`, ``difference``,
        ``band``, ``patients``, ``is_too_few``, ``is_beyond``.
    view : str
        ``transverse`` or ``longitudinal``; says what lies at the sides.
    aspect : float
        Height of the gland over its width, greater than 0.
    scale : str
        What the colour says.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    known = ~pixels["is_too_few"].to_numpy(dtype=bool)
    difference = np.where(known, pixels["difference"], np.nan)
    largest = float(np.nanmax(np.abs(difference))) if known.any() else 1.0
    across, down = template_axis() / aspect, template_axis()
    heat = dict(
        type="heatmap",
        z=_square(difference),
        x=across.tolist(),
        y=down.tolist(),
        zmin=-largest,
        zmax=largest,
        colorscale=[[0, colours.absent], [0.5, colours.grid], [1, colours.present]],
        colorbar={
            "title": {
                "text": scale,
                "side": "bottom",
                "font": {"size": 13, "color": colours.muted},
            },
            "orientation": "h",
            "thickness": 12,
            "len": 0.7,
            "y": -0.08,
            "yanchor": "top",
            "nticks": 5,
        },
        customdata=_square(pixels["patients"].to_numpy(dtype=float)),
        hovertemplate="difference %{z:.3f}<br>%{customdata} patients<extra></extra>",
        hoverongaps=False,
    )
    traces = [heat]
    for sign in (1, -1):
        is_beyond = pixels["is_beyond"].to_numpy(dtype=bool) & (sign * difference > 0)
        if is_beyond.any():
            traces.append(_around(is_beyond, across, down, colours.ink, is_dashed=sign < 0))
    traces.append(_capsule(aspect, colours.muted))
    return theme.figure(
        traces,
        dict(
            xaxis=_bare(1.02 / aspect),
            yaxis=_bare(1.02) | {"range": [1.02, -1.02], "scaleanchor": "x"},
            margin={"l": 28, "r": 28, "t": 28, "b": 76},
            annotations=_ends(view, aspect, dark),
        ),
        dark=dark,
    )


def _square(values: NDArray[np.float64]) -> list[list[float | None]]:
    """Values of the pixels in the gland as the square that they are part of; None for nothing."""
    found = np.full((SIDE, SIDE), np.nan)
    found[inside()] = values
    return [
        [None if math.isnan(value) else round(value, 5) for value in row] for row in found.tolist()
    ]


def _around(
    is_beyond: NDArray[np.bool_],
    across: NDArray[np.float64],
    down: NDArray[np.float64],
    colour: str,
    *,
    is_dashed: bool,
) -> theme.Trace:
    """A line around pixels; nothing is smoothed."""
    found = np.zeros((SIDE, SIDE))
    found[inside()] = is_beyond
    return dict(
        type="contour",
        z=found.tolist(),
        x=across.tolist(),
        y=down.tolist(),
        contours={"start": 0.5, "end": 0.5, "size": 1, "coloring": "none"},
        line={
            "color": colour,
            "width": 1.5,
            "smoothing": 0,
            "dash": "dash" if is_dashed else "solid",
        },
        showscale=False,
        hoverinfo="skip",
        name="less often" if is_dashed else "more often",
    )


def _capsule(aspect: float, colour: str) -> theme.Trace:
    return dict(
        type="scatter",
        x=(np.cos(_AROUND) / aspect).tolist(),
        y=np.sin(_AROUND).tolist(),
        mode="lines",
        line={"color": colour, "width": 1.5},
        hoverinfo="skip",
        name="capsule",
    )


def _bare(reach: float) -> dict[str, Any]:
    return {
        "range": [-reach, reach],
        "showgrid": False,
        "showticklabels": False,
        "fixedrange": True,
        "constrain": "domain",
    }


def _ends(view: str, aspect: float, dark: bool) -> list[dict[str, Any]]:
    """What lies at the four sides of the gland."""
    left, right, above, below = _ENDS[view]
    places = (
        (-1 / aspect, 0.0, left, {"textangle": -90, "xshift": -12}),
        (1 / aspect, 0.0, right, {"textangle": 90, "xshift": 12}),
        (0.0, -1.0, above, {"yshift": 12}),
        (0.0, 1.0, below, {"yshift": -12}),
    )
    return [
        theme.note(x, y, text, dark, anchor="center") | {"yanchor": "middle"} | more
        for x, y, text, more in places
    ]
