"""How does one metric differ from group to group, and how sure is each figure?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import Unit, count_text, estimate_text
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme

_ROW = 44
"""Height of one row in pixels: a label over its n."""


def forest_figure(
    rows: pd.DataFrame,
    overall: Estimate,
    *,
    title: str,
    unit: Unit,
    bounds: tuple[float, float] | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw one row per group, the overall figure on top with its band through all rows.

    Groups stay with their column; within it they are sorted by estimate, highest first, and
    the groups without an estimate come last, with their reason in words.

    Parameters
    ----------
    rows : pandas.DataFrame
        ``column`` (heading), ``level`` (label), ``n``, ``events``, ``value``, ``low``,
        ``high`` and ``note`` (why there is no value, or empty).
    overall : Estimate
        The same metric in all cases.
    title : str
        The metric, as axis title.
    unit : Unit
        How its values are printed.
    bounds : tuple of float, optional
        Ends of the axis; by default what the intervals need.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    lines = _ordered(rows)
    traces: list[theme.Trace] = []
    traces.append(_estimates(lines, unit, colours))
    traces.append(_diamond(overall, unit, colours))
    low, high = bounds or _room(lines, overall)
    first = {"y": 0.0, "text": "<b>All cases</b>"}
    labels = [first] + [{"y": line["y"], "text": _label(line, colours.muted)} for line in lines]
    return theme.figure(
        traces,
        dict(
            xaxis={
                "title": {"text": title},
                "range": [low, high],
                "tickformat": ".0%" if unit is Unit.SHARE else "",
                "side": "bottom",
            },
            yaxis={
                "tickvals": [label["y"] for label in labels],
                "ticktext": [label["text"] for label in labels],
                "tickfont": {"color": colours.ink, "size": 13},
                "range": [len(lines) + 0.6, -0.6],
                "showgrid": False,
            },
            shapes=_overall_band(overall, colours),
            annotations=[
                theme.note(low, line["y"], f"  {line['note']}", dark) | {"yanchor": "middle"}
                for line in lines
                if not np.isfinite(line["value"])
            ],
        ),
        dark=dark,
        height=90 + _ROW * (len(lines) + 1),
    )


def _ordered(rows: pd.DataFrame) -> list[dict[str, Any]]:
    """The groups in drawing order, each with its height ``y`` counted from the top."""
    columns = list(dict.fromkeys(rows["column"]))
    ordered = rows.assign(
        _column=rows["column"].map(columns.index), _none=rows["value"].isna()
    ).sort_values(["_column", "_none", "value"], ascending=[True, True, False], kind="stable")
    return [
        {
            **{str(name): value for name, value in line.items()},
            "y": float(place),
            "is_several": len(columns) > 1,
        }
        for place, line in enumerate(ordered.to_dict("records"), start=1)
    ]


def _label(line: dict[str, Any], muted: str) -> str:
    heading = f"{line['column']}: " if line["is_several"] else ""
    counts = f"n {line['n']:,}, {count_text(line['events'], 'event')}"
    return f"{heading}{line['level']}<br><span style='font-size:11px;color:{muted}'>{counts}</span>"


def _estimates(lines: list[dict[str, Any]], unit: Unit, colours: theme.Palette) -> theme.Trace:
    drawn = [line for line in lines if np.isfinite(line["value"])]
    return dict(
        type="scatter",
        x=[line["value"] for line in drawn],
        y=[line["y"] for line in drawn],
        error_x=theme.whisker(
            [line["value"] for line in drawn],
            [line["low"] for line in drawn],
            [line["high"] for line in drawn],
            colours.models[0],
            thickness=2,
        ),
        mode="markers",
        marker={"color": colours.models[0], "size": 9},
        text=[
            f"{line['level']}: {_words(line, unit)}<br>n {line['n']:,}, {line['events']:,} events"
            for line in drawn
        ],
        hovertemplate="%{text}<extra></extra>",
        name="groups",
    )


def _words(line: dict[str, Any], unit: Unit) -> str:
    estimate = Estimate(line["value"], line["low"], line["high"], 0.95, "")
    return estimate_text(estimate, unit, n=line["n"])


def _diamond(overall: Estimate, unit: Unit, colours: theme.Palette) -> theme.Trace:
    return dict(
        type="scatter",
        x=[overall.low, overall.value, overall.high, overall.value, overall.low],
        y=[0, -0.16, 0, 0.16, 0],
        fill="toself",
        fillcolor=colours.ink,
        line={"color": colours.ink, "width": 1},
        mode="lines",
        hoveron="fills",
        text=f"All cases: {estimate_text(overall, unit)}",
        hoverinfo="text",
        name="all cases",
    )


def _overall_band(overall: Estimate, colours: theme.Palette) -> list[dict[str, Any]]:
    if not np.isfinite(overall.value):
        return []
    across = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    line = across | {
        "type": "line",
        "x0": overall.value,
        "x1": overall.value,
        "line": {"color": colours.unknown, "width": 1, "dash": "dash"},
    }
    if not np.isfinite(overall.low):
        return [line]
    shade = across | {
        "type": "rect",
        "x0": overall.low,
        "x1": overall.high,
        "fillcolor": theme.faded(colours.unknown),
        "line": {"width": 0},
    }
    return [shade, line]


def _room(lines: list[dict[str, Any]], overall: Estimate) -> tuple[float, float]:
    """The least range that holds every interval, with 4 % to spare at both ends."""
    ends = [overall.value, overall.low, overall.high]
    ends += [line[name] for line in lines for name in ("value", "low", "high")]
    known = [end for end in ends if np.isfinite(end)]
    low, high = (min(known), max(known)) if known else (0.0, 1.0)
    spare = 0.04 * (high - low) or 0.05
    return low - spare, high + spare
