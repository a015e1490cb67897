"""Along the distance to the capsule, how do predicted and observed shares run?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from clnm_core.ui.charts import theme


def learned_figure(curve: pd.DataFrame, bands: pd.DataFrame, *, dark: bool = False) -> go.Figure:
    """Observed and predicted along the distance, each a line with its band; dots are bands.

    Parameters
    ----------
    curve : pandas.DataFrame
        From :func:`~clnm_core.stats.learned_curve.learned_curve`; may be empty.
    bands : pandas.DataFrame
        ``bands`` of :class:`~clnm_core.stats.learned_location.Learned`.
    dark : bool
        Whether the page is dark.

    """
    colours = theme.palette(dark)
    end = _end(curve, bands)
    traces: list[theme.Trace] = []
    labels: list[dict[str, object]] = []
    lines = {"observed": colours.present, "predicted": colours.models[0]}
    for name, colour in lines.items() if len(curve) else ():
        x = curve["distance_mm"]
        traces.append(
            theme.band(x, curve[f"{name}_low"], curve[f"{name}_high"], colour, f"{name} band")
        )
        traces.append(
            dict(
                type="scatter",
                x=x,
                y=curve[name],
                mode="lines",
                line={"color": colour, "width": 2.5, "dash": _DASH[name]},
                name=name,
                hovertemplate=f"%{{x:.1f}} mm: %{{y:.1%}}<extra>{name}</extra>",
            )
        )
    traces += _dots(bands, end, lines)
    labels += [
        theme.note(0.99 * end, 0.93 - 0.06 * place, words, dark, anchor="right", colour=colour)
        for place, (words, colour) in enumerate(
            (("● observed, solid", lines["observed"]), ("◆ predicted, dotted", lines["predicted"]))
        )
    ]
    labels += [
        theme.note(place, -0.08, f"n {n:,}", dark, anchor="center")
        for place, n in zip(_middle(bands, end), bands["n"], strict=True)
    ]
    return theme.figure(
        traces,
        dict(
            xaxis={"title": {"text": "Distance to the capsule (mm)"}, "range": [-0.02 * end, end]},
            yaxis=theme.share_axis("Share with metastasis", range=[-0.09, 1.01]),
            annotations=labels,
        ),
        dark=dark,
    )


def difference_figure(
    curve: pd.DataFrame, bands: pd.DataFrame, *, margin: float, dark: bool = False
) -> go.Figure:
    """Predicted minus observed along the distance, with the margin that does not matter.

    Parameters
    ----------
    curve, bands, dark
        As in :func:`learned_figure`.
    margin : float
        A share; drawn as two dashed lines.

    """
    colours = theme.palette(dark)
    end = _end(curve, bands)
    traces: list[theme.Trace] = []
    if len(curve):
        x = curve["distance_mm"]
        traces += [
            theme.band(
                x,
                curve["difference_low"].clip(-1, 1),
                curve["difference_high"].clip(-1, 1),
                colours.models[0],
                "band",
            ),
            dict(
                type="scatter",
                x=x,
                y=curve["difference"],
                mode="lines",
                line={"color": colours.models[0], "width": 2.5},
                name="difference",
                hovertemplate="%{x:.1f} mm: %{y:+.1%}<extra>difference</extra>",
            ),
        ]
    scored = bands[~bands["is_too_few"]]
    traces.append(
        _marks(scored, end, "difference", ("difference_low", "difference_high"), colours.ink)
    )
    zero, zero_words = theme.reference([0, end], [0, 0], "as observed", dark)
    low, _ = theme.reference([0, end], [-margin] * 2, "margin", dark)
    high, words = theme.reference([0, end], [margin] * 2, f"margin {100 * margin:g} points", dark)
    reach = _reach(curve, scored, margin)
    return theme.figure(
        [zero, low, high, *traces],
        dict(
            xaxis={"title": {"text": "Distance to the capsule (mm)"}, "range": [-0.02 * end, end]},
            yaxis={
                "title": {"text": "Predicted minus observed"},
                "range": [-reach, reach],
                "tickformat": "+.0%",
            },
            annotations=[zero_words, words],
        ),
        dark=dark,
    )


_DASH = {"observed": "solid", "predicted": "dot"}
_SHAPES = {"observed": "circle", "predicted": "diamond-open"}


def _dots(bands: pd.DataFrame, end: float, colours: dict[str, str]) -> list[theme.Trace]:
    scored = bands[~bands["is_too_few"]]
    observed = _marks(
        scored, end, "observed", ("observed_low", "observed_high"), colours["observed"]
    )
    predicted = dict(
        type="scatter",
        x=_middle(scored, end),
        y=scored["predicted"],
        customdata=scored[["label", "n"]].to_numpy(),
        mode="markers",
        marker={
            "color": colours["predicted"],
            "size": 10,
            "symbol": _SHAPES["predicted"],
            "line": {"width": 2},
        },
        name="mean risk",
        hovertemplate="%{customdata[0]}: %{y:.1%}, n %{customdata[1]:,}<extra>mean risk</extra>",
    )
    return [observed, predicted]


def _marks(
    scored: pd.DataFrame, end: float, name: str, ends: tuple[str, str], colour: str
) -> theme.Trace:
    low, high = ends
    return dict(
        type="scatter",
        x=_middle(scored, end),
        y=scored[name],
        error_y=theme.whisker(scored[name], scored[low], scored[high], colour, thickness=1.5),
        customdata=scored[["label", "n"]].to_numpy(),
        mode="markers",
        marker={"color": colour, "size": 8},
        name=f"{name} in bands",
        hovertemplate="%{customdata[0]}: %{y:.1%}, n %{customdata[1]:,}<extra></extra>",
    )


def _middle(bands: pd.DataFrame, end: float) -> pd.Series:
    return (bands["low_mm"] + bands["high_mm"].where(np.isfinite(bands["high_mm"]), end)) / 2


def _end(curve: pd.DataFrame, bands: pd.DataFrame) -> float:
    last = float(bands["low_mm"].iloc[-1]) + 2.5
    return max(last, float(curve["distance_mm"].max())) if len(curve) else last


def _reach(curve: pd.DataFrame, scored: pd.DataFrame, margin: float) -> float:
    """Half the height of the axis: past every line and dot, in steps of 0.1, at most 1."""
    ends = [2 * margin, *scored["difference_low"].abs(), *scored["difference_high"].abs()]
    if len(curve):
        ends.append(float(curve["difference"].abs().max()) * 1.1)
    return float(min(1.0, np.ceil(10 * max(ends)) / 10))
