"""Which outcomes still fit a case, if one wants to be right for nine of ten patients?

Class-conditional (Mondrian) split conformal prediction. A new case is tried with either outcome
in turn: would it be among the strangest of the cases that really had this outcome? Where it would,
the outcome is ruled out. What is left is the prediction set. Among cases like those that it was
calibrated on it holds the truth at least as often as promised, with the outcome and without,
however good or bad the model is; a bad model pays with more answers of *either*.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from clnm_core.explain.standing import Standing
from clnm_core.stats.uncertainty import critical_value

Answer = Literal["positive", "negative", "either"]

ANSWERS: tuple[Answer, ...] = ("positive", "negative", "either")

LEVELS = (0.8, 0.9, 0.95)
"""Levels to choose from."""

LEVEL = 0.9

_ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class PredictionSet:
    """The outcomes that fit one case.

    Parameters
    ----------
    answer : {"positive", "negative", "either"}
    level : float
        How often sets like this hold the truth, in cases with the outcome and in those without.
    p_positive, p_negative : float
        In (0, 1]: how usual the risk would be among cases with the outcome, and without it.
    n_positive, n_negative : int
        Patients with, and without, the outcome that it was calibrated on.
    split : str
        Of those cases: ``validation`` or ``cross-validated``.
    is_filled : bool
        Whether neither outcome fitted, and the likelier one was put in.

    """

    answer: Answer
    level: float
    p_positive: float
    p_negative: float
    n_positive: int
    n_negative: int
    split: str
    is_filled: bool = False


def smallest_class(level: float) -> int:
    """How many patients of each outcome must be known before that outcome can be ruled out.

    The smallest p-value is ``1 / (n + 1)``; it must not be above ``1 - level``.

    Examples
    --------
    >>> [smallest_class(level) for level in LEVELS]
    [4, 9, 19]

    """
    critical_value(level)
    return max(math.ceil(level / (1 - level) - _ROUNDING), 1)


def class_sizes(known: Standing) -> tuple[int, int]:
    """Patients with the outcome, and without it; who has cases of both counts in both."""
    sizes = [len(set(known.patient[known.y_true == state])) for state in (True, False)]
    return sizes[0], sizes[1]


def is_enough(known: Standing, *, level: float = LEVEL) -> bool:
    """Whether either outcome could be ruled out at this level."""
    return min(class_sizes(known)) >= smallest_class(level)


def prediction_sets(known: Standing, risk: ArrayLike, *, level: float = LEVEL) -> pd.DataFrame:
    """The prediction set of each of some cases.

    The strangeness of a case with an outcome is one minus the probability that the model gives
    it, so cases with the outcome are the stranger the lower their risk, those without it the
    stranger the higher. With n known patients of an outcome its p-value is the number of those who
    are at least as strange (ties count), plus one, over n + 1; the outcome is kept when the
    p-value is above ``1 - level``. Where a patient has several cases of an outcome they count as
    one together: the patient counts by the share of them that is at least as strange, which is
    the mean p-value over all ways of keeping one case of each patient.

    Only the order of the risks matters: a rising calibration changes nothing. Where neither
    outcome fits (a risk between two groups that are far apart) the set would be empty, which helps
    nobody: the outcome with the larger p-value is taken, and both where they are equal. That can
    only make a set hold the truth more often.

    Parameters
    ----------
    known : Standing
        Cases that did not teach the model; nobody of the new cases among them.
    risk : array-like of float, shape (n,)
        In [0, 1], of the new cases.
    level : float
        Between 0 and 1.

    Returns
    -------
    pandas.DataFrame
        ``p_positive, p_negative, answer, is_filled``, a row per case.

    Raises
    ------
    ValueError
        If there are too few known cases to rule anything out, or a risk is outside [0, 1].

    References
    ----------
    .. [1] Vovk V, Gammerman A, Shafer G. Algorithmic learning in a random world. Springer 2005.
       doi:10.1007/b106715
    .. [2] Vovk V. Conditional validity of inductive conformal predictors. ACML, PMLR
       2012;25:475-490. arXiv:1209.2673
    .. [3] Angelopoulos AN, Bates S. A gentle introduction to conformal prediction and
       distribution-free uncertainty quantification. 2021. arXiv:2107.07511
    .. [4] Dunn R, Wasserman L, Ramdas A. Distribution-free prediction sets for two-layer
       hierarchical models. J Am Stat Assoc 2023;118:2491-2502.
       doi:10.1080/01621459.2022.2060112

    Examples
    --------
    >>> known = Standing(
    ...     "model", "validation", np.repeat([True, False], 9),
    ...     np.r_[0.5:0.9:9j, 0.1:0.6:9j], np.arange(18).astype(object),
    ... )
    >>> prediction_sets(known, [0.95, 0.55, 0.05])["answer"].tolist()
    ['positive', 'either', 'negative']

    """
    given = np.asarray(risk, dtype=np.float64)
    if not ((given >= 0) & (given <= 1)).all():
        raise ValueError("every risk must lie in [0, 1].")
    if not is_enough(known, level=level):
        raise ValueError(
            f"known must have {smallest_class(level)} patients with and without the outcome; "
            f"got {class_sizes(known)}."
        )
    p_values, fits = [], []
    for state, n in zip((True, False), class_sizes(known), strict=True):
        stranger = _stranger(known, given, state) + 1
        p_values.append(np.minimum(stranger / (n + 1), 1.0))
        fits.append(stranger > (1 - level) * (n + 1) + _ROUNDING)
    positive, negative = fits
    is_empty = ~positive & ~negative
    apart = p_values[0] - p_values[1]
    positive = positive | (is_empty & (apart > -_ROUNDING))
    negative = negative | (is_empty & (apart < _ROUNDING))
    return pd.DataFrame(
        {
            "p_positive": p_values[0],
            "p_negative": p_values[1],
            "answer": np.select(
                [positive & negative, positive], ["either", "positive"], "negative"
            ).astype(object),
            "is_filled": is_empty,
        }
    )


def prediction_set(known: Standing, risk: float, *, level: float = LEVEL) -> PredictionSet | None:
    """The prediction set of one case; ``None`` where too few cases are known for this level.

    Parameters as in :func:`prediction_sets`.
    """
    if not is_enough(known, level=level):
        return None
    found = prediction_sets(known, [risk], level=level).iloc[0]
    n_positive, n_negative = class_sizes(known)
    return PredictionSet(
        answer=found["answer"],
        level=level,
        p_positive=float(found["p_positive"]),
        p_negative=float(found["p_negative"]),
        n_positive=n_positive,
        n_negative=n_negative,
        split=known.split,
        is_filled=bool(found["is_filled"]),
    )


def _stranger(known: Standing, risk: NDArray[np.float64], state: bool) -> NDArray[np.float64]:
    """How many known patients of an outcome are at least as strange as each new case.

    Risks themselves are compared, not one minus them, so that ties stay ties.
    """
    of = known.y_true == state
    _, patient, cases = np.unique(
        known.patient[of].astype(str), return_inverse=True, return_counts=True
    )
    order = np.argsort(known.risk[of], kind="stable")
    risks, weight = known.risk[of][order], (1 / cases[patient])[order]
    below = np.concatenate([[0.0], np.cumsum(weight)])
    if state:
        return np.asarray(below[np.searchsorted(risks, risk, side="right")])
    return np.asarray(below[-1] - below[np.searchsorted(risks, risk, side="left")])
