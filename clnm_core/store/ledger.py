"""Who did what, when, and has anybody changed the answer since?

An append-only audit trail in SQLite (WAL, synchronous FULL). Each entry carries the digest
of the one before it, so that a change to any entry breaks the chain from there on; triggers
refuse UPDATE and DELETE. Details name cohorts, models and versions, never a patient.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clnm_core.store.operations import make_durable, opened
from clnm_core.store.places import StorePaths

_TABLE = """
CREATE TABLE IF NOT EXISTS entries (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    detail TEXT NOT NULL,
    previous TEXT NOT NULL,
    digest TEXT NOT NULL
);
CREATE TRIGGER IF NOT EXISTS entries_stay BEFORE UPDATE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are never changed'); END;
CREATE TRIGGER IF NOT EXISTS entries_remain BEFORE DELETE ON entries
BEGIN SELECT RAISE(ABORT, 'entries of the audit trail are never removed'); END;
"""

_WHAT = "The audit trail"
"""How an error names the part of the file that is used."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the audit trail; ``at`` is ISO 8601, UTC."""

    id: int
    at: str
    actor: str
    action: str
    detail: dict[str, Any]
    digest: str


@dataclass(frozen=True, slots=True)
class ChainReport:
    """Whether the audit trail is whole.

    ``problem`` is one sentence, empty where it is; ``digest`` is that of the last entry,
    empty where there is none.
    """

    entries: int
    digest: str = ""
    problem: str = ""

    @property
    def is_intact(self) -> bool:
        """Whether no entry was changed, removed or put in between."""
        return not self.problem


def record(root: Path, actor: str, action: str, detail: dict[str, Any]) -> int:
    """Append one entry and return its number; when this returns, it is on disk.

    Parameters
    ----------
    root : pathlib.Path
        The store; its folder is made where it is not there.
    actor : str
        Who acted: a login, or ``local``.
    action : str
        What was done, in a word or two.
    detail : dict
        Plain values; no identifiers of patients.

    Raises
    ------
    StoreError
        If the audit trail cannot be written.

    """
    text = json.dumps(detail, ensure_ascii=False, sort_keys=True, allow_nan=False)
    root.mkdir(parents=True, exist_ok=True)
    with opened(root, _WHAT) as con:
        make_durable(con)
        if not con.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries_remain'").fetchone():
            con.executescript(_TABLE)
        con.execute("BEGIN IMMEDIATE")
        last = con.execute("SELECT id, digest FROM entries ORDER BY id DESC LIMIT 1").fetchone()
        number, previous = (last[0] + 1, last[1]) if last else (1, "")
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        digest = _digest(number, at, actor, action, text, previous)
        con.execute(
            "INSERT INTO entries VALUES (?, ?, ?, ?, ?, ?, ?)",
            (number, at, actor, action, text, previous, digest),
        )
        con.execute("COMMIT")
    return int(number)


def entries(root: Path, limit: int | None = 100) -> list[Entry]:
    """The newest entries first, at most ``limit`` (``None``: all); empty where there is none."""
    if not _is_begun(root):
        return []
    with opened(root, _WHAT) as con:
        rows = con.execute(
            "SELECT id, at, actor, action, detail, digest FROM entries ORDER BY id DESC LIMIT ?",
            (-1 if limit is None else limit,),
        ).fetchall()
    return [
        Entry(number, at, actor, action, json.loads(detail), digest)
        for number, at, actor, action, detail, digest in rows
    ]


def verify(root: Path) -> ChainReport:
    """Recompute the chain from its first entry; the first break is reported.

    An entry that was changed, removed (also at the end) or put in between is found. Somebody
    who can write the file and recomputes every later digest is found only by comparison
    with a digest kept elsewhere; each published snapshot keeps one.
    """
    if not _is_begun(root):
        return ChainReport(0)
    with opened(root, _WHAT) as con:
        rows = con.execute(
            "SELECT id, at, actor, action, detail, previous, digest FROM entries ORDER BY id"
        ).fetchall()
        sequence = con.execute("SELECT seq FROM sqlite_sequence WHERE name = 'entries'").fetchone()
    before = ""
    for expected, (number, at, actor, action, detail, previous, digest) in enumerate(rows, 1):
        if number != expected:
            return ChainReport(
                len(rows), before, f"Entry {expected} of the audit trail was removed."
            )
        if previous != before or digest != _digest(number, at, actor, action, detail, previous):
            return ChainReport(len(rows), before, f"Entry {number} of the audit trail was changed.")
        before = digest
    written = sequence[0] if sequence else 0
    if written != len(rows):
        problem = f"The audit trail ends at entry {len(rows)}, but {written} were written."
        return ChainReport(len(rows), before, problem)
    return ChainReport(len(rows), before)


def head(root: Path) -> tuple[int, str]:
    """Number and digest of the newest entry, unchecked; ``(0, "")`` where there is none."""
    if not _is_begun(root):
        return 0, ""
    with opened(root, _WHAT) as con:
        row = con.execute("SELECT id, digest FROM entries ORDER BY id DESC LIMIT 1").fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


def has_version(root: Path, action: str, version: int) -> bool:
    """Whether the publication of a version was recorded."""
    if not _is_begun(root):
        return False
    with opened(root, _WHAT) as con:
        found = con.execute(
            "SELECT 1 FROM entries WHERE action = ? AND json_extract(detail, '$.version') = ?",
            (action, version),
        ).fetchone()
    return found is not None


def _is_begun(root: Path) -> bool:
    """Whether there is a trail; the file may hold notes, jobs or the quarantine alone."""
    if not StorePaths(root).ledger.exists():
        return False
    with opened(root, _WHAT) as con:
        found = con.execute("SELECT 1 FROM sqlite_master WHERE name = 'entries'").fetchone()
    return found is not None


def _digest(number: int, at: str, actor: str, action: str, detail: str, previous: str) -> str:
    parts = json.dumps([number, at, actor, action, detail, previous], ensure_ascii=False)
    return hashlib.sha256(parts.encode()).hexdigest()
