"""Who is flagged rightly and wrongly at one threshold?"""

from __future__ import annotations

import plotly.graph_objects as go

from clnm_core.report.wording import percent
from clnm_core.stats.thresholds import Confusion
from clnm_core.ui.charts import theme

_COLUMNS = ("outcome present", "outcome absent")
_ROWS = ("not flagged", "flagged")


def confusion_figure(confusion: Confusion, *, dark: bool = False) -> go.Figure:
    """Draw the four counts as cells, shaded by their share of the column.

    Columns are what happened, so the shares read as sensitivity and specificity (right
    answers, in the colour of their outcome) and as the two error rates (grey).

    Parameters
    ----------
    confusion : Confusion
        Counts of cases.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    present, absent = confusion.tp + confusion.fn, confusion.fp + confusion.tn
    cells = (
        (0, 1, confusion.tp, present, colours.present, "found"),
        (1, 1, confusion.fp, absent, colours.unknown, "false alarms"),
        (0, 0, confusion.fn, present, colours.unknown, "missed"),
        (1, 0, confusion.tn, absent, colours.absent, "rightly left alone"),
    )
    traces: list[theme.Trace] = []
    traces.append(
        dict(
            type="scatter",
            x=[cell[0] for cell in cells],
            y=[cell[1] for cell in cells],
            customdata=[[cell[2], cell[3], cell[5]] for cell in cells],
            mode="markers",
            marker={"opacity": 0, "size": 60},
            hovertemplate="%{customdata[0]:,} of %{customdata[1]:,} %{customdata[2]}<extra></extra>",
            name="counts",
        )
    )
    shapes, labels = [], []
    for column, row, count, total, colour, words in cells:
        share = count / total if total else 0.0
        shapes.append(
            {
                "type": "rect",
                "x0": column - 0.48,
                "x1": column + 0.48,
                "y0": row - 0.46,
                "y1": row + 0.46,
                "fillcolor": theme.faded(colour, round(0.08 + 0.32 * share, 3)),
                "line": {"color": colour, "width": 1},
                "layer": "below",
            }
        )
        part = f"{percent(share, total)} of {total:,}" if total else "none to judge"
        labels.append(
            {
                "x": column,
                "y": row,
                "showarrow": False,
                "text": f"<span style='font-size:22px'><b>{count:,}</b></span><br>{words}<br>{part}",
                "font": {"color": colours.ink, "size": 13},
            }
        )
    axis = {"showgrid": False, "fixedrange": True, "tickvals": [0, 1], "range": [-0.52, 1.52]}
    return theme.figure(
        traces,
        dict(
            xaxis=axis | {"ticktext": list(_COLUMNS), "side": "top"},
            yaxis=axis | {"ticktext": list(_ROWS)},
            shapes=shapes,
            annotations=labels,
        ),
        dark=dark,
    )
