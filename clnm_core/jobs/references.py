"""How does a model of the store get what similar cases are found with?

Every training makes it at its end. This makes it for models that were trained before, or whose
cohort has changed since.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from clnm_core.domain.progress import Progress
from clnm_core.errors import TrainingStopped
from clnm_core.explain.reference import Reference
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.store_cases import cases_of
from clnm_core.store.modelling import load_model
from clnm_core.store.picture_makers import picture_makers
from clnm_core.store.references import refer
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases
from clnm_core.systems.protocol import Model
from clnm_core.systems.run import Run

_READ = 0.1


def make_reference(
    root: Path,
    cohort: str,
    name: str,
    *,
    actor: str = "local",
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Reference:
    """Work out what a model's cohort looks like to it, and keep it beside the model.

    Features that the model reads and that the store does not have are measured and published
    first.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort, name : str
        Of the model.
    actor : str
        Who asks, for the audit trail.
    progress, is_cancelled : callable

    Raises
    ------
    UnknownCohortError, UnknownModelError, ModelError
        If there is no such model, or it cannot judge cases.
    StoreError
        If something cannot be read or written. What was there before stays then.
    JobCancelled
        If it was asked to stop.

    """
    progress(0.0, f"Reading model {name}")
    model, record = load_model(root, name, cohort=cohort)
    cases = cases_of(
        root,
        cohort,
        actor=actor,
        progress=lambda share, step: progress(_READ * share, f"Measuring pictures: {step}"),
        is_cancelled=is_cancelled,
    )
    run = Run(progress, is_cancelled).part(_READ, 1.0)
    found = referred(root, cohort, name, model, record.manifest["digest"], cases, run)
    progress(1.0, f"{len(found.case_ids):,} cases can be compared")
    return found


def referred(
    root: Path, cohort: str, name: str, model: Model, digest: str, cases: Cases, run: Run
) -> Reference:
    """The same for a model whose cases were read already and whose risks are published.

    Raises
    ------
    ModelError, StoreError, JobCancelled
        As :func:`make_reference`.

    """
    with Warehouse.open(root) as warehouse:
        judged = warehouse.rows(
            f"SELECT case_id, split FROM {schema_of(cohort)}.predictions WHERE model = ?",  # noqa: S608
            [name],
        )
        makers = picture_makers(warehouse, cohort) if model.inputs.views else {}
    try:
        return refer(root, model, digest, cases, judged, manufacturers=makers, run=run)
    except TrainingStopped as error:
        raise JobCancelled(str(error)) from error


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``reference``; its parameters are ``cohort`` and ``model``."""
    cohort, name = str(parameters.get("cohort", "")), str(parameters.get("model", ""))
    found = make_reference(
        root, cohort, name, actor=actor, progress=progress, is_cancelled=is_cancelled
    )
    return {
        "cohort": cohort,
        "model": name,
        "cases": len(found.case_ids),
        "training_cases": int(found.is_training.sum()),
        "left_out": found.left_out,
    }
