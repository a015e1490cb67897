"""Who is the one worker of a store?

The worker holds a lock on a file of the store; the system lets go of it when the worker ends, in
whatever way. Whoever starts a worker takes the lock first and hands it over open, so that two who
start one at the same moment start one.
"""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

from clnm_core.errors import JobError

HANDED_OVER = "CLNM_WORKER_LOCK"
"""Environment variable with the number of the open, locked file that a new worker inherits."""


def try_lock(root: Path) -> int | None:
    """The open, locked file as a number; ``None`` where a worker lives.

    Raises
    ------
    JobError
        If the file cannot be made.

    """
    try:
        handle = os.open(root / "worker.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise JobError(
            f"The store {root} cannot be written ({error.strerror or error}), so no job can run. "
            "Check free space and the rights of the folder."
        ) from error
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(handle)
        return None
    return handle


def inherited_or_new(root: Path) -> int | None:
    """The lock that this process was started with, or else a new one; ``None`` as above."""
    text = os.environ.pop(HANDED_OVER, "")
    if not text.isdigit():
        return try_lock(root)
    handle = int(text)
    os.set_inheritable(handle, False)
    return handle


def let_go(handle: int) -> None:
    """Give the lock back."""
    os.close(handle)
