"""Along which lines does a field cross a level?

Marching squares. A binary mask crosses 0.5 halfway between a pixel inside and its neighbour
outside, so its contour is unbiased: a disc of radius *r* is outlined at *r*, not at *r* + 0.5.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Edges that a contour crosses within a cell, by which corners are inside, as (from, to) with the
#: inside on the right. Corners a b / d c count 1, 2, 4, 8 for a, b, c, d; edges: top 0, right 1,
#: bottom 2, left 3. In the two saddles the inside corners stay apart (4-connected inside).
_CROSSINGS: dict[int, tuple[tuple[int, int], ...]] = {
    1: ((0, 3),),
    2: ((1, 0),),
    3: ((1, 3),),
    4: ((2, 1),),
    5: ((0, 3), (2, 1)),
    6: ((2, 0),),
    7: ((2, 3),),
    8: ((3, 2),),
    9: ((0, 2),),
    10: ((1, 0), (3, 2)),
    11: ((1, 2),),
    12: ((3, 1),),
    13: ((0, 1),),
    14: ((3, 0),),
}


def rings(field: NDArray[np.floating], *, level: float = 0.5) -> list[NDArray[np.float64]]:
    """Closed lines around the parts of a field that are at least ``level``.

    Parameters
    ----------
    field : numpy.ndarray of float, shape (rows, columns)
        Beyond its borders the field counts as 0, so a part that reaches the border is closed
        half a pixel outside the outermost pixel centres (for a binary field).
    level : float, greater than 0
        A value equal to the level is inside.

    Returns
    -------
    list of numpy.ndarray of float64, each of shape (n_points, 2)
        Row and column, in units of pixels, with pixel centres at whole numbers. The first point
        is not repeated at the end. Holes are rings of their own. Longest ring first. The inside lies to the
        right of the way.

    Raises
    ------
    ValueError
        If the field does not have two dimensions, or the level is not above 0.

    Examples
    --------
    >>> [ring.tolist() for ring in rings(np.array([[1.0]]))]
    [[[0.0, 0.5], [0.5, 0.0], [0.0, -0.5], [-0.5, 0.0]]]

    """
    if field.ndim != 2:
        raise ValueError(f"field must have two dimensions; got {field.ndim}.")
    if not level > 0:
        raise ValueError(f"level must be above 0; got {level}.")
    inside = field >= level
    if not inside.any():
        return []
    top, left, bottom, right = _bounds(inside)
    values = np.pad(field[top : bottom + 1, left : right + 1].astype(np.float64), 1)
    # The crop hides neighbours below the level; bring them back where the field has them.
    grown = field[max(top - 1, 0) : bottom + 2, max(left - 1, 0) : right + 2]
    row0, column0 = int(top == 0), int(left == 0)
    values[row0 : row0 + grown.shape[0], column0 : column0 + grown.shape[1]] = grown
    starts, ends = _crossing_pairs(values >= level)
    points = _positions(values, starts, level) + np.array([top - 1, left - 1])
    return _chains(starts, ends, points)


def _bounds(inside: NDArray[np.bool_]) -> tuple[int, int, int, int]:
    rows = np.flatnonzero(inside.any(axis=1))
    columns = np.flatnonzero(inside.any(axis=0))
    return int(rows[0]), int(columns[0]), int(rows[-1]), int(columns[-1])


def _crossing_pairs(inside: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Numbered grid edges where segments start and end; each edge starts exactly one."""
    rows, columns = inside.shape
    corner = inside.astype(np.int64)
    case = corner[:-1, :-1] + 2 * corner[:-1, 1:] + 4 * corner[1:, 1:] + 8 * corner[1:, :-1]
    vertical = rows * columns
    starts, ends = [], []
    for code, pairs in _CROSSINGS.items():
        i, j = np.nonzero(case == code)
        origin = i * columns + j
        edges = (origin, vertical + origin + 1, origin + columns, vertical + origin)
        for first, last in pairs:
            starts.append(edges[first])
            ends.append(edges[last])
    return np.concatenate(starts), np.concatenate(ends)


def _positions(
    values: NDArray[np.float64], edges: NDArray[np.int64], level: float
) -> NDArray[np.float64]:
    """Where along each numbered edge the level is crossed, by linear interpolation."""
    rows, columns = values.shape
    is_vertical = edges >= rows * columns
    i, j = np.divmod(edges - is_vertical * rows * columns, columns)
    near = values[i, j]
    far = values[i + is_vertical, j + ~is_vertical]
    along = (level - near) / (far - near)
    return np.column_stack([i + along * is_vertical, j + along * ~is_vertical])


def _chains(
    starts: NDArray[np.int64], ends: NDArray[np.int64], points: NDArray[np.float64]
) -> list[NDArray[np.float64]]:
    place = {start: index for index, start in enumerate(starts.tolist())}
    after = [place[end] for end in ends.tolist()]
    is_open = [True] * len(after)
    found = []
    for first in range(len(after)):
        chain = []
        here = first
        while is_open[here]:
            is_open[here] = False
            chain.append(here)
            here = after[here]
        if chain:
            found.append(points[chain])
    return sorted(found, key=len, reverse=True)
