"""What would the risks be, had the model been put right on other patients?

A correction is fitted on one set of cases and applied to another: nothing is fitted on the
cases that it is judged on.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from sklearn.isotonic import IsotonicRegression

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.recalibration import intercept
from clnm_core.stats.spline import logistic_fit

Method = Literal["intercept", "slope", "isotonic"]

METHODS: tuple[Method, ...] = ("intercept", "slope", "isotonic")
"""Move all risks; stretch them as well; or let them follow any rising steps."""

_LEAST, _LEAST_FROM_ONE = 1e-300, 2.0**-53
"""Numbers nearer to 0 and 1 have no finite log-odds in double precision."""


@dataclass(frozen=True, eq=False, slots=True)
class Correction:
    """A map from risk to corrected risk.

    Parameters
    ----------
    method : {"intercept", "slope", "isotonic"}
    n, events : int
        Cases that it was fitted on, and those with the outcome.
    intercept, slope : float
        Of the straight line in log-odds; NaN for isotonic regression.
    risk, corrected : numpy.ndarray of float
        The steps of isotonic regression, rising; straight between them. Empty otherwise.
    reason : str
        Why there is no correction; empty where there is one.

    """

    method: Method
    n: int
    events: int
    intercept: float
    slope: float
    risk: NDArray[np.float64]
    corrected: NDArray[np.float64]
    reason: str = ""

    def apply(self, predictions: Predictions) -> Predictions:
        """The same cases with corrected risks.

        Raises
        ------
        ValueError
            If there is no correction.

        """
        if self.reason:
            raise ValueError(f"there is no correction to apply: {self.reason}.")
        if self.method == "isotonic":
            risk = np.interp(predictions.risk, self.risk, self.corrected)
        else:
            risk = expit(self.intercept + self.slope * log_odds(predictions.risk))
        return Predictions(predictions.y_true, risk, predictions.patient)


def fit_correction(predictions: Predictions, method: Method) -> Correction:
    """Fit a correction of the risks to the outcomes of these cases.

    ``intercept`` moves the log-odds of all risks by one number, so that as many events are
    expected as happened; ``slope`` also stretches them (Cox's logistic recalibration, known
    in machine learning as Platt scaling); ``isotonic`` fits the best rising steps. For the
    two lines a risk of exactly 0 or 1, which has no log-odds, is moved inwards by
    :func:`log_odds`. Isotonic steps are kept half a case (``1 / 2n``) away from 0 and 1, as
    a step without events does not mean that there never are any.

    Parameters
    ----------
    predictions : Predictions
        Cases to fit on.
    method : {"intercept", "slope", "isotonic"}

    Returns
    -------
    Correction
        With a ``reason`` where there is none: one class only; for ``slope`` also one risk
        for all, or classes that one threshold separates completely.

    Raises
    ------
    ValueError
        If the method is another word.

    References
    ----------
    .. [1] Cox DR. Two further applications of a model for binary regression. Biometrika
       1958;45:562-565. doi:10.1093/biomet/45.3-4.562
    .. [2] Steyerberg EW, et al. Validation and updating of predictive logistic regression
       models. Stat Med 2004;23:2567-2586. doi:10.1002/sim.1844
    .. [3] Zadrozny B, Elkan C. Transforming classifier scores into accurate multiclass
       probability estimates. KDD 2002:694-699. doi:10.1145/775047.775151

    Examples
    --------
    >>> people = Predictions.of([1, 1, 0, 0], [0.2, 0.2, 0.2, 0.2])
    >>> fit_correction(people, "intercept").apply(people).risk.round(3).tolist()
    [0.5, 0.5, 0.5, 0.5]

    """
    if method not in METHODS:
        raise ValueError(f"method must be one of {', '.join(METHODS)}; got {method!r}.")
    n, events = len(predictions), predictions.events
    empty = np.empty(0)

    def without(reason: str) -> Correction:
        return Correction(method, n, events, math.nan, math.nan, empty, empty, reason)

    if events == 0 or events == n:
        return without("no events" if events == 0 else "no non-events")
    if method == "isotonic":
        steps = IsotonicRegression(y_min=1 / (2 * n), y_max=1 - 1 / (2 * n), out_of_bounds="clip")
        steps.fit(predictions.risk, predictions.y_true.astype(float))
        return Correction(
            method, n, events, math.nan, math.nan, steps.X_thresholds_, steps.y_thresholds_
        )
    x = log_odds(predictions.risk)
    if method == "intercept":
        inside = Predictions(predictions.y_true, expit(x), predictions.patient)
        move = intercept(inside)
        if not move.is_estimable:
            return without(move.method)
        return Correction(method, n, events, move.value, 1.0, empty, empty)
    if x.min() == x.max():
        return without("every case has the same risk")
    line = logistic_fit(np.column_stack([np.ones(n), x]), predictions.y_true)
    if not line.has_converged:
        return without("one threshold separates the classes completely")
    start, steepness = line.coefficients
    return Correction(method, n, events, float(start), float(steepness), empty, empty)


def recalibrated(
    predictions: Predictions,
    *,
    fitted_on: NDArray[np.bool_],
    judged_on: NDArray[np.bool_],
    method: Method,
    allow_shared: bool = False,
) -> tuple[Correction, Predictions]:
    """Fit a correction on some of the cases and apply it to others.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    fitted_on, judged_on : numpy.ndarray of bool, shape (n,)
        Which cases the correction is fitted on, and to which it is applied.
    method : {"intercept", "slope", "isotonic"}
    allow_shared : bool
        Let patients be on both sides. What is seen then flatters the correction.

    Returns
    -------
    correction : Correction
    judged : Predictions
        The judged cases with corrected risks; with their old ones where there is no
        correction.

    Raises
    ------
    ValueError
        If a patient is on both sides and that is not allowed.

    """
    shared = int(shared_patients(predictions, fitted_on, judged_on).sum())
    if shared and not allow_shared:
        raise ValueError(
            f"a correction must not be fitted on patients it is judged on; got {shared} on both "
            "sides. Leave them out of the fitting, or allow it."
        )
    correction = fit_correction(predictions.where(fitted_on), method)
    judged = predictions.where(judged_on)
    return correction, judged if correction.reason else correction.apply(judged)


def shared_patients(
    predictions: Predictions, fitted_on: NDArray[np.bool_], judged_on: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Which patients, by their code, have cases on both sides."""
    codes = int(predictions.patient.max(initial=-1)) + 1
    both = [
        np.bincount(predictions.patient[side], minlength=codes) > 0
        for side in (fitted_on, judged_on)
    ]
    return both[0] & both[1]


def log_odds(risk: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of risks; 0 and 1 stay outermost, but are moved inwards.

    They are placed half a case (``1 / 2n``) away from the end, or half way between it and the
    nearest other risk where that is nearer; all other risks stay where they are.

    Examples
    --------
    >>> expit(log_odds(np.array([0.0, 0.04, 0.5, 1.0]))).round(3).tolist()
    [0.02, 0.04, 0.5, 0.875]

    """
    inside = risk[(risk > 0) & (risk < 1)]
    half_a_case = 1 / (2 * max(len(risk), 1))
    lowest = min(half_a_case, float(inside.min(initial=1.0)) / 2)
    highest = min(half_a_case, float(1 - inside.max(initial=0.0)) / 2)
    moved = np.where(risk == 0, lowest, np.where(risk == 1, 1 - highest, risk))
    return np.asarray(logit(np.clip(moved, _LEAST, 1 - _LEAST_FROM_ONE)))
