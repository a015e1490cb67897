"""How do a question and its answer pass between us and a process that we do not trust?

A question is a length (4 bytes), a JSON object of that length, and the files whose sizes it lists;
an answer is the same with arrays instead of files. The asker bounds every size before it makes
room, knows its answer by a ticket, unpickles nothing, and ends a process that takes too long.
Secrets travel here and nowhere else: not in arguments, not in the environment, not in a log.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import struct
import threading
from collections.abc import Sequence
from typing import IO, Any

from clnm_core.errors import ImageError
from clnm_core.imaging import processes
from clnm_core.imaging.answers import NO_ANSWER, sentence

_MOST_AT_ONCE = max(2, os.cpu_count() or 2)
_LONGEST_HEADER = 64 * 1024  # bytes

_turns = threading.BoundedSemaphore(_MOST_AT_ONCE)

Answer = tuple[dict[str, Any], list[memoryview]]


def ask(
    question: dict[str, Any],
    files: Sequence[bytes],
    *,
    most_bytes: Sequence[int],
    wall_seconds: float,
) -> Answer:
    """Send a question with its files to a reader, and receive what it answers.

    Parameters
    ----------
    question : dict
        What JSON can say. ``ticket`` and ``sizes`` are added.
    files : sequence of bytes
        Sent as they are, in this order.
    most_bytes : sequence of int
        How many bytes the first, second … part of the answer may have at most. An answer with
        more parts than this is none.
    wall_seconds : float
        After this the reader is ended.

    Returns
    -------
    header : dict
        As the reader sent it; anything may be in it.
    parts : list of memoryview
        Read-only; no longer than ``most_bytes``, and no more of them.

    Raises
    ------
    ImageError
        With the reader's own sentence where it refuses, else with a general one.

    """
    asked = question | {"ticket": secrets.token_hex(8), "sizes": [len(file) for file in files]}
    with _turns:
        reader = processes.take()
        is_sound = False
        try:
            header, parts = _exchange(reader, asked, files, most_bytes, wall_seconds)
            is_sound = True
        finally:
            if is_sound:
                processes.put_back(reader)
            else:
                processes.end(reader)
    if "error" in header:
        raise ImageError(sentence(header["error"]))
    return header, parts


def _exchange(
    reader: processes.Reader,
    asked: dict[str, Any],
    files: Sequence[bytes],
    most_bytes: Sequence[int],
    wall_seconds: float,
) -> Answer:
    """Never more than was asked for, nor for longer."""
    if reader.stdin is None or reader.stdout is None:
        raise ValueError("reader must have been started with pipes.")
    watchdog = threading.Timer(wall_seconds, processes.kill, args=(reader,))
    sender = threading.Thread(target=_send, args=(reader.stdin, asked, files), daemon=True)
    watchdog.start()
    sender.start()
    try:
        (length,) = struct.unpack(">I", _receive(reader.stdout, 4))
        if length > _LONGEST_HEADER:
            raise ImageError(NO_ANSWER)
        header = _header(_receive(reader.stdout, length))
        sizes: Any = header.get("sizes")
        if header.get("ticket") != asked["ticket"] or not _are_sizes(sizes, most_bytes):
            raise ImageError(NO_ANSWER)
        return header, [_receive(reader.stdout, size) for size in sizes]
    except BaseException:
        processes.kill(reader)
        raise
    finally:
        sender.join()
        watchdog.cancel()


def _send(stream: IO[bytes], asked: dict[str, Any], files: Sequence[bytes]) -> None:
    words = json.dumps(asked).encode()
    with contextlib.suppress(OSError):  # the reader has gone; whoever awaits its answer says so
        for part in (struct.pack(">I", len(words)) + words, *files):
            rest = memoryview(part)
            while rest:
                rest = rest[stream.write(rest) :]


def _receive(stream: IO[bytes], count: int) -> memoryview:
    parts = bytearray()
    while len(parts) < count:
        part = stream.read(min(count - len(parts), 2**20))
        if not part:
            raise ImageError(NO_ANSWER)
        parts += part
    return memoryview(parts).toreadonly()


def _are_sizes(sizes: object, most_bytes: Sequence[int]) -> bool:
    return (
        isinstance(sizes, list)
        and len(sizes) <= len(most_bytes)
        and all(
            type(size) is int and 0 <= size <= most
            for size, most in zip(sizes, most_bytes, strict=False)
        )
    )


def _header(words: memoryview) -> dict[str, Any]:
    try:
        header = json.loads(bytes(words))
    except (ValueError, RecursionError):
        raise ImageError(NO_ANSWER) from None
    if not isinstance(header, dict):
        raise ImageError(NO_ANSWER)
    return header
