"""Which intervals did a paper not print?

A matrix that fits gives Wilson's interval of every rate; an area under the curve with the
number of cases gives the interval of Hanley and McNeil, which needs nothing but these.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import pandas as pd

from clnm_core.stats.hanley_mcneil import hanley_mcneil_error
from clnm_core.stats.published import RATES, Fits, Paper
from clnm_core.stats.uncertainty import Estimate, clipped, not_estimable, wald, wilson_bounds


def hanley_mcneil(auc: float, events: int, others: int, *, level: float = 0.95) -> Estimate:
    """The interval of an area from its value and the number of cases alone.

    Wald, from the standard error of
    :func:`~clnm_core.stats.hanley_mcneil.hanley_mcneil_error`, cut at 0 and 1.

    Parameters
    ----------
    auc : float
        In [0, 1].
    events, others : int
        Cases with the outcome and without.
    level : float
        Confidence, between 0 and 1.

    Examples
    --------
    >>> found = hanley_mcneil(0.80, 31, 31)
    >>> round(found.low, 2), round(found.high, 2)
    (0.69, 0.91)

    """
    if events < 1 or others < 1:
        return not_estimable("it needs cases with and without the outcome", level=level)
    error = hanley_mcneil_error(auc, events, others)
    return clipped(wald(auc, error, level=level, method="Hanley-McNeil"), 0.0, 1.0)


def area_interval(
    paper: Paper, classes: Sequence[tuple[int, int]], *, level: float = 0.95
) -> tuple[Estimate, tuple[int, int]]:
    """The widest interval of the printed area over the numbers of cases that are possible.

    Parameters
    ----------
    paper : Paper
        With an area.
    classes : sequence of (int, int)
        Cases with the outcome and without that are possible.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    interval : Estimate
    counts : tuple of (int, int)
        The events and non-events at which it is widest.

    Raises
    ------
    ValueError
        If the paper has no area.

    """
    if paper.auc is None:
        raise ValueError("paper must have an area.")
    tried = [
        (hanley_mcneil(paper.auc.middle, events, others, level=level), (events, others))
        for events, others in sorted({*classes})
        if events > 0 and others > 0
    ]
    if not tried:
        return not_estimable("the cases with the outcome are not known", level=level), (0, 0)
    return max(tried, key=lambda found: found[0].high - found[0].low)


def implied_rates(fits: Fits, *, level: float = 0.95) -> pd.DataFrame:
    """Every rate over the matrices that fit, with the interval that holds for all of them.

    Parameters
    ----------
    fits : Fits
        With its matrices listed in full.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``name``, ``least`` and ``greatest`` value, ``low`` (the lowest of Wilson's lower ends)
        and ``high``, ``events`` and ``of`` (of the first matrix; for F1, which is no share of
        cases, no interval). Rates without cases to be taken of are left out.

    """
    table = fits.matrices
    cells = np.column_stack(
        [*(table[name] for name in ("tn", "tp", "events", "n")), np.ones(len(table))]
    )
    rows = []
    for name, (top, under) in RATES.items():
        above, below = cells @ np.array(top, dtype=float), cells @ np.array(under, dtype=float)
        known = below > 0
        if not known.any():
            continue
        value = above[known] / below[known]
        low, high = wilson_bounds(above[known], below[known], level=level)
        is_share = name != "f1"
        rows.append(
            {
                "name": name,
                "least": float(value.min()),
                "greatest": float(value.max()),
                "low": float(low.min()) if is_share else math.nan,
                "high": float(high.max()) if is_share else math.nan,
                "events": int(above[known][0]) if is_share else 0,
                "of": int(below[known][0]) if is_share else 0,
            }
        )
    return pd.DataFrame(rows, columns=["name", "least", "greatest", "low", "high", "events", "of"])
