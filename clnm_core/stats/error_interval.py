"""Which true errors of calibration agree with the one that was measured?

The interval is turned round from a test of each truth (Neyman): a truth stays in it when the
measured error lies between the tails of the errors that such a truth shows. A truth of
exactly 0 can be missed on one side only, so that tail has all the doubt; as the truth moves
away from what chance alone shows, the doubt is shared between both tails.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from clnm_core.stats.resampling import NO_RESAMPLES
from clnm_core.stats.uncertainty import Estimate

_HALVINGS = 5
_FARTHEST = 256.0


def error_interval(
    value: float,
    truth: Callable[[float], float],
    drawn: Callable[[float], NDArray[np.float64]],
    *,
    level: float,
    method: str,
) -> Estimate:
    """An error of at least 0 with the interval of the truths it agrees with.

    Parameters
    ----------
    value : float
        The error that was measured.
    truth : callable
        The true error at each step from 0 (the risks are right); about 1 is what was seen.
    drawn : callable
        Errors that would be measured at a step, shape (draws,).
    level : float
        Confidence, between 0 and 1.
    method : str
        What the estimate calls its interval.

    References
    ----------
    .. [1] Feldman GJ, Cousins RD. Unified approach to the classical statistical analysis of
       small signals. Phys Rev D 1998;57:3873-3889. doi:10.1103/PhysRevD.57.3873
    .. [2] Carpenter J. Test inversion bootstrap confidence intervals. J R Stat Soc B
       1999;61:159-172. doi:10.1111/1467-9868.00169

    """
    by_chance = drawn(0.0)
    if not len(by_chance):
        return Estimate(value, math.nan, math.nan, level, NO_RESAMPLES)
    doubt = 1 - level
    usual = float(np.quantile(by_chance, level))

    @cache
    def tails(step: float) -> NDArray[np.float64]:
        below = doubt / 2 * min(1.0, truth(step) / usual) if usual > 0 else doubt / 2
        return np.quantile(drawn(step), [below, level + below])

    def crossing(tail: int) -> float:
        """The true error at which that tail passes the measured error."""
        near, far = 0.0, 1.0
        while tails(far)[tail] < value and far < _FARTHEST:
            near, far = far, far * 2
        for _ in range(_HALVINGS):
            middle = (near + far) / 2
            if tails(middle)[tail] < value:
                near = middle
            else:
                far = middle
        below, above = tails(near)[tail], tails(far)[tail]
        part = (value - below) / (above - below) if below < value < above else 0.5
        return truth(near + float(part) * (far - near))

    low = 0.0 if value <= usual else crossing(1)
    return Estimate(value, min(low, value), min(max(crossing(0), value), 1.0), level, method)
