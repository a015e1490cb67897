"""Which pixels does a drawn outline hold, and which outline holds the pixels of a mask?

A pixel belongs to an outline when its centre does. Points are (row, column) with pixel centres at
whole numbers, as in :mod:`clnm_core.imaging.contours`, and may lie between pixels or beyond the
picture: what is beyond is cut off.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.contours import rings

MOST_POINTS = 5_000
"""More than a hand draws; an outline with more points is refused."""

FARTHEST = 1e6
"""No point of an outline may lie farther than this many pixels from the picture's first."""


def polygon_mask(points: ArrayLike, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """The pixels whose centres lie inside a polygon.

    Even-odd rule: where the line crosses itself, what is enclosed twice is outside. A centre
    exactly on the line is inside on the polygon's upper and left edges and outside on the lower
    and right ones, so polygons that share an edge share no pixel.

    Parameters
    ----------
    points : array-like of float, shape (n_points, 2)
        Row and column; closed from the last point to the first.
    shape : tuple of int
        Rows and columns of the picture, each at least 1.

    Returns
    -------
    numpy.ndarray of bool, shape ``shape``
        All False where the polygon holds no centre, as one of fewer than three points does.

    Raises
    ------
    ImageError
        If there are more than ``MOST_POINTS`` points, or one is not a number or lies far outside.
    ValueError
        If the points are not pairs, or the shape is not that of a picture.

    Examples
    --------
    >>> polygon_mask([(0, 0), (0, 2), (2, 2), (2, 0)], (3, 3)).astype(int).tolist()
    [[1, 1, 0], [1, 1, 0], [0, 0, 0]]

    """
    return pixels_within(_checked_points(points), _checked_shape(shape))


def pixels_within(corners: NDArray[np.float64], shape: tuple[int, int]) -> NDArray[np.bool_]:
    """As ``polygon_mask``, for points that have been checked: finite, and as many as there are.

    Parameters
    ----------
    corners : numpy.ndarray of float64, shape (n_points, 2)
    shape : tuple of int

    Returns
    -------
    numpy.ndarray of bool, shape ``shape``

    """
    rows, columns = shape
    start, end = corners, np.roll(corners, -1, axis=0)
    upper = np.where(start[:, :1] <= end[:, :1], start, end)
    lower = np.where(start[:, :1] <= end[:, :1], end, start)
    first = np.clip(np.ceil(upper[:, 0]), 0, rows).astype(np.int64)
    count = np.clip(np.ceil(lower[:, 0]), 0, rows).astype(np.int64) - first
    edge = np.repeat(np.arange(len(corners)), count)
    row = first[edge] + np.arange(len(edge)) - np.repeat(np.cumsum(count) - count, count)
    share = (row - upper[edge, 0]) / (lower[edge, 0] - upper[edge, 0])
    across = upper[edge, 1] + share * (lower[edge, 1] - upper[edge, 1])
    column = np.clip(np.ceil(across), 0, columns).astype(np.int64)
    turns = np.bincount(row * (columns + 1) + column, minlength=rows * (columns + 1))
    crossed = np.cumsum(turns.reshape(rows, columns + 1)[:, :columns], axis=1)
    return crossed % 2 == 1


def ellipse_mask(
    centre: tuple[float, float],
    half_axes: tuple[float, float],
    angle: float,
    shape: tuple[int, int],
    *,
    spacing: tuple[float, float] = (1.0, 1.0),
) -> NDArray[np.bool_]:
    """The pixels whose centres lie inside an ellipse, its edge included.

    Parameters
    ----------
    centre : tuple of float
        Row and column.
    half_axes : tuple of float
        Half the first and half the second axis, in the unit of ``spacing``; 0 or more.
    angle : float
        From the direction of the columns (to the right) to the first axis, in degrees,
        counter-clockwise as one sees the picture.
    shape : tuple of int
        Rows and columns of the picture, each at least 1.
    spacing : tuple of float
        Distance between pixel centres (row, column), greater than 0. Where the pixels are not
        square, the ellipse is one on the body, not on the grid.

    Returns
    -------
    numpy.ndarray of bool, shape ``shape``

    Raises
    ------
    ImageError
        If a number is not finite or far too large, or a half axis is negative.
    ValueError
        If the shape or the spacing cannot be those of a picture.

    Examples
    --------
    >>> ellipse_mask((1, 2), (2, 1), 0, (3, 5)).astype(int).tolist()
    [[0, 0, 1, 0, 0], [1, 1, 1, 1, 1], [0, 0, 1, 0, 0]]

    """
    rows, columns = _checked_shape(shape)
    if not all(math.isfinite(step) and step > 0 for step in spacing):
        raise ValueError(f"spacing must be two numbers greater than 0; got {spacing}.")
    numbers = (*centre, *half_axes, angle)
    if not all(math.isfinite(n) and abs(n) <= FARTHEST for n in numbers) or min(half_axes) < 0:
        raise ImageError(
            "An ellipse needs a centre near the picture and two half axes of 0 or more. Correct "
            "its numbers."
        )
    down = (np.arange(rows) - centre[0])[:, None] * spacing[0]
    right = (np.arange(columns) - centre[1])[None, :] * spacing[1]
    cosine, sine = math.cos(math.radians(angle)), math.sin(math.radians(angle))
    along = right * cosine - down * sine
    beside = right * sine + down * cosine
    # Without width an ellipse is a line; compared in this form, a centre on its tip is inside.
    first, second = (max(half, 1e-12) for half in half_axes)
    return np.hypot(along / first, beside / second) <= 1


def ellipse_like(
    mask: NDArray[np.bool_], *, spacing: tuple[float, float] = (1.0, 1.0)
) -> tuple[tuple[float, float], tuple[float, float], float]:
    """The ellipse that lies and spreads as a mask does: equal centroid and second moments.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
        With a pixel at least.
    spacing : tuple of float
        Distance between pixel centres (row, column), greater than 0.

    Returns
    -------
    tuple
        Centre, half axes (the longer first) and angle as :func:`ellipse_mask` takes them; the
        angle in [0, 180).

    Raises
    ------
    ValueError
        If the mask is empty.

    """
    if not mask.any():
        raise ValueError("mask must have a pixel at least; it has none.")
    places = np.argwhere(mask)
    centre = places.mean(axis=0)
    points = (places - centre) * spacing
    # A pixel has a width of its own: a twelfth of its square.
    spread = points.T @ points / len(points) + np.diag(np.square(spacing) / 12)
    sizes, axes = np.linalg.eigh(spread)
    down, right = axes[:, 1]
    first, second = 2 * np.sqrt(sizes[::-1])
    angle = math.degrees(math.atan2(-down, right)) % 180
    return (float(centre[0]), float(centre[1])), (float(first), float(second)), angle


def simplified(mask: NDArray[np.bool_], tolerance: float = 0.5) -> NDArray[np.float64]:
    """A polygon of few points around the largest part of a mask, to be pulled about by hand.

    Its line stays within ``tolerance`` of the part's outline (Ramer-Douglas-Peucker), which runs
    halfway between the pixels inside and outside. Holes and smaller parts are not told.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
    tolerance : float
        In pixels, 0 or more.

    Returns
    -------
    numpy.ndarray of float64, shape (n_points, 2)
        Row and column; the first point is not repeated. No points for an empty mask.

    References
    ----------
    .. [1] Douglas DH, Peucker TK. Algorithms for the reduction of the number of points required to
       represent a digitized line or its caricature. Cartographica 1973;10:112-122.
       doi:10.3138/FM57-6770-U75U-7727

    """
    outlines = rings(mask.astype(np.float64))
    if not outlines:
        return np.empty((0, 2))
    ring = outlines[0]
    far = int(np.argmax(((ring - ring[0]) ** 2).sum(axis=1)))
    halves = (ring[: far + 1], np.vstack([ring[far:], ring[:1]]))
    return np.vstack([_thinned(half, tolerance)[:-1] for half in halves])


def largest_part(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The part of a mask around which :func:`simplified` runs, its holes filled."""
    outlines = rings(mask.astype(np.float64))
    if not outlines:
        return np.zeros_like(mask)
    return polygon_mask(outlines[0], (mask.shape[0], mask.shape[1]))


def _checked_shape(shape: Sequence[int]) -> tuple[int, int]:
    if len(shape) != 2 or min(shape) < 1:
        raise ValueError(f"shape must be rows and columns, each at least 1; got {shape}.")
    return int(shape[0]), int(shape[1])


def _checked_points(points: ArrayLike) -> NDArray[np.float64]:
    corners = np.asarray(points, dtype=np.float64)
    if corners.size == 0:
        return np.empty((0, 2))
    if corners.ndim != 2 or corners.shape[1] != 2:
        raise ValueError(f"points must be pairs of row and column; got shape {corners.shape}.")
    if len(corners) > MOST_POINTS:
        raise ImageError(
            f"The outline has {len(corners):,} points, more than the {MOST_POINTS:,} that a hand "
            "draws. Draw it with fewer."
        )
    if not (np.isfinite(corners).all() and np.abs(corners).max() <= FARTHEST):
        raise ImageError("A point of the outline lies nowhere near the picture. Draw it again.")
    return corners


def _thinned(line: NDArray[np.float64], tolerance: float) -> NDArray[np.float64]:
    """The points of an open line that its shape needs, both ends among them."""
    is_kept = np.zeros(len(line), dtype=bool)
    is_kept[[0, -1]] = True
    open_pieces = [(0, len(line) - 1)]
    while open_pieces:
        first, last = open_pieces.pop()
        if last - first < 2:
            continue
        gaps = _from_chord(line[first + 1 : last], line[first], line[last])
        farthest = int(np.argmax(gaps))
        if gaps[farthest] > tolerance:
            middle = first + 1 + farthest
            is_kept[middle] = True
            open_pieces += [(first, middle), (middle, last)]
    return line[is_kept]


def _from_chord(
    points: NDArray[np.float64], start: NDArray[np.float64], end: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Distance of each point from the piece between start and end."""
    step = end - start
    square = float(step @ step)
    along = np.clip((points - start) @ step / square, 0, 1) if square else np.zeros(len(points))
    return np.asarray(np.hypot(*(points - start - along[:, None] * step).T))
