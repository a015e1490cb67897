"""What does it do to the AUROC when images, not patients, are divided?

A quarter of the patients is new to everybody. Of the others, once images and once patients are
held out, as many each, and the same network learns from the rest of each, for as many epochs and
with nothing chosen on what is held out. Each is judged on what it held out, and on the new patients.
What the held-out images promise beyond the new patients, and held-out patients do not, is the leak.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc, auc_variance
from clnm_core.stats.uncertainty import Estimate, not_estimable, wald
from clnm_core.systems.ct_cad.fitting import Learned
from clnm_core.systems.ct_cad.networks import start_of
from clnm_core.systems.ct_cad.pictures import Crops
from clnm_core.systems.ct_cad.settings import Chosen
from clnm_core.systems.ct_cad.task import NodeTask, case_log_odds
from clnm_core.systems.networks.loop import train
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import drawn_patients

NEW, HELD_OUT = 0.25, 0.2
"""Share of the patients who are new to everybody; share of the rest that is held out."""

Learn = Callable[[NDArray[np.int64], str, Run], Callable[[NDArray[np.int64]], NDArray[np.float64]]]
"""Takes rows to learn from, a name and a run; gives what tells the log-odds of other rows."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """One way to divide, judged.

    Parameters
    ----------
    learned_from, held_out : int
        Cases.
    promised : Estimate
        AUROC on what it held out.
    found : Estimate
        AUROC on patients who are new to everybody.
    excess : Estimate
        Promised minus found; held-out and new patients are different people.

    """

    learned_from: int
    held_out: int
    promised: Estimate
    found: Estimate
    excess: Estimate


@dataclass(frozen=True, slots=True)
class Leak:
    """Both ways to divide, judged on the same new patients."""

    by_image: Judgement
    by_patient: Judgement
    new_patients: int
    new_cases: int

    @property
    def sentence(self) -> str:
        """The difference in words."""
        words = []
        for name, one in (("images", self.by_image), ("patients", self.by_patient)):
            if not one.excess.is_estimable:
                return (
                    "What dividing images instead of patients would promise cannot be estimated: "
                    f"{one.excess.method}."
                )
            words.append(
                f"dividing {name} promised an AUROC of {one.promised.value:.3f} and found "
                f"{one.found.value:.3f} on new patients (difference {one.excess.value:+.3f}, 95 % CI "
                f"{one.excess.low:+.3f} to {one.excess.high:+.3f})"
            )
        return (
            f"The same network, trained twice: {words[0]}; {words[1]}. The model itself was trained "
            "and chosen with patients divided."
        )

    def to_dict(self) -> dict[str, Any]:
        """Plain JSON values."""
        return {
            "new_patients": self.new_patients,
            "new_cases": self.new_cases,
            **{
                name: {
                    "learned_from": one.learned_from,
                    "held_out": one.held_out,
                    "promised": one.promised.to_dict(),
                    "found": one.found.to_dict(),
                    "excess": one.excess.to_dict(),
                }
                for name, one in (("by_image", self.by_image), ("by_patient", self.by_patient))
            },
            "sentence": self.sentence,
        }


def measured_leak(
    learn: Learn,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    seed: int,
    run: Run,
) -> Leak:
    """Train twice, and judge both on what they held out and on the same new patients.

    Parameters
    ----------
    learn : callable
        How something is learned of some cases; it sees no others.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    seed : int
        Of who is new and what is held out.
    run : Run

    """
    is_new = drawn_patients(patient, y_true, share=NEW, seed=seed)
    rest, new = np.flatnonzero(~is_new), np.flatnonzero(is_new)
    random = np.random.default_rng([seed, 1])
    by_patient = drawn_patients(patient[rest], y_true[rest], share=HELD_OUT, seed=seed + 1)
    by_image = np.zeros(len(rest), dtype=bool)
    for state in (True, False):  # as many with and without the outcome as patients gave
        rows = np.flatnonzero(y_true[rest] == state)
        count = int((by_patient & (y_true[rest] == state)).sum())
        by_image[random.permutation(rows)[:count]] = True
    found = [
        _judgement(learn, rest[~held], rest[held], new, y_true, patient, name, part)
        for held, name, part in (
            (by_image, "by-image", run.part(0.0, 0.5)),
            (by_patient, "by-patient", run.part(0.5, 1.0)),
        )
    ]
    return Leak(found[0], found[1], len(np.unique(patient[new])), len(new))


def shown_leak(
    cases: Learned, patient: NDArray[np.int64], *, name: str, chosen: Chosen, seed: int, run: Run
) -> Leak:
    """The leak of one network on training and validation cases together.

    Parameters
    ----------
    cases : Learned
        At the input size of the network.
    patient : numpy.ndarray of int, shape (training and validation cases,)
    name : str
        Of the network.
    chosen : Chosen
        All epochs are trained and the last is taken: nothing may be chosen on what is held out.
    seed : int
    run : Run

    """
    whole = _joined(cases.training, cases.validation, len(cases.y_training))
    y_true = np.concatenate([cases.y_training, cases.y_validation])
    size = chosen.sizes[name]
    start = start_of(name, checkpoint=chosen.checkpoints[name], is_from_hub=chosen.is_from_hub)

    def learn(
        rows: NDArray[np.int64], word: str, run: Run
    ) -> Callable[[NDArray[np.int64]], NDArray[np.float64]]:
        task = NodeTask(
            name,
            start,
            size,
            chosen.dropout,
            chosen.is_augmented,
            _only(whole, rows),
            y_true[rows],
            _only(whole, rows[:0]),
            y_true[:0],
        )
        found = train(task, replace(chosen.training, patience=0), seed=seed, run=run, name=word)
        return lambda rows: case_log_odds(
            found.network, _only(whole, rows), size=size, device=torch.device("cpu")
        )

    return measured_leak(learn, y_true, patient, seed=seed, run=run)


def _judgement(
    learn: Learn,
    rows: NDArray[np.int64],
    held: NDArray[np.int64],
    new: NDArray[np.int64],
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    name: str,
    run: Run,
) -> Judgement:
    log_odds = learn(rows, name, run)
    own, others = (
        Predictions.of(y_true[some], expit(log_odds(some)), patient[some]) for some in (held, new)
    )
    promised, found = auc(own), auc(others)
    excess = _excess(promised, found, math.sqrt(auc_variance(own) + auc_variance(others)))
    return Judgement(len(rows), len(held), promised, found, excess)


def _excess(promised: Estimate, found: Estimate, error: float) -> Estimate:
    """The difference of two areas on different patients, with its standard error."""
    for one, words in ((promised, "on what was held out"), (found, "on new patients")):
        if not one.is_estimable:
            return not_estimable(f"the AUROC {words} is {one.method}", level=one.level)
    return wald(
        promised.value - found.value,
        error,
        level=promised.level,
        method="DeLong, different patients",
    )


def _joined(one: Crops, other: Crops, rows: int) -> Crops:
    """The pictures of two sets of cases as those of one; the first has ``rows`` cases."""
    return Crops(
        np.concatenate([one.grey, other.grey]),
        np.concatenate([one.case, other.case + rows]),
        np.concatenate([one.has_spacing, other.has_spacing]),
        np.concatenate([one.is_flat, other.is_flat]),
    )


def _only(crops: Crops, rows: NDArray[np.int64]) -> Crops:
    """The pictures of some cases, in their order."""
    places = [np.flatnonzero(crops.case == row) for row in rows]
    chosen = np.concatenate([*places, np.zeros(0, dtype=np.int64)]).astype(np.int64)
    owner = np.repeat(np.arange(len(rows)), [len(one) for one in places]).astype(np.int64)
    return Crops(crops.grey[chosen], owner, crops.has_spacing[chosen], crops.is_flat[chosen])
