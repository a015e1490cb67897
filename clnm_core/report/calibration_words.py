"""Where along the risks do predictions and outcomes part, in words?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import groupby

import numpy as np
import pandas as pd

from clnm_core.report.wording import count_text, estimate_text, joined, number, percent
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


def fitted_on(
    *, patients: int, cases: int, where: str, judged: int, judged_where: str, shared: int = 0
) -> str:
    """On whom a correction was fitted, and on whom it is judged: never the same patients.

    Examples
    --------
    >>> fitted_on(patients=180, cases=180, where="validation", judged=404,
    ...           judged_where="external")
    'Fitted on 180 validation patients, judged on 404 external cases.'
    >>> fitted_on(patients=178, cases=181, where="train", judged=1, judged_where="", shared=2)
    'Fitted on 181 cases of 178 train patients, judged on 1 other case; 2 patients who are among the judged were left out of the fitting.'

    """
    people = count_text(patients, f"{where} patient".strip())
    fit = people if cases == patients else f"{count_text(cases, 'case')} of {people}"
    judges = count_text(judged, f"{judged_where or 'other'} case")
    sentence = f"Fitted on {fit}, judged on {judges}"
    if not shared:
        return f"{sentence}."
    who, verb = ("who is", "was") if shared == 1 else ("who are", "were")
    left_out = f"{count_text(shared, 'patient')} {who} among the judged {verb} left out"
    return f"{sentence}; {left_out} of the fitting."


def corrected_answer(
    method: str,
    *,
    intercept: float,
    slope: float,
    before: Mapping[str, Estimate],
    after: Mapping[str, Estimate],
) -> str:
    """What a correction does to the risks, and how far it puts them right.

    Parameters
    ----------
    method : {"intercept", "slope", "isotonic"}
    intercept, slope : float
        Of the correction, in log-odds; NaN for isotonic steps.
    before, after : mapping of str to Estimate
        Measures of the judged cases: ``o_e_ratio``, ``calibration_slope``, ``ici``, ``brier``.

    """
    if method == "slope" and slope <= 0:
        return (
            "The line falls: on the cases it was fitted on, higher risks had the outcome less "
            "often, so no straight correction can put them right."
        )
    if method == "isotonic":
        does = "Every risk is replaced by the share that was observed around it"
    else:
        does = f"All log-odds are moved by {number(intercept)}"
        if method == "slope":
            does = f"Log-odds are multiplied by {number(slope)} and moved by {number(intercept)}"
    moves = [
        f"{words} goes from {number(before[name].value, digits)} to "
        f"{number(after[name].value, digits)}"
        for name, words, digits in (
            ("calibration_slope", "the slope", 2),
            ("o_e_ratio", "observed per expected", 2),
            ("ici", "the mean distance from the curve (ICI)", 3),
            ("brier", "the Brier score", 3),
        )
        if before[name].is_estimable and after[name].is_estimable
    ]
    sentence = f"{does}; {joined(moves)}." if moves else f"{does}."
    if all(after[name].value >= before[name].value for name in ("ici", "brier")):
        sentence += " It does not carry over: the risks of these cases get no better by it."
    return sentence


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
