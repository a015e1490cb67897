"""Which cases lie near each other in the space of their features?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_SYMBOLS = ("circle", "diamond", "square", "triangle-up", "cross", "triangle-down")
_UNKNOWN = "unknown"


def feature_map_figure(
    points: pd.DataFrame, *, title: str, axes: tuple[str, str], dark: bool = False
) -> go.Figure:
    """Draw every case as a mark, coloured by a column of the study table.

    Parameters
    ----------
    points : pandas.DataFrame
        ``case_id``, ``x``, ``y``, ``value``: a number, or a word; missing is drawn in grey.
        The row number goes along with each mark, for the picture that is shown beside it.
    title : str
        What colours the marks.
    axes : tuple of str
        Titles of the axes.
    dark : bool
        Whether the page is dark.

    """
    is_number = pd.api.types.is_numeric_dtype(points["value"])
    traces = _shaded(points, title, dark) if is_number else _grouped(points, dark)
    plain = {"showgrid": False, "showticklabels": False}
    return theme.figure(
        traces,
        dict(
            xaxis=plain | {"title": {"text": axes[0]}},
            yaxis=plain | {"title": {"text": axes[1]}, "scaleanchor": "x"},
            showlegend=not is_number,
            legend={"title": {"text": title}, "itemsizing": "constant"},
        ),
        dark=dark,
        height=560,
    )


def _shaded(points: pd.DataFrame, title: str, dark: bool) -> list[theme.Trace]:
    colours = theme.palette(dark)
    known = points["value"].notna()
    scale = [[step / 4, theme.risk_colour(step / 4, dark)] for step in range(5)]
    marker = {
        "size": 7,
        "color": points.loc[known, "value"].tolist(),
        "colorscale": scale,
        "colorbar": {"title": {"text": title}, "thickness": 12},
        "line": {"width": 0.5, "color": colours.muted},
    }
    return [
        _marks(points[~known], {"size": 6, "color": colours.unknown}, _UNKNOWN),
        _marks(points[known], marker, title),
    ]


def _grouped(points: pd.DataFrame, dark: bool) -> list[theme.Trace]:
    colours = theme.palette(dark)
    words = points["value"].astype(object).where(points["value"].notna(), _UNKNOWN).astype(str)
    meaning = {"yes": colours.present, "no": colours.absent, _UNKNOWN: colours.unknown}
    levels = sorted(set(words), key=lambda word: (word == _UNKNOWN, word))
    traces = []
    for place, word in enumerate(levels):
        marker = {
            "size": 7,
            "color": meaning.get(word, colours.models[place % len(colours.models)]),
            "symbol": _SYMBOLS[place % len(_SYMBOLS)],
            "opacity": 0.8,
        }
        traces.append(_marks(points[words == word], marker, f"{word}, n {(words == word).sum():,}"))
    return traces


def _marks(points: pd.DataFrame, marker: dict, name: str) -> theme.Trace:
    return dict(
        type="scattergl",
        x=np.round(points["x"], 4).tolist(),
        y=np.round(points["y"], 4).tolist(),
        mode="markers",
        marker=marker,
        name=name,
        customdata=[
            [int(row), case] for row, case in zip(points.index, points["case_id"], strict=True)
        ],
        hovertemplate="%{customdata[1]}<extra>" + name + "</extra>",
    )
