"""Which pixels of a picture does a DICOM segmentation mark?

A segmentation holds one frame per structure and slice, yes or no, in fractions, or as numbers
(DICOM PS3.3 C.8.20). A frame belongs to the picture if it says so by the number of its instance,
or, where it refers to none, if it lies in the same plane of the body.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from clnm_core.errors import ImageError
from clnm_core.imaging.decoding import decoded
from clnm_core.imaging.elements import items, numbers, whole_number, word
from clnm_core.imaging.labels import plain_label
from clnm_core.imaging.limits import Limits, require_frame, require_size
from clnm_core.imaging.parsing import AGAIN, parsed, tags_of
from clnm_core.imaging.plane import Plane, identifier, plane_of, references
from clnm_core.imaging.rt_contours import require_structures
from clnm_core.imaging.target import Target

_TAGS = tags_of(
    (
        *("SegmentationType", "SegmentSequence", "MaximumFractionalValue", "FrameOfReferenceUID"),
        *("PixelData", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "BitsAllocated"),
        *("BitsStored", "HighBit", "PixelRepresentation", "PhotometricInterpretation"),
        *("ExtendedOffsetTable", "ExtendedOffsetTableLengths", "PlanarConfiguration"),
        *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
        *("ReferencedSeriesSequence", "SourceImageSequence"),
    )
)
_SOURCES = ("DerivationImageSequence", "SourceImageSequence")
_UNKNOWN = f"The segmentation is of a kind that is not read. {AGAIN}"


def read_segmentation(data: bytes, target: Target, limits: Limits) -> dict[str, NDArray[np.bool_]]:
    """The segments that have a frame on one picture.

    Parameters
    ----------
    data : bytes
        The file: a DICOM segmentation.
    target : Target
        The picture.
    limits : Limits

    Returns
    -------
    dict of str to numpy.ndarray of bool, shape (rows, columns)
        In fractions, what is more than half of the whole is marked. Several frames of one segment
        are joined. Empty where no frame belongs to the picture.

    Raises
    ------
    ImageError
        If the file breaks a limit, is damaged, or its grid does not fit that of the picture.
    Exception
        Whatever the parser raises on a damaged file.

    """
    dataset = parsed(data, _TAGS, limits)
    require_size(whole_number(dataset, "Rows"), whole_number(dataset, "Columns"), limits)
    frames = max(1, whole_number(dataset, "NumberOfFrames", 1))
    require_frame(0, frames, limits)
    groups = items(dataset, "PerFrameFunctionalGroupsSequence")
    if len(groups) != frames:
        raise ImageError(
            f"The segmentation states {frames:,} as its number of frames and describes "
            f"{len(groups):,}. {AGAIN}"
        )
    if target.is_elsewhere(identifier(dataset, "FrameOfReferenceUID")):
        return {}
    names = _names(dataset)
    found: dict[int, NDArray[np.bool_]] = {}
    for frame, plane in _frames_on(dataset, groups, target):
        for number, marked in _marked(dataset, groups[frame], frame, names):
            mask = _on_grid(marked, plane, target)
            found[number] = found[number] | mask if number in found else mask
            require_structures(len(found), limits)
    masks: dict[str, NDArray[np.bool_]] = {}
    for number, mask in sorted(found.items()):
        masks[plain_label(names.get(number), number, masks)] = mask
    return masks


def _names(dataset: Dataset) -> dict[int, object]:
    return {
        int(number[0]): item.get("SegmentLabel")
        for item in items(dataset, "SegmentSequence")
        if len(number := numbers(item, "SegmentNumber")) == 1
    }


def _frames_on(
    dataset: Dataset, groups: list[Dataset], target: Target
) -> Iterator[tuple[int, Plane | None]]:
    """The frames that belong to the picture, and where they lie."""
    shared = (items(dataset, "SharedFunctionalGroupsSequence") or [Dataset()])[0]
    is_only = _is_only_source(dataset, target)
    for frame, group in enumerate(groups):
        sources = references(group, *_SOURCES) or references(shared, *_SOURCES)
        if sources and not any(target.is_meant_by(source) for source in sources):
            continue
        plane = _plane(group, shared)
        if sources:
            yield frame, plane
        elif plane is not None and target.plane is not None:
            if target.plane.is_same(plane):
                yield frame, plane
        elif is_only:
            yield frame, None


def _is_only_source(dataset: Dataset, target: Target) -> bool:
    """Whether the whole file was drawn on this one picture of a single frame."""
    sources = references(dataset, "SourceImageSequence")
    sources += references(dataset, "ReferencedSeriesSequence", "ReferencedInstanceSequence")
    return target.frames == 1 and bool(sources) and all(map(target.is_meant_by, sources))


def _plane(group: Dataset, shared: Dataset) -> Plane | None:
    """Of one frame; looked up in its own group, not in the list of all, which may be long."""
    single = Dataset()
    single.PerFrameFunctionalGroupsSequence = [group]
    single.SharedFunctionalGroupsSequence = [shared]
    return plane_of(single, 0)


def _marked(
    dataset: Dataset, group: Dataset, frame: int, names: dict[int, object]
) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Numbers of segments, and what one frame marks of each."""
    stored = decoded(dataset, frame)
    if stored.ndim != 2 or stored.shape != (dataset.Rows, dataset.Columns):
        raise ImageError(_UNKNOWN)
    kind = word(dataset, "SegmentationType")
    if kind == "LABELMAP":
        for number in np.unique(stored):
            if number > 0 and (int(number) in names or not names):
                yield int(number), stored == number
        return
    if kind not in ("BINARY", "FRACTIONAL"):
        raise ImageError(_UNKNOWN)
    shared = items(dataset, "SharedFunctionalGroupsSequence")
    segment = next(
        (
            number[0]
            for source in (group, *shared)
            for item in items(source, "SegmentIdentificationSequence")
            if len(number := numbers(item, "ReferencedSegmentNumber")) == 1
        ),
        None,
    )
    if segment is None or int(segment) not in names:
        raise ImageError(f"A frame of the segmentation does not say which structure it is. {AGAIN}")
    most = 1 if kind == "BINARY" else whole_number(dataset, "MaximumFractionalValue", 255)
    yield int(segment), stored.astype(np.float32) > most / 2


def _on_grid(marked: NDArray[np.bool_], plane: Plane | None, target: Target) -> NDArray[np.bool_]:
    """What a frame marks, on the grid of the picture: the nearest pixel where grids differ."""
    if plane is None or target.plane is None:
        if marked.shape != target.shape:
            raise ImageError(
                f"The segmentation has {marked.shape[0]} x {marked.shape[1]} pixels (rows x "
                f"columns), its picture {target.shape[0]} x {target.shape[1]}. "
                "Give the one that was drawn on this picture."
            )
        return marked
    ours = target.plane
    ends = np.array([plane.origin, plane.origin + plane.down, plane.origin + plane.across])
    (start, down, across), _ = ours.on_grid(ends)
    grid = np.array([start, down - start, across - start])
    if marked.shape == target.shape and np.abs(grid - [[0, 0], [1, 0], [0, 1]]).max() < 1e-3:
        return marked
    return _nearest(marked, grid, target.shape)


def _nearest(
    marked: NDArray[np.bool_], grid: NDArray[np.float64], shape: tuple[int, int]
) -> NDArray[np.bool_]:
    """For each pixel of the picture, the pixel of the frame in which its centre lies.

    ``grid`` holds, in (row, column) of the picture, where the frame begins and its two steps.
    """
    back = np.linalg.inv(grid[1:].T)
    mask = np.zeros(shape, dtype=bool)
    columns = np.arange(shape[1])
    for row in range(shape[0]):
        away = np.stack([np.full(shape[1], row), columns]) - grid[0][:, None]
        places = np.rint(back @ away)
        within = (places >= 0).all(axis=0)
        within &= (places[0] < marked.shape[0]) & (places[1] < marked.shape[1])
        there = places[:, within].astype(np.int64)
        mask[row, within] = marked[there[0], there[1]]
    return mask
