"""How large is a nodule, and how far from the capsule does it lie?

Masks say which pixels are inside; the true edge runs somewhere between pixel centres. Each mask
is blurred by about a pixel and outlined where it falls to one half, which undoes the outward
bias of a staircase. What no mask can tell is where between two pixels a long flat edge runs: half
a pixel for each edge that a measurement touches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import (
    binary_dilation,
    binary_fill_holes,
    distance_transform_edt,
    gaussian_filter,
)
from scipy.spatial import ConvexHull, cKDTree
from scipy.spatial.distance import pdist

from clnm_core.errors import ImageError
from clnm_core.imaging.contours import rings

_MARGIN = 6  # pixels around a mask while it is blurred: four standard deviations


@dataclass(frozen=True, slots=True)
class Extent:
    """Sides of the smallest upright box around a structure, in mm."""

    height_mm: float
    width_mm: float


def capsule_distance_mm(
    nodule: NDArray[np.bool_], gland: NDArray[np.bool_], spacing_mm: tuple[float, float]
) -> float:
    """Shortest distance from the edge of the nodule to the outer edge of the gland.

    The capsule is the outer outline of the gland: holes in the gland's mask (a nodule left out of
    it, a vessel) are filled first. Where the gland is cut off by the border of the picture, that
    border is not capsule and is left out.

    Parameters
    ----------
    nodule, gland : numpy.ndarray of bool, shape (rows, columns)
    spacing_mm : tuple of float
        Distance between pixel centres (row, column), greater than 0.

    Returns
    -------
    float
        In mm, 0 or more. Exactly 0 where any pixel of the nodule touches the outside of the gland
        by a side, or lies beyond it.

    Raises
    ------
    ImageError
        If a mask is empty, the two lie apart, or no capsule lies within the picture.
    ValueError
        If the shapes differ, or spacing is not greater than 0.

    """
    scale = spacing_array(spacing_mm)
    if nodule.shape != gland.shape:
        raise ValueError(f"masks must have one shape; got {nodule.shape} and {gland.shape}.")
    require_pixels(nodule, "nodule")
    require_pixels(gland, "gland")
    window = _window(nodule | gland)
    nodule, whole = nodule[window], binary_fill_holes(gland[window])
    if not (nodule & whole).any():
        raise ImageError(
            "The nodule lies entirely outside the gland, so its distance to the capsule cannot be "
            "measured. Check that both masks belong to this picture."
        )
    if (binary_dilation(nodule) & ~whole).any():
        return 0.0
    return _least_distance(edge_segments(nodule) * scale, capsule_segments(whole) * scale)


def largest_diameter_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> float:
    """Longest straight line between two points of the edge (maximum Feret diameter).

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
        Several parts count as one structure.
    spacing_mm : tuple of float
        Distance between pixel centres (row, column), greater than 0.

    Returns
    -------
    float
        In mm. A single pixel of side s has the diameter s.

    Raises
    ------
    ImageError
        If the mask is empty.

    """
    scale = spacing_array(spacing_mm)
    require_pixels(mask, "structure")
    padded = np.pad(mask[_window(mask)], _MARGIN)
    points = np.concatenate(rings(_blurred(padded))) * scale
    corners = points[ConvexHull(points).vertices]
    return float(pdist(corners).max())


def extent_mm(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> Extent:
    """Height and width of the upright box around the mask, from pixel edge to pixel edge.

    Raises
    ------
    ImageError
        If the mask is empty.

    Examples
    --------
    >>> extent_mm(np.ones((2, 5), dtype=bool), (0.5, 0.1))
    Extent(height_mm=1.0, width_mm=0.5)

    """
    scale = spacing_array(spacing_mm)
    require_pixels(mask, "structure")
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    return Extent(
        height_mm=float((rows[-1] - rows[0] + 1) * scale[0]),
        width_mm=float((columns[-1] - columns[0] + 1) * scale[1]),
    )


def capsule_segments(whole: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pieces of the capsule that lie within the picture, as :func:`edge_segments` gives them.

    Raises
    ------
    ImageError
        If the gland, without holes, fills the picture.

    """
    capsule = edge_segments(whole)
    if not len(capsule):
        raise ImageError(
            "The gland reaches every border of the picture, so no capsule can be seen to measure to."
        )
    return capsule


def edge_segments(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Pieces of the smoothed edge of a mask, shape (n, 2 ends, 2), in pixels (row, column).

    A border of the picture that cuts the mask off is not edge.
    """
    field = _extended(mask)
    pieces = [np.stack([ring, np.roll(ring, -1, axis=0)], axis=1) for ring in rings(field)]
    segments = np.concatenate(pieces) - _MARGIN
    is_within = ((segments >= -0.5) & (segments <= np.array(mask.shape) - 0.5)).all(axis=(1, 2))
    return np.asarray(segments[is_within], dtype=np.float64)


def spacing_array(spacing_mm: tuple[float, float]) -> NDArray[np.float64]:
    """The spacing as an array; ValueError where it is not two finite numbers greater than 0."""
    scale = np.asarray(spacing_mm, dtype=np.float64)
    if scale.shape != (2,) or not (np.isfinite(scale).all() and (scale > 0).all()):
        raise ValueError(f"spacing_mm must be two numbers greater than 0; got {spacing_mm}.")
    return scale


def require_pixels(mask: NDArray[np.bool_], structure: str) -> None:
    """Raise ImageError where nothing was outlined."""
    if not mask.any():
        raise ImageError(f"The mask of the {structure} is empty, so nothing can be measured on it.")


def _window(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    """The box around a mask, one pixel wider where the picture has one."""
    rows = np.flatnonzero(mask.any(axis=1))
    columns = np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(int(rows[0]) - 1, 0), int(rows[-1]) + 2),
        slice(max(int(columns[0]) - 1, 0), int(columns[-1]) + 2),
    )


def _blurred(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """The mask blurred by 0.7 to 1.5 pixels, less where it is only a few pixels thick."""
    depth = float(distance_transform_edt(mask).max())
    sigma = min(1.5, max(0.7, depth / 12), depth / 4)
    return gaussian_filter(mask.astype(np.float64), sigma, mode="constant")


def _extended(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Blurred, and continued beyond the borders so that a border draws no edge of its own."""
    return _blurred(np.pad(mask, _MARGIN, mode="edge"))


def _least_distance(one: NDArray[np.float64], other: NDArray[np.float64]) -> float:
    """Smallest distance between two sets of segments that do not cross."""
    longest = max(_lengths(one).max(), _lengths(other).max())
    from_one, _ = cKDTree(other[:, 0]).query(one[:, 0])
    from_other, _ = cKDTree(one[:, 0]).query(other[:, 0])
    # Only segments whose first point is nearly nearest can hold the smallest distance.
    reach = from_one.min() + 2 * longest
    one, other = one[from_one <= reach], other[from_other <= reach]
    return float(min(_points_to_segments(one, other), _points_to_segments(other, one)))


def _lengths(segments: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.hypot(*(segments[:, 1] - segments[:, 0]).T)


def _points_to_segments(points: NDArray[np.float64], segments: NDArray[np.float64]) -> float:
    start = segments[:, 0]
    step = segments[:, 1] - start
    square = np.maximum((step**2).sum(axis=1), np.finfo(np.float64).tiny)
    least = np.inf
    for point in points.reshape(-1, 2):
        along = np.clip(((point - start) * step).sum(axis=1) / square, 0, 1)
        gaps = point - start - along[:, None] * step
        least = min(least, float((gaps**2).sum(axis=1).min()))
    return float(np.sqrt(least))
