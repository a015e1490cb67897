"""Which variables drive a model, and what is each worth?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import interval, number
from clnm_core.ui.charts import theme

_ROW = 26


def importance_figure(
    rows: pd.DataFrame, *, title: str, unit: str, decimals: int = 2, dark: bool = False
) -> go.Figure:
    """Draw one row per variable, a dot with its interval, the first on top.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``label, value, low, high, n``; rows without a value are left out.
    title : str
        Of the axis.
    unit : str
        Behind a value, on hovering.
    decimals : int
        Of a value, on hovering.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    known = rows[rows["value"].notna()].reset_index(drop=True)
    hover = [
        f"{row['label']}: {number(row['value'], decimals)} {unit} "
        f"({interval(row['low'], row['high'], decimals=decimals)}), n {row['n']:,}"
        for row in known.to_dict("records")
    ]
    marks = dict(
        type="scatter",
        x=known["value"].tolist(),
        y=list(range(len(known))),
        mode="markers",
        marker={"color": colours.models[0], "size": 9},
        error_x=theme.whisker(
            known["value"], known["low"], known["high"], colours.models[0], thickness=2
        ),
        text=hover,
        hoverinfo="text",
        name="variables",
    )
    line, _ = theme.reference([0, 0], [len(known) - 0.4, -0.6], "nothing", dark)
    return theme.figure(
        [line, marks],
        dict(
            xaxis={"title": {"text": title}, "range": _range(known)},
            yaxis=theme.row_axis(known["label"].tolist(), dark),
        ),
        dark=dark,
        height=max(theme.TALL, 90 + _ROW * len(known)),
    )


def _range(known: pd.DataFrame) -> list[float]:
    """From zero, or below it where an interval is, with room at the ends."""
    ends = pd.concat([known["low"], known["high"], known["value"]]).dropna()
    low, high = min(0.0, float(ends.min())), max(0.0, float(ends.max()))
    spare = 0.05 * (high - low) or 0.05
    return [low - spare, high + spare]
