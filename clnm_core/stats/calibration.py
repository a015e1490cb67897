"""Do predicted risks match what happened?

Binned here; along the whole range of risk in :mod:`clnm_core.stats.smooth_calibration`; as
a straight line in log-odds in :mod:`clnm_core.stats.recalibration`.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.error_interval import error_interval
from clnm_core.stats.recalibration import intercept, slope
from clnm_core.stats.risk_cells import RiskCells, quantile_bin, risk_cells
from clnm_core.stats.smooth_calibration import METHOD, calibration_curve, e50, e90, ici
from clnm_core.stats.uncertainty import (
    Estimate,
    clipped,
    clustered_standard_error,
    logit_interval,
    not_estimable,
    wald,
    wilson,
    wilson_bounds,
)

__all__ = [
    "brier",
    "brier_scaled",
    "calibration_bins",
    "calibration_curve",
    "e50",
    "e90",
    "ece",
    "ici",
    "intercept",
    "o_e_ratio",
    "slope",
]

_NO_ERROR = 1e-12
"""Relative standard errors below this are rounding."""


def calibration_bins(
    predictions: Predictions, *, bins: int = 10, level: float = 0.95
) -> pd.DataFrame:
    """Predicted against observed risk in bins of about equally many cases.

    Bins end at quantiles of the risk and contain their upper end; equal risks are never
    parted, so there may be fewer bins than asked for.

    Parameters
    ----------
    predictions : Predictions
    bins : int
        How many, 1 or more.
    level : float
        Confidence of the interval of each bin, between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        One row per bin, from low to high risk: ``bin`` (1, 2, ...), ``n``, ``events``,
        ``mean_risk``, ``observed`` (share of events), ``low`` and ``high`` (Wilson; on the
        effective number of cases where patients have several in one bin).

    Raises
    ------
    ValueError
        If ``bins`` is below 1.

    References
    ----------
    .. [1] Rao JNK, Scott AJ. A simple method for the analysis of clustered binary data.
       Biometrics 1992;48:577-585. doi:10.2307/2532311

    """
    if bins < 1:
        raise ValueError(f"bins must be 1 or more; got {bins!r}.")
    code = quantile_bin(predictions.risk, bins)
    used, code = np.unique(code, return_inverse=True)
    n = np.bincount(code, minlength=len(used))
    events = np.bincount(code, weights=predictions.y_true, minlength=len(used)).astype(float)
    risks = np.bincount(code, weights=predictions.risk, minlength=len(used))
    effective = _effective_cases(predictions, code, n, events) if predictions.is_clustered else n
    low, high = wilson_bounds(events / n * effective, effective, level=level)
    return pd.DataFrame(
        {
            "bin": np.arange(1, len(used) + 1),
            "n": n,
            "events": events.astype(int),
            "mean_risk": risks / n,
            "observed": events / n,
            "low": low,
            "high": high,
        }
    )


def ece(
    predictions: Predictions,
    *,
    bins: int = 10,
    level: float = 0.95,
    bootstrap: int = 1000,
    seed: int = 0,
    cells: RiskCells | None = None,
) -> Estimate:
    """Expected calibration error: mean distance of observed from predicted risk over bins.

    The bins are those of :func:`calibration_bins`; each counts by its cases. The interval
    holds the true errors that agree with the one that was measured, whose upward bias it so
    takes away (:mod:`clnm_core.stats.risk_cells`). It starts at 0 where a perfectly calibrated
    model would show an error this large by chance.

    Parameters
    ----------
    predictions : Predictions
    bins : int
        How many, 1 or more.
    level : float
        Confidence, between 0 and 1.
    bootstrap : int
        Draws behind the interval; 0 for none.
    seed : int
        Start of the random numbers.
    cells : RiskCells, optional
        Made before with as many bins, to be shared with :func:`ici`.

    References
    ----------
    .. [1] Naeini MP, Cooper GF, Hauskrecht M. Obtaining well calibrated probabilities using
       Bayesian binning. AAAI 2015;29. doi:10.1609/aaai.v29i1.9602

    Examples
    --------
    >>> round(ece(Predictions.of([1, 0, 1, 0], [0.8, 0.8, 0.3, 0.3]), bootstrap=0).value, 3)
    0.25

    """
    if len(predictions) == 0:
        return not_estimable("no cases", level=level)
    if _patients(predictions) < 2:
        return not_estimable("one patient only", level=level)
    made = cells or risk_cells(predictions, bootstrap=bootstrap, seed=seed, bins=bins)
    weight = made.size / made.n
    return error_interval(
        float(np.abs(made.excess).sum() / made.n),
        lambda step: float(np.abs(made.bin_distances(step)) @ weight),
        lambda step: made.drawn_bin_distances(step) @ weight + made.mix_errors(step),
        level=level,
        method=METHOD + _clustered_words(predictions),
    )


def o_e_ratio(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """Events that happened for each one expected (the sum of the risks).

    1 is ideal; below 1 the risks are too high. The interval is symmetric on the log scale,
    from each case's influence on the ratio, added up within patients. With no events, or
    events only, or where the risks leave nothing to chance, it is Wilson's for the observed
    share, divided by the mean risk.

    References
    ----------
    .. [1] Debray TPA, et al. A guide to systematic review and meta-analysis of prediction
       model performance. BMJ 2017;356:i6460. doi:10.1136/bmj.i6460

    Examples
    --------
    >>> o_e_ratio(Predictions.of([1, 0, 0, 0], [0.5, 0.25, 0.25, 0.25])).value
    0.8

    """
    n, events = len(predictions), predictions.events
    expected = float(predictions.risk.sum())
    if n == 0:
        return not_estimable("no cases", level=level)
    if expected == 0:
        return not_estimable("no event is expected: every risk is 0", level=level)
    value = events / expected
    patients = _patients(predictions)
    influence = (predictions.y_true - value * predictions.risk) / expected
    error = clustered_standard_error(influence, predictions.patient)
    if events in (0, n) or error < _NO_ERROR * value:
        share = wilson(min(events / n * patients, patients), patients, level=level)
        low, high = share.low * n / expected, share.high * n / expected
        method = "Wilson for the observed share"
        return Estimate(value, min(low, value), max(high, value), level, method)
    if math.isnan(error):
        return not_estimable("one patient only", level=level)
    method = "delta method, log scale" + _clustered_words(predictions)
    return wald(value, error, level=level, method=method, scale="log")


def brier(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """Mean squared distance between risk and outcome; 0 is perfect, 0.25 is a coin's.

    The interval is Wald's for a mean, symmetric in log-odds (squared errors are skewed) and
    added up within patients.

    References
    ----------
    .. [1] Brier GW. Verification of forecasts expressed in terms of probability. Mon
       Weather Rev 1950;78:1-3. doi:10.1175/1520-0493(1950)078<0001:VOFEIT>2.0.CO;2

    Examples
    --------
    >>> round(brier(Predictions.of([1, 0], [0.8, 0.4])).value, 3)
    0.1

    """
    n = len(predictions)
    if n == 0:
        return not_estimable("no cases", level=level)
    squared = np.square(predictions.y_true - predictions.risk)
    value = float(squared.mean())
    patients = _patients(predictions)
    if value in (0.0, 1.0):
        bound = wilson(value * patients, patients, level=level)
        return Estimate(value, bound.low, bound.high, level, "Wilson; every case is alike")
    error = clustered_standard_error((squared - value) / n, predictions.patient)
    if math.isnan(error):
        return not_estimable("one patient only", level=level)
    method = "Wald, logit" + _clustered_words(predictions)
    return logit_interval(value, error, level=level, method=method)


def brier_scaled(predictions: Predictions, *, level: float = 0.95) -> Estimate:
    """Share of the Brier score saved against giving everybody the prevalence.

    1 is perfect, 0 no better than the prevalence, below 0 worse. The interval is Wald's by
    the delta method (the prevalence is estimated, too), added up within patients.

    References
    ----------
    .. [1] Steyerberg EW, et al. Assessing the performance of prediction models.
       Epidemiology 2010;21:128-138. doi:10.1097/EDE.0b013e3181c30fb2

    """
    n, events = len(predictions), predictions.events
    if events == 0:
        return not_estimable("no events", level=level)
    if events == n:
        return not_estimable("no non-events", level=level)
    squared = np.square(predictions.y_true - predictions.risk)
    score, prevalence = float(squared.mean()), events / n
    reference = prevalence * (1 - prevalence)
    of_score = (squared - score) / n
    of_reference = (1 - 2 * prevalence) * (predictions.y_true - prevalence) / n
    influence = -of_score / reference + score / reference**2 * of_reference
    error = clustered_standard_error(influence, predictions.patient)
    if math.isnan(error):
        return not_estimable("one patient only", level=level)
    method = "Wald, delta method" + _clustered_words(predictions)
    estimate = wald(1 - score / reference, error, level=level, method=method)
    return clipped(estimate, -math.inf, 1.0)


def _effective_cases(
    predictions: Predictions,
    code: NDArray[np.intp],
    n: NDArray[np.int64],
    events: NDArray[np.float64],
) -> NDArray[np.float64]:
    """How many independent cases carry as much as the cases of each bin."""
    pair, member = np.unique(code * (predictions.patient.max() + 1) + predictions.patient,
                             return_inverse=True)  # fmt: skip
    bin_of_pair = (pair // (predictions.patient.max() + 1)).astype(np.intp)
    residual = np.bincount(member, weights=predictions.y_true - (events / n)[code])
    patients = np.bincount(bin_of_pair, minlength=len(n)).astype(float)
    spread = np.bincount(bin_of_pair, weights=residual**2, minlength=len(n))
    correction = np.divide(patients, patients - 1, out=np.ones(len(n)), where=patients > 1)
    plain = events * (1 - events / n)
    effective = np.divide(n * plain, spread * correction, out=patients.copy(), where=spread > 0)
    return np.minimum(effective, n)


def _patients(predictions: Predictions) -> int:
    return int((np.bincount(predictions.patient) > 0).sum())


def _clustered_words(predictions: Predictions) -> str:
    return ", patient-clustered" if predictions.is_clustered else ""
