"""Where are the pictures kept, and are they still the ones that were put there?

Each picture lies under the SHA-256 of its bytes: the same picture is kept once, and one that
was altered on disk is noticed when it is read. Only plain PNG goes in, without any block that
could carry words, so that nothing but pixels is kept of what a hospital sent.
"""

from __future__ import annotations

import hashlib
import io
import struct
import zlib
from functools import lru_cache
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from clnm_core.imaging.rendering import thumbnail_png
from clnm_core.store.places import StorePaths
from clnm_core.store.whole_files import is_digest, read_kept, write_whole

KINDS = ("image", "mask")
"""What may be put: a picture (grey or RGB, 8 bits) or a mask (grey, 1 or 8 bits)."""

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_PLAIN = {b"IHDR", b"IDAT", b"IEND"}
_FORMS = {"image": {(8, 0), (8, 2)}, "mask": {(1, 0), (8, 0)}}


def put(root: Path, kind: str, data: bytes) -> str:
    """Keep a picture and return its digest; one that is there already is left alone.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    kind : str
        ``image`` or ``mask``.
    data : bytes
        PNG as :func:`clnm_core.imaging.rendering.to_png` or ``png_bytes`` writes it.

    Returns
    -------
    str
        SHA-256 of ``data``, 64 hexadecimal digits.

    Raises
    ------
    ValueError
        If the kind is unknown, or ``data`` is not a plain PNG of that kind.
    StoreError
        If the picture cannot be written.

    """
    _check_plain(kind, data)
    digest = hashlib.sha256(data).hexdigest()
    path = _path(root, digest)
    if path.exists():
        return digest
    write_whole(path, data, "The picture")
    return digest


def get(root: Path, digest: str) -> bytes:
    """The picture of a digest, as it was put.

    Raises
    ------
    StoreError
        If it is not there, or is no longer what was put.

    """
    return read_kept(_path(root, digest), digest, "picture", "images")


@lru_cache(maxsize=2048)
def thumbnail(root: Path, digest: str, side: int = 96) -> bytes:
    """A small PNG of the picture, longer side at most ``side`` pixels; raises as :func:`get`."""
    with Pillow.open(io.BytesIO(get(root, digest)), formats=["PNG"]) as picture:
        grey_or_rgb = picture if picture.mode in ("L", "RGB") else picture.convert("L")
        return thumbnail_png(np.asarray(grey_or_rgb, dtype=np.uint8), side)


def is_kept(root: Path, digest: str) -> bool:
    """Whether a picture of that digest is there; its bytes are not read."""
    return is_digest(digest) and _path(root, digest).is_file()


def _path(root: Path, digest: str) -> Path:
    return StorePaths(root).images / digest[:2] / f"{digest}.png"


def _check_plain(kind: str, data: bytes) -> None:
    """Walk the blocks of a PNG: form, checksums, and nothing but pixels."""
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}; got {kind!r}.")
    if not data.startswith(_SIGNATURE):
        raise ValueError("data must be a PNG; it does not begin as one.")
    position, names = len(_SIGNATURE), []
    while position < len(data):
        if position + 12 > len(data):
            raise ValueError("data must be a complete PNG; it ends within a block.")
        length, name = struct.unpack_from(">I4s", data, position)
        end = position + 12 + length
        body = data[position + 4 : end - 4]
        if end > len(data) or struct.unpack_from(">I", data, end - 4)[0] != zlib.crc32(body):
            raise ValueError(f"data must be a complete PNG; block {name!r} is damaged.")
        if name not in _PLAIN:
            raise ValueError(f"data must hold pixels only; it has a block {name!r}.")
        names.append(name)
        position = end
    if names[:1] != [b"IHDR"] or names[-1] != b"IEND" or b"IDAT" not in names:
        raise ValueError("data must be a complete PNG; a block is missing.")
    depth, colour = data[24], data[25]
    if (depth, colour) not in _FORMS[kind]:
        raise ValueError(
            f"{kind} must be {'grey or RGB of 8 bits' if kind == 'image' else 'grey'}; "
            f"got {depth} bits of PNG colour type {colour}."
        )
