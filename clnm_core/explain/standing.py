"""What is known of how a model's risks stood on cases that did not teach it?

A doubt about one case is measured on other cases whose outcome is known: those of the validation
split, or those that were held out in turn.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.predictions import Predictions
from clnm_core.systems.splitting import CROSS_VALIDATED, TRAINING, VALIDATION

FEWEST_PER_CLASS = 9
"""Patients with, and without, the outcome that a split needs to be preferred: enough for 90 %."""


@dataclass(frozen=True, eq=False, slots=True)
class Standing:
    """Outcomes and risks of cases that did not teach a model.

    Parameters
    ----------
    model : str
        Name of the model.
    split : str
        ``validation``, whose cases chose at most the threshold, the calibration and when to stop;
        ``cross-validated``, whose risks come from fits without the case's patient, which are like
        the model and not the model itself; empty where there are no such cases.
    y_true : numpy.ndarray of bool, shape (n,)
    risk : numpy.ndarray of float64, shape (n,)
        In [0, 1].
    patient : numpy.ndarray of object, shape (n,)
        Whose case each is.

    """

    model: str
    split: str
    y_true: NDArray[np.bool_]
    risk: NDArray[np.float64]
    patient: NDArray[np.object_]

    @classmethod
    def empty(cls, model: str) -> Standing:
        """Nothing is known."""
        return cls(model, "", np.zeros(0, dtype=bool), np.zeros(0), np.zeros(0, dtype=object))

    def __len__(self) -> int:
        return len(self.risk)

    @property
    def predictions(self) -> Predictions:
        """The same cases as measures take them."""
        return Predictions.of(self.y_true, self.risk, self.patient.astype(str))

    def without(self, patient: str) -> Standing:
        """The same without the cases of one patient: nobody is a witness of their own case."""
        others = self.patient != patient
        return Standing(
            self.model, self.split, self.y_true[others], self.risk[others], self.patient[others]
        )


def standing(model: str, judged: pd.DataFrame, *, is_held_out: bool) -> Standing:
    """The cases on which a model's risks may be believed.

    The validation split is preferred where :data:`FEWEST_PER_CLASS` patients have, and as many
    have not, the outcome; then the held-out risks, where they have as many; then whichever there
    is, validation first. Training risks that are the model's own, test cases and those of other
    centres never serve: the first flatter, and the others are there to judge with.

    Parameters
    ----------
    model : str
    judged : pandas.DataFrame
        ``patient_id, split, y_true, risk`` of every case with a known outcome that was judged.
    is_held_out : bool
        Whether the risks of training cases come from fits without their patients.

    Examples
    --------
    >>> few = pd.DataFrame(
    ...     {"patient_id": ["a", "b"], "split": "train", "y_true": [True, False], "risk": [0.7, 0.2]}
    ... )
    >>> standing("clinical", few, is_held_out=True).split
    'cross-validated'
    >>> len(standing("llnm-net", few, is_held_out=False))
    0

    """
    word = judged["split"]
    held_out = (word == CROSS_VALIDATED) | ((word == TRAINING) & is_held_out)
    found = [
        _of(model, split, judged[rows.to_numpy()])
        for split, rows in ((VALIDATION, word == VALIDATION), (CROSS_VALIDATED, held_out))
        if rows.any()
    ]
    enough = [one for one in found if min(_patients(one)) >= FEWEST_PER_CLASS]
    return next(iter([*enough, *found]), Standing.empty(model))


def _of(model: str, split: str, rows: pd.DataFrame) -> Standing:
    return Standing(
        model,
        split,
        rows["y_true"].to_numpy(dtype=bool),
        rows["risk"].to_numpy(dtype=np.float64),
        rows["patient_id"].to_numpy(dtype=object),
    )


def _patients(cases: Standing) -> tuple[int, int]:
    """How many patients have a case with the outcome, and how many one without."""
    return len(set(cases.patient[cases.y_true])), len(set(cases.patient[~cases.y_true]))
