"""How is a system trained on a cohort, and what did it give to whom?

Only training and validation cases with a known outcome are ever shown to it. Whatever has no
outcome, no picture that it reads, or stands in several splits teaches nothing, and is counted.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import MissingOutcomeError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import lacks, learnable
from clnm_core.systems.judging import Judged, Risk, Truth, judged, risks_of
from clnm_core.systems.protocol import Candidate, Epoch, Fitted, Model, System
from clnm_core.systems.run import Run
from clnm_core.systems.settings import settled
from clnm_core.systems.splitting import CROSS_VALIDATED, TRAINING, VALIDATION, Division, divided

__all__ = [
    "CROSS_VALIDATED",
    "FLATTERED",
    "Counted",
    "TrainedSystem",
    "train_system",
]

FLATTERED = (
    "The risks of training cases are the model's own, so figures on the training split flatter it."
)
"""Note of a training that gave no held-out risks."""

_LEARNED, _JUDGED = 0.85, 0.97
"""How far a training is when the system has learned, and when every case has its risk."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How many cases and patients something is about, and in how many the outcome happened."""

    cases: int
    patients: int
    events: int


@dataclass(frozen=True, eq=False, slots=True)
class TrainedSystem:
    """A trained model, what it gave, and what was tried beside it.

    Parameters
    ----------
    system : str
    model : Model
    outcome : str
    config : dict
        Every setting.
    seed : int
    result : Judged
        Of the model.
    candidates : tuple of Judged
        Of everything that was tried, and of the parts of a model that has parts.
    history : tuple of Epoch
    notes : tuple of str
        Sentences for the model card.
    training, validation : Counted
        Cases that were shown to the system.
    set_aside : dict of str to int
        Cases of any split that could teach nothing for want of an outcome or a picture, by
        reason; a sentence each.
    not_judged : pandas.DataFrame
        ``case_id`` and ``reason`` of the cases that have no risk.
    seconds : float

    """

    system: str
    model: Model
    outcome: str
    config: dict[str, Any]
    seed: int
    result: Judged
    candidates: tuple[Judged, ...]
    history: tuple[Epoch, ...]
    notes: tuple[str, ...]
    training: Counted
    validation: Counted
    set_aside: dict[str, int]
    not_judged: pd.DataFrame
    seconds: float

    @property
    def threshold(self) -> float:
        """Of the model; positive when ``risk >= threshold``."""
        return self.result.threshold

    @property
    def threshold_from(self) -> str:
        """Split on which the threshold was chosen."""
        return self.result.threshold_from

    @property
    def predictions(self) -> pd.DataFrame:
        """``case_id``, ``split``, ``risk`` of every case that could be judged."""
        return self.result.predictions

    @property
    def metrics(self) -> dict[str, dict[str, Estimate]]:
        """Estimates by split and metric."""
        return self.result.metrics


def train_system(
    system: System,
    cases: Cases,
    *,
    outcome: str,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
    run: Run | None = None,
    bootstrap: int = 200,
) -> TrainedSystem:
    """Train a system on a cohort and judge every case with it.

    Parameters
    ----------
    system : System
    cases : Cases
        All cases of the cohort, whatever their split, with everything that is recorded.
    outcome : str
        Outcome column; cases where it is missing teach nothing, and get a risk.
    config : mapping, optional
        Settings that differ from the system's defaults.
    seed : int
        0 or more.
    run : Run, optional
    bootstrap : int
        Resamples for the intervals that need them.

    Raises
    ------
    TrainingError
        If a setting cannot be used, or the system cannot learn from these cases.
    MissingOutcomeError, EmptyCohortError, PredictorError, UnfitCaseError
        If there is too little to learn from, or something is lacking.
    TrainingStopped
        If it was asked to stop.

    """
    began = time.monotonic()
    run = run or Run()
    settings = settled(system.defaults, config, of=system.name)
    is_known = _known(cases, outcome)
    y_true = (cases.frame[outcome] == True).fillna(False).to_numpy(dtype=bool)  # noqa: E712
    run.say(0.0, "Looking at every case")
    reasons, said = learnable(
        system, cases, is_known & _may_teach(cases), outcome=outcome, config=settings
    )
    is_fit = (reasons == "").to_numpy()
    division = divided(
        cases,
        y_true,
        is_known & is_fit,
        is_cross_validated=system.is_cross_validated,
        seed=seed,
    )
    fitted = _learned(system, cases, division, outcome, settings, seed, run)
    lacking = lacks(cases, fitted.model.inputs)
    can_judge = (lacking == "").to_numpy()
    truth = Truth(y_true, is_known, division.split, division.is_training)
    results: list[Judged] = []
    known: dict[Risk, tuple[NDArray[np.float64], dict[int, str]]] = {}
    tried = (Candidate("", "", fitted.model.risk, fitted.held_out), *fitted.candidates)
    for place, one in enumerate(tried):
        low, high = (
            _LEARNED + (_JUDGED - _LEARNED) * (place + part) / len(tried) for part in (0, 1)
        )
        step = f"Judging with {one.label or 'the model'}"
        if one.risk not in known:  # the model that was kept is often one of those tried
            known[one.risk] = risks_of(one.risk, cases, can_judge, run.part(low, high), step)
        found, refused = known[one.risk]
        if place == 0:
            lacking[list(refused)] = list(refused.values())
        results.append(judged(one, found, cases, truth, bootstrap=bootstrap, seed=seed))
    run.say(_JUDGED, "Every case is judged")
    unjudged = (lacking != "").to_numpy()
    return TrainedSystem(
        system=system.name,
        model=fitted.model,
        outcome=outcome,
        config=settings,
        seed=seed,
        result=results[0],
        candidates=tuple(results[1:]),
        history=fitted.history,
        notes=(*said, *division.notes, *fitted.notes, *_flattered(fitted)),
        training=_counted(cases, y_true, division.is_training),
        validation=_counted(cases, y_true, division.is_validation),
        set_aside=_set_aside(cases, outcome, is_known, reasons),
        not_judged=pd.DataFrame(
            {"case_id": cases.frame["case_id"][unjudged], "reason": lacking[unjudged]}
        ).reset_index(drop=True),
        seconds=time.monotonic() - began,
    )


def _known(cases: Cases, outcome: str) -> NDArray[np.bool_]:
    known = cases.frame[outcome].notna().to_numpy(dtype=bool)
    if not known.any():
        raise MissingOutcomeError(
            f"{cases.registry[outcome].label} is not known for any case of this cohort. Choose another outcome."
        )
    return known


def _may_teach(cases: Cases) -> NDArray[np.bool_]:
    """Cases whose split would let a system see them."""
    if "split" not in cases.frame or cases.frame["split"].isna().all():
        return np.ones(len(cases), dtype=bool)
    return cases.frame["split"].isin((TRAINING, VALIDATION)).to_numpy(dtype=bool)


def _learned(
    system: System,
    cases: Cases,
    division: Division,
    outcome: str,
    settings: Mapping[str, Any],
    seed: int,
    run: Run,
) -> Fitted:
    training, validation = cases.only(division.is_training), None
    if division.is_validation.any():
        validation = cases.only(division.is_validation)
    run.say(0.02, f"Training on {len(training):,} cases")
    return system.fit(
        training, validation, outcome=outcome, config=settings, seed=seed,
        run=run.part(0.02, _LEARNED),
    )  # fmt: skip


def _counted(cases: Cases, y_true: NDArray[np.bool_], rows: NDArray[np.bool_]) -> Counted:
    patients = cases.frame["patient_id"][rows].nunique()
    return Counted(int(rows.sum()), int(patients), int(y_true[rows].sum()))


def _set_aside(
    cases: Cases, outcome: str, is_known: NDArray[np.bool_], reasons: pd.Series
) -> dict[str, int]:
    """Why cases could teach nothing, whatever their split; the first reason counts."""
    first = reasons.mask(~is_known, f"{cases.registry[outcome].label} is unknown.")
    counts = first[(first != "").to_numpy()].value_counts()
    return {str(reason): int(number) for reason, number in counts.items()}


def _flattered(fitted: Fitted) -> tuple[str, ...]:
    if fitted.held_out is not None:
        return ()
    return (FLATTERED,)
