"""How do the predictive values move with the prevalence?"""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme


def predictive_figure(
    values: pd.DataFrame, *, here: float, elsewhere: float, dark: bool = False
) -> go.Figure:
    """Draw PPV and NPV against the prevalence, at one threshold.

    Parameters
    ----------
    values : pandas.DataFrame
        ``prevalence``, ``ppv``, ``ppv_low``, ``ppv_high``, ``npv``, ``npv_low``, ``npv_high``.
    here, elsewhere : float
        Prevalence of the judged cases (thin, dashed), and the one that is asked about (ink).
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    now, label = theme.reference([here, here], [0, 1], "these cases", dark)
    side = "left" if here < 0.5 else "right"
    traces: list[theme.Trace] = [now]
    labels = [
        label | {"x": here, "y": 0.02, "xanchor": side, "xshift": 4 if side == "left" else -4}
    ]
    for name, words, colour, place in (
        ("ppv", "PPV", colours.present, 0.25),
        ("npv", "NPV", colours.absent, 0.75),
    ):
        known = values[values[name].notna()]
        if known.empty:
            continue
        traces.append(
            theme.band(
                known["prevalence"],
                known[f"{name}_low"],
                known[f"{name}_high"],
                colour,
                f"band of {words}",
            )
        )
        traces.append(
            dict(
                type="scatter",
                x=known["prevalence"],
                y=known[name],
                mode="lines",
                line={"color": colour, "width": 2.5},
                name=words,
                hovertemplate=f"{words} %{{y:.1%}}<br>at a prevalence of %{{x:.0%}}<extra></extra>",
            )
        )
        at = known.iloc[int(place * (len(known) - 1))]
        labels.append(
            theme.note(float(at["prevalence"]), float(at[name]), words, dark, colour=colour)
            | {"yanchor": "top", "yshift": -10, "xanchor": "left" if name == "ppv" else "right"}
        )
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Prevalence: share with the outcome"),
            yaxis=theme.share_axis("Predictive value"),
            shapes=[theme.threshold_line(elsewhere, dark) | {"name": "prevalence"}],
            annotations=labels,
        ),
        dark=dark,
    )
