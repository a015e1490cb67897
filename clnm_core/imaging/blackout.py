"""What do the pixels of a DICOM file hold once everything outside its picture is black?

An ultrasound frame is a screen: the device says in which rectangles there is picture, and writes
names, dates and places around them. All frames are decoded, blacked out and stored again
uncompressed, since compressed streams, palettes, bits that no pixel needs (the decoder clears them)
and bytes after the last frame can hold words as well.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from clnm_core.domain.image import Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.decoding import decoded
from clnm_core.imaging.display import display_values
from clnm_core.imaging.elements import items, numbers, whole_number, word
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.parsing import AGAIN

_BOUNDS = (
    "RegionLocationMinY0",
    "RegionLocationMinX0",
    "RegionLocationMaxY1",
    "RegionLocationMaxX1",
)
_MOST_REGIONS = 64
#: Decoding more frames than this takes longer than one file may take.
_MOST_FRAMES = 1_000
_FLOATS = {"f4": ("FloatPixelData", "OF"), "f8": ("DoubleFloatPixelData", "OD")}


@dataclass(frozen=True, eq=False, slots=True)
class Pixels:
    """The frames of a file, without what does not belong to the picture.

    Parameters
    ----------
    frames : numpy.ndarray, shape (frames, rows, columns) or (frames, rows, columns, 3)
        Stored values; colour in RGB.
    first : int
        Which frame of the file the first one is: not 0 where only one was kept.
    is_inside : numpy.ndarray of bool, shape (rows, columns), or None
        Where there is picture, as the device says; ``None`` where it does not say.

    """

    frames: NDArray[np.generic]
    first: int
    is_inside: NDArray[np.bool_] | None

    @property
    def blackened(self) -> float:
        """Share of each frame that was blacked out, 0 to 1."""
        return 0.0 if self.is_inside is None else float(1 - self.is_inside.mean())


def clean_pixels(dataset: Dataset, frame: int, limits: Limits) -> Pixels:
    """Decode and black out.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        As it was read; its size and number of frames already held to limits.
    frame : int
        From 0. It alone is kept where all frames would take more memory or time than is safe.
    limits : Limits

    Raises
    ------
    ImageError
        If no decoder here reads a frame, or it is damaged.
    Exception
        Whatever else a decoder raises on a damaged file.

    """
    shape = whole_number(dataset, "Rows"), whole_number(dataset, "Columns")
    first = decoded(dataset, frame)
    if first.shape[:2] != shape:
        raise ImageError(f"The DICOM file states one size and holds a picture of another. {AGAIN}")
    chosen = [frame]
    count = max(1, whole_number(dataset, "NumberOfFrames", 1))
    if (
        count <= _MOST_FRAMES
        and count * _stored_bytes(first, dataset) <= limits.inflated_bytes // 2
    ):
        chosen = list(range(count))
    is_inside = picture_area(dataset, *shape)
    frames: NDArray[np.generic] | None = None
    for place, number in enumerate(chosen):
        one = first if number == frame else decoded(dataset, number)
        one = _without_palette(one, dataset)
        if frames is None:
            frames = np.empty((len(chosen), *one.shape), dtype=one.dtype)
        frames[place] = one
    assert frames is not None  # noqa: S101 - chosen is never empty
    if is_inside is not None:
        frames[:, ~is_inside] = _black(frames, dataset)
    return Pixels(frames=frames, first=chosen[0], is_inside=is_inside)


def picture_area(dataset: Dataset, rows: int, columns: int) -> NDArray[np.bool_] | None:
    """Where the device says that there is picture: in any region, a curve over time included.

    Returns
    -------
    numpy.ndarray of bool, shape (rows, columns), or None
        ``None`` where it does not say so, or a region does not fit the frame: then the frame was
        resized afterwards, and what the file says is true of another.

    """
    regions = items(dataset, "SequenceOfUltrasoundRegions")
    if not 1 <= len(regions) <= _MOST_REGIONS:
        return None
    is_inside = np.zeros((rows, columns), dtype=bool)
    for region in regions:
        bounds = [numbers(region, keyword) for keyword in _BOUNDS]
        if any(len(values) != 1 for values in bounds):
            return None
        top, left, bottom, right = (round(values[0]) for values in bounds)
        if not (0 <= top <= bottom <= rows and 0 <= left <= right <= columns):
            return None
        is_inside[top : bottom + 1, left : right + 1] = True
    return is_inside if is_inside.any() else None


def store_pixels(dataset: Dataset, pixels: Pixels) -> None:
    """Write frames into a data set, uncompressed, with the elements that describe them."""
    frames = pixels.frames
    count, rows, columns = frames.shape[:3]
    is_colour = frames.ndim == 4
    if count == 1 and "NumberOfFrames" in dataset and int(dataset.NumberOfFrames or 1) != 1:
        _keep_one_frame(dataset, pixels.first)
    dataset.Rows, dataset.Columns = rows, columns
    dataset.SamplesPerPixel = 3 if is_colour else 1
    if is_colour:
        dataset.PhotometricInterpretation = "RGB"
        dataset.PlanarConfiguration = 0
    elif "PlanarConfiguration" in dataset:
        del dataset.PlanarConfiguration
    if frames.dtype.kind == "f":
        keyword, representation = _FLOATS[f"f{frames.dtype.itemsize}"]
        setattr(dataset, keyword, frames.astype(frames.dtype.newbyteorder("<")).tobytes())
        dataset[keyword].VR = representation
        return
    if dataset.get("BitsAllocated") == 1:
        stored = np.packbits(frames.reshape(-1).astype(bool), bitorder="little").tobytes()
    else:
        bits = 8 * frames.dtype.itemsize
        known = int(dataset.get("BitsStored") or bits)
        dataset.BitsStored = bits if is_colour and bits == 8 else min(known, bits)
        dataset.BitsAllocated, dataset.HighBit = bits, dataset.BitsStored - 1
        dataset.PixelRepresentation = int(frames.dtype.kind == "i")
        stored = frames.astype(frames.dtype.newbyteorder("<"), copy=False).tobytes()
    dataset.PixelData = stored + b"\0" * (len(stored) % 2)
    dataset["PixelData"].VR = "OB" if dataset.BitsAllocated <= 8 else "OW"


def _keep_one_frame(dataset: Dataset, frame: int) -> None:
    dataset.NumberOfFrames = 1
    groups = items(dataset, "PerFrameFunctionalGroupsSequence")
    if frame < len(groups):
        dataset.PerFrameFunctionalGroupsSequence = [groups[frame]]
    for keyword in ("FrameTimeVector", "FrameTime", "FrameIncrementPointer"):
        if keyword in dataset:
            delattr(dataset, keyword)


def _stored_bytes(frame: NDArray[np.generic], dataset: Dataset) -> int:
    is_palette = word(dataset, "PhotometricInterpretation") == "PALETTE COLOR"
    return frame.size * 3 if is_palette else frame.nbytes


def _without_palette(stored: NDArray[np.generic], dataset: Dataset) -> NDArray[np.generic]:
    """Colours instead of numbers of colours: a palette has no black that is sure to be unused."""
    if word(dataset, "PhotometricInterpretation") != "PALETTE COLOR":
        return stored
    return display_values(stored, dataset, 0, Modality.OTHER)[0]


def _black(frames: NDArray[np.generic], dataset: Dataset) -> np.generic | int:
    """The stored value that is shown black and lies within the range in use."""
    if frames.ndim == 4 or frames.dtype.kind == "f":
        return frames.dtype.type(0)
    is_inverse = (
        word(dataset, "PhotometricInterpretation") == "MONOCHROME1"
        or word(dataset, "PresentationLUTShape") == "INVERSE"
    )
    if frames.dtype.kind == "u" and not is_inverse:
        return 0
    return frames.max() if is_inverse else frames.min()
