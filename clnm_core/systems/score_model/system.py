"""How is the score model learned, and what is tried beside it?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from clnm_core.errors import TrainingError, UnfitCaseError
from clnm_core.features.radiomics.settings import Settings
from clnm_core.systems.calibrating import fit_calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import FEWEST_PER_CLASS, require_both
from clnm_core.systems.clinical_system import predictors_of
from clnm_core.systems.fitness import lack
from clnm_core.systems.protocol import Fitted, State
from clnm_core.systems.run import Run
from clnm_core.systems.score_model.learners import LEARNERS, LOGISTIC
from clnm_core.systems.score_model.model import NAME, ScoreModel
from clnm_core.systems.score_model.passes import Choices, Material, learn
from clnm_core.systems.score_model.scores import PICTURES, measured, recipes
from clnm_core.systems.score_model.tried import Tried
from clnm_core.systems.validation import FOLDS, patient_folds

BEST = "best"
_IMAGES = ("auto", "yes", "no")
_MEASURED, _LAST = 0.2, 0.85
"""How far a training is when pictures are measured, and when all folds are learned."""


@dataclass(frozen=True, slots=True)
class ScoreSystem:
    """Radiomics score and deep score, LASSO over findings and scores, nine learners."""

    name: str = NAME
    is_cross_validated: bool = True

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every setting.

        ``images``: ``auto`` (scores where the cases have outlined ultrasound), ``yes``, ``no``;
        ``learner``: one of the nine by name, or ``best`` by cross-validated AUC;
        ``predictors``: names of columns, by default all known before surgery; ``backbone``,
        ``checkpoint``: of the deep features; ``radiomics_images``: which radiomics count;
        ``most_r``, ``ridge_c``: of both scores.
        """
        return {
            "images": "auto",
            "learner": LOGISTIC,
            "predictors": None,
            "backbone": "resnet18",
            "checkpoint": None,
            "radiomics_images": ["original"],
            "most_r": 0.9,
            "ridge_c": 0.01,
        }

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse settings that cannot be used, too few patients, and cases without a picture."""
        _require_settings(config)
        predictors_of(cases, config)
        require_both(cases.outcome(outcome), least=FEWEST_PER_CLASS)
        without = int((~_has_picture(cases)).sum())
        if not _reads_pictures(cases, config):
            return ()
        if without:
            raise UnfitCaseError(
                f"{without} of {len(cases)} cases have no ultrasound picture with the lesion "
                "outlined. Leave them out, outline them, or train without pictures."
            )
        return ()

    def fit(
        self,
        training: Cases,
        validation: Cases | None,
        *,
        outcome: str,
        config: Mapping[str, Any],
        seed: int,
        run: Run,
    ) -> Fitted:
        """Learn from training; calibrate on validation, else on held-out risks of training."""
        self.require(training, outcome=outcome, config=config)
        run.say(0.0, "Measuring pictures")
        chosen = recipes(config) if _reads_pictures(training, config) else {}
        images = tuple(config["radiomics_images"])
        material = Material(
            training.frame,
            predictors_of(training, config),
            measured(training, chosen, images),
            training.outcome(outcome),
            training.patient,
        )
        choices = Choices(config["most_r"], config["ridge_c"], seed)
        held_out = _held_out(material, choices, run.part(_MEASURED, _LAST))
        last = run.part(_LAST, 1.0)
        whole = learn(material, choices, between=partial(_say, last, 0.0, "all cases"))
        judged, y_true = held_out, material.y_true
        if validation is not None:
            judged = whole.log_odds(validation.frame, measured(validation, chosen, images))
            y_true = validation.outcome(outcome)
        calibrators = {name: fit_calibrator(expit(one), y_true) for name, one in judged.items()}
        risks = {name: calibrators[name].risk(expit(one)) for name, one in held_out.items()}
        tried = Tried(whole, material, outcome, chosen, images, calibrators, risks)
        learner = config["learner"]
        if learner == BEST:
            learner = _best(held_out, material.y_true)
        run.say(1.0, "Fitted")
        return Fitted(
            tried.model(learner),
            risks[learner],
            tried.candidates(),
            notes=tried.notes(learner),
        )

    def restore(self, state: State) -> ScoreModel:
        """The model of a state."""
        return ScoreModel.from_state(state)


def _held_out(material: Material, choices: Choices, run: Run) -> dict[str, NDArray[np.float64]]:
    """Log-odds of each training case, by learner and part, from a pass without its patient."""
    found: dict[str, NDArray[np.float64]] = {}
    folds = patient_folds(material.patient, material.y_true, folds=FOLDS, seed=choices.seed)
    for number, (fit, held_out) in enumerate(folds):
        words = f"part {number + 1} of {FOLDS}"
        share = number / FOLDS
        learned = learn(
            material.only(fit),
            choices,
            between=partial(_say, run, share, words),
        )
        others = material.only(held_out)
        for name, values in learned.log_odds(others.frame, others.tables).items():
            found.setdefault(name, np.empty(len(material.y_true)))[held_out] = values
    return found


def _say(run: Run, share: float, words: str, step: str) -> None:
    run.say(share, f"{step}, {words}")


def _best(held_out: Mapping[str, NDArray[np.float64]], y_true: NDArray[np.bool_]) -> str:
    """The learner with the highest AUC of held-out log-odds; of equal ones the first."""
    names = [one.name for one in LEARNERS]
    return names[int(np.argmax([roc_auc_score(y_true, held_out[name]) for name in names]))]


def _has_picture(cases: Cases) -> NDArray[np.bool_]:
    return np.array(
        [
            any(not lack((view,), PICTURES) for view in cases.views_of(name))
            for name in cases.frame["case_id"]
        ],
        dtype=bool,
    )


def _reads_pictures(cases: Cases, config: Mapping[str, Any]) -> bool:
    if config["images"] == "auto":
        return bool(_has_picture(cases).any())
    return bool(config["images"] == "yes")


def _require_settings(config: Mapping[str, Any]) -> None:
    for name, allowed in (
        ("images", _IMAGES),
        ("learner", (*(one.name for one in LEARNERS), BEST)),
    ):
        if config[name] not in allowed:
            raise TrainingError(
                f"The setting {name!r} must be one of {', '.join(allowed)}. Correct it."
            )
    if not 0 < config["most_r"] <= 1:
        raise TrainingError("The setting 'most_r' must be above 0 and at most 1. Correct it.")
    if not 0 < config["ridge_c"] < float("inf"):
        raise TrainingError("The setting 'ridge_c' must be greater than 0. Correct it.")
    known = Settings().images
    wanted = config["radiomics_images"]
    if not wanted or any(one not in known for one in wanted):
        raise TrainingError(
            f"The setting 'radiomics_images' must name some of {', '.join(known)}. Correct it."
        )


SCORE_MODEL = ScoreSystem()
"""The score model of the salivary paper."""
