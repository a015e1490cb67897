"""Which versions does a model have, what did each give, and which is retired?

How they come about is in :mod:`clnm_core.store.version_rows`. A store of an earlier release,
which knew of no versions, reads as one version of each model.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from clnm_core.domain.cohort import UNKNOWN, CohortQuery
from clnm_core.errors import UnknownModelError
from clnm_core.store.criteria import column_list, outcome_column
from clnm_core.store.records import ModelRecord
from clnm_core.store.tables import schema_of
from clnm_core.store.version_rows import version_of
from clnm_core.store.warehouse import Warehouse


@dataclass(frozen=True, slots=True)
class Retirement:
    """When a version was retired (ISO 8601, UTC), by whom and why."""

    at: str
    by: str
    why: str
    is_whole: bool  #: whether the model was retired as a whole


@dataclass(frozen=True, slots=True)
class ModelVersion:
    """One publication of a model.

    Parameters
    ----------
    record : ModelRecord
    version : str
        Twelve hexadecimal digits (:func:`~clnm_core.store.version_rows.version_of`).
    number : int
        From 1; the newest has the largest.
    is_shown : bool
        Whether it is the one that the other pages show.
    retired : Retirement or None
    published_by : str
        Who published it; empty where that is not recorded.
    published_after : int or None
        The store version to which it was added. What was tried in one training has the same.

    """

    record: ModelRecord
    version: str
    number: int
    is_shown: bool
    retired: Retirement | None = None
    published_by: str = ""
    published_after: int | None = None

    @property
    def part_of(self) -> str:
        """The model in whose training it was tried; empty for a model of its own."""
        return str(self.record.manifest.get("part_of") or "")


def model_versions(warehouse: Warehouse, cohort: str, name: str = "") -> list[ModelVersion]:
    """All versions of a model, or of every model of a cohort: by name, the newest first.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.
    UnknownModelError
        If a model is named and the cohort never had one of that name.

    """
    warehouse.cohort(cohort)
    found = [_read(row) for row in _kept(warehouse, cohort)]
    noted = {(one.record.name, one.version) for one in found}
    found += [
        ModelVersion(record, version_of(record), 1, is_shown=True)
        for record in warehouse.models(cohort)
        if (record.name, version_of(record)) not in noted
    ]
    found = [one for one in found if name in ("", one.record.name)]
    if name and not found:
        known = ", ".join(record.name for record in warehouse.models(cohort)) or "none yet"
        raise UnknownModelError(
            f"Cohort {cohort!r} has no model {name[:60]!r}. Choose one of its models: {known}."
        )
    return sorted(found, key=lambda one: (one.record.name, -one.number))


def model_version(warehouse: Warehouse, cohort: str, name: str, version: str = "") -> ModelVersion:
    """One version of a model; without ``version`` the one that is shown, else the newest.

    Raises
    ------
    UnknownCohortError, UnknownModelError
        If there is no such cohort, model or version.

    """
    known = model_versions(warehouse, cohort, name)
    if not version:
        return next((one for one in known if one.is_shown), known[0])
    for one in known:
        if one.version == version:
            return one
    raise UnknownModelError(
        f"Model {name!r} has no version {version[:12]!r}. Its versions are "
        f"{', '.join(one.version for one in known)}."
    )


def parts_of(warehouse: Warehouse, one: ModelVersion) -> list[ModelVersion]:
    """What was tried in the training that gave a version, and published with it; by name."""
    if one.published_after is None:
        return []
    return [
        other
        for other in model_versions(warehouse, one.record.cohort)
        if other.part_of == one.record.name and other.published_after == one.published_after
    ]


def judged_cases(
    warehouse: Warehouse, one: ModelVersion, columns: Sequence[str] = ()
) -> pd.DataFrame:
    """What happened to the cases that a version judged, and the risk that it gave; by case.

    Returns
    -------
    pandas.DataFrame
        ``case_id, patient_id, split`` (of the risks; ``unknown`` where none is named),
        ``y_true`` (True, False or None), ``risk``, then ``columns``, of the cohort's own.

    Raises
    ------
    MissingOutcomeError
        If the cohort no longer records the outcome of the model.

    """
    cohort = one.record.cohort
    registry = warehouse.registry(cohort)
    taken = ("case_id", "patient_id", "split")
    extra = column_list(registry, [name for name in columns if name not in taken])
    outcome = outcome_column(CohortQuery(cohort, one.record.outcome), registry)
    source, values = _risks(warehouse, one)
    return warehouse.rows(
        f"SELECT cases.case_id, cases.patient_id, coalesce(risks.split, ?) AS split, "  # noqa: S608
        f"{outcome} AS y_true, risks.risk AS risk{', ' + extra if extra else ''} "
        f"FROM {schema_of(cohort)}.cases AS cases JOIN ({source}) AS risks "
        "ON risks.case_id = cases.case_id ORDER BY cases.case_id",
        [UNKNOWN, *values],
    )


def _risks(warehouse: Warehouse, one: ModelVersion) -> tuple[str, list[str]]:
    """Where the risks of a version lie, as SQL text and its parameters."""
    schema = schema_of(one.record.cohort)
    if one.is_shown:
        return f"SELECT case_id, split, risk FROM {schema}.predictions WHERE model = ?", [  # noqa: S608
            one.record.name
        ]
    if _has_table(warehouse, one.record.cohort, "other_predictions"):
        return (
            f"SELECT case_id, split, risk FROM {schema}.other_predictions "  # noqa: S608
            "WHERE model = ? AND version = ?",
            [one.record.name, one.version],
        )
    return f"SELECT case_id, split, risk FROM {schema}.predictions WHERE FALSE", []  # noqa: S608


def _kept(warehouse: Warehouse, cohort: str) -> list[dict[str, Any]]:
    """The rows of the table of versions; none in a store that does not have it."""
    if not _has_table(warehouse, "main", "model_versions"):
        return []
    found = warehouse.rows(
        "SELECT versions.*, (SELECT first(actor ORDER BY p.version) FROM main.publications AS p "
        "WHERE p.version > versions.published_after) AS published_by "
        "FROM main.model_versions AS versions WHERE cohort = ?",
        [cohort],
    )
    return [
        dict(zip(found.columns, row, strict=True))
        for row in found.itertuples(index=False, name=None)
    ]


def _has_table(warehouse: Warehouse, schema: str, table: str) -> bool:
    found = warehouse.rows(
        "SELECT 1 AS one FROM duckdb_tables() WHERE schema_name = ? AND table_name = ? "
        "AND database_name = current_database()",
        [schema, table],
    )
    return not found.empty


def _read(row: dict[str, Any]) -> ModelVersion:
    record = ModelRecord(
        name=row["name"],
        cohort=row["cohort"],
        outcome=row["outcome"],
        system=row["system"],
        version=row["stated"],
        created=row["created"],
        manifest=json.loads(row["manifest"]),
    )
    retired = None
    if isinstance(row["retired_at"], str):
        whole = bool(row["retired_whole"])
        retired = Retirement(row["retired_at"], row["retired_by"], row["retired_why"], whole)
    after = row["published_after"]
    return ModelVersion(
        record,
        row["version"],
        int(row["number"]),
        bool(row["is_shown"]),
        retired,
        row["published_by"] if isinstance(row["published_by"], str) else "",
        None if pd.isna(after) else int(after),
    )
