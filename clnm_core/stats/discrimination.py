"""Does the model give higher risks to the cases with the outcome than to those without?"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.stats import rankdata

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.uncertainty import (
    Estimate,
    clipped,
    clustered_standard_error,
    logit_interval,
    not_estimable,
    wald,
    wilson,
)


def auc(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """Chance that a case with the outcome has a higher risk than one without.

    Ties count half. The interval is DeLong's, cut at 0 and 1; where patients have several
    cases the variance is Obuchowski's, which adds up within patients and equals DeLong's
    when each has one. Where every event outranks every non-event (or the reverse) that
    variance is zero; the interval is then Wilson's for the smaller class.

    Parameters
    ----------
    predictions : Predictions
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    Estimate
        Not estimable with fewer than two events or non-events, or one risk for all.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
       doi:10.2307/2531595
    .. [2] Sun X, Xu W. Fast implementation of DeLong's algorithm. IEEE Signal Process Lett
       2014;21:1389-1393. doi:10.1109/LSP.2014.2337313
    .. [3] Obuchowski NA. Nonparametric analysis of clustered ROC curve data. Biometrics
       1997;53:567-578. doi:10.2307/2533958

    Examples
    --------
    >>> auc(Predictions.of([1, 1, 0, 0], [0.9, 0.4, 0.6, 0.1])).value
    0.75

    """
    value, variance, method = _auc_with_variance(predictions)
    if math.isnan(value):
        return not_estimable(method, level=level)
    if variance == 0:
        return _perfect(value, predictions, level)
    estimate = wald(value, math.sqrt(variance), level=level, method=method)
    return clipped(estimate, 0.0, 1.0)


def auc_logit(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """The same area with an interval that is symmetric in its log-odds.

    It never reaches 0 or 1 and covers better near 1 and in small groups.

    References
    ----------
    .. [1] Qin G, Hotilovac L. Comparison of non-parametric confidence intervals for the
       area under the ROC curve. Stat Methods Med Res 2008;17:207-221.
       doi:10.1177/0962280207087173

    """
    value, variance, method = _auc_with_variance(predictions)
    if math.isnan(value):
        return not_estimable(method, level=level)
    if variance == 0:
        return _perfect(value, predictions, level)
    return logit_interval(value, math.sqrt(variance), level=level, method=f"{method}, logit")


def auc_variance(predictions: Predictions) -> float:
    """DeLong's variance of the area, or Obuchowski's where patients have several cases.

    NaN where the area is not estimable.
    """
    return _auc_with_variance(predictions)[1]


def roc_curve(predictions: Predictions) -> pd.DataFrame:
    """Sensitivity against false alarms at every threshold that changes a decision.

    Returns
    -------
    pandas.DataFrame
        From the strictest threshold to the loosest:

        ``threshold``            a risk in the data; infinity in the first row (no case is flagged)
        ``sensitivity``          share of events with ``risk >= threshold``
        ``specificity``          share of non-events with ``risk < threshold``
        ``false_positive_rate``  ``1 - specificity``

        No rows where there are no events or no non-events.

    Examples
    --------
    >>> roc_curve(Predictions.of([1, 0, 0], [0.9, 0.9, 0.1]))
       threshold  sensitivity  specificity  false_positive_rate
    0        inf          0.0          1.0                  0.0
    1        0.9          1.0          0.5                  0.5
    2        0.1          1.0          0.0                  1.0

    """
    threshold, true, flagged = _cumulated(predictions)
    events = predictions.events
    others = len(predictions) - events
    names = ["threshold", "sensitivity", "specificity", "false_positive_rate"]
    if events == 0 or others == 0:
        return pd.DataFrame({name: np.empty(0) for name in names})
    sensitivity = np.concatenate([[0.0], true / events])
    false_positive_rate = np.concatenate([[0.0], (flagged - true) / others])
    columns = [
        np.concatenate([[np.inf], threshold]),
        sensitivity,
        np.concatenate([[1.0], (others - (flagged - true)) / others]),
        false_positive_rate,
    ]
    return pd.DataFrame(dict(zip(names, columns, strict=True)))


def pr_curve(predictions: Predictions) -> pd.DataFrame:
    """Precision against recall at every threshold that changes a decision.

    Returns
    -------
    pandas.DataFrame
        From the strictest threshold to the loosest: ``threshold``, ``recall``
        (sensitivity) and ``precision`` (positive predictive value). No rows without events.

    """
    threshold, true, flagged = _cumulated(predictions)
    if predictions.events == 0:
        return pd.DataFrame({name: np.empty(0) for name in ("threshold", "recall", "precision")})
    return pd.DataFrame(
        {
            "threshold": threshold,
            "recall": true / predictions.events,
            "precision": true / flagged,
        }
    )


def average_precision(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """Precision averaged over the events, each at its own risk as threshold.

    The steps are not interpolated; cases with one risk are flagged together. The interval
    comes from each case's influence on the average (infinitesimal jackknife), adds up
    within patients and is symmetric in log-odds.

    References
    ----------
    .. [1] Boyd K, Eng KH, Page CD. Area under the precision-recall curve: point estimates
       and confidence intervals. ECML PKDD 2013. doi:10.1007/978-3-642-40994-3_29

    """
    events = predictions.events
    if events == 0:
        return not_estimable("no events", level=level)
    if events == len(predictions):
        return not_estimable("no non-events", level=level)
    order, start, true, flagged = _tie_groups(predictions)
    drawn = np.diff(true, prepend=0)
    precision = true / flagged
    value = float((drawn * precision).sum() / events)
    if value >= 1:
        perfect = wilson(events, events, level=level)
        return Estimate(1.0, perfect.low, 1.0, level, "Wilson on the events, all ranked first")
    gain = np.cumsum((drawn / flagged)[::-1])[::-1]
    loss = np.cumsum((drawn * precision / flagged)[::-1])[::-1]
    group = np.repeat(np.arange(len(start)), np.diff(start, append=len(order)))
    is_event = predictions.y_true[order]
    influence = (is_event * (precision[group] - value + gain[group]) - loss[group]) / events
    error = clustered_standard_error(influence, predictions.patient[order])
    if math.isnan(error):
        return not_estimable("one patient only", level=level)
    method = "infinitesimal jackknife, logit"
    if predictions.is_clustered:
        method += ", patient-clustered"
    return logit_interval(value, error, level=level, method=method)


def _auc_with_variance(predictions: Predictions) -> tuple[float, float, str]:
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


def _perfect(value: float, predictions: Predictions, level: float) -> Estimate:
    events = predictions.events
    fewer = min(events, len(predictions) - events)
    bound = wilson(round(value) * fewer, fewer, level=level)
    method = "Wilson for the smaller class; DeLong's variance is zero"
    return Estimate(value, min(bound.low, value), max(bound.high, value), level, method)


def _tie_groups(
    predictions: Predictions,
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.int64], NDArray[np.int64]]:
    """Order by falling risk, where each distinct risk starts, and counts up to its end."""
    order = np.argsort(-predictions.risk, kind="stable")
    risk = predictions.risk[order]
    start = np.flatnonzero(np.r_[True, risk[1:] != risk[:-1]]) if len(risk) else order
    end = np.r_[start[1:], len(risk)] if len(risk) else order
    true = np.r_[0, np.cumsum(predictions.y_true[order])][end]
    return order, start, true, end


def _cumulated(
    predictions: Predictions,
) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.int64]]:
    """Distinct risks from high to low; events and cases at or above each."""
    order, start, true, flagged = _tie_groups(predictions)
    return predictions.risk[order][start], true, flagged
