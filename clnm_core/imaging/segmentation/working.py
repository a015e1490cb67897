"""In which form does the network see a picture?

Every picture is brought to a square of ``side`` pixels, its longer side filling it and its true
aspect kept: where the spacing is known, as many millimetres down as across. Grey values are
averaged over the area of a new pixel, then shifted and scaled to mean 0 and standard deviation 1
over the picture, so that the gain of a machine makes no difference. What is left of the square
is 0.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

_LEAST_SPREAD = 2.0  # grey levels; below it there is nothing to see, only noise to enlarge


@dataclass(frozen=True, slots=True)
class Fit:
    """Where in the square a picture lies, in pixels of the square.

    Parameters
    ----------
    side : int
        Of the square.
    top, left, rows, columns : int
        First row and column, and size, of the picture within it.

    """

    side: int
    top: int
    left: int
    rows: int
    columns: int

    @property
    def window(self) -> tuple[slice, slice]:
        """The part of the square that the picture fills."""
        return slice(self.top, self.top + self.rows), slice(self.left, self.left + self.columns)


def fit(shape: tuple[int, ...], side: int, *, spacing_mm: tuple[float, float] | None = None) -> Fit:
    """How a picture is laid into the square, in its middle.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns of the picture; more are ignored.
    side : int
        Of the square, in pixels.
    spacing_mm : tuple of float, or None
        Distance between pixel centres (row, column); pixels are taken as square where unknown.

    Examples
    --------
    >>> fit((100, 200), 128)
    Fit(side=128, top=32, left=0, rows=64, columns=128)
    >>> fit((100, 200), 128, spacing_mm=(0.2, 0.1))
    Fit(side=128, top=0, left=0, rows=128, columns=128)

    """
    down, across = spacing_mm if spacing_mm is not None else (1.0, 1.0)
    height, width = shape[0] * down, shape[1] * across
    longest = max(height, width)
    rows, columns = (max(1, round(side * size / longest)) for size in (height, width))
    return Fit(side, (side - rows) // 2, (side - columns) // 2, rows, columns)


def seen(grey: NDArray[np.uint8], place: Fit) -> NDArray[np.float32]:
    """The picture as the network sees it.

    Parameters
    ----------
    grey : numpy.ndarray of uint8, shape (rows, columns)
    place : Fit

    Returns
    -------
    numpy.ndarray of float32, shape (side, side)
        Mean 0 and standard deviation 1 over the picture; less spread where it has almost none.

    """
    small = _resized(grey.astype(np.float32), (place.rows, place.columns))
    spread = max(float(small.std()), _LEAST_SPREAD)
    square = np.zeros((place.side, place.side), dtype=np.float32)
    square[place.window] = (small - small.mean()) / spread
    return square


def seen_mask(mask: NDArray[np.bool_], place: Fit) -> NDArray[np.bool_]:
    """A mask in the square: a pixel is inside where at least half of its area is."""
    square = np.zeros((place.side, place.side), dtype=bool)
    square[place.window] = _resized(mask.astype(np.float32), (place.rows, place.columns)) >= 0.5
    return square


def restored(field: NDArray[np.float32], place: Fit, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """A field over the square, brought back to the pixels of the picture.

    Parameters
    ----------
    field : numpy.ndarray of float32, shape (side, side)
    place : Fit
    shape : tuple of int
        Rows and columns of the picture.

    """
    return _resized(field[place.window], (shape[0], shape[1]))


def _resized(values: NDArray[np.float32], shape: tuple[int, int]) -> NDArray[np.float32]:
    picture = Pillow.fromarray(np.ascontiguousarray(values, dtype=np.float32))
    size = (shape[1], shape[0])
    return np.array(picture.resize(size, Pillow.Resampling.BILINEAR), dtype=np.float32)
