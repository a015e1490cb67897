"""How often do the prediction sets hold the truth, and how often do they say anything?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.explain.conformal import ANSWERS, LEVEL, prediction_sets
from clnm_core.explain.standing import Standing
from clnm_core.stats.rates import rate
from clnm_core.stats.uncertainty import Estimate

GROUPS = ("with the outcome", "without the outcome", "all cases")

CLOSE = 0.02
"""Within how much of the level an observed share counts as kept."""


@dataclass(frozen=True, slots=True)
class Covered:
    """How prediction sets did in some cases.

    Parameters
    ----------
    group : str
        One of :data:`GROUPS`.
    n : int
        Cases.
    share : Estimate
        Of the cases whose set holds the truth; Wilson's interval, clustered by patient where
        patients have several cases.
    answers : dict of str to float
        Share of cases by answer: ``positive, negative, either``; they add up to 1, NaN without
        cases.
    filled : int
        Cases for which neither outcome fitted and the likelier one was taken.

    """

    group: str
    n: int
    share: Estimate
    answers: dict[str, float]
    filled: int


def coverage(
    sets: pd.DataFrame, y_true: ArrayLike, patient: NDArray[np.int64] | None = None
) -> tuple[Covered, ...]:
    """How often sets held the truth, by what was true, and in all.

    Parameters
    ----------
    sets : pandas.DataFrame, shape (n, ...)
        ``answer, is_filled`` as :func:`~clnm_core.explain.conformal.prediction_sets` gives them.
    y_true : array-like of bool, shape (n,)
    patient : numpy.ndarray of int, shape (n,), optional
        Code of the patient of each case.

    Examples
    --------
    >>> sets = pd.DataFrame({"answer": ["positive", "either", "negative"], "is_filled": False})
    >>> [round(one.share.value, 2) for one in coverage(sets, [True, True, True])[::2]]
    [0.67, 0.67]

    """
    truth = np.asarray(y_true, dtype=bool)
    answer = sets["answer"].to_numpy()
    filled = sets["is_filled"].to_numpy(dtype=bool)
    holds = (answer == "either") | (answer == np.where(truth, "positive", "negative"))
    found = []
    for group, rows in zip(GROUPS, (truth, ~truth, np.ones(len(truth), dtype=bool)), strict=True):
        n = int(rows.sum())
        shares = {
            word: float((answer[rows] == word).mean()) if n else float("nan") for word in ANSWERS
        }
        of = None if patient is None else patient[rows]
        found.append(Covered(group, n, rate(holds[rows], of), shares, int(filled[rows].sum())))
    return tuple(found)


def own_sets(known: Standing, *, level: float = LEVEL) -> pd.DataFrame:
    """The prediction set of every known case, made without the cases of its own patient.

    What the level promises and what the sets that it was made from give differ by chance and by
    rounding alone; other cases are compared with this.

    Returns
    -------
    pandas.DataFrame
        As :func:`~clnm_core.explain.conformal.prediction_sets`, in the order of the cases.

    Raises
    ------
    ValueError
        If there are too few cases once a patient is left out.

    """
    parts = []
    for patient in pd.unique(known.patient):
        rows = np.flatnonzero(known.patient == patient)
        sets = prediction_sets(known.without(patient), known.risk[rows], level=level)
        parts.append(sets.set_index(rows))
    return pd.concat(parts).sort_index()
