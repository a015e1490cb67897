"""Is the model as good at each centre as at all the others?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.calibration import o_e_ratio
from clnm_core.stats.discrimination import auc
from clnm_core.stats.subgroups import FEWEST
from clnm_core.stats.uncertainty import Estimate, critical_value, not_estimable, wald


@dataclass(frozen=True, slots=True)
class CentreResult:
    """One centre against all others.

    Parameters
    ----------
    centre : str
    n, events : int
        Cases of the centre, and those with the outcome.
    auc, elsewhere : Estimate
        AUC at the centre, and of all other cases.
    difference : Estimate
        The first minus the second.
    o_e_ratio : Estimate
        Observed over expected at the centre.
    p : float
        One-sided, that the centre is no worse; NaN where either AUC is not estimable.

    """

    centre: str
    n: int
    events: int
    auc: Estimate
    elsewhere: Estimate
    difference: Estimate
    o_e_ratio: Estimate
    p: float


def centre_results(
    predictions: Predictions, centre: NDArray[np.object_], *, level: float = 0.95
) -> list[CentreResult]:
    """Each centre against all the others, by name; cases of unknown centre are passed over.

    The two areas come from different cases, so their variances add; patients with cases at
    several centres are taken as independent.

    Parameters
    ----------
    predictions : Predictions
        Of n cases.
    centre : numpy.ndarray of object, shape (n,)
        Words; missing is None or NaN.
    level : float
        Confidence of the intervals.

    Returns
    -------
    list of CentreResult
        Centres with fewer than ten cases have no estimates. Empty with fewer than two centres.

    """
    words = np.array([_word(value) for value in centre], dtype=object)
    known = predictions.where(words != "")
    words = words[words != ""]
    names = sorted(set(words))
    if len(names) < 2:
        return []
    return [_against_others(known, words == name, str(name), level) for name in names]


def _against_others(
    predictions: Predictions, is_here: NDArray[np.bool_], name: str, level: float
) -> CentreResult:
    here, there = predictions.where(is_here), predictions.where(~is_here)
    if len(here) < FEWEST:
        none = not_estimable(f"fewer than {FEWEST} cases", level=level)
        return CentreResult(
            name, len(here), here.events, none, auc(there, level=level), none, none, math.nan
        )
    one, other = auc(here, level=level), auc(there, level=level)
    difference, p = _difference(one, other, level)
    return CentreResult(
        name, len(here), here.events, one, other, difference, o_e_ratio(here, level=level), p
    )


def _difference(one: Estimate, other: Estimate, level: float) -> tuple[Estimate, float]:
    """Difference of two independent areas; each standard error is read from its interval.

    The half of the interval that looks inwards is taken: the other may be cut at 1.
    """
    halves = [min(part.value - part.low, 1.0) for part in (one, other)]
    error = math.hypot(*halves) / critical_value(level)
    if math.isnan(error) or error == 0:
        reason = one.method if not one.is_estimable else other.method
        return not_estimable(reason, level=level), math.nan
    gap = one.value - other.value
    return wald(gap, error, level=level, method="sum of both variances"), float(ndtr(gap / error))


def _word(value: object) -> str:
    return "" if value is None or value != value else str(value)
