"""What share of these cases has the outcome, when a patient may have several?"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.stats.uncertainty import Estimate, clustered_standard_error, wilson, wilson_bounds


def known_outcome(y: ArrayLike) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """The outcome as bool (false where it is unknown), and where it is known.

    Parameters
    ----------
    y : array-like of bool, shape (n,)
        True or false (or 1 and 0); NaN or None is unknown.

    Raises
    ------
    ValueError
        If a value is neither.

    Examples
    --------
    >>> known_outcome([True, None, False])
    (array([ True, False, False]), array([ True, False,  True]))

    """
    if isinstance(y, pd.Series) and y.dtype == "boolean":
        known = y.notna().to_numpy()
        return y.fillna(False).to_numpy(dtype=bool), known
    values = np.asarray(y)
    if values.dtype == np.bool_:
        return values, np.ones(len(values), dtype=bool)
    known = ~pd.isna(values)
    outcome = np.zeros(len(values), dtype=bool)
    if not np.isin(values[known].astype(object), (True, False)).all():
        raise ValueError("y must be true, false or unknown for every case; got another value.")
    outcome[known] = values[known].astype(bool)
    return outcome, known


def rate(
    outcome: NDArray[np.bool_],
    patient: NDArray[np.int64] | None = None,
    *,
    level: float = 0.95,
) -> Estimate:
    """A share with Wilson's interval, widened where cases of one patient resemble each other.

    With ``patient``, and where any of them has several cases, Wilson's interval is taken at
    the effective number of cases: n divided by the design effect (never below 1), as Korn
    and Graubard do; where all or none have the outcome the effective number is the number of
    patients.

    Parameters
    ----------
    outcome : numpy.ndarray of bool, shape (n,)
        Known outcomes.
    patient : numpy.ndarray of int, shape (n,), optional
        Code, 0 or more, of the patient of each case.
    level : float
        Confidence, between 0 and 1.

    Returns
    -------
    Estimate
        Not estimable without cases.

    References
    ----------
    .. [1] Korn EL, Graubard BI. Confidence intervals for proportions with small expected
       number of positive counts estimated from survey data. Survey Methodology 1998;24:193-201.

    """
    n, events = len(outcome), int(outcome.sum())
    if patient is None or n == 0 or (patients := len(np.unique(patient))) == n:
        return wilson(events, n, level=level)
    share = events / n
    effective = float(patients)
    if 0 < share < 1 and patients > 1:
        error = clustered_standard_error((outcome - share) / n, patient)
        effective = min(n, share * (1 - share) / error**2) if error > 0 else float(n)
    low, high = wilson_bounds(share * effective, effective, level=level)
    return Estimate(share, float(low), float(high), level, "Wilson, clustered by patient")
