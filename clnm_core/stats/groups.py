"""Into which groups do the values of a column fall, and what are the groups called?"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.cohort import UNKNOWN
from clnm_core.domain.columns import Column, Kind

CLINICAL_CUTS: dict[str, tuple[float, ...]] = {
    "age_years": (30, 45, 55, 65),
    "max_diameter_mm": (10, 20, 40),
    "capsule_distance_mm": (2.5, 5, 7.5, 10),
    "node_short_axis_mm": (5, 10, 15),
}
"""Where known measurements are cut: T1a-T3 sizes, the age of 55 of the AJCC's 8th edition."""

MOST_NUMBERS = 8
"""A column with at most this many different numbers is not cut."""


@dataclass(frozen=True, eq=False, slots=True)
class Grouping:
    """Every case in exactly one group.

    Parameters
    ----------
    column : str
        What the cases are told apart by.
    levels : tuple of str
        Names of the groups that occur, in reading order.
    codes : numpy.ndarray of int, shape (n,)
        Place of each case's group in ``levels``.
    rest : str
        The level that stands for all smaller groups (:func:`folded`); empty where there is none.

    """

    column: str
    levels: tuple[str, ...]
    codes: NDArray[np.intp]
    rest: str = ""

    @property
    def sizes(self) -> NDArray[np.intp]:
        """Cases in each group, of shape (groups,)."""
        return np.bincount(self.codes, minlength=len(self.levels))


def groupings(groups: pd.DataFrame, columns: Iterable[Column] = ()) -> tuple[Grouping, ...]:
    """The groups of every column, as :func:`group_labels` makes them.

    Parameters
    ----------
    groups : pandas.DataFrame, shape (n, columns)
        Words, flags or numbers, in the order of the cases.
    columns : iterable of Column
        Declarations, for units and the order of levels; columns without one do without.

    """
    declared = {column.name: column for column in columns}
    found = []
    for place, name in enumerate(map(str, groups.columns)):
        labels = group_labels(groups.iloc[:, place], declared.get(name, name))
        codes = np.asarray(labels.codes, dtype=np.intp)
        found.append(Grouping(name, tuple(map(str, labels.categories)), codes))
    return tuple(found)


def crossed(first: Grouping, second: Grouping) -> Grouping:
    """The combinations of two groupings that occur; ``unknown`` where either is unknown.

    Examples
    --------
    >>> sex, side = groupings(pd.DataFrame({"sex": ["f", "m", "f"], "side": ["l", "l", None]}))
    >>> both = crossed(sex, side)
    >>> both.column, both.levels, both.codes.tolist()
    ('sex × side', ('f, l', 'm, l', 'unknown'), [0, 1, 2])

    """
    names = [f"{a}, {b}" for a in first.levels for b in second.levels] + [UNKNOWN]
    is_unknown = np.zeros(len(first.codes), dtype=bool)
    for part in (first, second):
        if UNKNOWN in part.levels:
            is_unknown |= part.codes == part.levels.index(UNKNOWN)
    cell = np.where(is_unknown, len(names) - 1, first.codes * len(second.levels) + second.codes)
    used, codes = np.unique(cell, return_inverse=True)
    levels = tuple(names[place] for place in used)
    return Grouping(f"{first.column} × {second.column}", levels, codes.astype(np.intp))


def folded(grouping: Grouping, most: int) -> Grouping:
    """The same cases in at most ``most`` groups and one for the rest.

    The largest groups stay (the first of several equally large), and ``unknown`` always
    does; all others become one group, which is named by how many they are and stands behind
    the groups that stay.

    Examples
    --------
    >>> centre = Grouping("centre", ("A", "B", "C", "D"), np.array([0, 0, 1, 2, 2, 3]))
    >>> fewer = folded(centre, 2)
    >>> fewer.levels, fewer.codes.tolist(), fewer.rest
    (('A', 'C', 'the other 2 groups'), [0, 0, 2, 1, 1, 2], 'the other 2 groups')

    """
    known = [place for place, level in enumerate(grouping.levels) if level != UNKNOWN]
    if len(known) <= most + 1:
        return grouping
    sizes = grouping.sizes
    kept = sorted(sorted(known, key=lambda place: -sizes[place])[:most])
    rest = f"the other {len(known) - most:,} groups"
    levels = [*(grouping.levels[place] for place in kept), rest]
    place_of = np.full(len(grouping.levels), len(kept))
    place_of[kept] = np.arange(len(kept))
    if len(known) < len(grouping.levels):
        place_of[grouping.levels.index(UNKNOWN)] = len(levels)
        levels.append(UNKNOWN)
    return Grouping(grouping.column, tuple(levels), place_of[grouping.codes], rest)


def group_labels(values: pd.Series, column: Column | str = "") -> pd.Categorical:
    """The group of each case, with the groups in reading order.

    Numbers are cut: at clinical limits where the column has some, else at quartiles; a
    group contains its lower limit. Numbers with at most ``MOST_NUMBERS`` different values
    stay as they are. Other values are words; true and false become yes and no; missing
    values are the group ``unknown``, which comes last.

    Parameters
    ----------
    values : pandas.Series, shape (n,)
        Numbers, words (numbers written as words count as numbers) or flags.
    column : Column or str
        The declaration of the column, or its name.

    Returns
    -------
    pandas.Categorical
        Of words, ordered; only groups that occur.

    Examples
    --------
    >>> list(group_labels(pd.Series([29.0, 30, 71] * 3 + list(range(31, 41))), "age_years")
    ...      .categories)
    ['under 30', '30 to under 45', '65 or more']

    """
    declared = column if isinstance(column, Column) else None
    name = declared.name if declared else str(column)
    missing = values.isna().to_numpy()
    if _is_flag(values[~missing], declared):
        flags = {True: "yes", False: "no"}
        words = values.astype(object).map(lambda value: flags.get(value, str(value)))
        return _categories(words, missing, ["no", "yes", *sorted(set(words[~missing]))])
    numbers = _numbers(values, missing) if declared is None or _is_number(declared) else None
    if numbers is None:
        words = values.astype(str)
        order = [level.value for level in declared.levels] if declared else []
        if isinstance(values.dtype, pd.CategoricalDtype):
            order = order or [str(word) for word in values.dtype.categories]
        rest = sorted(set(words[~missing]) - set(order))
        return _categories(words, missing, order + rest)
    distinct = np.unique(numbers[~missing])
    if len(distinct) <= MOST_NUMBERS:
        words = values.astype(str)
        if not pd.api.types.is_string_dtype(values.dtype) and values.dtype != object:
            words = pd.Series([f"{number:g}" for number in numbers], index=values.index)
        by_number = dict(zip(words[~missing], numbers[~missing], strict=True))
        return _categories(words, missing, sorted(by_number, key=by_number.__getitem__))
    edges = CLINICAL_CUTS.get(name) or _quartiles(numbers[~missing])
    names = _range_names(edges, declared.unit if declared else "")
    with np.errstate(invalid="ignore"):
        code = np.searchsorted(np.asarray(edges), numbers, side="right")
    words = pd.Series(np.asarray(names, dtype=object)[code], index=values.index)
    return _categories(words, missing, names)


def group_masks(values: pd.Series, column: Column | str = "") -> dict[str, NDArray[np.bool_]]:
    """Which cases belong to each group, in reading order; see :func:`group_labels`.

    Examples
    --------
    >>> masks = group_masks(pd.Series(["male", None, "female"]))
    >>> {word: mask.tolist() for word, mask in masks.items()}
    {'female': [False, False, True], 'male': [True, False, False], 'unknown': [False, True, False]}

    """
    labels = group_labels(values, column)
    return {str(word): labels.codes == code for code, word in enumerate(labels.categories)}


def _is_flag(known: pd.Series, declared: Column | None) -> bool:
    if declared is not None:
        return declared.kind is Kind.FLAG
    if known.dtype == object:
        return len(known) > 0 and all(isinstance(value, bool | np.bool_) for value in known)
    return bool(pd.api.types.is_bool_dtype(known.dtype))


def _is_number(column: Column) -> bool:
    return column.kind is Kind.NUMBER


def _numbers(values: pd.Series, missing: NDArray[np.bool_]) -> NDArray[np.float64] | None:
    """The values as numbers; ``None`` where one that is not missing is no finite number."""
    if isinstance(values.dtype, pd.CategoricalDtype) or missing.all():
        return None
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=float, na_value=math.nan)
    return numbers if np.isfinite(numbers[~missing]).all() else None


def _categories(words: pd.Series, missing: NDArray[np.bool_], order: list[str]) -> pd.Categorical:
    filled = words.astype(object).mask(missing, UNKNOWN)
    seen = set(filled)
    present = [word for word in dict.fromkeys([*order, UNKNOWN]) if word in seen]
    if UNKNOWN in present:
        present.append(present.pop(present.index(UNKNOWN)))
    return pd.Categorical(filled, categories=present, ordered=True)


def _quartiles(numbers: NDArray[np.float64]) -> tuple[float, ...]:
    """Quartiles rounded to three digits, each above the smallest number."""
    edges = [float(f"{edge:.3g}") for edge in np.quantile(numbers, [0.25, 0.5, 0.75])]
    low, high = numbers.min(), numbers.max()
    return tuple(sorted({edge for edge in edges if low < edge <= high}))


def _range_names(edges: tuple[float, ...], unit: str) -> list[str]:
    tail = f" {unit}" if unit else ""
    if not edges:
        return [f"all{tail}"]
    between = [f"{low:g} to under {high:g}{tail}" for low, high in pairwise(edges)]
    return [f"under {edges[0]:g}{tail}", *between, f"{edges[-1]:g}{tail} or more"]
