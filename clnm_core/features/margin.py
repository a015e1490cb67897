"""What does the margin of a lesion look like, all the way around?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from clnm_core.errors import FeatureError
from clnm_core.features.crops import black_and_white
from clnm_core.features.items import Item
from clnm_core.imaging.contours import rings

POINTS = 196
"""Points on the margin, and patches of the mosaic: 14 rows of 14."""

PATCH = 16
"""Rows and columns of a patch, in pixels of the picture."""

_SIDE = 14


def margin_points(mask: NDArray[np.bool_], count: int = POINTS) -> NDArray[np.float64]:
    """Points on the outer edge of a mask, equally far apart along it.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
        With at least one pixel. Of several parts, the one with the longest edge.
    count : int
        An edge with fewer corners than that is divided between them.

    Returns
    -------
    numpy.ndarray of float64, shape (count, 2)
        Row and column in pixels, halfway between inside and outside; from the uppermost point
        (of several, the leftmost) clockwise.

    Examples
    --------
    >>> margin_points(np.ones((1, 1), dtype=bool), 4).tolist()
    [[-0.5, 0.0], [0.0, 0.5], [0.5, 0.0], [0.0, -0.5]]

    """
    ring = rings(mask.astype(np.float64))[0]
    start = int(np.lexsort((ring[:, 1], ring[:, 0]))[0])
    ring = np.roll(ring, -start, axis=0)
    closed = np.concatenate([ring, ring[:1]])
    way = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(closed, axis=0).T))])
    at = np.arange(count) * (way[-1] / count)
    return np.column_stack([np.interp(at, way, closed[:, axis]) for axis in range(2)])


def margin_mosaic(item: Item) -> NDArray[np.float32]:
    """196 small pictures of the margin, side by side.

    A patch of 16 x 16 pixels of the picture, not resized, around each of 196 points of the
    margin; in rows of 14, from the uppermost point clockwise. Beyond the border of the picture
    its outermost pixels are repeated. The paper tiles 196 such patches; where they start and what
    stands beyond the border it does not say.

    Returns
    -------
    numpy.ndarray of float32, shape (224, 224)
        0 is black, 1 is white (255 of a picture, the soft-tissue window of CT).

    Raises
    ------
    FeatureError
        If there is no outline of the lesion.

    References
    ----------
    .. [1] Shen et al. Nat Commun 2025;16:7052. doi:10.1038/s41467-025-62042-z

    """
    mask = require_outline(item)
    black, white = black_and_white(item.grey)
    scaled = np.clip((item.grey - black) / (white - black), 0, 1).astype(np.float32)
    half = PATCH // 2
    framed = np.pad(scaled, half, mode="edge")
    # A point between two pixels belongs to the later one, so that patches are centred alike.
    corner = np.clip(np.floor(margin_points(mask) + 0.5).astype(int), 0, item.grey.shape)
    step = np.arange(PATCH)
    rows = corner[:, 0, None, None] + step[:, None]
    columns = corner[:, 1, None, None] + step
    patches = framed[rows, columns].reshape(_SIDE, _SIDE, PATCH, PATCH)
    return patches.transpose(0, 2, 1, 3).reshape(_SIDE * PATCH, _SIDE * PATCH)


def margin_sharpness(
    grey: NDArray[np.float32], mask: NDArray[np.bool_], scale: tuple[float, float]
) -> float:
    """Mean change of brightness straight across the margin, whichever side is brighter.

    The derivative of a Gaussian with a standard deviation of one pixel, at 196 points.

    Parameters
    ----------
    grey : numpy.ndarray of float32, shape (rows, columns)
    mask : numpy.ndarray of bool, shape (rows, columns)
        With at least one pixel.
    scale : tuple of float
        Distance between pixel centres (row, column).

    Returns
    -------
    float
        Grey levels per unit of ``scale``, 0 or more.

    """
    points = margin_points(mask).T
    slope, outward = (
        np.stack(
            [
                map_coordinates(
                    gaussian_filter(field, 1.0, order=order, mode="nearest"),
                    points,
                    order=1,
                    mode="nearest",
                )
                / length
                for order, length in zip(((1, 0), (0, 1)), scale, strict=True)
            ]
        )
        for field in (grey.astype(np.float64), mask.astype(np.float64))
    )
    length = np.hypot(*outward)
    is_edge = length > 0  # in the middle of a line one pixel thick no side is outside
    if not is_edge.any():
        return float("nan")
    return float(np.abs((slope * outward).sum(axis=0)[is_edge] / length[is_edge]).mean())


def require_outline(item: Item) -> NDArray[np.bool_]:
    """The mask of the lesion.

    Raises
    ------
    FeatureError
        If there is none, or it is empty.

    """
    if item.lesion is None or not item.lesion.any():
        raise FeatureError("There is no outline of the lesion. Draw one first.")
    return item.lesion
