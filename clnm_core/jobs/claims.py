"""Which job does the worker take next, and how does it say that it still lives?

A job that runs carries the name of its worker. Only that one may write into it: a worker that
was taken for dead and wakes up again finds that the job is no longer its own, and stops.
"""

from __future__ import annotations

import json
import os
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clnm_core.jobs.table import (
    FIELDS,
    SILENT_AFTER_S,
    Job,
    changing,
    job_from,
    now,
    read,
    seconds_since,
)

MOST_DEATHS = 3
"""Workers that may die in one job before it is called failed."""

_KILLER = (
    "The worker died {} times while it ran this job, most likely for want of memory. Choose a "
    "smaller network or stop other programs, then resume: what is finished is kept."
)


@dataclass(frozen=True, slots=True)
class Claim:
    """A job that this worker runs now."""

    job: Job
    actor: str
    worker: str


def worker_name() -> str:
    """Host and process of this worker."""
    return f"{socket.gethostname()}:{os.getpid()}"


def waits(root: Path) -> bool:
    """Whether a job waits, or runs by the record."""
    return bool(read(root, "SELECT 1 FROM jobs WHERE state IN ('queued', 'running') LIMIT 1"))


def claim(root: Path, worker: str) -> Claim | None:
    """Take the oldest job that waits, or that a dead worker left; ``None`` where there is none.

    One transaction: two workers never take the same job. A job of a dead worker is one whose
    worker was of this machine and is gone, or has not been heard of for :data:`SILENT_AFTER_S`.
    After :data:`MOST_DEATHS` deaths it has failed; where it had been asked to stop, it is
    cancelled.
    """
    with changing(root) as con:
        rows = con.execute(
            f"SELECT number, actor, worker, attempts, must_stop, {FIELDS} FROM jobs "  # noqa: S608
            "WHERE state IN ('queued', 'running') ORDER BY number"
        ).fetchall()
        for number, actor, holder, attempts, must_stop, *fields in rows:
            job = job_from(tuple(fields))
            if job.state == "running":
                if _lives(holder, job.heartbeat):
                    continue
                if must_stop:
                    _end(con, number, "cancelled", "Cancelled", "")
                    continue
                if attempts >= MOST_DEATHS:
                    _end(con, number, "failed", job.step, _KILLER.format(attempts))
                    continue
            at = now()
            row = con.execute(
                "UPDATE jobs SET state = 'running', worker = ?, attempts = attempts + 1, "  # noqa: S608
                "started = CASE started WHEN '' THEN ? ELSE started END, heartbeat = ?, "
                "step = 'Starting', seconds_left = NULL, error = '' "
                f"WHERE number = ? RETURNING {FIELDS}",
                (worker, at, at, number),
            ).fetchone()
            return Claim(job_from(row), actor, worker)
    return None


def beat(
    root: Path, claimed: Claim, *, share: float, step: str, seconds_left: float | None
) -> bool:
    """Say that the worker lives and how far it is; returns whether it shall go on.

    ``False`` means that the job was asked to stop, or is no longer this worker's.
    """
    with changing(root) as con:
        row = con.execute(
            "UPDATE jobs SET heartbeat = ?, share = ?, step = ?, seconds_left = ? "
            "WHERE id = ? AND worker = ? AND state = 'running' RETURNING must_stop",
            (now(), share, step, seconds_left, claimed.job.id, claimed.worker),
        ).fetchone()
    return row is not None and not row[0]


def finish(
    root: Path,
    claimed: Claim,
    state: str,
    *,
    result: dict[str, Any] | None = None,
    error: str = "",
) -> None:
    """Write how the job ended: ``done``, ``failed`` or ``cancelled``.

    Nothing is written where it is no longer this worker's.
    """
    at, text = now(), json.dumps(result or {}, ensure_ascii=False, allow_nan=False)
    with changing(root) as con:
        con.execute(
            "UPDATE jobs SET state = ?, finished = ?, heartbeat = ?, seconds_left = NULL, "
            "error = ?, result = ?, worker = '', share = CASE ? WHEN 'done' THEN 1 ELSE share END, "
            "step = CASE ? WHEN 'done' THEN 'Done' WHEN 'cancelled' THEN 'Cancelled' ELSE step END "
            "WHERE id = ? AND worker = ? AND state = 'running'",
            (state, at, at, error, text, state, state, claimed.job.id, claimed.worker),
        )


def give_back(root: Path, claimed: Claim) -> None:
    """Let the job wait again because the worker is told to end; that is no death of a worker."""
    with changing(root) as con:
        con.execute(
            "UPDATE jobs SET state = 'queued', worker = '', attempts = attempts - 1, "
            "seconds_left = NULL WHERE id = ? AND worker = ? AND state = 'running'",
            (claimed.job.id, claimed.worker),
        )


def _end(con: Any, number: int, state: str, step: str, error: str) -> None:
    con.execute(
        "UPDATE jobs SET state = ?, finished = ?, step = ?, error = ?, worker = '', "
        "seconds_left = NULL WHERE number = ?",
        (state, now(), step, error, number),
    )


def _lives(holder: str, heartbeat: str) -> bool:
    """Whether the worker that holds a job may still be at it."""
    if seconds_since(heartbeat) > SILENT_AFTER_S:
        return False
    host, _, number = holder.rpartition(":")
    if host != socket.gethostname():
        return True
    if int(number) == os.getpid():  # an earlier process had our number
        return False
    try:
        os.kill(int(number), 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
