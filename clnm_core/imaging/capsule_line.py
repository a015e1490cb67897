"""Along which line is a nodule nearest to the capsule? For drawing it on the picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes
from scipy.spatial import cKDTree

from clnm_core.imaging.contours import rings

Point = tuple[float, float]


def capsule_line(
    nodule: NDArray[np.bool_],
    gland: NDArray[np.bool_],
    spacing_mm: tuple[float, float] = (1.0, 1.0),
) -> tuple[Point, Point] | None:
    """From the edge of the nodule straight to the nearest part of the capsule.

    The capsule is what :func:`~clnm_core.imaging.geometry.capsule_distance_mm` takes for it: the
    outer edge of the gland, but for the border of the picture. That function measures; this one
    shows where, on edges that are not smoothed, so their lengths differ by a fraction of a pixel.

    Parameters
    ----------
    nodule, gland : numpy.ndarray of bool, shape (rows, columns)
    spacing_mm : tuple of float
        Distance between pixel centres (row, column), greater than 0; only their ratio counts.

    Returns
    -------
    tuple of two points, or None
        Row and column in the nodule's edge and in the capsule, pixel centres at whole numbers.
        ``None`` where there is nothing to show: a mask is empty, the nodule reaches out of the
        gland, or no capsule lies within the picture.

    Examples
    --------
    >>> gland = np.ones((9, 9), dtype=bool)
    >>> gland[0] = False
    >>> nodule = np.zeros_like(gland)
    >>> nodule[4, 4] = True
    >>> capsule_line(nodule, gland)
    ((3.5, 4.0), (0.5, 4.0))

    """
    whole = binary_fill_holes(gland)
    if not nodule.any() or (nodule & ~whole).any():
        return None
    # One pixel more of the same on every side: a border then draws no edge of its own.
    capsule = _points(np.pad(whole, 1, mode="edge")) - 1
    last = np.array(whole.shape) - 1
    capsule = capsule[((capsule >= 0) & (capsule <= last)).all(axis=1)]
    if not len(capsule):
        return None
    edge = _points(nodule)
    scale = np.asarray(spacing_mm, dtype=np.float64)
    gaps, nearest = cKDTree(capsule * scale).query(edge * scale)
    place = int(np.argmin(gaps))
    start, end = edge[place].tolist(), capsule[nearest[place]].tolist()
    return (start[0], start[1]), (end[0], end[1])


def _points(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    found = rings(mask.astype(np.float64))
    return np.concatenate(found) if found else np.empty((0, 2))
