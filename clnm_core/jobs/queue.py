"""Which jobs wait, run and have ended, and how does one come about or stop?

Jobs lie in ``ops.sqlite`` (WAL, synchronous FULL): when :func:`submit` returns, the job is on
disk and survives its reader, the server and the machine.
"""

from __future__ import annotations

import json
import secrets
from pathlib import Path
from typing import Any

from clnm_core.errors import JobError
from clnm_core.jobs.kinds import check_kind
from clnm_core.jobs.table import FIELDS, Job, changing, job_from, now, read

__all__ = ["Job", "cancel", "job", "jobs", "resume", "submit"]

_LONGEST_TITLE = 200
_LONGEST_PARAMETERS = 20_000


def submit(
    root: Path, kind: str, parameters: dict[str, Any], *, title: str, actor: str = "local"
) -> Job:
    """Put a job at the end of the queue.

    Where one of the same kind and parameters waits or runs already, nothing is added and that
    one is returned: a button pressed twice means one job.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    kind : str
        One of :data:`clnm_core.jobs.kinds.KINDS`.
    parameters : dict
        Plain values for JSON; no identifiers of patients.
    title : str
        What it does, for people; no identifiers of patients.
    actor : str
        Who asks: a login, or ``local``.

    Raises
    ------
    JobError
        If there is no such kind, or no store.
    StoreError
        If the queue cannot be written.

    """
    check_kind(kind)
    text = json.dumps(parameters, ensure_ascii=False, sort_keys=True, allow_nan=False)
    if len(text) > _LONGEST_PARAMETERS:
        raise JobError("The job has too many settings to be kept. Leave the longest ones out.")
    with changing(root) as con:
        row = con.execute(
            f"SELECT {FIELDS} FROM jobs WHERE kind = ? AND parameters = ? AND must_stop = 0 "  # noqa: S608
            "AND state IN ('queued', 'running') ORDER BY number LIMIT 1",
            (kind, text),
        ).fetchone()
        if row is None:
            row = con.execute(
                "INSERT INTO jobs (id, kind, title, actor, parameters, state, created) "  # noqa: S608
                f"VALUES (?, ?, ?, ?, ?, 'queued', ?) RETURNING {FIELDS}",
                (secrets.token_hex(8), kind, title[:_LONGEST_TITLE], actor, text, now()),
            ).fetchone()
    return job_from(row)


def job(root: Path, job_id: str) -> Job:
    """One job.

    Raises
    ------
    JobError
        If there is none of that number.

    """
    rows = read(root, f"SELECT {FIELDS} FROM jobs WHERE id = ?", (job_id,))  # noqa: S608
    if not rows:
        raise JobError(_unknown(job_id))
    return job_from(rows[0])


def jobs(root: Path, *, kind: str | None = None, limit: int = 50) -> list[Job]:
    """The newest jobs first, of one kind or of all; empty where there is no store."""
    rows = read(
        root,
        f"SELECT {FIELDS} FROM jobs WHERE ? IS NULL OR kind = ? "  # noqa: S608
        "ORDER BY number DESC LIMIT ?",
        (kind, kind, limit),
    )
    return [job_from(row) for row in rows]


def cancel(root: Path, job_id: str) -> None:
    """Ask a job to stop; what it has finished is kept.

    One that waits is cancelled at once, and so is one whose worker has died. One that runs stops
    at its next pause, about two seconds later; until then its state stays ``running``.

    Raises
    ------
    JobError
        If there is none of that number, or it has ended.

    """
    with changing(root) as con:
        row = con.execute(f"SELECT {FIELDS} FROM jobs WHERE id = ?", (job_id,)).fetchone()  # noqa: S608
        if row is None:
            raise JobError(_unknown(job_id))
        found = job_from(row)
        if found.has_ended:
            raise JobError(f"This job has ended already ({found.state}), so it cannot be stopped.")
        if found.state == "queued" or found.is_silent:
            con.execute(
                "UPDATE jobs SET state = 'cancelled', finished = ?, seconds_left = NULL, "
                "step = 'Cancelled', worker = '' WHERE id = ?",
                (now(), job_id),
            )
        else:
            con.execute("UPDATE jobs SET must_stop = 1 WHERE id = ?", (job_id,))


def resume(root: Path, job_id: str) -> None:
    """Let a job that was cancelled or failed wait again; it goes on where its finished parts end.

    Raises
    ------
    JobError
        If there is none of that number, or it is neither cancelled nor failed.

    """
    with changing(root) as con:
        row = con.execute("SELECT state FROM jobs WHERE id = ?", (job_id,)).fetchone()
        if row is None:
            raise JobError(_unknown(job_id))
        if row[0] not in ("cancelled", "failed"):
            raise JobError(
                f"Only a job that was cancelled or has failed can be resumed; this one is {row[0]}."
            )
        con.execute(
            "UPDATE jobs SET state = 'queued', error = '', finished = '', step = '', "
            "attempts = 0, must_stop = 0, worker = '', seconds_left = NULL WHERE id = ?",
            (job_id,),
        )


def _unknown(job_id: str) -> str:
    return f"There is no job {job_id[:20]!r} in this store. Reload the page for those that are."
