"""How good is each reader, and what did aid change? One row per reader."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import Unit, estimate_text
from clnm_core.stats.readers import AIDED, UNAIDED
from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme
from clnm_core.ui.charts.sides import SIDE_WORDS, side_colour, side_symbol

_ROW = 34
"""Height of one reader's row in pixels."""


def reader_forest_figure(
    points: pd.DataFrame,
    means: dict[str, Estimate],
    model: Estimate,
    *,
    merit: str,
    title: str,
    unit: Unit = Unit.SCORE,
    dark: bool = False,
) -> go.Figure:
    """Draw one figure of merit of every reader, unaided over aided, the average on top.

    Parameters
    ----------
    points : pandas.DataFrame
        ``side``, ``reader`` and ``{merit}_value``, ``_low``, ``_high``.
    means : dict of str to Estimate
        Of the average reader, by side.
    model : Estimate
        Drawn as a band through all rows.
    merit : str
    title : str
        The figure of merit, as axis title.
    unit : Unit
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    order = (
        points[points["side"] == points["side"].iloc[0]]
        .sort_values(f"{merit}_value", ascending=False, kind="stable")["reader"]
        .tolist()
    )
    rows = {reader: place for place, reader in enumerate(order, start=1)}
    traces = []
    for side in dict.fromkeys(points["side"]):
        of = points[points["side"] == side].assign(y=lambda part: part["reader"].map(rows))
        shift = 0.0 if points["side"].nunique() == 1 else -0.14 if side == UNAIDED else 0.14
        values = [
            (row["y"] + shift, row["reader"], _estimate(row, merit))
            for row in of.to_dict("records")
        ]
        values.insert(0, (shift, "average reader", means[side]))
        traces.append(_row_dots(values, side, unit, colours))
    labels = ["<b>Average reader</b>", *order]
    return theme.figure(
        traces,
        dict(
            xaxis={"title": {"text": title}, "tickformat": ".0%" if unit is Unit.SHARE else ""},
            yaxis=theme.row_axis(labels, dark),
            shapes=_band(model, colours),
            annotations=_model_label(model, dark),
            margin={"l": 8, "r": 12, "t": 30, "b": 8},
        ),
        dark=dark,
        height=max(460, 110 + _ROW * len(labels)),
    )


def reader_gains_figure(
    gains: pd.DataFrame, average: Estimate, *, title: str, dark: bool = False
) -> go.Figure:
    """Draw what aid changed for every reader, the average on top.

    Parameters
    ----------
    gains : pandas.DataFrame
        ``reader``, ``value``, ``low``, ``high``.
    average : Estimate
        Over readers.
    title : str
        The figure of merit whose change is drawn, as axis title.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    ordered = gains.sort_values("value", ascending=False, kind="stable")
    values = [(0.0, "average reader", average)]
    values += [
        (
            float(place),
            str(row["reader"]),
            Estimate(row["value"], row["low"], row["high"], average.level, ""),
        )
        for place, row in enumerate(ordered.to_dict("records"), start=1)
    ]
    zero = {"type": "line", "xref": "x", "yref": "paper", "x0": 0, "x1": 0, "y0": 0, "y1": 1}
    zero |= {"layer": "below", "line": {"color": colours.unknown, "width": 1, "dash": "dash"}}
    return theme.figure(
        [_row_dots(values, AIDED, Unit.SCORE, colours)],
        dict(
            xaxis={"title": {"text": title}},
            yaxis=theme.row_axis(["<b>Average reader</b>", *ordered["reader"]], dark),
            shapes=[zero],
        ),
        dark=dark,
        height=max(theme.TALL, 110 + _ROW * (len(values))),
    )


def changed_calls_figure(changes: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Draw calls that turned right to the right of zero and calls that turned wrong to the left.

    Parameters
    ----------
    changes : pandas.DataFrame
        ``reader``, ``metastases_found``, ``metastases_lost``, ``alarms_dropped``,
        ``alarms_raised``.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    parts = (
        ("metastases_found", "metastases found", 1, colours.present),
        ("alarms_dropped", "false alarms dropped", 1, colours.absent),
        ("metastases_lost", "metastases lost", -1, colours.present),
        ("alarms_raised", "false alarms raised", -1, colours.absent),
    )
    reader = changes["reader"].tolist()
    traces = [
        dict(
            type="bar",
            orientation="h",
            y=reader,
            x=sign * changes[name],
            customdata=changes[name],
            marker={"color": theme.faded(colour, 0.95 if sign > 0 else 0.45)},
            hovertemplate=f"%{{y}}: %{{customdata}} {words}<extra></extra>",
            name=words,
        )
        for name, words, sign, colour in parts
    ]
    reach = 1.08 * max(
        (changes["metastases_found"] + changes["alarms_dropped"]).max(),
        (changes["metastases_lost"] + changes["alarms_raised"]).max(),
        1,
    )
    return theme.figure(
        traces,
        dict(
            barmode="relative",
            bargap=0.35,
            xaxis={
                "title": {"text": "calls turned wrong  |  calls turned right"},
                "range": [-reach, reach],
                "zeroline": True,
                "zerolinecolor": colours.muted,
                **_counts_both_ways(reach),
            },
            yaxis={"autorange": "reversed", "tickfont": {"color": colours.ink}},
            showlegend=True,
            legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        ),
        dark=dark,
        height=max(theme.TALL, 130 + _ROW * len(changes)),
    )


def _estimate(row: dict[Any, Any], merit: str) -> Estimate:
    return Estimate(row[f"{merit}_value"], row[f"{merit}_low"], row[f"{merit}_high"], 0.95, "")


def _row_dots(
    values: list[tuple[float, str, Estimate]], side: str, unit: Unit, colours: theme.Palette
) -> theme.Trace:
    known = [part for part in values if part[2].is_estimable]
    colour = side_colour(side, colours)
    return dict(
        type="scatter",
        x=[estimate.value for _, _, estimate in known],
        y=[y for y, _, _ in known],
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [np.nan_to_num(e.high - e.value) for _, _, e in known],
            "arrayminus": [np.nan_to_num(e.value - e.low) for _, _, e in known],
            "color": colour,
            "thickness": 2,
            "width": 0,
        },
        mode="markers",
        marker={
            "color": colour,
            "symbol": side_symbol(side),
            "opacity": 1,
            "size": [13 if name == "average reader" else 9 for _, name, _ in known],
            "line": {"width": 2, "color": colour},
        },
        text=[
            f"{name} {SIDE_WORDS[side]}: {estimate_text(estimate, unit)}"
            for _, name, estimate in known
        ],
        hovertemplate="%{text}<extra></extra>",
        name=SIDE_WORDS[side],
    )


def _band(model: Estimate, colours: theme.Palette) -> list[dict[str, Any]]:
    if not model.is_estimable:
        return []
    across = {"xref": "x", "yref": "paper", "y0": 0, "y1": 1, "layer": "below"}
    line = across | {"type": "line", "x0": model.value, "x1": model.value}
    line["line"] = {"color": colours.models[0], "width": 1.5, "dash": "dash"}
    shade = across | {"type": "rect", "x0": model.low, "x1": model.high}
    shade |= {"fillcolor": theme.faded(colours.models[0], 0.12), "line": {"width": 0}}
    return [shade, line] if np.isfinite(model.low) else [line]


def _model_label(model: Estimate, dark: bool) -> list[dict[str, Any]]:
    if not model.is_estimable:
        return []
    label = theme.note(model.value, 1, "model", dark, colour=theme.palette(dark).models[0])
    return [label | {"yref": "paper", "xanchor": "center"}]


def _counts_both_ways(reach: float) -> dict[str, Any]:
    """Ticks that count up on both sides of zero."""
    step = max(1, int(10 ** np.floor(np.log10(reach))))
    step = next(s for s in (step // 2 or 1, step, 2 * step, 5 * step) if reach / s <= 4)
    ticks = list(range(-int(reach // step) * step, int(reach) + 1, step))
    return {"tickvals": ticks, "ticktext": [f"{abs(tick):,}" for tick in ticks]}
