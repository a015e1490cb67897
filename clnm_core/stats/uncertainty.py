"""How sure may a reader be of a number?

Every number leaves the package as an :class:`Estimate`: the value, the interval around it
and the method that made the interval. What cannot be estimated says why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit, ndtri, stdtrit

Scale = Literal["identity", "log", "logit"]
"""On which scale an interval is symmetric."""

NOT_ESTIMABLE = "not estimable"
"""How the method of an estimate begins that could not be made."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with its interval.

    Parameters
    ----------
    value : float
        NaN where the number cannot be estimated; ``method`` then says why.
    low, high : float
        Ends of the interval, ``low <= value <= high``; NaN where there is no interval.
    level : float
        Confidence of the interval, between 0 and 1.
    method : str
        How the interval was made, in words for a methods section.

    """

    value: float
    low: float
    high: float
    level: float
    method: str

    @property
    def is_estimable(self) -> bool:
        """Whether there is a value at all."""
        return not math.isnan(self.value)

    def excludes(self, number: float) -> bool:
        """Whether the interval lies wholly above or wholly below ``number``.

        Examples
        --------
        >>> Estimate(0.7, 0.6, 0.8, 0.95, "DeLong").excludes(0.5)
        True

        """
        return self.low > number or self.high < number

    def to_dict(self) -> dict[str, float | str | None]:
        """The estimate as plain JSON values; NaN becomes ``None``.

        Examples
        --------
        >>> not_estimable("no events", level=0.95).to_dict()["value"] is None
        True

        """
        return {
            "value": plain_number(self.value),
            "low": plain_number(self.low),
            "high": plain_number(self.high),
            "level": self.level,
            "method": self.method,
        }

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Estimate:
        """What :meth:`to_dict` wrote.

        Examples
        --------
        >>> Estimate.from_dict(Estimate(0.7, 0.6, 0.8, 0.95, "DeLong").to_dict()).high
        0.8

        """
        numbers = (values[name] for name in ("value", "low", "high"))
        value, low, high = (math.nan if one is None else float(one) for one in numbers)
        return cls(value, low, high, float(values["level"]), str(values["method"]))


def plain_number(number: float) -> float | None:
    """A float that JSON can carry; NaN and infinity become ``None``."""
    return float(number) if math.isfinite(number) else None


def not_estimable(reason: str, *, level: float) -> Estimate:
    """An estimate that could not be made, with the reason.

    Examples
    --------
    >>> not_estimable("one class only", level=0.95).method
    'not estimable: one class only'

    """
    return Estimate(math.nan, math.nan, math.nan, level, f"{NOT_ESTIMABLE}: {reason}")


def critical_value(level: float) -> float:
    """The standard normal quantile that leaves ``(1 - level) / 2`` in each tail.

    Raises
    ------
    ValueError
        If ``level`` is not between 0 and 1.

    """
    if not 0 < level < 1:
        raise ValueError(f"level must lie between 0 and 1; got {level!r}.")
    return float(ndtri(0.5 + level / 2))


def student_value(level: float, freedom: float) -> float:
    """The same quantile of Student's t; with no degree of freedom, as with one.

    Parameters
    ----------
    level : float
        Confidence, between 0 and 1.
    freedom : float
        Degrees of freedom.

    Examples
    --------
    >>> round(student_value(0.95, 19), 3)
    2.093

    """
    critical_value(level)
    return float(stdtrit(max(freedom, 1.0), 0.5 + level / 2))


def wilson_bounds(
    events: ArrayLike, n: ArrayLike, *, level: float = 0.95
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Ends of Wilson's score interval, element by element; NaN where ``n`` is 0.

    Parameters
    ----------
    events, n : array-like of float
        Successes and trials, ``0 <= events <= n``; fractions are allowed.
    level : float
        Confidence, between 0 and 1.

    """
    z2 = critical_value(level) ** 2
    total = np.asarray(n, dtype=float)
    trials = np.where(total > 0, total, math.nan)
    share = np.asarray(events, dtype=float) / trials
    centre = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = np.sqrt(z2 * (share * (1 - share) / trials + z2 / (4 * trials**2))) / (1 + z2 / trials)
    # Rounding must not push an end past the share itself (0 of n starts at exactly 0).
    low = np.where(share == 0, 0.0, np.minimum(centre - half, share))
    high = np.where(share == 1, 1.0, np.maximum(centre + half, share))
    return low, high


def wilson(events: float, n: float, *, level: float = 0.95) -> Estimate:
    """A proportion with Wilson's score interval.

    Parameters
    ----------
    events, n : float
        Successes and trials, ``0 <= events <= n``.
    level : float
        Confidence, between 0 and 1.

    Raises
    ------
    ValueError
        If the counts are negative or there are more events than trials.

    References
    ----------
    .. [1] Wilson EB. Probable inference, the law of succession, and statistical inference.
       J Am Stat Assoc 1927;22:209-212. doi:10.1080/01621459.1927.10502953

    Examples
    --------
    >>> estimate = wilson(8, 10)
    >>> round(estimate.value, 3), round(estimate.low, 3), round(estimate.high, 3)
    (0.8, 0.49, 0.943)

    """
    if not 0 <= events <= n:
        raise ValueError(f"events must lie between 0 and n; got {events!r} of {n!r}.")
    if n == 0:
        return not_estimable("no cases", level=level)
    low, high = wilson_bounds(events, n, level=level)
    return Estimate(events / n, float(low), float(high), level, "Wilson")


def wald(
    value: float,
    standard_error: float,
    *,
    level: float,
    method: str,
    scale: Scale = "identity",
    freedom: float = math.inf,
) -> Estimate:
    """A value with an interval that is symmetric on the chosen scale.

    Parameters
    ----------
    value : float
        Positive for ``log``, strictly between 0 and 1 for ``logit``.
    standard_error : float
        Of the value itself; carried to the scale by the delta method.
    level : float
        Confidence, between 0 and 1.
    method : str
        What the estimate will call its interval.
    scale : {"identity", "log", "logit"}
        Where the interval is symmetric.
    freedom : float
        Degrees of freedom of Student's t; the normal distribution where there is no end to
        them.

    """
    quantile = critical_value(level) if math.isinf(freedom) else student_value(level, freedom)
    reach = quantile * standard_error
    if scale == "log":
        factor = math.exp(min(reach / value, 700.0))
        low, high = value / factor, value * factor
    elif scale == "logit":
        width = reach / (value * (1 - value))
        low, high = (float(expit(logit(value) + side * width)) for side in (-1, 1))
    else:
        low, high = value - reach, value + reach
    return Estimate(value, min(low, value), max(high, value), level, method)


def logit_interval(
    value: float,
    standard_error: float,
    *,
    level: float,
    method: str,
    freedom: float = math.inf,
) -> Estimate:
    """A value between 0 and 1 with an interval that stays between 0 and 1.

    Parameters as in :func:`wald`.

    Examples
    --------
    >>> estimate = logit_interval(0.9, 0.05, level=0.95, method="logit")
    >>> round(estimate.low, 3), round(estimate.high, 3)
    (0.752, 0.964)

    """
    return wald(value, standard_error, level=level, method=method, scale="logit", freedom=freedom)


def clipped(estimate: Estimate, low: float, high: float) -> Estimate:
    """The same estimate with its interval kept inside the range the number can take."""
    return Estimate(
        estimate.value,
        float(np.clip(estimate.low, low, high)),
        float(np.clip(estimate.high, low, high)),
        estimate.level,
        estimate.method,
    )


def clustered_standard_error(influence: NDArray[np.float64], patient: NDArray[np.int64]) -> float:
    """Standard error of a number from each case's influence on it, by patients.

    The influences of one patient's cases are added before they are squared, so cases of
    one patient count as one draw. With one case per patient this is the usual sum.

    Parameters
    ----------
    influence : numpy.ndarray of float, shape (n,)
        Derivative of the number with respect to the weight of each case; sums to zero.
    patient : numpy.ndarray of int, shape (n,)
        Code of the patient of each case.

    """
    present = np.bincount(patient) > 0
    sums = np.bincount(patient, weights=influence)[present]
    patients = len(sums)
    if patients < 2:
        return math.nan
    return math.sqrt(float(np.square(sums).sum()) * patients / (patients - 1))
