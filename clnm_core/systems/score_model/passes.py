"""What is learned in one pass through training cases?

Scores, screening, tuning and fitting: all of it, so that a pass through some of the patients gives
honest risks for the others.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column
from clnm_core.systems.score_model.learners import LEARNERS, LOGISTIC, Learner, learner_of, log_odds
from clnm_core.systems.score_model.scores import COLUMNS, fit_score, held_out_scores
from clnm_core.systems.score_model.screening import Reading, Screened, learn_reading, screened
from clnm_core.systems.score_model.tuning import Tuned, tuned
from clnm_core.systems.signature import Signature

FINDINGS = "clinical-ultrasound"
"""Name of the part that reads no score."""


def part_of(kind: str) -> str:
    """Name of the part that is one score alone."""
    return f"{kind}-score"


@dataclass(frozen=True, eq=False, slots=True)
class Material:
    """Training cases with everything measured.

    Parameters
    ----------
    frame : pandas.DataFrame
    columns : tuple of Column
        Findings that may be read.
    tables : dict of str to pandas.DataFrame
        Features by kind, rows as in ``frame``; empty without pictures.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)

    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    tables: dict[str, pd.DataFrame]
    y_true: NDArray[np.bool_]
    patient: NDArray[np.int64]

    def only(self, rows: NDArray[np.int64]) -> Material:
        """Some of the cases."""
        return replace(
            self,
            frame=self.frame.iloc[rows].reset_index(drop=True),
            tables={
                kind: table.iloc[rows].reset_index(drop=True) for kind, table in self.tables.items()
            },
            y_true=self.y_true[rows],
            patient=self.patient[rows],
        )


@dataclass(frozen=True, slots=True)
class Choices:
    """The settings of a pass; see ``scores.fit_score``."""

    most_r: float
    ridge_c: float
    seed: int


@dataclass(frozen=True, eq=False, slots=True)
class Stage:
    """Screened columns, how they are read, and what learned from them."""

    screened: Screened
    reading: Reading
    tuned: dict[str, Tuned]


@dataclass(frozen=True, eq=False, slots=True)
class Pass:
    """What was learned.

    Parameters
    ----------
    signatures : dict of str to Signature
        The scores by kind, fitted on all cases of the pass.
    frame : pandas.DataFrame
        The cases with their held-out scores, from which the stages learned.
    combined : Stage
        Findings and scores, all nine learners.
    findings : Stage or None
        Findings alone, logistic regression; ``None`` without pictures, where it is the same.

    """

    signatures: dict[str, Signature]
    frame: pd.DataFrame
    combined: Stage
    findings: Stage | None

    def log_odds(
        self, frame: pd.DataFrame, tables: dict[str, pd.DataFrame]
    ) -> dict[str, NDArray[np.float64]]:
        """Log-odds before calibration of other cases, by learner and part."""
        scores = {kind: one.score(tables[kind]) for kind, one in self.signatures.items()}
        rows = self.combined.reading.rows(with_scores(frame, scores))
        found = {name: log_odds(one.learned, rows) for name, one in self.combined.tuned.items()}
        found |= {part_of(kind): score for kind, score in scores.items()}
        if self.findings is not None:
            rows = self.findings.reading.rows(frame)
            found[FINDINGS] = log_odds(self.findings.tuned[LOGISTIC].learned, rows)
        return found


def with_scores(frame: pd.DataFrame, scores: dict[str, NDArray[np.float64]]) -> pd.DataFrame:
    """The cases with a column for each score."""
    return frame.assign(**{COLUMNS[kind].name: score for kind, score in scores.items()})


def learn(material: Material, choices: Choices, *, between: Callable[[str], None]) -> Pass:
    """Learn from all cases of the material.

    Parameters
    ----------
    material : Material
    choices : Choices
    between : callable
        Called with the step in words before each; may raise to stop.

    Raises
    ------
    PredictorError
        If no column varies.
    MissingOutcomeError
        If too few patients have, or have not, the outcome.

    """
    held, signatures = {}, {}
    for kind, table in material.tables.items():
        words = COLUMNS[kind].label
        between(words)
        held[kind] = held_out_scores(
            table,
            material.y_true,
            material.patient,
            most_r=choices.most_r,
            ridge_c=choices.ridge_c,
            seed=choices.seed,
            between=partial(between, words),
        )
        signatures[kind] = fit_score(
            table,
            material.y_true,
            material.patient,
            most_r=choices.most_r,
            ridge_c=choices.ridge_c,
        )
    frame = with_scores(material.frame, held)
    columns = (*material.columns, *(COLUMNS[kind] for kind in held))
    combined = _stage(frame, columns, LEARNERS, material, choices, between)
    findings = None
    if held:
        logistic = (learner_of(LOGISTIC),)
        findings = _stage(frame, material.columns, logistic, material, choices, between)
    return Pass(signatures, frame, combined, findings)


def _stage(
    frame: pd.DataFrame,
    columns: Sequence[Column],
    learners: Sequence[Learner],
    material: Material,
    choices: Choices,
    between: Callable[[str], None],
) -> Stage:
    between("Findings")
    found = screened(frame, columns, material.y_true, material.patient, seed=choices.seed)
    reading = learn_reading(frame, found.columns)
    rows = reading.rows(frame)
    return Stage(
        found,
        reading,
        {
            one.name: tuned(
                one,
                rows,
                material.y_true,
                material.patient,
                seed=choices.seed,
                between=partial(between, one.label),
            )
            for one in learners
        },
    )
