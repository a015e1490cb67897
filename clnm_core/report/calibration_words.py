"""Where along the risks do predictions and outcomes part, in words?"""

from __future__ import annotations

import math
from itertools import groupby

import numpy as np
import pandas as pd

from clnm_core.report.wording import count_text, estimate_text, joined, percent
from clnm_core.stats.uncertainty import Estimate

SHORTEST_RUN = 3
"""Fewer grid points of the curve than this outside the band are not spoken of."""

ENOUGH_EVENTS = 100
"""With fewer cases with, or without, the outcome the absence of a misfit means little.

Collins 2016, doi:10.1002/sim.6787.
"""


def misfit(curve: pd.DataFrame, slope: Estimate, *, n: int, events: int) -> str:
    """Whether risks are too high or too low, and where: "risks are too low above 40 % (slope ...)".

    A range counts where the pointwise band of the curve leaves the diagonal out.

    Parameters
    ----------
    curve : pandas.DataFrame
        ``risk``, ``observed``, ``low``, ``high``, risks rising; empty where not estimable.
    slope : Estimate
        The logistic calibration slope.
    n, events : int
        Cases, and cases with the outcome.

    """
    inside = "" if math.isnan(slope.value) else f" (slope {_slope(slope)})"
    if curve.empty:
        return f"where risks are too high or too low cannot be told from these cases{inside}"
    ranges = _ranges(curve)
    if ranges:
        return f"risks are {joined(ranges)}{inside}"
    fewer = min(events, n - events)
    if fewer < ENOUGH_EVENTS:
        which = "with" if events <= n - events else "without"
        have = f"{count_text(fewer, 'case')} {which} the outcome {'is' if fewer == 1 else 'are'}"
        return f"no misfit of the risks is shown, but {have} too few to be sure{inside}"
    return f"risks agree with what was observed{inside}"


def _slope(slope: Estimate) -> str:
    return estimate_text(slope).replace(" (", ", ").removesuffix(")")


def _ranges(curve: pd.DataFrame) -> list[str]:
    """The ranges in which the band leaves the diagonal out, each in words."""
    risk = curve["risk"].to_numpy(dtype=float)
    side = np.where(curve["low"] > risk, 1, np.where(curve["high"] < risk, -1, 0))
    words, start = [], 0
    for value, run in groupby(side.tolist()):
        length = len(list(run))
        stop = start + length
        if value and length >= min(SHORTEST_RUN, len(risk)):
            direction = "too low" if value > 0 else "too high"
            low, high = percent(risk[start]), percent(risk[stop - 1])
            if start == 0 and stop == len(risk):
                words.append(f"{direction} throughout")
            elif start == 0:
                words.append(f"{direction} below {high}")
            elif stop == len(risk):
                words.append(f"{direction} above {low}")
            else:
                words.append(f"{direction} between {low} and {high}")
        start = stop
    return words
