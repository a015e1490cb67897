"""By which word is a patient known here, instead of by name or number?"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
import stat
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from clnm_core.errors import StoreError
from clnm_core.store.places import StorePaths

if TYPE_CHECKING:  # what a disguise is made of is loaded where it is used
    from clnm_core.imaging.disguise import Disguise

FARTHEST_DAYS = 3650
"""Dates of a patient move back by 1 to so many days."""

_BYTES = 32


def pseudonym(root: Path, cohort: str, identifier: str) -> str:
    """The word that stands for an identifier within one cohort.

    HMAC-SHA256 with the key of the store, the first 60 bits in base32: 12 letters and digits
    (a-z, 2-7). The same identifier has the same word as long as the key lives, and another
    one in another cohort. Without the key nobody can tell which word an identifier has.
    Two of 100,000 identifiers share a word with a probability below 5e-9.

    Parameters
    ----------
    root : pathlib.Path
        The store. Its key lies beside it (``store.key``), readable by its owner only, and is
        made at the first call.
    cohort : str
    identifier : str
        As the hospital writes it; space around it is not part of it.

    Raises
    ------
    ValueError
        If the identifier is empty.
    StoreError
        If the key is missing although it was used before, is not the one that was used, can be
        read by others, or cannot be read.

    """
    if not identifier.strip():
        raise ValueError(
            "identifier must not be empty; every patient without one would be the same."
        )
    message = f"{cohort}\0{identifier.strip()}".encode()
    digest = hmac.new(_key(root), message, hashlib.sha256).digest()
    return base64.b32encode(digest)[:12].decode().lower()


def derived_key(root: Path, purpose: str) -> bytes:
    """A secret of 32 bytes for one purpose, made of the key of the store; never written anywhere.

    HMAC-SHA256 of the purpose. Who knows the key of one purpose knows neither that of another
    nor the key of the store. Raises as :func:`pseudonym`.
    """
    # No cohort's name holds a space, so that no pseudonym is made of the same message.
    return hmac.new(_key(root), f"derived key\0{purpose}".encode(), hashlib.sha256).digest()


def date_shift_days(root: Path, cohort: str, patient: str) -> int:
    """By how many days the dates of a patient are moved: constant per patient, in [-3650, -1].

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    patient : str
        The patient's pseudonym.

    """
    message = f"{cohort}\0{patient}".encode()
    drawn = hmac.new(derived_key(root, "dates"), message, hashlib.sha256).digest()
    return -1 - int.from_bytes(drawn[:8]) % FARTHEST_DAYS


def disguise_of(root: Path, cohort: str, patient: str) -> Disguise:
    """In what a patient's images go about here; ``patient`` is the pseudonym."""
    from clnm_core.imaging.disguise import Disguise

    return Disguise(
        key=derived_key(root, f"images of {cohort}"),
        patient=patient,
        shift_days=date_shift_days(root, cohort, patient),
    )


def _key(root: Path) -> bytes:
    path = StorePaths(root).key
    try:
        try:
            status = path.stat()
        except FileNotFoundError:
            _make(root)
            status = path.stat()
        return _checked(root, status.st_mtime_ns, status.st_ino, stat.S_IMODE(status.st_mode))
    except OSError as error:
        raise StoreError(
            f"The key of the pseudonyms, {path}, cannot be used ({error.strerror or error}). "
            "Check the rights of its folder."
        ) from error


@lru_cache(maxsize=16)
def _checked(root: Path, changed: int, inode: int, mode: int) -> bytes:
    """The key, once its rights, its form and its fingerprint were found right."""
    del changed, inode
    paths = StorePaths(root)
    if mode & 0o077:
        raise StoreError(
            f"The key of the pseudonyms, {paths.key}, can be read by others. Restrict it to its "
            "owner (chmod 600), and consider whether it was copied."
        )
    try:
        key = bytes.fromhex(paths.key.read_text("ascii"))
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise StoreError(
            f"The file {paths.key} does not hold a key of pseudonyms. Restore it from a backup."
        )
    if not paths.key_print.exists():
        _write_new(paths.key_print, _fingerprint(key))
    if paths.key_print.read_text("ascii").strip() != _fingerprint(key):
        raise StoreError(
            f"The key of the pseudonyms, {paths.key}, is not the one that this store was made "
            "with. Restore the right one from a backup."
        )
    return key


def _make(root: Path) -> None:
    """Make the key once; of two who try at the same time the first one's holds."""
    paths = StorePaths(root)
    if paths.key_print.exists():
        raise StoreError(
            f"The key of the pseudonyms, {paths.key}, is missing, and a new one would give every "
            "patient another word. Restore it from a backup."
        )
    root.mkdir(parents=True, exist_ok=True)
    _write_new(paths.key, secrets.token_hex(_BYTES))


def _write_new(path: Path, text: str) -> None:
    """Write a file that only its owner may read, whole or not at all; an existing one stays."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(f"{text}\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)
        except FileExistsError:
            return
    finally:
        draft.unlink()


def _fingerprint(key: bytes) -> str:
    return hmac.new(key, b"fingerprint of the key", hashlib.sha256).hexdigest()
