"""How are the networks trained, and which of them is the model?

Each is trained alike on the training patients; the epoch and then the network with the highest
AUROC on validation are taken. All of them are reported, since the best of several looks better on
validation than it is.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.calibrating import Calibrator, fit_calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.ct_cad.model import NodeModel, rounded
from clnm_core.systems.ct_cad.networks import OneAnswer, Start, start_of
from clnm_core.systems.ct_cad.pictures import Crops, crops
from clnm_core.systems.ct_cad.ranges import Ranges
from clnm_core.systems.ct_cad.settings import Chosen
from clnm_core.systems.ct_cad.task import NodeTask, case_log_odds
from clnm_core.systems.networks.loop import train
from clnm_core.systems.networks.task import Trained
from clnm_core.systems.protocol import Candidate, Epoch
from clnm_core.systems.run import Run


@dataclass(frozen=True, eq=False, slots=True)
class Tried:
    """One network, trained and calibrated.

    Parameters
    ----------
    model : NodeModel
    validation : Estimate
        AUROC on validation, with its interval.
    history : tuple of Epoch
    notes : tuple of str

    """

    model: NodeModel
    validation: Estimate
    history: tuple[Epoch, ...]
    notes: tuple[str, ...]

    @property
    def candidate(self) -> Candidate:
        """As it is judged beside the others."""
        kind = self.model.kind
        return Candidate(
            kind.replace("_", "-"), KINDS[kind].label, self.model.risk, facts=self.model.facts
        )


@dataclass(frozen=True, eq=False, slots=True)
class Learned:
    """The cases of one training, at the size of one network.

    Parameters
    ----------
    training, validation : Crops
    y_training, y_validation : numpy.ndarray of bool
    patient : numpy.ndarray of int, shape (validation cases,)

    """

    training: Crops
    validation: Crops
    y_training: NDArray[np.bool_]
    y_validation: NDArray[np.bool_]
    patient: NDArray[np.int64]


def tried(name: str, cases: Learned, *, outcome: str, chosen: Chosen, seed: int, run: Run) -> Tried:
    """Train one network, calibrate it on validation, and say how good it is there."""
    size = chosen.sizes[name]
    start = start_of(name, checkpoint=chosen.checkpoints[name], is_from_hub=chosen.is_from_hub)
    task = NodeTask(
        name,
        start,
        size,
        chosen.dropout,
        chosen.is_augmented,
        cases.training,
        cases.y_training,
        cases.validation,
        cases.y_validation,
    )
    found = train(task, chosen.training, seed=seed, run=run, name=name.replace("_", "-"))
    network = _settled(found.network, chosen)
    odds = case_log_odds(network, cases.validation, size=size, device=torch.device("cpu"))
    validation = auc(Predictions.of(cases.y_validation, expit(odds), cases.patient))
    calibrator = fit_calibrator(expit(odds), cases.y_validation)
    model = NodeModel(
        network,
        name,
        outcome,
        size,
        chosen.field_mm,
        calibrator,
        Ranges.of(cases.training, size=size),
        chosen.is_rounded,
        _facts(name, start, size, found, validation),
    )
    return Tried(model, validation, found.history, _notes(name, start, found, calibrator))


def best_of(all_tried: tuple[Tried, ...]) -> Tried:
    """The network with the highest AUROC on validation; the first of several, or of none."""
    return max(
        all_tried,
        key=lambda one: -1.0 if math.isnan(one.validation.value) else one.validation.value,
    )


def cropped(
    training: Cases, validation: Cases, *, outcome: str, chosen: Chosen, size: int, run: Run
) -> Learned:
    """The pictures of training and validation cases, for networks of one input size."""
    share = len(training) / max(len(training) + len(validation), 1)
    field_mm = chosen.field_mm
    return Learned(
        crops(training, field_mm=field_mm, size=size, run=run.part(0.0, share)),
        crops(validation, field_mm=field_mm, size=size, run=run.part(share, 1.0)),
        training.outcome(outcome),
        validation.outcome(outcome),
        validation.patient,
    )


def _settled(network: torch.nn.Module, chosen: Chosen) -> OneAnswer:
    """The network as it is written down, and will never change again."""
    if not isinstance(network, OneAnswer):
        raise TypeError(f"network must be OneAnswer; got {type(network).__name__}.")
    if chosen.is_rounded:
        network = rounded(network)
    return network.eval().requires_grad_(False)


def _facts(
    name: str, start: Start, size: int, found: Trained, validation: Estimate
) -> dict[str, Any]:
    return {
        "network": KINDS[name].label,
        "weights": sum(value.numel() for value in found.network.parameters()),
        "began_with": start.words,
        "input_px": size,
        "epochs": len(found.history),
        "best_epoch": found.best_epoch,
        "validation_auc": validation.to_dict(),
    }


def _notes(name: str, start: Start, found: Trained, calibrator: Calibrator) -> tuple[str, ...]:
    label = KINDS[name].label
    notes = [f"{label}: {note}" for note in found.notes]
    notes.append(f"{label} began with weights that were {start.words}.")
    if math.isnan(found.history[found.best_epoch - 1].validation_auc):
        notes.append(
            f"{label}: the AUROC on validation cannot be estimated, so the last epoch was kept."
        )
    if calibrator.note:
        notes.append(f"{label}: {calibrator.note}")
    return tuple(notes)
