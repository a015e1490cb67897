"""What does the process do that reads files from outside?

Started by ``guard`` as ``python -m clnm_core.imaging.child``. It loads the parsers once, then for
each request forks a worker, which reads one file with bounded memory and time, answers and ends:
nothing of one file is left when the next is read. A worker that dies takes the process with it, so
that no half answer is ever taken for a whole one. Where there is no fork, it serves one file.

A request is a length (4 bytes), a JSON object of that length, and the files whose sizes it lists;
an answer is the same with arrays. Whatever libraries print goes into the void.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import struct
import sys
import warnings
from typing import Any

from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.operations import OPERATIONS, Part

_PARSERS = ("clnm_core.imaging.raster", "clnm_core.imaging.dicom")
#: Loaded before the first worker that needs them, so that later ones need not.
_FURTHER = {
    "receive": ("clnm_core.imaging.receiving",),
    "masks": (
        *(f"clnm_core.imaging.{name}" for name in ("dicom_seg", "rt_contours", "volumes")),
        *("clnm_core.imaging.target", "nibabel.nifti2", "nrrd"),
    ),
}

_DAMAGED = (
    "The file is damaged and cannot be read as an image. "
    "Export it again from the device or the archive."
)
_TOO_DEEP = (
    "The file nests its parts too deeply to be read safely. Export it again as PNG, or as "
    "uncompressed DICOM."
)
_TOO_MUCH_MEMORY = (
    "The image would take more memory than is safe. Export the one picture that matters as PNG."
)


def main() -> None:
    """Answer requests until there are no more."""
    requests, answers = os.dup(0), os.dup(1)
    void = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1):
        os.dup2(void, stream)
    warnings.simplefilter("ignore")
    # pydicom's downloader of test files would import an HTTP client: time, and network code.
    sys.modules["requests"] = None  # type: ignore[assignment]
    _load(_PARSERS)
    while head := _read(requests, 4):
        request = json.loads(_read(requests, *struct.unpack(">I", head)))
        _load(_FURTHER.get(request["what"], ()))
        if not hasattr(os, "fork"):
            _serve(requests, answers, request)
            return
        worker = os.fork()
        if worker == 0:
            _serve(requests, answers, request)
            os._exit(0)
        _, status = os.waitpid(worker, 0)
        if status != 0:
            return


def _load(parsers: tuple[str, ...]) -> None:
    if not all(parser in sys.modules for parser in parsers):
        for parser in parsers:
            importlib.import_module(parser)
        gc.freeze()


def _serve(requests: int, answers: int, request: dict[str, Any]) -> None:
    limits = Limits(**request["limits"])
    files = [_read(requests, size) for size in request["sizes"]]
    _give_up_resources(limits)
    header, parts = _answer(files, request, limits)
    header |= {"ticket": request["ticket"], "sizes": [len(part) for part in parts]}
    words = json.dumps(header).encode()
    _write(answers, struct.pack(">I", len(words)) + words)
    for part in parts:
        _write(answers, part)


def _read(stream: int, count: int) -> bytes:
    """Exactly so many bytes, or none: unbuffered, so that nothing is taken from a worker."""
    parts = bytearray()
    while len(parts) < count:
        part = os.read(stream, min(count - len(parts), 2**20))
        if not part:
            return b""
        parts += part
    return bytes(parts)


def _write(stream: int, data: memoryview | bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(stream, rest) :]


def _give_up_resources(limits: Limits) -> None:
    """Bound memory, processor time and files; write no file and no core dump."""
    try:
        import resource
    except ImportError:  # not a POSIX system: the parent's clock and size checks remain
        return
    bounds = {
        resource.RLIMIT_AS: limits.memory_bytes,
        resource.RLIMIT_CPU: limits.cpu_seconds,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for kind, bound in bounds.items():
        hard = resource.getrlimit(kind)[1]
        value = bound if hard == resource.RLIM_INFINITY else min(bound, hard)
        with contextlib.suppress(ValueError, OSError):  # macOS refuses some of them
            resource.setrlimit(kind, (value, value))


def _answer(
    files: list[bytes], request: dict[str, Any], limits: Limits
) -> tuple[dict[str, Any], list[Part]]:
    try:
        return OPERATIONS[request["what"]](files, request, limits)
    except ImageError as error:
        sentence = str(error)
    except MemoryError:
        sentence = _TOO_MUCH_MEMORY
    except RecursionError:
        sentence = _TOO_DEEP
    except BaseException:
        # Whatever a parser trips over, the reader can do only one thing about it; the exception's
        # own words may quote the file, so they stay here. Parsers in Rust panic with one that is
        # no Exception.
        sentence = _DAMAGED
    return {"error": sentence}, []


if __name__ == "__main__":
    main()
