"""What is the shape of an outline, in mm?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import ConvexHull
from scipy.spatial.distance import pdist

from clnm_core.features.radiomics.names import SHAPE_2D

#: Area of a square between four pixel centres, by which of them are inside (bits: upper left 1,
#: upper right 2, lower right 4, lower left 8): the outline cuts half-way between in and out.
_AREA = np.array([0, 1, 1, 4, 1, 2, 4, 7, 1, 4, 2, 7, 4, 7, 7, 8]) / 8
_SLANTED = np.array([0, 1, 1, 0, 1, 2, 0, 1, 1, 0, 2, 1, 0, 1, 1, 0])
_LEVEL = np.array([0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0])  # along a row
_UPRIGHT = np.array([0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0])


def outline_shape(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> NDArray[np.float64]:
    """Size and shape of a mask (PyRadiomics' shape2D).

    The outline is the one of marching squares. Axes are those of the ellipse with the moments of
    the pixel centres; a row of pixels one wide has a minor axis of 0.

    Parameters
    ----------
    mask : numpy.ndarray of bool, shape (rows, columns)
        At least one pixel.
    spacing_mm : tuple of float
        Distance between pixel centres (row, column), greater than 0.

    Returns
    -------
    numpy.ndarray of float64, shape (9,)
        In the order of ``names.SHAPE_2D``.

    """
    down, across = spacing_mm
    rows, columns = np.nonzero(mask)
    padded = np.pad(mask, 1).view(np.uint8)
    square = padded[:-1, :-1] | padded[:-1, 1:] << 1 | padded[1:, 1:] << 2 | padded[1:, :-1] << 3
    kinds = np.bincount(square.ravel(), minlength=16)
    surface = float(kinds @ _AREA) * down * across
    perimeter = (
        float(kinds @ _SLANTED) * np.hypot(down, across) / 2
        + float(kinds @ _LEVEL) * across
        + float(kinds @ _UPRIGHT) * down
    )
    y, x = rows * down, columns * across
    y, x = y - y.mean(), x - x.mean()
    moments = np.array([[(y * y).mean(), (y * x).mean()], [(y * x).mean(), (x * x).mean()]])
    minor, major = np.sqrt(np.clip(np.linalg.eigvalsh(moments), 0, None))
    found = {
        "Elongation": minor / major if major > 0 else np.nan,
        "MajorAxisLength": 4 * major,
        "MaximumDiameter": _diameter(mask, spacing_mm),
        "MeshSurface": surface,
        "MinorAxisLength": 4 * minor,
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / surface,
        "PixelSurface": len(rows) * down * across,
        "Sphericity": 2 * np.sqrt(np.pi * surface) / perimeter,
    }
    return np.array([found[name] for name in SHAPE_2D])


def _diameter(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> float:
    """Largest distance between two points where the outline crosses from pixel to pixel."""
    points = []
    for pixels, is_turned in ((mask, False), (mask.T, True)):
        lines = np.flatnonzero(pixels.any(1))
        first = pixels[lines].argmax(1) - 0.5
        last = pixels.shape[1] - pixels[lines, ::-1].argmax(1) - 0.5
        ends = np.stack([np.tile(lines, 2), np.concatenate([first, last])], 1)
        points.append(ends[:, ::-1] if is_turned else ends)
    edge = np.concatenate(points) * spacing_mm
    return float(pdist(edge[ConvexHull(edge).vertices]).max())
