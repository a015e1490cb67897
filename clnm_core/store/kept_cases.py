"""Which cases did somebody keep one by one, what was said of them, and how do they go again?

They stand in the tables of their cohort like any other case; who kept one, and what was measured
where somebody entered something else, is noted beside them, in the table ``kept`` of the cohort.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clnm_core.errors import StoreError
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection, quoted, schema_of
from clnm_core.store.warehouse import Warehouse

TAKEN_BACK = "take back case"
"""How the audit trail names it."""

_OF_CASE = ("kept", "images", "cases")
_OF_IMAGE = ("proposals", "masks")
_JUDGED = ("predictions", "other_predictions", "reads")


@dataclass(frozen=True, slots=True)
class Overridden:
    """A value that was measured and entered otherwise.

    Parameters
    ----------
    measured : float, str or bool
        In the unit of its column.
    note : str
        Why, in the words of whoever entered it; may be empty.

    """

    measured: float | str | bool
    note: str


@dataclass(frozen=True, slots=True)
class KeptNote:
    """Who kept a case and when (ISO 8601, UTC), and the values that were entered otherwise."""

    at: str
    who: str
    overridden: Mapping[str, Overridden]


def note_kept(
    con: Connection, cohort: str, case_id: str, *, who: str, overridden: Mapping[str, Overridden]
) -> None:
    """Note in the version that is being built who kept a case."""
    table = f"{schema_of(cohort)}.kept"
    con.execute(
        f'CREATE TABLE IF NOT EXISTS {table} (case_id VARCHAR, "at" VARCHAR, who VARCHAR, '
        "overridden VARCHAR)"
    )
    said = {name: {"measured": one.measured, "note": one.note} for name, one in overridden.items()}
    con.execute(
        f"INSERT INTO {table} VALUES (?, ?, ?, ?)",  # noqa: S608
        [
            case_id,
            datetime.now(UTC).isoformat(timespec="seconds"),
            who,
            json.dumps(said, ensure_ascii=False, allow_nan=False),
        ],
    )


def kept_note(warehouse: Warehouse, cohort: str, case_id: str) -> KeptNote | None:
    """What is noted of a case; ``None`` where it was not kept one by one."""
    there = warehouse.rows(
        "SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = 'kept'",
        [cohort],
    )
    if there.empty:
        return None
    found = warehouse.rows(
        f'SELECT "at", who, overridden FROM {schema_of(cohort)}.kept WHERE case_id = ?',  # noqa: S608
        [case_id],
    )
    if found.empty:
        return None
    at, who, said = found.iloc[0]
    overridden = {name: Overridden(**one) for name, one in json.loads(said).items()}
    return KeptNote(at, who, overridden)


def saying_the_same(warehouse: Warehouse, cohort: str, values: Mapping[str, Any]) -> str:
    """A case of the cohort that says the same in every one of these columns; empty for none.

    Parameters
    ----------
    warehouse : Warehouse
    cohort : str
    values : mapping of str to object
        By column, ``None`` where unknown, which is the same as unknown. Where nothing is known,
        no case is said to be the same.

    """
    if all(value is None for value in values.values()):
        return ""
    same = " AND ".join(f"{quoted(name)} IS NOT DISTINCT FROM ?" for name in values)
    found = warehouse.rows(
        f"SELECT min(case_id) AS case_id FROM {schema_of(cohort)}.cases WHERE {same}",  # noqa: S608
        list(values.values()),
    )
    case_id = found["case_id"].iloc[0]
    return case_id if isinstance(case_id, str) else ""


def take_back(root: Path, cohort: str, case_id: str, *, actor: str = "local") -> int:
    """Publish a version without a case that somebody had kept, and return its number.

    Earlier versions still have it, and pictures stay where they lie, by their digest.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort, case_id : str
    actor : str
        Who takes it back, for the audit trail.

    Raises
    ------
    StoreError
        If nobody kept such a case, if a model or a reader has judged it since, or the store
        cannot be written.

    """
    schema = schema_of(cohort)

    def build(con: Connection) -> None:
        tables = {
            row[0]
            for row in con.execute(
                "SELECT table_name FROM information_schema.tables WHERE table_schema = ?", [cohort]
            ).fetchall()
        }

        def count(table: str) -> int:
            if table not in tables:
                return 0
            sql = f"SELECT count(*) FROM {schema}.{quoted(table)} WHERE case_id = ?"  # noqa: S608
            row = con.execute(sql, [case_id]).fetchone()
            return int(row[0]) if row else 0

        if not count("kept"):
            raise StoreError(
                f"Cohort {cohort} has no case {case_id[:40]!r} that was kept on the Predict page. "
                "Reload the page; somebody may have taken it back."
            )
        if any(count(table) for table in _JUDGED):
            raise StoreError(
                f"Case {case_id} has been judged since it was kept, so that taking it back would "
                "change what was published. It stays."
            )
        images = f"SELECT image_id FROM {schema}.images WHERE case_id = ?"  # noqa: S608
        for table in (name for name in _OF_IMAGE if name in tables):
            con.execute(f"DELETE FROM {schema}.{table} WHERE image_id IN ({images})", [case_id])  # noqa: S608
        patient = f"SELECT patient_id FROM {schema}.cases WHERE case_id = ?"  # noqa: S608
        con.execute(
            f"DELETE FROM {schema}.patients WHERE patient_id IN ({patient}) AND patient_id NOT IN "  # noqa: S608
            f"(SELECT patient_id FROM {schema}.cases WHERE case_id <> ?)",
            [case_id, case_id],
        )
        for table in _OF_CASE:
            con.execute(f"DELETE FROM {schema}.{table} WHERE case_id = ?", [case_id])  # noqa: S608

    detail = {"cohort": cohort, "case": case_id}
    return publish(root, build, action=TAKEN_BACK, detail=detail, actor=actor)
