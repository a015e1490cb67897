"""How near to the capsule does each part of a nodule lie, on a scale that fits any gland?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes
from scipy.spatial import cKDTree

from clnm_core.imaging.geometry import capsule_segments, require_pixels, spacing_array

_NEAREST = 8  # pieces of the capsule, by their middles, among which the nearest one is found
_BLOCK = 8  # pixels of the gland, in either direction, that are ruled out together


def phi_map(
    nodule: NDArray[np.bool_], gland: NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> NDArray[np.float64]:
    """``phi = 1 - d / d_max`` at each pixel of the nodule: 0 deep inside, 1 at the capsule.

    ``d`` is the least distance from the centre of a pixel to the outline of the gland, and
    ``d_max`` the largest such distance of any pixel of the gland. As for the capsule distance
    (:mod:`clnm_core.imaging.geometry`), the outline is the outer one, smoothed to undo the
    staircase of pixels; holes are filled first, and a border of the picture that cuts the gland
    off is not capsule.

    Parameters
    ----------
    nodule, gland : numpy.ndarray of bool, shape (rows, columns)
    spacing_mm : tuple of float
        Distance between pixel centres (row, column), greater than 0. Only their ratio counts.

    Returns
    -------
    numpy.ndarray of float64, shape (rows, columns)
        In [0, 1] within the nodule, NaN elsewhere. Exactly 1 where the nodule lies outside the
        gland. The outermost pixels of a gland have their centres half a pixel inside the
        capsule, so they come out just below 1.

    Raises
    ------
    ImageError
        If a mask is empty, or no capsule lies within the picture.
    ValueError
        If the shapes differ, or spacing is not two finite numbers greater than 0.

    References
    ----------
    .. [1] Shen et al. Nat Commun 2025;16:7052. doi:10.1038/s41467-025-62042-z

    Examples
    --------
    >>> gland = np.ones((9, 9), dtype=bool)
    >>> gland[[0, -1]] = gland[:, [0, -1]] = False
    >>> phi_map(gland, gland, (0.1, 0.1))[4, [0, 1, 4]].round(2).tolist()
    [nan, 0.86, 0.0]

    """
    depth, deepest = depth_map_mm(nodule, gland, spacing_mm)
    return np.asarray(1 - depth / deepest)


def depth_map_mm(
    nodule: NDArray[np.bool_], gland: NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> tuple[NDArray[np.float64], float]:
    """``d`` at each pixel of the nodule, and ``d_max``, both in mm, as :func:`phi_map` has them.

    Parameters
    ----------
    nodule, gland : numpy.ndarray of bool, shape (rows, columns)
    spacing_mm : tuple of float

    Returns
    -------
    depth_mm : numpy.ndarray of float64, shape (rows, columns)
        NaN outside the nodule, 0 where the nodule lies outside the gland.
    deepest_mm : float
        The largest distance of any pixel of the gland, greater than 0.

    Raises
    ------
    ImageError, ValueError
        As :func:`phi_map`.

    """
    scale = spacing_array(spacing_mm)
    if nodule.shape != gland.shape:
        raise ValueError(f"masks must have one shape; got {nodule.shape} and {gland.shape}.")
    require_pixels(nodule, "nodule")
    require_pixels(gland, "gland")
    whole = binary_fill_holes(gland)
    segments = capsule_segments(whole) * scale
    depth = np.where(nodule, 0.0, np.nan)
    inside = nodule & whole
    if inside.any():
        depth[inside] = _distances(np.argwhere(inside) * scale, segments)
    return depth, _deepest(whole, segments, scale)


def _deepest(
    whole: NDArray[np.bool_], segments: NDArray[np.float64], scale: NDArray[np.float64]
) -> float:
    """The largest distance of any pixel of the gland from the capsule.

    From one pixel to another the distance changes by no more than they lie apart. So one pixel of
    each block rules out every block that cannot hold the largest.
    """
    pixels = np.argwhere(whole)
    across = whole.shape[1] // _BLOCK + 1
    block = pixels // _BLOCK @ (across, 1)
    used = np.flatnonzero(np.bincount(block))
    middles = np.column_stack([used // across, used % across]) * _BLOCK + _BLOCK // 2
    place = np.searchsorted(used, block)
    at_middle = _distances(middles * scale, segments)[place]
    away = np.hypot(*((pixels - middles[place]) * scale).T)
    candidates = pixels[at_middle + away >= (at_middle - away).max()]
    return float(_distances(candidates * scale, segments).max())


def _distances(points: NDArray[np.float64], segments: NDArray[np.float64]) -> NDArray[np.float64]:
    """Distance from each point to the nearest of the segments, shape (n_points,)."""
    start, step = segments[:, 0], segments[:, 1] - segments[:, 0]
    square = np.maximum((step**2).sum(axis=1), np.finfo(np.float64).tiny)
    middles = cKDTree(start + step / 2)
    _, near = middles.query(points, k=min(_NEAREST, len(segments)))
    near = near.reshape(len(points), -1)
    offset = points[:, None] - start[near]
    along = np.clip((offset * step[near]).sum(axis=2) / square[near], 0, 1)
    gaps = offset - along[..., None] * step[near]
    return np.asarray(np.sqrt((gaps**2).sum(axis=2).min(axis=1)), dtype=np.float64)
