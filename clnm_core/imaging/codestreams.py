"""What does a compressed picture say about itself, before it is given to a decoder?

Decoders believe the sizes in the stream and make room for them, whatever the file around it says;
some search for seconds, or for ever, for the end of a stream that was cut off.
"""

from __future__ import annotations

import struct

_JPEG, _JPEG_2000 = b"\xff\xd8", b"\xff\x4f\xff\x51"
_BOXES = b"\x00\x00\x00\x0cjP  "
_END = b"\xff\xd9"
_LONGEST_HEADER = 2**16  # bytes in which the size of JPEG 2000 must stand
_JPEG_LS = 0xF7
_FRAMES = {*range(0xC0, 0xD0), _JPEG_LS} - {0xC4, 0xC8, 0xCC}
_ALONE = {0x01, *range(0xD0, 0xD9)}  # markers without a length


def stated_size(stream: bytes) -> tuple[int, int] | None:
    r"""Rows and columns that a JPEG, JPEG-LS or JPEG 2000 stream states.

    Returns
    -------
    tuple of int or None
        ``None`` where it is no such stream, is damaged, or states its height only at its end.

    Examples
    --------
    >>> stated_size(b"\xff\xd8\xff\xc0\x00\x11\x08\x00\x10\x00\x20\x01")
    (16, 32)
    >>> stated_size(b"RLE or nothing") is None
    True

    """
    if stream.startswith(_JPEG):
        return _size_of_jpeg(stream)
    place = stream.find(_JPEG_2000, 0, _LONGEST_HEADER)
    if place < 0 or len(stream) < place + 24:
        return None
    right, bottom, left, top = struct.unpack_from(">IIII", stream, place + 8)
    return bottom - top, right - left


def is_cut_off(stream: bytes) -> bool:
    """Whether a JPEG-LS stream lacks its end, or the boxes around JPEG 2000 never reach it.

    False for every other kind of stream. A box of no length leads back to itself, and pydicom 3.0.2
    follows it for ever.
    """
    if stream.startswith(_BOXES):
        return _never_reaches_stream(stream)
    marker = _frame_marker(stream) if stream.startswith(_JPEG) else None
    return marker is not None and stream[marker + 1] == _JPEG_LS and _END not in stream[marker:]


def _never_reaches_stream(boxes: bytes) -> bool:
    place = 12  # after the first box, which has this length
    while place + 8 <= len(boxes):
        if boxes[place + 4 : place + 8] == b"jp2c":
            return False
        (length,) = struct.unpack_from(">I", boxes, place)
        if length < 8:
            return True
        place += length
    return True


def _size_of_jpeg(stream: bytes) -> tuple[int, int] | None:
    marker = _frame_marker(stream)
    if marker is None or len(stream) < marker + 9:
        return None
    rows, columns = struct.unpack_from(">HH", stream, marker + 5)
    return (rows, columns) if rows else None


def _frame_marker(stream: bytes) -> int | None:
    """Where the segment with the size of the picture begins."""
    place = 2
    while place + 4 <= len(stream) and stream[place] == 0xFF:
        kind = stream[place + 1]
        if kind in _FRAMES:
            return place
        if kind == 0xFF:
            place += 1
        elif kind in _ALONE:
            place += 2
        else:
            place += 2 + struct.unpack_from(">H", stream, place + 2)[0]
    return None
