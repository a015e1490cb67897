"""What happens to patients when everyone at or above one risk is called positive?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import roc_curve
from clnm_core.stats.resampling import (
    percentile_interval,
    redrawn_counts,
    resampled_counts,
    smoothed_counts,
)
from clnm_core.stats.uncertainty import Estimate, not_estimable, wilson

RATES = ("sensitivity", "specificity", "ppv", "npv", "accuracy", "flag_rate")
"""Shares of cases; their intervals are Wilson's where every case is a patient."""

_UNDEFINED = {
    "sensitivity": "no events",
    "specificity": "no non-events",
    "ppv": "no case is flagged at this threshold",
    "npv": "every case is flagged at this threshold",
    "accuracy": "no cases",
    "f1": "no events and no case flagged",
    "balanced_accuracy": "one class only",
    "mcc": "one class only, or every case gets the same call",
    "flag_rate": "no cases",
}


@dataclass(frozen=True, slots=True)
class Confusion:
    """Cases by call and outcome: true and false positives, false and true negatives."""

    tp: int
    fp: int
    fn: int
    tn: int

    @property
    def n(self) -> int:
        """All cases."""
        return self.tp + self.fp + self.fn + self.tn


def confusion(predictions: Predictions, threshold: float) -> Confusion:
    """Count the calls at a threshold; a case is positive when ``risk >= threshold``.

    Parameters
    ----------
    predictions : Predictions
    threshold : float
        In [0, 1].

    Raises
    ------
    ValueError
        If the threshold lies outside [0, 1].

    Examples
    --------
    >>> confusion(Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.5, 0.1]), 0.5)
    Confusion(tp=1, fp=1, fn=1, tn=1)

    """
    tn, fn, fp, tp = np.bincount(_cell(predictions, threshold), minlength=4).tolist()
    return Confusion(tp=tp, fp=fp, fn=fn, tn=tn)


def operating_point(
    predictions: Predictions,
    threshold: float,
    *,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
) -> dict[str, Estimate]:
    """Every measure of the calls at one threshold.

    Parameters
    ----------
    predictions : Predictions
    threshold : float
        In [0, 1]; a case is positive when ``risk >= threshold``.
    level : float
        Confidence, between 0 and 1.
    bootstrap : int
        Resamples; 0 for no interval where one needs them.
    seed : int
        Start of the random numbers.

    Returns
    -------
    dict of str to Estimate
        ``sensitivity, specificity, ppv, npv, accuracy, f1, balanced_accuracy, mcc,
        flag_rate``. Intervals: Wilson for shares of cases, percentile bootstrap of the four
        counts for the others; whole patients are drawn, for all of them, where patients
        have several cases. Where all resamples agree, half a case is added to each count.

    Raises
    ------
    ValueError
        If the threshold lies outside [0, 1].

    References
    ----------
    .. [1] Matthews BW. Biochim Biophys Acta 1975;405:442-451.
       doi:10.1016/0005-2795(75)90109-9

    """
    cell = _cell(predictions, threshold)
    seen = np.bincount(cell, minlength=4).astype(float)
    if not predictions.is_clustered:
        return _estimates(seen, redrawn_counts(seen, bootstrap=bootstrap, seed=seed), level, seed)
    drawn = resampled_counts(cell, 4, predictions.patient, bootstrap=bootstrap, seed=seed)
    patients = int((np.bincount(predictions.patient) > 0).sum())
    return _estimates(seen, drawn, level, seed, patients)


def measures_of(
    counts: Confusion, *, level: float = 0.95, bootstrap: int = 1000, seed: int = 0
) -> dict[str, Estimate]:
    """What :func:`operating_point` gives, from the four counts alone: no row is touched.

    Only where every case is a patient of its own; where patients have several cases the
    counts do not say how surely they are known.

    Parameters
    ----------
    counts : Confusion
        Calls at one threshold.
    level, bootstrap, seed
        As in :func:`operating_point`.

    Examples
    --------
    >>> found = measures_of(Confusion(tp=8, fp=1, fn=2, tn=9))
    >>> round(found["sensitivity"].low, 2), round(found["sensitivity"].high, 2)
    (0.49, 0.94)

    """
    seen = np.array([counts.tn, counts.fn, counts.fp, counts.tp], dtype=float)
    return _estimates(seen, redrawn_counts(seen, bootstrap=bootstrap, seed=seed), level, seed)


def youden_threshold(predictions: Predictions) -> float:
    """The risk at which sensitivity plus specificity is largest; the highest of several.

    Returns
    -------
    float
        A risk that occurs in the data; NaN without events or without non-events.

    References
    ----------
    .. [1] Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35.
       doi:10.1002/1097-0142(1950)3:1<32::AID-CNCR2820030106>3.0.CO;2-3

    Examples
    --------
    >>> youden_threshold(Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.3, 0.1]))
    0.4

    """
    curve = roc_curve(predictions).iloc[1:]
    if curve.empty:
        return math.nan
    index = (curve["sensitivity"] + curve["specificity"]).to_numpy()
    return float(curve["threshold"].iloc[int((index >= index.max() - 1e-12).argmax())])


def _estimates(
    seen: NDArray[np.float64],
    drawn: NDArray[np.float64],
    level: float,
    seed: int,
    patients: int | None = None,
) -> dict[str, Estimate]:
    """Every measure of four counts; ``patients`` where they have several cases."""
    bootstrap, is_clustered = len(drawn), patients is not None
    if patients is None:
        patients = int(seen.sum())
    values, resamples = _measures(seen), _measures(drawn)
    trials = _trials(seen)
    method = "percentile bootstrap" + (", patient-clustered" if is_clustered else "")
    smoothed: dict[str, NDArray[np.float64]] = {}
    estimates = {}
    for name, value in values.items():
        if math.isnan(value):
            estimates[name] = not_estimable(_UNDEFINED[name], level=level)
        elif not is_clustered and name in RATES:
            events, of = trials[name]
            estimates[name] = wilson(float(events), float(of), level=level)
        else:
            sample, words = resamples[name], method
            if bootstrap and not np.any(np.abs(sample - value) > 1e-12):
                smoothed = smoothed or _measures(
                    smoothed_counts(seen, patients, bootstrap=bootstrap, seed=seed)
                )
                sample, words = smoothed[name], f"{method}, half a case added to each count"
            if bootstrap and (patients < 2 or np.isnan(sample).all()):
                estimates[name] = not_estimable("too few patients to resample", level=level)
                continue
            estimates[name] = percentile_interval(float(value), sample, level=level, method=words)
    return estimates


def _cell(predictions: Predictions, threshold: float) -> NDArray[np.intp]:
    """0 true negative, 1 false negative, 2 false positive, 3 true positive."""
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in [0, 1]; got {threshold!r}.")
    return 2 * (predictions.risk >= threshold).astype(np.intp) + predictions.y_true


def _trials(counts: NDArray[np.float64]) -> dict[str, tuple[NDArray[np.float64], ...]]:
    """Successes and trials of each share; counts of shape (..., 4) in the order of cells."""
    tn, fn, fp, tp = np.moveaxis(counts, -1, 0)
    n = tn + fn + fp + tp
    return {
        "sensitivity": (tp, tp + fn),
        "specificity": (tn, tn + fp),
        "ppv": (tp, tp + fp),
        "npv": (tn, tn + fn),
        "accuracy": (tp + tn, n),
        "flag_rate": (tp + fp, n),
    }


def _measures(counts: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Each measure, in the order of a report; NaN where its denominator is zero."""
    tn, fn, fp, tp = np.moveaxis(counts, -1, 0)
    rates = {name: _ratio(*pair) for name, pair in _trials(counts).items()}
    margins = (tp + fp) * (tp + fn) * (tn + fp) * (tn + fn)
    return {
        "sensitivity": rates["sensitivity"],
        "specificity": rates["specificity"],
        "ppv": rates["ppv"],
        "npv": rates["npv"],
        "accuracy": rates["accuracy"],
        "f1": _ratio(2 * tp, 2 * tp + fp + fn),
        "balanced_accuracy": (rates["sensitivity"] + rates["specificity"]) / 2,
        "mcc": _ratio(tp * tn - fp * fn, np.sqrt(margins)),
        "flag_rate": rates["flag_rate"],
    }


def _ratio(numerator: NDArray[np.float64], denominator: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.divide(
        numerator, denominator, out=np.full(np.shape(denominator), math.nan), where=denominator > 0
    )
