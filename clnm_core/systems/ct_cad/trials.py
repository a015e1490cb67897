"""How are all networks trained, and what is said of it?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import MissingOutcomeError
from clnm_core.systems.cases import Cases
from clnm_core.systems.ct_cad.fitting import Learned, Tried, best_of, cropped, tried
from clnm_core.systems.ct_cad.kinds import KINDS
from clnm_core.systems.ct_cad.leak import shown_leak
from clnm_core.systems.ct_cad.settings import Chosen, chosen
from clnm_core.systems.protocol import Fitted
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import drawn_patients

_READ = 0.05
"""How far a training is when all pictures are read."""

_TRIED_BEFORE_LEAK = 0.4
"""How far it is when all networks are trained, where the leak of each is shown after them."""


def fitted(
    training: Cases,
    validation: Cases | None,
    *,
    outcome: str,
    config: Mapping[str, Any],
    seed: int,
    run: Run,
) -> Fitted:
    """Train all networks that are asked for; the best on validation is the model.

    Parameters as in :meth:`~clnm_core.systems.protocol.System.fit`.
    """
    settings = chosen(config, device=run.device)
    notes: list[str] = []
    if validation is None:
        apart = drawn_patients(training.patient, training.outcome(outcome), share=0.2, seed=seed)
        training, validation = training.only(~apart), training.only(apart)
        notes.append(
            "There were no validation cases: a fifth of the training patients was kept apart "
            "to choose the epoch and the network, and to calibrate."
        )
    if not config["networks"]:
        notes.append(
            "All eight networks were trained."
            if run.device == "cuda"
            else "On a CPU only the two networks with the fewest weights were trained."
        )
    _require_both(training, outcome)
    cases = _cropped(training, validation, outcome, settings, run.part(0.0, _READ))
    notes += _of_pictures(cases[settings.networks[0]])
    last = _TRIED_BEFORE_LEAK if settings.is_leak_shown else 1.0
    every = _all_tried(cases, outcome, settings, seed, run.part(_READ, last))
    notes += [note for one in every for note in one.notes]
    if settings.is_leak_shown:
        patient = np.concatenate(
            [training.patient, training.patient.max() + 1 + validation.patient]
        )
        every, said = _with_leaks(
            every, cases, patient, settings, seed, run.part(last, 1.0, "leak")
        )
        notes += said
    winner = best_of(every)
    if len(every) > 1 and not math.isnan(winner.validation.value):
        notes.append(
            f"{KINDS[winner.model.kind].label} is the best of {len(every)} networks on "
            "validation, so its figures there are too good; those on test are not."
        )
    return Fitted(
        winner.model,
        candidates=tuple(one.candidate for one in every),
        history=tuple(epoch for one in every for epoch in one.history),
        notes=tuple(notes),
    )


def _require_both(training: Cases, outcome: str) -> None:
    y_true = training.outcome(outcome)
    if y_true.all() or not y_true.any():
        raise MissingOutcomeError(
            "All training nodes have the same outcome, so there is nothing to learn. Choose "
            "another outcome, or divide the patients anew."
        )


def _cropped(
    training: Cases, validation: Cases, outcome: str, settings: Chosen, run: Run
) -> dict[str, Learned]:
    """The pictures for each network; those of one input size are read once."""
    sizes = sorted(set(settings.sizes.values()))
    by_size = {
        size: cropped(
            training,
            validation,
            outcome=outcome,
            chosen=settings,
            size=size,
            run=run.part(place / len(sizes), (place + 1) / len(sizes)),
        )
        for place, size in enumerate(sizes)
    }
    return {name: by_size[size] for name, size in settings.sizes.items()}


def _all_tried(
    cases: Mapping[str, Learned], outcome: str, settings: Chosen, seed: int, run: Run
) -> tuple[Tried, ...]:
    whole = sum(_effort(name, settings) for name in settings.networks)
    found, done = [], 0.0
    for name in settings.networks:
        effort = _effort(name, settings) / whole
        named = _named(run.part(done, done + effort), KINDS[name].label)
        found.append(
            tried(name, cases[name], outcome=outcome, chosen=settings, seed=seed, run=named)
        )
        done += effort
    return tuple(found)


def _with_leaks(
    every: tuple[Tried, ...],
    cases: Mapping[str, Learned],
    patient: NDArray[np.int64],
    settings: Chosen,
    seed: int,
    run: Run,
) -> tuple[tuple[Tried, ...], list[str]]:
    """Every network with what dividing images would have promised of it, and the sentences.

    The networks themselves stay what they are: those that learn here are thrown away.
    """
    if len(np.unique(patient)) == len(patient):
        return every, [
            "Every patient has a single case, so dividing images divides patients: there is no "
            "leak to show."
        ]
    whole = sum(_effort(one.model.kind, settings) for one in every)
    found, said, done = [], [], 0.0
    for one in every:
        name, effort = one.model.kind, _effort(one.model.kind, settings) / whole
        part = _named(run.part(done, done + effort, name), f"{KINDS[name].label}, leak")
        leak = shown_leak(cases[name], patient, name=name, chosen=settings, seed=seed, run=part)
        facts = one.model.facts | {"leak": leak.to_dict()}
        found.append(replace(one, model=replace(one.model, facts=facts)))
        said.append(leak.sentence)
        done += effort
    return tuple(found), said


def _named(run: Run, label: str) -> Run:
    """A run that is told of which network every step is."""

    def progress(share: float, step: str) -> None:
        run.progress(share, f"{label}: {step}")

    return replace(run, progress=progress)


def _effort(name: str, settings: Chosen) -> float:
    """About how long a network takes beside the others."""
    return (10 + KINDS[name].millions) * settings.sizes[name] ** 2


def _of_pictures(cases: Learned) -> list[str]:
    notes = []
    for crops, words in ((cases.training, "training"), (cases.validation, "validation")):
        unknown, flat = int((~crops.has_spacing).sum()), int(crops.is_flat.sum())
        if unknown:
            notes.append(
                f"The pixel size of {unknown:,} of {len(crops.case):,} {words} pictures is not "
                "known; they were taken whole."
            )
        if flat:
            notes.append(
                f"{flat:,} of {len(crops.case):,} {words} pictures have a single grey around the "
                "node and teach nothing."
            )
    return notes
