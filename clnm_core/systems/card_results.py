"""How did a model do, split by split and group by group, for its card?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from clnm_core.domain.columns import Column
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.group_result import FEWEST, GroupResult
from clnm_core.stats.metrics import all_metrics
from clnm_core.stats.subgroups import by_group
from clnm_core.systems.card import HONEST, Result

GROUPS = ("sex", "age_years", "lobe", "third", "capsule_distance_mm", "centre")
"""Columns by which a card looks at groups of patients, where the cohort has them."""

AT_THRESHOLD = frozenset(
    {"sensitivity", "specificity", "ppv", "npv", "accuracy", "f1", "balanced_accuracy", "mcc"}
    | {"flag_rate"}
)
"""Measures that need a threshold."""

BELONGS = 3.0
"""Standard errors by which the number of events may differ from what the true risk expects."""


def results_of(
    cases: pd.DataFrame,
    *,
    threshold: float | None,
    best: Mapping[str, float],
    bootstrap: int = 200,
    seed: int = 0,
) -> tuple[Result, ...]:
    """How the risks did on each split, the most telling first.

    Parameters
    ----------
    cases : pandas.DataFrame
        ``patient_id, split, y_true`` (True, False or missing), ``risk``, ``centre`` where it
        is recorded.
    threshold : float or None
    best : mapping of str to float
        Best possible AUC by split, where it is known.
    bootstrap, seed : int
        For the intervals that need them.

    """
    found = []
    for split, part in cases.groupby("split", sort=False):
        known = part[part["y_true"].notna()]
        judged = predictions_of(known)
        metrics = all_metrics(
            judged, 0.5 if threshold is None else threshold, bootstrap=bootstrap, seed=seed
        )
        if threshold is None:
            metrics = {name: one for name, one in metrics.items() if name not in AT_THRESHOLD}
        most = best.get(str(split), math.nan)
        found.append(
            Result(
                split=str(split),
                cases=len(known),
                patients=int(known["patient_id"].nunique()),
                events=judged.events,
                centres=_words(known.get("centre")),
                unknown=len(part) - len(known),
                metrics=metrics,
                best_auc=most,
                covered=(metrics["auc"].value - 0.5) / (most - 0.5),
            )
        )
    return tuple(sorted(found, key=lambda one: _order(one.split)))


def groups_of(
    cases: pd.DataFrame, columns: Sequence[Column], *, threshold: float | None
) -> tuple[GroupResult, ...]:
    """Every group of the columns, as the Subgroups page makes and scores them.

    Groups of fewer than :data:`~clnm_core.stats.group_result.FEWEST` cases are "too few";
    intervals that need resampling are left out.
    """
    known = cases[cases["y_true"].notna()]
    if known.empty or not columns:
        return ()
    return tuple(
        by_group(
            predictions_of(known),
            known[[column.name for column in columns]],
            0.5 if threshold is None else threshold,
            bootstrap=0,
            fewest=FEWEST,
            columns=columns,
        )
    )


def predictions_of(known: pd.DataFrame) -> Predictions:
    """Cases with a known outcome as the statistics take them."""
    return Predictions.of(known["y_true"].astype(bool), known["risk"], known["patient_id"])


def belongs(y_true: pd.Series, true_risk: pd.Series) -> bool:
    """Whether an outcome can have been drawn from a true risk.

    The number of events may differ from the expected one by :data:`BELONGS` standard errors
    (Spiegelhalter 1986, doi:10.1002/sim.4780050506); cases without either are passed over.

    Examples
    --------
    >>> risk = pd.Series([0.2] * 100)
    >>> belongs(pd.Series([True] * 20 + [False] * 80), risk)
    True
    >>> belongs(pd.Series([True] * 60 + [False] * 40), risk)
    False

    """
    both = y_true.notna() & true_risk.notna()
    risk = true_risk[both].to_numpy(dtype=float)
    variance = float((risk * (1 - risk)).sum())
    if variance == 0:
        return False
    surplus = float(y_true[both].astype(float).sum() - risk.sum())
    return abs(surplus) <= BELONGS * math.sqrt(variance)


def threshold_of(manifest: Mapping[str, Any]) -> float | None:
    """The threshold that was kept with the model; ``None`` where there is none."""
    value = manifest.get("threshold")
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= 1:
        return None
    return float(value)


def _order(split: str) -> tuple[int, str]:
    return (HONEST.index(split) if split in HONEST else len(HONEST), split)


def _words(values: pd.Series | None) -> tuple[str, ...]:
    return () if values is None else tuple(sorted(str(one) for one in values.dropna().unique()))
