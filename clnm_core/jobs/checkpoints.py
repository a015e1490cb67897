"""Where does a training keep what it needs to go on after a kill?

In a folder of the store that is named by all that the training depends on: whoever starts the very
same training again finds it. It goes when the training has come to its end.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clnm_core import __version__
from clnm_core.errors import JobError, StoreError
from clnm_core.store.places import StorePaths

_LEFT_AFTER_S = 30 * 24 * 3600.0
"""A training that nobody took up again for so long has its folder removed."""


@contextmanager
def kept_checkpoints(root: Path, said: Sequence[Any]) -> Iterator[Path]:
    """The folder of one training, for as long as it runs; removed where it ends well.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    said : sequence
        All that the training depends on, as plain values: system, settings, seed, device, and a
        digest of the cases. The release of the program counts too.

    Raises
    ------
    JobError
        If the very same training runs in another process.
    StoreError
        If the folder cannot be made.

    """
    text = json.dumps([__version__, *said], sort_keys=True, allow_nan=False)
    folder = StorePaths(root).checkpoints / hashlib.sha256(text.encode()).hexdigest()[:32]
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _remove_left(folder.parent)
        lock = os.open(folder.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"The store {root} cannot be written ({error.strerror or error}). Check free space "
            "and the rights of the folder, then try again."
        ) from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise JobError(
                "The very same training runs already in another process. Wait until it has ended, "
                "or choose another name."
            ) from None
        yield folder
        shutil.rmtree(folder, ignore_errors=True)
    finally:
        if not folder.exists():  # nothing to go on from: leave nothing at all
            folder.with_suffix(".lock").unlink(missing_ok=True)
        os.close(lock)


def _remove_left(parent: Path) -> None:
    """Remove what was left long ago and nobody holds."""
    for lock in parent.glob("*.lock"):
        if time.time() - lock.stat().st_mtime > _LEFT_AFTER_S:
            shutil.rmtree(lock.with_suffix(""), ignore_errors=True)
            lock.unlink(missing_ok=True)
