"""How far is each group from the others, and is that more than the margin?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import number
from clnm_core.ui.charts import theme

_ROW = 44


def gap_figure(
    gaps: pd.DataFrame, *, title: str, margin: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw one row per gap: its value, its interval, zero, and the verdict under its name.

    Colour is two-sided with grey at zero: lower than the reference in the colour of the
    outcome, higher in the colour of its absence; only a shown gap is coloured.

    Parameters
    ----------
    gaps : pandas.DataFrame
        ``label`` ("centre 4, against all others"), ``value``, ``low``, ``high``, ``verdict``
        ("gap", "no gap beyond the margin", "not enough data"), and ``detail``, the words under
        the label, where they say more than the verdict.
    title : str
        The metric whose difference is drawn, as axis title.
    margin : float, optional
        Differences up to this size count as none; shaded around zero.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    lines = gaps.reset_index(drop=True)
    under = lines["detail"] if "detail" in lines else lines["verdict"]
    known = lines[np.isfinite(lines["value"].to_numpy(dtype=float))]
    shades = [
        colours.unknown if verdict != "gap" else colours.present if value < 0 else colours.absent
        for value, verdict in zip(known["value"], known["verdict"], strict=True)
    ]
    traces: list[theme.Trace] = []
    for place, colour in zip(known.index, shades, strict=True):
        row = known.loc[place]
        traces.append(
            dict(
                type="scatter",
                x=[row["low"], row["high"]],
                y=[place, place],
                mode="lines",
                line={"color": colour, "width": 2},
                hoverinfo="skip",
                name="interval",
            )
        )
    traces.append(
        dict(
            type="scatter",
            x=known["value"],
            y=known.index,
            mode="markers",
            marker={"color": shades, "size": 9},
            text=[
                f"{row.label}: {number(row.value)} ({row.verdict})" for row in known.itertuples()
            ],
            hovertemplate="%{text}<extra></extra>",
            name="gaps",
        )
    )
    reach = _reach(lines, margin)
    return theme.figure(
        traces,
        dict(
            xaxis={"title": {"text": title}, "range": [-reach, reach]},
            yaxis={
                "tickvals": list(lines.index),
                "ticktext": [
                    f"{label}<br><span style='font-size:11px;color:{colours.muted}'>{words}</span>"
                    for label, words in zip(lines["label"], under, strict=True)
                ],
                "tickfont": {"color": colours.ink, "size": 13},
                "range": [len(lines) - 0.4, -0.6],
                "showgrid": False,
            },
            shapes=_zero(margin, colours),
        ),
        dark=dark,
        height=90 + _ROW * (len(lines) + 1),
    )


def _reach(lines: pd.DataFrame, margin: float | None) -> float:
    ends = lines[["value", "low", "high"]].to_numpy(dtype=float)
    known = np.abs(ends[np.isfinite(ends)])
    return 1.1 * max([*known, margin or 0.0, 0.05])


def _zero(margin: float | None, colours: theme.Palette) -> list[dict[str, object]]:
    line = {
        "type": "line",
        "xref": "x",
        "yref": "paper",
        "x0": 0,
        "x1": 0,
        "y0": 0,
        "y1": 1,
        "layer": "below",
        "line": {"color": colours.unknown, "width": 1, "dash": "dash"},
    }
    if not margin:
        return [line]
    shade = line | {
        "type": "rect",
        "x0": -margin,
        "x1": margin,
        "fillcolor": theme.faded(colours.unknown),
        "line": {"width": 0},
    }
    return [shade, line]
