"""How does what a variable does to the answers of a model follow its value?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go
from numpy.typing import NDArray

from clnm_core.domain.columns import Kind
from clnm_core.report.explanations_words import in_unit, unit_words
from clnm_core.report.wording import upper_first
from clnm_core.stats.dependence import UNKNOWN, Dependence
from clnm_core.ui.charts import theme

MOST_POINTS = 1_500
"""Cases that are drawn as points; of more, so many at random."""


def dependence_figure(
    found: Dependence, owners: pd.DataFrame, *, scale: str, outcome: str, dark: bool = False
) -> go.Figure:
    """Draw the effect of each case against its value, with the line or the mean of each level.

    Unknown values of a number stand beside its axis.

    Parameters
    ----------
    found : Dependence
    owners : pandas.DataFrame
        ``case_id, y_true`` of each point.
    scale : str
        Of the effects.
    outcome : str
        The outcome in words, for the legend.
    dark : bool
        Whether the page is dark.

    """
    points = pd.concat([found.points, owners], axis=1)
    if len(points) > MOST_POINTS:
        some = np.random.default_rng(0).permutation(len(points))[:MOST_POINTS]
        points = points.iloc[np.sort(some)]
    is_number = found.column.kind is Kind.NUMBER
    levels = found.levels["level"].tolist()
    aside = _aside(found) if is_number else 0.0
    places = {word: aside if is_number else float(place) for place, word in enumerate(levels)}
    x = _across(points, places, is_number, aside)
    traces = _points(points, x, scale, outcome, found.column.unit, dark)
    if len(found.curve):
        traces += _line(found.curve, scale, theme.palette(dark).ink)
    if len(found.levels):
        traces.append(_means(found.levels, places, scale, theme.palette(dark).ink))
    ends = [float(np.nanmin(x)), float(np.nanmax(x))] if len(x) else [0.0, 1.0]
    line, words = theme.reference(ends, [0.0, 0.0], "no effect", dark)
    axis: dict[str, Any] = {"title": {"text": found.column.title}}
    if not is_number:
        ticks = [
            f"{upper_first(str(row['label']))}<br>n {row['n']:,}"
            for row in found.levels.to_dict("records")
        ]
        axis |= {"tickvals": list(places.values()), "ticktext": ticks, "showgrid": False}
        axis["range"] = [-0.6, len(levels) - 0.4]
    notes = [words]
    if is_number and levels:
        n = int(found.levels["n"].iloc[0])
        notes.append(_beside(aside, f"unknown<br>n {n:,}", dark))
    return theme.figure(
        [line | {"showlegend": False}, *traces],
        dict(
            xaxis=axis,
            yaxis={"title": {"text": f"Added to the risk ({unit_words(scale)})"}},
            annotations=notes,
            showlegend=True,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
            margin={"l": 8, "r": 12, "t": 36, "b": 8},
        ),
        dark=dark,
    )


def _aside(found: Dependence) -> float:
    """Where unknown values of a number stand: to the right of all others."""
    values = found.points["value"].dropna()
    if values.empty:
        return 0.0
    return float(values.max() + 0.1 * ((values.max() - values.min()) or 1.0))


def _across(
    points: pd.DataFrame, places: dict[str, float], is_number: bool, aside: float
) -> NDArray[np.float64]:
    if is_number:
        return points["value"].fillna(aside).to_numpy(dtype=float)
    # Spread by the golden section, so that points of one level do not hide each other.
    spread = ((points["row"].to_numpy() * 0.6180339887) % 1 - 0.5) * 0.5
    return points["value"].map(places).to_numpy(dtype=float) + spread


def _points(
    points: pd.DataFrame,
    x: NDArray[np.float64],
    scale: str,
    outcome: str,
    unit: str,
    dark: bool,
) -> list[theme.Trace]:
    colours = theme.palette(dark)
    shown = points["value"].map(lambda one: UNKNOWN if one != one else f"{one:g} {unit}".rstrip()
        if isinstance(one, float) else str(one))  # fmt: skip
    traces = []
    for has, colour, symbol in (
        (False, colours.absent, "circle-open"),
        (True, colours.present, "circle"),
    ):
        here = (points["y_true"] == has).to_numpy()
        traces.append(
            dict(
                type="scatter",
                x=x[here],
                y=in_unit(1.0, scale) * points["effect"].to_numpy()[here],
                customdata=np.column_stack([points["case_id"][here], shown[here]]),
                mode="markers",
                marker={"color": colour, "size": 5, "opacity": 0.6, "symbol": symbol},
                name=f"with {outcome}" if has else "without",
                hovertemplate="%{customdata[1]}: %{y:+.2f}<extra>%{customdata[0]}</extra>",
            )
        )
    return traces


def _line(curve: pd.DataFrame, scale: str, colour: str) -> list[theme.Trace]:
    factor = in_unit(1.0, scale)
    band = theme.band(curve["value"], factor * curve["low"], factor * curve["high"], colour, "band")
    line = dict(
        type="scatter",
        x=curve["value"],
        y=factor * curve["effect"],
        mode="lines",
        line={"color": colour, "width": 2.5},
        name="mean",
        hovertemplate="%{x:.3g}: %{y:+.2f}<extra>mean</extra>",
        showlegend=False,
    )
    return [band | {"showlegend": False}, line]


def _means(levels: pd.DataFrame, places: dict[str, float], scale: str, colour: str) -> theme.Trace:
    factor = in_unit(1.0, scale)
    value, low, high = (factor * levels[name] for name in ("effect", "low", "high"))
    return dict(
        type="scatter",
        x=[places[word] for word in levels["level"]],
        y=value,
        error_y=theme.whisker(value, low, high, colour, thickness=2),
        customdata=levels[["label", "n"]].to_numpy(),
        mode="markers",
        marker={"color": colour, "size": 11, "symbol": "diamond"},
        name="mean",
        hovertemplate="%{customdata[0]}: %{y:+.2f}, n %{customdata[1]:,}<extra>mean</extra>",
        showlegend=False,
    )


def _beside(x: float, text: str, dark: bool) -> dict[str, Any]:
    words = theme.note(x, 0.0, text, dark, anchor="center")
    return words | {"yref": "paper", "yanchor": "bottom"}
