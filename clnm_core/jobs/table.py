"""How does a job lie in ``ops.sqlite``?"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from clnm_core.errors import JobError
from clnm_core.store.operations import make_durable, opened
from clnm_core.store.places import StorePaths

SILENT_AFTER_S = 10.0
"""A running job that nobody has spoken for longer than this has lost its worker."""

_WHAT = "The jobs in"
"""How an error names the part of the file that is used."""

_TABLE = """CREATE TABLE IF NOT EXISTS jobs (
    number INTEGER PRIMARY KEY AUTOINCREMENT,
    id TEXT NOT NULL UNIQUE,
    kind TEXT NOT NULL,
    title TEXT NOT NULL,
    actor TEXT NOT NULL,
    parameters TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    share REAL NOT NULL DEFAULT 0,
    step TEXT NOT NULL DEFAULT '',
    created TEXT NOT NULL,
    started TEXT NOT NULL DEFAULT '',
    finished TEXT NOT NULL DEFAULT '',
    heartbeat TEXT NOT NULL DEFAULT '',
    seconds_left REAL,
    error TEXT NOT NULL DEFAULT '',
    result TEXT NOT NULL DEFAULT '{}',
    attempts INTEGER NOT NULL DEFAULT 0,
    worker TEXT NOT NULL DEFAULT '',
    must_stop INTEGER NOT NULL DEFAULT 0
)"""

FIELDS = (
    "id, kind, title, parameters, state, share, step, created, started, finished, heartbeat, "
    "seconds_left, error, result"
)
"""The columns of a :class:`Job`, in its order, for SQL text."""


@dataclass(frozen=True, slots=True)
class Job:
    """One job, as it was when it was looked at.

    Parameters
    ----------
    id : str
        Random; says nothing about what the job works on.
    kind : str
        One of :data:`clnm_core.jobs.kinds.KINDS`.
    title : str
        What it does, for people.
    parameters : dict
        Plain values.
    state : str
        ``queued``, ``running``, ``done``, ``failed`` or ``cancelled``.
    share : float
        How far, in [0, 1].
    step : str
        What it is at, in words.
    created, started, finished, heartbeat : str
        ISO 8601, UTC; empty where it has not happened.
    seconds_left : float or None
        Until its end, from the rate so far; ``None`` where that is not known.
    error : str
        Why it failed, as a sentence.
    result : dict
        Plain values; empty until it is done.

    """

    id: str
    kind: str
    title: str
    parameters: dict[str, Any]
    state: str
    share: float
    step: str
    created: str
    started: str
    finished: str
    heartbeat: str
    seconds_left: float | None
    error: str
    result: dict[str, Any]

    @property
    def has_ended(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state in ("done", "failed", "cancelled")

    @property
    def is_silent(self) -> bool:
        """Whether it runs by the record, but its worker has not been heard of for a while."""
        return self.state == "running" and seconds_since(self.heartbeat) > SILENT_AFTER_S


def job_from(row: tuple[Any, ...]) -> Job:
    """A job from its :data:`FIELDS`."""
    words = dict(zip(FIELDS.split(", "), row, strict=True))
    words["parameters"] = json.loads(words["parameters"])
    words["result"] = json.loads(words["result"])
    return Job(**words)


def now() -> str:
    """The time as it is written, in UTC."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def seconds_since(written: str) -> float:
    """Seconds since a time that :func:`now` wrote; infinite where it is empty."""
    if not written:
        return float("inf")
    return (datetime.now(UTC) - datetime.fromisoformat(written)).total_seconds()


@contextmanager
def changing(root: Path) -> Iterator[sqlite3.Connection]:
    """One transaction that nobody else writes into; undone where it raises.

    Raises
    ------
    JobError
        If there is no folder for the store.
    StoreError
        If the file cannot be read or written.

    """
    if not root.is_dir():
        raise JobError(
            f"There is no store at {root}, so no job can be kept. Make the demonstration with "
            "'python -m clnm_core demo', or import a table."
        )
    with opened(root, _WHAT) as con:
        make_durable(con)
        con.execute("BEGIN IMMEDIATE")
        try:
            con.execute(_TABLE)
            yield con
        except BaseException:
            con.execute("ROLLBACK")
            raise
        con.execute("COMMIT")


def read(root: Path, sql: str, values: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Rows of a query; none where no job was ever submitted."""
    if not StorePaths(root).ledger.is_file():
        return []
    with opened(root, _WHAT) as con:
        known = con.execute("SELECT 1 FROM sqlite_master WHERE name = 'jobs'").fetchone()
        return con.execute(sql, values).fetchall() if known else []
