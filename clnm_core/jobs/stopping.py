"""How do processes on whatever backend hear that they shall stop?

By a file in the folder of shards: every process that computes can see that folder, or it could not
put its shards there.
"""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from clnm_core.jobs.shards import make_folder
from clnm_core.store.places import StorePaths

_LOOK_S = 0.3


@contextmanager
def stop_file(root: Path, is_cancelled: Callable[[], bool]) -> Iterator[Path]:
    """The place of a file that appears when the work shall stop, and goes afterwards.

    Raises
    ------
    StoreError
        If the folder of shards cannot be made.

    """
    stop = StorePaths(root).shards / f"{secrets.token_hex(8)}.stop"
    make_folder(root)
    over = threading.Event()

    def look() -> None:
        while not (over.wait(_LOOK_S) or stop.exists()):
            if is_cancelled():
                with suppress(OSError):  # a disk that is full now may not be in a moment
                    stop.touch()

    thread = threading.Thread(target=look, daemon=True)
    thread.start()
    try:
        yield stop
    finally:
        over.set()
        thread.join()
        stop.unlink(missing_ok=True)
