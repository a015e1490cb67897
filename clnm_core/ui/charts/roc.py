"""How does sensitivity trade against false alarms, over all thresholds?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import complement, no_curve, operating_dot
from clnm_core.ui.charts.thinning import thinned


def roc_figure(
    roc: pd.DataFrame,
    *,
    sensitivity: Estimate | None = None,
    specificity: Estimate | None = None,
    threshold: float | None = None,
    over: str = "",
    low: float = 0.0,
    dark: bool = False,
) -> go.Figure:
    """Draw sensitivity against the false-positive rate, with the chosen threshold on it.

    Parameters
    ----------
    roc : pandas.DataFrame
        ``threshold``, ``sensitivity``, ``false_positive_rate``; any number of rows, of
        which at most 1,000 are drawn.
    sensitivity, specificity : Estimate, optional
        The operating point; drawn as a dot with its two intervals when both are known.
    threshold : float, optional
        Written beside the dot.
    over : {"", "specificity", "sensitivity"}
        Shade the part of the area from a specificity, or sensitivity, up to 1.
    low : float
        Where that part begins, in [0, 1).
    dark : bool
        Whether the page is dark.

    """
    colour = theme.palette(dark).models[0]
    points = thinned(roc, "false_positive_rate", "sensitivity")
    traces: list[theme.Trace] = []
    chance, label = theme.reference([0, 1], [0, 1], "no better than chance", dark)
    label |= {"x": 0.6, "y": 0.5, "xanchor": "left", "yanchor": "top"}
    traces.append(chance)
    traces += _part(roc, over, low, colour)
    traces.append(
        dict(
            type="scatter",
            x=points["false_positive_rate"],
            y=points["sensitivity"],
            customdata=points["threshold"],
            mode="lines",
            line={"color": colour, "width": 2.5},
            name="ROC curve",
            hovertemplate=(
                "risk from %{customdata:.3f}<br>sensitivity %{y:.1%}"
                "<br>false positives %{x:.1%}<extra></extra>"
            ),
        )
    )
    traces += operating_dot(complement(specificity), sensitivity, threshold, dark)
    labels = [label]
    if points.empty:
        labels.append(no_curve("no curve: it needs cases with and without the outcome", dark))
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("False-positive rate (1 − specificity)"),
            yaxis=theme.share_axis("Sensitivity"),
            annotations=labels,
        ),
        dark=dark,
    )


def _part(roc: pd.DataFrame, over: str, low: float, colour: str) -> list[theme.Trace]:
    """The area between the curve and the axis that a range is counted from."""
    if not over or roc.empty:
        return []
    x, y = (roc[name].to_numpy(dtype=float) for name in ("false_positive_rate", "sensitivity"))
    if over == "specificity":
        end = 1 - low
        is_inside = x <= end
        across = np.concatenate([x[is_inside], [end, end, 0.0]])
        up = np.concatenate([y[is_inside], [np.interp(end, x, y), 0.0, 0.0]])
    else:
        is_inside = y >= low
        start = float(np.interp(low, y, x))
        across = np.concatenate([[1.0, start], x[is_inside], [1.0]])
        up = np.concatenate([[low, low], y[is_inside], [1.0]])
    return [
        dict(
            type="scatter",
            x=across,
            y=up,
            mode="lines",
            line={"width": 0},
            fill="toself",
            fillcolor=theme.faded(colour),
            hoverinfo="skip",
            name="partial area",
        )
    ]
