"""Which trained models are in the store, and how does a new one get there?

A model's files go to ``models/<digest>/`` first; then one publication adds its record and
its risks. A kill in between leaves a folder that nothing refers to, and the store as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.errors import MissingOutcomeError, ModelError, UnknownModelError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord, first_outcome
from clnm_core.store.schema import put_model, replace_predictions
from clnm_core.store.selection import cases
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.case import CaseReport, judge_case
from clnm_core.systems.clinical import ClinicalModel
from clnm_core.systems.files import load_clinical, save_clinical
from clnm_core.systems.training import Trained, train_clinical

SYSTEM = "clinical"


@dataclass(frozen=True, eq=False, slots=True)
class TrainReport:
    """What a training gave; :meth:`to_dict` is the contract of ``train --json``."""

    model: str
    cohort: str
    outcome: str
    version: int
    threshold: float
    threshold_from: str
    metrics: dict[str, dict[str, Estimate]]
    notes: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        metrics = {
            split: {name: estimate.to_dict() for name, estimate in estimates.items()}
            for split, estimates in self.metrics.items()
        }
        return {
            "model": self.model,
            "system": SYSTEM,
            "cohort": self.cohort,
            "outcome": self.outcome,
            "version": self.version,
            "threshold": self.threshold,
            "threshold_from": self.threshold_from,
            "metrics": metrics,
            "candidates": [{"name": self.model, "metrics": metrics}],
            "notes": list(self.notes),
        }


def train_in_store(
    root: Path,
    cohort: str,
    *,
    name: str,
    outcome: str | None = None,
    predictors: Sequence[str] | None = None,
    seed: int = 0,
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> TrainReport:
    """Train the logistic baseline on a cohort and publish its risks.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort, name : str
        Cohort to train on; name of the model, replacing an earlier one of that name.
    outcome : str, optional
        By default the cohort's first outcome that some have and some have not.
    predictors : sequence of str, optional
        By default every column that is known before surgery.
    seed : int
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.
    ModelError
        If the name cannot be used, or belongs to a model made elsewhere.
    PredictorError, MissingOutcomeError
        As :func:`~clnm_core.systems.training.train_clinical` says.
    """
    progress(0.05, f"Reading cohort {cohort}")
    with Warehouse.open(root) as warehouse:
        record = warehouse.cohort(cohort)
        registry = warehouse.registry(cohort)
        _check_name(name, warehouse.models(cohort))
        outcome = outcome or first_outcome(record)
        if outcome not in {count.name for count in record.outcomes}:
            known = ", ".join(count.name for count in record.outcomes)
            raise MissingOutcomeError(
                f"Cohort {cohort} has no outcome {outcome!r}. Its outcomes are {known or 'none'}."
            )
        read_version = warehouse.version
        frame = cases(warehouse, CohortQuery(cohort, outcome), [column.name for column in registry])
    progress(0.2, f"Training {name} on {len(frame):,} cases, five folds of patients")
    model, trained = train_and_save(
        root,
        frame,
        registry,
        cohort=cohort,
        name=name,
        outcome=outcome,
        predictors=predictors,
        seed=seed,
        store_version=read_version,
    )
    progress(0.85, "Publishing the model and its risks")

    def build(con: Connection) -> None:
        put_model(con, model)
        replace_predictions(con, cohort, name, trained.predictions)

    version = publish(
        root, build, action="train", detail={"cohort": cohort, "model": name, "outcome": outcome}
    )
    progress(1.0, f"Published as store version {version}")
    notes = list(trained.model.design.dropped)
    if trained.set_aside:
        notes.append(f"{trained.set_aside} cases have an unknown outcome and were set aside.")
    return TrainReport(
        name,
        cohort,
        outcome,
        version,
        trained.threshold,
        trained.threshold_from,
        trained.metrics,
        tuple(notes),
    )


def train_and_save(
    root: Path,
    frame: pd.DataFrame,
    registry: Registry,
    *,
    cohort: str,
    name: str,
    outcome: str,
    store_version: int,
    predictors: Sequence[str] | None = None,
    seed: int = 0,
) -> tuple[ModelRecord, Trained]:
    """Train the logistic baseline and write its files; nothing is published.

    Parameters
    ----------
    root : pathlib.Path
        The store, for the folder of models.
    frame, registry
        Cases of the cohort and its columns.
    cohort, name, outcome, predictors, seed
        As in :func:`train_in_store`.
    store_version : int
        The version that has these cases; the manifest names it.

    Returns
    -------
    tuple
        The record to publish, and what was trained.
    """
    trained = train_clinical(frame, registry, outcome, predictors=predictors, seed=seed)
    manifest = save_clinical(
        trained.model,
        StorePaths(root).models,
        {
            "name": name,
            "cohort": cohort,
            "outcome_label": registry[outcome].label,
            "training_cases": trained.learned_from,
            "set_aside": trained.set_aside,
            "store_version": store_version,
            "seed": seed,
            "threshold": trained.threshold,
            "threshold_from": trained.threshold_from,
        },
    )
    record = ModelRecord(
        name=name,
        cohort=cohort,
        outcome=outcome,
        system=SYSTEM,
        version=manifest["digest"][:12],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        manifest=manifest,
    )
    return record, trained


def load_model(
    root: Path, name: str, *, cohort: str | None = None
) -> tuple[ClinicalModel, ModelRecord]:
    """The trained model of that name, ready to predict.

    Raises
    ------
    UnknownModelError
        If there is none, or several cohorts have one and ``cohort`` is not given.
    ModelError
        If its risks were imported and there is no model behind them, or its files changed.
    """
    with Warehouse.open(root) as warehouse:
        found = [record for record in warehouse.models(cohort) if record.name == name]
        trained = sorted(
            {record.name for record in warehouse.models(cohort) if can_predict(record)}
        )
    if not found:
        raise UnknownModelError(
            f"There is no model {name!r}. Models that can predict: {', '.join(trained) or 'none yet; train one'}."
        )
    if len(found) > 1:
        places = ", ".join(record.cohort for record in found)
        raise UnknownModelError(
            f"Several cohorts have a model {name!r}: {places}. Name the cohort too."
        )
    record = found[0]
    if not can_predict(record):
        raise ModelError(
            f"{name!r} came to the store as a table of risks, so it cannot predict a new case. "
            "Train a model, or choose one that was trained here."
        )
    model, _ = load_clinical(StorePaths(root).models, record.manifest["digest"])
    return model, record


def can_predict(record: ModelRecord) -> bool:
    """Whether the model itself, not only its risks, is in the store."""
    return record.system == SYSTEM and "digest" in record.manifest


def case_report(model: ClinicalModel, record: ModelRecord, form: Mapping[str, Any]) -> CaseReport:
    """What the model says of one case; see :func:`~clnm_core.systems.case.judge_case`."""
    return judge_case(model, record.manifest, form)


def _check_name(name: str, models: Sequence[ModelRecord]) -> None:
    is_plain = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    if not is_plain or len(name) > 60:
        raise ModelError(
            f"A model's name must be letters, digits, hyphens and underscores, at most 60; got {name[:80]!r}."
        )
    if any(record.name == name and not can_predict(record) for record in models):
        raise ModelError(
            f"{name!r} is the name of a model made elsewhere, whose risks are in this cohort. Choose another name."
        )
