"""Can what came back from a reader be believed?

A parser may have been turned by the file that it read. So sizes are checked before an array is
built, words must look like words, and numbers must be ones that an image can have.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from clnm_core.domain.image import Image, Modality, Region
from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits

NO_ANSWER = (
    "The image could not be read: it is damaged, or would take more memory or time than is safe. "
    "Export it again as PNG or as uncompressed DICOM."
)
_LONGEST_SENTENCE = 500


def sentence(words: object) -> str:
    """Words for the reader if they can be some, else the general refusal."""
    is_sentence = isinstance(words, str) and words.isprintable() and len(words) < _LONGEST_SENTENCE
    return str(words) if is_sentence and words else NO_ANSWER


def image_from(header: dict[str, Any], pixels: bytes, limits: Limits) -> Image:
    """The image that header and pixels describe.

    Parameters
    ----------
    header : dict
        As the reader sent it; anything may be in it.
    pixels : bytes
    limits : Limits

    Raises
    ------
    ImageError
        If the two do not fit each other, or a value is none that an image can have.

    """
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
            source=sentence(header["source"]),
            regions=tuple(_region(*region) for region in header["regions"]),
            notes=tuple(sentence(note) for note in header["notes"]),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ImageError(NO_ANSWER) from None


def _region(top: Any, left: Any, bottom: Any, right: Any, spacing: Any) -> Region:
    return Region(int(top), int(left), int(bottom), int(right), _pair(spacing))


def _pair(values: Any) -> tuple[float, float]:
    row, column = (float(value) for value in values)
    if not (0 < row < 1000 and 0 < column < 1000):
        raise ValueError(values)
    return row, column
