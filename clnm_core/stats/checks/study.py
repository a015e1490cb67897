"""Was the study made so that its numbers can mean what they say?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from clnm_core.stats.centres import CentreResult
from clnm_core.stats.checks.result import (
    FAMILY_ERROR,
    Check,
    clear,
    found,
    holm,
    not_checked,
    several,
)
from clnm_core.stats.shift import TOLD_APART_FROM, TwoSample

WORSE = 0.05
"""Difference in AUC from which a centre is worse in a way that matters."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a model takes: ``refused`` are (label, why) of inputs that it may not know."""

    model: str
    inputs: int
    refused: tuple[tuple[str, str], ...]


def late_predictors(models: Sequence[Inputs]) -> Check:
    """C14: models among whose inputs are columns known only after the outcome."""
    known = [model for model in models if model.inputs]
    if not known:
        return not_checked("C14", "No model says which inputs it takes; name them in its manifest.")
    rows = pd.DataFrame(
        [
            {"model": model.model, "input": label, "why": why}
            for model in known
            for label, why in model.refused
        ]
    )
    if rows.empty:
        return clear(
            "C14",
            f"No input of {several(len(known), 'model')} is known only after the outcome.",
        )
    first = rows.iloc[0]
    more = f" (and {len(rows) - 1} more)" if len(rows) > 1 else ""
    return found(
        "C14",
        "error",
        f"“{first['model']}” takes {first['input']}, which {first['why']}{more}",
        "Train it again without.",
        rows,
    )


def shifted_parts(result: TwoSample | None, *, first: str, second: str) -> Check:
    """C17: training and test cases that a classifier tells apart.

    Parameters
    ----------
    result : TwoSample or None
        As from :func:`clnm_core.stats.shift.two_sample`; ``None`` where there are no two parts.
    first, second : str
        What the parts are called.

    """
    if result is None or not result.auc.is_estimable:
        why = "the cohort has no two splits" if result is None else result.auc.method
        return not_checked("C17", f"Training and test cannot be compared: {why}.")
    area = result.auc
    words = f"{area.value:.2f} ({area.low:.2f}–{area.high:.2f})"
    p_high = result.p_greater
    if not (p_high < FAMILY_ERROR and area.value >= TOLD_APART_FROM):
        return clear(
            "C17",
            f"A classifier tells {first} and {second} cases apart with an AUC of {words}, 0.5 being "
            "chance.",
        )
    rows = pd.DataFrame(result.drivers, columns=["column", "smd"])
    named = ", ".join(str(label) for label in rows["column"].head(3))
    return found(
        "C17",
        "info",
        f"A classifier tells {first} and {second} cases apart with an AUC of {words}, most by {named}",
        "Say so, and read the results as those of another population.",
        rows,
    )


def worse_centres(results: Sequence[tuple[str, CentreResult]]) -> Check:
    """C18: centres at which a model is worse than at all others.

    Parameters
    ----------
    results : sequence of (str, CentreResult)
        Model and centre; p values are adjusted over all of them.

    """
    judged = [(model, one) for model, one in results if not math.isnan(one.p)]
    if not judged:
        return not_checked(
            "C18",
            "There are no two centres with enough cases of both outcomes and a model's risks.",
        )
    rows = pd.DataFrame(
        [
            {
                "model": model,
                "centre": one.centre,
                "n": one.n,
                "auc": one.auc.value,
                "auc_elsewhere": one.elsewhere.value,
                "difference": one.difference.value,
                "p_adjusted": p,
            }
            for (model, one), p in zip(judged, holm([one.p for _, one in judged]), strict=True)
        ]
    )
    worse = rows[(rows["p_adjusted"] < FAMILY_ERROR) & (rows["difference"] <= -WORSE)]
    if worse.empty:
        return clear(
            "C18", f"No model is worse at one centre, in {several(len(rows), 'comparison')}."
        )
    worse = worse.sort_values("difference", kind="stable")
    worst = worse.iloc[0]
    more = f" (and {len(worse) - 1} more)" if len(worse) > 1 else ""
    return found(
        "C18",
        "warning",
        f"“{worst['model']}” has an AUC of {worst['auc']:.2f} at centre {worst['centre']} "
        f"({worst['n']:,} cases) and of {worst['auc_elsewhere']:.2f} elsewhere{more}",
        "Look at how its cases were recorded and imaged before using it there.",
        worse,
    )
