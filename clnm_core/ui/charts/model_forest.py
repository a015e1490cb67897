"""How large is each model's area, and what is left of the winner's lead?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import estimate_text
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.paired_roc import shortened

_ROW = 40


def model_forest_figure(
    rows: pd.DataFrame, corrected: Estimate | None, *, dark: bool = False
) -> go.Figure:
    """Draw the AUC of every model with its interval, the largest on top.

    Under the winner, as a ring, stands what its area is once it is corrected for having
    been chosen; a thin line through all rows marks that corrected area.

    Parameters
    ----------
    rows : pandas.DataFrame
        One row per model: ``label``, ``value``, ``low``, ``high`` (NaN where not
        estimable) and ``note`` (small print under the label).
    corrected : Estimate, optional
        Area of the winner, corrected; not drawn where it is missing or not estimable.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    lines = _ordered(rows, corrected)
    known = [line for line in lines if np.isfinite(line["value"])]
    traces: list[theme.Trace] = [
        _marks([line for line in known if not line["is_corrected"]], colours, "circle", "AUC"),
        _marks(
            [line for line in known if line["is_corrected"]], colours, "circle-open", "corrected"
        ),
    ]
    ends = [end for line in known for end in (line["low"], line["high"]) if np.isfinite(end)]
    low, high = (min(ends), max(ends)) if ends else (0.0, 1.0)
    spare = 0.06 * (high - low) or 0.05
    return theme.figure(
        traces,
        dict(
            xaxis={
                "title": {"text": "AUC"},
                "range": [max(low - spare, -0.01), min(high + spare, 1.01)],
            },
            yaxis={
                "tickvals": [line["y"] for line in lines],
                "ticktext": [_label(line, colours.muted) for line in lines],
                "tickfont": {"color": colours.ink, "size": 13},
                "range": [len(lines) - 0.4, -0.6],
                "showgrid": False,
            },
            shapes=_line_through([line for line in known if line["is_corrected"]], colours),
            annotations=[
                theme.note(low, line["y"], "no AUC", dark) | {"yanchor": "middle"}
                for line in lines
                if not np.isfinite(line["value"])
            ],
        ),
        dark=dark,
        height=max(theme.TALL, 70 + _ROW * len(lines)),
    )


def _ordered(rows: pd.DataFrame, corrected: Estimate | None) -> list[dict[str, Any]]:
    """Rows in drawing order, each with its height ``y`` counted from the top."""
    ranked = rows.sort_values("value", ascending=False, kind="stable", na_position="last")
    lines: list[dict[str, Any]] = [
        {str(key): value for key, value in row.items()} | {"is_corrected": False}
        for row in ranked.to_dict("records")
    ]
    if corrected is not None and corrected.is_estimable and lines:
        lines.insert(
            1,
            {
                "label": "the same, corrected",
                "value": corrected.value,
                "low": corrected.low,
                "high": corrected.high,
                "note": "for having been chosen",
                "is_corrected": True,
            },
        )
    for place, line in enumerate(lines):
        line["y"] = float(place)
    return lines


def _label(line: dict[str, Any], muted: str) -> str:
    note = f"<br><span style='font-size:11px;color:{muted}'>{line['note']}</span>"
    return f"{shortened(line['label'], 26)}{note if line['note'] else ''}"


def _marks(
    lines: list[dict[str, Any]], colours: theme.Palette, symbol: str, name: str
) -> theme.Trace:
    return dict(
        type="scatter",
        x=[line["value"] for line in lines],
        y=[line["y"] for line in lines],
        error_x=theme.whisker(
            [line["value"] for line in lines],
            [line["low"] for line in lines],
            [line["high"] for line in lines],
            colours.models[0],
            thickness=2,
        ),
        mode="markers",
        marker={"color": colours.models[0], "size": 10, "symbol": symbol, "line": {"width": 2}},
        text=[f"{line['label']}: {estimate_text(_estimate(line), decimals=3)}" for line in lines],
        hovertemplate="%{text}<extra></extra>",
        name=name,
    )


def _estimate(line: dict[str, Any]) -> Estimate:
    return Estimate(line["value"], line["low"], line["high"], 0.95, "")


def _line_through(lines: list[dict[str, Any]], colours: theme.Palette) -> list[dict[str, object]]:
    return [
        {
            "type": "line",
            "xref": "x",
            "yref": "paper",
            "x0": line["value"],
            "x1": line["value"],
            "y0": 0,
            "y1": 1,
            "layer": "below",
            "line": {"color": colours.unknown, "width": 1, "dash": "dash"},
        }
        for line in lines
    ]
