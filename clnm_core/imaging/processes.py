"""Which process reads the next file?

Readers are processes that run ``clnm_core.imaging.child``. One that answered well is kept for the
next file, so that only the first file waits for imports; one that did not is ended with everything
that it started. When this process ends, in whatever way, their input ends and so do they.
"""

from __future__ import annotations

import atexit
import contextlib
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

Reader = subprocess.Popen[bytes]

_ROOT = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    "PYTHONNOUSERSITE": "1",
    "PYTHONPATH": str(_ROOT),
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
}
_PASSED_ON = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")
_MOST_WAITING = 2

_lock = threading.Lock()
_waiting: list[tuple[int, Reader]] = []  # (the process that started it, the reader)


def warm_up() -> None:
    """Start a reader now, so that the first file does not wait for its imports. Returns at once."""
    put_back(take())


def close() -> None:
    """End the waiting readers; the next file starts a new one."""
    with _lock:
        readers = [reader for owner, reader in _waiting if owner == os.getpid()]
        _waiting.clear()
    for reader in readers:
        end(reader)


atexit.register(close)


def take() -> Reader:
    """A waiting reader that still lives, else a new one: nobody else's until it is put back."""
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
        end(reader)


def put_back(reader: Reader) -> None:
    """Keep a reader that answered well for the next file, unless enough wait already."""
    with _lock:
        is_kept = len(_waiting) < _MOST_WAITING
        if is_kept:
            _waiting.append((os.getpid(), reader))
    if not is_kept:
        end(reader)


def _start() -> Reader:
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


def end(reader: Reader) -> None:
    """Kill a reader, wait for it and close its pipes."""
    kill(reader)
    reader.wait()
    for stream in (reader.stdin, reader.stdout):
        if stream is not None:
            stream.close()


def kill(reader: Reader) -> None:
    """End a reader and its worker, which share a process group of their own."""
    if reader.poll() is None:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            if hasattr(os, "killpg"):
                os.killpg(reader.pid, signal.SIGKILL)
            else:
                reader.kill()
