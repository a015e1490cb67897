"""How is a logistic model drawn so that a risk can be read off with a ruler?

One line per variable on a common scale of points, with its values as marks; below them the total
of the points and the risk that belongs to it. Marks that would cover each other are written beside
the line in words.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from clnm_core.systems.nomogram import Axis, Nomogram
from clnm_core.ui.charts import theme

_ROW = 46
_LEFT = 270
"""Pixels for the names of the variables."""
_DRAWN = 920
"""Pixels from 0 to 100 points on a screen of 1280; what fits there fits on paper."""
_CHARACTER = 7.2
_GAP = 10


def nomogram_figure(nomogram: Nomogram, *, outcome: str, dark: bool = False) -> go.Figure:
    """Draw the scales: points, one per variable, total points, risk.

    Parameters
    ----------
    nomogram : Nomogram
    outcome : str
        The outcome in words, for the scale of risks.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    rows = len(nomogram.axes) + 3
    traces: list[theme.Trace] = []
    notes: list[dict] = []
    points = np.arange(0, 101, 10)
    traces.append(_scale(rows - 1, points, [f"{p:g}" for p in points], "Points", colours.muted))
    for place, axis in enumerate(nomogram.axes):
        traces += _variable(axis, rows - 2 - place, colours, notes)
    low, high = nomogram.totals
    step = _step((high - low) / 10)
    totals = np.arange(low, high + step / 2, step)
    labels = [f"{total:g}" for total in totals]
    traces.append(_scale(1, _along(totals, low, high), labels, "Total points", colours.muted))
    traces.append(_risks(nomogram, low, high, colours, notes))
    names = ["Points", *(axis.title for axis in nomogram.axes), "Total points", f"Risk: {outcome}"]
    for place, name in enumerate(names):
        bold = f"<b>{name}</b>" if place in (0, rows - 2, rows - 1) else name
        notes.append(_note(bold, 0, rows - 1 - place, colours.ink, xref="paper", shift=-14))
    return theme.figure(
        traces,
        dict(
            xaxis={"range": [-1, 101], "visible": False, "fixedrange": True},
            yaxis={"range": [-0.7, rows - 0.4], "visible": False, "fixedrange": True},
            margin={"l": _LEFT, "r": 24, "t": 16, "b": 16},
            annotations=notes,
            showlegend=False,
        ),
        dark=dark,
        height=50 + _ROW * rows,
    )


def _variable(axis: Axis, row: int, colours: theme.Palette, notes: list[dict]) -> list[theme.Trace]:
    ticks = [*axis.ticks, *([axis.unknown] if axis.learned_unknown else [])]
    ticks.sort(key=lambda tick: tick.points)
    places = [tick.points for tick in ticks]
    labels = [tick.label for tick in ticks]
    sides = _sides(places, labels)
    hover = [f"{axis.title}: {tick.label} = {tick.points:.1f} points" for tick in ticks]
    if sides is None:
        words = "; ".join(f"{tick.label}: {tick.points:.0f}" for tick in ticks)
        at = min(max(places) + 1.5, 100)
        notes.append(_note(words, at, row, colours.ink, anchor="left"))
        labels, sides = [""] * len(ticks), ["top center"] * len(ticks)
    return [_scale(row, places, labels, axis.title, colours.models[0], sides, hover)]


def _risks(
    nomogram: Nomogram, low: float, high: float, colours: theme.Palette, notes: list[dict]
) -> theme.Trace:
    marks = nomogram.risk_ticks()
    if not marks:
        risk = float(nomogram.risk((low + high) / 2))
        notes.append(_note(f"{risk:.0%} for every total", 1, 0, colours.ink, anchor="left"))
    places = _along(np.array([total for _, total in marks]), low, high)
    labels = [f"{risk:.0%}" for risk, _ in marks]
    hover = [f"{total:.1f} points in all: risk {risk:.0%}" for risk, total in marks]
    labels = _thinned(list(places), labels)
    return _scale(0, places, labels, "Risk", colours.present, None, hover)


def _scale(
    row: int,
    places: Sequence[float] | np.ndarray,
    labels: list[str],
    name: str,
    colour: str,
    sides: list[str] | None = None,
    hover: list[str] | None = None,
) -> theme.Trace:
    return dict(
        type="scatter",
        x=list(places),
        y=[row] * len(places),
        mode="lines+markers+text",
        line={"color": colour, "width": 1.5},
        marker={
            "color": colour,
            "symbol": "line-ns",
            "size": 9,
            "line": {"width": 1.5, "color": colour},
        },
        text=labels,
        textposition=sides or "top center",
        textfont={"size": 12},
        cliponaxis=False,
        name=name,
        hovertext=hover or [f"{name}: {label}" for label in labels],
        hoverinfo="text",
    )


def _sides(places: list[float], labels: list[str]) -> list[str] | None:
    """Above or below the line for each label, from the left; ``None`` where neither is free."""
    ends = {"top center": -np.inf, "bottom center": -np.inf}
    found = []
    for place, label in zip(places, labels, strict=True):
        middle, half = place / 100 * _DRAWN, len(label) * _CHARACTER / 2
        free = [side for side, end in ends.items() if middle - half >= end + _GAP]
        if not free:
            return None
        ends[free[0]] = middle + half
        found.append(free[0])
    return found


def _thinned(places: list[float], labels: list[str]) -> list[str]:
    """The labels with those left out that would cover one before."""
    end, found = -np.inf, []
    for place, label in zip(places, labels, strict=True):
        middle, half = place / 100 * _DRAWN, len(label) * _CHARACTER / 2
        is_free = middle - half >= end + _GAP / 2
        end = middle + half if is_free else end
        found.append(label if is_free else "")
    return found


def _along(totals: np.ndarray, low: float, high: float) -> np.ndarray:
    """Where totals lie on the common scale, whose 0 to 100 is from the least to the most."""
    return np.asarray((totals - low) / (high - low) * 100)


def _step(raw: float) -> float:
    return float(min((10, 20, 25, 50, 100), key=lambda one: abs(one - raw)))


def _note(
    text: str,
    x: float,
    row: int,
    colour: str,
    *,
    xref: str = "x",
    anchor: str = "right",
    shift: int = 0,
) -> dict:
    return {
        "text": text,
        "x": x,
        "y": row,
        "xref": xref,
        "yref": "y",
        "xanchor": anchor,
        "xshift": shift,
        "showarrow": False,
        "font": {"color": colour, "size": 13},
    }
