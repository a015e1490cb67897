"""How might another reader have drawn the same outline?

A second reader is rarely at hand. Perturbed outlines stand in for one: a little smaller, a little
larger, a little aside. They tell which features hang on where exactly the line was drawn; they do
not tell how far apart real readers are.
"""

from __future__ import annotations

import dataclasses

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter, shift

from clnm_core.errors import FeatureError
from clnm_core.features.items import Item

PIXELS = 1.0
SHIFTS = 2


def perturbed(
    item: Item, *, seed: int, pixels: float = PIXELS, shifts: int = SHIFTS
) -> tuple[Item, ...]:
    """The item as drawn, with its lesion smaller, larger, and shifted.

    Parameters
    ----------
    item : Item
        With an outline of the lesion.
    seed : int
        Of the directions and lengths of the shifts; equal seeds perturb all items alike.
    pixels : float
        By how many pixels the outline moves inward, and outward; greater than 0. Shifts are by at
        most as much, in any direction, by parts of pixels too.
    shifts : int
        How many shifted outlines, 0 or more.

    Returns
    -------
    tuple of Item, length 3 + shifts
        As drawn, eroded, dilated, shifted. A lesion so thin that erosion would leave nothing is
        eroded to its innermost pixels. A shift that would leave the picture stops at its border.

    Raises
    ------
    FeatureError
        If there is no outline of the lesion.
    ValueError
        If ``pixels`` or ``shifts`` is out of range.

    References
    ----------
    .. [1] Zwanenburg A, Leger S, Agolli L, et al. Assessing robustness of radiomic features by
       image perturbation. Sci Rep 2019;9:614. doi:10.1038/s41598-018-36938-4

    Examples
    --------
    >>> mask = np.zeros((9, 9), dtype=bool)
    >>> mask[2:7, 2:7] = True
    >>> drawn = Item(np.zeros((9, 9), np.float32), mask)
    >>> [int(one.lesion.sum()) for one in perturbed(drawn, seed=0, shifts=0)]
    [25, 5, 45]

    """
    if not (np.isfinite(pixels) and pixels > 0):
        raise ValueError(f"pixels must be greater than 0; got {pixels}.")
    if shifts < 0:
        raise ValueError(f"shifts must be 0 or more; got {shifts}.")
    if item.lesion is None or not item.lesion.any():
        raise FeatureError("There is no outline of the lesion to perturb. Draw one first.")
    window = _window(item.lesion, int(np.ceil(pixels)) + 6)
    drawn = item.lesion[window]
    depth = _depth(drawn)
    masks = [_outline_at(np.where(drawn, depth, -np.inf), pixels), drawn | (depth >= -pixels)]
    random = np.random.default_rng(seed)
    for _ in range(shifts):
        angle, length = random.uniform(0, 2 * np.pi), pixels * np.sqrt(random.uniform())
        step = length * np.array([np.sin(angle), np.cos(angle)])
        masks.append(
            _outline_at(shift(gaussian_filter(depth, 1.0), step, order=1, mode="nearest"), 0.0)
        )
    return (item, *(_with_lesion(item, window, mask) for mask in masks))


def _window(mask: NDArray[np.bool_], room: int) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return (
        slice(max(int(rows[0]) - room, 0), int(rows[-1]) + 1 + room),
        slice(max(int(columns[0]) - room, 0), int(columns[-1]) + 1 + room),
    )


def _depth(mask: NDArray[np.bool_]) -> NDArray[np.float64]:
    """How far inside (above 0) or outside each pixel centre lies, in pixels from the line.

    The line runs halfway between the last pixel inside and the first outside; blurred by a pixel,
    so that it crosses slanting edges at parts of pixels. A mask that fills its window has no
    outside there, and counts as deeper than the window is wide.
    """
    if mask.all():
        return np.full(mask.shape, float(max(mask.shape)))
    stepped = np.where(
        mask, distance_transform_edt(mask) - 0.5, 0.5 - distance_transform_edt(~mask)
    )
    return gaussian_filter(stepped, 1.0, mode="nearest")


def _outline_at(depth: NDArray[np.float64], level: float) -> NDArray[np.bool_]:
    """Pixels at least so deep, or the deepest there are."""
    return np.asarray(depth >= min(level, float(depth.max())))


def _with_lesion(item: Item, window: tuple[slice, slice], mask: NDArray[np.bool_]) -> Item:
    lesion = np.zeros(item.grey.shape, dtype=bool)
    lesion[window] = mask
    return dataclasses.replace(item, lesion=lesion)
