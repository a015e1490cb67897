"""What is an image of a case, once it has been read safely?"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray


class Modality(StrEnum):
    """How the image was made; DICOM (0008,0060)."""

    ULTRASOUND = "US"
    CT = "CT"
    OTHER = "OT"  #: anything else, or not said


@dataclass(frozen=True, eq=False, slots=True)
class Region:
    """A calibrated part of an ultrasound frame: DICOM (0018,6011), PS3.3 C.8.5.5.

    Bounds are pixel indices, first and last included; spacing is (row, column) in mm.
    """

    top: int
    left: int
    bottom: int
    right: int
    spacing_mm: tuple[float, float]


@dataclass(frozen=True, eq=False, slots=True)
class Image:
    """One still picture, safe to show.

    Parameters
    ----------
    pixels : numpy.ndarray
        uint8, shape (rows, columns) for grey or (rows, columns, 3) for RGB; display values
        (rescale, window and photometric interpretation already applied).
    spacing_mm : tuple of float or None
        Distance between pixel centres (row, column); ``None`` where it is not known.
        Never a guess.
    modality : Modality
    frame : int
        Which frame of the file this is, from 0.
    frames : int
        How many frames the file holds.
    source : str
        What it was read from, in words: ``DICOM, JPEG 2000 lossless``.
    regions : tuple of Region
        Calibrated regions of an ultrasound frame.
    notes : tuple of str
        What the reader should know, as sentences: why spacing is unknown, what was windowed.
    manufacturer : str
        Who made the device, in a word of :mod:`clnm_core.imaging.makers`; empty where not known.

    """

    pixels: NDArray[np.uint8]
    spacing_mm: tuple[float, float] | None = None
    modality: Modality = Modality.OTHER
    frame: int = 0
    frames: int = 1
    source: str = ""
    regions: tuple[Region, ...] = ()
    notes: tuple[str, ...] = field(default=())
    manufacturer: str = ""

    def __post_init__(self) -> None:
        shape = self.pixels.shape
        if self.pixels.dtype != np.uint8 or not (
            len(shape) == 2 or (len(shape) == 3 and shape[2] == 3)
        ):
            raise ValueError(
                f"pixels must be uint8 of shape (rows, columns[, 3]); got {self.pixels.dtype} {shape}."
            )

    @property
    def grey(self) -> NDArray[np.uint8]:
        """The picture as grey values, shape (rows, columns); ITU-R BT.601 weights."""
        if self.pixels.ndim == 2:
            return self.pixels
        weights = np.array([0.299, 0.587, 0.114])
        return np.rint(self.pixels @ weights).astype(np.uint8)
