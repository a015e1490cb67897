"""What does the score model say of a case, and why?

Every learner reads the same row: the findings that the LASSO kept, and the scores. The logistic
regression of that row is always there: it reads the row, knows what training cases were like, and
is the model itself unless another learner was chosen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.errors import ModelError
from clnm_core.features.choice import MAKERS, Recipe
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.attributing import contributions_of, spread_over
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import ClinicalModel, value_in_words
from clnm_core.systems.clinical_system import model_of, recorded, state_of
from clnm_core.systems.embedding import beside
from clnm_core.systems.explanation import Attributions, Explanation
from clnm_core.systems.fitness import lacks
from clnm_core.systems.protocol import Inputs, State
from clnm_core.systems.score_model.explaining import attributions_by
from clnm_core.systems.score_model.keeping import from_files, to_files
from clnm_core.systems.score_model.learners import (
    LEARNERS,
    LOGISTIC,
    Learned,
    learner_of,
    log_odds,
)
from clnm_core.systems.score_model.passes import with_scores
from clnm_core.systems.score_model.pictures import Pictures
from clnm_core.systems.score_model.scores import COLUMNS, PICTURES
from clnm_core.systems.score_model.screening import Reading
from clnm_core.systems.signature import Signature
from clnm_core.systems.states import joined, part_of

NAME = "score-model"

LEVEL = 0.95
"""Confidence of the interval of one case."""


@dataclass(frozen=True, eq=False, slots=True)
class ScoreModel:
    """A fitted score model.

    Parameters
    ----------
    logistic : ClinicalModel
        Of the findings and scores that are read.
    pictures : Pictures
    learner : str
        Name of the learner that gives the risk.
    learned
        What it learned; ``None`` where it is the logistic regression.
    calibrator : Calibrator

    """

    logistic: ClinicalModel
    pictures: Pictures
    learner: str
    learned: Learned
    calibrator: Calibrator

    @property
    def system(self) -> str:
        """Name of its system."""
        return NAME

    @property
    def outcome(self) -> str:
        """Name of the outcome column."""
        return self.logistic.outcome

    @property
    def inputs(self) -> Inputs:
        """The findings that are read, and an outlined ultrasound picture where a score is."""
        scores = {column.name for column in COLUMNS.values()}
        columns = tuple(one for one in self.logistic.design.columns if one.name not in scores)
        if not self.pictures.recipes:
            return Inputs(columns)
        return Inputs(columns, PICTURES.views, PICTURES.modality, PICTURES.structures)

    def risk(self, cases: Cases) -> NDArray[np.float64]:
        """Calibrated probability of the outcome for each case, in [0, 1]."""
        return self._risk(self._log_odds(self._scored(cases).frame))

    def case_risk(self, case: Cases) -> Estimate:
        """Risk of the one case.

        The logistic regression has a Wald interval of its coefficients; how the scores, the
        choice of findings and the calibration came about is taken as given. No other learner has
        an honest interval for one case, and none is made up.
        """
        scored = self._scored(case)
        value = float(self._risk(self._log_odds(scored.frame))[0])
        if self.learner != LOGISTIC:
            label = learner_of(self.learner).label
            return Estimate(
                value, float("nan"), float("nan"), LEVEL, f"{label}: no interval for one case"
            )
        raw = self.logistic.case_risk(recorded(scored, self.logistic.design.columns), level=LEVEL)
        low, high = self.calibrator.risk([raw.low, raw.high])
        return Estimate(
            value,
            min(float(low), value),
            max(float(high), value),
            LEVEL,
            "Wald on the log-odds, ridge logistic; scores and calibration taken as given",
        )

    def doubts(self, case: Cases) -> tuple[str, ...]:
        """Sentences about what makes the case unlike the training cases."""
        found: list[str] = list(
            self.logistic.doubts(recorded(self._scored(case), self.logistic.design.columns))
        )
        if self.pictures.recipes:
            tables = self.pictures.tables(case)
            for kind, one in self.pictures.signatures.items():
                lacking, total = int(one.unmeasured(tables[kind])[0]), len(one.names)
                if lacking:
                    found.append(
                        f"{lacking} of the {total} features of the {COLUMNS[kind].label.lower()} "
                        "could not be measured; the training median is used in their place."
                    )
        return tuple(found)

    def explain(self, case: Cases) -> Explanation:
        """What each finding and score adds, where the learner can say it exactly."""
        slope = self.logistic.slope(COLUMNS["deep"].name) if self.learner == LOGISTIC else None
        maps, notes = self.pictures.shown(case, slope)
        scored = self._scored(case)
        found = self._attributions(scored.frame)
        if found is None:
            label = learner_of(self.learner).label
            unsaid = (
                f"{label} cannot say exactly what each finding adds to the risk of one case, "
                "and no stand-in is shown."
            )
            return Explanation(maps=maps, notes=(unsaid, *notes))
        columns = self.logistic.design.columns
        values = recorded(scored, columns)
        table = contributions_of(found, [value_in_words(one, values[one.name]) for one in columns])
        return Explanation(table, found.baseline, found.scale, maps, notes=notes)

    def attributions(self, cases: Cases) -> Attributions | None:
        """What each finding and score does to the output of each case, where it can be said exactly.

        Before calibration; on which scale, and of which learners, says
        :func:`~clnm_core.systems.score_model.explaining.attributions_by`. NaN for a case without a
        fit picture where a score is read.

        Raises
        ------
        UnfitCaseError
            If none of the features of a score can be measured in a case that has a fit picture.

        """
        is_judged = (lacks(cases, self.inputs) == "").to_numpy()
        found = self._attributions(self._scored(cases.only(is_judged)).frame)
        return None if found is None else spread_over(found, is_judged, cases.frame)

    def embedding(self, cases: Cases) -> NDArray[np.float32]:
        """Findings, scores and features of each case, shape (cases, terms + features).

        What every learner reads, and then the features that the scores are made of, each in
        training deviations from the training mean; more features than terms are scaled down, see
        :func:`~clnm_core.systems.embedding.beside`.
        """
        tables = self.pictures.tables(cases)
        scored = with_scores(cases.frame, self.pictures.scores_of(tables))
        features = [one.standardised(tables[k]) for k, one in self.pictures.signatures.items()]
        return beside(self._reading.rows(scored), features)

    def state(self) -> State:
        """The model as plain values; the signatures of scores that are not read are not kept."""
        parts = {"logistic": state_of(self.logistic)}
        parts |= {kind: one.to_state() for kind, one in self.pictures.signatures.items()}
        whole = joined(
            parts,
            learner=self.learner,
            calibrator=self.calibrator.to_dict(),
            images=list(self.pictures.images),
            recipes={
                kind: {"kind": one.kind, "maker": one.maker, "arguments": one.arguments}
                for kind, one in self.pictures.recipes.items()
            },
        )
        return State(whole.tensors, whole.facts, to_files(self.learner, self.learned))

    @classmethod
    def from_state(cls, state: State) -> ScoreModel:
        """The model of a state.

        Raises
        ------
        ModelError
            If the state is not one of a score model.

        """
        facts = state.facts
        try:
            name = str(facts["learner"])
            recipes = {kind: _recipe_of(kind, said) for kind, said in facts["recipes"].items()}
            images = tuple(str(one) for one in facts["images"])
            calibrator = Calibrator.from_dict(facts["calibrator"])
        except (KeyError, TypeError, ValueError, AttributeError):
            raise _not_whole() from None
        if name not in {one.name for one in LEARNERS}:
            raise _not_whole()
        signatures = {kind: Signature.from_state(part_of(state, kind)) for kind in recipes}
        learned = None if name == LOGISTIC else from_files(name, state.files)
        pictures = Pictures(recipes, images, signatures)
        return cls(model_of(part_of(state, "logistic")), pictures, name, learned, calibrator)

    @property
    def _reading(self) -> Reading:
        return Reading(self.logistic.design, self.logistic.centre, self.logistic.scale)

    def _scored(self, cases: Cases) -> Cases:
        """The cases with a column for each score that is read."""
        return replace(cases, frame=with_scores(cases.frame, self.pictures.scores(cases)))

    def _attributions(self, frame: pd.DataFrame) -> Attributions | None:
        if self.learner == LOGISTIC:
            columns = [column.name for column in self.logistic.design.columns]
            return self.logistic.attributions(frame.reindex(columns=columns))
        rows = self._reading.rows(frame)
        return attributions_by(self.learned, self.logistic.design, rows, frame)

    def _log_odds(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        rows = self._reading.rows(frame)
        if self.learned is not None:
            return log_odds(self.learned, rows)
        # Summed row by row: a matrix product rounds by how many rows it is given.
        weights = self.logistic.coefficients
        return np.asarray((rows * weights[1:]).sum(axis=1) + weights[0])

    def _risk(self, found: NDArray[np.float64]) -> NDArray[np.float64]:
        return self.calibrator.risk(expit(found))


def _recipe_of(kind: str, said: Mapping[str, Any]) -> Recipe:
    """The recipe that was written down; a maker that is not the kind's own is refused."""
    if said["maker"] != MAKERS[kind] or said["kind"] != kind or kind not in COLUMNS:
        raise _not_whole()
    return Recipe(kind, MAKERS[kind], str(said["arguments"]))


def _not_whole() -> ModelError:
    return ModelError(
        "The saved score model is not whole: something that it needs is missing. Train it again."
    )
