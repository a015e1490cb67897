"""Does acting on the model do more good than treating all or none, in each group?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.small_multiples import (
    SHARES,
    axis_names,
    height_of,
    panel_layout,
    panel_title,
)


def group_benefit_figure(
    sizes: pd.DataFrame,
    benefit: pd.DataFrame,
    *,
    threshold: float | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw net benefit against the threshold, one panel per group, on the same axes.

    Parameters
    ----------
    sizes : pandas.DataFrame
        ``level``, ``n``, ``events``: the groups in reading order, at most six.
    benefit : pandas.DataFrame
        ``level``, ``threshold``, ``model``, ``low``, ``high``, ``treat_all``, ``treat_none``.
    threshold : float, optional
        The chosen threshold, as a vertical line in every panel.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    titles, lines = [], []
    for place, row in enumerate(sizes.to_dict("records")):
        axes, level = axis_names(place), str(row["level"])
        titles.append(panel_title(level, row["n"], row["events"], dark=dark))
        rows = benefit[benefit["level"] == level]
        at = rows["threshold"]
        traces.append(axes | theme.band(at, rows["low"], rows["high"], colours.models[0], "band"))
        for column, words, line in (
            ("treat_none", "treat no one", {"color": colours.unknown, "width": 1, "dash": "dash"}),
            (
                "treat_all",
                "treat everyone",
                {"color": colours.unknown, "width": 1.5, "dash": "dot"},
            ),
            ("model", "follow the model", {"color": colours.models[0], "width": 2}),
        ):
            traces.append(
                axes
                | dict(
                    type="scatter",
                    x=at,
                    y=rows[column],
                    mode="lines",
                    line=line,
                    name=f"{level}, {words}",
                    hovertemplate=f"{words}: %{{y:.3f}} at %{{x:.0%}}<extra></extra>",
                )
            )
        if threshold is not None:
            upright = {"xref": axes["xaxis"], "yref": f"{axes['yaxis']} domain"}
            lines.append(theme.threshold_line(threshold, dark) | upright)
    top = _top(benefit)
    layout = panel_layout(
        titles,
        theme.share_axis("Threshold at which one would act", **SHARES),
        {"title": {"text": "Net benefit per patient"}, "range": [-0.25 * top, 1.08 * top]},
        dark=dark,
    )
    return theme.figure(
        traces, layout | {"shapes": lines}, dark=dark, height=height_of(len(titles))
    )


def _top(benefit: pd.DataFrame) -> float:
    if not {"model", "treat_all", "high"} <= set(benefit):
        return 1.0
    known = benefit[["model", "treat_all", "high"]].to_numpy(dtype=float)
    known = known[np.isfinite(known)]
    return max([0.02, *known])
