"""What does an NRRD file hold?

Voxels raw or gzip in the same file. A header may name another file to read them from: such a file
is refused, and so is every coding that could unpack without bounds.
"""

from __future__ import annotations

import io
import re
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.inflating import gunzipped
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.volumes import Volume, volume_of, voxel_count

_MARK = b"NRRD000"
_LONGEST_HEADER = 2**20  # bytes
_ELSEWHERE = re.compile(rb"^\s*data\s*file\s*:", re.IGNORECASE | re.MULTILINE)
#: Name of a space -> which of its first two axes point the other way than DICOM's.
_SPACES = {
    "left-posterior-superior": (1.0, 1.0),
    "lps": (1.0, 1.0),
    "right-anterior-superior": (-1.0, -1.0),
    "ras": (-1.0, -1.0),
    "left-anterior-superior": (1.0, -1.0),
    "las": (1.0, -1.0),
}
_ORDERS: dict[str, Literal["<", ">"]] = {"little": "<", "big": ">"}
_TYPES = {
    "i1": ("signed char", "int8", "int8_t"),
    "u1": ("uchar", "unsigned char", "uint8", "uint8_t"),
    "i2": ("short", "short int", "signed short", "signed short int", "int16", "int16_t"),
    "u2": ("ushort", "unsigned short", "unsigned short int", "uint16", "uint16_t"),
    "i4": ("int", "signed int", "int32", "int32_t"),
    "u4": ("uint", "unsigned int", "uint32", "uint32_t"),
    "i8": ("longlong", "long long", "long long int", "signed long long", "int64", "int64_t"),
    "u8": ("ulonglong", "unsigned long long", "unsigned long long int", "uint64", "uint64_t"),
    "f4": ("float",),
    "f8": ("double",),
}
_DAMAGED = "The NRRD file is damaged: its header cannot be understood. Export it again."


def is_nrrd(data: bytes) -> bool:
    """Whether the first bytes are those of NRRD."""
    return data.startswith(_MARK)


def read_nrrd(data: bytes, limits: Limits) -> Volume:
    """Read an NRRD file.

    Parameters
    ----------
    data : bytes
        The whole file; header and voxels in one.
    limits : Limits

    Returns
    -------
    Volume
        Structures have the names that 3D Slicer gives them, where it wrote the file.

    Raises
    ------
    ImageError
        If the file breaks a limit, is damaged, cut off, or keeps its voxels in another file.
    Exception
        Whatever the parser raises on a damaged file.

    """
    import nrrd

    end = re.search(rb"\r?\n\r?\n", data[:_LONGEST_HEADER])
    head = data[: end.end()] if end else data[:_LONGEST_HEADER]
    if _ELSEWHERE.search(head):
        raise ImageError(
            "The NRRD header names another file that holds its voxels. "
            "Export header and voxels as one .nrrd file."
        )
    if end is None:
        raise ImageError(_DAMAGED)
    try:
        header: dict[str, Any] = dict(nrrd.read_header(io.BytesIO(head)))
        shape = tuple(int(length) for length in header["sizes"])
        dtype = _dtype(header)
        coding = str(header["encoding"]).lower()
    except (nrrd.NRRDError, KeyError, TypeError, ValueError, OverflowError):
        raise ImageError(_DAMAGED) from None
    count = voxel_count(shape, limits)
    if any(header.get(key, 0) != 0 for key in ("line skip", "lineskip", "byte skip", "byteskip")):
        raise ImageError("The NRRD file skips a part of itself. Export it again, from 3D Slicer.")
    voxels = _unpacked(data[end.end() :], coding, count * dtype.itemsize)
    values = np.frombuffer(voxels, dtype, count).reshape(shape, order="F")
    return volume_of(values, _to_patient(header), _names(header))


def _dtype(header: dict[str, Any]) -> np.dtype[Any]:
    for dtype, names in _TYPES.items():
        if header["type"].lower() in names:
            is_long = np.dtype(dtype).itemsize > 1
            return np.dtype(dtype).newbyteorder(_ORDERS[header["endian"]] if is_long else "=")
    raise ValueError("type")


def _unpacked(packed: bytes, coding: str, length: int) -> bytes:
    if coding in ("gzip", "gz"):
        packed = gunzipped(packed, length, "The NRRD file")
    elif coding != "raw":
        raise ImageError(
            "The NRRD file is packed in a way that is not read here. Export it raw or as gzip."
        )
    if len(packed) < length:
        raise ImageError(
            "The NRRD file is cut off: it holds fewer voxels than it states. Export it again."
        )
    return packed


def _to_patient(header: dict[str, Any]) -> NDArray[np.float64] | None:
    turned = _SPACES.get(str(header.get("space", "")).lower())
    steps = np.asarray(header.get("space directions"), dtype=np.float64)
    origin = np.asarray(header.get("space origin"), dtype=np.float64)
    if turned is None or steps.shape != (3, 3) or origin.shape != (3,):
        return None
    matrix = np.eye(4)
    matrix[:3, :3] = steps.T
    matrix[:3, 3] = origin
    return np.diag([*turned, 1.0, 1.0]) @ matrix


def _names(header: dict[str, Any]) -> dict[int, object]:
    """What 3D Slicer calls its numbers: ``Segment0_Name`` and ``Segment0_LabelValue``."""
    names: dict[int, object] = {}
    for place in range(1000):
        value = str(header.get(f"Segment{place}_LabelValue", ""))
        if not value.isdecimal() or len(value) > 9:
            break
        names.setdefault(int(value), header.get(f"Segment{place}_Name"))
    return names
