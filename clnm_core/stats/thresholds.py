"""What happens to patients when everyone at or above one risk is called positive?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.count_intervals import count_measures, scatter, scatter_of
from clnm_core.stats.discrimination import roc_curve
from clnm_core.stats.uncertainty import Estimate


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
) -> dict[str, Estimate]:
    """Every measure of the calls at one threshold.

    Parameters
    ----------
    predictions : Predictions
    threshold : float
        In [0, 1]; a case is positive when ``risk >= threshold``.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    dict of str to Estimate
        ``sensitivity, specificity, ppv, npv, accuracy, f1, balanced_accuracy, mcc,
        flag_rate``, with the intervals of
        :func:`~clnm_core.stats.count_intervals.count_measures`: closed forms, which respect
        patients who have several cases.

    Raises
    ------
    ValueError
        If the threshold lies outside [0, 1].

    """
    patient = predictions.patient if predictions.is_clustered else None
    return count_measures(scatter(_cell(predictions, threshold), patient), level=level)


def measures_of(counts: Confusion, *, level: float = 0.95) -> dict[str, Estimate]:
    """What :func:`operating_point` gives, from the four counts alone: no row is touched.

    Only where every case is a patient of its own; where patients have several cases the
    counts do not say how surely they are known.

    Parameters
    ----------
    counts : Confusion
        Calls at one threshold.
    level : float
        Confidence, between 0 and 1.

    Examples
    --------
    >>> found = measures_of(Confusion(tp=8, fp=1, fn=2, tn=9))
    >>> round(found["sensitivity"].low, 2), round(found["sensitivity"].high, 2)
    (0.49, 0.94)

    """
    seen = np.array([counts.tn, counts.fn, counts.fp, counts.tp], dtype=float)
    return count_measures(scatter_of(seen), level=level)


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


def _cell(predictions: Predictions, threshold: float) -> NDArray[np.intp]:
    """0 true negative, 1 false negative, 2 false positive, 3 true positive."""
    if not 0 <= threshold <= 1:
        raise ValueError(f"threshold must lie in [0, 1]; got {threshold!r}.")
    return 2 * (predictions.risk >= threshold).astype(np.intp) + predictions.y_true
