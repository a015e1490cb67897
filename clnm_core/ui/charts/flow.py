"""How did the recorded cases become the cases studied, and who was left out on the way?"""

from __future__ import annotations

from textwrap import wrap
from typing import Any

import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import count_text
from clnm_core.ui.charts import theme

_STEP = 84
"""Height of one step in pixels."""


def flow_figure(
    exclusions: pd.DataFrame, *, patients: int, cases: int, dark: bool = False
) -> go.Figure:
    """Draw the flow from top to bottom: what stays down the middle, what leaves to the right.

    Parameters
    ----------
    exclusions : pandas.DataFrame
        ``step`` (order), ``reason``, ``patients``, ``cases`` left out at each step.
    patients, cases : int
        What is left after the last step.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    steps = exclusions.sort_values("step", kind="stable").to_dict("records")
    people, rows = patients, cases
    stays = [(people, rows)]
    for step in reversed(steps):
        people, rows = people + int(step["patients"]), rows + int(step["cases"])
        stays.insert(0, (people, rows))
    words = ["recorded", *["left"] * (len(stays) - 2), "studied"] if steps else ["studied"]
    boxes: list[dict[str, Any]] = []
    lines: list[dict[str, Any]] = []
    for place, ((people, rows), word) in enumerate(zip(stays, words, strict=True)):
        boxes.append(_box(0.0, -place, f"<b>{_counts(people, rows)}</b><br>{word}", colours))
        if place:
            lines.append(_arrow(0.0, 0.22 - place, 0.0, 0.78 - place, colours))
    for place, step in enumerate(steps):
        reason = "<br>".join(wrap(str(step["reason"]), 44))
        text = f"{reason}<br>{_counts(int(step['patients']), int(step['cases']))} left out"
        boxes.append(_box(0.42, -place - 0.5, text, colours) | {"xanchor": "left"})
        lines.append(_arrow(0.4, -place - 0.5, 0.0, -place - 0.5, colours))
    traces: list[theme.Trace] = []
    traces.append(
        dict(
            type="scatter",
            x=[0.0] * len(stays),
            y=[-place for place in range(len(stays))],
            customdata=stays,
            mode="markers",
            marker={"opacity": 0},
            hoverinfo="skip",
            name="cases that stay",
        )
    )
    hidden = {"visible": False, "fixedrange": True}
    return theme.figure(
        traces,
        dict(
            xaxis=hidden | {"range": [-0.5, 2.0]},
            yaxis=hidden | {"range": [-len(stays) + 0.5, 0.5]},
            annotations=[*lines, *boxes],
        ),
        dark=dark,
        height=60 + _STEP * len(stays),
    )


def _counts(patients: int, cases: int) -> str:
    people = count_text(patients, "patient")
    return people if patients == cases else f"{people}, {count_text(cases, 'case')}"


def _box(x: float, y: float, text: str, colours: theme.Palette) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "text": text,
        "showarrow": False,
        "align": "left",
        "bordercolor": colours.muted,
        "borderwidth": 1,
        "borderpad": 6,
        "bgcolor": colours.page,
        "font": {"color": colours.ink, "size": 13},
    }


def _arrow(
    x: float, y: float, from_x: float, from_y: float, colours: theme.Palette
) -> dict[str, Any]:
    return {
        "x": x,
        "y": y,
        "ax": from_x,
        "ay": from_y,
        "xref": "x",
        "yref": "y",
        "axref": "x",
        "ayref": "y",
        "text": "",
        "showarrow": True,
        "arrowhead": 2,
        "arrowwidth": 1,
        "arrowcolor": colours.muted,
    }
