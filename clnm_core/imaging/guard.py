"""How is a file from outside read without trusting it?

Parsers of image files are large, partly written in C, and have been broken before. So another
process reads the file: it gets the bytes through a pipe, next to no environment, bounded memory,
time and files, and answers with a JSON header and raw pixels. The parent checks both sizes before
it builds an array, unpickles nothing, and kills a process that takes too long. Processes that
answered well are kept for the next file, so that only the first reader waits for imports.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import math
import os
import secrets
import signal
import struct
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import IO, Any

import numpy as np

from clnm_core.domain.image import Image, Modality, Region
from clnm_core.errors import ImageError
from clnm_core.imaging.limits import DEFAULT, Limits

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PYTHONNOUSERSITE": "1",
    "PYTHONPATH": str(_ROOT),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_MOST_AT_ONCE = max(2, os.cpu_count() or 2)
_MOST_WAITING = 2
_LONGEST_HEADER = 64 * 1024  # bytes
_LONGEST_SENTENCE = 500

_NO_ANSWER = (
    "The image could not be read: it is damaged, or would take more memory or time than is safe. "
    "Export it again as PNG or as uncompressed DICOM."
)

_Process = subprocess.Popen[bytes]
_turns = threading.BoundedSemaphore(_MOST_AT_ONCE)
_lock = threading.Lock()
_waiting: list[tuple[int, _Process]] = []  # (the process that started it, the reader)


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
        reader = _take()
        is_sound = False
        try:
            header, pixels = _exchange(reader, request, data, limits)
            is_sound = True
        finally:
            if is_sound:
                _put_back(reader)
            else:
                _end(reader)
    if "error" in header:
        raise ImageError(_sentence(header["error"]))
    return _image(header, pixels, limits)


def warm_up() -> None:
    """Start a reader now, so that the first file does not wait for its imports. Returns at once."""
    _put_back(_take())


def close() -> None:
    """End the waiting readers; the next file starts a new one."""
    with _lock:
        readers = [reader for owner, reader in _waiting if owner == os.getpid()]
        _waiting.clear()
    for reader in readers:
        _end(reader)


atexit.register(close)


def _take() -> _Process:
    """A waiting reader that still lives, else a new one."""
    while True:
        with _lock:
            owner, reader = _waiting.pop() if _waiting else (0, None)
        if reader is None:
            return _start()
        if owner != os.getpid():  # left over from before a fork: not ours to use or to end
            reader.returncode = 0
            continue
        if reader.poll() is None:
            return reader
        _end(reader)


def _put_back(reader: _Process) -> None:
    with _lock:
        is_kept = len(_waiting) < _MOST_WAITING
        if is_kept:
            _waiting.append((os.getpid(), reader))
    if not is_kept:
        _end(reader)


def _start() -> _Process:
    environment = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    return subprocess.Popen(
        [sys.executable, "-s", "-m", "clnm_core.imaging.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        cwd=_ROOT,
        env=environment | _ENVIRONMENT,
        start_new_session=True,
    )


def _end(reader: _Process) -> None:
    _kill(reader)
    reader.wait()
    for stream in (reader.stdin, reader.stdout):
        if stream is not None:
            stream.close()


def _kill(reader: _Process) -> None:
    """End a reader and its worker, which share a process group of their own."""
    if reader.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(reader.pid, signal.SIGKILL)
            else:
                reader.kill()


def _exchange(
    reader: _Process, request: dict[str, Any], data: bytes, limits: Limits
) -> tuple[dict[str, Any], bytes]:
    """Send the file, receive header and pixels: never more than was asked for, nor for longer."""
    if reader.stdin is None or reader.stdout is None:
        raise ValueError("reader must have been started with pipes.")
    watchdog = threading.Timer(limits.wall_seconds, _kill, args=(reader,))
    sender = threading.Thread(target=_send, args=(reader.stdin, request, data), daemon=True)
    watchdog.start()
    sender.start()
    try:
        (length,) = struct.unpack(">I", _receive(reader.stdout, 4))
        if length > _LONGEST_HEADER:
            raise ImageError(_NO_ANSWER)
        header = _header(_receive(reader.stdout, length))
        count = header.get("bytes", 0)
        if header.get("ticket") != request["ticket"] or not _is_count(count, 3 * limits.pixels):
            raise ImageError(_NO_ANSWER)
        return header, _receive(reader.stdout, count)
    except BaseException:
        _kill(reader)
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
            raise ImageError(_NO_ANSWER)
        parts += part
    return bytes(parts)


def _is_count(value: object, most: int) -> bool:
    return isinstance(value, int) and 0 <= value <= most


def _header(words: bytes) -> dict[str, Any]:
    try:
        header = json.loads(words)
    except (ValueError, RecursionError):
        raise ImageError(_NO_ANSWER) from None
    if not isinstance(header, dict):
        raise ImageError(_NO_ANSWER)
    return header


def _sentence(words: object) -> str:
    is_sentence = isinstance(words, str) and words.isprintable() and len(words) < _LONGEST_SENTENCE
    return str(words) if is_sentence and words else _NO_ANSWER


def _image(header: dict[str, Any], pixels: bytes, limits: Limits) -> Image:
    try:
        shape = tuple(int(length) for length in header["shape"])
        if len(shape) not in (2, 3) or min(shape) < 1 or shape[2:] not in ((), (3,)):
            raise ValueError(shape)
        if shape[0] * shape[1] > limits.pixels or math.prod(shape) != len(pixels):
            raise ValueError(shape)
        spacing = header["spacing_mm"]
        return Image(
            pixels=np.frombuffer(pixels, dtype=np.uint8).reshape(shape),
            spacing_mm=None if spacing is None else _pair(spacing),
            modality=Modality(header["modality"]),
            frame=int(header["frame"]),
            frames=int(header["frames"]),
            source=_sentence(header["source"]),
            regions=tuple(_region(*region) for region in header["regions"]),
            notes=tuple(_sentence(note) for note in header["notes"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ImageError(_NO_ANSWER) from None


def _region(top: Any, left: Any, bottom: Any, right: Any, spacing: Any) -> Region:
    return Region(int(top), int(left), int(bottom), int(right), _pair(spacing))


def _pair(values: Any) -> tuple[float, float]:
    row, column = (float(value) for value in values)
    if not (0 < row < 1000 and 0 < column < 1000):
        raise ValueError(values)
    return row, column
