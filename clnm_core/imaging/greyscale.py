"""How do deep grey values become the 256 of a display?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray


def windowed(values: NDArray[np.floating], *, centre: float, width: float) -> NDArray[np.uint8]:
    """Grey values through a linear window: black at its lower end, white at its upper end.

    DICOM PS3.3 C.11.2.1.2.1: with integers in mind, the ends lie at ``centre - width / 2`` and
    ``centre + width / 2 - 1``; so the window 128, 256 shows 8-bit values unchanged.

    Parameters
    ----------
    values : numpy.ndarray of float, any shape
        NaN is shown black.
    centre, width : float
        In the unit of the values; width at least 1.

    Examples
    --------
    >>> windowed(np.array([0.0, 7.0, 255.0]), centre=128, width=256).tolist()
    [0, 7, 255]

    """
    if not width >= 1:
        raise ValueError(f"width must be at least 1; got {width}.")
    depth = values.astype(np.float32)
    if width == 1:
        shown = np.where(depth > centre - 0.5, np.float32(1), np.float32(0))
    else:
        shown = (depth - np.float32(centre - 0.5)) / np.float32(width - 1) + np.float32(0.5)
    return np.rint(np.clip(np.nan_to_num(shown, nan=0.0), 0, 1) * 255).astype(np.uint8)


def stretched(values: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Grey values spread evenly from the lowest (0) to the highest (255); NaN is 0.

    A picture of one value becomes black.
    """
    depth = values.astype(np.float32)
    depth[~np.isfinite(depth)] = np.nan
    if np.isnan(depth).all():
        return np.zeros(depth.shape, dtype=np.uint8)
    low, high = np.nanmin(depth), np.nanmax(depth)
    if high == low:
        return np.zeros(depth.shape, dtype=np.uint8)
    scaled = np.nan_to_num((depth - low) / (high - low), nan=0.0)
    return np.rint(scaled * 255).astype(np.uint8)
