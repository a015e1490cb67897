"""Is there a group of patients to whom a model's risks do not fit?"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.checks.result import (
    FAMILY_ERROR,
    Check,
    clear,
    found,
    holm,
    not_checked,
    several,
)
from clnm_core.stats.uncertainty import clustered_standard_error

FEWEST = 20
"""Cases that a group, and the others, need to be judged."""

MISFIT = 0.05
"""Difference between observed and expected share from which a misfit matters."""

MOST_GROUPS = 30
"""Columns with more groups are passed over."""


@dataclass(frozen=True, eq=False, slots=True)
class Grouped:
    """One model's predictions and, by the label of a column, the group of each case.

    ``is_sample`` where they are of some of the patients only.
    """

    model: str
    predictions: Predictions
    groups: Mapping[str, pd.Categorical]
    is_sample: bool = False


def misfit_groups(models: Sequence[Grouped]) -> Check:
    """C19: groups in which risks are too high or too low, unlike in all other cases.

    The mean of outcome minus risk in a group is compared with that in all other cases
    (z test, patients clustered), so that a model that is too high for everybody accuses no
    group. The variance is at least that of outcomes drawn from the risks. P values are Holm-adjusted over all groups, columns and models; of a column with
    two groups the smaller is judged.

    Parameters
    ----------
    models : sequence of Grouped

    References
    ----------
    .. [1] Spiegelhalter DJ. Probabilistic prediction in patient management and clinical
       trials. Stat Med 1986;5:421-433. doi:10.1002/sim.4780050506

    """
    judged = [row for one in models for row in _judged(one)]
    if not judged:
        return not_checked(
            "C19", f"No model has a group of {FEWEST} cases beside {FEWEST} others to compare."
        )
    sample = ", in a random part of the patients" if any(one.is_sample for one in models) else ""
    rows = pd.DataFrame(judged)
    rows["p_adjusted"] = holm(rows["p"].tolist())
    unlike = (rows["misfit"] - rows["misfit_elsewhere"]).abs()
    shown = rows[(rows["p_adjusted"] < FAMILY_ERROR) & (unlike >= MISFIT)]
    shown = shown.sort_values("p", kind="stable")
    if shown.empty:
        return clear(
            "C19", f"Risks fit alike in {several(len(rows), 'group')} of all models{sample}."
        )
    worst = shown.iloc[0]
    more = f" (and {len(shown) - 1} more)" if len(shown) > 1 else ""
    return found(
        "C19",
        "warning",
        f"“{worst['model']}” is miscalibrated where {worst['column']} is {worst['group']}: it expects "
        f"{100 * worst['expected']:.0f} % and {100 * worst['observed']:.0f} % of {worst['n']:,} cases have "
        f"the outcome, unlike elsewhere{more}{sample}",
        "Look at the calibration curve of the group, recalibrate with the group as a term, and do "
        "not use the model there before.",
        shown,
    )


def _judged(one: Grouped) -> Iterator[dict[str, object]]:
    residual = one.predictions.y_true - one.predictions.risk
    for column, labels in one.groups.items():
        words = [str(word) for word in labels.categories]
        if not 2 <= len(words) <= MOST_GROUPS:
            continue
        sizes = np.bincount(labels.codes, minlength=len(words))
        codes = [int(sizes.argmin())] if len(words) == 2 else range(len(words))
        for code in codes:
            is_here = labels.codes == code
            if min(is_here.sum(), (~is_here).sum()) < FEWEST:
                continue
            p = _p_of_difference(one.predictions, is_here)
            if not math.isnan(p):
                here = one.predictions.where(is_here)
                yield {
                    "model": one.model,
                    "column": column,
                    "group": words[code],
                    "n": len(here),
                    "observed": float(here.y_true.mean()),
                    "expected": float(here.risk.mean()),
                    "misfit": float(residual[is_here].mean()),
                    "misfit_elsewhere": float(residual[~is_here].mean()),
                    "p": p,
                }


def _p_of_difference(predictions: Predictions, is_here: NDArray[np.bool_]) -> float:
    """Two-sided p value that the mean residual is the same here as elsewhere; NaN without spread.

    The variance is never taken to be below that of outcomes drawn from the risks: in a small
    group in which everybody has the outcome the residuals hardly vary.
    """
    risk = predictions.risk
    residual = predictions.y_true - risk
    here, there = residual[is_here].mean(), residual[~is_here].mean()
    influence = np.where(
        is_here, (residual - here) / is_here.sum(), -(residual - there) / (~is_here).sum()
    )
    drawn = risk * (1 - risk)
    least = (
        drawn[is_here].sum() / is_here.sum() ** 2 + drawn[~is_here].sum() / (~is_here).sum() ** 2
    )
    error = max(clustered_standard_error(influence, predictions.patient), math.sqrt(least))
    if math.isnan(error) or error == 0:
        return math.nan
    return float(2 * ndtr(-abs(here - there) / error))
