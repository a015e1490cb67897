"""Does the model give higher risks to the cases with the outcome than to those without?"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.delong import auc_with_variance, fewer_patients, patients_with
from clnm_core.stats.uncertainty import (
    Estimate,
    clipped,
    clustered_standard_error,
    logit_interval,
    not_estimable,
    wald,
    wilson,
)

ENOUGH_FOR_DELONG = 100
"""Patients of the smaller class from which DeLong's interval covers 93-97 %."""


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
    value, variance, method = auc_with_variance(predictions)
    if math.isnan(value):
        return not_estimable(method, level=level)
    if variance == 0:
        return _perfect(value, predictions, level)
    estimate = wald(value, math.sqrt(variance), level=level, method=method)
    return clipped(estimate, 0.0, 1.0)


def auc_logit(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """The same area with an interval that is symmetric in its log-odds.

    It never reaches 0 or 1 and covers better near 1 and in small groups. The quantile is
    Student's, with one degree of freedom less than the smaller class has patients.

    References
    ----------
    .. [1] Qin G, Hotilovac L. Comparison of non-parametric confidence intervals for the
       area under the ROC curve. Stat Methods Med Res 2008;17:207-221.
       doi:10.1177/0962280207087173

    """
    value, variance, method = auc_with_variance(predictions)
    if math.isnan(value):
        return not_estimable(method, level=level)
    if variance == 0:
        return _perfect(value, predictions, level)
    return logit_interval(
        value,
        math.sqrt(variance),
        level=level,
        method=f"{method}, logit, Student's t",
        freedom=fewer_patients(predictions) - 1,
    )


def auc_shown(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """The area with the interval that a page shows: DeLong's where it covers, else the logit.

    With fewer than :data:`ENOUGH_FOR_DELONG` patients in the smaller class the interval is
    that of :func:`auc_logit`, and the method says why. ``benchmarks/COVERAGE.md`` has the
    measured coverage behind the rule.
    """
    fewer = fewer_patients(predictions)
    if fewer >= ENOUGH_FOR_DELONG:
        return auc(predictions, level=level)
    shown = auc_logit(predictions, level=level)
    if not shown.is_estimable or "Wilson" in shown.method:
        return shown
    lacking = "events" if 2 * predictions.events <= len(predictions) else "non-events"
    return replace(shown, method=f"{shown.method} (DeLong's needs {ENOUGH_FOR_DELONG} {lacking})")


def auc_variance(predictions: Predictions) -> float:
    """DeLong's variance of the area, or Obuchowski's where patients have several cases.

    NaN where the area is not estimable.
    """
    return auc_with_variance(predictions)[1]


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
    within patients and is symmetric in log-odds, with Student's quantile for as many
    patients as have events.

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
    method = "infinitesimal jackknife, logit, Student's t"
    if predictions.is_clustered:
        method += ", patient-clustered"
    freedom = patients_with(predictions, predictions.y_true) - 1
    return logit_interval(value, error, level=level, method=method, freedom=freedom)


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
