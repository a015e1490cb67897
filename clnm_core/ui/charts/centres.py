"""How good is a model at each centre, and a baseline that did not know the centre?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import count_text, estimate_text
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme

_ROW = 46
_SERIES = {"model": ("circle", 0), "baseline": ("diamond-open", 1)}


def centres_figure(
    rows: pd.DataFrame, overall: Estimate, *, names: dict[str, str], dark: bool = False
) -> go.Figure:
    """Draw one row per centre, with the model's AUC and, where given, the baseline's.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``centre``, ``series`` (``model`` or ``baseline``), ``n``, ``events``, ``value``,
        ``low``, ``high``, ``note``.
    overall : Estimate
        The model's AUC on all cases; a dashed line.
    names : dict of str to str
        What each series is called.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    first = rows.drop_duplicates("centre").sort_values("centre", kind="stable")
    place = {centre: row for row, centre in enumerate(first["centre"])}
    several = rows["series"].nunique() > 1
    traces: list[theme.Trace] = []
    for series, (symbol, number) in _SERIES.items():
        drawn = rows[(rows["series"] == series) & rows["value"].notna()]
        if drawn.empty:
            continue
        shift = (0.18 if number else -0.12) if several else 0.0
        traces.append(
            dict(
                type="scatter",
                x=drawn["value"],
                y=[place[centre] + shift for centre in drawn["centre"]],
                error_x=theme.whisker(
                    drawn["value"], drawn["low"], drawn["high"], colours.models[number], thickness=2
                ),
                mode="markers",
                marker={
                    "symbol": symbol,
                    "size": 9,
                    "color": colours.models[number],
                    "line": {"width": 2},
                },
                text=[_hover(row, names[series]) for row in drawn.to_dict("records")],
                hovertemplate="%{text}<extra></extra>",
                name=names[series],
            )
        )
    known = rows[["low", "high"]].to_numpy(dtype=float)
    least = float(np.min(known[np.isfinite(known)], initial=0.5))
    annotations = [
        theme.note(least, place[row["centre"]], f"  {row['note']}", dark) | {"yanchor": "middle"}
        for row in rows[rows["value"].isna() & (rows["series"] == "model")].to_dict("records")
    ]
    if np.isfinite(overall.value):
        ends = [len(place) - 0.5, -0.5]
        line, words = theme.reference([overall.value] * 2, ends, "all centres", dark)
        traces.insert(0, line | {"showlegend": False})
        annotations.append(words)
    return theme.figure(
        traces,
        dict(
            xaxis={"title": {"text": "AUC"}, "range": [min(least, 0.5) - 0.02, 1.01]},
            yaxis={
                "tickvals": list(place.values()),
                "ticktext": [
                    f"{row['centre']}<br><span style='font-size:11px;color:{colours.muted}'>"
                    f"n {row['n']:,}, {count_text(row['events'], 'event')}</span>"
                    for row in first.to_dict("records")
                ],
                "tickfont": {"color": colours.ink, "size": 13},
                "range": [len(place) - 0.4, -0.9],
                "showgrid": False,
            },
            annotations=annotations,
            showlegend=several,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        ),
        dark=dark,
        height=110 + _ROW * max(len(place), 3),
    )


def _hover(row: dict[Any, Any], name: str) -> str:
    area = Estimate(row["value"], row["low"], row["high"], 0.95, "")
    return f"{row['centre']}, {name}: {estimate_text(area)}<br>n {row['n']:,}"
