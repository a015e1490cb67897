"""Can what came back from a reader be believed?

A parser may have been turned by the file that it read. So sizes are checked before an array is
built, words must look like words, and numbers must be ones that an image can have.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Image, Modality, Region
from clnm_core.errors import ImageError
from clnm_core.imaging.labels import PLAIN
from clnm_core.imaging.limits import Limits, packed_bytes
from clnm_core.imaging.makers import MAKERS
from clnm_core.imaging.received import Received

Parts = Sequence[bytes | memoryview]

NO_ANSWER = (
    "The image could not be read: it is damaged, or would take more memory or time than is safe. "
    "Export it again as PNG or as uncompressed DICOM."
)
_LONGEST_SENTENCE = 500


def sentence(words: object) -> str:
    """Words for the reader if they can be some, else the general refusal."""
    is_sentence = isinstance(words, str) and words.isprintable() and len(words) < _LONGEST_SENTENCE
    return str(words) if is_sentence and words else NO_ANSWER


def image_from(header: dict[str, Any], parts: Parts, limits: Limits) -> Image:
    """The image that header and pixels describe.

    Parameters
    ----------
    header : dict
        As the reader sent it; anything may be in it.
    parts : sequence of bytes
        The pixels.
    limits : Limits

    Raises
    ------
    ImageError
        If the two do not fit each other, or a value is none that an image can have.

    """
    try:
        (pixels,) = parts
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
            manufacturer=_maker(header.get("manufacturer")),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ImageError(NO_ANSWER) from None


def received_from(header: dict[str, Any], parts: Parts, limits: Limits) -> Received:
    """The picture and the de-identified file that came back from ``receiving``.

    Parameters
    ----------
    header : dict
        As the reader sent it; anything may be in it.
    parts : sequence of bytes
        The pixels and the file.
    limits : Limits

    Raises
    ------
    ImageError
        As for ``image_from``.

    """
    image = image_from(header, parts[:1], limits)
    is_doubtful, reason = header.get("is_doubtful"), header.get("reason")
    if len(parts) != 2 or not isinstance(is_doubtful, bool) or not isinstance(reason, str):
        raise ImageError(NO_ANSWER)
    return Received(
        image=image,
        dicom=bytes(parts[1]),
        is_doubtful=is_doubtful,
        reason=sentence(reason) if reason else "",
    )


def masks_from(
    header: dict[str, Any], parts: Parts, limits: Limits
) -> dict[str, NDArray[np.bool_]]:
    """The masks that came back, by the name of their structure.

    Parameters
    ----------
    header : dict
        As the reader sent it; anything may be in it.
    parts : sequence of bytes
        One mask each, eight pixels to a byte, row by row.
    limits : Limits

    Raises
    ------
    ImageError
        If names, sizes and masks do not fit each other, or a name is no plain word.

    """
    try:
        rows, columns = (int(length) for length in header["shape"])
        labels = header["labels"]
        if min(rows, columns) < 1 or rows * columns > limits.pixels or not labels:
            raise ValueError(rows)
        if len(set(labels)) != len(parts) or not all(PLAIN.fullmatch(label) for label in labels):
            raise ValueError(labels)
        masks = {}
        for label, part in zip(labels, parts, strict=True):
            if len(part) != packed_bytes(rows * columns):
                raise ValueError(len(part))
            bits = np.unpackbits(np.frombuffer(part, dtype=np.uint8), count=rows * columns)
            masks[label] = bits.astype(bool).reshape(rows, columns)
    except (KeyError, TypeError, ValueError, OverflowError):
        raise ImageError(NO_ANSWER) from None
    return masks


def _region(top: Any, left: Any, bottom: Any, right: Any, spacing: Any) -> Region:
    return Region(int(top), int(left), int(bottom), int(right), _pair(spacing))


def _maker(word: Any) -> str:
    return str(word) if word in MAKERS else ""


def _pair(values: Any) -> tuple[float, float]:
    row, column = (float(value) for value in values)
    if not (0 < row < 1000 and 0 < column < 1000):
        raise ValueError(values)
    return row, column
