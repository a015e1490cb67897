"""Which straight line in log-odds would put the risks right?

Its intercept says whether risks are too low or too high on the whole, its slope whether
they are too extreme or too timid (Van Calster et al. 2019, doi:10.1186/s12916-019-1466-7).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.uncertainty import Estimate, not_estimable, wald

_STEPS = 100
_TOLERANCE = 1e-10
_LEAST_SLACK = 1e-6


def intercept(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """How far the log-odds of all risks must move to match the number of events.

    Calibration in the large: the intercept of a logistic regression with the log-odds of
    the risk as offset (slope fixed at 1). 0 is ideal; above 0 the risks are too low, below
    0 too high. The interval is Wald's, from the sandwich: with the slope fixed at 1 the model
    is wrong where risks are too extreme, and its own standard error too small.

    Returns
    -------
    Estimate
        Not estimable with one class only, or where a risk is exactly 0 or 1.

    References
    ----------
    .. [1] Van Calster B, et al. A calibration hierarchy for risk models was defined.
       J Clin Epidemiol 2016;74:167-176. doi:10.1016/j.jclinepi.2015.12.005

    Examples
    --------
    >>> round(intercept(Predictions.of([1, 1, 0, 0], [0.2, 0.2, 0.2, 0.2])).value, 3)
    1.386

    """
    reason = _obstacle(predictions)
    if reason:
        return not_estimable(reason, level=level)
    log_odds = logit(predictions.risk)
    return _estimate(predictions, np.ones((len(predictions), 1)), log_odds, level)


def slope(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """How steeply the log-odds of the outcome follow the log-odds of the risk.

    1 is ideal; below 1 the risks are too extreme (overfitting), above 1 too timid. The
    interval is Wald's, from the sandwich, which also holds where the truth bends.

    Returns
    -------
    Estimate
        Not estimable with one class only, one risk for all, a risk of exactly 0 or 1, or
        where one threshold separates the classes completely.

    References
    ----------
    .. [1] Cox DR. Two further applications of a model for binary regression. Biometrika
       1958;45:562-565. doi:10.2307/2333203
    .. [2] Long JS, Ervin LH. Using heteroscedasticity consistent standard errors in the linear
       regression model. Am Stat 2000;54:217-224. doi:10.1080/00031305.2000.10474549

    """
    reason = _obstacle(predictions)
    if reason:
        return not_estimable(reason, level=level)
    risk, is_event = predictions.risk, predictions.y_true
    if risk.min() == risk.max():
        return not_estimable("every case has the same risk", level=level)
    if (
        risk[is_event].min() >= risk[~is_event].max()
        or risk[is_event].max() <= risk[~is_event].min()
    ):
        return not_estimable("one threshold separates the classes completely", level=level)
    design = np.column_stack([logit(risk), np.ones(len(risk))])
    return _estimate(predictions, design, np.zeros(len(risk)), level)


def _obstacle(predictions: Predictions) -> str:
    """Why no line can be fitted; empty where one can."""
    if predictions.events == 0:
        return "no events"
    if predictions.events == len(predictions):
        return "no non-events"
    ends = int(((predictions.risk == 0) | (predictions.risk == 1)).sum())
    if ends:
        have = "risk is" if ends == 1 else "risks are"
        return f"{ends} {have} exactly 0 or 1, which have no log-odds"
    return ""


def _estimate(
    predictions: Predictions,
    design: NDArray[np.float64],
    offset: NDArray[np.float64],
    level: float,
) -> Estimate:
    """The first coefficient with its Wald interval.

    The covariance is the sandwich, which is right, too, where no straight line puts the risks
    right. Each residual is divided by one less its leverage (HC3), which keeps the coverage
    with twenty events; where patients have several cases their residuals are added up, with
    the small-sample factor of Liang and Zeger's sandwich instead.
    """
    target = predictions.y_true.astype(float)
    beta = _newton(design, target, offset)
    if beta is None:
        return not_estimable("the logistic regression does not converge", level=level)
    risk = expit(design @ beta + offset)
    with np.errstate(all="ignore"):
        covariance = np.linalg.pinv(_information(design, risk))
    residual = design * (target - risk)[:, None]
    if predictions.is_clustered:
        _, patient = np.unique(predictions.patient, return_inverse=True)
        patients, (n, k) = int(patient.max()) + 1, design.shape
        if patients < 2 or n <= k:
            return not_estimable("one patient only", level=level)
        parts = np.column_stack([np.bincount(patient, weights=part) for part in residual.T])
        factor = patients / (patients - 1) * (n - 1) / (n - k)
        method = "Wald, logistic regression, patient-clustered sandwich"
    else:
        leverage = risk * (1 - risk) * np.einsum("ij,jk,ik->i", design, covariance, design)
        parts = residual / np.maximum(1 - leverage, _LEAST_SLACK)[:, None]
        factor = 1.0
        method = "Wald, logistic regression, sandwich"
    covariance = factor * covariance @ (parts.T @ parts) @ covariance
    error = math.sqrt(max(float(covariance[0, 0]), 0.0))
    return wald(float(beta[0]), error, level=level, method=method)


def _newton(
    design: NDArray[np.float64], target: NDArray[np.float64], offset: NDArray[np.float64]
) -> NDArray[np.float64] | None:
    """Maximum likelihood by Newton's method with halved steps; ``None`` without a maximum.

    Columns are brought to one scale first, so that risks like 1e-300 (log-odds of -690)
    do not spoil the arithmetic.
    """
    scale = np.abs(design).max(axis=0)
    columns = design / scale
    beta = np.zeros(design.shape[1])
    likelihood = _log_likelihood(columns @ beta + offset, target)
    for _ in range(_STEPS):
        risk = expit(columns @ beta + offset)
        score = columns.T @ (target - risk)
        information = _information(columns, risk)
        with np.errstate(all="ignore"):
            step = np.linalg.pinv(information, hermitian=True) @ score
        if not np.isfinite(step).all():
            return None
        if score @ step < _TOLERANCE:
            return (beta + step) / scale
        for _ in range(40):
            trial = _log_likelihood(columns @ (beta + step) + offset, target)
            if trial >= likelihood:
                break
            step = step / 2
        beta, likelihood = beta + step, trial
    return None


def _information(design: NDArray[np.float64], risk: NDArray[np.float64]) -> NDArray[np.float64]:
    return design.T @ (design * (risk * (1 - risk))[:, None])


def _log_likelihood(log_odds: NDArray[np.float64], target: NDArray[np.float64]) -> float:
    return float((target * log_odds - np.logaddexp(0, log_odds)).sum())
