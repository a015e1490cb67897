"""In which columns do two parts of a study differ?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import number, p_text
from clnm_core.ui.charts import theme

SMALL = 0.1
"""Standardised differences up to this size are often called balanced (Austin 2009)."""

_ROW = 26
_WIDEST = 2.0


def love_figure(table: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw one row per column, the largest standardised difference on top.

    A full dot differs by more than chance after adjusting for the number of columns, a
    hollow one does not. Differences beyond 2 are drawn at the edge and said in words.

    Parameters
    ----------
    table : pandas.DataFrame
        ``label``, ``smd`` (0 or more; NaN or infinite where it is not defined), ``p`` and
        ``p_adjusted``, from the top.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    rows = table.reset_index(drop=True)
    smd = rows["smd"].to_numpy(dtype=float)
    known = np.flatnonzero(~np.isnan(smd)).tolist()
    reach = max(0.25, min(_WIDEST, float(np.max(smd[known], initial=0.0)) * 1.1))
    is_shown = (rows["p_adjusted"].fillna(1.0) < 0.05).to_numpy()
    dots = dict(
        type="scatter",
        x=np.minimum(smd[known], reach),
        y=known,
        mode="markers",
        marker={
            "symbol": ["circle" if is_shown[row] else "circle-open" for row in known],
            "color": [colours.present if is_shown[row] else colours.unknown for row in known],
            "size": 10,
            "line": {"width": 2},
        },
        text=[
            f"{rows['label'][row]}: {_said(smd[row])}, adjusted {p_text(rows['p_adjusted'][row])}"
            for row in known
        ],
        hovertemplate="%{text}<extra></extra>",
        name="difference",
    )
    limit, words = theme.reference([SMALL, SMALL], [len(rows) - 0.5, -0.5], "0.1", dark)
    beyond = [
        theme.note(reach, row, f"{_said(smd[row])} ", dark, anchor="right")
        for row in known
        if smd[row] > reach
    ]
    nothing = [
        theme.note(0, row, "no difference can be computed", dark) | {"yanchor": "middle"}
        for row in np.flatnonzero(np.isnan(smd)).tolist()
    ]
    return theme.figure(
        [limit, dots],
        dict(
            xaxis={
                "title": {"text": "Absolute standardised mean difference"},
                "range": [0, reach * 1.03],
            },
            yaxis=theme.row_axis(rows["label"].tolist(), dark, top=0.9) | {"showgrid": True},
            annotations=[words, *beyond, *nothing],
        ),
        dark=dark,
        height=90 + _ROW * max(len(rows), 4),
    )


def _said(value: float) -> str:
    return "no overlap at all" if np.isinf(value) else number(value, 2)
