"""How is a system trained on a cohort of the store, and published?

The same code runs in the worker and on the command line. What a network needs to go on after a
kill is kept until the model is published; nothing else is written before that.
"""

from __future__ import annotations

import resource
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from clnm_core.domain.progress import Progress
from clnm_core.errors import ClnmError, TrainingError, TrainingStopped
from clnm_core.features.devices import device_of
from clnm_core.jobs.checkpoints import kept_checkpoints
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.publishing import publish_when_free
from clnm_core.jobs.references import referred
from clnm_core.jobs.store_cases import cases_of, digest_of
from clnm_core.store.records import ModelRecord
from clnm_core.store.trained import Saved, TrainReport, check_name, chosen_outcome, saved
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.centres import without_each_centre
from clnm_core.systems.run import Run
from clnm_core.systems.settings import settled
from clnm_core.systems.training import TrainedSystem, train_system

_READ, _TRAINED, _LEFT_OUT = 0.02, 0.95, 0.97
_LIBRARIES = ("torch", "timm", "transformers", "xgboost", "lightgbm", "shap", "skops")


def train(
    root: Path,
    system: str,
    cohort: str,
    *,
    name: str | None = None,
    outcome: str | None = None,
    config: Mapping[str, Any] | None = None,
    seed: int = 0,
    device: str = "auto",
    leave_centres_out: bool = False,
    actor: str = "local",
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> TrainReport:
    """Train a system on a cohort, judge every case, and publish all of it as one version.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    system : str
        A name of :data:`clnm_core.systems.catalogue.SYSTEMS`.
    cohort : str
    name : str, optional
        Of the model, by default that of the system; an earlier one of that name gets a new
        version.
    outcome : str, optional
        By default the cohort's first outcome that some have and some have not.
    config : mapping, optional
        Settings that differ from the system's defaults.
    seed : int
        0 or more.
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    leave_centres_out : bool
        Whether to train once more without each centre and judge it there.
    actor : str
        Who asks, for the audit trail.
    progress : callable
        Takes how far, in [0, 1], and the step in words.
    is_cancelled : callable
        Asked often. What a network has learned is kept when it says yes.

    Raises
    ------
    UnknownCohortError, ModelError, MissingOutcomeError, DeviceError
        If there is no such cohort, system, outcome or device, or the name cannot be used.
    TrainingError, PredictorError, EmptyCohortError, UnfitCaseError, FeatureError
        If nothing can be learned: why, and what to do. Nothing is published then.
    JobCancelled
        If it was asked to stop.
    StoreError
        If the store cannot be read or written.

    """
    learner = system_of(system)
    settings = settled(learner.defaults, config, of=system)
    chosen = device_of(device)
    name = name or system
    if seed < 0:
        raise TrainingError(f"The seed of a training must be 0 or more; got {seed}.")
    shown = _Shown(progress)
    shown(0.0, f"Reading cohort {cohort}")
    with Warehouse.open(root) as warehouse:
        models = warehouse.models(cohort)
        check_name(name, models)
        outcome = chosen_outcome(warehouse.cohort(cohort), outcome)
        label = warehouse.registry(cohort)[outcome].label
        version = warehouse.version
    cases = cases_of(
        root,
        cohort,
        device=chosen,
        actor=actor,
        progress=shown.beside("Measuring pictures"),
        is_cancelled=is_cancelled,
    )
    said = [system, settings, cohort, name, outcome, seed, chosen, digest_of(cases)]
    with kept_checkpoints(root, said) as folder:
        run = Run(shown, is_cancelled, folder, chosen)
        try:
            share = 0.4 if leave_centres_out else _TRAINED
            trained = train_system(
                learner,
                cases,
                outcome=outcome,
                config=settings,
                seed=seed,
                run=run.part(_READ, share, "all"),
            )
            facts = _of_the_model(trained)
            if leave_centres_out:
                facts["centres_left_out"] = without_each_centre(
                    learner,
                    cases,
                    outcome=outcome,
                    config=settings,
                    seed=seed,
                    run=run.part(share, _TRAINED, "centres"),
                ).to_dict()
            run.say(_LEFT_OUT, "Publishing the model and its risks")
        except TrainingStopped as error:
            raise JobCancelled(str(error)) from error
        taken = [m.name for m in models if m.manifest.get("part_of") != name]
        with saved(
            root,
            trained,
            cohort=cohort,
            name=name,
            outcome_label=label,
            store_version=version,
            taken=taken,
            facts=facts,
            of_this_run={"device": chosen, "peak_memory_mb": _peak_memory_mb()},
        ) as ready:
            published = _published(root, ready, actor, is_cancelled)
    lacking = _referred(root, ready.record, trained, cases, Run(shown, is_cancelled))
    shown(1.0, f"Published as store version {published}{lacking}")
    return TrainReport(ready.record, published, trained)


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``train``.

    Its parameters are ``system``, ``cohort``, ``name``, ``outcome``, ``config``, ``seed``,
    ``device`` and ``leave_centres_out``, as :func:`train` takes them; its result is the contract
    of ``train --json``.
    """
    seed = parameters.get("seed") or 0
    if type(seed) is not int:
        raise TrainingError("The seed of a training must be a whole number. Correct it.")
    return train(
        root,
        str(parameters.get("system", "")),
        str(parameters.get("cohort", "")),
        name=parameters.get("name") or None,
        outcome=parameters.get("outcome") or None,
        config=parameters.get("config") or None,
        seed=seed,
        device=parameters.get("device") or "auto",
        leave_centres_out=bool(parameters.get("leave_centres_out")),
        actor=actor,
        progress=progress,
        is_cancelled=is_cancelled,
    ).to_dict()


def _published(root: Path, ready: Saved, actor: str, is_cancelled: Callable[[], bool]) -> int:
    record = ready.record
    detail = {
        "cohort": record.cohort,
        "model": record.name,
        "system": record.system,
        "outcome": record.outcome,
        "tried": len(ready.parts) - 1,
    }
    return publish_when_free(
        root, ready.put, action="train", detail=detail, actor=actor, is_cancelled=is_cancelled
    )


def _referred(
    root: Path, record: ModelRecord, trained: TrainedSystem, cases: Cases, run: Run
) -> str:
    """Keep what similar cases are found with; words about it where that could not be made.

    The model is published by then and must not be lost, whatever is wrong with its numbers.
    """
    digest = record.manifest["digest"]
    try:
        run = run.part(_LEFT_OUT, 1.0)
        referred(root, record.cohort, record.name, trained.model, digest, cases, run)
    except Exception as error:
        why = str(error) if isinstance(error, ClnmError) else "it can be made later."
        return f". Similar cases cannot be shown yet: {why}"
    return ""


def _of_the_model(trained: TrainedSystem) -> dict[str, Any]:
    """Libraries that the system used, beside those that every model names."""
    loaded = {name: sys.modules.get(name) for name in _LIBRARIES}
    return {
        "libraries": {
            name: str(module.__version__) for name, module in loaded.items() if module is not None
        }
    }


def _peak_memory_mb() -> int:
    """Most memory that this process ever held, in MB; of a worker, its earlier jobs included."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return round(peak / (1024 if sys.platform != "darwin" else 1024**2))


class _Shown:
    """Progress that never falls, with room for what is done beside it."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._share = progress, 0.0

    def __call__(self, share: float, step: str) -> None:
        self._share = max(self._share, share)
        self._progress(self._share, step)

    def beside(self, what: str) -> Progress:
        """Progress of a part of unknown length: the words change, the share stays."""
        return lambda share, step: self._progress(self._share, f"{what}: {step}")
