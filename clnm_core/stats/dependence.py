"""How does what a variable does to a model's answers depend on its value?

The effects are exact; only the line through them is a summary. For a model without interactions
all points of one value lie on the line, and the spread around it is what other variables change.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.domain.columns import Column, Kind
from clnm_core.stats.mean_line import mean_line
from clnm_core.stats.uncertainty import clustered_standard_error, student_value

UNKNOWN = "unknown"
"""Stands for missing values, which are a level of their own."""

LEVELS = ("level", "label", "n", "effect", "low", "high")


@dataclass(frozen=True, eq=False, slots=True)
class Dependence:
    """Effects of one variable against its values.

    Parameters
    ----------
    column : Column
    points : pandas.DataFrame
        One row per case that the model can judge: ``row`` (number of the case as it was given),
        ``value`` (float, NaN where unknown, or the stored word, ``unknown`` where missing),
        ``effect``.
    curve : pandas.DataFrame
        Of a number: ``value``, ``effect`` (mean of cases with that value), ``low``, ``high``;
        empty for words, and where there are too few cases or values.
    levels : pandas.DataFrame
        ``level``, ``label``, ``n``, ``effect`` (mean), ``low``, ``high``, in reading order; of a
        number only ``unknown``, where some are.
    method : str
        How the line or the means were made, in words.

    """

    column: Column
    points: pd.DataFrame
    curve: pd.DataFrame
    levels: pd.DataFrame
    method: str


def dependence(
    effects: ArrayLike,
    values: pd.Series,
    column: Column,
    patient: ArrayLike,
    *,
    level: float = 0.95,
) -> Dependence:
    """The line, or the means, of the effects of one variable.

    A number gets a restricted cubic spline by least squares (a straight line where it takes too
    few different values), with a pointwise band whose variance is the sandwich clustered by
    patient. A category or flag gets the mean of each level with Student's t by patient; levels
    without a case are left out.

    Parameters
    ----------
    effects : array-like of float, shape (cases,)
        NaN where the model cannot judge a case: left out.
    values : pandas.Series, shape (cases,)
        As a cohort records them; missing values are a level ``unknown``.
    column : Column
    patient : array-like, shape (cases,)
    level : float
        Confidence, between 0 and 1.

    Raises
    ------
    ValueError
        If the lengths differ.

    References
    ----------
    .. [1] Lundberg SM et al. Nat Mach Intell 2020;2:56-67. doi:10.1038/s42256-019-0138-9
    .. [2] Harrell FE. Regression modeling strategies. 2nd ed. Springer 2015, section 2.4.
       doi:10.1007/978-3-319-19425-7
    .. [3] Liang KY, Zeger SL. Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13

    Examples
    --------
    >>> age = Column("age_years", "Age", Kind.NUMBER, unit="years")
    >>> years = pd.Series(np.arange(20.0, 60.0))
    >>> found = dependence(0.1 * (years - 40), years, age, np.arange(40))
    >>> found.curve["effect"].iloc[[0, -1]].round(2).tolist()
    [-1.96, 1.86]

    """
    given, who = np.asarray(effects, dtype=np.float64), np.asarray(patient)
    if not len(given) == len(values) == len(who):
        raise ValueError(
            f"effects, values and patient must have one length; got {len(given)}, {len(values)} "
            f"and {len(who)}."
        )
    judged = np.flatnonzero(np.isfinite(given))
    effect, codes = given[judged], pd.factorize(who[judged])[0].astype(np.int64)
    if column.kind is not Kind.NUMBER:
        read = _words(values.iloc[judged], column)
        points = pd.DataFrame({"row": judged, "value": read, "effect": effect})
        table = _levels(read, effect, codes, column, level)
        nothing = pd.DataFrame({name: np.empty(0) for name in ("value", "effect", "low", "high")})
        return Dependence(column, points, nothing, table, _by_level(level))
    number = np.asarray(pd.to_numeric(values.iloc[judged], errors="coerce"), dtype=np.float64)
    points = pd.DataFrame({"row": judged, "value": number, "effect": effect})
    known = np.isfinite(number)
    curve = mean_line(number[known], effect[known], codes[known], level=level)
    method = str(curve.attrs["method"])
    curve = curve.rename(columns={"mean": "effect"})
    words = np.where(known, "", UNKNOWN).astype(object)
    table = _levels(words[~known], effect[~known], codes[~known], column, level)
    return Dependence(column, points, curve, table, method)


def _words(values: pd.Series, column: Column) -> NDArray[np.object_]:
    is_flag = column.kind is Kind.FLAG
    words = [
        UNKNOWN if one is None or pd.isna(one) or one == "" else _word(one) if is_flag else str(one)
        for one in values
    ]
    return np.array(words, dtype=object)


def _word(value: object) -> str:
    """A flag as it is stored, as a system writes it, or as a word."""
    return value if isinstance(value, str) else "yes" if value else "no"


def _levels(
    words: NDArray[np.object_],
    effect: NDArray[np.float64],
    who: NDArray[np.int64],
    column: Column,
    level: float,
) -> pd.DataFrame:
    first = ["no", "yes"] if column.kind is Kind.FLAG else [one.value for one in column.levels]
    found = set(words)
    rest = sorted(found - {*first, UNKNOWN})
    rows = []
    for word in [*first, *rest, UNKNOWN]:
        if word not in found:
            continue
        found.discard(word)
        here = words == word
        mean = float(effect[here].mean())
        half = _half(effect[here] - mean, who[here], level)
        is_word = column.kind is Kind.CATEGORY and word != UNKNOWN
        label = column.label_of(word) if is_word else word
        rows.append((word, label, int(here.sum()), mean, mean - half, mean + half))
    return pd.DataFrame(rows, columns=list(LEVELS))


def _half(residual: NDArray[np.float64], who: NDArray[np.int64], level: float) -> float:
    """Half the interval of a mean, by patients; NaN for a single one."""
    codes = pd.factorize(who)[0].astype(np.int64)
    patients = int(codes.max()) + 1
    if patients < 2:
        return math.nan
    error = clustered_standard_error(residual / len(residual), codes)
    return student_value(level, patients - 1) * error


def _by_level(level: float) -> str:
    return f"mean of each level; {100 * level:g} % intervals: Student's t by patient"
