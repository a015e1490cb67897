"""How is something compressed unpacked without letting it grow beyond bounds?

A megabyte of zeros packed by deflate can be gigabytes; the libraries that read medical files
unpack all of it before they look.
"""

from __future__ import annotations

import zlib

from clnm_core.errors import ImageError

_GZIP = 16 + zlib.MAX_WBITS
_BARE = -zlib.MAX_WBITS
_MOST_MEMBERS = 1000


def inflated(data: bytes, most_bytes: int, what: str) -> bytes:
    """Bare deflate (RFC 1951) unpacked.

    Parameters
    ----------
    data : bytes
        What follows the end of the compressed data is not looked at.
    most_bytes : int
    what : str
        What it is, as the beginning of a sentence.

    Raises
    ------
    ImageError
        If it is damaged, or larger than ``most_bytes``.

    """
    return _unpacked(zlib.decompressobj(_BARE), data, most_bytes, what)[0]


def gunzipped(data: bytes, most_bytes: int, what: str) -> bytes:
    """A gzip file (RFC 1952) unpacked, all its members one after the other.

    Parameters
    ----------
    data : bytes
    most_bytes : int
        Of all members together.
    what : str
        What it is, as the beginning of a sentence.

    Raises
    ------
    ImageError
        If it is damaged or cut off, or larger than ``most_bytes``.

    """
    parts: list[bytes] = []
    left = most_bytes
    rest = data
    while rest.startswith(b"\x1f\x8b") and len(parts) < _MOST_MEMBERS:
        engine = zlib.decompressobj(_GZIP)
        part, rest = _unpacked(engine, rest, left, what)
        if not engine.eof:
            raise ImageError(f"{what} is cut off. Export it again.")
        parts.append(part)
        left -= len(part)
    return b"".join(parts)


def _unpacked(engine: zlib._Decompress, data: bytes, most: int, what: str) -> tuple[bytes, bytes]:
    try:
        # One byte more than is allowed tells "exactly as much" from "more".
        unpacked = engine.decompress(data, most + 1)
    except zlib.error:
        raise ImageError(f"{what} is damaged. Export it again.") from None
    if len(unpacked) > most:
        raise ImageError(
            f"{what} grows beyond {most // 2**20:,} MB, which is not safe to read. "
            "Export it uncompressed."
        )
    return unpacked, engine.unused_data
