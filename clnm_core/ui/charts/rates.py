"""How do sensitivity and specificity move with the threshold?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import no_curve


def rates_figure(
    rates: pd.DataFrame, *, threshold: float, chosen: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw both rates of one split along the threshold.

    Parameters
    ----------
    rates : pandas.DataFrame
        ``threshold``, ``sensitivity``, ``specificity``; NaN where a class has no case.
    threshold : float
        The threshold of the page, as a vertical line.
    chosen : float, optional
        The one that a rule has chosen, thin and dashed.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    labels = []
    if chosen is not None:
        line, label = theme.reference([chosen, chosen], [0, 1], "chosen", dark, anchor="left")
        traces.append(line)
        side = "left" if chosen < 0.8 else "right"
        shift = 4 if side == "left" else -4
        labels.append(label | {"y": 0.02, "xanchor": side, "xshift": shift})
    for name, colour, place in (
        ("sensitivity", colours.present, 0.12),
        ("specificity", colours.absent, 0.8),
    ):
        known = rates[rates[name].notna()]
        if known.empty:
            continue
        traces.append(
            dict(
                type="scatter",
                x=known["threshold"],
                y=known[name],
                mode="lines",
                line={"color": colour, "width": 2.5},
                name=name,
                hovertemplate=f"{name} %{{y:.1%}}<br>at threshold %{{x:.2f}}<extra></extra>",
            )
        )
        at = known.iloc[int(place * (len(known) - 1))]
        labels.append(
            theme.note(float(at["threshold"]), float(at[name]), name, dark, colour=colour)
            | (
                {"xshift": 6, "yshift": 2}
                if name == "sensitivity"
                else {"yanchor": "top", "yshift": -8}
            )
        )
    if not traces:
        labels.append(no_curve("no curve: it needs cases", dark))
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Threshold"),
            yaxis=theme.share_axis("Rate"),
            shapes=[theme.threshold_line(threshold, dark)],
            annotations=labels,
        ),
        dark=dark,
    )
