"""How would the outline of the gland run if the capsule lay nearer to the lesion, or farther?

The outline is moved in or out by the same way everywhere, along the signed distance to it, so that
the gland becomes smaller or larger; lesion and picture stay as they are. What
:func:`~clnm_core.imaging.geometry.capsule_distance_mm` then measures is the distance that was asked
for, to a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes, distance_transform_edt

from clnm_core.errors import ImageError, UnfitCaseError
from clnm_core.features.items import Item
from clnm_core.imaging.geometry import capsule_distance_mm
from clnm_core.systems.cases import View

_CORRECTIONS = 3

CANNOT_MOVE = (
    "The outline of the gland cannot be moved on these pictures: one of them must have nodule and "
    "gland outlined and say how far apart its pixels lie."
)


@dataclass(frozen=True, eq=False, slots=True)
class MovedOutlines:
    """The pictures of one case with the outline of the gland at several distances.

    Parameters
    ----------
    own_mm : float
        The shortest distance that is measured on the pictures as they are: a longer one can only
        miss it.
    distances_mm : tuple of float
        Rising; ``own_mm`` is one of them, and its pictures are those of the case itself. What
        was asked for within a pixel of it is left out.
    views : tuple of tuple of View
        The pictures at each distance. All outlines of a case are moved by the same way.
    unreached_mm : tuple of float
        Distances that were asked for and that no outline within the picture gives.

    """

    own_mm: float
    distances_mm: tuple[float, ...]
    views: tuple[tuple[View, ...], ...]
    unreached_mm: tuple[float, ...]


def moved_outlines(
    views: Sequence[View], asked: Callable[[float], Sequence[float]]
) -> MovedOutlines:
    """Move the outline of the gland on the pictures of one case.

    A picture without one of the outlines, or without spacing, stays as it is.

    Parameters
    ----------
    views : sequence of View
    asked : callable
        Takes the case's own distance in mm and gives those that are asked for, 0 or more.

    Raises
    ------
    UnfitCaseError
        If no picture can be measured.

    """
    items = [view.read() for view in views]
    own = [_distance(item) for item in items]
    known = [one for one in own if one is not None]
    if not known:
        raise UnfitCaseError(CANNOT_MOVE)
    shortest = min(known)
    found: dict[float, tuple[View, ...]] = {}
    unreached: list[float] = []
    depths = [
        None if one is None else _depth_mm(item) for one, item in zip(own, items, strict=True)
    ]
    near = max(max(item.spacing_mm) for item in items if item.spacing_mm)
    others = [float(one) for one in asked(shortest) if abs(one - shortest) > near]
    for distance in sorted({shortest, *others}):
        if distance == shortest:
            found[distance] = tuple(views)
            continue
        moved = []
        for view, item, depth, here in zip(views, items, depths, own, strict=True):
            if depth is None or here is None:
                moved.append(view)
                continue
            gland = moved_gland(item, max(here + distance - shortest, 0.0), depth_mm=depth)
            if gland is None:
                break
            moved.append(_showing(view, replace(item, gland=gland)))
        if len(moved) == len(views):
            found[distance] = tuple(moved)
        else:
            unreached.append(distance)
    return MovedOutlines(shortest, tuple(found), tuple(found.values()), tuple(unreached))


def moved_gland(
    item: Item, distance_mm: float, *, depth_mm: NDArray[np.float64] | None = None
) -> NDArray[np.bool_] | None:
    """The gland whose capsule lies at a distance from the lesion; ``None`` where none does.

    Parameters
    ----------
    item : Item
        With both outlines and spacing.
    distance_mm : float
        0 or more.
    depth_mm : numpy.ndarray of float64, shape (rows, columns), optional
        Signed distance of each pixel to the capsule, positive within the gland; made where it is
        not given.

    Returns
    -------
    numpy.ndarray of bool, shape (rows, columns), or None
        Without holes. ``None`` where the capsule would leave the picture.

    """
    if item.lesion is None or item.spacing_mm is None:
        raise ValueError("item must have a lesion and a spacing.")
    depth = _depth_mm(item) if depth_mm is None else depth_mm
    pixel = max(item.spacing_mm)
    level = float(depth[item.lesion].min()) - distance_mm
    for _ in range(_CORRECTIONS):
        gland = depth >= level
        try:
            error = distance_mm - capsule_distance_mm(item.lesion, gland, item.spacing_mm)
        except ImageError:
            return None
        if abs(error) <= pixel:
            return gland
        level -= error
    return None


def _depth_mm(item: Item) -> NDArray[np.float64]:
    """Signed distance of the middle of each pixel to the capsule; a border is no capsule."""
    if item.gland is None or item.spacing_mm is None:
        raise ValueError("item must have a gland and a spacing.")
    whole = binary_fill_holes(item.gland)
    if whole.all():
        return np.full(whole.shape, np.inf)
    half = min(item.spacing_mm) / 2
    inside = distance_transform_edt(whole, sampling=item.spacing_mm)
    outside = distance_transform_edt(~whole, sampling=item.spacing_mm)
    return np.where(whole, inside - half, half - outside)


def _distance(item: Item) -> float | None:
    if item.lesion is None or item.gland is None or item.spacing_mm is None:
        return None
    try:
        return capsule_distance_mm(item.lesion, item.gland, item.spacing_mm)
    except ImageError:
        return None


def _showing(view: View, item: Item) -> View:
    """A view of its own, which remembers nothing of what was made of the other one."""
    return View(
        view.image_id,
        view.view,
        view.modality,
        view.has_lesion,
        view.has_gland,
        lambda: item,
        view.manufacturer,
    )
