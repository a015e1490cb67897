"""How does a model get another version, and which one is shown?

Every publication of a model adds a version that stays. Shown is the newest that is not
retired: its record is in ``main.models`` and its risks are in ``predictions``, where every
page looks. The risks of the others lie beside them, in ``other_predictions`` of the cohort.
A model of which every version is retired is not among the models, so no page offers it.
"""

from __future__ import annotations

import hashlib
import json
import re
from typing import Any

from clnm_core.store.records import ModelRecord
from clnm_core.store.tables import OTHER_PREDICTIONS, Connection, schema_of

_DIGEST = re.compile(r"[0-9a-f]{64}")


def version_of(record: ModelRecord) -> str:
    """Twelve hexadecimal digits that name a version.

    The first of the digest of the model's files; where there are none, of a hash of all that
    the record says, the time included.
    """
    digest = record.manifest.get("digest")
    if isinstance(digest, str) and _DIGEST.fullmatch(digest):
        return digest[:12]
    said = [record.cohort, record.name, record.outcome, record.system]
    text = json.dumps(
        [*said, record.version, record.created, record.manifest], sort_keys=True, allow_nan=False
    )
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def add_version(con: Connection, record: ModelRecord) -> None:
    """Write a model's record as its newest version, and show it.

    The risks of the version that was shown are set beside; those of the new one have yet to
    come. A version that is published again becomes the newest, and is no longer retired.
    """
    note_shown(con, record.cohort, record.name)
    key = version_of(record)
    is_again = con.execute(
        "DELETE FROM main.model_versions WHERE cohort = ? AND name = ? AND version = ? RETURNING is_shown",
        [record.cohort, record.name, key],
    ).fetchone()
    before = con.execute("SELECT coalesce(max(version), 0) FROM main.publications").fetchone()
    _write(
        con,
        record,
        key,
        is_shown=bool(is_again and is_again[0]),
        published_after=int(before[0]) if before else 0,
    )
    show_newest(con, record.cohort, record.name)


def version_rows(con: Connection, cohort: str, name: str) -> list[dict[str, Any]]:
    """The versions of a model as they are kept, oldest first."""
    found = con.execute(
        "SELECT * FROM main.model_versions WHERE cohort = ? AND name = ? ORDER BY number",
        [cohort, name],
    )
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def note_shown(con: Connection, cohort: str, name: str) -> None:
    """Note the version that is shown where a release that knew of no versions wrote it."""
    row = con.execute(
        "SELECT name, cohort, outcome, system, version, created, manifest FROM main.models "
        "WHERE cohort = ? AND name = ?",
        [cohort, name],
    ).fetchone()
    if row is None:
        return
    name, cohort, outcome, system, stated, created, manifest = row
    record = ModelRecord(name, cohort, outcome, system, stated, created, json.loads(manifest))
    key = version_of(record)
    if key not in {known["version"] for known in version_rows(con, cohort, name)}:
        con.execute(
            "UPDATE main.model_versions SET is_shown = false WHERE cohort = ? AND name = ?",
            [cohort, name],
        )
        _write(con, record, key, is_shown=True, published_after=None)


def _write(
    con: Connection, record: ModelRecord, key: str, *, is_shown: bool, published_after: int | None
) -> None:
    con.execute(
        "INSERT INTO main.model_versions (cohort, name, version, number, published_after, outcome, "
        "system, stated, created, manifest, is_shown) "
        "SELECT ?, ?, ?, 1 + coalesce(max(number), 0), ?, ?, ?, ?, ?, ?, ? "
        "FROM main.model_versions WHERE cohort = ? AND name = ?",
        [
            *(record.cohort, record.name, key, published_after),
            *(record.outcome, record.system, record.version, record.created),
            json.dumps(record.manifest, ensure_ascii=False, allow_nan=False),
            *(is_shown, record.cohort, record.name),
        ],
    )


def show_newest(con: Connection, cohort: str, name: str) -> None:
    """Show the newest version that is not retired; none where all are."""
    rows = version_rows(con, cohort, name)
    shown = next((row for row in rows if row["is_shown"]), None)
    wanted = next((row for row in reversed(rows) if not row["retired_at"]), None)
    if shown and (wanted is None or shown["version"] != wanted["version"]):
        _set_aside(con, cohort, shown)
    con.execute("DELETE FROM main.models WHERE cohort = ? AND name = ?", [cohort, name])
    con.execute(
        "UPDATE main.model_versions SET is_shown = (version IS NOT DISTINCT FROM ?) WHERE cohort = ? AND name = ?",
        [wanted and wanted["version"], cohort, name],
    )
    if wanted is None:
        return
    con.execute(
        "INSERT INTO main.models (name, cohort, outcome, system, version, created, manifest) "
        "SELECT name, cohort, outcome, system, stated, created, manifest "
        "FROM main.model_versions WHERE cohort = ? AND name = ? AND version = ?",
        [cohort, name, wanted["version"]],
    )
    if shown is None or shown["version"] != wanted["version"]:
        _bring_back(con, cohort, wanted)


def _set_aside(con: Connection, cohort: str, row: dict[str, Any]) -> None:
    schema = schema_of(cohort)
    columns = ", ".join(f"{name} {kind}" for name, kind in OTHER_PREDICTIONS.items())
    con.execute(f"CREATE TABLE IF NOT EXISTS {schema}.other_predictions ({columns})")
    con.execute(
        f"INSERT INTO {schema}.other_predictions "  # noqa: S608
        f"SELECT model, ?, case_id, split, risk FROM {schema}.predictions WHERE model = ?",
        [row["version"], row["name"]],
    )
    con.execute(f"DELETE FROM {schema}.predictions WHERE model = ?", [row["name"]])  # noqa: S608


def _bring_back(con: Connection, cohort: str, row: dict[str, Any]) -> None:
    schema = schema_of(cohort)
    if not _has_others(con, cohort):
        return
    kept = [row["name"], row["version"]]
    con.execute(
        f"INSERT INTO {schema}.predictions (model, case_id, split, risk) "  # noqa: S608
        f"SELECT model, case_id, split, risk FROM {schema}.other_predictions "
        "WHERE model = ? AND version = ?",
        kept,
    )
    con.execute(
        f"DELETE FROM {schema}.other_predictions WHERE model = ? AND version = ?",  # noqa: S608
        kept,
    )


def _has_others(con: Connection, cohort: str) -> bool:
    found = con.execute(
        "SELECT 1 FROM duckdb_tables() WHERE schema_name = ? AND table_name = 'other_predictions' "
        "AND database_name = current_database()",
        [cohort],
    ).fetchone()
    return found is not None
