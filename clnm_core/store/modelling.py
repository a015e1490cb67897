"""Which trained models are in the store, and what do they say of a case?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.errors import ClnmError, ModelError, UnknownModelError
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.references import refer
from clnm_core.store.selection import cases
from clnm_core.store.snapshots import publish
from clnm_core.store.trained import TrainReport, check_name, chosen_outcome, saved
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.case import CaseReport, judge_case, one_case
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.catalogue import SYSTEMS
from clnm_core.systems.clinical_system import CLINICAL
from clnm_core.systems.files import load_model_files
from clnm_core.systems.protocol import Model
from clnm_core.systems.training import TrainedSystem, train_system


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
        As :func:`~clnm_core.systems.training.train_system` says.
    """
    progress(0.05, f"Reading cohort {cohort}")
    with Warehouse.open(root) as warehouse:
        record = warehouse.cohort(cohort)
        registry = warehouse.registry(cohort)
        models = warehouse.models(cohort)
        check_name(name, models)
        outcome = chosen_outcome(record, outcome)
        read_version = warehouse.version
        frame = cases(warehouse, CohortQuery(cohort, outcome), list(registry.names))
    progress(0.2, f"Training {name} on {len(frame):,} cases, five folds of patients")
    trained = _trained(frame, registry, outcome, predictors, seed)
    progress(0.85, "Publishing the model and its risks")
    with saved(
        root,
        trained,
        cohort=cohort,
        name=name,
        outcome_label=registry[outcome].label,
        store_version=read_version,
    ) as ready:
        version = publish(
            root,
            ready.put,
            action="train",
            detail={"cohort": cohort, "model": name, "outcome": outcome},
        )
    lacking = _referred(root, ready.record, trained, Cases(frame, registry))
    progress(1.0, f"Published as store version {version}{lacking}")
    return TrainReport(ready.record, version, trained)


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
) -> tuple[ModelRecord, TrainedSystem]:
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
    trained = _trained(frame, registry, outcome, predictors, seed)
    with saved(
        root,
        trained,
        cohort=cohort,
        name=name,
        outcome_label=registry[outcome].label,
        store_version=store_version,
    ) as ready:
        _referred(root, ready.record, trained, Cases(frame, registry))
        return ready.record, trained


def load_model(root: Path, name: str, *, cohort: str | None = None) -> tuple[Model, ModelRecord]:
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
    whole = record.manifest.get("part_of")
    if whole:
        raise ModelError(
            f"{name!r} was tried in the training of {whole!r} and cannot judge a new case. Ask "
            f"{whole!r}."
        )
    if not can_predict(record):
        raise ModelError(
            f"{name!r} came to the store as a table of risks, so it cannot predict a new case. "
            "Train a model, or choose one that was trained here."
        )
    model, _ = load_model_files(StorePaths(root).models, record.manifest["digest"])
    return model, record


def can_predict(record: ModelRecord) -> bool:
    """Whether the model itself, not only its risks, is in the store and can be read here."""
    return record.system in {one.name for one in SYSTEMS} and "digest" in record.manifest


def case_report(
    model: Model,
    record: ModelRecord,
    form: Mapping[str, Any],
    *,
    views: Sequence[View] = (),
    report_text: str = "",
) -> CaseReport:
    """What a model says of the case that somebody describes.

    Parameters
    ----------
    model : Model
    record : ModelRecord
    form : mapping
        Values by column name; those not given are unknown.
    views : sequence of View
        Pictures of the case.
    report_text : str
        Wording of its report.

    Raises
    ------
    FormError
        If a field is not the model's or a value does not fit its column.
    UnfitCaseError
        If the case lacks a picture or an outline that the model reads.

    """
    case = one_case(model.inputs, form, views=views, report_text=report_text)
    return judge_case(model, record.manifest, case)


def _referred(root: Path, record: ModelRecord, trained: TrainedSystem, cases: Cases) -> str:
    """Keep what similar cases are found with; words where that could not be made.

    The model itself must not be lost for it.
    """
    try:
        refer(root, trained.model, record.manifest["digest"], cases, trained.predictions)
    except ClnmError as error:
        return f". Similar cases cannot be shown yet: {error}"
    return ""


def _trained(
    frame: pd.DataFrame,
    registry: Registry,
    outcome: str,
    predictors: Sequence[str] | None,
    seed: int,
) -> TrainedSystem:
    config = {"predictors": None if predictors is None else list(predictors)}
    return train_system(CLINICAL, Cases(frame, registry), outcome=outcome, config=config, seed=seed)
