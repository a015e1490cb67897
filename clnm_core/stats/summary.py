"""Who is in the cohort, and how do its parts differ? Table 1 and the spread of one variable."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.stats.differences import (
    category_smd,
    category_test,
    mean_test,
    number_smd,
    rank_test,
)
from clnm_core.stats.distribution import coded, distribution

__all__ = ["distribution", "printed", "table_one"]

OVERALL = "overall"
"""Stratum of the whole table."""

UNKNOWN = "unknown"
"""Level, or stratum, of cases whose value is missing."""

MEAN, MEDIAN, COUNT, MISSING = "mean (SD)", "median [Q1, Q3]", "n (%)", "unknown, n (%)"
"""The four statistics of a Table 1."""

COLUMNS = (
    *("variable", "label", "level", "statistic", "stratum", "n", "missing", "text"),
    *("value", "spread", "q1", "q3", "share", "smd", "p", "test"),
)


@dataclass(frozen=True, eq=False, slots=True)
class Strata:
    """Which stratum each case is in.

    ``codes`` (n,) count from 0; ``len(labels)`` is the code of cases whose stratum is unknown.
    """

    codes: NDArray[np.int64]
    labels: tuple[str, ...]
    has_unknown: bool

    @property
    def shown(self) -> tuple[str, ...]:
        """Labels in the order of the codes, "unknown" last where there are such cases."""
        return (*self.labels, UNKNOWN) if self.has_unknown else self.labels

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Cases per code, those of unknown stratum last."""
        return np.bincount(self.codes, minlength=len(self.labels) + 1)


def table_one(frame: pd.DataFrame, registry: Registry, *, by: str | None = None) -> pd.DataFrame:
    """Describe every variable, overall and by stratum, with standardised differences and tests.

    Numbers give mean (SD) and median [Q1, Q3]; categories n (%) for every level of the
    registry, also those that nobody has, then any further words found; flags n (%) of "yes".
    Missing values are counted apart and never enter a percentage of a level: level
    percentages are of the known, the percentage unknown is of all. SMD is the largest between
    any two strata. Cases whose stratum is unknown form a stratum "unknown" of their own,
    which takes no part in SMD and tests.

    Tests: Welch's t (two strata) or Welch's analysis of variance for means; Mann-Whitney or
    Kruskal-Wallis for medians; Pearson's chi-squared, or Fisher's exact where a two by two
    table has an expected count under five, for categories. No correction for multiplicity.

    Parameters
    ----------
    frame : pandas.DataFrame
        One row per case; columns named as in the registry.
    registry : Registry
        Which columns to describe, in this order; identifiers and free text are passed over,
        and so are columns that the frame does not have.
    by : str, optional
        A category or flag that makes the strata.

    Returns
    -------
    pandas.DataFrame
        One row per variable, statistic or level, and stratum (first "overall"):

        ``variable``, ``label``  registry name and label with unit
        ``level``      label of the level; "" for numbers, "unknown" for missing values
        ``statistic``  "mean (SD)", "median [Q1, Q3]", "n (%)" or "unknown, n (%)"
        ``stratum``    "overall" or the label of the stratum
        ``n``, ``missing``  cases with and without a value, in this stratum
        ``text``       the cell as printed
        ``value``      mean, median or count
        ``spread``     standard deviation; NaN elsewhere
        ``q1``, ``q3`` quartiles (linear interpolation); NaN elsewhere
        ``share``      of the known (levels) or of all (unknown), in [0, 1]; NaN elsewhere
        ``smd``        largest absolute standardised mean difference; the same on all rows of
                       a variable; infinite where strata do not overlap at all; NaN without strata
        ``p``, ``test``  of this statistic; the same on all levels of a category

    Raises
    ------
    ValueError
        If ``by`` is a number or free text, or not in the frame.

    References
    ----------
    .. [1] Yang D, Dalton JE. A unified approach to measuring the effect size between two
       groups using SAS. SAS Global Forum 2012, paper 335.
    .. [2] Austin PC. Commun Stat Simul Comput 2009;38:1228-1234.
       doi:10.1080/03610910902859574

    """
    strata = _strata(frame, registry, by)
    tables = [
        _numbers(frame[column.name], column, strata)
        if column.kind is Kind.NUMBER
        else _categories(frame[column.name], column, strata)
        for column in registry.filterable()
        if column.name in frame.columns and column.name != by
    ]
    rows = [row for table in tables for row in table]
    return pd.DataFrame(rows, columns=list(COLUMNS))


def printed(table: pd.DataFrame) -> pd.DataFrame:
    """Table 1 as it is printed: one row per variable and level, one column per stratum.

    Returns
    -------
    pandas.DataFrame
        ``Variable``, ``Level``, one text column per stratum in order of appearance, and,
        where there are strata, ``SMD``, ``p`` (floats) and ``Test``.

    """
    strata = list(dict.fromkeys(table["stratum"]))
    first = table[table["stratum"] == OVERALL]
    shown = pd.DataFrame(
        {
            "Variable": first["label"].to_numpy(),
            "Level": np.where(first["level"] == "", first["statistic"], first["level"]),
        }
    )
    cells = table["text"].to_numpy().reshape(len(first), len(strata))
    for stratum, texts in zip(strata, cells.T, strict=True):
        shown[stratum] = texts
    if len(strata) > 1:
        shown["SMD"], shown["p"] = first["smd"].to_numpy(), first["p"].to_numpy()
        shown["Test"] = first["test"].to_numpy()
    return shown


def _strata(frame: pd.DataFrame, registry: Registry, by: str | None) -> Strata:
    if by is None:
        return Strata(np.zeros(len(frame), dtype=np.int64), (), has_unknown=False)
    if by not in frame.columns or by not in registry:
        raise ValueError(f"by must be a column of the cohort; got {by!r}.")
    column = registry[by]
    if column.kind not in (Kind.CATEGORY, Kind.FLAG):
        raise ValueError(f"by must be a category or a flag; got the {column.kind} {by!r}.")
    codes, levels = coded(frame[by], column)
    seen = np.flatnonzero(np.bincount(codes[codes >= 0], minlength=len(levels)))
    renumbered = np.full(len(levels) + 1, len(seen), dtype=np.int64)
    renumbered[seen] = np.arange(len(seen))
    labels: list[str] = []
    for position in seen:
        label = levels[position]
        while label in (OVERALL, UNKNOWN, *labels):
            label = f"{label} (level)"
        labels.append(label)
    return Strata(renumbered[codes], tuple(labels), has_unknown=bool((codes < 0).any()))


def _numbers(values: pd.Series, column: Column, strata: Strata) -> list[dict[str, Any]]:
    numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    known = np.flatnonzero(~np.isnan(numbers))
    order = known[np.argsort(numbers[known])]
    ordered, codes = numbers[order], strata.codes[order]
    sizes = np.bincount(codes, minlength=len(strata.labels) + 1)
    grouped = ordered[
        np.argsort(codes.astype(np.min_scalar_type(len(strata.labels))), kind="stable")
    ]
    parts = np.split(grouped, np.cumsum(sizes)[:-1])
    samples = parts[: len(strata.labels)]
    missing = strata.sizes - sizes
    groups = [(OVERALL, ordered, len(numbers) - len(known))]
    groups += [
        (label, part, int(gone))
        for label, part, gone in zip(strata.shown, parts, missing, strict=False)
    ]
    smd = number_smd(samples)
    tests = {MEAN: mean_test(samples), MEDIAN: rank_test(ordered, codes, len(samples))}
    rows = []
    for statistic in (MEAN, MEDIAN):
        for label, inside, gone in groups:
            row = _row(column, "", statistic, label, n=len(inside), missing=gone)
            row |= _mean_cell(inside) if statistic == MEAN else _median_cell(inside)
            rows.append(row | {"smd": smd, "p": tests[statistic].p, "test": tests[statistic].name})
    return rows + _missing_rows(column, [(name, len(x), gone) for name, x, gone in groups], smd)


def _categories(values: pd.Series, column: Column, strata: Strata) -> list[dict[str, Any]]:
    codes, labels = coded(values, column)
    width = len(labels)
    cube = np.bincount(
        strata.codes * (width + 1) + codes + 1,
        minlength=(len(strata.labels) + 1) * (width + 1),
    ).reshape(-1, width + 1)
    counts = [(OVERALL, cube.sum(axis=0)), *zip(strata.shown, cube, strict=False)]
    compared = cube[: len(strata.labels), 1:]
    smd, test = category_smd(compared), category_test(compared)
    shown = range(1) if column.kind is Kind.FLAG else range(width)
    rows = []
    for position in shown:
        for label, count in counts:
            missing, known = int(count[0]), int(count[1:].sum())
            row = _row(column, labels[position], COUNT, label, n=known, missing=missing)
            row |= _count_cell(int(count[1 + position]), known)
            rows.append(row | {"smd": smd, "p": test.p, "test": test.name})
    totals = [(label, int(count[1:].sum()), int(count[0])) for label, count in counts]
    return rows + _missing_rows(column, totals, smd)


def _missing_rows(
    column: Column, groups: list[tuple[str, int, int]], smd: float
) -> list[dict[str, Any]]:
    """One row per stratum where any value is missing anywhere; else none."""
    if not any(missing for _, _, missing in groups):
        return []
    return [
        _row(column, UNKNOWN, MISSING, label, n=n, missing=missing)
        | _count_cell(missing, n + missing)
        | {"smd": smd}
        for label, n, missing in groups
    ]


def _row(
    column: Column, level: str, statistic: str, stratum: str, *, n: int, missing: int
) -> dict[str, Any]:
    """The head of a row; what does not apply to it is NaN, or no words."""
    return dict.fromkeys(COLUMNS, np.nan) | {
        "variable": column.name,
        "label": column.title,
        "level": level,
        "statistic": statistic,
        "stratum": stratum,
        "n": n,
        "missing": missing,
        "test": "",
    }


def _mean_cell(ordered: NDArray[np.float64]) -> dict[str, Any]:
    mean = float(ordered.mean()) if len(ordered) else np.nan
    spread = float(ordered.std(ddof=1)) if len(ordered) > 1 else np.nan
    text = "{} ({})".format(*_alike(mean, spread)) if len(ordered) else "–"
    return {"text": text, "value": mean, "spread": spread}


def _median_cell(ordered: NDArray[np.float64]) -> dict[str, Any]:
    """Median and quartiles of sorted numbers, by linear interpolation."""
    if not len(ordered):
        return {"text": "–"}
    at = np.array([0.25, 0.5, 0.75]) * (len(ordered) - 1)
    below = at.astype(int)
    above = np.minimum(below + 1, len(ordered) - 1)
    found = ordered[below] + (at - below) * (ordered[above] - ordered[below])
    q1, median, q3 = (float(value) for value in found)
    text = "{} [{}, {}]".format(*_alike(median, q1, q3))
    return {"text": text, "value": median, "q1": q1, "q3": q3}


def _count_cell(count: int, of: int) -> dict[str, Any]:
    share = count / of if of else np.nan
    text = f"{count:,} ({100 * share:.1f} %)" if of else f"{count:,} (–)"
    return {"text": text, "value": float(count), "share": share}


def _alike(*values: float) -> list[str]:
    """Numbers of one cell with as many decimals as the largest needs; none if all are whole."""
    known = [abs(value) for value in values if not np.isnan(value)]
    largest = max(known, default=0.0)
    decimals = 0 if largest >= 999.5 else 1 if largest >= 9.995 else 2 if largest >= 0.9995 else 3
    if all(value == round(value) for value in known):
        decimals = 0
    return [
        "–" if np.isnan(value) else f"{value:,.{decimals}f}".replace("-", "\N{MINUS SIGN}")
        for value in values
    ]
