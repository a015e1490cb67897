"""How is Cli-DLR trained?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.domain.columns import Column
from clnm_core.errors import TrainingError, UnfitCaseError
from clnm_core.systems.calibrating import Calibrator, fit_calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.cli_dlr import pictures
from clnm_core.systems.cli_dlr.learning import (
    Material,
    combined_of,
    held_out_risks,
    tuned_ridge,
)
from clnm_core.systems.cli_dlr.model import MEASURED, NAME, ONLY_CLINICAL, CliDlr, restored
from clnm_core.systems.clinical import ClinicalModel, fit_clinical, require_both
from clnm_core.systems.clinical_system import predictors_of
from clnm_core.systems.fitness import with_fit_pictures
from clnm_core.systems.protocol import Candidate, Fitted, State
from clnm_core.systems.run import Run
from clnm_core.systems.signature import Rules, Signature, fit_signature, held_out_score
from clnm_core.systems.validation import FOLDS, out_of_fold_risk

FEWEST_WITH_PICTURES = 20
"""Cases with and without the outcome: folds within folds leave 12 of them to learn from."""

FEWEST_WITHOUT = 13
"""The same without pictures: a fold leaves 10 of them."""

_IMAGES = ("auto", "always", "never")


@dataclass(frozen=True, slots=True)
class CliDlrSystem:
    """Findings, and what the picture says beyond them, in one logistic model."""

    name: str = NAME
    is_cross_validated: bool = True

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every setting.

        ``predictors``: names of columns, by default all that are known before surgery.
        ``images``: ``auto`` (read where any case has one), ``always``, ``never``. ``deep`` with its
        ``backbone`` and ``checkpoint``, and ``radiomics``: what is measured. ``alpha``, ``most_r``:
        which features the DLR score may use; ``signature_alpha``: which the DLR signature may.
        """
        return {
            "predictors": None,
            "images": "auto",
            "deep": True,
            "backbone": "resnet18",
            "checkpoint": None,
            "radiomics": True,
            "alpha": 0.01,
            "most_r": 0.9,
            "signature_alpha": 0.05,
        }

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse too few cases, predictors that may not be used, and cases without a picture.

        Where no case at all has one, and settings allow it, the clinical model is learned alone.
        """
        _require_settings(config)
        predictors_of(cases, config)
        if not _reads_pictures(cases, config):
            require_both(cases.outcome(outcome), least=FEWEST_WITHOUT)
            return (ONLY_CLINICAL,)
        pictures.recipes_of(config)
        known = with_fit_pictures(cases, pictures.PICTURES)
        without = sum(not known.views_of(name) for name in cases.frame["case_id"])
        if without:
            raise UnfitCaseError(
                f"{without} of {len(cases)} cases have no ultrasound picture with the lesion "
                "outlined. Leave them out, outline their lesions, or set 'images' to never."
            )
        require_both(cases.outcome(outcome), least=FEWEST_WITH_PICTURES)
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
        """Learn from training; validation only calibrates.

        Without validation cases the held-out risks of training calibrate.
        """
        self.require(training, outcome=outcome, config=config)
        columns = predictors_of(training, config)
        if not _reads_pictures(training, config):
            return _without_pictures(training, validation, columns, outcome, seed, run)
        return _with_pictures(training, validation, columns, outcome, config, seed, run)

    def restore(self, state: State) -> CliDlr:
        """The model of a state."""
        return restored(state)


def _require_settings(config: Mapping[str, Any]) -> None:
    if config["images"] not in _IMAGES:
        raise TrainingError(f"The setting 'images' must be one of {', '.join(_IMAGES)}.")
    for name in ("alpha", "most_r", "signature_alpha"):
        if not 0 < config[name] <= 1:
            raise TrainingError(f"The setting {name!r} must be above 0 and at most 1.")


def _reads_pictures(cases: Cases, config: Mapping[str, Any]) -> bool:
    if config["images"] != "auto":
        return bool(config["images"] == "always")
    known = with_fit_pictures(cases, pictures.PICTURES)
    return any(known.views_of(name) for name in cases.frame["case_id"])


def _without_pictures(
    training: Cases,
    validation: Cases | None,
    columns: tuple[Column, ...],
    outcome: str,
    seed: int,
    run: Run,
) -> Fitted:
    y_true, frame = training.outcome(outcome), training.frame
    patient = training.patient

    def learned(rows: NDArray[np.int64]) -> ClinicalModel:
        run.check()
        some, known = frame.iloc[rows], y_true[rows]
        ridge = tuned_ridge(some, known, patient[rows], columns, seed=seed)
        return fit_clinical(some, known, columns, outcome=outcome, ridge_c=ridge)

    def fold(fit: NDArray[np.int64], rest: NDArray[np.int64]) -> NDArray[np.float64]:
        return learned(fit).risk(frame.iloc[rest])

    model = learned(np.arange(len(training)))

    held_out = out_of_fold_risk(fold, patient, y_true, folds=FOLDS, seed=seed)
    chosen = model.risk(validation.frame) if validation is not None else held_out
    line = fit_calibrator(chosen, _known(validation, training, outcome))
    run.say(1.0, "Fitted")
    whole = CliDlr(model, line, None, {})
    notes = (ONLY_CLINICAL, *model.design.dropped, *_said(line))
    return Fitted(whole, line.risk(held_out), notes=notes)


def _with_pictures(
    training: Cases,
    validation: Cases | None,
    columns: tuple[Column, ...],
    outcome: str,
    config: Mapping[str, Any],
    seed: int,
    run: Run,
) -> Fitted:
    recipes = pictures.recipes_of(config)
    run.say(0.0, f"Measuring the pictures of {len(training):,} cases")
    table = pictures.measured(training, recipes)
    later = None if validation is None else pictures.measured(validation, recipes)
    y_true, patient = training.outcome(outcome), training.patient
    material = Material(training.frame, table, y_true, patient, columns, outcome)
    run.say(0.3, "Choosing what the picture says beyond the findings")
    parts = combined_of(material, config=config, seed=seed, between=run.check)
    run.say(0.4, "Repeating all of it in folds of patients")
    both, alone = held_out_risks(material, config=config, seed=seed, between=run.check)
    run.say(0.6, "Making the DLR signature, which reads the picture alone")
    rules = Rules(alpha=config["signature_alpha"], most_r=config["most_r"])
    signature = fit_signature(table, y_true, patient, rules=rules, seed=seed)
    scores = held_out_score(
        table, y_true, patient, rules=rules, seed=seed,
        between=lambda: run.say(0.8, "Repeating the signature in folds of patients"),
    )  # fmt: skip
    known = _known(validation, training, outcome)
    if validation is None or later is None:
        chosen = (both, alone, expit(scores))
    else:
        frame = validation.frame
        chosen = (
            parts.risk(frame, later),
            parts.clinical.risk(frame),
            expit(signature.score(later)),
        )
    lines = [fit_calibrator(risk, known) for risk in chosen]
    measure = {name: config[name] for name in MEASURED}
    model = CliDlr(parts.combined, lines[0], parts, measure, pictures.weights_of(recipes))
    run.say(1.0, "Fitted")
    return Fitted(
        model,
        lines[0].risk(both),
        candidates=(
            _clinical_part(parts.clinical, lines[1], alone),
            _picture_part(signature, lines[2], recipes, expit(scores)),
        ),
        notes=(
            *parts.clinical.design.dropped,
            "DLR score: " + parts.beyond.signature.in_words("features of the pictures"),
            *_said(lines[0]),
        ),
    )


def _clinical_part(
    model: ClinicalModel, line: Calibrator, held_out: NDArray[np.float64]
) -> Candidate:
    return Candidate(
        "clinical",
        "Clinical model",
        lambda cases: line.risk(model.risk(cases.frame)),
        line.risk(held_out),
        {"terms": len(model.design.terms), "calibration": line.to_dict()},
    )


def _picture_part(
    signature: Signature,
    line: Calibrator,
    recipes: tuple[pictures.Recipe, ...],
    held_out: NDArray[np.float64],
) -> Candidate:
    return Candidate(
        "dlr",
        "DLR signature",
        lambda cases: line.risk(expit(signature.score(pictures.measured(cases, recipes)))),
        line.risk(held_out),
        {
            "features": list(signature.names),
            "steps": dict(signature.steps),
            "calibration": line.to_dict(),
        },
    )


def _known(validation: Cases | None, training: Cases, outcome: str) -> NDArray[np.bool_]:
    """Outcomes of the cases that calibrate."""
    return (training if validation is None else validation).outcome(outcome)


def _said(line: Calibrator) -> tuple[str, ...]:
    return (line.note,) if line.note else ()


CLI_DLR = CliDlrSystem()
"""Cli-DLR."""
