"""At which thresholds does acting on the model do more good than treating all or none?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.thinning import thinned


def decision_figure(
    net_benefit: pd.DataFrame, *, threshold: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw net benefit against the threshold, beside treating everyone and no one.

    Parameters
    ----------
    net_benefit : pandas.DataFrame
        ``threshold``, ``model``, ``treat_all``, ``treat_none`` and, where the band was
        computed, ``low`` and ``high``. Net true positives per patient.
    threshold : float, optional
        The chosen threshold, as a vertical line.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    rows = thinned(net_benefit, "threshold", "model")
    traces: list[theme.Trace] = []
    if {"low", "high"} <= set(rows):
        traces.append(
            theme.band(rows["threshold"], rows["low"], rows["high"], colours.models[0], "band")
        )
    for column, words, line in (
        ("treat_none", "treat no one", {"color": colours.unknown, "width": 1, "dash": "dash"}),
        ("treat_all", "treat everyone", {"color": colours.unknown, "width": 1.5, "dash": "dot"}),
        ("model", "follow the model", {"color": colours.models[0], "width": 2.5}),
    ):
        traces.append(
            dict(
                type="scatter",
                x=rows["threshold"],
                y=rows[column],
                mode="lines",
                line=line,
                name=words,
                hovertemplate=f"{words}: %{{y:.3f}} at %{{x:.0%}}<extra></extra>",
            )
        )
    top = float(np.nanmax(rows[["model", "treat_all"]].to_numpy())) if len(rows) else 1.0
    top = max(top, 0.02)
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Threshold at which one would act", range=[0, 1]),
            yaxis={
                "title": {"text": "Net benefit per patient"},
                "range": [-0.25 * top, 1.08 * top],
            },
            shapes=[] if threshold is None else [theme.threshold_line(threshold, dark)],
            annotations=_labels(rows, dark),
        ),
        dark=dark,
    )


def _labels(rows: pd.DataFrame, dark: bool) -> list[dict[str, object]]:
    """Direct labels, each on the side of its line where no other line runs."""
    labels: list[dict[str, object]] = [
        theme.note(0.01, 0.0, "treat no one", dark) | {"yanchor": "top"}
    ]
    if rows.empty:
        return labels
    above = rows[rows["treat_all"] > 0]
    if not above.empty:
        last = above.iloc[-1]
        labels.append(
            theme.note(float(last["threshold"]) - 0.02, 0.0, "treat everyone", dark, anchor="right")
        )
    place = rows.iloc[len(rows) // 4]
    top = place["high"] if "high" in rows and np.isfinite(place["high"]) else place["model"]
    labels.append(
        theme.note(
            float(place["threshold"]),
            float(top),
            "follow the model",
            dark,
            colour=theme.palette(dark).models[0],
        )
    )
    return labels
