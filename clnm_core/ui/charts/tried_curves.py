"""How do all that were tried find cases, and do their risks come true?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import no_curve
from clnm_core.ui.charts.paired_roc import line_of, shortened, stroke_of
from clnm_core.ui.charts.thinning import thinned


def tried_pr_figure(
    curves: Mapping[str, pd.DataFrame], *, prevalence: float, dark: bool = False
) -> go.Figure:
    """Draw precision against recall of every model that was tried, on the same cases.

    Parameters
    ----------
    curves : mapping of str to pandas.DataFrame
        By label, in the order of their colours: ``threshold``, ``recall``, ``precision``; at
        most 1,000 rows of each are drawn, as steps.
    prevalence : float
        Share of cases with the outcome: the precision of flagging everyone.
    dark : bool
        Whether the page is dark.

    """
    everyone, label = theme.reference(
        [0, 1], [prevalence] * 2, "flag everyone", dark, anchor="left"
    )
    label |= {"x": 0.01, "yanchor": "top"}
    traces = [everyone]
    for place, (name, curve) in enumerate(curves.items()):
        points = thinned(curve, "recall", "precision")
        traces.append(
            dict(
                type="scatter",
                x=points["recall"],
                y=points["precision"],
                customdata=points["threshold"],
                mode="lines",
                line={**line_of(place, dark), "width": 2.2, "shape": "vh"},
                name=name,
                hovertemplate=(
                    f"{shortened(name)}, risk from %{{customdata:.3f}}<br>"
                    "PPV %{y:.1%}<br>sensitivity %{x:.1%}<extra></extra>"
                ),
            )
        )
    labels = [label, *_names(list(curves), dark, is_above=False)]
    if all(curve.empty for curve in curves.values()):
        labels = [no_curve("no curve: it needs cases with the outcome", dark)]
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Recall (sensitivity)"),
            yaxis=theme.share_axis("Precision (positive predictive value)"),
            annotations=labels,
        ),
        dark=dark,
    )


def tried_calibration_figure(
    curves: Mapping[str, pd.DataFrame], *, dark: bool = False
) -> go.Figure:
    """Draw observed share against predicted risk of every model that was tried.

    Parameters
    ----------
    curves : mapping of str to pandas.DataFrame
        By label, in the order of their colours: ``risk``, ``observed``; empty where there are
        too few cases for a curve.
    dark : bool
        Whether the page is dark.

    """
    perfect, label = theme.reference([0, 1], [0, 1], "dashed: risk equals share", dark)
    label |= {"x": 0.99, "y": 0.01}
    traces = [perfect]
    for place, (name, curve) in enumerate(curves.items()):
        if curve.empty:
            continue
        points = thinned(curve, "risk", "observed")
        traces.append(
            dict(
                type="scatter",
                x=points["risk"],
                y=points["observed"],
                mode="lines",
                line={**line_of(place, dark), "width": 2.2},
                name=name,
                hovertemplate=(
                    f"{shortened(name)}<br>risk %{{x:.1%}}<br>observed %{{y:.1%}}<extra></extra>"
                ),
            )
        )
    labels = [label, *_names(list(curves), dark, is_above=True)]
    if all(curve.empty for curve in curves.values()):
        labels = [no_curve("no curve: it needs more cases with and without the outcome", dark)]
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("Predicted risk"),
            yaxis=theme.share_axis("Observed share with the outcome"),
            annotations=labels,
        ),
        dark=dark,
    )


def _names(names: list[str], dark: bool, *, is_above: bool) -> list[dict[str, object]]:
    """The names of curves behind strokes of their colours: upper left, or lower right."""
    labels = []
    ink = theme.palette(dark).ink
    for place, name in enumerate(names):
        text = f"{stroke_of(place, dark)} {shortened(name, 24)}"
        x, y = (0.0, 0.94 - 0.062 * place) if is_above else (1.0, 0.062 * (len(names) - 1 - place))
        side = "left" if is_above else "right"
        labels.append(theme.note(x, y, text, dark, anchor=side, colour=ink))
    return labels
