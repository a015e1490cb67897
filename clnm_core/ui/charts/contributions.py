"""How does a risk come about, step by step, from that of the average training case?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_ROW = 30
_MOST_ROWS = 12
_LEAST = {"log-odds": 0.005, "probability": 0.0005}
_TICKS = (0.001, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 0.999)
_APART = 0.07
"""Two ticks of the risk are at least so far apart, as a share of the axis."""


def contributions_figure(
    contributions: pd.DataFrame, *, baseline: float, scale: str = "log-odds", dark: bool = False
) -> go.Figure:
    """Draw a waterfall: where the average case stands, what each variable adds, where this one ends.

    Parameters
    ----------
    contributions : pandas.DataFrame
        ``label``, ``value`` (in words), ``effect``; largest first. At most twelve have a step of
        their own, and none that rounds to nothing; the others are one step together, so that the
        steps add up. The table has them all.
    baseline : float
        Output for the average training case, on ``scale``; NaN where it is not known, and the
        steps then start at 0.
    scale : str
        ``log-odds``, with the risk on a second axis, or ``probability``.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    steps = _steps(contributions, scale)
    start = baseline if np.isfinite(baseline) else 0.0
    ends = start + np.cumsum([effect for _, effect in steps])
    begins = np.concatenate([[start], ends[:-1]])
    rows = len(steps) + 2
    names = [
        "Average training case" if np.isfinite(baseline) else "Start",
        *(name for name, _ in steps),
        "This case, before calibration",
    ]
    places = np.arange(rows)
    written = [_signed(effect, scale) for _, effect in steps]
    bars = dict(
        type="bar",
        x=[effect for _, effect in steps],
        base=begins,
        y=places[1:-1],
        orientation="h",
        marker={"color": [colours.present if x > 0 else colours.absent for _, x in steps]},
        text=written,
        textposition="outside",
        textfont={"color": colours.ink},
        cliponaxis=False,
        customdata=[[name, text] for (name, _), text in zip(steps, written, strict=True)],
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        name="contribution",
    )
    points = np.array([start, ends[-1] if len(steps) else start])
    reach = _reach(np.concatenate([begins, ends, points]))
    marks = dict(
        type="scatter",
        x=points,
        y=places[[0, -1]],
        mode="markers+text",
        marker={"color": colours.ink, "size": 9},
        text=[_point(value, scale, np.isfinite(baseline)) for value in points],
        textposition=[_side(value, reach) for value in points],
        textfont={"color": colours.ink},
        cliponaxis=False,
        hoverinfo="skip",
        name="ends",
    )
    layout: dict[str, Any] = dict(
        xaxis=_axis(scale, reach),
        yaxis={
            "tickvals": places,
            "ticktext": names,
            "range": [rows - 0.4, -0.6],
            "tickfont": {"color": colours.ink, "size": 13},
            "showgrid": False,
        },
        shapes=_joints(start, ends, colours.unknown),
        bargap=0.35,
    )
    traces: list[theme.Trace] = [bars, marks]
    if scale == "log-odds" and np.isfinite(baseline):
        traces.append(dict(type="scatter", x=points, y=places[[0, -1]], xaxis="x2", visible=True))
        traces[-1] |= {"mode": "markers", "opacity": 0, "hoverinfo": "skip", "name": "risk"}
        layout["xaxis2"] = _risk_axis(reach)
    return theme.figure(traces, layout, dark=dark, height=100 + _ROW * rows)


def _steps(contributions: pd.DataFrame, scale: str) -> list[tuple[str, float]]:
    """Name and effect of each step; what is not drawn alone is one step together."""
    effects = contributions["effect"].to_numpy(dtype=float)
    rows = list(contributions.itertuples())
    alone = [place for place in range(len(rows)) if abs(effects[place]) >= _LEAST[scale]]
    alone = alone[:_MOST_ROWS]
    steps = [(f"{rows[place].label}: {rows[place].value}", effects[place]) for place in alone]
    others = [place for place in range(len(rows)) if place not in set(alone)]
    rest = float(effects[others].sum())
    if others and (abs(rest) >= _LEAST[scale] or not steps):
        steps.append((f"{len(others)} other{'' if len(others) == 1 else 's'} together", rest))
    return steps


def _signed(effect: float, scale: str) -> str:
    return f"{effect:+.2f}" if scale == "log-odds" else f"{100 * effect:+.1f} points"


def _point(value: float, scale: str, is_risk: bool) -> str:
    if scale == "probability":
        return f" {value:.0%} "
    return f" {value:.2f}, a risk of {_risk(value):.0%} " if is_risk else f" {value:+.2f} "


def _risk(log_odds: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(log_odds, -700, 700))))


def _reach(values: np.ndarray) -> tuple[float, float]:
    """The range of the axis, with room for the words beside the bars."""
    low, high = float(values.min()), float(values.max())
    width = max(high - low, 0.1)
    return low - 0.3 * width, high + 0.3 * width


def _side(value: float, reach: tuple[float, float]) -> str:
    """On which side of a point there is more room for its words."""
    return "middle right" if value <= sum(reach) / 2 else "middle left"


def _axis(scale: str, reach: tuple[float, float]) -> dict[str, Any]:
    if scale == "probability":
        title = "share of trees for the outcome: lower ← → higher"
        return {"title": {"text": title}, "range": reach, "tickformat": ".0%"}
    return {"title": {"text": "log-odds: lower risk ← → higher risk"}, "range": reach}


def _risk_axis(reach: tuple[float, float]) -> dict[str, Any]:
    """The same axis in risks; ticks that would stand on each other are left out."""
    low, high = reach
    shown: list[tuple[float, str]] = []
    for risk in _TICKS:
        at = float(np.log(risk / (1 - risk)))
        is_far = not shown or at - shown[-1][0] >= _APART * (high - low)
        if low <= at <= high and is_far:
            shown.append((at, f"{100 * risk:g} %"))
    return {
        "overlaying": "x",
        "side": "top",
        "range": reach,
        "tickvals": [at for at, _ in shown],
        "ticktext": [text for _, text in shown],
        "title": {"text": "risk before calibration", "standoff": 4},
        "showgrid": False,
    }


def _joints(start: float, ends: np.ndarray, colour: str) -> list[dict[str, Any]]:
    """Thin lines from the end of each step down to the beginning of the next."""
    return [
        {
            "type": "line",
            **{"x0": at, "x1": at, "y0": place, "y1": place + 1},
            "line": {"color": colour, "width": 1},
            "layer": "below",
        }
        for place, at in enumerate([start, *ends])
    ]
