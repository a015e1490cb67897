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
    padded = np.pad(mask, 1).view(np.uint8)
    square = padded[:-1, :-1] | padded[:-1, 1:] << 1 | padded[1:, 1:] << 2 | padded[1:, :-1] << 3
    edge = square[(square > 0) & (square < 15)]
    kinds = np.bincount(edge, minlength=16)
    kinds[15] = np.count_nonzero(square == 15)
    surface = float(kinds @ _AREA) * down * across
    perimeter = (
        float(kinds @ _SLANTED) * np.hypot(down, across) / 2
        + float(kinds @ _LEVEL) * across
        + float(kinds @ _UPRIGHT) * down
    )
    inside = mask.astype(np.float64)
    by_row, by_column = inside.sum(1), inside.sum(0)
    pixels = by_row.sum()
    y, x = np.arange(len(by_row)) * down, np.arange(len(by_column)) * across
    y, x = y - by_row @ y / pixels, x - by_column @ x / pixels
    both = y @ inside @ x
    moments = np.array([[by_row @ y**2, both], [both, by_column @ x**2]]) / pixels
    minor, major = np.sqrt(np.clip(np.linalg.eigvalsh(moments), 0, None))
    found = {
        "Elongation": minor / major if major > 0 else np.nan,
        "MajorAxisLength": 4 * major,
        "MaximumDiameter": _diameter(mask, spacing_mm),
        "MeshSurface": surface,
        "MinorAxisLength": 4 * minor,
        "Perimeter": perimeter,
        "PerimeterSurfaceRatio": perimeter / surface,
        "PixelSurface": pixels * down * across,
        "Sphericity": 2 * np.sqrt(np.pi * surface) / perimeter,
    }
    return np.array([found[name] for name in SHAPE_2D])


def _diameter(mask: NDArray[np.bool_], spacing_mm: tuple[float, float]) -> float:
    """Largest distance between two points where the outline crosses from pixel to pixel."""
    padded = np.pad(mask, ((1, 1), (0, 0)))
    points = []
    for crossed, beside, above in ((mask, 0.5, 0.0), (padded[1:] != padded[:-1], 0.0, -0.5)):
        lines = np.flatnonzero(crossed.any(1))
        first = crossed[lines].argmax(1) - beside
        last = crossed.shape[1] - 1 - crossed[lines, ::-1].argmax(1) + beside
        points += [np.stack([lines + above, first], 1), np.stack([lines + above, last], 1)]
    edge = np.concatenate(points) * spacing_mm
    # No pair is longer than the sum of its distances from the middle: points too near to it to
    # beat a first guess are left out before all pairs are compared.
    from_middle = np.hypot(*(edge - edge.mean(0)).T)
    start = edge[from_middle.argmax()]
    guess = np.hypot(*(edge - start).T).max()
    far = from_middle >= (guess - from_middle.max()) * (1 - 1e-9)
    return float(pdist(edge[far]).max()) if far.sum() < 400 else _hull(edge)


def _hull(edge: NDArray[np.float64]) -> float:
    """Largest distance between two corners of the convex hull."""
    return float(pdist(edge[ConvexHull(edge).vertices]).max())
