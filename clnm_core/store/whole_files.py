"""How does a file come to its place whole, or not at all, and is it still what was put there?"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from clnm_core.errors import StoreError

_DIGEST = re.compile(r"[0-9a-f]{64}")


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


def is_digest(word: str) -> bool:
    """Whether a word can be the name of a file kept by its SHA-256."""
    return bool(_DIGEST.fullmatch(word))


def read_kept(path: Path, digest: str, what: str, folder: str) -> bytes:
    """A file that is kept by its digest, as it was put.

    Parameters
    ----------
    path : pathlib.Path
        Where it lies.
    digest : str
        SHA-256 of its bytes, 64 hexadecimal digits.
    what, folder : str
        What it is and which folder of the store it lies in, for the sentence of an error:
        ``picture``, ``images``.

    Raises
    ------
    StoreError
        If it is not there, or is no longer what was put.

    """
    if not is_digest(digest):
        raise StoreError(f"There is no {what} {digest[:20]!r} in the store. Reload the page.")
    named = f"{what[0].upper()}{what[1:]} {digest[:12]}"
    again = f"Import its cohort again, or restore the folder {folder} from a backup."
    try:
        data = path.read_bytes()
    except OSError:
        raise StoreError(f"{named} is missing from the store. {again}") from None
    if hashlib.sha256(data).hexdigest() != digest:
        raise StoreError(f"{named} was altered on disk and is not used. {again}")
    return data
