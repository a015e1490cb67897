"""What risk does each case get, and how good are the risks on each split?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.errors import UnfitCaseError
from clnm_core.stats.metrics import all_metrics
from clnm_core.stats.thresholds import youden_threshold
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.cases import Cases
from clnm_core.systems.protocol import Candidate
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import VALIDATION

Risk = Callable[[Cases], NDArray[np.float64]]

AT_ONCE = 64
"""Cases with pictures that are judged between two looks at whether to stop."""

MIDDLE = 0.5
"""The threshold where none can be chosen."""


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """What a model, or something that was tried beside it, gave.

    Parameters
    ----------
    name, label : str
    threshold : float
        Positive when ``risk >= threshold``.
    threshold_from : str
        Split on which it was chosen; ``none`` where it is 0.5 for want of both outcomes.
    predictions : pandas.DataFrame
        ``case_id``, ``split``, ``risk`` of every case that could be judged. Training cases carry
        held-out risks where there are any.
    metrics : dict
        Estimates by split and metric.
    facts : dict
        Plain values.

    """

    name: str
    label: str
    threshold: float
    threshold_from: str
    predictions: pd.DataFrame
    metrics: dict[str, dict[str, Estimate]]
    facts: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False, slots=True)
class Truth:
    """What is known of the cases that are judged, in their order.

    Parameters
    ----------
    y_true : numpy.ndarray of bool, shape (cases,)
        Only read where ``is_known``.
    is_known : numpy.ndarray of bool, shape (cases,)
    split : numpy.ndarray of object, shape (cases,)
    is_training : numpy.ndarray of bool, shape (cases,)
        Cases from which was learned.

    """

    y_true: NDArray[np.bool_]
    is_known: NDArray[np.bool_]
    split: NDArray[np.object_]
    is_training: NDArray[np.bool_]


def risks_of(
    risk: Risk, cases: Cases, fit: NDArray[np.bool_], run: Run, step: str
) -> tuple[NDArray[np.float64], dict[int, str]]:
    """Risk of each case, NaN where it has none, and why by row number.

    Parameters
    ----------
    risk : callable
    cases : Cases
    fit : numpy.ndarray of bool, shape (cases,)
        Cases that have what is read.
    run : Run
    step : str
        What is done, in words.

    Returns
    -------
    tuple
        Risks in [0, 1], and the sentence for each fit case that the model refused all the same.

    Raises
    ------
    ValueError
        If a risk is not in [0, 1].
    TrainingStopped
        If it was asked to stop.

    """
    found = np.full(len(cases), np.nan)
    refused: dict[int, str] = {}
    rows = np.flatnonzero(fit)
    size = AT_ONCE if cases.views else max(len(rows), 1)
    for start in range(0, len(rows), size):
        run.say(start / len(rows), f"{step}, {start:,} of {len(rows):,} cases")
        chosen = rows[start : start + size]
        try:
            found[chosen] = _checked(risk(cases.only(chosen)))
        except UnfitCaseError:
            for row in chosen:
                try:
                    found[row] = _checked(risk(cases.only([row])))[0]
                except UnfitCaseError as error:
                    refused[int(row)] = str(error)
    return found, refused


def judged(
    one: Candidate,
    risk: NDArray[np.float64],
    cases: Cases,
    truth: Truth,
    *,
    bootstrap: int,
    seed: int,
) -> Judged:
    """Threshold, predictions and metrics of the risks of all cases.

    The threshold is Youden's on validation where it has both outcomes, else on the held-out risks
    of training, else on its own risks.

    Parameters
    ----------
    one : Candidate
        What was tried; its held-out risks take the place of those of training cases.
    risk : numpy.ndarray of float64, shape (cases,)
        NaN where a case could not be judged.
    cases : Cases
    truth : Truth
    bootstrap : int
        Resamples for the intervals that need them.
    seed : int

    """
    risk = risk.copy()
    if one.held_out is not None:
        risk[truth.is_training] = _checked(one.held_out)
    has_risk = ~np.isnan(risk)
    counted = has_risk & truth.is_known
    threshold, source = _threshold(risk, counted, truth)
    patient = cases.patient
    metrics = {}
    for word in pd.unique(pd.Series(truth.split[counted])):
        here = counted & (truth.split == word)
        predictions = Predictions.of(truth.y_true[here], risk[here], patient[here])
        metrics[str(word)] = all_metrics(predictions, threshold, bootstrap=bootstrap, seed=seed)
    table = pd.DataFrame({"case_id": cases.frame["case_id"], "split": truth.split, "risk": risk})
    return Judged(
        one.name,
        one.label,
        threshold,
        source,
        table[has_risk].reset_index(drop=True),
        metrics,
        dict(one.facts),
    )


def _threshold(
    risk: NDArray[np.float64], counted: NDArray[np.bool_], truth: Truth
) -> tuple[float, str]:
    training = counted & truth.is_training
    for rows in (counted & (truth.split == VALIDATION), training):
        if len(np.unique(truth.y_true[rows])) == 2:
            predictions = Predictions.of(truth.y_true[rows], risk[rows])
            return youden_threshold(predictions), str(truth.split[rows][0])
    return MIDDLE, "none"


def _checked(risk: NDArray[np.float64]) -> NDArray[np.float64]:
    found = np.asarray(risk, dtype=np.float64)
    if not ((found >= 0) & (found <= 1)).all():
        raise ValueError("every risk of a model must lie in [0, 1].")
    return found
