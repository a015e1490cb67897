"""How sure was the model of the cases that it got wrong?"""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme

_PARTS = (
    (True, False, "missed", 1.0),
    (True, True, "caught", 0.35),
    (False, True, "false alarms", 1.0),
    (False, False, "rightly not called", 0.35),
)
"""Outcome, call, words, and how solid the bars are: errors are full, right calls are pale."""


def failures_figure(
    counts: pd.DataFrame, *, threshold: float, outcome: str, dark: bool = False
) -> go.Figure:
    """Draw cases with the outcome upwards and those without it downwards, by risk.

    Parameters
    ----------
    counts : pandas.DataFrame
        ``low``, ``high``, ``y_true``, ``called``, ``cases``.
    threshold : float
        A case is called when its risk is at or above it.
    outcome : str
        The outcome inside a sentence.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    for y_true, called, words, opacity in _PARTS:
        part = counts[(counts["y_true"] == y_true) & (counts["called"] == called)]
        colour = colours.present if y_true else colours.absent
        sign = 1 if y_true else -1
        traces.append(
            dict(
                type="bar",
                x=((part["low"] + part["high"]) / 2).to_numpy(),
                y=sign * part["cases"].to_numpy(),
                width=0.9 * (part["high"] - part["low"]).to_numpy(),
                marker={"color": theme.faded(colour, opacity), "line": {"width": 0}},
                text=[
                    f"{cases:,} {words}, risk {low:.0%} to {high:.0%}"
                    for cases, low, high in zip(
                        part["cases"], part["low"], part["high"], strict=True
                    )
                ],
                textposition="none",
                hovertemplate="%{text}<extra></extra>",
                name=words,
            )
        )
    reach = _reach(counts)
    ticks = _ticks(reach)
    return theme.figure(
        traces,
        dict(
            barmode="relative",
            bargap=0,
            xaxis=theme.share_axis("Risk"),
            yaxis={
                "title": {"text": f"Cases without (down) and with (up) {outcome}"},
                "tickvals": ticks,
                "ticktext": [f"{abs(tick):,}" for tick in ticks],
                "range": [-1.18 * reach, 1.18 * reach],
            },
            shapes=[theme.threshold_line(threshold, dark)],
            annotations=_words(threshold, reach, dark),
        ),
        dark=dark,
    )


def _words(threshold: float, reach: float, dark: bool) -> list[dict[str, Any]]:
    """The two kinds of error by name, on the side of the threshold on which they lie."""
    colours = theme.palette(dark)
    left, right = threshold < 0.2, threshold > 0.8
    return [
        theme.note(0.0, 1.06 * reach, "" if left else "missed", dark, colour=colours.present),
        theme.note(
            1.0,
            -1.16 * reach,
            "" if right else "false alarms",
            dark,
            anchor="right",
            colour=colours.absent,
        ),
    ]


def _reach(counts: pd.DataFrame) -> float:
    """The tallest bar on either side."""
    if counts.empty:
        return 1.0
    return float(counts.groupby(["low", "y_true"])["cases"].sum().max())


def _ticks(reach: float) -> list[int]:
    """Whole numbers on both sides of 0, at round steps."""
    power = 10 ** int(np.floor(np.log10(max(reach / 2, 1))))
    step = max(
        int(max(factor for factor in (1, 2, 5) if factor * power <= max(reach / 2, 1)) * power), 1
    )
    above = list(range(step, int(reach) + 1, step))
    return [-tick for tick in reversed(above)] + [0, *above]
