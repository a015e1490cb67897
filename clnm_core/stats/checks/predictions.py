"""Can these risks be what a model said of patients whom it did not know?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy import stats

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
from clnm_core.stats.discrimination import auc, auc_variance
from clnm_core.stats.findings import ENOUGH_TO_JUDGE, FEW_VALUES

ALIKE = 0.99
"""Share of common cases with equal risks from which two models are the same."""

FLATTERED = 0.02
"""Difference in AUC between training and new cases that is worth a word."""

_NO_MODEL = "No model has risks for these cases; import predictions, or train a model."


@dataclass(frozen=True, eq=False, slots=True)
class TrainingAndNew:
    """One model's risks of its training cases, and of cases that are new to it.

    ``training`` and ``new`` are empty where a model has none.
    """

    model: str
    training: Predictions
    new: Predictions


def constant_risks(risks: Mapping[str, NDArray[np.float64]]) -> Check:
    """C07: models that give every case the same risk.

    Parameters
    ----------
    risks : mapping of str to numpy.ndarray of float
        Risks of each model, in [0, 1].

    """
    if not risks:
        return not_checked("C07", _NO_MODEL)
    rows = pd.DataFrame(
        [
            {"model": model, "risk": float(values[0]), "cases": len(values)}
            for model, values in risks.items()
            if len(values) > 1 and values.min() == values.max()
        ]
    )
    if rows.empty:
        return clear("C07", f"Risks differ between cases in {_all_models(len(risks))}.")
    named = ", ".join(rows["model"])
    return found(
        "C07",
        "error",
        f"{several(len(rows), 'model')} of {len(risks)} {'gives' if len(rows) == 1 else 'give'} every "
        f"case the same risk ({named})",
        "Such a model tells no cases apart: check how its risks were exported.",
        rows,
    )


def few_values(risks: Mapping[str, NDArray[np.float64]]) -> Check:
    """C09: risks that take few different values, so that many cases are tied.

    Models with fewer than 30 cases are passed over.
    """
    judged = {model: len(np.unique(x)) for model, x in risks.items() if len(x) >= ENOUGH_TO_JUDGE}
    if not judged:
        return not_checked("C09", f"No model has {ENOUGH_TO_JUDGE} risks or more.")
    rows = pd.DataFrame(
        [
            {"model": model, "different_values": distinct, "cases": len(risks[model])}
            for model, distinct in judged.items()
            if 1 < distinct <= FEW_VALUES
        ]
    )
    if rows.empty:
        return clear("C09", f"Risks take many different values in {_all_models(len(judged))}.")
    first = rows.iloc[0]
    return found(
        "C09",
        "info",
        f"“{first['model']}” gives only {first['different_values']} different risks to "
        f"{first['cases']:,} cases{_and_more(len(rows))}",
        "Ties count half in the AUC: ask for the risks before rounding.",
        rows,
    )


def outside_unit(risks: Mapping[str, ArrayLike]) -> Check:
    """C10: risks that are missing, or no probability.

    The store refuses such risks at import; the check is for arrays that did not pass it.
    """
    if not risks:
        return not_checked("C10", _NO_MODEL)
    found_rows = []
    for model, given in risks.items():
        values = np.asarray(given, dtype=float)
        bad = np.flatnonzero(~((values >= 0) & (values <= 1)))
        found_rows += [{"model": model, "row": int(row), "risk": float(values[row])} for row in bad]
    if not found_rows:
        return clear("C10", f"All risks lie between 0 and 1 in {_all_models(len(risks))}.")
    rows = pd.DataFrame(found_rows)
    first = rows.iloc[0]
    return found(
        "C10",
        "error",
        f"{several(len(rows), 'risk')} {'is' if len(rows) == 1 else 'are'} missing or outside 0–1 "
        f"(the first: {first['model']}, row {first['row']}, {first['risk']:.4g})",
        "Export probabilities, not scores or per cents.",
        rows,
    )


def same_risks(risks: pd.DataFrame) -> Check:
    """C08: two models that give the same risks.

    Parameters
    ----------
    risks : pandas.DataFrame
        One column per model, one row per case; missing where a model did not judge a case.

    """
    if risks.shape[1] < 2:
        return not_checked("C08", "There are not two models to compare.")
    pairs = []
    for one, other in combinations(risks.columns, 2):
        first, second = risks[one].to_numpy(dtype=float), risks[other].to_numpy(dtype=float)
        common = ~(np.isnan(first) | np.isnan(second))
        if common.sum() < 2 or first[common].min() == first[common].max():
            continue
        equal = float(np.isclose(first[common], second[common], rtol=0, atol=1e-9).mean())
        if equal >= ALIKE:
            pairs.append({"model": one, "other": other, "equal": equal, "cases": int(common.sum())})
    if not pairs:
        return clear("C08", f"No two of {several(risks.shape[1], 'model')} give the same risks.")
    rows = pd.DataFrame(pairs)
    first_pair = rows.iloc[0]
    return found(
        "C08",
        "warning",
        f"“{first_pair['model']}” and “{first_pair['other']}” give the same risk to "
        f"{100 * first_pair['equal']:.0f} % of {first_pair['cases']:,} common cases"
        f"{_and_more(len(rows))}",
        "One of them was probably imported under the other's name: import it again.",
        rows,
    )


def flattered_training(models: list[TrainingAndNew]) -> Check:
    """C12: risks of training cases that are better than those of new ones.

    Risks of training cases are honest only where they come from a fold that left the patient
    out. The AUC of training and new cases is compared by a one-sided z test, Holm-adjusted
    over the models, patients clustered.

    References
    ----------
    .. [1] Steyerberg EW et al. Internal validation of predictive models. J Clin Epidemiol
       2001;54:774-781. doi:10.1016/S0895-4356(01)00341-9

    """
    judged = []
    for one in models:
        inside, outside = auc(one.training), auc(one.new)
        error = math.sqrt(auc_variance(one.training) + auc_variance(one.new))
        if inside.is_estimable and outside.is_estimable and error > 0:
            gap = inside.value - outside.value
            judged.append((one.model, inside.value, outside.value, gap, stats.norm.sf(gap / error)))
    if not judged:
        return not_checked(
            "C12",
            "No model has risks both for training cases and for new ones with both outcomes.",
        )
    rows = pd.DataFrame(judged, columns=["model", "auc_training", "auc_new", "difference", "p"])
    rows["p_adjusted"] = holm(rows["p"].astype(float).tolist())
    is_found = (rows["p_adjusted"] < FAMILY_ERROR) & (rows["difference"] >= FLATTERED)
    if not is_found.any():
        return clear(
            "C12", f"Training risks are no better than new ones in {_all_models(len(rows))}."
        )
    flattered = rows[is_found].sort_values("difference", ascending=False, kind="stable")
    worst = flattered.iloc[0]
    return found(
        "C12",
        "warning",
        f"“{worst['model']}” has an AUC of {worst['auc_training']:.2f} on training cases and of "
        f"{worst['auc_new']:.2f} on new ones{_and_more(int(is_found.sum()))}",
        "Its training risks do not come from cross-validation; judge it on new cases only.",
        flattered,
    )


def _all_models(n: int) -> str:
    return "the one model" if n == 1 else f"all {n} models"


def _and_more(rows: int) -> str:
    return f" (and {rows - 1} more)" if rows > 1 else ""
