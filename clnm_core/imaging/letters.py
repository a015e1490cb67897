"""Where in a picture do marks look like letters?

Letters that a device draws over a picture are one colour, thin, sharp at both sides, and stand in
line; echoes are none of these. The search is for upright strokes: runs of pixels of nearly one
value, down a column, clearly brighter than what lies left and right of them within the width of a
stroke. Strokes that begin or end in one row, side by side, are writing.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class _Pass:
    """One way of looking: how much a stroke may waver, must stand out and measure, and how many."""

    wavers: int
    stands_out: int
    rows: int
    together: int


_WIDEST_STROKE = 6
_PASSES = (
    _Pass(wavers=2, stands_out=30, rows=4, together=4),
    _Pass(wavers=6, stands_out=40, rows=5, together=4),
    _Pass(wavers=10, stands_out=50, rows=6, together=4),
)


def text_like(pixels: NDArray[np.uint8]) -> tuple[tuple[int, int, int, int], ...]:
    """Boxes around lines of marks that look like letters.

    Parameters
    ----------
    pixels : numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)
        As shown; colour in RGB.

    Returns
    -------
    tuple of (top, left, bottom, right)
        First and last row and column, included; empty where nothing looks like letters.

    """
    grey = pixels if pixels.ndim == 2 else pixels.max(axis=2)
    boxes: list[tuple[int, int, int, int]] = []
    for one in _PASSES:
        boxes += _lines(*_strokes(grey, one), one.together)
    return tuple(boxes)


def _strokes(
    grey: NDArray[np.uint8], look: _Pass
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Column, first and last row of each upright stroke."""
    values = grey.astype(np.int16)
    left, right = np.full((2, *values.shape), 255, dtype=np.int16)
    for distance in range(1, min(_WIDEST_STROKE, values.shape[1] - 1) + 1):
        left[:, distance:] = np.minimum(left[:, distance:], values[:, :-distance])
        right[:, :-distance] = np.minimum(right[:, :-distance], values[:, distance:])
    # Beyond the edge there is nothing to stand out against, so that no frame is taken for a stroke.
    is_thin = (values - left >= look.stands_out) & (values - right >= look.stands_out)
    is_steady = np.abs(np.diff(values, axis=0)) <= look.wavers
    linked = np.pad((is_steady & is_thin[1:] & is_thin[:-1]).T, ((0, 0), (1, 1)))
    turns = np.diff(linked.astype(np.int8), axis=1)
    columns, first = np.nonzero(turns == 1)
    last = np.nonzero(turns == -1)[1]
    is_long = last - first + 1 >= look.rows
    return columns[is_long], first[is_long], last[is_long]


def _lines(
    columns: NDArray[np.intp], first: NDArray[np.intp], last: NDArray[np.intp], together: int
) -> list[tuple[int, int, int, int]]:
    found = []
    heights = last - first
    for ends in (first, last):
        for index in range(len(columns)):
            reach = 8 * max(int(heights[index]), 6)
            is_near = (np.abs(ends - ends[index]) <= 1) & (heights <= 2 * heights[index] + 2)
            is_near &= np.abs(columns - columns[index]) <= reach
            if len(np.unique(columns[is_near] // 2)) >= together:
                near = (first[is_near], columns[is_near], last[is_near])
                found.append(
                    (int(near[0].min()), int(near[1].min()), int(near[2].max()), int(near[1].max()))
                )
                break
    return found
