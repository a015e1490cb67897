"""How do up to six groups stand side by side on the same axes?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from clnm_core.report.wording import count_text
from clnm_core.ui.charts import theme

MOST = 6
"""Groups that are drawn side by side."""

ROW = 215
"""Height of one row of panels in pixels."""

SHARES = {"tickvals": [0, 0.5, 1], "ticktext": ["0", "50 %", "100"]}
"""Ticks of a proportion in a panel, short enough not to meet those of the next."""

_GAP_ACROSS, _GAP_DOWN = 0.08, 0.17


def columns_of(panels: int) -> int:
    """Panels in a row: side by side up to three, two by two for four, then three.

    Examples
    --------
    >>> [columns_of(panels) for panels in range(1, 7)]
    [1, 2, 3, 2, 3, 3]

    """
    return 2 if panels == 4 else min(panels, 3)


def axis_names(place: int) -> dict[str, str]:
    """The axes that traces of one panel name.

    Examples
    --------
    >>> axis_names(0), axis_names(2)
    ({'xaxis': 'x', 'yaxis': 'y'}, {'xaxis': 'x3', 'yaxis': 'y3'})

    """
    number = "" if place == 0 else str(place + 1)
    return {"xaxis": f"x{number}", "yaxis": f"y{number}"}


def panel_layout(
    titles: Sequence[str],
    x_axis: dict[str, Any],
    y_axis: dict[str, Any],
    *,
    dark: bool = False,
) -> dict[str, Any]:
    """Axes and titles of panels in reading order; all share one scale.

    Parameters
    ----------
    titles : sequence of str
        One for each panel, at most six; may hold a line break.
    x_axis, y_axis : dict
        What all axes share. Axis titles are written once: under the middle of the lowest
        row, and left of the first panel.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    across = columns_of(len(titles)) if titles else 1
    down = math.ceil(len(titles) / across) or 1
    width = (1 - _GAP_ACROSS * (across - 1)) / across
    height = (1 - _GAP_DOWN * (down - 1)) / down
    layout: dict[str, Any] = {}
    notes = []
    for place, title in enumerate(titles):
        row, column = divmod(place, across)
        left, top = column * (width + _GAP_ACROSS), 1 - row * (height + _GAP_DOWN)
        names = axis_names(place)
        is_last = place + across >= len(titles)
        x = dict(x_axis) if is_last else {**x_axis, "title": None}
        y = dict(y_axis) if column == 0 else {**y_axis, "title": None}
        if column != (across - 1) // 2:
            x["title"] = None
        if row > 0:
            y["title"] = None
        layout[f"xaxis{names['xaxis'][1:]}"] = x | {
            "domain": [left, min(left + width, 1.0)],
            "anchor": names["yaxis"],
            "showticklabels": is_last,
        }
        layout[f"yaxis{names['yaxis'][1:]}"] = y | {
            "domain": [max(top - height, 0.0), min(top, 1.0)],
            "anchor": names["xaxis"],
            "showticklabels": column == 0,
        }
        notes.append(
            {
                "text": title,
                "xref": "paper",
                "yref": "paper",
                "x": left + width / 2,
                "y": top,
                "xanchor": "center",
                "yanchor": "bottom",
                "showarrow": False,
                "font": {"size": 12, "color": colours.ink},
            }
        )
    layout["annotations"] = notes
    layout["margin"] = {"l": 8, "r": 12, "t": 44, "b": 8}
    return layout


def panel_title(level: str, n: int, events: int, *, dark: bool = False) -> str:
    """A group over its counts, short enough for a panel."""
    name = level if len(level) <= 24 else f"{level[:23]}…"
    counts = f"n {n:,}, {count_text(events, 'event')}"
    return (
        f"{name}<br><span style='font-size:11px;color:{theme.palette(dark).muted}'>{counts}</span>"
    )


def height_of(panels: int) -> int:
    """Height of the whole figure in pixels."""
    return max(theme.TALL, 70 + ROW * math.ceil(panels / columns_of(max(panels, 1))))
