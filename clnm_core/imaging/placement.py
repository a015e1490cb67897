"""In which third of the lobe does a nodule lie, and in which lobe?

One picture tells only some of it. On a longitudinal view the head is to the left, so the place
along the gland says the third. On a transverse view the patient's right is on the left of the
picture, but one lobe alone looks like the other: its side can be told only where both lobes, or
the airway between them, are in the picture.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

THIRDS = ("upper", "middle", "lower")
"""From the head down."""


def along_gland(
    nodule: NDArray[np.bool_],
    gland: NDArray[np.bool_],
    spacing_mm: tuple[float, float] = (1.0, 1.0),
) -> float:
    """How far along the gland, from its left to its right end, the nodule's centroid lies.

    Parameters
    ----------
    nodule, gland : numpy.ndarray of bool, shape (rows, columns)
        Of one shape, each with a pixel at least. The gland is measured along its long axis (the
        first principal axis of its pixels), which may be tilted; one that is round, or a single
        pixel, along the rows.
    spacing_mm : tuple of float
        Distance between pixel centres (row, column); only their ratio counts.

    Returns
    -------
    float
        0 at the left end of the gland, 1 at its right end; below 0 or above 1 beyond them.

    Raises
    ------
    ValueError
        If the shapes differ or a mask is empty.

    Examples
    --------
    >>> gland = np.ones((3, 9), dtype=bool)
    >>> nodule = np.zeros_like(gland)
    >>> nodule[1, 4] = True
    >>> along_gland(nodule, gland)
    0.5

    """
    if nodule.shape != gland.shape:
        raise ValueError(f"masks must have one shape; got {nodule.shape} and {gland.shape}.")
    if not nodule.any() or not gland.any():
        raise ValueError("each mask must have a pixel at least; got an empty one.")
    points = np.argwhere(gland) * spacing_mm
    axis = _long_axis(points - points.mean(axis=0))
    places = points @ axis
    # A pixel reaches half its own breadth beyond its centre, seen along the axis.
    half = float(np.abs(axis) @ spacing_mm) / 2
    start, end = places.min() - half, places.max() + half
    centroid = (np.argwhere(nodule) * spacing_mm).mean(axis=0) @ axis
    return float((centroid - start) / (end - start))


def third_at(share: float) -> str:
    """The third of a lobe at a place along it, 0 at its upper end.

    A boundary belongs to the lower of its two thirds.

    Examples
    --------
    >>> third_at(0.2), third_at(1 / 3), third_at(1.0)
    ('upper', 'middle', 'lower')

    """
    return THIRDS[int(np.clip(np.floor(3 * share), 0, 2))]


def is_cut_off(gland: NDArray[np.bool_]) -> bool:
    """Whether the gland reaches the left or right border, beyond which it may go on."""
    return bool(gland[:, 0].any() or gland[:, -1].any())


def _long_axis(centred: NDArray[np.float64]) -> NDArray[np.float64]:
    """The direction of greatest spread as (row, column), pointing right."""
    spread, axes = np.linalg.eigh(centred.T @ centred)
    if spread[1] - spread[0] <= 1e-6 * spread[1]:
        return np.array([0.0, 1.0])
    axis = axes[:, 1]
    return axis if axis[1] >= 0 else -axis
