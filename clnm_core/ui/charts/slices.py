"""How much more does a model err in each group: as it was found, and as it was confirmed?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import number
from clnm_core.ui.charts import theme

_ROW = 62
"""Height of one row in pixels: two dots beside a label over its verdict."""

_WORDS = 46
"""Letters of a label on one line."""


def slices_figure(
    rows: pd.DataFrame, *, title: str, is_share: bool, margin: float, dark: bool = False
) -> go.Figure:
    """Draw one row per group: hollow the half that suggested it, full the half that confirms.

    Parameters
    ----------
    rows : pandas.DataFrame
        From the top: ``label``, ``verdict``, ``n``, and ``found``, ``found_low``, ``found_high``,
        ``held_out``, ``held_out_low``, ``held_out_high``: differences from the other cases.
    title : str
        Of the axis.
    is_share : bool
        Whether differences are of shares, said in per cent.
    margin : float
        Differences up to this size do not matter; shaded.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    lines = rows.reset_index(drop=True)
    is_confirmed = (lines["verdict"] == "confirmed").to_numpy()
    shades = np.where(is_confirmed, colours.present, colours.unknown).tolist()
    places = np.arange(len(lines), dtype=float)
    traces = [
        *_lines(lines, "found", places - 0.16, [colours.unknown] * len(lines), 1),
        *_lines(lines, "held_out", places + 0.1, shades, 2),
        _dots(lines, "found", places - 0.16, "circle-open", colours.unknown, is_share),
        _dots(lines, "held_out", places + 0.1, "circle", shades, is_share),
    ]
    return theme.figure(
        traces,
        dict(
            xaxis={
                "title": {"text": title},
                "range": _room(lines, margin),
                "tickformat": ".0%" if is_share else "",
            },
            yaxis={
                "tickvals": list(lines.index),
                "ticktext": [
                    f"{_folded(label)}<br><span style='font-size:11px;color:{colours.muted}'>"
                    f"n {n:,}, {verdict}</span>"
                    for label, n, verdict in zip(
                        lines["label"], lines["n"], lines["verdict"], strict=True
                    )
                ],
                "tickfont": {"color": colours.ink, "size": 13},
                "range": [len(lines) - 0.4, -0.7],
                "showgrid": False,
            },
            shapes=_zero(margin, colours),
            annotations=_keys(lines, dark),
        ),
        dark=dark,
        height=100 + _ROW * max(len(lines), 2),
    )


def _folded(label: str) -> str:
    """A long pair of groups on two lines."""
    return label if len(label) <= _WORDS else label.replace(", ", ",<br>", 1)


def _lines(
    lines: pd.DataFrame, half: str, places: np.ndarray, shades: list[str], width: int
) -> list[theme.Trace]:
    return [
        dict(
            type="scatter",
            x=[low, high],
            y=[place, place],
            mode="lines",
            line={"color": colour, "width": width},
            hoverinfo="skip",
            name="interval",
        )
        for low, high, place, colour in zip(
            lines[f"{half}_low"], lines[f"{half}_high"], places, shades, strict=True
        )
        if np.isfinite(low) and np.isfinite(high)
    ]


def _dots(
    lines: pd.DataFrame,
    half: str,
    places: np.ndarray,
    symbol: str,
    colour: str | list[str],
    is_share: bool,
) -> theme.Trace:
    words = "searched half" if half == "found" else "held-out half"
    return dict(
        type="scatter",
        x=lines[half],
        y=places,
        mode="markers",
        marker={"symbol": symbol, "size": 9, "color": colour, "line": {"width": 2}},
        text=[
            f"{label}<br>{words}: {_said(value, is_share)}"
            for label, value in zip(lines["label"], lines[half], strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
        name=words,
    )


def _said(value: float, is_share: bool) -> str:
    return f"{number(100 * value, 0)} percentage points" if is_share else number(value, 3)


def _keys(lines: pd.DataFrame, dark: bool) -> list[dict[str, Any]]:
    """Which dot is which half, beside the dots of the first row that has both."""
    for place, row in enumerate(lines.to_dict("records")):
        if np.isfinite(row["found"]) and np.isfinite(row["held_out"]):
            return [
                theme.note(row["found"], place - 0.2, "searched half", dark, anchor="center"),
                theme.note(row["held_out"], place + 0.14, "held-out half", dark, anchor="center")
                | {"yanchor": "top"},
            ]
    return []


def _room(lines: pd.DataFrame, margin: float) -> list[float]:
    """The least range that holds every interval, zero and the margin."""
    names = [f"{half}{end}" for half in ("found", "held_out") for end in ("", "_low", "_high")]
    ends = lines[names].to_numpy(dtype=float)
    known = [*ends[np.isfinite(ends)].tolist(), -margin, 2 * margin]
    spare = 0.05 * (max(known) - min(known))
    return [min(known) - spare, max(known) + spare]


def _zero(margin: float, colours: theme.Palette) -> list[dict[str, object]]:
    across = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    return [
        across
        | {
            "type": "rect",
            "x0": -margin,
            "x1": margin,
            "fillcolor": theme.faded(colours.unknown),
            "line": {"width": 0},
        },
        across
        | {
            "type": "line",
            "x0": 0,
            "x1": 0,
            "line": {"color": colours.unknown, "width": 1, "dash": "dash"},
        },
    ]
