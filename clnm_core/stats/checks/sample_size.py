"""Was the model learned from enough?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.stats.checks.result import Check, clear, found, not_checked

FEWEST_EVENTS = 10.0
"""Events per predictor below which a regression is expected to overfit (Peduzzi 1996)."""

LEAST_SHRINKAGE = 0.9
"""Expected shrinkage below which a model overfits by more than a tenth (Riley 2020)."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """How much a model was learned from.

    ``parameters`` are its terms (a category of k levels has k - 1); ``n`` and ``events`` the
    training cases; ``r2`` Cox and Snell's R squared of its risks, NaN where not known.
    """

    model: str
    parameters: int
    n: int
    events: int
    r2: float


def events_per_predictor(models: Sequence[Fitted]) -> Check:
    """C15: models that learned too many terms from too few events.

    Two limits: ten events (or non-events, whichever are fewer) per term, and an expected
    shrinkage of 0.9, ``S = 1 + p / (n ln(1 - R2))``.

    References
    ----------
    .. [1] Peduzzi P et al. J Clin Epidemiol 1996;49:1373-1379.
       doi:10.1016/S0895-4356(96)00236-3
    .. [2] Riley RD et al. Calculating the sample size required for developing a clinical
       prediction model. BMJ 2020;368:m441. doi:10.1136/bmj.m441

    """
    judged = [model for model in models if model.parameters and model.n]
    if not judged:
        return not_checked(
            "C15",
            "No model that was trained says which inputs it takes; name them in its manifest.",
        )
    rows = pd.DataFrame(
        [
            {
                "model": model.model,
                "predictors": model.parameters,
                "training_cases": model.n,
                "events": min(model.events, model.n - model.events),
                "events_per_predictor": min(model.events, model.n - model.events)
                / model.parameters,
                "expected_shrinkage": shrinkage(model),
            }
            for model in judged
        ]
    )
    is_few = (rows["events_per_predictor"] < FEWEST_EVENTS) | (
        rows["expected_shrinkage"] < LEAST_SHRINKAGE
    )
    if not is_few.any():
        least = rows.sort_values("events_per_predictor", kind="stable").iloc[0]
        return clear(
            "C15",
            f"Every model has {FEWEST_EVENTS:g} or more events per predictor (the fewest: "
            f"{least['model']}, {least['events_per_predictor']:.0f}).",
        )
    few = rows[is_few].sort_values("events_per_predictor", kind="stable")
    worst = few.iloc[0]
    shrunk = worst["expected_shrinkage"]
    expected = "" if math.isnan(shrunk) else f", expected shrinkage {_shrunk(shrunk)}"
    return found(
        "C15",
        "warning",
        f"“{worst['model']}” learned {worst['predictors']:,} predictors from {worst['events']:,} events "
        f"({worst['events_per_predictor']:.1f} per predictor{expected})",
        "Expect it to do worse on new "
        "patients; take fewer predictors, penalise more, or collect more cases.",
        few,
    )


def shrinkage(model: Fitted) -> float:
    """The factor by which predicted effects are expected to be too large; NaN without R squared.

    Examples
    --------
    >>> round(shrinkage(Fitted("m", 20, 500, 200, 0.2)), 3)
    0.821

    """
    if not 0 < model.r2 < 1:
        return math.nan
    return 1 + model.parameters / (model.n * math.log(1 - model.r2))


def cox_snell(y_true: NDArray[np.bool_], risk: NDArray[np.float64]) -> float:
    """Cox and Snell's R squared of risks: ``1 - exp(-LR / n)``; NaN for one class only.

    Risks are kept 1e-6 away from 0 and 1; a model worse than the prevalence gives 0.
    """
    n, events = len(y_true), int(y_true.sum())
    if not 0 < events < n:
        return math.nan
    kept = np.clip(risk, 1e-6, 1 - 1e-6)
    fitted = np.where(y_true, np.log(kept), np.log1p(-kept)).sum()
    share = events / n
    null = events * math.log(share) + (n - events) * math.log(1 - share)
    return max(0.0, 1 - math.exp(-2 * (float(fitted) - null) / n))


def _shrunk(factor: float) -> str:
    return f"{factor:.2f}" if factor >= 0.5 else "under 0.50"
