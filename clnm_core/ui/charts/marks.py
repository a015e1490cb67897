"""How is the chosen threshold marked on a curve of two rates, and what if there is no curve?"""

from __future__ import annotations

from typing import Any

from clnm_core.stats.uncertainty import Estimate
from clnm_core.ui.charts import theme


def operating_dot(
    x: Estimate | None, y: Estimate | None, threshold: float | None, dark: bool
) -> list[theme.Trace]:
    """Mark the point of a curve at the chosen threshold: a dot with its two intervals.

    Parameters
    ----------
    x, y : Estimate, optional
        The two rates, in [0, 1]; no dot where one of them is missing or not estimable.
    threshold : float, optional
        Written beside the dot.
    dark : bool
        Whether the page is dark.

    """
    if x is None or y is None or not (x.is_estimable and y.is_estimable):
        return []
    ink = theme.palette(dark).ink
    text = "" if threshold is None else f"threshold {threshold:g}"
    return [
        dict(
            type="scatter",
            x=[x.value],
            y=[y.value],
            error_x=theme.whisker([x.value], [x.low], [x.high], ink, thickness=1.5),
            error_y=theme.whisker([y.value], [y.low], [y.high], ink, thickness=1.5),
            mode="markers+text",
            marker={"color": ink, "size": 11},
            text=[text],
            textposition="bottom right" if x.value < 0.6 else "bottom left",
            textfont={"color": ink, "size": 12},
            cliponaxis=False,
            name="operating point",
            hovertemplate=f"{text or 'operating point'}: %{{y:.1%}} against %{{x:.1%}}<extra></extra>",
        )
    ]


def complement(share: Estimate | None) -> Estimate | None:
    """One minus a share, with its interval turned round."""
    if share is None:
        return None
    return Estimate(1 - share.value, 1 - share.high, 1 - share.low, share.level, share.method)


def no_curve(words: str, dark: bool) -> dict[str, Any]:
    """Words in the middle of a chart that has no curve."""
    return {
        "x": 0.5,
        "y": 0.5,
        "xref": "paper",
        "yref": "paper",
        "text": words,
        "showarrow": False,
        "font": {"size": 13, "color": theme.palette(dark).muted},
        "bgcolor": theme.palette(dark).page,
    }
