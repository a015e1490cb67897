"""With which settings does a learner do best on patients whom it has not seen?"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sklearn.metrics import roc_auc_score

from clnm_core.systems.score_model.learners import Learned, Learner, log_odds
from clnm_core.systems.validation import FOLDS, patient_folds


@dataclass(frozen=True, eq=False, slots=True)
class Tuned:
    """A learner fitted on all training rows with the settings that did best.

    Parameters
    ----------
    learned
        What :func:`~clnm_core.systems.score_model.learners.log_odds` reads.
    settings : dict
    aucs : tuple of float
        Mean AUC over the folds of each setting of the grid, in its order. They chose the settings
        and so flatter them; NaN where no fold had both classes.

    """

    learned: Learned
    settings: dict[str, Any]
    aucs: tuple[float, ...]


def tuned(
    learner: Learner,
    rows: NDArray[np.float64],
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    seed: int,
    between: Callable[[], None],
) -> Tuned:
    """Try each setting of a grid patient by patient, then fit with the best on all rows.

    Parameters
    ----------
    learner : Learner
    rows : numpy.ndarray of float64, shape (cases, terms)
        Standardised.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    seed : int
        Of the folds and of the learner.
    between : callable
        Called before each setting; may raise to stop.

    Raises
    ------
    MissingOutcomeError
        If fewer patients than folds have, or have not, the outcome.

    """
    folds = list(patient_folds(patient, y_true, folds=FOLDS, seed=seed))
    aucs = []
    for settings in learner.grid:
        between()
        found = []
        for fit, held_out in folds:
            if len(np.unique(y_true[held_out])) < 2 or len(np.unique(y_true[fit])) < 2:
                continue
            learned = learner.fit(rows[fit], y_true[fit], settings, seed=seed)
            found.append(roc_auc_score(y_true[held_out], log_odds(learned, rows[held_out])))
        aucs.append(float(np.mean(found)) if found else float("nan"))
    best = 0 if np.isnan(aucs).all() else int(np.nanargmax(aucs))
    settings = dict(learner.grid[best])
    return Tuned(learner.fit(rows, y_true, settings, seed=seed), settings, tuple(aucs))
