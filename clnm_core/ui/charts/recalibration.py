"""Do the risks come true after the correction, where they did not before?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme


def recalibration_figure(
    before: pd.DataFrame, after: pd.DataFrame, *, dark: bool = False
) -> go.Figure:
    """Draw the calibration curve of the same cases with their old and their corrected risks.

    Parameters
    ----------
    before, after : pandas.DataFrame
        ``risk``, ``observed``, ``low``, ``high``; empty where the curve is not estimable.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    perfect, label = theme.reference([0, 1], [0, 1], "dashed: risk equals share", dark)
    traces: list[theme.Trace] = [perfect]
    labels = [label | {"x": 0.99, "y": 0.01}]
    for curve, name, colour, dash, place in (
        (before, "before", colours.models[1], "dot", 0.62),
        (after, "after", colours.models[0], "solid", 0.3),
    ):
        if curve.empty:
            continue
        traces.append(
            theme.band(curve["risk"], curve["low"], curve["high"], colour, f"band {name}")
        )
        traces.append(
            dict(
                type="scatter",
                x=curve["risk"],
                y=curve["observed"],
                mode="lines",
                line={"color": colour, "width": 2.5, "dash": dash},
                name=name,
                hovertemplate=f"{name}: risk %{{x:.1%}}<br>observed %{{y:.1%}}<extra></extra>",
            )
        )
        at = curve.iloc[int(place * (len(curve) - 1))]
        # One label above its band, the other below: the curves mostly run close together.
        above = name == "after"
        labels.append(
            theme.note(
                float(at["risk"]),
                float(at["high" if above else "low"]),
                name,
                dark,
                colour=colour,
                anchor="right" if above else "left",
            )
            | {"yanchor": "bottom" if above else "top"}
        )
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Predicted risk"),
            yaxis=theme.share_axis("Observed share with the outcome"),
            annotations=labels,
        ),
        dark=dark,
    )
