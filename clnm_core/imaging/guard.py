"""How is a file from outside read without trusting it?

Parsers of image files are large, partly written in C, and have been broken before. So another
process reads the file: it gets the bytes through a pipe, next to no environment, bounded memory,
time and files, and answers with a JSON header and raw pixels. The parent checks both sizes before
it builds an array, unpickles nothing, and kills a process that takes too long.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import struct
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

from clnm_core.domain.image import Image
from clnm_core.errors import ImageError
from clnm_core.imaging import processes
from clnm_core.imaging.answers import NO_ANSWER, image_from, sentence
from clnm_core.imaging.limits import DEFAULT, Limits

_MOST_AT_ONCE = max(2, os.cpu_count() or 2)
_LONGEST_HEADER = 64 * 1024  # bytes

_turns = threading.BoundedSemaphore(_MOST_AT_ONCE)


def read_untrusted(data: bytes, name: str, *, frame: int = 0, limits: Limits = DEFAULT) -> Image:
    """Read one frame of an image file that somebody gave us.

    Parameters
    ----------
    data : bytes
        The file: DICOM, PNG, JPEG or TIFF; recognised by its content.
    name : str
        Name of the file. Only its ending is used, and only to word a refusal.
    frame : int
        Which frame, from 0.
    limits : Limits
        What reading may cost.

    Returns
    -------
    Image

    Raises
    ------
    ImageError
        One sentence, or two, for the reader: what is wrong and what to do. Never holds text from
        the file or its name. Nothing else is raised for any content of ``data``.
    ValueError
        If ``frame`` is negative.

    """
    if frame < 0:
        raise ValueError(f"frame must be 0 or more; got {frame}.")
    if not data:
        raise ImageError("The file is empty. Choose it again, or export it again.")
    if len(data) > limits.file_bytes:
        raise ImageError(
            f"The file has {len(data) / 2**20:,.0f} MB, more than is read safely "
            f"(at most {limits.file_bytes / 2**20:,.0f} MB). Export the one picture that matters."
        )
    request = {
        "ticket": secrets.token_hex(8),  # comes back with the answer: never another file's
        "bytes": len(data),
        "ending": Path(name).suffix.lower()[:8],
        "frame": frame,
        "limits": asdict(limits),
    }
    with _turns:
        reader = processes.take()
        is_sound = False
        try:
            header, pixels = _exchange(reader, request, data, limits)
            is_sound = True
        finally:
            if is_sound:
                processes.put_back(reader)
            else:
                processes.end(reader)
    if "error" in header:
        raise ImageError(sentence(header["error"]))
    return image_from(header, pixels, limits)


def _exchange(
    reader: processes.Reader, request: dict[str, Any], data: bytes, limits: Limits
) -> tuple[dict[str, Any], bytes]:
    """Send the file, receive header and pixels: never more than was asked for, nor for longer."""
    if reader.stdin is None or reader.stdout is None:
        raise ValueError("reader must have been started with pipes.")
    watchdog = threading.Timer(limits.wall_seconds, processes.kill, args=(reader,))
    sender = threading.Thread(target=_send, args=(reader.stdin, request, data), daemon=True)
    watchdog.start()
    sender.start()
    try:
        (length,) = struct.unpack(">I", _receive(reader.stdout, 4))
        if length > _LONGEST_HEADER:
            raise ImageError(NO_ANSWER)
        header = _header(_receive(reader.stdout, length))
        count = header.get("bytes", 0)
        if header.get("ticket") != request["ticket"] or not _is_count(count, 3 * limits.pixels):
            raise ImageError(NO_ANSWER)
        return header, _receive(reader.stdout, count)
    except BaseException:
        processes.kill(reader)
        raise
    finally:
        sender.join()
        watchdog.cancel()


def _send(stream: IO[bytes], request: dict[str, Any], data: bytes) -> None:
    words = json.dumps(request).encode()
    with contextlib.suppress(OSError):  # the reader has gone; whoever awaits its answer says so
        for part in (struct.pack(">I", len(words)) + words, data):
            rest = memoryview(part)
            while rest:
                rest = rest[stream.write(rest) :]


def _receive(stream: IO[bytes], count: int) -> bytes:
    parts = bytearray()
    while len(parts) < count:
        part = stream.read(min(count - len(parts), 2**20))
        if not part:
            raise ImageError(NO_ANSWER)
        parts += part
    return bytes(parts)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and 0 <= value <= most


def _header(words: bytes) -> dict[str, Any]:
    try:
        header = json.loads(words)
    except (ValueError, RecursionError):
        raise ImageError(NO_ANSWER) from None
    if not isinstance(header, dict):
        raise ImageError(NO_ANSWER)
    return header
