"""Whom does a new model move into another group of risk, and is that the right way?"""

from __future__ import annotations

from typing import Any

import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import percent
from clnm_core.ui.charts import theme

_PARTS = ((True, "outcome present", "x", (0.0, 0.48)), (False, "outcome absent", "x2", (0.52, 1.0)))


def reclassification_figure(
    table: pd.DataFrame, *, new: str, old: str, dark: bool = False
) -> go.Figure:
    """Draw two tables of counts: cases with the outcome, and cases without it.

    Rows are groups of risk by the old model, columns by the new one; a cell is shaded by
    its share of the row. Moves the right way (up with the outcome, down without) and the
    wrong way have a colour each, and the cases that stay are grey.

    Parameters
    ----------
    table : pandas.DataFrame
        ``outcome`` (bool), ``old``, ``new`` (groups in words), ``old_group``,
        ``new_group`` (from 0), ``n``, ``share`` (of the row; NaN in an empty row).
    new, old : str
        Labels of the models, for the titles of the axes.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    words = list(dict.fromkeys(table["old"]))
    traces: list[theme.Trace] = []
    shapes: list[dict[str, Any]] = []
    notes: list[dict[str, Any]] = []
    for outcome, title, axis, (start, end) in _PARTS:
        rows = table[table["outcome"] == outcome]
        total = int(rows["n"].sum())
        notes.append(_title(f"{title}: {total:,}", (start + end) / 2, colours))
        traces.append(_hover(rows, axis, new, old))
        for row in rows.to_dict("records"):
            colour = _colour(row, outcome, colours)
            shapes.append(_cell(row, axis, colour))
            notes.append(_count(row, axis, len(words), colours))
    across = {
        "tickvals": list(range(len(words))),
        "ticktext": words if len(words) < 3 else [_compact(word) for word in words],
        "range": [-0.52, len(words) - 0.48],
        "showgrid": False,
        "fixedrange": True,
        "tickangle": 0,
    }
    return theme.figure(
        traces,
        dict(
            xaxis=across | {"domain": [0.0, 0.48], "title": {"text": f"by {new}"}},
            xaxis2=across | {"domain": [0.52, 1.0], "title": {"text": f"by {new}"}},
            yaxis=across | {"title": {"text": f"by {old}"}},
            shapes=shapes,
            annotations=notes,
            margin={"l": 8, "r": 12, "t": 34, "b": 8},
        ),
        dark=dark,
    )


def _compact(words: str) -> str:
    """A group of risk in the room of a narrow cell.

    Examples
    --------
    >>> _compact("below 25 %"), _compact("25–50 %"), _compact("75 % or more")
    ('< 25 %', '25–50', '≥ 75 %')

    """
    if words.startswith("below "):
        return words.replace("below ", "< ")
    if words.endswith(" or more"):
        return f"≥ {words.removesuffix(' or more')}"
    return words.removesuffix(" %")


def _colour(row: dict[Any, Any], outcome: bool, colours: theme.Palette) -> str:
    """Right way, wrong way, or stayed."""
    rise = row["new_group"] - row["old_group"]
    if rise == 0:
        return colours.unknown
    return colours.models[2] if (rise > 0) == outcome else colours.models[1]


def _cell(row: dict[Any, Any], axis: str, colour: str) -> dict[str, Any]:
    share = row["share"] if row["share"] == row["share"] else 0.0
    return {
        "type": "rect",
        "xref": axis,
        "yref": "y",
        "x0": row["new_group"] - 0.47,
        "x1": row["new_group"] + 0.47,
        "y0": row["old_group"] - 0.46,
        "y1": row["old_group"] + 0.46,
        "fillcolor": theme.faded(colour, round(0.08 + 0.42 * share, 3)),
        "line": {"color": colour, "width": 1},
        "layer": "below",
    }


def _count(row: dict[Any, Any], axis: str, groups: int, colours: theme.Palette) -> dict[str, Any]:
    size = 20 if groups < 3 else 15 if groups == 3 else 12
    share = f"<br>{percent(row['share'])}" if row["share"] == row["share"] else ""
    return {
        "x": row["new_group"],
        "y": row["old_group"],
        "xref": axis,
        "yref": "y",
        "showarrow": False,
        "text": f"<span style='font-size:{size}px'><b>{row['n']:,}</b></span>{share}",
        "font": {"color": colours.ink, "size": 12},
    }


def _hover(rows: pd.DataFrame, axis: str, new: str, old: str) -> theme.Trace:
    return dict(
        type="scatter",
        x=rows["new_group"],
        y=rows["old_group"],
        xaxis=axis,
        yaxis="y",
        mode="markers",
        marker={"opacity": 0, "size": 40},
        text=[
            f"{n:,} cases: {before} by {old}, {after} by {new}"
            for n, before, after in zip(rows["n"], rows["old"], rows["new"], strict=True)
        ],
        hovertemplate="%{text}<extra></extra>",
        name="counts",
    )


def _title(text: str, x: float, colours: theme.Palette) -> dict[str, Any]:
    return {
        "x": x,
        "y": 1.0,
        "xref": "paper",
        "yref": "paper",
        "xanchor": "center",
        "yanchor": "bottom",
        "yshift": 8,
        "showarrow": False,
        "text": f"<b>{text}</b>",
        "font": {"color": colours.ink, "size": 13},
    }
