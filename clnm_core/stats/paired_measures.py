"""By how much do two models differ in Brier score and calibration on the same cases?

How their AUCs differ is in :mod:`~clnm_core.stats.comparison`.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from clnm_core.domain.paired import PairedPredictions
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.comparison import Difference
from clnm_core.stats.recalibration import intercept, slope
from clnm_core.stats.uncertainty import (
    Estimate,
    clustered_standard_error,
    not_estimable,
    student_value,
    wald,
)

JACKKNIFE_GROUPS = 50
"""Groups of patients that are left out one after the other."""


def brier_difference(
    paired: PairedPredictions, first: str, second: str, *, level: float = 0.95
) -> Difference:
    """Brier score of the first model minus that of the second; below 0 the first is better.

    The mean over cases of the difference of the two squared errors, with Wald's interval;
    errors of one patient are added up first. There is no test: ``p`` is NaN.

    Examples
    --------
    >>> both = PairedPredictions.of([1, 1, 0, 0], {"a": [.9, .9, .1, .1], "b": [.6, .8, .4, .1]})
    >>> round(brier_difference(both, "a", "b").estimate.value, 3)
    -0.083

    """
    n = len(paired)
    if n == 0:
        return Difference(first, second, not_estimable("no cases", level=level), math.nan)
    gaps = np.square(paired.y_true - paired.risk(first)) - np.square(
        paired.y_true - paired.risk(second)
    )
    value = float(gaps.mean())
    error = clustered_standard_error((gaps - value) / n, paired.patient)
    if math.isnan(error):
        none = not_estimable("one patient only", level=level)
        return Difference(first, second, none, math.nan)
    method = "Wald, mean of paired differences"
    if paired.is_clustered:
        method += ", patient-clustered"
    return Difference(first, second, wald(value, error, level=level, method=method), math.nan)


def slope_difference(
    paired: PairedPredictions, first: str, second: str, *, level: float = 0.95
) -> Difference:
    """Calibration slope of the first model minus that of the second; see :func:`jackknifed`."""
    return jackknifed(paired, first, second, lambda one: slope(one, level=level), level=level)


def intercept_difference(
    paired: PairedPredictions, first: str, second: str, *, level: float = 0.95
) -> Difference:
    """Calibration intercept of the first minus that of the second; see :func:`jackknifed`."""
    return jackknifed(paired, first, second, lambda one: intercept(one, level=level), level=level)


def jackknifed(
    paired: PairedPredictions,
    first: str,
    second: str,
    measure: Callable[[Predictions], Estimate],
    *,
    level: float,
) -> Difference:
    """A measure of the first model minus that of the second, by leaving out patients.

    Patients are dealt to at most :data:`JACKKNIFE_GROUPS` groups in their order, and each
    group is left out once for both models, so that what the two have in common cancels. The
    interval is symmetric, with Student's t on one less than the groups. There is no test.

    References
    ----------
    .. [1] Miller RG. The jackknife: a review. Biometrika 1974;61:1-15. doi:10.1093/biomet/61.1.1

    """
    whole = [measure(paired.model(name)) for name in (first, second)]
    for name, one in zip((first, second), whole, strict=True):
        if not one.is_estimable:
            why = one.method.partition(": ")[2]
            none = not_estimable(f"{name}: {why}", level=level)
            return Difference(first, second, none, math.nan)
    value = whole[0].value - whole[1].value
    patients, place = np.unique(paired.patient, return_inverse=True)
    groups = min(JACKKNIFE_GROUPS, len(patients))
    without = []
    for group in range(groups):
        kept = place % groups != group
        left = [measure(paired.model(name).where(kept)).value for name in (first, second)]
        without.append(left[0] - left[1])
    found = np.asarray(without)
    if groups < 2 or np.isnan(found).any():
        none = not_estimable("too few cases of one kind to leave any out", level=level)
        return Difference(first, second, none, math.nan)
    error = math.sqrt((groups - 1) / groups * float(np.square(found - found.mean()).sum()))
    reach = student_value(level, groups - 1) * error
    method = f"jackknife, {groups} groups of patients"
    estimate = Estimate(value, value - reach, value + reach, level, method)
    return Difference(first, second, estimate, math.nan)
