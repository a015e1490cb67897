"""Which patients are drawn in the coverage simulation, and what is true of all of them?

The log-odds of every patient's true risk are normal, so spread that the true risks have an
AUC of 0.85. A model reports the true log-odds, or bends and shifts them. What is true of a
model in the whole population is summed over 200,000 evenly spaced quantiles of that normal
distribution; nothing in it is drawn at random.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize
from scipy.special import expit, logit, ndtr, ndtri

from clnm_core.domain.predictions import Predictions

AREA = 0.85
POINTS = 200_000
SHARED = 0.5
"""Part of the variance that cases of one patient share, where they are clustered."""

NORMAL = ndtri((np.arange(POINTS) + 0.5) / POINTS)


@dataclass(frozen=True, slots=True)
class Scenario:
    """A model: it stretches the true log-odds about the prevalence's, and shifts them.

    With ``bend`` it is the more extreme the further out (a hyperbolic sine), so that no straight
    line puts the risks right; with ``power`` above 1 it has a kink that no spline follows.
    """

    name: str
    stretch: float = 1.0
    shift: float = 0.0
    bend: float = 0.0
    power: float = 1.0
    is_clustered: bool = False

    def risk(self, true_log_odds: NDArray[np.float64], prevalence: float) -> NDArray[np.float64]:
        """What the model reports."""
        centre = logit(prevalence)
        away = true_log_odds - centre
        bent = np.sinh(self.bend * away) / self.bend if self.bend else away
        bent = np.sign(bent) * np.abs(bent) ** self.power
        return np.asarray(expit(centre + self.stretch * bent + self.shift))


SCENARIOS = (
    Scenario("calibrated"),
    Scenario("slightly off", stretch=1.15, shift=0.15),
    Scenario("overconfident", stretch=1.6),
    Scenario("shifted", shift=0.6),
    Scenario("bent", bend=0.35),
    Scenario("kinked", power=1.4),
)
CLUSTERED = (
    Scenario("calibrated, clustered", is_clustered=True),
    Scenario("overconfident, clustered", stretch=1.6, is_clustered=True),
)


def area(true_risk: NDArray[np.float64]) -> float:
    """AUC of true risks, in rising order, in a population that has them equally often."""
    other = 1 - true_risk
    below = np.cumsum(other) - other / 2
    return float((true_risk * below).sum() / (true_risk.sum() * other.sum()))


@lru_cache
def line(prevalence: float) -> tuple[float, float]:
    """Mean and standard deviation of the true log-odds."""
    coarse = NORMAL[::20]

    def mean(spread: float, points: NDArray[np.float64]) -> float:
        return float(brentq(lambda a: expit(a + spread * points).mean() - prevalence, -20, 20))

    spread = brentq(lambda b: area(expit(mean(b, coarse) + b * coarse)) - AREA, 0.1, 8)
    return mean(spread, NORMAL), float(spread)


def draw(
    scenario: Scenario, prevalence: float, n: int, generator: np.random.Generator
) -> Predictions:
    """A study of n cases; of one to four per patient where they are clustered."""
    mean, spread = line(prevalence)
    if not scenario.is_clustered:
        log_odds = mean + spread * generator.standard_normal(n)
        is_event = generator.random(n) < expit(log_odds)
        return Predictions.of(is_event, scenario.risk(log_odds, prevalence))
    patient = np.repeat(np.arange(n), generator.integers(1, 5, size=n))[:n]

    def shared() -> NDArray[np.float64]:
        whole = np.sqrt(SHARED) * generator.standard_normal(n)[patient]
        return np.asarray(whole + np.sqrt(1 - SHARED) * generator.standard_normal(n))

    log_odds = mean + spread * shared()
    is_event = ndtr(shared()) < expit(log_odds)
    return Predictions.of(is_event, scenario.risk(log_odds, prevalence), patient)


def truths(scenario: Scenario, prevalence: float, threshold: float) -> dict[str, float]:
    """Every measure of the model in the whole population."""
    mean, spread = line(prevalence)
    log_odds = mean + spread * NORMAL
    true, risk = expit(log_odds), scenario.risk(log_odds, prevalence)
    share = float(true.mean())
    x = logit(risk)
    brier = float((true * (1 - risk) ** 2 + (1 - true) * risk**2).mean())
    distance = np.abs(true - risk)
    from_top = true[::-1]
    precision = np.cumsum(from_top) / np.arange(1, POINTS + 1)
    is_flagged = risk >= threshold
    tp, fp = float((true * is_flagged).mean()), float(((1 - true) * is_flagged).mean())
    fn, tn = share - tp, 1 - share - fp
    return {
        "auc": area(true),
        "average_precision": float((from_top * precision).sum() / from_top.sum()),
        "brier": brier,
        "brier_scaled": 1 - brier / (share * (1 - share)),
        "calibration_intercept": float(
            brentq(lambda a: float(expit(x + a).mean()) - share, -10, 10)
        ),
        "calibration_slope": _slope(x, true),
        "o_e_ratio": share / float(risk.mean()),
        "ici": float(distance.mean()),
        "ece": float(np.abs((true - risk).reshape(10, -1).mean(axis=1)).mean()),
        "sensitivity": tp / share,
        "specificity": tn / (1 - share),
        "ppv": tp / (tp + fp),
        "npv": tn / (tn + fn),
        "accuracy": tp + tn,
        "f1": 2 * tp / (2 * tp + fp + fn),
        "balanced_accuracy": (tp / share + tn / (1 - share)) / 2,
        "mcc": (tp * tn - fp * fn) / np.sqrt(share * (1 - share) * (tp + fp) * (tn + fn)),
        "flag_rate": tp + fp,
        "e50": float(np.quantile(distance, 0.5)),
        "e90": float(np.quantile(distance, 0.9)),
    }


def _slope(x: NDArray[np.float64], true: NDArray[np.float64]) -> float:
    """Slope of the logistic regression of all outcomes on the log-odds."""
    thin_x, thin_true = x[::20], true[::20]

    def loss(beta: NDArray[np.float64]) -> float:
        fitted = beta[0] + beta[1] * thin_x
        return float((np.logaddexp(0, fitted) - thin_true * fitted).mean())

    return float(minimize(loss, np.array([0.0, 1.0]), method="BFGS", tol=1e-9).x[1])
