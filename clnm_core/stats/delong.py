"""How much would the area under the ROC curve vary with other patients?

DeLong's variance from each case's placement among the cases of the other class, in the time
that sorting takes (Sun and Xu); Obuchowski's where patients have several cases.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.stats import rankdata

from clnm_core.domain.predictions import Predictions


def auc_with_variance(predictions: Predictions) -> tuple[float, float, str]:
    """Area, its variance and the method; NaN, NaN and the reason where there is none."""
    is_event = predictions.y_true
    risk = predictions.risk
    events = predictions.events
    others = len(risk) - events
    if events < 2 or others < 2:
        lacking = "events" if events < others else "non-events"
        return math.nan, math.nan, f"fewer than two {lacking}"
    if risk.min() == risk.max():
        return math.nan, math.nan, "every case has the same risk"
    # Midranks among all, less those within the class: cases of the other class below each.
    rank = rankdata(risk)
    above = (rank[is_event] - rankdata(risk[is_event])) / others
    below = 1 - (rank[~is_event] - rankdata(risk[~is_event])) / events
    value = float(above.mean())
    from_events = np.zeros(len(risk))
    from_others = np.zeros(len(risk))
    from_events[is_event] = above - value
    from_others[~is_event] = below - value
    if not predictions.is_clustered:
        variance = float(
            np.square(from_events).sum() / ((events - 1) * events)
            + np.square(from_others).sum() / ((others - 1) * others)
        )
        return value, variance, "DeLong"
    variance = _obuchowski(predictions, from_events / events, from_others / others)
    if math.isnan(variance):
        return math.nan, math.nan, "fewer than two patients with events or without"
    return value, variance, "Obuchowski, patient-clustered"


def _obuchowski(
    predictions: Predictions,
    from_events: NDArray[np.float64],
    from_others: NDArray[np.float64],
) -> float:
    """Variance of the area from patients' sums of placement values."""
    patient, is_event = predictions.patient, predictions.y_true
    sum_events = np.bincount(patient, weights=from_events)
    sum_others = np.bincount(patient, weights=from_others)
    with_events = int((np.bincount(patient, weights=is_event) > 0).sum())
    with_others = int((np.bincount(patient, weights=~is_event) > 0).sum())
    patients = int((np.bincount(patient) > 0).sum())
    if with_events < 2 or with_others < 2:
        return math.nan
    variance = (
        np.square(sum_events).sum() * with_events / (with_events - 1)
        + np.square(sum_others).sum() * with_others / (with_others - 1)
        + 2 * (sum_events * sum_others).sum() * patients / (patients - 1)
    )
    return max(float(variance), 0.0)


def fewer_patients(predictions: Predictions) -> int:
    """Patients of the smaller class."""
    is_event = predictions.y_true
    return min(patients_with(predictions, part) for part in (is_event, ~is_event))


def patients_with(predictions: Predictions, mask: NDArray[np.bool_]) -> int:
    """Patients with a case in the mask."""
    return int((np.bincount(predictions.patient[mask]) > 0).sum())
