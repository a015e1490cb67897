"""How does sensitivity trade against false alarms, over all thresholds?"""

from __future__ import annotations

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
    dark : bool
        Whether the page is dark.

    """
    colour = theme.palette(dark).models[0]
    points = thinned(roc, "false_positive_rate", "sensitivity")
    traces: list[theme.Trace] = []
    chance, label = theme.reference([0, 1], [0, 1], "no better than chance", dark)
    label |= {"x": 0.6, "y": 0.5, "xanchor": "left", "yanchor": "top"}
    traces.append(chance)
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
