"""What was tried, how is each of it judged, and what should a reader be told?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.features.choice import Recipe, made
from clnm_core.stats.uncertainty import plain_number
from clnm_core.systems.calibrating import Calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.protocol import Candidate
from clnm_core.systems.score_model.learners import LEARNERS, LOGISTIC, learner_of, log_odds
from clnm_core.systems.score_model.model import ScoreModel
from clnm_core.systems.score_model.passes import FINDINGS, Material, Pass, Stage, part_of
from clnm_core.systems.score_model.pictures import Pictures
from clnm_core.systems.score_model.scores import COLUMNS


@dataclass(frozen=True, eq=False, slots=True)
class Tried:
    """All that one training learned.

    Parameters
    ----------
    whole : Pass
        Through all training cases.
    material : Material
    outcome : str
    recipes : dict of str to Recipe
    images : tuple of str
    calibrators : dict of str to Calibrator
        By learner and part.
    held_out : dict of str to numpy.ndarray of float64, shape (training cases,)
        Calibrated held-out risks, by learner and part.

    """

    whole: Pass
    material: Material
    outcome: str
    recipes: dict[str, Recipe]
    images: tuple[str, ...]
    calibrators: dict[str, Calibrator]
    held_out: dict[str, NDArray[np.float64]]

    def model(self, learner: str) -> ScoreModel:
        """The score model with one of the nine learners."""
        stage = self.whole.combined
        read = {column.name for column in stage.screened.columns}
        kinds = [kind for kind in self.recipes if COLUMNS[kind].name in read]
        logistic = fit_clinical(
            self.whole.frame,
            self.material.y_true,
            stage.screened.columns,
            outcome=self.outcome,
            ridge_c=stage.tuned[LOGISTIC].settings["C"],
        )
        pictures = Pictures(
            {kind: self.recipes[kind] for kind in kinds},
            self.images,
            {kind: self.whole.signatures[kind] for kind in kinds},
        )
        learned = None if learner == LOGISTIC else stage.tuned[learner].learned
        return ScoreModel(logistic, pictures, learner, learned, self.calibrators[learner])

    def candidates(self) -> tuple[Candidate, ...]:
        """The nine learners and the parts, each with its held-out risks."""
        combined = self.whole.combined
        found = [
            self._candidate(
                one.name, one.label, self.model(one.name).risk, _facts(combined, one.name)
            )
            for one in LEARNERS
        ]
        for kind, signature in self.whole.signatures.items():
            pictures = Pictures({kind: self.recipes[kind]}, self.images, {kind: signature})
            name = part_of(kind)
            risk = partial(_score_risk, kind, pictures, self.calibrators[name])
            facts = {"features": len(signature.names), "steps": dict(signature.steps)}
            found.append(self._candidate(name, f"{COLUMNS[kind].label} alone", risk, facts))
        if self.whole.findings is not None:
            stage = self.whole.findings
            risk = partial(_findings_risk, stage, self.calibrators[FINDINGS])
            facts = _facts(stage, LOGISTIC)
            found.append(self._candidate(FINDINGS, "Findings alone", risk, facts))
        return tuple(found)

    def notes(self, learner: str) -> tuple[str, ...]:
        """Sentences for the model card."""
        said = [*self.whole.combined.screened.constant]
        if self.recipes:
            said += [
                one.in_words(f"{kind} features") for kind, one in self.whole.signatures.items()
            ]
            said += [
                f"In {count} training cases none of the {kind} features could be measured; the "
                "training median stands in for each."
                for kind, table in self.material.tables.items()
                if (count := int(table.isna().all(axis=1).sum()))
            ]
            weights = made(self.recipes["deep"]).settings["weights"]
            if str(weights).startswith("random"):
                said.append(
                    "The network of the deep features has random weights, since no pretrained ones "
                    "are on this machine: expect little of the deep score, or give a checkpoint."
                )
            said.append(
                "Findings and scores were screened, and learners tuned, on held-out scores: each "
                "case's came from fits that had not seen its patient."
            )
        else:
            said.append(
                "There is no radiomics score and no deep score: the model was trained without "
                "pictures, on recorded findings alone."
            )
        said.append(self._kept())
        said.append(
            f"Nine learners were tuned and judged; {learner_of(learner).label.lower()} is kept. "
            "The other eight can be audited by the risks they gave here, but judge no new case."
        )
        note = self.calibrators[learner].note
        return tuple([*said, *([note] if note else [])])

    def _kept(self) -> str:
        found = self.whole.combined.screened
        labels = ", ".join(column.label for column in found.columns)
        if found.kept_nothing:
            return f"The LASSO kept nothing, so all that varies is read: {labels}."
        total = len(found.columns) + len(found.dropped)
        return f"The LASSO kept {len(found.columns)} of {total} findings and scores: {labels}."

    def _candidate(
        self, name: str, label: str, risk: Callable[[Cases], NDArray[np.float64]], facts: Any
    ) -> Candidate:
        return Candidate(name, label, risk, self.held_out[name], facts)


def _facts(stage: Stage, name: str) -> dict[str, Any]:
    """What was tuned, as plain values."""
    found = stage.tuned[name]
    tried: list[Mapping[str, Any]] = [
        {**settings, "auc": plain_number(auc)}
        for settings, auc in zip(learner_of(name).grid, found.aucs, strict=True)
    ]
    return {
        "settings": found.settings,
        "tuning": tried,
        "reads": [column.name for column in stage.screened.columns],
    }


def _score_risk(
    kind: str, pictures: Pictures, calibrator: Calibrator, cases: Cases
) -> NDArray[np.float64]:
    return calibrator.risk(expit(pictures.scores(cases)[kind]))


def _findings_risk(stage: Stage, calibrator: Calibrator, cases: Cases) -> NDArray[np.float64]:
    rows = stage.reading.rows(cases.frame)
    return calibrator.risk(expit(log_odds(stage.tuned[LOGISTIC].learned, rows)))
