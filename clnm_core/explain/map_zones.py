"""On what does the map of a picture lie: the capsule, the lesion, the rest of the gland?

Where the gland is outlined, each pixel is in exactly one of five zones, the first that holds it::

    capsule_inside    in the gland, its centre within 2 mm of the capsule
    capsule_outside   beyond the gland, its centre within 2 mm of the capsule
    lesion            on the lesion, but farther than 2 mm from the capsule
    gland             elsewhere in the gland
    outside           elsewhere in the picture

so that a lesion that touches the capsule counts there as far as it lies within 2 mm; what lies on
the lesion anywhere is told beside. Without an outline of the gland (lymph nodes on CT) there are
three::

    node              on the lesion
    margin            beyond it, within 2 mm of its edge
    outside           elsewhere in the picture

The capsule is the outer edge of the gland with holes filled; a border of the picture that cuts the
gland off is not capsule, as in :mod:`clnm_core.imaging.geometry`. Distances run from the centre of
a pixel to the edge of the nearest pixel of the other side, exact to half a pixel.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, distance_transform_edt

from clnm_core.errors import ImageError
from clnm_core.features.items import Item

NEAR_MM = 2.0
"""A place counts as near the capsule, or as margin of a node, up to this distance."""

GLAND_ZONES = ("capsule_inside", "capsule_outside", "lesion", "gland", "outside")
NODE_ZONES = ("node", "margin", "outside")

NO_SPACING = "It is not known how far apart its pixels lie, so there is no 2 mm."
NO_LESION = "It has no outline of the lesion."
NO_GLAND = "It has no outline of the gland."
NO_CAPSULE = "The gland fills the picture, so no capsule can be seen."


@dataclass(frozen=True, eq=False, slots=True)
class Zones:
    """Which zone each pixel of a picture is in.

    Parameters
    ----------
    names : tuple of str
        ``GLAND_ZONES`` or ``NODE_ZONES``.
    place : numpy.ndarray of uint8, shape (rows, columns)
        Number of the zone, an index of ``names``.
    is_lesion : numpy.ndarray of bool, shape (rows, columns)
    is_gland : numpy.ndarray of bool, shape (rows, columns)
        The gland and the 2 mm around it; nowhere for ``NODE_ZONES``.

    """

    names: tuple[str, ...]
    place: NDArray[np.uint8]
    is_lesion: NDArray[np.bool_]
    is_gland: NDArray[np.bool_]


def zones_of(item: Item, names: tuple[str, ...]) -> Zones:
    """The zones of a picture.

    Parameters
    ----------
    item : Item
        With its outlines and spacing.
    names : tuple of str
        ``GLAND_ZONES`` or ``NODE_ZONES``.

    Raises
    ------
    ImageError
        If an outline or the spacing is not there, or no capsule can be seen.

    """
    if item.lesion is None or not item.lesion.any():
        raise ImageError(NO_LESION)
    if item.spacing_mm is None:
        raise ImageError(NO_SPACING)
    half = min(item.spacing_mm) / 2
    if names == NODE_ZONES:
        around = distance_transform_edt(~item.lesion, sampling=item.spacing_mm) - half
        place = np.select([item.lesion, around <= NEAR_MM], [0, 1], 2)
        nowhere = np.zeros_like(item.lesion)
        return Zones(names, place.astype(np.uint8), item.lesion, nowhere)
    if item.gland is None or not item.gland.any():
        raise ImageError(NO_GLAND)
    whole = np.asarray(binary_fill_holes(item.gland))
    if whole.all():
        raise ImageError(NO_CAPSULE)
    inside = distance_transform_edt(whole, sampling=item.spacing_mm)
    beyond = distance_transform_edt(~whole, sampling=item.spacing_mm)
    is_near = np.where(whole, inside, beyond) - half <= NEAR_MM
    place = np.select([is_near & whole, is_near, item.lesion, whole], [0, 1, 2, 3], 4)
    return Zones(names, place.astype(np.uint8), item.lesion, whole | is_near)


def map_shares(values: NDArray[np.float32], zones: Zones) -> dict[str, float]:
    """How a map and the area of its picture are divided among the zones.

    Parameters
    ----------
    values : numpy.ndarray of float32, shape (rows, columns)
        0 or more, as of :class:`~clnm_core.systems.explanation.SaliencyMap`.
    zones : Zones

    Returns
    -------
    dict of str to float
        For each zone ``share_<zone>`` (of the sum of the map), ``area_<zone>`` (of the pixels of
        the picture) and ``covered_<zone>`` (of the pixels where the map is above 0): each kind
        adds up to 1. ``share_on_lesion`` and ``area_on_lesion``, wherever the lesion lies. With
        a gland also ``near`` (both zones at the capsule), ``near_even`` (what it would be for a
        map spread evenly over the gland and the 2 mm around it) and ``near_covered`` (for one
        spread evenly over where the map is above 0, which is all that a network that sees only a
        part of the picture can do). Shares, and what is covered, are NaN for a map of nothing.

    Raises
    ------
    ValueError
        If the shapes differ, or a value is negative or not finite.

    Examples
    --------
    >>> place = np.array([[0, 1, 2]], dtype=np.uint8)
    >>> three = Zones(NODE_ZONES, place, place == 0, place > 2)
    >>> found = map_shares(np.array([[3.0, 1.0, 0.0]], dtype=np.float32), three)
    >>> found["share_node"], found["covered_node"], round(found["area_node"], 3)
    (0.75, 0.5, 0.333)

    """
    if values.shape != zones.place.shape:
        raise ValueError(f"a map must have the shape of its picture; got {values.shape}.")
    if not (np.isfinite(values).all() and (values >= 0).all()):
        raise ValueError("a map must be 0 or more everywhere.")
    weight = values.astype(np.float64).ravel()
    place, count = zones.place.ravel(), len(zones.names)
    pixels = np.bincount(place, minlength=count).astype(float)
    share = _divided(np.bincount(place, weights=weight, minlength=count).astype(float))
    covered = _divided(np.bincount(place[weight > 0], minlength=count).astype(float))
    area = pixels / len(place)
    found: dict[str, float] = {}
    for number, name in enumerate(zones.names):
        found[f"share_{name}"] = float(share[number])
        found[f"area_{name}"] = float(area[number])
        found[f"covered_{name}"] = float(covered[number])
    total = float(weight.sum())
    on_lesion = float(weight[zones.is_lesion.ravel()].sum())
    found["share_on_lesion"] = on_lesion / total if total > 0 else float("nan")
    found["area_on_lesion"] = float(zones.is_lesion.mean())
    if zones.names == GLAND_ZONES:
        found["near"] = float(share[0] + share[1])
        found["near_even"] = float(pixels[:2].sum() / zones.is_gland.sum())
        found["near_covered"] = float(covered[0] + covered[1])
    return found


def _divided(sums: NDArray[np.float64]) -> NDArray[np.float64]:
    total = sums.sum()
    return sums / total if total > 0 else np.full(len(sums), np.nan)
