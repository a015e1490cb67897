"""Which trained models are in the store, and what do they say of a case?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from clnm_core.errors import ModelError, UnknownModelError
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.case import CaseReport, judge_case, one_case
from clnm_core.systems.cases import View
from clnm_core.systems.catalogue import SYSTEMS
from clnm_core.systems.files import load_model_files
from clnm_core.systems.protocol import Model


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
