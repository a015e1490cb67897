"""Which curve does the outcome follow along the predicted risk?

Logistic regression on a restricted cubic spline of the risk's log-odds. The log-odds are only
the axis along which it is smoothed, so risks nearer to 0 or 1 than half a case (``1 / 2n``)
may be placed there without changing what the curve says.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.spline import LogisticFit, harrell_knots, logistic_fit, restricted_cubic

KNOTS = 4


@dataclass(frozen=True, eq=False, slots=True)
class FlexibleCurve:
    """A fitted curve, or why there is none.

    Parameters
    ----------
    fit : LogisticFit
    knots : tuple of float
        On the log-odds of the risk; none for a straight line.
    n : int
        Cases it was fitted to.
    reason : str
        Why there is no curve; empty where there is one.

    """

    fit: LogisticFit
    knots: tuple[float, ...]
    n: int
    reason: str

    def axis(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Log-odds of the risk, no nearer to 0 or 1 than half a case."""
        nearest = 1 / (2 * self.n)
        return np.asarray(logit(np.clip(risk, nearest, 1 - nearest)))

    def basis(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """The spline's columns at these risks, shape (len(risk), k)."""
        return restricted_cubic(self.axis(risk), self.knots)

    def observed(self, risk: NDArray[np.float64]) -> NDArray[np.float64]:
        """Share with the outcome at these risks."""
        return np.asarray(expit(self.basis(risk) @ self.fit.coefficients))


def flexible_curve(predictions: Predictions) -> FlexibleCurve:
    """Fit the curve; with fewer bends, then straight, where the data cannot bend it that far.

    References
    ----------
    .. [1] Austin PC, Steyerberg EW. Stat Med 2014;33:517-535. doi:10.1002/sim.5941
    .. [2] Harrell FE. Regression Modeling Strategies. 2015. doi:10.1007/978-3-319-19425-7

    """
    n, events = len(predictions), predictions.events
    none = LogisticFit(np.full(2, math.nan), np.full((2, 2), math.nan), has_converged=False)
    reason = "the calibration curve has no best fit"
    if events == 0:
        reason = "no events"
    elif events == n:
        reason = "no non-events"
    elif predictions.risk.min() == predictions.risk.max():
        reason = "every case has the same risk"
    else:
        x = FlexibleCurve(none, (), n, reason).axis(predictions.risk)
        cluster = None
        if predictions.is_clustered:
            cluster = np.unique(predictions.patient, return_inverse=True)[1].astype(np.int64)
        for knots in ([harrell_knots(x, number) for number in (KNOTS, 3)]) + [()]:
            if x.min() == x.max() or n <= max(len(knots), 2):
                continue
            fit = logistic_fit(restricted_cubic(x, knots), predictions.y_true, cluster)
            if fit.has_converged:
                return FlexibleCurve(fit, knots, n, "")
    return FlexibleCurve(none, (), n, reason)
