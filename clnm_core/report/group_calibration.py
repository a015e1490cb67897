"""Do the risks come true in every group? Small calibration curves side by side, on paper."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.report import svg
from clnm_core.report.audit_figures import TICKS
from clnm_core.report.sheet import figure
from clnm_core.report.wording import count_text
from clnm_core.stats.calibration import calibration_bins
from clnm_core.stats.groups import folded, groupings
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.subgroups import FEWEST

MOST_GROUPS = 8
"""Groups of a column that are drawn; the smallest of more go together."""

LARGEST = 20_000
"""Cases of a group from which a curve is drawn; of more, a sample of patients stands for all."""

BINS = 5


@dataclass(frozen=True, eq=False, slots=True)
class GroupCurve:
    """Calibration of one group: the flexible curve (empty where there is none) and bins.

    ``n`` and ``events`` are of the whole group, ``drawn_from`` the cases behind curve and bins.
    """

    column: str
    level: str
    n: int
    events: int
    drawn_from: int
    curve: pd.DataFrame
    bins: pd.DataFrame


def calibration_of_groups(
    predictions: Predictions,
    groups: pd.DataFrame,
    *,
    columns: Iterable[Column] = (),
    fewest: int = FEWEST,
    largest: int = LARGEST,
    seed: int = 0,
    level: float = 0.95,
) -> tuple[GroupCurve, ...]:
    """The calibration curve of every group with enough cases, column by column.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    groups : pandas.DataFrame, shape (n, columns)
        Columns to tell cases apart by, in the order of the cases.
    columns : iterable of Column
        Declarations of the columns.
    fewest : int
        Groups with fewer cases are left out.
    largest : int
        A group with more cases is drawn from about as many, of patients picked at random.
    seed : int
        Start of the random numbers.
    level : float
        Confidence of the bands.

    """
    found = []
    for grouping in groupings(groups, columns):
        parted = folded(grouping, MOST_GROUPS)
        for code, name in enumerate(parted.levels):
            inside = predictions.where(parted.codes == code)
            if len(inside) < fewest:
                continue
            drawn = _sampled(inside, largest, seed)
            found.append(
                GroupCurve(
                    parted.column,
                    name,
                    len(inside),
                    inside.events,
                    len(drawn),
                    calibration_curve(drawn, level=level),
                    calibration_bins(drawn, bins=BINS, level=level),
                )
            )
    return tuple(found)


def _sampled(cases: Predictions, largest: int, seed: int) -> Predictions:
    """All cases, or those of patients picked at random, about ``largest`` of them."""
    if len(cases) <= largest:
        return cases
    chance = np.random.default_rng(seed).random(int(cases.patient.max()) + 1)
    return cases.where(chance[cases.patient] < largest / len(cases))


def group_calibration_figures(
    curves: Iterable[GroupCurve], labels: Mapping[str, str]
) -> dict[str, list[str]]:
    """One small figure per group, by the label of its column."""
    drawn: dict[str, list[str]] = {}
    for group in curves:
        column = labels.get(group.column, group.column.replace("_", " "))
        drawn.setdefault(column, []).append(_small(group))
    return drawn


def _small(group: GroupCurve) -> str:
    axes = svg.Axes(width=240, height=220, left=44, right=10, top=10, bottom=40)
    bins, curve = group.bins, group.curve
    parts = [
        svg.grid(axes, "Predicted", "Observed", x_ticks=TICKS[::2], y_ticks=TICKS[::2]),
        svg.curve(axes, [0, 1], [0, 1], colour=svg.MUTED, width=1, dashes="4 4"),
        svg.band(axes, curve["risk"], curve["low"], curve["high"]),
        svg.curve(axes, curve["risk"], curve["observed"]),
        svg.dots(axes, bins["mean_risk"], bins["observed"], bins["low"], bins["high"]),
    ]
    words = f"{count_text(group.n, 'case')}, {count_text(group.events, 'event')}"
    if group.drawn_from < group.n:
        words += f"; drawn from {group.drawn_from:,} of them, of patients picked at random"
    if not len(curve):
        words += "; no curve can be estimated"
    description = f"Calibration of {group.column} {group.level}: {words}"
    return figure(group.level, svg.drawing(axes, parts, description=description), words)
