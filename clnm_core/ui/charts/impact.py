"""Who would be treated, and who spared, if the model were followed at each threshold?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme


def avoided_figure(
    avoided: pd.DataFrame, *, threshold: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw treatments avoided per 100 patients, net, against treating everyone.

    Parameters
    ----------
    avoided : pandas.DataFrame
        ``threshold``, ``avoided``, ``low``, ``high``; values below 0 are cut off.
    threshold : float, optional
        The chosen threshold, as a vertical line.
    dark : bool
        Whether the page is dark.

    """
    rows = avoided[avoided["avoided"].notna()]
    colour = theme.palette(dark).models[0]
    none, label = theme.reference([0, 1], [0, 0], "treat everyone", dark)
    return theme.figure(
        [
            none,
            *_curve(rows, "avoided", "low", "high", colour, "avoided per 100"),
        ],
        _layout(
            "Treatments avoided per 100 patients",
            [-10, 103],
            [label | {"x": 0.99, "yanchor": "top"}],
            threshold,
            dark,
        ),
        dark=dark,
    )


def impact_figure(
    impact: pd.DataFrame, *, threshold: float | None = None, dark: bool = False
) -> go.Figure:
    """Draw how many of 1,000 patients are flagged, and how many of those rightly.

    Parameters
    ----------
    impact : pandas.DataFrame
        ``threshold``, ``flagged``, ``flagged_low``, ``flagged_high``, ``true``,
        ``true_low``, ``true_high``.
    threshold : float, optional
        The chosen threshold, as a vertical line.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    labels = []
    for name, colour, words, place in (
        ("flagged", colours.models[0], "flagged", 0.35),
        ("true", colours.present, "flagged and with the outcome", 0.02),
    ):
        traces += _curve(impact, name, f"{name}_low", f"{name}_high", colour, words)
        known = impact[impact[name].notna()]
        if known.empty:
            continue
        at = known.iloc[int(place * (len(known) - 1))]
        # The lower label stands below all of the band that it would run into.
        under = known["true_low"].iloc[: len(known) // 2].min()
        height = float(under if name == "true" else at["flagged_high"])
        labels.append(
            theme.note(float(at["threshold"]), height, words, dark, colour=colour)
            | {
                "yanchor": "top" if name == "true" else "bottom",
                "yshift": -8 if name == "true" else 2,
            }
        )
    return theme.figure(
        traces,
        _layout("Of 1,000 patients like these", [0, 1030], labels, threshold, dark),
        dark=dark,
    )


def _curve(
    rows: pd.DataFrame, name: str, low: str, high: str, colour: str, words: str
) -> list[theme.Trace]:
    return [
        theme.band(rows["threshold"], rows[low], rows[high], colour, f"band of {words}"),
        dict(
            type="scatter",
            x=rows["threshold"],
            y=rows[name],
            mode="lines",
            line={"color": colour, "width": 2.5},
            name=words,
            hovertemplate=f"%{{y:,.0f}} {words}<br>at threshold %{{x:.0%}}<extra></extra>",
        ),
    ]


def _layout(
    title: str,
    span: list[float],
    labels: list[dict[str, Any]],
    threshold: float | None,
    dark: bool,
) -> dict[str, Any]:
    return dict(
        xaxis=theme.share_axis("Threshold at which one would act", range=[0, 1]),
        yaxis={"title": {"text": title}, "range": span, "tickformat": ",d"},
        shapes=[] if threshold is None else [theme.threshold_line(threshold, dark)],
        annotations=labels,
    )
