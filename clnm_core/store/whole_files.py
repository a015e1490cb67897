"""How does a file come to its place whole, or not at all?"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from clnm_core.errors import StoreError


def write_whole(path: Path, data: bytes, what: str, *, mode: int = 0o644) -> None:
    """Write a file beside its place, flush it to disk, and rename it there.

    Parameters
    ----------
    path : pathlib.Path
        Its folder is made where it is not there; a file of that name is replaced.
    data : bytes
    what : str
        What is written, for the sentence of an error: ``The picture``.
    mode : int
        Rights of the file; the process's own mask is taken off them.

    Raises
    ------
    StoreError
        If it cannot be written; nothing is left of it then.

    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
        try:
            handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
            with os.fdopen(handle, "wb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            draft.replace(path)
        finally:
            draft.unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"{what} cannot be written to {path.parent} ({error.strerror or error}). Check "
            "free space and the rights of the folder."
        ) from error
