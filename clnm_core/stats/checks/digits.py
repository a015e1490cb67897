"""Were these numbers measured, or rounded to a pleasing value?

The last recorded digit of a measurement carries no information, so 0 and 5 come in about one
value of five. Many more of them (heaping, digit preference) mean that values were estimated,
typed from memory, or made up.

References
----------
.. [1] Hessel PA. Terminal digit preference in blood pressure measurements. Int J Epidemiol
   1986;15:122-125. doi:10.1093/ije/15.1.122
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from clnm_core.stats.checks.result import (
    FAMILY_ERROR,
    Check,
    clear,
    found,
    holm,
    not_checked,
    several,
)

EXPECTED = 0.2
"""Share of last digits 0 and 5 where there is no preference."""

HEAPED = 0.3
"""Share from which a preference matters, whatever its p value."""

FEWEST = 50
"""Values below which digits are not judged."""

LEAST_SPREAD = 5
"""The middle half of the values must span this many units of the last digit."""

_MOST_DECIMALS = 6
_ADVICE = "Ask how they were recorded, and read no difference that is smaller than the rounding."


def last_digits(values: NDArray[np.float64]) -> tuple[int, int, float]:
    """Values with a last digit that can be judged, those ending in 0 or 5, and the p value.

    The last digit is that of the coarsest decimal place that holds 95 % of the values. The
    smallest and the largest value are left out: a limit of detection is no preference.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (n,)
        Missing values (NaN) are passed over.

    Returns
    -------
    judged, round_ones : int
        0 and 0 where the values are too few, or spread over too few units.
    p : float
        One-sided binomial, that the share exceeds ``EXPECTED``; NaN where nothing is judged.

    Examples
    --------
    >>> judged, round_ones, p = last_digits(np.arange(10, 110.0))
    >>> judged, round_ones, bool(p > 0.3)
    (98, 19, True)

    """
    known = values[np.isfinite(values)]
    known = known[(known > known.min(initial=math.inf)) & (known < known.max(initial=-math.inf))]
    if len(known) < FEWEST:
        return 0, 0, math.nan
    units = np.round(known * 10.0 ** _decimals(known))
    low, high = np.quantile(units, [0.25, 0.75])
    if high - low < LEAST_SPREAD:
        return 0, 0, math.nan
    judged, round_ones = len(units), int((np.abs(units) % 5 == 0).sum())
    return judged, round_ones, float(stats.binom.sf(round_ones - 1, judged, EXPECTED))


def round_measurements(frame: pd.DataFrame, labels: Mapping[str, str]) -> Check:
    """C13: measured numbers that end in 0 or 5 too often.

    Parameters
    ----------
    frame : pandas.DataFrame
        Numbers only, one column each.
    labels : mapping of str to str
        What a reader sees for each column.

    """
    rows = _heaped([(labels[str(name)], frame[name].to_numpy(dtype=float)) for name in frame])
    if rows is None:
        return not_checked(
            "C13",
            f"No recorded number has {FEWEST} values that spread over enough last digits to judge.",
        )
    heaped = rows[rows["is_heaped"]].drop(columns="is_heaped")
    if heaped.empty:
        return clear("C13", f"Last digits are even in {several(len(rows), 'recorded number')}.")
    return found("C13", "warning", _told(heaped, "recorded number"), _ADVICE, heaped)


def round_risks(risks: Mapping[str, NDArray[np.float64]]) -> Check:
    """C11: risks that end in 0 or 5 too often: steps of 5 %, or numbers set by hand.

    Parameters
    ----------
    risks : mapping of str to numpy.ndarray of float
        Risks of each model.

    """
    rows = _heaped(list(risks.items()))
    if rows is None:
        return not_checked(
            "C11", f"No model has {FEWEST} risks that spread over enough last digits to judge."
        )
    heaped = rows[rows["is_heaped"]].drop(columns="is_heaped")
    if heaped.empty:
        return clear("C11", f"Last digits of the risks are even in {several(len(rows), 'model')}.")
    return found("C11", "warning", _told(heaped, "model"), _ADVICE, heaped)


def _heaped(columns: Sequence[tuple[str, NDArray[np.float64]]]) -> pd.DataFrame | None:
    judged = [(name, *last_digits(values)) for name, values in columns]
    judged = [row for row in judged if row[1]]
    if not judged:
        return None
    rows = pd.DataFrame(judged, columns=["name", "values", "ending_0_or_5", "p"])
    rows["share"] = rows["ending_0_or_5"] / rows["values"]
    rows["p_adjusted"] = holm(rows["p"].tolist())
    rows["is_heaped"] = (rows["share"] >= HEAPED) & (rows["p_adjusted"] < FAMILY_ERROR)
    return rows


def _told(heaped: pd.DataFrame, noun: str) -> str:
    worst = heaped.sort_values("share", ascending=False, kind="stable").iloc[0]
    return (
        f"In {several(len(heaped), noun)} the last digit is 0 or 5 too often (most in {worst['name']}: "
        f"{100 * worst['share']:.0f} % of {worst['values']:,} values, 20 % are expected)"
    )


def _decimals(values: NDArray[np.float64]) -> int:
    """The coarsest decimal place that holds 95 % of the values; the sixth where none does."""
    for decimals in range(_MOST_DECIMALS):
        scaled = values * 10.0**decimals
        if np.mean(np.abs(scaled - np.round(scaled)) < 1e-6) >= 0.95:
            return decimals
    return _MOST_DECIMALS
