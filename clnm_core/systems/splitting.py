"""Which cases teach, which choose, and which only judge?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import EmptyCohortError
from clnm_core.systems.cases import Cases

TRAINING, VALIDATION, TEST = "train", "validation", "test"

CROSS_VALIDATED = "cross-validated"
"""Split word of cases whose risk came from a fold that did not train on their patient."""

NOT_ASSIGNED = "not assigned"
"""Split word of cases that have none in a cohort with splits."""

SHARES = {TRAINING: 0.6, VALIDATION: 0.2}
"""Of the patients of a cohort without splits, where they have to be divided; the rest is test."""


@dataclass(frozen=True, eq=False, slots=True)
class Division:
    """What each case of a cohort is for.

    Parameters
    ----------
    split : numpy.ndarray of object, shape (cases,)
        Word of each case.
    is_training, is_validation : numpy.ndarray of bool, shape (cases,)
        Usable cases that are shown to the system.
    notes : tuple of str
        Sentences.

    """

    split: NDArray[np.object_]
    is_training: NDArray[np.bool_]
    is_validation: NDArray[np.bool_]
    notes: tuple[str, ...] = ()


def divided(
    cases: Cases,
    y_true: NDArray[np.bool_],
    usable: NDArray[np.bool_],
    *,
    is_cross_validated: bool,
    seed: int,
) -> Division:
    """Say what each case is for.

    A cohort with splits keeps them. One without is cross-validated as a whole where the system is;
    else its patients are divided at random, those with and without the outcome alike. A patient
    who stands in several splits teaches nothing: the model would be judged on somebody it knows.

    Parameters
    ----------
    cases : Cases
    y_true : numpy.ndarray of bool, shape (cases,)
        Outcome; only read where ``usable``.
    usable : numpy.ndarray of bool, shape (cases,)
        Cases with a known outcome and all that the system reads.
    is_cross_validated : bool
        Whether the system gives held-out risks of its training cases.
    seed : int
        Of the division of patients.

    Raises
    ------
    EmptyCohortError
        If the cohort has splits, and none of them is for training.

    """
    patient = cases.patient
    notes: list[str] = []
    if "split" in cases.frame and cases.frame["split"].notna().any():
        word = cases.frame["split"].astype(object)
        split = word.where(word.notna(), NOT_ASSIGNED).to_numpy()
        crossing = _crossing(patient, split)
        if crossing.any():
            number = len(np.unique(patient[crossing]))
            who = "1 patient stands" if number == 1 else f"{number:,} patients stand"
            notes.append(
                f"{who} in several splits and taught nothing, so that nobody who is judged is known."
            )
    elif is_cross_validated:
        split = np.full(len(cases), CROSS_VALIDATED, dtype=object)
        crossing = np.zeros(len(cases), dtype=bool)
    else:
        split = _drawn(patient, y_true & usable, usable, seed)
        crossing = np.zeros(len(cases), dtype=bool)
        notes.append(
            "The cohort has no splits: its patients were divided at random into training "
            f"({SHARES[TRAINING]:.0%}), validation ({SHARES[VALIDATION]:.0%}) and test."
        )
    is_training = np.isin(split, (TRAINING, CROSS_VALIDATED)) & usable & ~crossing
    if not is_training.any():
        raise EmptyCohortError(
            "This cohort has splits but no case in the train split. Import it with a split named train."
        )
    is_validation = (split == VALIDATION) & usable & ~crossing
    if is_validation.any() and len(np.unique(y_true[is_validation])) < 2:
        notes.append(
            "All validation cases have the same outcome, so nothing could be chosen on them."
        )
        is_validation = np.zeros(len(cases), dtype=bool)
    return Division(split, is_training, is_validation, tuple(notes))


def drawn_patients(
    patient: NDArray[np.int64], y_true: NDArray[np.bool_], *, share: float, seed: int
) -> NDArray[np.bool_]:
    """Which cases belong to a share of the patients, drawn within each outcome.

    Parameters
    ----------
    patient : numpy.ndarray of int, shape (cases,)
    y_true : numpy.ndarray of bool, shape (cases,)
        A patient has the outcome where any of their cases has it.
    share : float
        In (0, 1).
    seed : int

    """
    place = _place(patient, y_true, np.ones(len(patient), dtype=bool), seed)
    return place < share


def _drawn(
    patient: NDArray[np.int64], y_true: NDArray[np.bool_], usable: NDArray[np.bool_], seed: int
) -> NDArray[np.object_]:
    """Split words of patients; those of whom nothing can be learned are test."""
    place = _place(patient, y_true, usable, seed)
    first = SHARES[TRAINING]
    second = first + SHARES[VALIDATION]
    words = np.select([place < first, place < second], [TRAINING, VALIDATION], TEST)
    return words.astype(object)


def _place(
    patient: NDArray[np.int64], y_true: NDArray[np.bool_], usable: NDArray[np.bool_], seed: int
) -> NDArray[np.float64]:
    """Place of each case's patient in a random order within its outcome, in [0, 1)."""
    random = np.random.default_rng(seed)
    place = np.ones(int(patient.max(initial=-1)) + 1)
    has = np.zeros(len(place), dtype=bool)
    np.logical_or.at(has, patient, y_true)
    can = np.zeros(len(place), dtype=bool)
    can[patient[usable]] = True
    for state in (True, False):
        members = np.flatnonzero((has == state) & can)
        order = random.permutation(len(members))
        place[members[order]] = (np.arange(len(members)) + 0.5) / max(len(members), 1)
    return place[patient]


def _crossing(patient: NDArray[np.int64], split: NDArray[np.object_]) -> NDArray[np.bool_]:
    """Cases of patients that stand in more than one split."""
    number = pd.Series(split).groupby(patient).nunique()
    return np.asarray(pd.Series(patient).map(number > 1), dtype=bool)
