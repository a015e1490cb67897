"""How much more does a model err in one group than in the other cases?"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtr, stdtrit

from clnm_core.stats.subgroups import FEWEST
from clnm_core.stats.uncertainty import Estimate, clustered_standard_error, not_estimable


@dataclass(frozen=True, slots=True)
class Excess:
    """How a group compares with the other cases of one half.

    Cases of a more striking group, judged before, are set aside. ``n`` are the cases of the
    group that are left in that half, ``error`` and ``rest`` the mean error in it and outside
    it, ``difference`` the one minus the other.
    """

    n: int
    error: float
    rest: float
    difference: Estimate


def excess(
    error: NDArray[np.float64],
    inside: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    level: float,
) -> tuple[Excess, float]:
    """The mean error of a group minus that of the other cases, and its two-sided p.

    Student's t with one less degree of freedom than there are patients on the smaller
    side. The standard error is that of the influences, added up by patient, or that of two
    samples of all cases where it is larger: a group whose cases all happen to be missed
    would otherwise be sure of itself. No interval is wider than the errors are apart.

    Parameters
    ----------
    error : numpy.ndarray of float, shape (n,)
    inside : numpy.ndarray of bool, shape (n,)
        The group.
    patient : numpy.ndarray of int, shape (n,)
        Code of each case's patient.
    level : float
        Confidence of the interval, between 0 and 1.

    """
    n, rest = int(inside.sum()), int((~inside).sum())
    own = float(error[inside].mean()) if n else math.nan
    others = float(error[~inside].mean()) if rest else math.nan
    patients = min(np.count_nonzero(np.bincount(patient[side])) for side in (inside, ~inside))
    if min(n, rest) < FEWEST or patients < 2:
        reason = f"fewer than {FEWEST} cases, or one patient"
        return Excess(n, own, others, not_estimable(reason, level=level)), 1.0
    influence = np.where(inside, (error - own) / n, -(error - others) / rest)
    pooled = float(error.var(ddof=1)) * (1 / n + 1 / rest)
    standard_error = math.sqrt(max(clustered_standard_error(influence, patient) ** 2, pooled))
    difference = own - others
    reach = float(stdtrit(patients - 1, 0.5 + level / 2)) * standard_error
    p = 1.0
    if standard_error > 0:
        p = 2 * float(stdtr(patients - 1, -abs(difference) / standard_error))
    widest = float(np.ptp(error))
    estimate = Estimate(
        difference,
        max(difference - reach, -widest),
        min(difference + reach, widest),
        level,
        "Student's t, by patient",
    )
    return Excess(n, own, others, estimate), p
