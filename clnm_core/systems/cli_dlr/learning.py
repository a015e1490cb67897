"""How are findings and picture put into one model, and what would it have said of the unseen?

The combination learns from held-out scores, and its own held-out risks come from folds in which
all of this was done again, held-out scores included.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from clnm_core.domain.columns import Column, Kind
from clnm_core.systems.cli_dlr.beyond import Beyond, fit_beyond
from clnm_core.systems.clinical import ClinicalModel, fit_clinical
from clnm_core.systems.design import learn_design
from clnm_core.systems.validation import FOLDS, patient_folds

SCORE = Column(
    "dlr_score",
    "DLR score",
    Kind.NUMBER,
    help="What the picture says beyond the recorded findings; 0 where it says nothing new.",
)
"""The score as a variable of the combined model."""

RIDGES = (0.003, 0.01, 0.03, 0.1, 0.3, 1.0)
"""Inverse penalties that are tried, strongest first."""


@dataclass(frozen=True, eq=False, slots=True)
class Material:
    """Training cases as everything is learned from them.

    Parameters
    ----------
    frame : pandas.DataFrame
        Recorded variables.
    table : pandas.DataFrame
        Features of the pictures, a row per case.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    columns : tuple of Column
        Predictors.
    outcome : str

    """

    frame: pd.DataFrame
    table: pd.DataFrame
    y_true: NDArray[np.bool_]
    patient: NDArray[np.int64]
    columns: tuple[Column, ...]
    outcome: str

    def only(self, rows: NDArray[np.int64]) -> Material:
        """Some of the cases."""
        return Material(
            self.frame.iloc[rows],
            self.table.iloc[rows],
            self.y_true[rows],
            self.patient[rows],
            self.columns,
            self.outcome,
        )


@dataclass(frozen=True, eq=False, slots=True)
class Combination:
    """Findings and picture in one logistic model.

    Parameters
    ----------
    clinical : ClinicalModel
        Of the findings alone; its terms are those that the score is judged against.
    beyond : Beyond
        The score.
    combined : ClinicalModel
        Of the findings and the score.

    """

    clinical: ClinicalModel
    beyond: Beyond
    combined: ClinicalModel

    def score(self, frame: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.float64]:
        """DLR score of each case."""
        return self.beyond.score(table, self.clinical.standardised(frame))

    def with_score(self, frame: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
        """The recorded variables, and the score beside them."""
        return frame.assign(**{SCORE.name: self.score(frame, table)})

    def risk(self, frame: pd.DataFrame, table: pd.DataFrame) -> NDArray[np.float64]:
        """Risk of each case, before calibration."""
        return np.asarray(self.combined.risk(self.with_score(frame, table)), dtype=np.float64)


def tuned_ridge(
    frame: pd.DataFrame,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    columns: tuple[Column, ...],
    *,
    seed: int,
) -> float:
    """Inverse ridge penalty with the least held-out deviance over folds of patients.

    A hundred patients and twenty findings need a stronger penalty than a thousand; of equal ones
    the strongest is taken.
    """
    design = learn_design(frame, columns)
    terms = design.matrix(frame)
    scale = terms.std(axis=0)
    terms = (terms - terms.mean(axis=0)) / np.where(scale > 0, scale, 1.0)
    loss = np.zeros(len(RIDGES))
    for fit, rest in patient_folds(patient, y_true, folds=FOLDS, seed=seed):
        for place, ridge in enumerate(RIDGES):
            found = LogisticRegression(C=ridge, max_iter=1000).fit(terms[fit], y_true[fit])
            log_odds = found.decision_function(terms[rest])
            loss[place] += np.logaddexp(0, np.where(y_true[rest], -log_odds, log_odds)).sum()
    return RIDGES[int(loss.argmin())]


def combined_of(
    material: Material, *, config: Mapping[str, Any], seed: int, between: Callable[[], None]
) -> Combination:
    """Learn from these cases: the clinical model, the score, and both together."""
    frame, y_true, patient = material.frame, material.y_true, material.patient
    ridge = tuned_ridge(frame, y_true, patient, material.columns, seed=seed)
    clinical, beyond = _scored(material, config, ridge)
    held_out = np.empty(len(material.y_true))
    for fit, rest in patient_folds(patient, y_true, folds=FOLDS, seed=seed):
        between()
        known, score = _scored(material.only(fit), config, ridge)
        terms = known.standardised(frame.iloc[rest])
        held_out[rest] = score.score(material.table.iloc[rest], terms)
    columns = (*material.columns, SCORE)
    frame = frame.assign(**{SCORE.name: held_out})
    combined = fit_clinical(
        frame,
        y_true,
        columns,
        outcome=material.outcome,
        ridge_c=tuned_ridge(frame, y_true, patient, columns, seed=seed),
    )
    return Combination(clinical, beyond, combined)


def held_out_risks(
    material: Material,
    *,
    config: Mapping[str, Any],
    seed: int,
    between: Callable[[], None],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Risk of each training case from fits that had not seen its patient.

    Returns
    -------
    tuple of numpy.ndarray of float64, shape (cases,)
        Of the combination, and of the clinical model alone; not calibrated.

    """
    both, alone = np.empty(len(material.y_true)), np.empty(len(material.y_true))
    for fit, rest in patient_folds(material.patient, material.y_true, folds=FOLDS, seed=seed):
        found = combined_of(material.only(fit), config=config, seed=seed, between=between)
        frame, table = material.frame.iloc[rest], material.table.iloc[rest]
        both[rest] = found.risk(frame, table)
        alone[rest] = found.clinical.risk(frame)
    return both, alone


def _scored(
    material: Material, config: Mapping[str, Any], ridge: float
) -> tuple[ClinicalModel, Beyond]:
    clinical = fit_clinical(
        material.frame,
        material.y_true,
        material.columns,
        outcome=material.outcome,
        ridge_c=ridge,
    )
    beyond = fit_beyond(
        material.table,
        clinical.standardised(material.frame),
        clinical.risk(material.frame),
        material.y_true,
        np.unique(material.patient, return_inverse=True)[1],
        alpha=config["alpha"],
        most_r=config["most_r"],
    )
    return clinical, beyond
