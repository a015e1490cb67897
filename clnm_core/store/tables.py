"""Which tables does a snapshot have, and what must hold in them?

One schema per cohort, named by the cohort, holds ``patients, cases, images, masks, reads,
predictions``; the schema ``main`` holds what is known about all of them: ``cohorts,
columns, models, model_versions, exclusions, import_issues, feature_sets, publications``. Rows
get in by :mod:`clnm_core.store.schema`.

Only names of cohorts and columns enter SQL text, after a check of their spelling, and
quoted; values are always parameters.
"""

from __future__ import annotations

import json
import re

import duckdb

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.errors import StoreError

Connection = duckdb.DuckDBPyConnection

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")
_TAKEN = re.compile(r"main|temp|system|v[0-9]+")
_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")

_TYPES = {
    Kind.NUMBER: "DOUBLE",
    Kind.CATEGORY: "VARCHAR",
    Kind.FLAG: "BOOLEAN",
    Kind.TEXT: "VARCHAR",
}
TABLES = ("patients", "cases", "images", "masks", "reads", "predictions")
"""The tables of a cohort; a table that names rows of another comes after it."""

_FIXED = ("case_id", "patient_id", "centre", "split")

_CATALOGUE = """
CREATE TABLE IF NOT EXISTS main.cohorts (
    name VARCHAR, title VARCHAR, description VARCHAR, is_synthetic BOOLEAN, unit_note VARCHAR);
CREATE TABLE IF NOT EXISTS main.columns (cohort VARCHAR, "position" INTEGER, "column" VARCHAR);
CREATE TABLE IF NOT EXISTS main.models (
    name VARCHAR, cohort VARCHAR, outcome VARCHAR, system VARCHAR, version VARCHAR,
    created VARCHAR, manifest VARCHAR);
CREATE TABLE IF NOT EXISTS main.model_versions (
    cohort VARCHAR, name VARCHAR, version VARCHAR, "number" INTEGER, published_after INTEGER,
    outcome VARCHAR, system VARCHAR, stated VARCHAR, created VARCHAR, manifest VARCHAR,
    is_shown BOOLEAN, retired_at VARCHAR, retired_by VARCHAR, retired_why VARCHAR,
    retired_whole BOOLEAN);
CREATE TABLE IF NOT EXISTS main.import_issues (
    cohort VARCHAR, "row" BIGINT, "column" VARCHAR, "value" VARCHAR, "rule" VARCHAR);
CREATE TABLE IF NOT EXISTS main.exclusions (
    cohort VARCHAR, step INTEGER, reason VARCHAR, patients BIGINT, cases BIGINT);
CREATE TABLE IF NOT EXISTS main.feature_sets (
    cohort VARCHAR, name VARCHAR, kind VARCHAR, settings VARCHAR, digest VARCHAR,
    "rows" BIGINT, "columns" BIGINT, detail VARCHAR, created VARCHAR);
CREATE TABLE IF NOT EXISTS main.publications (
    version INTEGER, published VARCHAR, actor VARCHAR, "action" VARCHAR, detail VARCHAR,
    ledger_rows BIGINT, ledger_digest VARCHAR);
"""

FIXED_TABLES: dict[str, dict[str, str]] = {
    "patients": {"patient_id": "VARCHAR"},
    "images": {
        "image_id": "VARCHAR",
        "case_id": "VARCHAR",
        "view": "VARCHAR",
        "digest": "VARCHAR",
        "modality": "VARCHAR",
        "rows": "INTEGER",
        "cols": "INTEGER",
        "row_spacing_mm": "DOUBLE",
        "col_spacing_mm": "DOUBLE",
        "frames": "INTEGER",
        "source": "VARCHAR",
        "phash": "VARCHAR",
        "thumbnail": "VARCHAR",
        "dicom": "VARCHAR",
    },
    "masks": {"image_id": "VARCHAR", "structure": "VARCHAR", "digest": "VARCHAR"},
    "reads": {
        "reader_id": "VARCHAR",
        "case_id": "VARCHAR",
        "probability": "DOUBLE",
        "call": "BOOLEAN",
        "aided": "BOOLEAN",
    },
    "predictions": {
        "model": "VARCHAR",
        "case_id": "VARCHAR",
        "split": "VARCHAR",
        "risk": "DOUBLE",
    },
}

OTHER_PREDICTIONS = {
    "model": "VARCHAR",
    "version": "VARCHAR",
    "case_id": "VARCHAR",
    "split": "VARCHAR",
    "risk": "DOUBLE",
}
"""Risks of versions that are not shown; a cohort has the table once a model has such a version."""

_ORPHAN_CASE = (
    "SELECT case_id FROM {schema}.{table} WHERE case_id IS NULL "
    "OR case_id NOT IN (SELECT case_id FROM {schema}.cases) LIMIT 1"
)
RULES: dict[str, tuple[tuple[str, str], ...]] = {
    "patients": (
        ("SELECT '' FROM {schema}.patients WHERE patient_id IS NULL LIMIT 1", "has no patient"),
    ),
    "cases": (
        (
            "SELECT case_id FROM {schema}.cases GROUP BY case_id "
            "HAVING count(*) > 1 OR case_id IS NULL LIMIT 1",
            "is there twice, or is not named",
        ),
        (
            "SELECT case_id FROM {schema}.cases WHERE patient_id IS NULL LIMIT 1",
            "names no patient",
        ),
    ),
    "images": (
        (
            "SELECT image_id FROM {schema}.images GROUP BY image_id "
            "HAVING count(*) > 1 OR image_id IS NULL LIMIT 1",
            "is there twice, or is not named",
        ),
        (_ORPHAN_CASE, "has an image but no record"),
    ),
    "masks": (
        (
            "SELECT image_id FROM {schema}.masks GROUP BY image_id, structure "
            "HAVING count(*) > 1 LIMIT 1",
            "has two masks of one structure",
        ),
        (
            "SELECT image_id FROM {schema}.masks WHERE image_id IS NULL "
            "OR image_id NOT IN (SELECT image_id FROM {schema}.images) LIMIT 1",
            "has a mask but no image",
        ),
        (
            "SELECT image_id FROM {schema}.masks WHERE structure IS NULL "
            "OR structure NOT IN ('nodule', 'gland', 'node') LIMIT 1",
            "has a mask of something other than nodule, gland or node",
        ),
    ),
    "reads": (
        (_ORPHAN_CASE, "was read but has no record"),
        (
            "SELECT case_id FROM {schema}.reads WHERE probability NOT BETWEEN 0 AND 1 LIMIT 1",
            "was read with a probability outside 0-1",
        ),
    ),
    "predictions": (
        (_ORPHAN_CASE, "has a risk but no record"),
        (
            "SELECT case_id FROM {schema}.predictions WHERE risk IS NULL "
            "OR risk NOT BETWEEN 0 AND 1 LIMIT 1",
            "has a risk that is missing or outside 0-1",
        ),
        (
            "SELECT case_id FROM {schema}.predictions GROUP BY model, case_id "
            "HAVING count(*) > 1 LIMIT 1",
            "has two risks of one model",
        ),
    ),
}


def quoted(name: str) -> str:
    """A checked column or table name, in double quotes for SQL text.

    Raises
    ------
    ValueError
        If the name is not lower-case letters, digits and underscores.

    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"name must be lower-case letters, digits and underscores; got {name!r}.")
    return f'"{name}"'


def schema_of(slug: str) -> str:
    """The quoted schema of a cohort, for SQL text.

    Raises
    ------
    StoreError
        If the name is not lower-case letters, digits and hyphens, or is one that the
        database keeps for itself (``main``, ``temp``, ``system``, ``v1``, ``v2``, ...).

    """
    if not _SLUG.fullmatch(slug):
        raise StoreError(
            f"A cohort's name must be 1 to 63 lower-case letters, digits and hyphens, and start "
            f"with a letter or digit; got {slug[:80]!r}. Choose another name."
        )
    if _TAKEN.fullmatch(slug):
        raise StoreError(
            f"The name {slug!r} is kept for the store itself. Choose another name for the cohort."
        )
    return f'"{slug}"'


def create_catalogue(con: Connection) -> None:
    """Make the tables of ``main`` that are not there yet."""
    con.execute(_CATALOGUE)


def case_columns(registry: Registry) -> dict[str, str]:
    """The columns of the table ``cases`` and their SQL types, in order.

    Raises
    ------
    ValueError
        If case, patient or split are not words, or a column is called ``risk`` or ``y_true``.

    """
    types = dict.fromkeys(_FIXED, "VARCHAR")
    for column in registry:
        if column.name in ("risk", "y_true"):
            raise ValueError(f"{column.name} is a word of predictions and may not name a column.")
        if column.name in ("case_id", "patient_id", "split") and _TYPES[column.kind] != "VARCHAR":
            raise ValueError(f"{column.name} must be a category or text; got {column.kind}.")
        types[column.name] = _TYPES[column.kind]
    return types


def column_from(text: str) -> Column:
    """The column that the catalogue keeps as JSON."""
    return Column.from_dict(json.loads(text))


def outcomes_of(registry: Registry) -> tuple[Column, ...]:
    """The outcomes of a cohort that can be true, false or unknown."""
    return tuple(c for c in registry.with_role(Role.OUTCOME) if c.kind is Kind.FLAG)
