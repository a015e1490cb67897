"""How are the values of one variable spread over cases with and without the outcome?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import percent
from clnm_core.ui.charts import theme

_ROW = 36
"""Height of one level of a category in pixels."""


def distribution_figure(
    counts: pd.DataFrame, *, title: str, height: int = 260, dark: bool = False
) -> go.Figure:
    """Draw bins of a number as columns, or levels of a category as rows, by outcome.

    Parameters
    ----------
    counts : pandas.DataFrame
        As :func:`~clnm_core.stats.distribution.distribution` makes it: ``label``, ``low``,
        ``high``, ``present``, ``absent``, ``unknown``, ``n``; the last row holds the cases
        whose value is missing, and is drawn only where there are any.
    title : str
        The variable with its unit, as axis title.
    height : int
        Of a number's figure in pixels; a category grows with its levels.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    kinds = [
        (column, words, colour)
        for column, words, colour in (
            ("present", "with the outcome", colours.present),
            ("absent", "without", colours.absent),
            ("unknown", "not known", colours.unknown),
        )
        if counts[column].sum() > 0
    ]
    body, missing = counts.iloc[:-1], int(counts["n"].iloc[-1])
    is_number = bool(len(body)) and np.isfinite(body["low"].to_numpy(dtype=float)).all()
    if is_number:
        traces, axes = _columns(body, kinds, title)
        below = f"{missing:,} without a value" if missing else ""
    else:
        rows = counts if missing else body
        traces, axes = _rows(rows, kinds, title)
        height, below = 80 + _ROW * max(len(rows), 1), ""
    key = " · ".join(f"<span style='color:{colour}'>■ {words}</span>" for _, words, colour in kinds)
    return theme.figure(
        traces,
        axes
        | dict(
            barmode="stack",
            bargap=0.06 if is_number else 0.25,
            margin={"t": 30},
            annotations=[
                {
                    "x": 1,
                    "y": 1,
                    "xref": "paper",
                    "yref": "paper",
                    "xanchor": "right",
                    "yanchor": "bottom",
                    "showarrow": False,
                    "text": " · ".join(part for part in (key, below) if part),
                    "font": {"size": 12, "color": colours.muted},
                }
            ],
        ),
        dark=dark,
        height=height,
    )


def _columns(
    body: pd.DataFrame, kinds: list[tuple[str, str, str]], title: str
) -> tuple[list[theme.Trace], dict[str, Any]]:
    traces: list[theme.Trace] = []
    for column, words, colour in kinds:
        traces.append(
            dict(
                type="bar",
                x=(body["low"] + body["high"]) / 2,
                y=body[column],
                width=(body["high"] - body["low"]) * 0.94,
                customdata=body["label"],
                marker={"color": colour},
                name=words,
                hovertemplate=f"%{{customdata}}: %{{y:,}} {words}<extra></extra>",
            )
        )
    return traces, {
        "xaxis": {"title": {"text": title}},
        "yaxis": {"title": {"text": "Cases"}, "rangemode": "tozero"},
    }


def _rows(
    rows: pd.DataFrame, kinds: list[tuple[str, str, str]], title: str
) -> tuple[list[theme.Trace], dict[str, Any]]:
    traces: list[theme.Trace] = []
    total = int(rows["n"].sum())
    for column, words, colour in kinds:
        traces.append(
            dict(
                type="bar",
                x=rows[column],
                y=list(range(len(rows))),
                orientation="h",
                customdata=rows["label"],
                marker={"color": colour},
                name=words,
                hovertemplate=f"%{{customdata}}: %{{x:,}} {words}<extra></extra>",
            )
        )
    labels = [
        f"{label} · {n:,} ({percent(n / total)})" if total else str(label)
        for label, n in zip(rows["label"], rows["n"], strict=True)
    ]
    return traces, {
        "xaxis": {"title": {"text": f"{title}: cases"}, "rangemode": "tozero"},
        "yaxis": {
            "tickvals": list(range(len(rows))),
            "ticktext": labels,
            "range": [len(rows) - 0.5, -0.5],
            "showgrid": False,
        },
    }
