"""Is a model wrong by the same amount everywhere along one number?

Recalibration with the log-odds of the risk as offset: first one shift for all cases, then a
spline of the number on top. If the spline adds nothing, the model's error does not change
along the number: it knows the number's effect, whatever its level.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import chi2

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.spline import harrell_knots, restricted_cubic

CLOSEST = 1e-6
"""Risks nearer to 0 or 1 count as this far away; their log-odds are infinite."""

FEWEST_PER_COEFFICIENT = 5
"""Cases with, and without, the outcome for each coefficient that is tested."""


@dataclass(frozen=True, slots=True)
class FlatTest:
    """A score test that the error of the log-odds does not change along a number.

    ``statistic`` is chi-squared with ``dof`` degrees of freedom; NaN, with ``reason``, where
    the cases allow no test. ``shift`` is what has to be added to the log-odds of every risk
    for the risks to be right on average.
    """

    statistic: float
    dof: int
    p: float
    shift: float
    reason: str = ""


def level_shift(y: NDArray[np.bool_], risk: NDArray[np.float64]) -> float:
    """What must be added to all log-odds so that risks add up to the events.

    Parameters
    ----------
    y : numpy.ndarray of bool, shape (n,)
    risk : numpy.ndarray of float, shape (n,)
        In [0, 1].

    Returns
    -------
    float
        NaN where all or none have the outcome.

    Examples
    --------
    >>> round(level_shift(np.array([True, False]), np.array([0.2, 0.2])), 3)
    1.386

    """
    events = int(y.sum())
    if events in (0, len(y)):
        return math.nan
    offset = log_odds(risk)
    reach = float(np.abs(offset).max()) + 40.0
    return float(brentq(lambda shift: expit(offset + shift).sum() - events, -reach, reach))


def log_odds(risk: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds of risks; those of 0 and 1 are held at ``CLOSEST`` from them."""
    return np.asarray(logit(np.clip(risk, CLOSEST, 1 - CLOSEST)), dtype=float)


def flat_test(predictions: Predictions, along: NDArray[np.float64], *, knots: int = 4) -> FlatTest:
    """Test that a model errs equally everywhere along a number.

    A score test: only the shift is fitted, so nothing can separate or run away, and a million
    cases take seconds. Its variance is the sum of squared scores by patient.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    along : numpy.ndarray of float, shape (n,)
        The number, finite for every case.
    knots : int
        3, 4 or 5; the spline without its constant is what is tested.

    Returns
    -------
    FlatTest
        ``reason`` is set, and the numbers are NaN, where there are fewer than
        ``FEWEST_PER_COEFFICIENT`` cases with or without the outcome per coefficient.

    Raises
    ------
    ValueError
        If the lengths differ.

    References
    ----------
    .. [1] Rao CR. Large sample tests of statistical hypotheses concerning several parameters.
       Math Proc Camb Philos Soc 1948;44:50-57. doi:10.1017/S0305004100023987
    .. [2] Boos DD. On generalized score tests. Am Stat 1992;46:327-333.
       doi:10.1080/00031305.1992.10475921

    """
    if len(along) != len(predictions):
        raise ValueError("along must have one value per case.")
    y, n, events = predictions.y_true, len(predictions), predictions.events
    basis = restricted_cubic(along, harrell_knots(along, knots))[:, 1:]
    dof = basis.shape[1]
    shift = level_shift(y, predictions.risk)
    if min(events, n - events) < FEWEST_PER_COEFFICIENT * (dof + 1):
        needed = FEWEST_PER_COEFFICIENT * (dof + 1)
        return _untestable(
            f"a test needs at least {needed} cases with and as many without the outcome; "
            f"there are {events} and {n - events}",
            shift,
        )
    risk = expit(log_odds(predictions.risk) + shift)
    weight = risk * (1 - risk)
    centred = basis - weight @ basis / weight.sum()
    spread = np.sqrt((centred**2).mean(axis=0))
    if not (spread > 0).all():
        return _untestable("all cases have the same value", shift)
    scores = centred / spread * (y - risk)[:, None]
    patients = np.unique(predictions.patient)
    sums = np.column_stack(
        [np.bincount(predictions.patient, weights=column)[patients] for column in scores.T]
    )
    variance = sums.T @ sums * len(patients) / max(len(patients) - 1, 1)
    if len(patients) <= dof or np.linalg.cond(variance) > 1e12:
        return _untestable("too few patients differ", shift)
    total = sums.sum(axis=0)
    statistic = float(total @ np.linalg.solve(variance, total))
    return FlatTest(statistic, dof, float(chi2.sf(statistic, dof)), shift)


def _untestable(why: str, shift: float) -> FlatTest:
    return FlatTest(math.nan, 0, math.nan, shift, why)
