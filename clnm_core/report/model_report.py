"""What is the report of a model that the store has? Audit, calibration by group, checklists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import LinkError
from clnm_core.report.audit_html import audit_html
from clnm_core.report.checklists.cohort_facts import cohort_facts
from clnm_core.report.checklists.model_facts import model_facts
from clnm_core.report.checklists.study import study
from clnm_core.report.group_calibration import GroupCurve, calibration_of_groups
from clnm_core.stats.audit import Audit, audit
from clnm_core.stats.subgroups import FEWEST
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse


@dataclass(frozen=True, eq=False, slots=True)
class ModelAudit:
    """A stored model judged on the cases of a query, with the calibration of every group."""

    found: Audit
    curves: tuple[GroupCurve, ...]
    labels: dict[str, str]


def audit_model(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    *,
    columns: tuple[str, ...] = (),
    threshold: float | None = None,
    bootstrap: int = 1000,
    seed: int = 0,
    margins: Mapping[str, float] | None = None,
    fewest: int = FEWEST,
) -> ModelAudit:
    """Judge a stored model.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
        Cohort, outcome, split of the predictions and filters.
    model : str
    columns : tuple of str
        Columns to group by.
    threshold, bootstrap, seed, margins, fewest
        As in :func:`clnm_core.stats.audit.audit`.

    Raises
    ------
    LinkError
        If the cohort cannot be grouped by one of the columns.
    UnknownModelError, EmptyCohortError, MissingOutcomeError
        As :func:`~clnm_core.store.selection.evaluation` says.

    """
    registry = warehouse.registry(query.cohort)
    _check_columns(registry, query.cohort, columns)
    cases = evaluation(warehouse, query, model, columns)
    judged = Predictions.of(cases["y_true"], cases["risk"], cases["patient_id"])
    declared = [registry[name] for name in columns]
    groups = cases[list(columns)]
    return ModelAudit(
        found=audit(
            judged,
            groups=groups if columns else None,
            columns=declared,
            split=cases["split"],
            threshold=threshold,
            bootstrap=bootstrap,
            seed=seed,
            margins=margins,
            fewest=fewest,
        ),
        curves=calibration_of_groups(judged, groups, columns=declared, fewest=fewest),
        labels={name: registry[name].label for name in columns},
    )


def model_html(warehouse: Warehouse, query: CohortQuery, model: str, audited: ModelAudit) -> str:
    """The report of a stored model as one self-contained HTML file.

    Its checklists are filled from everything that the store knows of cohort and model, not of
    the filtered cases alone.
    """
    known = study(warehouse, query, model)
    registry = warehouse.registry(query.cohort)
    record = warehouse.model(query.cohort, model)
    title = str(record.manifest.get("title") or model)
    cohort = warehouse.cohort(query.cohort)
    synthetic = "Synthetic data: these patients are simulated. " if cohort.is_synthetic else ""
    version = f" {record.version}" if record.version else ""
    about = (
        f"{synthetic}Cohort {cohort.title}: {query.describe(registry)}; outcome "
        f"{registry[query.outcome].label}. Model {record.name}{version}; store version "
        f"{warehouse.version}."
    )
    return audit_html(
        audited.found,
        title=f"{title} on {cohort.title}",
        labels=audited.labels,
        curves=audited.curves,
        answers=cohort_facts(known) | model_facts(known),
        about=about,
    )


def _check_columns(registry: Registry, cohort: str, columns: tuple[str, ...]) -> None:
    for name in columns:
        if name not in registry or not registry[name].is_filterable:
            raise LinkError(
                f"Cohort {cohort} has no column {name!r} to group by. "
                f"It has {', '.join(column.name for column in registry.filterable())}."
            )
