"""How many of the flagged cases are right, over all thresholds?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import no_curve, operating_dot
from clnm_core.ui.charts.thinning import thinned


def pr_figure(
    pr: pd.DataFrame,
    *,
    prevalence: float,
    sensitivity: Estimate | None = None,
    ppv: Estimate | None = None,
    band: pd.DataFrame | None = None,
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
    band : pandas.DataFrame, optional
        ``recall``, ``low``, ``high``: interval of the precision, point by point.
    threshold : float, optional
        Written beside the dot.
    dark : bool
        Whether the page is dark.

    """
    points = thinned(pr, "recall", "precision")
    traces: list[theme.Trace] = []
    everyone, label = theme.reference(
        [0, 1], [prevalence] * 2, "flag everyone", dark, anchor="left"
    )
    label |= {"x": 0.01, "yanchor": "top"}
    traces.append(everyone)
    if band is not None and not band.empty:
        colour = theme.palette(dark).models[0]
        traces.append(theme.band(band["recall"], band["low"], band["high"], colour, "band"))
    traces.append(
        dict(
            type="scatter",
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
    traces += operating_dot(sensitivity, ppv, threshold, dark)
    labels = [label]
    if points.empty:
        labels.append(no_curve("no curve: it needs cases with the outcome", dark))
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Recall (sensitivity)"),
            yaxis=theme.share_axis("Precision (positive predictive value)"),
            annotations=labels,
        ),
        dark=dark,
    )
