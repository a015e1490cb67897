"""How does the risk of this case change along one of its values?"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go

from clnm_core.explain.what_if import WhatIf
from clnm_core.report.what_if_words import value_words
from clnm_core.report.wording import percent
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.paired_roc import line_of, shortened, stroke_of

_LETTERS = 20
_NAMES_PX = 170
_GAP = 0.075
"""Least distance between two names, as a share of the height."""

_HATCHED = {"shape": "/", "size": 9, "solidity": 0.12, "bgcolor": "rgba(0,0,0,0)"}


def what_if_figure(
    curves: Mapping[str, WhatIf], shown: str, place: int, *, dark: bool = False
) -> go.Figure:
    """Draw one line per model, that of the model shown in bold, with the case on it.

    Parameters
    ----------
    curves : mapping of str to WhatIf
        By the model's label, in the order of their colours; all of one column.
    shown : str
        Which is in bold: its threshold, training range and case are drawn.
    place : int
        Which of its values is being looked at.
    dark : bool
        Whether the page is dark.

    """
    bold = curves[shown]
    traces = _beyond(bold, dark) if bold.is_number else []
    for number, (label, found) in enumerate(curves.items()):
        traces.append(_line(number, label, found, is_bold=label == shown, dark=dark))
    traces += _marks(bold, place, dark)
    return theme.figure(
        traces,
        dict(
            xaxis=_axis(bold, curves),
            yaxis=theme.share_axis("Risk"),
            shapes=[_threshold(bold, dark), *_range(bold, dark)],
            annotations=[*_names(curves, dark), _threshold_name(bold, dark)],
            margin={"r": _NAMES_PX},
            hovermode="closest",
            uirevision="what-if",
        ),
        dark=dark,
    )


def _line(number: int, label: str, found: WhatIf, *, is_bold: bool, dark: bool) -> theme.Trace:
    words = [value_words(found.column, one) for one in found.values]
    stroke = line_of(number, dark)
    return dict(
        type="scatter",
        x=list(found.values) if found.is_number else words,
        y=found.risks,
        customdata=words,
        mode="lines" if found.is_number and len(found.values) > 1 else "markers",
        line={**stroke, "width": 3.5 if is_bold else 1.5},
        marker={"color": stroke["color"], "size": 12 if is_bold else 8},
        opacity=1.0 if is_bold else 0.8,
        name=label,
        hovertemplate=f"{shortened(label)}, %{{customdata}}: %{{y:.1%}}<extra></extra>",
    )


def _marks(found: WhatIf, place: int, dark: bool) -> list[theme.Trace]:
    """The case as it is, and the value that is being looked at."""
    colours = theme.palette(dark)
    marks: list[theme.Trace] = []
    if place != found.place:
        at = _x(found, place)
        marks.append(
            dict(
                type="scatter",
                x=[at, at],
                y=[0, float(found.risks[place])],
                mode="lines+markers",
                line={"color": colours.ink, "width": 1, "dash": "dot"},
                marker={"color": colours.ink, "size": [0, 11], "symbol": "circle-open"},
                name="what if",
                hovertemplate=f"{_words(found, place)}: %{{y:.1%}}<extra>what if</extra>",
            )
        )
    if found.place is not None:
        marks.append(
            dict(
                type="scatter",
                x=[_x(found, found.place)],
                y=[found.own_risk],
                mode="markers",
                marker={
                    "color": colours.ink,
                    "size": 14,
                    "line": {"color": colours.page, "width": 2},
                },
                cliponaxis=False,
                name="this case",
                hovertemplate=f"{_words(found, found.place)}: %{{y:.1%}}<extra>this case</extra>",
            )
        )
    return marks


def _x(found: WhatIf, place: int) -> object:
    return found.values[place] if found.is_number else _words(found, place)


def _words(found: WhatIf, place: int) -> str:
    return value_words(found.column, found.values[place])


def _numbers(found: WhatIf) -> list[float]:
    return [one for one in found.values if isinstance(one, float)]


def _axis(bold: WhatIf, curves: Mapping[str, WhatIf]) -> dict[str, object]:
    title = {"text": bold.column.title}
    if not bold.is_number:
        order = [value_words(bold.column, one) for one in bold.values]
        return {"title": title, "categoryorder": "array", "categoryarray": order}
    low, high = _reach(curves)
    return {"title": title, "range": [low, high]}


def _reach(curves: Mapping[str, WhatIf]) -> tuple[float, float]:
    ends = [one for found in curves.values() for one in _numbers(found)]
    return min(ends), max(ends) if max(ends) > min(ends) else min(ends) + 1


def _beyond(found: WhatIf, dark: bool) -> list[theme.Trace]:
    """Hatching where no training case lies."""
    numbers = _numbers(found)
    if found.seen is None or not np.isfinite(found.seen.low):
        return []
    sides = ((min(numbers), found.seen.low), (found.seen.high, max(numbers)))
    return [
        dict(
            type="scatter",
            x=[low, high, high, low, low],
            y=[-0.01, -0.01, 1.01, 1.01, -0.01],
            fill="toself",
            fillpattern={**_HATCHED, "fgcolor": theme.palette(dark).unknown},
            fillcolor="rgba(0,0,0,0)",
            line={"width": 0},
            mode="lines",
            hoverinfo="skip",
            name="no training case",
        )
        for low, high in sides
        if low < high
    ]


def _range(found: WhatIf, dark: bool) -> list[dict[str, object]]:
    """The range of the training cases, shaded."""
    if not found.is_number or found.seen is None or not np.isfinite(found.seen.low):
        return []
    return [
        {
            "type": "rect",
            "layer": "below",
            "xref": "x",
            "yref": "paper",
            **{"x0": found.seen.low, "x1": found.seen.high, "y0": 0, "y1": 1},
            "line": {"width": 0},
            "fillcolor": theme.faded(theme.palette(dark).absent, 0.07),
            "name": "training range",
        }
    ]


def _threshold(found: WhatIf, dark: bool) -> dict[str, object]:
    """The threshold of the model in bold: a line in ink, lying, as risk is upright here."""
    return {
        "type": "line",
        "xref": "paper",
        "yref": "y",
        **{"x0": 0, "x1": 1, "y0": found.threshold, "y1": found.threshold},
        "line": {"color": theme.palette(dark).ink, "width": 1.5},
        "name": "threshold",
    }


def _threshold_name(found: WhatIf, dark: bool) -> dict[str, object]:
    text = f"threshold {percent(found.threshold)}"
    return theme.note(0.01, found.threshold, text, dark) | {"xref": "paper"}


def _names(curves: Mapping[str, WhatIf], dark: bool) -> list[dict[str, object]]:
    """The name of each line at its right end; moved apart where they would cover each other."""
    ends = np.array([float(found.risks[-1]) for found in curves.values()])
    places = np.empty(len(ends))
    lowest = 0.0
    for number in np.argsort(ends, kind="stable"):
        places[number] = max(float(ends[number]), lowest)
        lowest = places[number] + _GAP
    places -= max(lowest - _GAP - 1.0, 0.0)
    return [
        {
            **{"xref": "paper", "x": 1.01, "xanchor": "left"},
            **{"yref": "y", "y": float(place), "yanchor": "middle"},
            "text": f"{stroke_of(number, dark)} {shortened(label, _LETTERS)}",
            "showarrow": False,
            "font": {"size": 12, "color": theme.palette(dark).ink},
        }
        for number, (label, place) in enumerate(zip(curves, places, strict=True))
    ]
