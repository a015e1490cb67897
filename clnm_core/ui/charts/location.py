"""How does the share with metastasis change with the distance to the capsule?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.report.wording import percent
from clnm_core.stats.location import PublishedClaim
from clnm_core.ui.charts import theme


def location_figure(
    curve: pd.DataFrame,
    bins: pd.DataFrame,
    *,
    outcome: str,
    claim: PublishedClaim | None = None,
    adjusted: pd.DataFrame | None = None,
    dark: bool = False,
) -> go.Figure:
    """Draw the observed curve with its band, and the bins as dots with Wilson intervals.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``distance_mm``, ``risk``, ``low``, ``high``; empty where too few cases allow none.
    bins : pandas.DataFrame
        ``low_mm``, ``high_mm``, ``label``, ``n``, ``events``, ``rate``, ``low``, ``high``;
        the last bin may be open.
    outcome : str
        Registry name of the outcome drawn; a claim about another one is drawn as a distance
        only, without its share.
    claim : PublishedClaim, optional
        Drawn as a dashed line that says that it was published, not observed here.
    adjusted : pandas.DataFrame, optional
        ``distance_mm``, ``risk``, ``low``, ``high`` of the adjusted curve; drawn dotted, with
        its band, where it is not empty.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    traces: list[theme.Trace] = []
    end = _end(curve, bins)
    if not curve.empty:
        traces.append(
            theme.band(curve["distance_mm"], curve["low"], curve["high"], colours.present, "band")
        )
        traces.append(
            dict(
                type="scatter",
                x=curve["distance_mm"],
                y=curve["risk"],
                mode="lines",
                line={"color": colours.present, "width": 2.5},
                name="observed curve",
                hovertemplate="%{x:.1f} mm: %{y:.1%}<extra>curve</extra>",
            )
        )
    labels = _counts(bins, end, dark)
    if adjusted is not None and not adjusted.empty:
        traces += _adjusted(adjusted, colours.absent)
        for height, legend, colour in (
            (0.84, "observed, solid", colours.present),
            (0.78, "adjusted, dotted", colours.absent),
        ):
            labels.append(
                theme.note(0.99 * end, height, legend, dark, anchor="right", colour=colour)
            )
    traces.append(_dots(bins, end, colours.ink))
    if claim is not None:
        lines, words = _published(claim, outcome, dark)
        traces += lines
        labels.append(words)
    return theme.figure(
        traces,
        dict(
            xaxis={"title": {"text": "Distance to the capsule (mm)"}, "range": [-0.02 * end, end]},
            yaxis=theme.share_axis("Observed share with metastasis", range=[-0.09, 1.01]),
            annotations=labels,
        ),
        dark=dark,
    )


def _adjusted(curve: pd.DataFrame, colour: str) -> list[theme.Trace]:
    line = dict(
        type="scatter",
        x=curve["distance_mm"],
        y=curve["risk"],
        mode="lines",
        line={"color": colour, "width": 2.5, "dash": "dot"},
        name="adjusted curve",
        hovertemplate="%{x:.1f} mm: %{y:.1%}<extra>adjusted</extra>",
    )
    return [
        theme.band(curve["distance_mm"], curve["low"], curve["high"], colour, "adjusted band"),
        line,
    ]


def _end(curve: pd.DataFrame, bins: pd.DataFrame) -> float:
    """Right end of the axis in mm: past the curve, and 2.5 mm into an open last bin."""
    last = float(bins["low_mm"].iloc[-1]) + 2.5
    return max(last, float(curve["distance_mm"].max())) if not curve.empty else last


def _middle(bins: pd.DataFrame, end: float) -> pd.Series:
    return (bins["low_mm"] + bins["high_mm"].where(np.isfinite(bins["high_mm"]), end)) / 2


def _dots(bins: pd.DataFrame, end: float, colour: str) -> theme.Trace:
    known = bins[bins["rate"].notna()]
    return dict(
        type="scatter",
        x=_middle(known, end),
        y=known["rate"],
        error_y=theme.whisker(known["rate"], known["low"], known["high"], colour, thickness=1.5),
        customdata=known[["label", "events", "n", "low", "high"]].to_numpy(),
        mode="markers",
        marker={"color": colour, "size": 8},
        name="bins",
        hovertemplate=(
            "%{customdata[0]}: %{y:.0%} (%{customdata[3]:.0%}–%{customdata[4]:.0%})"
            "<br>%{customdata[1]:,} of %{customdata[2]:,}<extra></extra>"
        ),
    )


def _counts(bins: pd.DataFrame, end: float, dark: bool) -> list[dict[str, object]]:
    """The n of every bin, under its dot on the axis."""
    return [
        theme.note(place, -0.08, f"n {n:,}", dark, anchor="center")
        for place, n in zip(_middle(bins, end), bins["n"], strict=True)
    ]


def _published(
    claim: PublishedClaim, outcome: str, dark: bool
) -> tuple[list[theme.Trace], dict[str, object]]:
    """The claim as lines, and its words at the top of the vertical one."""
    is_about_this = claim.outcome == outcome
    share = f"> {percent(claim.above)} " if is_about_this else ""
    text = f" published: {share}within {claim.within_mm:g} mm ({claim.source})"
    upright, words = theme.reference([claim.within_mm] * 2, [0, 0.94], text, dark, anchor="left")
    if not is_about_this:
        return [upright], words
    level, _ = theme.reference([0, claim.within_mm], [claim.above] * 2, "published share", dark)
    return [upright, level], words
