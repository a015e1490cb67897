"""What would the model have said of a patient whom it has not seen?"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import StratifiedGroupKFold

from clnm_core.errors import MissingOutcomeError

FOLDS = 5


def patient_folds(
    patient: NDArray[np.int64], y_true: NDArray[np.bool_], *, folds: int = FOLDS, seed: int = 0
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Split cases into training and held-out parts; a patient is never in both.

    Parameters
    ----------
    patient : numpy.ndarray of int, shape (cases,)
    y_true : numpy.ndarray of bool, shape (cases,)
        Folds have about the same share of outcomes.
    folds : int
    seed : int

    Yields
    ------
    tuple of numpy.ndarray
        Row numbers to fit on, row numbers held out.

    Raises
    ------
    MissingOutcomeError
        If fewer patients than folds have, or have not, the outcome.
    """
    for state, words in ((True, "with"), (False, "without")):
        patients = len(np.unique(patient[y_true == state]))
        if patients < folds:
            raise MissingOutcomeError(
                f"Cross-validation in {folds} folds needs at least {folds} patients {words} the outcome; "
                f"there are {patients}. Choose another outcome or a larger cohort."
            )
    splitter = StratifiedGroupKFold(n_splits=folds, shuffle=True, random_state=seed)
    yield from splitter.split(np.zeros(len(y_true)), y_true, groups=patient)


def out_of_fold_risk(
    fit_and_predict: Callable[[NDArray[np.int64], NDArray[np.int64]], NDArray[np.float64]],
    patient: NDArray[np.int64],
    y_true: NDArray[np.bool_],
    *,
    folds: int = FOLDS,
    seed: int = 0,
) -> NDArray[np.float64]:
    """Risk of every case from a model fitted without its patient.

    Parameters
    ----------
    fit_and_predict : callable
        Takes row numbers to fit on and row numbers held out, returns risks of the latter.
        Everything that is learned must be learned inside it.
    """
    risk = np.empty(len(y_true))
    for fit_rows, held_out in patient_folds(patient, y_true, folds=folds, seed=seed):
        risk[held_out] = fit_and_predict(fit_rows, held_out)
    return risk
