"""How does LLNM-Net learn from a cohort?

What happens in ``fit``:

1. ``prepared`` reads each picture once; ``inputs`` and ``statistics`` turn it into tokens.
2. ``encoding`` learns means, spreads and the vocabulary from the training cases.
3. ``task`` says what a network learns; the loop of :mod:`clnm_core.systems.networks` trains as many
   networks as the config has members, each stopped by its AUROC on validation.
4. Their log-odds are averaged, and calibrated on validation. What they say of risk stages is averaged
   too, and only counted there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from clnm_core.errors import UnfitCaseError
from clnm_core.systems.calibrating import fit_calibrator
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import require_both
from clnm_core.systems.fitness import lacks
from clnm_core.systems.llnm_net.config import DEFAULTS, Config, resolved
from clnm_core.systems.llnm_net.doubting import usual_of
from clnm_core.systems.llnm_net.encoding import learn_encoder
from clnm_core.systems.llnm_net.model import NAME, LlnmModel, inputs_of, restored
from clnm_core.systems.llnm_net.network import STAGES
from clnm_core.systems.llnm_net.prepared import Prepared, chosen_views, prepare
from clnm_core.systems.llnm_net.task import (
    UNKNOWN_STAGE,
    LlnmTask,
    judged_by,
    settings_of,
    shapes_of,
)
from clnm_core.systems.networks.loop import Trained, train
from clnm_core.systems.protocol import Fitted, State
from clnm_core.systems.risk_stage import taught_stages
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import drawn_patients

FEWEST_PER_CLASS = 8
"""Training cases with and without the outcome below which nothing is learned."""

_HELD_BACK = 0.2  # of the training patients, where there are no validation cases
_READ = 0.35  # how far a training is when all pictures are read
_MEMBERS = 1_000  # seeds of a training's networks are this far from those of the next seed


@dataclass(frozen=True, slots=True)
class LlnmNetSystem:
    """Shen 2025 (doi:10.1038/s41467-025-62042-z), in two sizes; see ``config``."""

    name: str = NAME
    is_cross_validated: bool = False

    @property
    def defaults(self) -> Mapping[str, Any]:
        """Every setting; ``None`` stands for what the size says."""
        return dict(DEFAULTS)

    def require(self, cases: Cases, *, outcome: str, config: Mapping[str, Any]) -> tuple[str, ...]:
        """Refuse cases that cannot be learned from; nothing is read from disk.

        Raises
        ------
        TrainingError
            If a setting cannot be used.
        UnfitCaseError
            If a case has no ultrasound picture with lesion and gland outlined.
        MissingOutcomeError
            If too few cases have, or have not, the outcome.

        """
        settings = resolved(config)
        lacking = lacks(cases, inputs_of(settings))
        left = lacking[lacking != ""]
        if len(left):
            raise UnfitCaseError(
                f"{len(left):,} of {len(cases):,} cases cannot be read by llnm-net. The first: "
                f"{left.iloc[0]} Import ultrasound pictures with lesion and gland outlined, or "
                "leave these cases out."
            )
        require_both(cases.outcome(outcome), least=FEWEST_PER_CLASS, who=NAME)
        return _said(cases, settings)

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
        """Learn. Nothing but these cases is ever seen.

        Cases whose pictures cannot be used are set aside, with a note. Without validation cases a
        fifth of the training patients is held back to stop and to calibrate.

        Raises
        ------
        TrainingError, UnfitCaseError, MissingOutcomeError
            If nothing can be learned.
        TrainingStopped
            If it was asked to stop.

        """
        settings = resolved(config)
        notes = list(_said(training, settings))
        if validation is None or not len(validation):
            training, validation = _held_back(training, outcome, seed)
            notes.append(
                "There were no validation cases: a fifth of the training patients was held back to "
                "say when to stop and to calibrate, and taught nothing else."
            )
        total = max(len(training) + len(validation), 1)
        middle = _READ * len(training) / total
        taught = prepare(training, settings, run=run.part(0.0, middle))
        judged = prepare(validation, settings, run=run.part(middle, _READ))
        notes += _set_aside(taught, "training") + _set_aside(judged, "validation")
        y_true, y_judged = (
            cases.outcome(outcome)[found.rows]
            for cases, found in ((training, taught), (validation, judged))
        )
        require_both(y_true, least=FEWEST_PER_CLASS, who=NAME)
        encoder = learn_encoder(taught, settings)
        vocabulary, length = encoder.reads
        task = LlnmTask(
            settings,
            vocabulary,
            length,
            encoder.encoded(taught),
            y_true,
            _stages(training, taught.rows),
            encoder.encoded(judged),
            y_judged,
        )
        members = _trained(task, settings, seed, run.part(_READ, 0.98))
        networks = tuple(one.network for one in members)
        scored = [_scores(one, task, len(judged)) for one in networks]
        log_odds, logits = (np.mean(found, axis=0) for found in zip(*scored, strict=True))
        calibrator = fit_calibrator(expit(log_odds), y_judged)
        notes += [calibrator.note] if calibrator.note else []
        notes += list(dict.fromkeys(note for one in members for note in one.notes))
        model = LlnmModel(
            outcome,
            settings,
            encoder,
            networks,  # type: ignore[arg-type]
            shapes_of(task.arrays),
            calibrator,
            usual_of(taught),
            taught_stages(STAGES, task.stage, _stages(validation, judged.rows), logits)
            if settings.stage_weight
            else None,
        )
        run.say(1.0, "Learned")
        return Fitted(
            model,
            history=tuple(epoch for one in members for epoch in one.history),
            notes=tuple(notes),
        )

    def restore(self, state: State) -> LlnmModel:
        """The model of a state.

        Raises
        ------
        ModelError
            If the state is not one of this system's.

        """
        return restored(state)


LLNM_NET = LlnmNetSystem()


def _trained(task: LlnmTask, config: Config, seed: int, run: Run) -> list[Trained]:
    found = []
    for member in range(config.members):
        low, high = member / config.members, (member + 1) / config.members
        found.append(
            train(
                task,
                settings_of(config),
                seed=_MEMBERS * seed + member,
                run=run.part(low, high),
                name=f"network-{member + 1}",
            )
        )
    return found


def _scores(
    network: Any, task: LlnmTask, count: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Log-odds and logits of the stages of the validation cases; there may be none."""
    import torch

    if not count:
        return np.empty(0), np.empty((0, len(STAGES)))
    return judged_by(network, task.judged, torch.device("cpu"))


def _said(cases: Cases, config: Config) -> tuple[str, ...]:
    """Sentences about what is thin without being lacking."""
    notes = []
    frame = cases.frame
    if config.has_pictures:
        single = sum(len(chosen_views(cases.views_of(str(name)))) == 1 for name in frame["case_id"])
        if single:
            notes.append(
                f"{single:,} of {len(cases):,} cases have one usable picture instead of two views; "
                "it counts as both."
            )
    if config.report:
        texts = frame["report_text"] if "report_text" in frame else [None] * len(frame)
        empty = sum(not (isinstance(text, str) and text.strip()) for text in texts)
        if empty:
            notes.append(
                f"{empty:,} of {len(cases):,} cases have no report; the network learned what that "
                "says."
            )
    if config.demographics:
        for name, label in (("age_years", "age"), ("sex", "sex")):
            unknown = int(frame[name].isna().sum()) if name in frame else len(frame)
            if unknown:
                notes.append(f"{unknown:,} of {len(cases):,} cases have no {label}.")
    return tuple(notes)


def _set_aside(found: Prepared, split: str) -> list[str]:
    """How many cases were left out for each reason."""
    reasons = sorted(set(found.unfit))
    return [
        f"{found.unfit.count(reason):,} {split} cases were set aside: {reason}."
        for reason in reasons
    ]


def _held_back(cases: Cases, outcome: str, seed: int) -> tuple[Cases, Cases]:
    is_held = drawn_patients(cases.patient, cases.outcome(outcome), share=_HELD_BACK, seed=seed)
    return cases.only(~is_held), cases.only(is_held)


def _stages(cases: Cases, rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Place of each case's risk stage; -1 where it is not recorded."""
    if "risk_stage" not in cases.frame:
        return np.full(len(rows), UNKNOWN_STAGE, dtype=np.int64)
    place = {word: number for number, word in enumerate(STAGES)}
    return np.array(
        [place.get(str(one), UNKNOWN_STAGE) for one in cases.frame["risk_stage"].iloc[rows]],
        dtype=np.int64,
    )
