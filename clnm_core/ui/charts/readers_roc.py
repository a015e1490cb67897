"""Where do the readers stand beside the model's curve, and where do they move with its help?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import threshold_text
from clnm_core.stats.readers import AIDED, UNAIDED
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import complement, no_curve, operating_dot
from clnm_core.ui.charts.sides import SIDE_WORDS, side_colour, side_symbol
from clnm_core.ui.charts.thinning import thinned


def readers_roc_figure(
    roc: pd.DataFrame,
    points: pd.DataFrame,
    means: dict[str, tuple[Estimate, Estimate]],
    *,
    sensitivity: Estimate,
    specificity: Estimate,
    threshold: float,
    dark: bool = False,
) -> go.Figure:
    """Draw the model's ROC curve with every reader's point, and arrows from unaided to aided.

    Parameters
    ----------
    roc : pandas.DataFrame
        ``threshold``, ``sensitivity``, ``false_positive_rate`` of the model.
    points : pandas.DataFrame
        ``side``, ``reader``, ``sensitivity_value``, ``specificity_value``.
    means : dict of str to (Estimate, Estimate)
        Sensitivity and specificity of the average reader by side.
    sensitivity, specificity : Estimate
        The model's calls at ``threshold``.
    threshold : float
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    chance, label = theme.reference([0, 1], [0, 1], "no better than chance", dark)
    label |= {"x": 0.6, "y": 0.5, "xanchor": "left", "yanchor": "top"}
    curve = thinned(roc, "false_positive_rate", "sensitivity")
    traces: list[theme.Trace] = [
        chance,
        dict(
            type="scatter",
            x=curve["false_positive_rate"],
            y=curve["sensitivity"],
            mode="lines",
            line={"color": colours.models[0], "width": 2.5},
            hovertemplate="model: sensitivity %{y:.1%}<br>false positives %{x:.1%}<extra></extra>",
            name="model",
        ),
    ]
    drawn = points.dropna(subset=["sensitivity_value", "specificity_value"])
    sides = [side for side in (UNAIDED, AIDED) if (drawn["side"] == side).any()]
    traces += [_dots(drawn[drawn["side"] == side], side, colours) for side in sides]
    traces += [_mean_dot(*means[side], side, colours) for side in sides if side in means]
    traces += operating_dot(complement(specificity), sensitivity, None, dark)
    notes = [label, *_key(sides, threshold, colours, dark)]
    if curve.empty:
        notes.append(no_curve("no curve: it needs cases with and without the outcome", dark))
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("False-positive rate (1 − specificity)"),
            yaxis=theme.share_axis("Sensitivity"),
            annotations=[*notes, *_arrows(drawn, colours)],
        ),
        dark=dark,
        height=460,
    )


def _dots(points: pd.DataFrame, side: str, colours: theme.Palette) -> theme.Trace:
    return dict(
        type="scatter",
        x=1 - points["specificity_value"],
        y=points["sensitivity_value"],
        mode="markers",
        marker={
            "color": side_colour(side, colours),
            "symbol": side_symbol(side),
            "size": 9,
            "line": {"width": 2, "color": side_colour(side, colours)},
        },
        text=points["reader"],
        hovertemplate=f"%{{text}} {SIDE_WORDS[side]}<br>sensitivity %{{y:.1%}}"
        "<br>false positives %{x:.1%}<extra></extra>",
        name=f"readers {SIDE_WORDS[side]}",
    )


def _mean_dot(
    sensitivity: Estimate, specificity: Estimate, side: str, colours: theme.Palette
) -> theme.Trace:
    return dict(
        type="scatter",
        x=[1 - specificity.value],
        y=[sensitivity.value],
        mode="markers",
        marker={
            "color": side_colour(side, colours),
            "symbol": side_symbol(side),
            "size": 17,
            "line": {"width": 3, "color": side_colour(side, colours)},
        },
        hovertemplate=f"average reader {SIDE_WORDS[side]}<br>sensitivity %{{y:.1%}}"
        "<br>false positives %{x:.1%}<extra></extra>",
        name=f"average {SIDE_WORDS[side]}",
    )


def _arrows(points: pd.DataFrame, colours: theme.Palette) -> list[dict[str, Any]]:
    """One thin arrow per reader who has both points."""
    wide = points.pivot(index="reader", columns="side")
    if not {UNAIDED, AIDED} <= set(points["side"]):
        return []
    found = []
    for _, row in wide.dropna().iterrows():
        start, end = (
            (1 - row[("specificity_value", side)], row[("sensitivity_value", side)])
            for side in (UNAIDED, AIDED)
        )
        if np.allclose(start, end):
            continue
        found.append(
            {
                **{"x": end[0], "y": end[1], "ax": start[0], "ay": start[1]},
                **{"xref": "x", "yref": "y", "axref": "x", "ayref": "y", "text": ""},
                **{"showarrow": True, "arrowhead": 2, "arrowsize": 0.8, "arrowwidth": 1},
                **{"arrowcolor": colours.muted, "opacity": 0.6, "standoff": 6, "startstandoff": 6},
            }
        )
    return found


def _key(
    sides: list[str], threshold: float, colours: theme.Palette, dark: bool
) -> list[dict[str, Any]]:
    """What the shapes mean, in the empty corner."""
    shape = {UNAIDED: "○", AIDED: "◆"}
    lines = [(f"● model at threshold {threshold_text(threshold)}", colours.ink)]
    lines += [
        (
            f"{shape[side]} readers {SIDE_WORDS[side]}; large: their average",
            side_colour(side, colours),
        )
        for side in sides
    ]
    return [
        theme.note(0.99, 0.02 + 0.06 * place, words, dark, anchor="right", colour=colour)
        for place, (words, colour) in enumerate(reversed(lines))
    ]
