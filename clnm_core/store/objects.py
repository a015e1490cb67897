"""Where are the de-identified DICOM objects kept, and are they still what was put there?

Each lies under the SHA-256 of its bytes, as the pictures do (:mod:`clnm_core.store.artifacts`):
the same object is kept once, and one that was altered on disk is noticed when it is read. Only
objects that say of themselves that the patient's identity was removed go in.
"""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from clnm_core.store.places import StorePaths
from clnm_core.store.whole_files import is_digest, read_kept, write_whole

_PREAMBLE = 128
#: (0012,0062) Patient Identity Removed = YES, as an explicit VR in either byte order writes it,
#: and as implicit VR does.
_REMOVED = re.compile(
    rb"\x12\x00\x62\x00CS\x04\x00YES |\x00\x12\x00\x62CS\x00\x04YES |"
    rb"\x12\x00\x62\x00\x04\x00\x00\x00YES "
)
_HEADER_BYTES = 2**20
"""Within so many bytes the mark must stand; no header that was de-identified is longer."""


def put(root: Path, data: bytes) -> str:
    """Keep an object and return its digest; one that is there already is left alone.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    data : bytes
        A DICOM file as :mod:`clnm_core.imaging.deidentify` leaves it.

    Returns
    -------
    str
        SHA-256 of ``data``, 64 hexadecimal digits.

    Raises
    ------
    ValueError
        If ``data`` is none that :func:`can_be_kept`.
    StoreError
        If it cannot be written.

    """
    if not can_be_kept(data):
        raise ValueError(
            "data must be a DICOM file with an empty preamble, which says that the patient's "
            "identity was removed (0012,0062)."
        )
    digest = hashlib.sha256(data).hexdigest()
    path = _path(root, digest)
    if not path.exists():
        write_whole(path, data, "The DICOM object")
    return digest


def can_be_kept(data: bytes) -> bool:
    """Whether the bytes begin as a DICOM file that says that the identity was removed.

    In the preamble before it anything could stand, so it must be empty.
    """
    begins = data[_PREAMBLE : _PREAMBLE + 4] == b"DICM" and not any(data[:_PREAMBLE])
    return begins and _REMOVED.search(data, 0, _HEADER_BYTES) is not None


def get(root: Path, digest: str) -> bytes:
    """The object of a digest, as it was put.

    Raises
    ------
    StoreError
        If it is not there, or is no longer what was put.

    """
    return read_kept(_path(root, digest), digest, "DICOM object", "dicom")


def is_kept(root: Path, digest: str) -> bool:
    """Whether an object of that digest is there; its bytes are not read."""
    return is_digest(digest) and _path(root, digest).is_file()


def _path(root: Path, digest: str) -> Path:
    return StorePaths(root).dicom / digest[:2] / f"{digest}.dcm"
