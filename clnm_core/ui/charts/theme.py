"""What do all charts have in common? Palette, template and the marks of the chart grammar.

An estimate is a dot, an interval a line or a band at 20 % opacity, a reference a thin
dashed grey line with a label at its end, a threshold one vertical line in ink. Colours
are named by what they mean; each has a twin for the dark page. Text reaches a contrast
of 4.5 : 1 and marks 3 : 1 on the page they are drawn on.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike

FONT = '"Source Sans", "Source Sans 3", "Source Sans Pro", "Segoe UI", sans-serif'


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours by meaning, as ``#RRGGBB``."""

    page: str  #: what the chart is drawn on; the chart itself is transparent
    ink: str  #: text and thresholds
    muted: str  #: axis titles, notes, references
    grid: str  #: lines that only help the eye
    present: str  #: cases with the outcome
    absent: str  #: cases without it
    unknown: str  #: cases for which it is not known, or too few
    models: tuple[str, ...]  #: models in order


LIGHT = Palette(
    page="#FFFFFF",
    ink="#1A2129",
    muted="#5B6470",
    grid="#E4E7EB",
    present="#C8442B",
    absent="#3B6FB6",
    unknown="#80868F",
    models=("#1F3B57", "#C97F0A", "#23897C", "#8E5EA2", "#6C8E3F", "#B85C8A"),
)
DARK = Palette(
    page="#12161C",
    ink="#E8EBEF",
    muted="#A3ABB6",
    grid="#2B323B",
    present="#EE7A62",
    absent="#7FA8E0",
    unknown="#8A8F98",
    models=("#9CC3E6", "#E08E0B", "#3FBFAE", "#BE93D0", "#9BC265", "#E08DB6"),
)

Trace = dict[str, Any]
"""One trace as Plotly takes it."""

TALL = 380
"""Height of a chart card in pixels; cards side by side share it."""


def palette(dark: bool) -> Palette:
    """The colours for a light or a dark page."""
    return DARK if dark else LIGHT


def contrast(first: str, second: str) -> float:
    """Contrast of two colours after WCAG 2.1, 1 to 21.

    Examples
    --------
    >>> contrast("#000000", "#FFFFFF")
    21.0

    """
    bright, dim = sorted((_luminance(first), _luminance(second)), reverse=True)
    return round((bright + 0.05) / (dim + 0.05), 3)


def faded(colour: str, opacity: float = 0.2) -> str:
    """A colour made see-through, for bands.

    Examples
    --------
    >>> faded("#C8442B")
    'rgba(200,68,43,0.2)'

    """
    red, green, blue = _channels(colour)
    return f"rgba({red},{green},{blue},{opacity:g})"


def risk_colour(share: float, dark: bool) -> str:
    """A colour for a risk: one hue, even steps of lightness from page to full colour.

    Parameters
    ----------
    share : float
        Risk in [0, 1]; outside is clipped.
    dark : bool
        Whether the page is dark; high risk is then the lightest colour.

    """
    low, high = ("#33211E", "#F59B86") if dark else ("#FBEFEC", "#A5311B")
    start, end = (np.array(_lab(colour)) for colour in (low, high))
    return _from_lab(start + (end - start) * min(max(share, 0.0), 1.0))


def ink_on(colour: str) -> str:
    """Black or white, whichever reads better on ``colour``; always at least 4.5 : 1."""
    return max(("#000000", "#FFFFFF"), key=lambda ink: contrast(ink, colour))


def template(dark: bool) -> dict[str, Any]:
    """The one Plotly template: transparent, quiet axes, the palette in order."""
    colours = palette(dark)
    axis = {
        "gridcolor": colours.grid,
        "linecolor": colours.grid,
        "zeroline": False,
        "ticks": "",
        "tickfont": {"color": colours.muted, "size": 12},
        "title": {"font": {"color": colours.muted, "size": 13}, "standoff": 8},
        "automargin": True,
    }
    return {
        "layout": {
            "font": {"family": FONT, "size": 13, "color": colours.ink},
            "paper_bgcolor": "rgba(0,0,0,0)",
            "plot_bgcolor": "rgba(0,0,0,0)",
            "colorway": list(colours.models),
            "xaxis": axis,
            "yaxis": axis,
            "margin": {"l": 8, "r": 12, "t": 12, "b": 8},
            "hoverlabel": {
                "bgcolor": colours.page,
                "bordercolor": colours.grid,
                "font": {"color": colours.ink, "size": 13},
            },
            "showlegend": False,
        }
    }


def figure(
    traces: Sequence[Trace], layout: dict[str, Any], *, dark: bool, height: int = TALL
) -> go.Figure:
    """Traces and layout in the house template.

    Traces are plain dicts until here: a figure that is put together piece by piece is checked
    by Plotly at every piece, which takes four times as long.
    """
    frame = {"template": template(dark), "height": height, "dragmode": False, "autosize": True}
    return go.Figure(data=list(traces), layout=frame | layout)


def share_axis(title: str, **more: Any) -> dict[str, Any]:
    """An axis for a proportion: 0 to 1, written as per cent."""
    return {
        "title": {"text": title},
        "range": [-0.01, 1.01],
        "tickformat": ".0%",
        "tickvals": [0, 0.2, 0.4, 0.6, 0.8, 1],
    } | more


def row_axis(labels: Sequence[str], dark: bool, *, top: float = 0.6) -> dict[str, Any]:
    """An axis of rows with their names, the first on top with ``top`` rows of room above it."""
    return {
        "tickvals": list(range(len(labels))),
        "ticktext": list(labels),
        "tickfont": {"color": palette(dark).ink, "size": 13},
        "range": [len(labels) - 0.4, -top],
        "showgrid": False,
    }


def band(x: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str, name: str) -> Trace:
    """An interval along a curve, at 20 % opacity; points without an interval are left out."""
    across, lower, upper = (np.asarray(values, dtype=float) for values in (x, low, high))
    known = np.isfinite(lower) & np.isfinite(upper)
    across, lower, upper = across[known], lower[known], upper[known]
    return dict(
        type="scatter",
        x=np.concatenate([across, across[::-1]]),
        y=np.concatenate([upper, lower[::-1]]),
        fill="toself",
        fillcolor=faded(colour),
        line={"width": 0},
        mode="lines",
        hoverinfo="skip",
        name=name,
    )


def whisker(
    value: ArrayLike, low: ArrayLike, high: ArrayLike, colour: str, *, thickness: float
) -> dict[str, Any]:
    """The intervals of estimates, as the ``error_x`` or ``error_y`` of their marks."""
    return {
        "type": "data",
        "symmetric": False,
        "array": np.subtract(high, value),
        "arrayminus": np.subtract(value, low),
        "color": colour,
        "thickness": thickness,
        "width": 0,
    }


def reference(
    x: Sequence[float], y: Sequence[float], label: str, dark: bool, *, anchor: str = "right"
) -> tuple[Trace, dict[str, Any]]:
    """A thin dashed grey line and the label at its end: a trace and an annotation."""
    colours = palette(dark)
    line = dict(
        type="scatter",
        x=list(x),
        y=list(y),
        mode="lines",
        line={"color": colours.unknown, "width": 1, "dash": "dash"},
        hoverinfo="skip",
        name=label,
    )
    return line, note(x[-1], y[-1], label, dark, anchor=anchor)


def note(
    x: float, y: float, text: str, dark: bool, *, anchor: str = "left", colour: str | None = None
) -> dict[str, Any]:
    """A few words inside the chart, at a place of its axes."""
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "xanchor": anchor,
        "yanchor": "bottom",
        "font": {"size": 12, "color": colour or palette(dark).muted},
    }


def threshold_line(threshold: float, dark: bool) -> dict[str, Any]:
    """The threshold: one vertical line in ink, over the whole height."""
    return {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": threshold,
        "x1": threshold,
        "y0": 0,
        "y1": 1,
        "line": {"color": palette(dark).ink, "width": 1.5},
        "name": "threshold",
    }


def _channels(colour: str) -> tuple[int, int, int]:
    return (int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16))


def _linear(colour: str) -> np.ndarray:
    """Linear-light red, green and blue in [0, 1]; IEC 61966-2-1."""
    share = np.array(_channels(colour)) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _luminance(colour: str) -> float:
    return float(_linear(colour) @ np.array([0.2126, 0.7152, 0.0722]))


_TO_CONES = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
_TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def _lab(colour: str) -> np.ndarray:
    """OKLab, in which equal steps look equal; https://bottosson.github.io/posts/oklab."""
    return _TO_LAB @ np.cbrt(_TO_CONES @ _linear(colour))


def _from_lab(lab: np.ndarray) -> str:
    linear = np.clip(np.linalg.inv(_TO_CONES) @ np.linalg.inv(_TO_LAB).dot(lab) ** 3, 0, 1)
    share = np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)
    return "#" + "".join(f"{round(float(value) * 255):02X}" for value in share)
