"""Where in an ultrasound frame can one measure, and on what scale?

An ultrasound frame is a screen: picture, text, sometimes a curve over time. The device says which
rectangles are calibrated and in which unit (DICOM PS3.3 C.8.5.5). Only rectangles that are
centimetres in both directions are of use here.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pydicom.dataset import Dataset

from clnm_core.domain.image import Image, Region
from clnm_core.imaging.elements import items, numbers

_CENTIMETRES = (3.0,)  # Physical Units X/Y Direction
_TWO_DIMENSIONAL = (1.0,)  # Region Spatial Format
_BOUNDS = (
    "RegionLocationMinY0",
    "RegionLocationMinX0",
    "RegionLocationMaxY1",
    "RegionLocationMaxX1",
)
_MOST_REGIONS = 64
_TOLERANCE = 0.005  # spacings within 0.5 % of each other agree
_DEEPEST_MM = 400.0  # no ultrasound probe looks deeper


@dataclass(frozen=True, slots=True)
class UltrasoundScale:
    """The calibrated rectangles of a frame, its one spacing if it has one, and what to know."""

    regions: tuple[Region, ...]
    spacing_mm: tuple[float, float] | None
    notes: tuple[str, ...]


def ultrasound_scale(dataset: Dataset, rows: int, columns: int) -> UltrasoundScale:
    """Read the calibration of an ultrasound frame.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
    rows, columns : int
        Size of the frame.

    Returns
    -------
    UltrasoundScale
        Regions in the order of the file: two-dimensional, in centimetres both ways. Doppler
        curves and M-mode, which run over time, are left out, as is a region that reaches more than
        a pixel beyond the frame: the picture was resized after it was calibrated. Spacing is the
        regions' own where all agree within 0.5 %, else ``None`` with a note.

    """
    spatial = [
        item
        for item in items(dataset, "SequenceOfUltrasoundRegions")[:_MOST_REGIONS]
        if _is_spatial(item)
    ]
    regions = tuple(
        region for item in spatial if (region := _region(item, rows, columns)) is not None
    )
    if not spatial:
        return UltrasoundScale(
            (), None, ("No part of the ultrasound frame is calibrated in centimetres.",)
        )
    if not regions:
        return UltrasoundScale(
            (),
            None,
            (
                "The calibrated region does not fit the ultrasound frame, which was probably "
                "resized afterwards; its scale is not used.",
            ),
        )
    return _common(regions, rows, columns)


def _common(regions: tuple[Region, ...], rows: int, columns: int) -> UltrasoundScale:
    spacing = regions[0].spacing_mm
    if not all(_agree(spacing, region.spacing_mm) for region in regions[1:]):
        note = (
            f"The {len(regions)} calibrated regions of the ultrasound frame have different scales, "
            "so the frame as a whole has none."
        )
        return UltrasoundScale(regions, None, (note,))
    notes = []
    if not any(_covers(region, rows, columns) for region in regions):
        where = "region" if len(regions) == 1 else f"{len(regions)} regions"
        notes.append(
            f"The scale holds within the calibrated {where} of the ultrasound frame, not on the "
            "text around it."
        )
    deepest = max((region.bottom - region.top + 1) * region.spacing_mm[0] for region in regions)
    if deepest > _DEEPEST_MM:
        notes.append(
            f"The file's scale makes the picture {deepest / 10:.0f} cm deep, deeper than "
            "ultrasound reaches; check it before measuring."
        )
    return UltrasoundScale(regions, spacing, tuple(notes))


def crop(image: Image, region: Region) -> Image:
    """The part of an ultrasound frame that one calibrated region covers.

    Parameters
    ----------
    image : Image
    region : Region
        One of ``image.regions``, or any rectangle within the frame; both ends are included.

    Returns
    -------
    Image
        With the region's own spacing, which holds all over it. Regions that overlap it are kept,
        cut to it and counted from its corner. Notes of the frame are kept, with one on the crop.

    Raises
    ------
    ValueError
        If the region does not lie within the frame.

    Examples
    --------
    >>> import numpy as np
    >>> frame = Image(np.arange(12, dtype=np.uint8).reshape(3, 4))
    >>> part = crop(frame, Region(1, 2, 2, 3, (0.1, 0.2)))
    >>> part.pixels.tolist(), part.spacing_mm
    ([[6, 7], [10, 11]], (0.1, 0.2))

    """
    rows, columns = image.pixels.shape[:2]
    top, left, bottom, right = region.top, region.left, region.bottom, region.right
    if not (0 <= top <= bottom < rows and 0 <= left <= right < columns):
        raise ValueError("region must lie within the frame, its first row and column first.")
    kept = [part for one in image.regions if (part := _cut(one, region)) is not None]
    return replace(
        image,
        pixels=image.pixels[top : bottom + 1, left : right + 1].copy(),
        spacing_mm=region.spacing_mm,
        regions=tuple(kept),
        notes=(*image.notes, "Only one calibrated region of the ultrasound frame is shown."),
    )


def _cut(one: Region, to: Region) -> Region | None:
    top, left = max(one.top, to.top) - to.top, max(one.left, to.left) - to.left
    bottom = min(one.bottom, to.bottom) - to.top
    right = min(one.right, to.right) - to.left
    if top > bottom or left > right:
        return None
    return Region(top, left, bottom, right, one.spacing_mm)


def _is_spatial(item: Dataset) -> bool:
    return (
        numbers(item, "PhysicalUnitsXDirection") == _CENTIMETRES
        and numbers(item, "PhysicalUnitsYDirection") == _CENTIMETRES
        and numbers(item, "RegionSpatialFormat") in ((), _TWO_DIMENSIONAL)
    )


def _region(item: Dataset, rows: int, columns: int) -> Region | None:
    bounds = [numbers(item, keyword) for keyword in _BOUNDS]
    deltas = [numbers(item, keyword) for keyword in ("PhysicalDeltaY", "PhysicalDeltaX")]
    if any(len(values) != 1 for values in bounds + deltas):
        return None
    top, left, bottom, right = (round(values[0]) for values in bounds)
    # A delta may be negative: the axis points the other way; centimetres become millimetres.
    down, across = (abs(values[0]) * 10 for values in deltas)
    if not (0 <= top <= bottom <= rows and 0 <= left <= right <= columns):
        return None
    if not (0 < down < 100 and 0 < across < 100):
        return None
    return Region(top, left, min(bottom, rows - 1), min(right, columns - 1), (down, across))


def _agree(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= _TOLERANCE * max(a, b) for a, b in zip(one, other, strict=True))


def _covers(region: Region, rows: int, columns: int) -> bool:
    return region.bottom - region.top + 1 >= rows and region.right - region.left + 1 >= columns
