"""How can a logistic model be read off paper?

Each variable gives points; the points add up to a total; the total gives the risk. Nothing is
rounded and nothing simplified: the points are the model's own log-odds on another scale, and its
calibration is in the last step, so reading the nomogram gives the risk of the model.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from clnm_core.domain.columns import Column, Kind
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.clinical import ClinicalModel
from clnm_core.systems.design import one_case

MOST_POINTS = 100.0
"""Points of the whole scale of the variable that can move the risk most."""

_TICKS = 8
_RISKS = (0.01, 0.02, 0.05, *(tenth / 10 for tenth in range(1, 10)), 0.95, 0.98, 0.99)
_FAR = 0.005
"""Totals whose risk is nearer to 0 or 1 than this are not on the scale of totals."""


@dataclass(frozen=True, slots=True)
class Tick:
    """One mark of a variable's scale: its value in words, as a number, and its points."""

    label: str
    value: float | str | None
    points: float


@dataclass(frozen=True, slots=True)
class Axis:
    """The scale of one variable.

    Parameters
    ----------
    column : str
    title : str
        Label with the unit.
    is_number : bool
        Between two ticks points go in a straight line; else only ticks are values.
    ticks : tuple of Tick
        Of a number in order of its values, within the training range; of others every value.
    unknown : Tick
        Where the value is not known.
    learned_unknown : bool
        Whether training had gaps there; else unknown counts as the training average.

    """

    column: str
    title: str
    is_number: bool
    ticks: tuple[Tick, ...]
    unknown: Tick
    learned_unknown: bool

    @property
    def reach(self) -> float:
        """Points between the lowest and the highest mark, unknown among them where learned."""
        ticks = (*self.ticks, self.unknown) if self.learned_unknown else self.ticks
        points = [tick.points for tick in ticks]
        return max(points) - min(points)


@dataclass(frozen=True, slots=True)
class Reading:
    """One case on the nomogram: points by column, their total, the risk in [0, 1]."""

    points: dict[str, float]
    total: float
    risk: float


@dataclass(frozen=True, eq=False, slots=True)
class Nomogram:
    """A logistic model as scales of points.

    Parameters
    ----------
    model : ClinicalModel
    calibrator : Calibrator
    axes : tuple of Axis
        The variable with the longest scale first.
    lows : dict of str to float
        Log-odds that each variable adds at its 0 points.
    most : float
        Points of the case that has the most of every variable.
    per_point : float
        Log-odds of one point, before calibration.

    """

    model: ClinicalModel
    calibrator: Calibrator
    axes: tuple[Axis, ...]
    lows: dict[str, float]
    most: float
    per_point: float

    @property
    def base(self) -> float:
        """Log-odds at 0 points in all, before calibration."""
        return float(self.model.coefficients[0] + sum(self.lows.values()))

    def points(self, values: Mapping[str, Any]) -> Reading:
        """Points and risk of one case.

        Parameters
        ----------
        values : mapping
            By column name; what is not there is unknown. A number outside the training range
            goes on in its straight line.

        """
        parts = _parts(self.model, values)
        points = {
            axis.column: (parts[axis.column] - self.lows[axis.column]) / self.per_point
            for axis in self.axes
        }
        total = sum(points.values())
        return Reading(points, total, float(self.risk(total)))

    def risk(self, total: ArrayLike) -> NDArray[np.float64]:
        """Calibrated risk, in [0, 1], of totals of points."""
        log_odds = self.base + self.per_point * np.asarray(total, dtype=np.float64)
        return self.calibrator.risk(expit(log_odds))

    @property
    def totals(self) -> tuple[float, float]:
        """Ends of the scale of totals: those that can be, as far as the risk still moves."""
        all_of_them = np.linspace(0.0, math.ceil(self.most / 10) * 10, 2001)
        risk = self.risk(all_of_them)
        moving = all_of_them[(risk >= _FAR) & (risk <= 1 - _FAR)]
        if not len(moving):
            return 0.0, float(all_of_them[-1])
        low, high = math.floor(moving[0] / 10) * 10, math.ceil(moving[-1] / 10) * 10
        return float(low), float(max(high, low + 10))

    def risk_ticks(self) -> tuple[tuple[float, float], ...]:
        """Round risks with their totals, for those on the scale of totals."""
        low, high = self.totals
        if self.calibrator.slope == 0:
            return ()
        found = []
        for risk in _RISKS:
            calibrated = math.log(risk / (1 - risk))
            log_odds = (calibrated - self.calibrator.intercept) / self.calibrator.slope
            total = (log_odds - self.base) / self.per_point
            if low <= total <= high:
                found.append((risk, total))
        return tuple(found)

    def table(self) -> pd.DataFrame:
        """Every mark: ``variable``, ``value`` and ``points``, in the order of the axes."""
        rows = [
            {"variable": axis.title, "value": tick.label, "points": tick.points}
            for axis in self.axes
            for tick in (*axis.ticks, axis.unknown)
        ]
        return pd.DataFrame(rows, columns=["variable", "value", "points"])

    def totals_table(self, *, step: float = 5.0) -> pd.DataFrame:
        """``total`` points, every ``step`` of them, and their ``risk``."""
        low, high = self.totals
        totals = np.arange(low, high + step / 2, step)
        return pd.DataFrame({"total": totals, "risk": self.risk(totals)})


def nomogram_of(model: ClinicalModel, calibrator: Calibrator | None = None) -> Nomogram:
    """The nomogram of a logistic model.

    The variable with the longest scale has 0 to 100 points; every scale begins at 0. A number's
    scale is its training range; the scale of a category or flag has each value of training. An
    unknown value has points of its own where training had gaps, else those of the average.

    Parameters
    ----------
    model : ClinicalModel
    calibrator : Calibrator, optional
        What is done to the model's risk; it is part of the scale of risks.

    References
    ----------
    .. [1] Iasonos A, Schrag D, Raj GV, Panageas KS. How to build and interpret a nomogram for
       cancer prognosis. J Clin Oncol 2008;26:1364-1370. doi:10.1200/JCO.2007.12.9791
    .. [2] Harrell FE. Regression Modeling Strategies. 2nd ed. Springer 2015.
       doi:10.1007/978-3-319-19425-7

    """
    added = {
        c.name: [_added(model, c, v) for v in _values_of(model, c)] for c in model.design.columns
    }
    lows = {name: min(parts) for name, parts in added.items()}
    reach = {name: max(parts) - lows[name] for name, parts in added.items()}
    per_point = max(reach.values()) / MOST_POINTS or 1.0
    axes = [_axis(model, column, lows[column.name], per_point) for column in model.design.columns]
    axes.sort(key=lambda axis: -axis.reach)
    most = sum(reach.values()) / per_point
    return Nomogram(model, calibrator or Calibrator(), tuple(axes), lows, most, per_point)


def _parts(model: ClinicalModel, values: Mapping[str, Any]) -> dict[str, float]:
    """What each variable adds to the log-odds of one case."""
    terms = (model.design.matrix(one_case(model.design, values))[0] - model.centre) / model.scale
    parts = dict.fromkeys((column.name for column in model.design.columns), 0.0)
    for term, added in zip(model.design.terms, terms * model.coefficients[1:], strict=True):
        parts[term.column] += float(added)
    return parts


def _values_of(model: ClinicalModel, column: Column) -> list[Any]:
    """The ends of a number, every training value of a category or flag; unknown if learned."""
    design = model.design
    if column.kind is Kind.NUMBER:
        found: list[Any] = list(design.ranges[column.name])
    else:
        found = [_stored(column, word) for word in design.seen[column.name]]
    return [*found, None] if design.has_unknown_term(column.name) else found


def _stored(column: Column, word: str) -> Any:
    return word == "yes" if column.kind is Kind.FLAG else word


def _added(model: ClinicalModel, column: Column, value: Any) -> float:
    return _parts(model, {column.name: value})[column.name]


def _axis(model: ClinicalModel, column: Column, low: float, per_point: float) -> Axis:
    def tick(value: Any, label: str) -> Tick:
        points = (_added(model, column, value) - low) / per_point
        return Tick(label, value if value is not None else None, points)

    learned = model.design.has_unknown_term(column.name)
    if column.kind is Kind.NUMBER:
        ends = model.design.ranges[column.name]
        marks = [tick(value, f"{value:g}") for value in _round_values(*ends)]
    else:
        words = model.design.seen[column.name]
        marks = [tick(_stored(column, word), _word(column, word)) for word in words]
    unknown = tick(None, "unknown" if learned else "unknown (average)")
    return Axis(
        column.name, column.title, column.kind is Kind.NUMBER, tuple(marks), unknown, learned
    )


def _word(column: Column, word: str) -> str:
    return word if column.kind is Kind.FLAG else column.label_of(word)


def _round_values(low: float, high: float) -> list[float]:
    """Round numbers within a range, about eight; its ends where fewer than two are."""
    raw = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = min((one * power for one in (1, 2, 5, 10)), key=lambda one: abs(one - raw))
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    found = [float(f"{number * step:.12g}") for number in range(first, last + 1)]
    return found if len(found) >= 2 else [low, high]
