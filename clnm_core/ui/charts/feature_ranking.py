"""Which features separate best, each alone?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import interval, number
from clnm_core.ui.charts import theme

_ROW = 22


def feature_ranking_figure(rows: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw the area of each feature with its interval, the first row on top.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``feature, auc, low, high, q, n, events`` as
        :func:`~clnm_core.stats.feature_ranking.ranked` makes it; rows without an area are left out.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    known = rows[rows["auc"].notna()].reset_index(drop=True)
    is_higher = known["auc"] >= 0.5
    shades = is_higher.map({True: colours.present, False: colours.absent})
    hover = [
        f"{row['feature']}<br>AUC {number(row['auc'])} ({interval(row['low'], row['high'])}), "
        f"n {row['n']:,}, {row['events']:,} events"
        for row in known.to_dict("records")
    ]
    marks = dict(
        type="scatter",
        x=known["auc"].tolist(),
        y=list(range(len(known))),
        mode="markers",
        marker={"color": shades.tolist(), "size": 8},
        error_x=theme.whisker(
            known["auc"], known["low"], known["high"], colours.unknown, thickness=1.5
        ),
        text=hover,
        hoverinfo="text",
    )
    line, label = theme.reference([0.5, 0.5], [len(known) - 0.5, -0.7], "no separation", dark)
    return theme.figure(
        [line, marks],
        dict(
            xaxis={"title": {"text": "AUC of the feature alone"}, "range": [0, 1]},
            yaxis=theme.row_axis(known["feature"].tolist(), dark, top=1.4),
            annotations=[label | {"xanchor": "center"}],
        ),
        dark=dark,
        height=max(theme.TALL, 90 + _ROW * len(known)),
    )
