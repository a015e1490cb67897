"""How are the files in quarantine kept, so that nobody reads them without the store's key?

What lies there may name a patient: in its pixels, or, where it could not be read, anywhere. So each
item is one file, sealed with AES-256-GCM (NIST SP 800-38D) by a key that is derived from the key of
the store, which lies beside the store and never in it. The file is called by a keyed digest, never
by the name it came with; only its owner may read it.
"""

from __future__ import annotations

import hashlib
import hmac
import io
import secrets
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

from clnm_core.errors import StoreError
from clnm_core.store.places import StorePaths
from clnm_core.store.pseudonyms import derived_key
from clnm_core.store.whole_files import is_digest, write_whole

_NONCE_BYTES = 12


def seal(root: Path, parts: Mapping[str, bytes]) -> str:
    """Keep the parts of one item as one sealed file, and return its name.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    parts : mapping of str to bytes
        By names of ours: ``image.png``.

    Raises
    ------
    StoreError
        If the file cannot be written, or the key of the store cannot be used.

    """
    # Imported here: most runs of the program hold nothing, and it is a large library.
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_STORED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = nonce + AESGCM(derived_key(root, "quarantine")).encrypt(nonce, packed.getvalue(), None)
    name = _name_of(root, sealed)
    _make_folder(root)
    write_whole(_path(root, name), sealed, "The file for the quarantine", mode=0o600)
    return name


def opened(root: Path, name: str) -> dict[str, bytes]:
    """The parts of an item, as they were sealed.

    Raises
    ------
    StoreError
        If the file is not there, or is no longer what was sealed.

    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not is_digest(name):
        raise StoreError(f"There is no file {name[:20]!r} in quarantine. Reload the page.")
    try:
        sealed = _path(root, name).read_bytes()
    except OSError:
        raise StoreError(
            f"File {name[:12]} is missing from the quarantine. Remove the entry and import the "
            "image again, or restore the folder quarantine from a backup."
        ) from None
    if not hmac.compare_digest(_name_of(root, sealed), name):
        raise StoreError(
            f"File {name[:12]} in quarantine was altered on disk and is not used. Remove the entry "
            "and import the image again."
        )
    nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
    packed = AESGCM(derived_key(root, "quarantine")).decrypt(nonce, rest, None)
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {part: archive.read(part) for part in archive.namelist()}


def is_kept(root: Path, name: str) -> bool:
    """Whether a file of that name is there; its bytes are not read."""
    return is_digest(name) and _path(root, name).is_file()


def content_mark(root: Path, cohort: str, data: bytes) -> str:
    """A word by which the same bytes are known again within a cohort; it tells nothing of them."""
    message = f"{cohort}\0".encode() + hashlib.sha256(data).digest()
    return hmac.new(derived_key(root, "quarantine marks"), message, hashlib.sha256).hexdigest()


def remove(root: Path, name: str) -> None:
    """Delete a file; nothing happens where it is not there.

    Raises
    ------
    StoreError
        If the folder refuses.

    """
    if not is_digest(name):
        return
    try:
        _path(root, name).unlink(missing_ok=True)
    except OSError as error:
        raise StoreError(
            f"File {name[:12]} cannot be removed from the quarantine "
            f"({error.strerror or error}). Check the rights of the folder."
        ) from error


def remove_others(root: Path, kept: set[str]) -> None:
    """Delete what no entry names: what somebody who died on the way had written."""
    folder = StorePaths(root).quarantine
    for path in folder.iterdir() if folder.is_dir() else ():
        name, _, ending = path.name.partition(".")
        if is_digest(name) and (ending or name not in kept):
            path.unlink(missing_ok=True)


def lock_file(root: Path) -> BinaryIO:
    """The file by which one at a time changes the quarantine, open; raises as :func:`seal`."""
    _make_folder(root)
    path = StorePaths(root).quarantine / "lock"
    try:
        return path.open("ab")
    except OSError as error:
        raise StoreError(_unusable(root, error)) from error


def _make_folder(root: Path) -> None:
    """Make the folder, for its owner only."""
    folder = StorePaths(root).quarantine
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
    except OSError as error:
        raise StoreError(_unusable(root, error)) from error


def _unusable(root: Path, error: OSError) -> str:
    return (
        f"The folder of the quarantine, {StorePaths(root).quarantine}, cannot be used "
        f"({error.strerror or error}). Check free space and the rights of the store's folder."
    )


def _name_of(root: Path, sealed: bytes) -> str:
    return hmac.new(derived_key(root, "quarantine names"), sealed, hashlib.sha256).hexdigest()


def _path(root: Path, name: str) -> Path:
    return StorePaths(root).quarantine / name
