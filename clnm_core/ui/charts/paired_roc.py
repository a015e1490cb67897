"""How do several models trade sensitivity against false alarms, on the same cases?"""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import estimate_text
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.marks import no_curve
from clnm_core.ui.charts.thinning import thinned

DASHES = ("solid", "dash", "dot", "dashdot")
"""How lines differ once the colours are used up."""

_MOST_LETTERS = 34


def paired_roc_figure(
    curves: Mapping[str, pd.DataFrame], areas: Mapping[str, Estimate], *, dark: bool = False
) -> go.Figure:
    """Draw one ROC curve per model, each named with its area in the empty lower right corner.

    Parameters
    ----------
    curves : mapping of str to pandas.DataFrame
        By the model's label, in the order of their colours: ``threshold``, ``sensitivity``,
        ``false_positive_rate``; at most 1,000 rows of each are drawn.
    areas : mapping of str to Estimate
        The AUC of each.
    dark : bool
        Whether the page is dark.

    """
    chance, _ = theme.reference([0, 1], [0, 1], "no better than chance", dark)
    traces: list[theme.Trace] = [chance]
    for place, (label, curve) in enumerate(curves.items()):
        points = thinned(curve, "false_positive_rate", "sensitivity")
        traces.append(
            dict(
                type="scatter",
                x=points["false_positive_rate"],
                y=points["sensitivity"],
                customdata=points["threshold"],
                mode="lines",
                line={**line_of(place, dark), "width": 2.5},
                name=label,
                hovertemplate=(
                    f"{shortened(label)}, risk from %{{customdata:.3f}}<br>"
                    "sensitivity %{y:.1%}<br>false positives %{x:.1%}<extra></extra>"
                ),
            )
        )
    labels = [
        _name(height, list(curves).index(label), label, areas[label], dark)
        for height, label in enumerate(reversed(_ranked(areas)))
    ]
    if all(curve.empty for curve in curves.values()):
        labels = [no_curve("no curve: it needs cases with and without the outcome", dark)]
    return theme.figure(
        traces,
        dict(
            xaxis=theme.share_axis("False-positive rate (1 − specificity)"),
            yaxis=theme.share_axis("Sensitivity"),
            annotations=labels,
        ),
        dark=dark,
    )


def line_of(place: int, dark: bool) -> dict[str, str]:
    """Colour and dash of the model in that place; no two of 24 are alike."""
    colours = theme.palette(dark).models
    dash = DASHES[(place // len(colours)) % len(DASHES)]
    return {"color": colours[place % len(colours)], "dash": dash}


def stroke_of(place: int, dark: bool) -> str:
    """A short stroke in the colour and dash of that place, to stand before a name."""
    line = line_of(place, dark)
    stroke = "━━" if line["dash"] == "solid" else "╍╍"
    return f"<span style='color:{line['color']}'>{stroke}</span>"


def shortened(label: str, most: int = _MOST_LETTERS) -> str:
    """A label cut to what fits into a chart.

    Examples
    --------
    >>> shortened("Record and views", most=8)
    'Record …'

    """
    return label if len(label) <= most else f"{label[: most - 1]}…"


def _ranked(areas: Mapping[str, Estimate]) -> list[str]:
    """Labels from the largest area to the smallest; those without one last."""
    return sorted(
        areas, key=lambda label: (not areas[label].is_estimable, -areas[label].value, label)
    )


def _name(height: int, place: int, label: str, area: Estimate, dark: bool) -> dict[str, object]:
    """The name of a curve with its area, in ink behind a stroke in its colour."""
    words = estimate_text(area) if area.is_estimable else "no AUC"
    text = f"{stroke_of(place, dark)} {shortened(label)} {words}"
    ink = theme.palette(dark).ink
    return theme.note(1.0, 0.0 + 0.062 * height, text, dark, anchor="right", colour=ink)
