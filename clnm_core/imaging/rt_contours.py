"""Which pixels do the contours of a radiotherapy structure set enclose?

Contours are polygons in patient coordinates, one slice each (DICOM PS3.3 C.8.8.6). Those on the
slice of the picture are brought onto its grid; a pixel belongs to a structure when its centre is
enclosed by an odd number of its contours. So a contour within another one is a hole, and a
keyhole, whose channel is drawn twice, leaves no mark.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from clnm_core.errors import ImageError
from clnm_core.imaging.drawn import pixels_within
from clnm_core.imaging.elements import items, word
from clnm_core.imaging.labels import plain_label
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.parsing import AGAIN, parsed, tags_of
from clnm_core.imaging.plane import identifier, references
from clnm_core.imaging.target import Target

_TAGS = tags_of(("ROIContourSequence", "StructureSetROISequence"))
_CONTOUR_DATA = Tag(0x3006, 0x0050)
_FLAT = ("CLOSED_PLANAR", "CLOSEDPLANAR_XOR")
_FARTHEST = 1e6  # pixels
_DAMAGED = f"The contours are damaged: a point is no number, or lacks a coordinate. {AGAIN}"


def read_contours(data: bytes, target: Target, limits: Limits) -> dict[str, NDArray[np.bool_]]:
    """The structures that have contours on one slice.

    Parameters
    ----------
    data : bytes
        The file: DICOM with a structure set.
    target : Target
        The slice.
    limits : Limits

    Returns
    -------
    dict of str to numpy.ndarray of bool, shape (rows, columns)
        Empty where no contour lies on the slice, or all belong to another scan. Structures with
        contours on the slice that enclose no pixel centre have an empty mask.

    Raises
    ------
    ImageError
        If the picture does not say where it lies, contours are damaged or too many.
    Exception
        Whatever the parser raises on a damaged file.

    """
    if target.plane is None:
        raise ImageError(
            "Contours are given in the coordinates of the patient, and the picture does not say "
            "where it lies in them. Give the DICOM slice on which they were drawn."
        )
    dataset = parsed(data, _TAGS, limits)
    described = {
        word(item, "ROINumber"): item for item in items(dataset, "StructureSetROISequence")
    }
    masks: dict[str, NDArray[np.bool_]] = {}
    points_left = limits.points
    for number, structure in enumerate(items(dataset, "ROIContourSequence"), start=1):
        about = described.get(word(structure, "ReferencedROINumber"), Dataset())
        if target.is_elsewhere(identifier(about, "ReferencedFrameOfReferenceUID")):
            continue
        mask = None
        for contour in items(structure, "ContourSequence"):
            corners, count = _corners(contour, target, points_left)
            points_left -= count
            if corners is not None:
                enclosed = pixels_within(corners, target.shape)
                mask = enclosed if mask is None else mask ^ enclosed
        if mask is not None:
            require_structures(len(masks) + 1, limits)
            masks[plain_label(about.get("ROIName"), number, masks)] = mask
    return masks


def require_structures(count: int, limits: Limits) -> None:
    """Refuse a file that outlines more structures on one picture than are passed on.

    Raises
    ------
    ImageError

    """
    if count > limits.structures:
        raise ImageError(
            f"The file outlines more than {limits.structures} structures on this picture. "
            "Export the ones that matter."
        )


def _corners(
    contour: Dataset, target: Target, most_points: int
) -> tuple[NDArray[np.float64] | None, int]:
    """The corners of a contour as (row, column) if it lies on the slice; how many points it has."""
    pictures = references(contour, "ContourImageSequence")
    if pictures and not any(target.is_meant_by(picture) for picture in pictures):
        return None, 0
    if word(contour, "ContourGeometricType") not in _FLAT or target.plane is None:
        return None, 0
    points = _points(contour, most_points)
    places, beside_mm = target.plane.on_grid(points)
    if beside_mm > target.plane.tolerance_mm or len(points) < 3:
        return None, len(points)
    if np.abs(places).max() > _FARTHEST:
        raise ImageError(f"The contours are damaged: they reach far beyond the picture. {AGAIN}")
    return places, len(points)


def _points(contour: Dataset, most_points: int) -> NDArray[np.float64]:
    """Points in mm, shape (n_points, 3).

    Read from the bytes of the file: as objects, each number would take a hundred times the room.
    """
    element = contour.get_item(_CONTOUR_DATA)
    words = element.value if element is not None else b""
    if not isinstance(words, bytes):
        raise ImageError(_DAMAGED)
    words = words.strip(b" \0")
    if not words:
        return np.empty((0, 3))
    if words.count(b"\\") >= 3 * most_points:
        raise ImageError(
            "The contours have more points than are read safely. Export the structures that matter."
        )
    try:
        numbers = np.array(words.split(b"\\")).astype(np.float64)
    except ValueError:
        raise ImageError(_DAMAGED) from None
    if numbers.size % 3 or not np.isfinite(numbers).all():
        raise ImageError(_DAMAGED)
    return numbers.reshape(-1, 3)
