"""Where in a picture do marks look like letters?

Letters that a device draws over a picture are bright strokes, thin, and sharp at both sides; echoes
are blurred by the width of the beam. So pixels are counted that rise steeply above what lies two or
three pixels to their left and to their right, and go on in the row above or below. Writing puts many
of them into a window the size of a word. How often that is right is measured in
``docs/decisions/0011``; dark letters on a bright ground are not looked for.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_WORD_ROWS, _WORD_COLUMNS = 12, 40


@dataclass(frozen=True, slots=True)
class _Look:
    """One way of looking.

    Parameters
    ----------
    reach : int
        A pixel must stand out against one of so many to its left, and of so many to its right.
    contrast : int
        By how many of the 256 grey values.
    steady : int or None
        By how much three pixels of a stroke, one above the other, may differ; ``None``: two that
        stand out, one above the other, are enough.
    most : int
        More such pixels than this in a window are writing.

    """

    reach: int
    contrast: int
    steady: int | None
    most: int


#: The numbers lie about midway between the most that 300 pictures without letters have in a window
#: (20, 15, 4, 13 and 6, in this order; finer echoes reach 14 in the last) and what letters put there.
_LOOKS = (
    _Look(reach=2, contrast=20, steady=None, most=26),
    _Look(reach=2, contrast=25, steady=None, most=21),
    _Look(reach=2, contrast=40, steady=None, most=10),
    _Look(reach=3, contrast=60, steady=None, most=19),
    _Look(reach=3, contrast=15, steady=1, most=15),
)


def text_like(pixels: NDArray[np.uint8]) -> tuple[tuple[int, int, int, int], ...]:
    """Windows in which marks look like letters, the fullest of each way of looking.

    Parameters
    ----------
    pixels : numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)
        As shown; colour in RGB.

    Returns
    -------
    tuple of (top, left, bottom, right)
        First and last row and column, included; empty where nothing looks like letters.

    Examples
    --------
    >>> page = np.zeros((40, 60), dtype=np.uint8)
    >>> text_like(page)
    ()
    >>> page[10:20, 10:40:4] = 255
    >>> bool(text_like(page))
    True

    """
    grey = (pixels if pixels.ndim == 2 else pixels.max(axis=2)).astype(np.int16)
    boxes = []
    for look in _LOOKS:
        counts = _counts(_strokes(grey, look))
        top, left = np.unravel_index(counts.argmax(), counts.shape)
        if counts[top, left] > look.most:
            bottom = min(int(top) + _WORD_ROWS, grey.shape[0]) - 1
            right = min(int(left) + _WORD_COLUMNS, grey.shape[1]) - 1
            boxes.append((int(top), int(left), bottom, right))
    return tuple(dict.fromkeys(boxes))


def _strokes(grey: NDArray[np.int16], look: _Look) -> NDArray[np.bool_]:
    """Which pixels are part of an upright stroke."""
    # Beyond the edge there is nothing to stand out against, so that no frame is taken for a stroke.
    left, right = np.full((2, *grey.shape), 255, dtype=np.int16)
    for distance in range(1, look.reach + 1):
        np.minimum(left[:, distance:], grey[:, :-distance], out=left[:, distance:])
        np.minimum(right[:, :-distance], grey[:, distance:], out=right[:, :-distance])
    stands_out = grey - np.maximum(left, right) >= look.contrast
    both = stands_out[1:] & stands_out[:-1]
    found = np.zeros_like(stands_out)
    if look.steady is None:
        found[1:] |= both
        found[:-1] |= both
    else:
        both &= np.abs(np.diff(grey, axis=0)) <= look.steady
        found[1:-1] = both[1:] & both[:-1]
    return found


def _counts(marks: NDArray[np.bool_]) -> NDArray[np.int64]:
    """How many marks each window holds, by its first row and column."""
    rows, columns = min(_WORD_ROWS, marks.shape[0]), min(_WORD_COLUMNS, marks.shape[1])
    sums = np.pad(marks.astype(np.int64), ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)
    down = sums[rows:] - sums[:-rows]
    return down[:, columns:] - down[:, :-columns]
