"""Which part of a picture does a network look at, and which grey level is black, which white?"""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.features.items import Item
from clnm_core.imaging.windows import PRESETS, SOFT_TISSUE

Interpolation = Literal["bilinear", "bicubic"]

MOST_ASPECT = 20.0
"""Pixels that are longer than that are taken for a mistake of the file, and for square."""

_RESAMPLING = {
    "nearest": Pillow.Resampling.NEAREST,
    "bilinear": Pillow.Resampling.BILINEAR,
    "bicubic": Pillow.Resampling.BICUBIC,
}


def black_and_white(grey: NDArray[np.float32]) -> tuple[float, float]:
    """The grey levels that are shown black and white.

    A picture holds 0 to 255, and that is its range. A value outside it can only be Hounsfield
    units; these are seen through the soft-tissue window of the neck.

    Examples
    --------
    >>> black_and_white(np.zeros((2, 2), np.float32)), black_and_white(np.full((1, 1), -1000.0))
    ((0.0, 255.0), (-125.0, 225.0))

    """
    if not grey.size or (grey.min() >= 0 and grey.max() <= 255):
        return 0.0, 255.0
    window = PRESETS[SOFT_TISSUE]
    return window.level - window.width / 2, window.level + window.width / 2


def square_around(
    mask: NDArray[np.bool_], spacing_mm: tuple[float, float] | None, *, margin: float
) -> tuple[int, int, int, int]:
    """The square around a structure: top, left, bottom, right in pixels, last ones excluded.

    Its side is the longer side of the upright box around the mask, with ``margin`` of it added at
    both ends; a square in mm where spacing is known, so that nothing is distorted, else in pixels.
    Where it would leave the picture it is moved inward; where it is larger than the picture it
    stands out on both sides.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
        With at least one pixel.
    spacing_mm : tuple of float, or None
    margin : float
        Share of the longer side, 0 or more.

    Examples
    --------
    >>> mask = np.zeros((10, 10), dtype=bool)
    >>> mask[4:6, 3:7] = True
    >>> square_around(mask, None, margin=0.25)
    (2, 2, 8, 8)

    """
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    first = (int(rows[0]), int(columns[0]))
    length = (int(rows[-1]) + 1 - first[0], int(columns[-1]) + 1 - first[1])
    scale = _scale(spacing_mm)
    side = max(length[0] * scale[0], length[1] * scale[1]) * (1 + 2 * margin)
    top, bottom = _placed(first[0], length[0], side / scale[0], mask.shape[0])
    left, right = _placed(first[1], length[1], side / scale[1], mask.shape[1])
    return top, left, bottom, right


def whole_square(
    shape: tuple[int, ...], spacing_mm: tuple[float, float] | None
) -> tuple[int, int, int, int]:
    """The smallest square that holds the whole picture, as :func:`square_around` gives it.

    Examples
    --------
    >>> whole_square((4, 6), None)
    (-1, 0, 5, 6)

    """
    scale = _scale(spacing_mm)
    side = max(shape[0] * scale[0], shape[1] * scale[1])
    top, bottom = _placed(0, shape[0], side / scale[0], shape[0])
    left, right = _placed(0, shape[1], side / scale[1], shape[1])
    return top, left, bottom, right


def seen(
    item: Item,
    square: tuple[int, int, int, int],
    size: tuple[int, int],
    *,
    interpolation: str,
) -> NDArray[np.float32]:
    """The square of a picture at the size of a network's input.

    Parameters
    ----------
    item : Item
    square : tuple of int
        Top, left, bottom, right; what lies outside the picture is black.
    size : tuple of int
        Rows and columns of the result.
    interpolation : {"nearest", "bilinear", "bicubic"}
        Widened where the picture is made smaller, so that no pixel is skipped.

    Returns
    -------
    numpy.ndarray of float32, shape ``size``
        0 is black, 1 is white; values beyond are cut.

    """
    top, left, bottom, right = square
    rows, columns = item.grey.shape
    black, white = black_and_white(item.grey)
    inside = item.grey[max(top, 0) : min(bottom, rows), max(left, 0) : min(right, columns)]
    scaled = np.clip((inside.astype(np.float32) - black) / (white - black), 0, 1)
    if scaled.shape != (bottom - top, right - left):
        framed = np.zeros((bottom - top, right - left), dtype=np.float32)
        at_row, at_column = max(-top, 0), max(-left, 0)
        framed[at_row : at_row + scaled.shape[0], at_column : at_column + scaled.shape[1]] = scaled
        scaled = framed
    return np.clip(resized(scaled, size, interpolation=interpolation), 0, 1)


def resized(
    picture: NDArray[np.float32], size: tuple[int, int], *, interpolation: str
) -> NDArray[np.float32]:
    """A picture at another size, shape ``size`` (rows, columns)."""
    drawn = Pillow.fromarray(np.ascontiguousarray(picture, dtype=np.float32))
    return np.asarray(drawn.resize((size[1], size[0]), _RESAMPLING[interpolation]))


def _scale(spacing_mm: tuple[float, float] | None) -> tuple[float, float]:
    """The spacing, unless pixels were so far from square that a crop would not fit the memory."""
    if spacing_mm is None or not 1 / MOST_ASPECT <= spacing_mm[0] / spacing_mm[1] <= MOST_ASPECT:
        return 1.0, 1.0
    return spacing_mm


def _placed(first: int, length: int, side: float, limit: int) -> tuple[int, int]:
    """Start and end of ``side`` pixels around a stretch, moved into the picture where it fits."""
    side_px = max(round(side), length)
    start = first - (side_px - length) // 2
    if side_px <= limit:
        start = min(max(start, 0), limit - side_px)
    else:
        start = -((side_px - limit) // 2)
    return start, start + side_px
