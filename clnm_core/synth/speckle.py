"""How does an ultrasound machine turn echo strength into a picture with speckle?

Every point scatters with a random phase; the beam adds up what lies within its width. The
size of such a sum is Rayleigh-distributed (fully developed speckle), so a uniform tissue
looks grainy, with grains wider than deep. The machine then shows the logarithm of the size,
after a gain that makes up for the sound lost on the way. See Wagner RF et al. IEEE Trans
Sonics Ultrason 1983;30:156-163, doi:10.1109/T-SU.1983.31404.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

DYNAMIC_RANGE_DB = 56.0
BRIGHTEST_DB = 25.0
"""Echo level shown as white, over the gland's mean at 0 dB."""

_AXIAL_MM, _LATERAL_MM = 0.13, 0.24
_FLOOR_DB = -42.0


def b_mode(
    echo_db: NDArray[np.float32],
    *,
    spacing_mm: float,
    rng: np.random.Generator,
    loss_db_per_mm: float = 0.12,
) -> NDArray[np.uint8]:
    """Grey values of a still picture.

    Parameters
    ----------
    echo_db : numpy.ndarray of float32, shape (rows, columns)
        Mean echo strength; 0 dB is normal thyroid tissue.
    spacing_mm : float
        Pixel size, the same in both directions.
    rng : numpy.random.Generator
    loss_db_per_mm : float
        What the depth gain leaves uncorrected; the grey falls off slowly with depth.

    Returns
    -------
    numpy.ndarray of uint8, shape (rows, columns)

    """
    rows = echo_db.shape[0]
    depth = np.arange(rows, dtype=np.float32) * np.float32(spacing_mm)
    level = echo_db - np.float32(loss_db_per_mm) * (depth - depth[rows // 2])[:, None]
    down, along = _kernel(_AXIAL_MM / spacing_mm), _kernel(_LATERAL_MM / spacing_mm)
    reach = (len(down) // 2, len(along) // 2)
    amplitude = np.pad(
        np.exp(level * np.float32(np.log(10) / 20)), [(reach[0],) * 2, (reach[1],) * 2], "edge"
    )
    power = np.zeros_like(echo_db)
    for _ in range(2):
        waves = rng.standard_normal(amplitude.shape, dtype=np.float32)
        waves *= amplitude
        beam = _weighted(_weighted(waves, down).T, along).T
        beam *= beam
        power += beam
    power += np.float32(10 ** (_FLOOR_DB / 10))
    power = _compounded(power)
    shown = np.float32(10 / np.log(10)) * np.log(power)
    grey = (shown - np.float32(BRIGHTEST_DB)) / np.float32(DYNAMIC_RANGE_DB) + np.float32(1)
    return (np.clip(grey, 0, 1) * np.float32(255)).astype(np.uint8)


def _compounded(power: NDArray[np.float32]) -> NDArray[np.float32]:
    """Neighbours averaged a little, as machines do that look from several angles."""
    quarter = np.float32(0.25)
    power[1:-1] = quarter * (power[:-2] + power[2:]) + np.float32(0.5) * power[1:-1]
    power[:, 1:-1] = quarter * (power[:, :-2] + power[:, 2:]) + np.float32(0.5) * power[:, 1:-1]
    return power


def _weighted(waves: NDArray[np.float32], kernel: NDArray[np.float32]) -> NDArray[np.float32]:
    """Each row and its neighbours added up with the weights; rows without all of them go."""
    count = len(waves) - len(kernel) + 1
    middle = len(kernel) // 2
    total = kernel[middle] * waves[middle : middle + count]
    for step in range(1, middle + 1):
        before, after = middle - step, middle + step
        total += kernel[after] * (waves[before : before + count] + waves[after : after + count])
    return total


def _kernel(sigma: float) -> NDArray[np.float32]:
    """A Gaussian of unit energy, so that filtered white noise keeps its power."""
    reach = max(1, round(2.5 * sigma))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / max(sigma, 0.35)) ** 2)
    return (weights / np.sqrt((weights**2).sum())).astype(np.float32)


def clouds(
    shape: tuple[int, int], *, grain_px: tuple[int, int], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Smooth random unevenness with mean about 0 and standard deviation about 1.

    ``grain_px`` is the size of a cloud (rows, columns) in pixels.
    """
    coarse = (shape[0] // grain_px[0] + 3, shape[1] // grain_px[1] + 3)
    nodes = rng.standard_normal(coarse, dtype=np.float32)
    down = _weights(shape[0], coarse[0], grain_px[0])
    right = _weights(shape[1], coarse[1], grain_px[1])
    return (np.float32(1.5) * (down @ nodes @ right.T)).astype(np.float32)


def _weights(count: int, nodes: int, grain: int) -> NDArray[np.float32]:
    """Smooth interpolation weights from a coarse row of nodes to ``count`` pixels."""
    place = np.arange(count, dtype=np.float32) / grain + 1
    gap = np.abs(place[:, None] - np.arange(nodes, dtype=np.float32)[None, :])
    weights = np.clip(1 - gap, 0, None)
    return (weights * weights * (3 - 2 * weights)).astype(np.float32)


def rise(values: NDArray[np.floating[Any]], *, over: float) -> NDArray[np.float32]:
    """0 well below zero, 1 well above it, in a straight ramp of width ``over`` around it."""
    return np.clip(values / np.float32(over) + np.float32(0.5), 0, 1).astype(np.float32)


def ridge(values: NDArray[np.floating[Any]], *, width: float) -> NDArray[np.float32]:
    """1 at zero, falling smoothly to 0 at ``width`` to either side."""
    inside = np.clip(1 - np.abs(values) / np.float32(width), 0, 1).astype(np.float32)
    smooth: NDArray[np.float32] = inside * inside * (3 - 2 * inside)
    return smooth
