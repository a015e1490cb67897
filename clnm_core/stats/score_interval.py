"""How well is it known what a risk like this one means?

A model says 0.7: of cases that got about 0.7, how many had the outcome? Logistic recalibration
answers it along the whole range, and its interval says how surely.
"""

from __future__ import annotations

import numpy as np
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.recalibrated import log_odds
from clnm_core.stats.spline import logistic_fit
from clnm_core.stats.uncertainty import Estimate, critical_value, not_estimable, student_value


def score_interval(
    predictions: Predictions, risk: float, *, level: float = 0.95, cases: str = "cases"
) -> Estimate:
    """A risk with the interval of what is observed among cases with about this risk.

    The outcome is regressed on the log-odds of the risk; the interval is Wald's for the straight
    line at this risk, on the log-odds, by the delta method. Where patients have several cases the
    covariance is clustered by patient, and the quantile is Student's with one degree of freedom
    less than there are patients. The value is the model's own risk, and the interval is made wide
    enough to hold it: the risks of a model that is badly calibrated have a wide interval towards
    what was observed, which then errs on one side only. It speaks of calibration alone; not of how
    another training, or another picture of the same patient, would differ.

    Parameters
    ----------
    predictions : Predictions
        Cases that did not teach the model.
    risk : float
        In [0, 1], of the new case; 0 and 1 are moved inwards by
        :func:`~clnm_core.stats.recalibrated.log_odds`.
    level : float
        Confidence, between 0 and 1.
    cases : str
        What the cases are called in the method.

    Returns
    -------
    Estimate
        Without an interval, and ``method`` says why, with one class only, one risk for all, or
        where one threshold separates the classes.

    Raises
    ------
    ValueError
        If the risk is outside [0, 1].

    References
    ----------
    .. [1] Cox DR. Two further applications of a model for binary regression. Biometrika
       1958;45:562-565. doi:10.1093/biomet/45.3-4.562
    .. [2] Liang KY, Zeger SL. Longitudinal data analysis using generalized linear models.
       Biometrika 1986;73:13-22. doi:10.1093/biomet/73.1.13

    Examples
    --------
    >>> seen = Predictions.of([0, 0, 1, 0, 1, 1, 0, 1] * 10, [0.1, 0.2, 0.3, 0.4, 0.6, 0.7, 0.8, 0.9] * 10)
    >>> found = score_interval(seen, 0.7, cases="validation cases")
    >>> round(found.low, 2), round(found.high, 2), found.method
    (0.52, 0.78, 'calibration on 80 validation cases (Wald, log-odds)')

    """
    if not 0 <= risk <= 1:
        raise ValueError(f"risk must lie in [0, 1]; got {risk!r}.")
    quantile = critical_value(level)
    why = _obstacle(predictions)
    if why:
        return _without(risk, why, level)
    *x, here = log_odds(np.append(predictions.risk, risk))
    patient = predictions.patient if predictions.is_clustered else None
    basis = np.column_stack([np.ones(len(x)), x])
    line = logistic_fit(basis, predictions.y_true, patient)
    if not line.has_converged:
        return _without(risk, "one threshold separates the classes", level)
    words = "Wald, log-odds"
    if patient is not None:
        quantile = student_value(level, len(np.unique(patient)) - 1)
        words += ", patient-clustered"
    row = np.array([1.0, here])
    centre, reach = row @ line.coefficients, quantile * np.sqrt(row @ line.covariance @ row)
    low, high = float(expit(centre - reach)), float(expit(centre + reach))
    method = f"calibration on {len(predictions):,} {cases} ({words})"
    return Estimate(risk, min(low, risk), max(high, risk), level, method)


def _obstacle(predictions: Predictions) -> str:
    """Why no line can be fitted; empty where one can be tried."""
    if not len(predictions):
        return "no cases that did not teach the model"
    if predictions.events in (0, len(predictions)):
        return "no events" if predictions.events == 0 else "no non-events"
    if predictions.risk.min() == predictions.risk.max():
        return "every case has the same risk"
    if len(np.unique(predictions.patient)) < 2:
        return "one patient only"
    return ""


def _without(risk: float, why: str, level: float) -> Estimate:
    nothing = not_estimable(why, level=level)
    return Estimate(risk, nothing.low, nothing.high, level, f"no interval: {why}")
