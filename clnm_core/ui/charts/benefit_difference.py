"""At which thresholds does following one model do more good than following another?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.paired_roc import shortened


def benefit_difference_figure(
    table: pd.DataFrame, first: str, second: str, *, threshold: float, dark: bool = False
) -> go.Figure:
    """Draw the difference in net benefit against the threshold, with its band around it.

    Parameters
    ----------
    table : pandas.DataFrame
        ``threshold``, ``difference``, ``low``, ``high`` (NaN where nobody is treated
        differently), ``discordant``.
    first, second : str
        Labels of the models; the difference is first minus second.
    threshold : float
        The chosen one, as a vertical line.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    zero, _ = theme.reference([0, 1], [0, 0], "no difference", dark)
    traces = [
        zero,
        theme.band(table["threshold"], table["low"], table["high"], colours.models[0], "band"),
        dict(
            type="scatter",
            x=table["threshold"],
            y=table["difference"],
            customdata=table["discordant"],
            mode="lines",
            line={"color": colours.models[0], "width": 2.5},
            name="difference",
            hovertemplate=(
                "%{y:+.4f} net true positives per patient at %{x:.0%}"
                "<br>%{customdata:,} cases treated differently<extra></extra>"
            ),
        ),
    ]
    reach = _reach(table)
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Threshold at which one would act", range=[0, 1]),
            yaxis={
                "title": {"text": "Difference in net benefit"},
                "range": [-reach, reach],
                "tickformat": "+.2~f",
            },
            shapes=[theme.threshold_line(threshold, dark)],
            annotations=[
                theme.note(0.02, reach, f"↑ favours {shortened(first)}", dark)
                | {"yanchor": "top", "bgcolor": colours.page},
                theme.note(0.02, -reach, f"↓ favours {shortened(second)}", dark)
                | {"bgcolor": colours.page},
            ],
        ),
        dark=dark,
    )


def _reach(table: pd.DataFrame) -> float:
    """Half the height of the axis: the curve itself and most of its band.

    At the highest thresholds a single false alarm weighs a hundredfold, and would press
    everything else flat.
    """
    ends = np.abs(table[["low", "high"]].to_numpy(dtype=float))
    ends = ends[np.isfinite(ends)]
    largest = float(np.quantile(ends, 0.9)) if len(ends) else 0.0
    below = table.loc[table["threshold"] <= 0.9, "difference"].abs().max()
    return 1.15 * max(largest, float(below) if below == below else 0.0, 0.01)
