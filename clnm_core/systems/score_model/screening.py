"""Which findings and which scores does the score model read?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.features.selection_lasso import fit_lasso
from clnm_core.systems.design import Design, learn_design
from clnm_core.systems.validation import FOLDS


@dataclass(frozen=True, slots=True)
class Screened:
    """What the LASSO left.

    Parameters
    ----------
    columns : tuple of Column
        In the order in which they were given; all that vary where it kept nothing.
    dropped : tuple of str
        Names of columns that vary and were not kept.
    constant : tuple of str
        Sentences about columns that could not be used at all.
    kept_nothing : bool

    """

    columns: tuple[Column, ...]
    dropped: tuple[str, ...]
    constant: tuple[str, ...]
    kept_nothing: bool


def screened(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    seed: int,
) -> Screened:
    """LASSO over findings and scores, at the penalty with the least held-out deviance.

    A category stands in several terms; it is kept whole where any of them has a weight. Weights
    are not used further: each learner finds its own.

    Parameters
    ----------
    frame : pandas.DataFrame
        Training cases, with held-out scores.
    columns : sequence of Column
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    seed : int

    Raises
    ------
    PredictorError
        If no column varies.

    """
    reading = learn_reading(frame, columns)
    design = reading.design
    lasso = fit_lasso(
        reading.rows(frame), y_true, patient, rule="min", folds=FOLDS, resamples=0, seed=seed
    )
    names = {
        term.column for term, weight in zip(design.terms, lasso.weights, strict=True) if weight != 0
    }
    kept = tuple(column for column in design.columns if column.name in names)
    return Screened(
        columns=kept or design.columns,
        dropped=tuple(column.name for column in design.columns if kept and column not in kept),
        constant=design.dropped,
        kept_nothing=not kept,
    )


@dataclass(frozen=True, eq=False, slots=True)
class Reading:
    """How findings and scores become a row that every learner reads.

    Parameters
    ----------
    design : Design
    centre, scale : numpy.ndarray of float64, shape (terms,)
        Mean and standard deviation of each term in training.

    """

    design: Design
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]

    def rows(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Standardised rows, shape (cases, terms); a column that is not there is unknown."""
        wanted = frame.reindex(columns=[column.name for column in self.design.columns])
        return np.asarray((self.design.matrix(wanted) - self.centre) / self.scale)


def learn_reading(frame: pd.DataFrame, columns: Sequence[Column]) -> Reading:
    """Learn from training cases how a row is made.

    Raises
    ------
    PredictorError
        If no column varies.

    """
    design = learn_design(frame, columns)
    matrix = design.matrix(frame)
    scale = matrix.std(axis=0)
    return Reading(design, matrix.mean(axis=0), np.where(scale > 0, scale, 1.0))
