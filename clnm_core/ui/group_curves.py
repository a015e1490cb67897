"""Do the risks come true, and does acting on them do good, in each of the largest groups?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import UNKNOWN
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.calibration import calibration_bins
from clnm_core.stats.group_result import FEWEST
from clnm_core.stats.groups import Grouping
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.utility import net_benefit
from clnm_core.ui.charts.small_multiples import MOST
from clnm_core.ui.judged import BOOTSTRAP, SEED

BINS = 5
"""Bins of risk in each group."""

THRESHOLDS = np.arange(1, 100, 2) / 100
"""Thresholds at which net benefit is drawn."""


@dataclass(frozen=True, eq=False, slots=True)
class GroupCurves:
    """Calibration and net benefit in the largest groups of one column.

    Parameters
    ----------
    column : str
    sizes : pandas.DataFrame
        ``level``, ``n``, ``events`` of the groups that are drawn, in reading order.
    scored : int
        Groups with enough cases, drawn or not.
    calibration : pandas.DataFrame
        ``level``, ``risk``, ``observed``, ``low``, ``high``; no rows for a group in which
        there is no curve.
    bins : pandas.DataFrame
        ``level`` and the columns of :func:`~clnm_core.stats.calibration.calibration_bins`.
    benefit : pandas.DataFrame
        ``level``, ``threshold``, ``model``, ``low``, ``high``, ``treat_all``, ``treat_none``.

    """

    column: str
    sizes: pd.DataFrame
    scored: int
    calibration: pd.DataFrame
    bins: pd.DataFrame
    benefit: pd.DataFrame


def group_curves(
    predictions: Predictions, grouping: Grouping, *, fewest: int = FEWEST
) -> GroupCurves:
    """The curves of the largest groups that are known and scored, at most six.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    grouping : Grouping
        Of the same cases.
    fewest : int
        Groups with fewer cases are not drawn.

    """
    sizes = grouping.sizes
    scored = [
        code
        for code, level in enumerate(grouping.levels)
        if sizes[code] >= fewest and level not in (UNKNOWN, grouping.rest)
    ]
    drawn = sorted(sorted(scored, key=lambda code: -sizes[code])[:MOST])
    rows, curves, bins, benefits = [], [], [], []
    for code in drawn:
        level = grouping.levels[code]
        members = predictions.where(grouping.codes == code)
        rows.append({"level": level, "n": len(members), "events": members.events})
        curves.append(calibration_curve(members).assign(level=level))
        bins.append(calibration_bins(members, bins=BINS).assign(level=level))
        net = net_benefit(members, THRESHOLDS, bootstrap=BOOTSTRAP, seed=SEED)
        benefits.append(net.drop(columns="interventions_avoided").assign(level=level))
    return GroupCurves(
        grouping.column,
        pd.DataFrame(rows, columns=["level", "n", "events"]),
        len(scored),
        *(_stacked(parts) for parts in (curves, bins, benefits)),
    )


def _stacked(parts: list[pd.DataFrame]) -> pd.DataFrame:
    """The tables below each other, the group first."""
    if not parts:
        return pd.DataFrame({"level": []})
    table = pd.concat(parts, ignore_index=True)
    return table[["level", *(name for name in table if name != "level")]]
