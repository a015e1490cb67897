"""Does a worker run where jobs wait?"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from pathlib import Path

from clnm_core.errors import JobError
from clnm_core.jobs import claims, sole

_REPOSITORY = Path(__file__).resolve().parents[2]
_MOST_LOG_BYTES = 1_000_000
_NICENESS = 10
_started: list[subprocess.Popen[bytes]] = []


def log_path(root: Path) -> Path:
    """What the workers of a store have said; types of errors and places in the code, no values."""
    return root / "worker.log"


def ensure_worker(root: Path) -> None:
    """Start a worker of the store as a process of its own, unless one lives.

    It has its own session: closing the page, the server or the terminal does not end it. It
    empties the queue, behind whatever else the machine has to do, and ends by itself some minutes
    later. May be called often, and from several processes at once: one worker comes of it.

    Raises
    ------
    JobError
        If it cannot be started.

    """
    _started[:] = [one for one in _started if one.poll() is None]  # leave no dead child unburied
    lock = sole.try_lock(root)
    if lock is None:
        return
    try:
        with _log(root).open("ab") as log:
            worker = subprocess.Popen(  # noqa: S603 (own module, own folder)
                [sys.executable, "-m", "clnm_core", "worker", "--store", str(root.resolve())],
                cwd=_REPOSITORY,
                env=os.environ | {sole.HANDED_OVER: str(lock), "PYTHONUNBUFFERED": "1"},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=(lock,),
                start_new_session=True,
            )
        _started.append(worker)
        with contextlib.suppress(OSError):  # its cores are lent: pages come first
            os.setpriority(os.PRIO_PROCESS, worker.pid, _NICENESS)
    except OSError as error:
        raise JobError(
            f"The worker cannot be started ({error.strerror or error}). Start it by hand with "
            "'python -m clnm_core worker'."
        ) from error
    finally:
        sole.let_go(lock)


def ensure_worker_if_needed(root: Path) -> None:
    """As :func:`ensure_worker`, only where a job waits or was left by a worker that died."""
    if claims.waits(root):
        ensure_worker(root)


def _log(root: Path) -> Path:
    """The log; one that has grown long is begun anew."""
    path = log_path(root)
    if path.exists() and path.stat().st_size > _MOST_LOG_BYTES:
        path.replace(path.with_name("worker.log.1"))
    return path
