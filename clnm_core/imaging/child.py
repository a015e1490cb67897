"""What does the process do that reads files from outside?

Started by ``guard`` as ``python -m clnm_core.imaging.child``. It loads the parsers once, then for
each request forks a worker, which reads one file with bounded memory and time, answers and ends:
nothing of one file is left when the next is read. A worker that dies takes the process with it, so
that no half answer is ever taken for a whole one. Where there is no fork, it serves one file.

A request is a length (4 bytes), a JSON object of that length, and the bytes of the file; an answer
is the same with the pixels. Whatever libraries print goes into the void.
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

import numpy as np

from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.reading import read_image

_PARSERS = ("clnm_core.imaging.raster", "clnm_core.imaging.dicom")

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
    for parser in _PARSERS:
        importlib.import_module(parser)
    gc.freeze()
    while head := _read(requests, 4):
        request = json.loads(_read(requests, *struct.unpack(">I", head)))
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


def _serve(requests: int, answers: int, request: dict[str, Any]) -> None:
    limits = Limits(**request["limits"])
    data = _read(requests, request["bytes"])
    _give_up_resources(limits)
    header, pixels = _answer(data, request, limits)
    header["ticket"] = request["ticket"]
    words = json.dumps(header).encode()
    _write(answers, struct.pack(">I", len(words)) + words)
    _write(answers, pixels)


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
    data: bytes, request: dict[str, Any], limits: Limits
) -> tuple[dict[str, Any], memoryview | bytes]:
    try:
        image = read_image(data, request["ending"], frame=request["frame"], limits=limits)
        pixels = np.ascontiguousarray(image.pixels)
    except ImageError as error:
        return {"error": str(error)}, b""
    except MemoryError:
        return {"error": _TOO_MUCH_MEMORY}, b""
    except RecursionError:
        return {"error": _TOO_DEEP}, b""
    except Exception:
        # Whatever a parser trips over, the reader can do only one thing about it; the exception's
        # own words may quote the file, so they stay here.
        return {"error": _DAMAGED}, b""
    header = {
        "bytes": pixels.nbytes,
        "shape": pixels.shape,
        "spacing_mm": image.spacing_mm,
        "modality": image.modality,
        "frame": image.frame,
        "frames": image.frames,
        "source": image.source,
        "regions": [
            (region.top, region.left, region.bottom, region.right, region.spacing_mm)
            for region in image.regions
        ],
        "notes": image.notes,
    }
    return header, pixels.data.cast("B")


if __name__ == "__main__":
    main()
