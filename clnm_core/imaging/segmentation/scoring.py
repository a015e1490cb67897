"""How well does a proposed outline cover the one that a person drew?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two measures of the same overlap, in [0, 1]: ``dice = 2 iou / (1 + iou)``."""

    iou: float
    dice: float


def overlap(proposed: NDArray[np.bool_], drawn: NDArray[np.bool_]) -> Overlap:
    """Overlap of two masks; two empty ones agree fully.

    Parameters
    ----------
    proposed, drawn : numpy.ndarray of bool
        Of one shape.

    Returns
    -------
    Overlap
        Intersection over union, and Dice's coefficient: twice the intersection over the sum of
        the areas.

    Raises
    ------
    ValueError
        If the shapes differ.

    Examples
    --------
    >>> overlap(np.array([True, True, False]), np.array([False, True, True]))
    Overlap(iou=0.3333333333333333, dice=0.5)

    """
    if proposed.shape != drawn.shape:
        raise ValueError(f"masks must have one shape; got {proposed.shape} and {drawn.shape}.")
    shared = int((proposed & drawn).sum())
    areas = int(proposed.sum()) + int(drawn.sum())
    if areas == 0:
        return Overlap(1.0, 1.0)
    return Overlap(shared / (areas - shared), 2 * shared / areas)


def patient_means(patients: ArrayLike, values: ArrayLike) -> NDArray[np.float64]:
    """One mean per patient, in the order of their names; what a mean over patients is made of.

    Examples
    --------
    >>> patient_means(["b", "a", "b"], [0.5, 0.9, 0.7]).tolist()
    [0.9, 0.6]

    """
    _, number = np.unique(np.asarray(patients, dtype=str), return_inverse=True)
    sums = np.bincount(number, weights=np.asarray(values, dtype=np.float64))
    return np.asarray(sums / np.bincount(number), dtype=np.float64)
