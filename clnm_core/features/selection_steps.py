"""At which step does a feature fall, and in which words?

Each function takes the report of a selection, looks at the features that are still open (``step``
empty) and writes into it which of them fall, and what was found of all that it looked at.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.features.selection_correlation import copies
from clnm_core.features.selection_lasso import Lasso
from clnm_core.features.selection_univariate import rank_test
from clnm_core.stats.multiplicity import benjamini_hochberg

REPORT_COLUMNS = (
    "feature",
    "step",
    "why",
    "missing",
    "icc",
    "auc",
    "p",
    "q",
    "copy_of",
    "r",
    "weight",
    "share",
)
_WORDS = ("feature", "step", "why", "copy_of")


def empty_report(names: list[str]) -> pd.DataFrame:
    """One row per feature, all open."""
    return pd.DataFrame(
        {
            column: names
            if column == "feature"
            else [""] * len(names)
            if column in _WORDS
            else np.full(len(names), np.nan)
            for column in REPORT_COLUMNS
        }
    )


def still_open(report: pd.DataFrame) -> NDArray[np.int64]:
    """Places of the features that have not fallen."""
    return np.flatnonzero(report["step"].to_numpy() == "")


def drop_unusable(report: pd.DataFrame, values: NDArray[np.float64], *, most: float) -> None:
    """Features that are missing too often, or have one value only."""
    is_gap = np.isnan(values)
    missing = is_gap.mean(axis=0)
    report["missing"] = missing
    low = np.where(is_gap, np.inf, values).min(axis=0)
    high = np.where(is_gap, -np.inf, values).max(axis=0)
    for place in still_open(report):
        if missing[place] > most or missing[place] == 1:
            _drop(report, place, "missing", f"Missing in {missing[place]:.0%} of the rows.")
        elif low[place] == high[place]:
            _drop(report, place, "constant", "It has one value only.")


def drop_unrepeatable(
    report: pd.DataFrame, icc: Mapping[str, float] | None, *, least: float
) -> None:
    """Features whose intraclass correlation is too low or not known."""
    if icc is None:
        return
    known = [float(icc.get(name, np.nan)) for name in report["feature"]]
    report["icc"] = known
    for place in still_open(report):
        found = known[place]
        if np.isnan(found):
            _drop(report, place, "repeatability", "Its repeatability is not known.")
        elif found < least:
            _drop(report, place, "repeatability", f"ICC {found:.2f}, below {least:g}.")


def drop_untelling(
    report: pd.DataFrame,
    values: NDArray[np.float64],
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    alpha: float,
    judged_by: str,
) -> None:
    """Features that do not tell the classes apart."""
    left = still_open(report)
    if not len(left):
        return
    found = rank_test(values[:, left], y_true, patient)
    report.loc[left, "auc"] = found.auc
    report.loc[left, "p"] = found.p
    report.loc[left, "q"] = q = benjamini_hochberg(found.p)
    for place, value in zip(left, found.p if judged_by == "p" else q, strict=True):
        if not value < alpha:
            why = f"{judged_by} = {value:.2g}, not below {alpha:g}."
            _drop(report, place, "univariate", why)


def drop_copies(report: pd.DataFrame, values: NDArray[np.float64], *, most: float) -> None:
    """Features that follow one of smaller p, or of equal p and earlier name."""
    left = still_open(report)
    kind = report.loc[left].sort_values(["p", "feature"], kind="stable").index.to_numpy()
    names = list(report["feature"])
    for place, copy in copies(values, kind, most=most).items():
        original = names[copy.of]
        report.loc[place, ["copy_of", "r"]] = [original, copy.r]
        why = f"Follows {original} (r = {copy.r:.2f}), which tells the classes apart as well or better."
        _drop(report, place, "correlation", why)


def drop_unneeded(report: pd.DataFrame, lasso: Lasso, *, least_share: float) -> None:
    """Features to which the LASSO gives no weight, or only now and then."""
    left = still_open(report)
    report.loc[left, "weight"] = lasso.weights
    report.loc[left, "share"] = lasso.shares
    for place, weight, share in zip(left, lasso.weights, lasso.shares, strict=True):
        if weight == 0:
            _drop(report, place, "lasso", "The LASSO gives it no weight beside the others.")
        elif share < least_share:
            why = f"Kept in {share:.0%} of the subsamples, below {least_share:.0%}."
            _drop(report, place, "lasso", why)


def keep_the_rest(report: pd.DataFrame) -> NDArray[np.int64]:
    """Mark what is still open as kept; their places."""
    left = still_open(report)
    report.loc[left, "step"] = "kept"
    report.loc[left, "why"] = "Kept."
    return left


def _drop(report: pd.DataFrame, place: int, step: str, why: str) -> None:
    report.at[place, "step"] = step
    report.at[place, "why"] = why
