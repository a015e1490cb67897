"""How are the risks of a model put right on cases that it did not learn from?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

FEWEST_PER_CLASS = 10
"""Cases with and without the outcome below which risks are left as they are."""

_CLOSEST = 1e-9
"""A risk is taken to be at least this far from 0 and from 1, which have no log-odds."""

_TOLERANCE = 1e-10


@dataclass(frozen=True, slots=True)
class Calibrator:
    """A straight line in log-odds: ``intercept + slope * log-odds``.

    Parameters
    ----------
    intercept : float
    slope : float
        At least 0, so that no two cases change places; at 0 all get the same risk.
    note : str
        Sentence on what could not be done; empty where all could.

    """

    intercept: float = 0.0
    slope: float = 1.0
    note: str = ""

    def log_odds(self, log_odds: ArrayLike) -> NDArray[np.float64]:
        """Calibrated log-odds of log-odds."""
        return np.asarray(self.intercept + self.slope * np.asarray(log_odds), dtype=np.float64)

    def risk(self, risk: ArrayLike) -> NDArray[np.float64]:
        """Calibrated risks, in [0, 1], of risks in [0, 1]; as they were where there is no line.

        Examples
        --------
        >>> Calibrator().risk([0.0, 0.3]).tolist()
        [0.0, 0.3]
        >>> Calibrator(0.0, 2.0).risk([0.5, 0.75]).round(2).tolist()
        [0.5, 0.9]

        """
        given = np.asarray(risk, dtype=np.float64)
        if self.is_identity:
            return given
        return np.asarray(expit(self.log_odds(_log_odds_of(given))), dtype=np.float64)

    @property
    def is_identity(self) -> bool:
        """Whether risks stay as they are."""
        return self.intercept == 0.0 and self.slope == 1.0

    def to_dict(self) -> dict[str, Any]:
        """Plain values; :meth:`from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Calibrator:
        """The calibrator that :meth:`to_dict` wrote."""
        return cls(float(values["intercept"]), float(values["slope"]), str(values.get("note", "")))


def fit_calibrator(risk: ArrayLike, y_true: ArrayLike) -> Calibrator:
    """Logistic recalibration: intercept and slope by maximum likelihood.

    Where there is no such line, less is fitted: the intercept alone where all risks are equal or
    one threshold separates the classes; one risk for all where cases with higher risks had the
    outcome less often; nothing below :data:`FEWEST_PER_CLASS`. The note says so.

    Parameters
    ----------
    risk : array-like of float, shape (n,)
        Risks, in [0, 1], of cases from whose outcomes they were not learned.
    y_true : array-like of bool, shape (n,)

    Raises
    ------
    ValueError
        If lengths differ, or a risk is outside [0, 1] or NaN.

    References
    ----------
    .. [1] Cox DR. Two further applications of a model for binary regression. Biometrika
       1958;45:562-565. doi:10.2307/2333203
    .. [2] Steyerberg EW, et al. Validation and updating of predictive logistic regression models.
       Stat Med 2004;23:2567-2586. doi:10.1002/sim.1844

    """
    given, outcome = np.asarray(risk, dtype=np.float64), np.asarray(y_true, dtype=bool)
    if given.ndim != 1 or given.shape != outcome.shape:
        raise ValueError(
            f"risk and y_true must have one length; got {given.shape}, {outcome.shape}."
        )
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("every risk must lie in [0, 1].")
    events = int(outcome.sum())
    if min(events, len(outcome) - events) < FEWEST_PER_CLASS:
        return Calibrator(
            note=f"Risks are not calibrated: of the {len(outcome)} cases for it {events} have the "
            f"outcome, and at least {FEWEST_PER_CLASS} with and without it are needed."
        )
    log_odds = _log_odds_of(given)
    if given.min() == given.max() or _is_separated(log_odds, outcome):
        return Calibrator(
            _shift(log_odds, outcome),
            note="Only the mean risk is calibrated: the risks of these cases show no slope.",
        )
    fitted = _fitted(log_odds, outcome)
    if fitted.slope >= 0:
        return fitted
    return Calibrator(
        float(logit(outcome.mean())),
        0.0,
        "Cases with higher risks had the outcome less often, so every case gets the same risk: "
        "this model is of no use here.",
    )


def _log_odds_of(risk: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(logit(np.clip(risk, _CLOSEST, 1 - _CLOSEST)), dtype=np.float64)


def _is_separated(log_odds: NDArray[np.float64], outcome: NDArray[np.bool_]) -> bool:
    with_it, without = log_odds[outcome], log_odds[~outcome]
    return bool(with_it.min() >= without.max() or with_it.max() <= without.min())


def _shift(log_odds: NDArray[np.float64], outcome: NDArray[np.bool_]) -> float:
    """What has to be added to all log-odds for the mean risk to be the share of events."""
    low, high = -50.0, 50.0
    for _ in range(100):
        middle = (low + high) / 2
        if expit(log_odds + middle).mean() < outcome.mean():
            low = middle
        else:
            high = middle
    return (low + high) / 2


def _fitted(log_odds: NDArray[np.float64], outcome: NDArray[np.bool_]) -> Calibrator:
    """The line itself; on a scale of its own, so that the solver meets numbers near 1."""
    centre, spread = float(log_odds.mean()), float(log_odds.std())
    scaled = ((log_odds - centre) / spread)[:, None]
    line = LogisticRegression(C=np.inf, solver="newton-cholesky", tol=_TOLERANCE).fit(
        scaled, outcome
    )
    slope = float(line.coef_[0, 0]) / spread
    return Calibrator(float(line.intercept_[0]) - slope * centre, slope)
