"""How often do the prediction sets hold the truth, and how often do they say anything?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import betabinom

from clnm_core.explain.conformal import (
    ANSWERS,
    LEVEL,
    Answer,
    class_sizes,
    is_enough,
    prediction_sets,
    smallest_class,
)
from clnm_core.explain.standing import Standing
from clnm_core.stats.rates import rate
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.splitting import CROSS_VALIDATED, TRAINING, VALIDATION

GROUPS = ("with the outcome", "without the outcome", "all cases")

CLOSE = 0.02
"""Within how much of the level an observed share counts as kept."""


_ROUNDING = 1e-9

_NOT_NEW = (TRAINING, VALIDATION, CROSS_VALIDATED)
"""Splits whose cases taught a model, or say how it stands: sets are never judged on them."""


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
    answers : mapping of Answer to float
        Share of cases by answer: ``positive, negative, either``; they add up to 1, NaN without
        cases.
    filled : int
        Cases for which neither outcome fitted and the likelier one was taken.

    """

    group: str
    n: int
    share: Estimate
    answers: Mapping[Answer, float]
    filled: int


@dataclass(frozen=True, slots=True)
class Kept:
    """Whether prediction sets keep their promise in some cases.

    Parameters
    ----------
    level : float
        What is promised.
    split : str
        Of the cases that the sets were made from; empty where there are none.
    known : tuple of int
        Patients with, and without, the outcome that they were made from.
    covered : tuple of Covered
        With the outcome, without it, all; empty where there is nothing to say.
    ranges : tuple of (float, float)
        What chance alone allows, with and without the outcome; NaN without such cases.
    is_own : bool
        Whether the cases are those that the sets were made from, each judged without its own
        patient; their promise is then kept by construction.

    """

    level: float
    split: str
    known: tuple[int, int]
    covered: tuple[Covered, ...] = ()
    ranges: tuple[tuple[float, float], ...] = ()
    is_own: bool = False


def kept(known: Standing, judged: pd.DataFrame, *, level: float = LEVEL) -> Kept:
    """How prediction sets do in the cases that are looked at.

    Cases that taught the model and those that the sets were made from are no test and are left
    out; where nothing else is looked at, the latter are judged, each without its own patient. The
    patients of a class count for what chance allows, also where they have several cases.

    Parameters
    ----------
    known : Standing
        Of the whole cohort.
    judged : pandas.DataFrame
        ``patient_id, split, y_true, risk`` of the cases that are looked at.
    level : float
        Between 0 and 1.

    """
    sizes = class_sizes(known)
    if not is_enough(known, level=level):
        return Kept(level, known.split, sizes)
    new = judged[~judged["split"].isin(_NOT_NEW)]
    if len(new):
        sets = prediction_sets(known, new["risk"], level=level)
        y_true, patient = new["y_true"].to_numpy(dtype=bool), new["patient_id"].to_numpy()
    elif min(sizes) > smallest_class(level):
        sets, y_true, patient = own_sets(known, level=level), known.y_true, known.patient
    else:
        return Kept(level, known.split, sizes)
    codes = np.unique(patient.astype(str), return_inverse=True)[1].astype(np.int64)
    ranges = tuple(
        chance_range(n, len(np.unique(codes[y_true == state])), level=level)
        for n, state in zip(sizes, (True, False), strict=True)
    )
    found = coverage(sets, y_true, codes)
    return Kept(level, known.split, sizes, found, ranges, is_own=not len(new))


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


def chance_range(
    known: int, new: int, *, level: float = LEVEL, confidence: float = 0.95
) -> tuple[float, float]:
    """Between which shares the coverage of new cases lies if they are like the known ones.

    Coverage varies with the new cases and with the known ones that the sets were made from: the
    number of new cases that are covered is beta-binomial, exactly so where no risks are tied (ties
    and filled sets cover more). A share below the range is more than chance: the new cases are
    other cases.

    Parameters
    ----------
    known, new : int
        Patients of one outcome that the sets were made from, and new ones.
    level : float
        Of the sets, between 0 and 1.
    confidence : float
        Of the range, between 0 and 1; half of the rest lies beyond either end, or less.

    Returns
    -------
    tuple of float
        NaN without new cases, or with too few known ones for the level.

    References
    ----------
    .. [1] Vovk V. Conditional validity of inductive conformal predictors. ACML, PMLR
       2012;25:475-490. arXiv:1209.2673
    .. [2] Angelopoulos AN, Bates S. A gentle introduction to conformal prediction and
       distribution-free uncertainty quantification. 2021, appendix C. arXiv:2107.07511

    Examples
    --------
    >>> [round(end, 2) for end in chance_range(81, 145)]
    [0.81, 0.97]

    """
    missed = math.floor((known + 1) * (1 - level) + _ROUNDING)
    if new < 1 or known < smallest_class(level):
        return math.nan, math.nan
    covered = betabinom(new, known + 1 - missed, missed)
    tail = (1 - confidence) / 2
    return float(covered.ppf(tail) / new), float(covered.ppf(1 - tail) / new)


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
