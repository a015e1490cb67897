"""What pushes this case's risk up, and what pulls it down?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_ROW = 30
_MOST_ROWS = 12
_LEAST = 0.005


def contributions_figure(contributions: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw one bar per variable: what it adds to the log-odds, against the training mean.

    Parameters
    ----------
    contributions : pandas.DataFrame
        ``label``, ``value`` (in words), ``effect``; largest first. At most twelve are
        drawn, and none that rounds to 0.00; the table has them all.
    dark : bool
        Whether the page is dark.
    """
    colours = theme.palette(dark)
    moving = contributions[contributions["effect"].abs() >= _LEAST]
    rows = (moving if len(moving) else contributions.head(1)).head(_MOST_ROWS).iloc[::-1]
    names = [f"{row.label}: {row.value}" for row in rows.itertuples()]
    traces: list[theme.Trace] = []
    traces.append(
        dict(
            type="bar",
            x=rows["effect"],
            y=names,
            orientation="h",
            marker={
                "color": [colours.present if x > 0 else colours.absent for x in rows["effect"]]
            },
            text=[f"{x:+.2f}" for x in rows["effect"]],
            textposition="outside",
            textfont={"color": colours.ink},
            cliponaxis=False,
            hovertemplate="%{y}: %{x:+.3f} log-odds<extra></extra>",
            name="contribution",
        )
    )
    reach = 1.35 * max(float(rows["effect"].abs().max()), 0.1)
    return theme.figure(
        traces,
        dict(
            xaxis={
                "title": {"text": "added log-odds: lowers risk ← 0 → raises risk"},
                "range": [-reach, reach],
            },
            yaxis={"tickfont": {"color": colours.ink, "size": 13}, "showgrid": False},
            shapes=[
                {
                    "type": "line",
                    "x0": 0,
                    "x1": 0,
                    "yref": "paper",
                    "y0": 0,
                    "y1": 1,
                    "line": {"color": colours.unknown, "width": 1},
                }
            ],
        ),
        dark=dark,
        height=90 + _ROW * max(len(rows), 1),
    )
