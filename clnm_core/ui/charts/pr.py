"""How many of the flagged cases are right, over all thresholds?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import operating_dot
from clnm_core.ui.charts.thinning import thinned


def pr_figure(
    pr: pd.DataFrame,
    *,
    prevalence: float,
    sensitivity: Estimate | None = None,
    ppv: Estimate | None = None,
    threshold: float | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw precision (PPV) against recall (sensitivity), above the share with the outcome.

    Parameters
    ----------
    pr : pandas.DataFrame
        ``threshold``, ``recall``, ``precision``; at most 1,000 rows are drawn, as steps,
        since precision does not run straight between two thresholds.
    prevalence : float
        Share of cases with the outcome: the precision of flagging everyone.
    sensitivity, ppv : Estimate, optional
        The operating point, drawn when both are known.
    threshold : float, optional
        Written beside the dot.
    dark : bool
        Whether the page is dark.

    """
    points = thinned(pr, "recall", "precision")
    figure = theme.canvas(dark)
    everyone, label = theme.reference([0, 1], [prevalence] * 2, "flag everyone", dark)
    figure.add_trace(everyone)
    figure.add_trace(
        go.Scatter(
            x=points["recall"],
            y=points["precision"],
            customdata=points["threshold"],
            mode="lines",
            line={"color": theme.palette(dark).models[0], "width": 2.5, "shape": "vh"},
            name="precision",
            hovertemplate=(
                "risk from %{customdata:.3f}<br>PPV %{y:.1%}<br>sensitivity %{x:.1%}<extra></extra>"
            ),
        )
    )
    if sensitivity is not None and ppv is not None:
        figure.add_trace(
            operating_dot(
                (sensitivity.value, sensitivity.low, sensitivity.high),
                (ppv.value, ppv.low, ppv.high),
                threshold,
                dark,
            )
        )
    return figure.update_layout(
        xaxis=theme.share_axis("Recall (sensitivity)"),
        yaxis=theme.share_axis("Precision (positive predictive value)"),
        annotations=[label],
    )
