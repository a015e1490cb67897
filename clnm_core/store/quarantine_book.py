"""What is written down about each file in quarantine?

A table in ``ops.sqlite``. An entry stays when its file has gone, and says who decided. It names a
case by its pseudonym, and never the name that a file came with.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clnm_core.store.operations import make_durable, opened
from clnm_core.store.places import StorePaths

DOUBTFUL, REFUSED = "doubtful", "refused"
"""A picture on which a patient may be named; a file that could not be read."""

WAITING, RELEASED, DISMISSED = "waiting", "released", "dismissed"

_WHAT = "The quarantine in"
"""How an error names the part of the file that is used."""

_TABLE = """CREATE TABLE IF NOT EXISTS quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    cohort TEXT NOT NULL,
    case_id TEXT NOT NULL,
    image_id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('doubtful', 'refused')),
    reason TEXT NOT NULL,
    digest TEXT NOT NULL,
    described TEXT NOT NULL,
    arrival TEXT NOT NULL,
    base INTEGER NOT NULL,
    mark TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('waiting', 'released', 'dismissed')),
    decided_by TEXT NOT NULL,
    decided_at TEXT NOT NULL
)"""
_INDEX = "CREATE INDEX IF NOT EXISTS quarantine_by_state ON quarantine (state, cohort, id)"
_FIELDS = (
    "at, cohort, case_id, image_id, kind, reason, digest, described, arrival, base, mark, state, "
    "decided_by, decided_at"
)


@dataclass(frozen=True, slots=True)
class Held:
    """One entry.

    Parameters
    ----------
    cohort, case_id, image_id : str
        To what it belongs, by pseudonyms; ``image_id`` is the one that a doubtful picture will
        have, and empty for a refused file.
    kind : str
        ``doubtful`` or ``refused``.
    reason : str
        A sentence for the reader.
    digest : str
        Name of its file in quarantine.
    described : dict
        Plain values for the list: ``row`` of the table, ``rows`` and ``cols`` of the picture.
    arrival : str
        The import that brought it, as the publication of that import names it.
    base : int
        The version of the store that was shown when it came.
    mark : str
        By which the same refused bytes are known again.
    state : str
        ``waiting``, ``released`` or ``dismissed``.
    decided_by, decided_at : str
        A login, or ``local``; ISO 8601, UTC. While the entry waits: whoever has begun to decide.
    id : int
        Rises with every entry of the store; 0 where it is not written yet.
    at : str
        ISO 8601, UTC.

    """

    cohort: str
    case_id: str
    image_id: str
    kind: str
    reason: str
    digest: str = ""
    described: dict[str, Any] = field(default_factory=dict)
    arrival: str = ""
    base: int = 0
    mark: str = ""
    state: str = WAITING
    decided_by: str = ""
    decided_at: str = ""
    id: int = 0
    at: str = ""


def add(root: Path, entries: Sequence[Held]) -> None:
    """Write entries down, all or none; when this returns, they are on disk.

    A refused file of the same bytes that waits already gives way to the new entry.
    """
    at = _now()
    with opened(root, _WHAT) as con:
        make_durable(con)
        con.execute("BEGIN IMMEDIATE")
        con.execute(_TABLE)
        con.execute(_INDEX)
        for one in entries:
            if one.mark:
                con.execute(
                    "DELETE FROM quarantine WHERE state = 'waiting' AND mark = ?", (one.mark,)
                )
            described = json.dumps(one.described, sort_keys=True, allow_nan=False)
            con.execute(
                f"INSERT INTO quarantine ({_FIELDS}) "  # noqa: S608
                "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'waiting', '', '')",
                (
                    *(at, one.cohort, one.case_id, one.image_id, one.kind, one.reason, one.digest),
                    *(described, one.arrival, one.base, one.mark),
                ),
            )
        con.execute("COMMIT")


def entries(root: Path, *, state: str = WAITING) -> list[Held]:
    """The entries in one state, the oldest first."""
    if not StorePaths(root).ledger.is_file():
        return []
    with opened(root, _WHAT) as con:
        if not _is_there(con):
            return []
        rows = con.execute(
            f"SELECT id, {_FIELDS} FROM quarantine WHERE state = ? ORDER BY id",  # noqa: S608
            (state,),
        ).fetchall()
    return [_held(*row) for row in rows]


def begin(root: Path, ids: Iterable[int], actor: str) -> None:
    """Note who decides before anything is done, so that it is known if they die on the way."""
    _write(root, ids, "decided_by = ?, decided_at = ?", (actor, _now()))


def decide(root: Path, ids: Iterable[int], state: str, actor: str) -> None:
    """Note what was decided; those that no longer wait are left alone."""
    _write(root, ids, "state = ?, decided_by = ?, decided_at = ?", (state, actor, _now()))


def finish(root: Path, ids: Iterable[int], state: str) -> None:
    """Note what had been decided by whoever had begun to."""
    _write(root, ids, "state = ?", (state,))


def forget(root: Path, ids: Iterable[int]) -> None:
    """Take out entries of an import that never came about."""
    with opened(root, _WHAT) as con:
        con.execute("BEGIN IMMEDIATE")
        con.executemany("DELETE FROM quarantine WHERE id = ?", [(one,) for one in ids])
        con.execute("COMMIT")


def _write(root: Path, ids: Iterable[int], what: str, values: tuple[str, ...]) -> None:
    with opened(root, _WHAT) as con:
        make_durable(con)
        con.execute("BEGIN IMMEDIATE")
        con.executemany(
            f"UPDATE quarantine SET {what} WHERE id = ? AND state = 'waiting'",  # noqa: S608
            [(*values, one) for one in ids],
        )
        con.execute("COMMIT")


def _is_there(con: sqlite3.Connection) -> bool:
    return bool(con.execute("SELECT 1 FROM sqlite_master WHERE name = 'quarantine'").fetchone())


def _held(number: int, *values: Any) -> Held:
    named = dict(zip(_FIELDS.split(", "), values, strict=True))
    return Held(**{**named, "described": json.loads(named["described"]), "id": number})


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="milliseconds")
