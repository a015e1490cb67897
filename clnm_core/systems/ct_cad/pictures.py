"""What of a CT picture does a network see?

The same field in mm around every node, so that a large node looks large. The crop is kept with a
border, from which augmentation may shift and turn pictures into view.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import UnfitCaseError
from clnm_core.features.crops import seen, whole_square
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.run import Run

MODALITY = "CT"

BORDER = 0.125
"""Share of the field that is kept beyond it on each side."""


@dataclass(frozen=True, eq=False, slots=True)
class Crops:
    """The pictures of some cases, as networks get them.

    Parameters
    ----------
    grey : numpy.ndarray of uint8, shape (pictures, side, side)
        0 is black, 255 is white; ``side`` is that of the field with its border.
    case : numpy.ndarray of int, shape (pictures,)
        Row of the case that each belongs to.
    has_spacing : numpy.ndarray of bool, shape (pictures,)
        Whether the field could be measured; else the whole picture is taken.
    is_flat : numpy.ndarray of bool, shape (pictures,)
        Whether there is a single grey within the field.

    """

    grey: NDArray[np.uint8]
    case: NDArray[np.int64]
    has_spacing: NDArray[np.bool_]
    is_flat: NDArray[np.bool_]


def border_of(size: int) -> int:
    """Pixels of the border around a field of ``size`` pixels."""
    return math.ceil(BORDER * size)


def fit_views(cases: Cases, row: int) -> tuple[View, ...]:
    """The CT pictures of a case that have the node outlined."""
    views = cases.views_of(str(cases.frame["case_id"].iloc[row]))
    return tuple(view for view in views if view.modality == MODALITY and view.has_lesion)


def require_pictures(cases: Cases) -> None:
    """Refuse cases without a CT picture on which the node is outlined.

    Raises
    ------
    UnfitCaseError
        How many lack what, and what to do.

    """
    none, other, no_outline = 0, 0, 0
    for row, name in enumerate(cases.frame["case_id"]):
        views = cases.views_of(str(name))
        if fit_views(cases, row):
            continue
        if not views:
            none += 1
        elif not any(view.modality == MODALITY for view in views):
            other += 1
        else:
            no_outline += 1
    for count, words in (
        (none, "no picture"),
        (other, "no CT picture, only others"),
        (no_outline, "no outline of the node on its CT picture"),
    ):
        if count:
            subject = "1 case has" if count == 1 else f"{count:,} cases have"
            raise UnfitCaseError(
                f"{subject} {words}; ct-cad reads CT with the node outlined. "
                "Leave such cases out, or add what is missing."
            )


def crops(cases: Cases, *, field_mm: float, size: int, run: Run | None = None) -> Crops:
    """The field around the node of every picture of the cases.

    Parameters
    ----------
    cases : Cases
    field_mm : float
        Side of the square that networks see.
    size : int
        Its side in pixels.
    run : Run, optional
        Told how far; 0 to 1 is all of it.

    Raises
    ------
    UnfitCaseError
        If a case has no CT picture with the node outlined, or an outline is empty.

    """
    require_pictures(cases)
    owners = [(row, view) for row in range(len(cases)) for view in fit_views(cases, row)]
    side = size + 2 * border_of(size)
    grey = np.zeros((len(owners), side, side), dtype=np.uint8)
    has_spacing = np.zeros(len(owners), dtype=bool)
    for place, (_, view) in enumerate(owners):
        if run is not None:
            run.say(place / len(owners), f"Reads picture {place + 1} of {len(owners)}")
        grey[place], has_spacing[place] = view.made(
            ("crop", field_mm, size),
            lambda item: (crop(item, field_mm=field_mm, size=size), item.spacing_mm is not None),
        )
    inner = central(grey, size)
    return Crops(
        grey,
        np.array([row for row, _ in owners], dtype=np.int64),
        has_spacing,
        np.ptp(inner.reshape(len(owners), -1), axis=1) == 0,
    )


def crop(item: Item, *, field_mm: float, size: int) -> NDArray[np.uint8]:
    """The field around one node with its border, shape (side, side); black beyond the picture."""
    square = square_of(item, field_mm=field_mm * (1 + 2 * border_of(size) / size))
    side = size + 2 * border_of(size)
    picture = seen(item, square, (side, side), interpolation="bilinear")
    return np.rint(picture * 255).astype(np.uint8)


def square_of(item: Item, *, field_mm: float) -> tuple[int, int, int, int]:
    """Top, left, bottom, right of a field around the middle of the node, in pixels.

    It is not moved where it leaves the picture, so that the node is always in the middle. Where
    spacing is not known, it is the smallest square that holds the whole picture.

    Raises
    ------
    UnfitCaseError
        If the outline is empty.

    """
    if item.lesion is None or not item.lesion.any():
        raise UnfitCaseError("The outline of a node is empty. Draw it, or leave the case out.")
    if item.spacing_mm is None:
        return whole_square(item.grey.shape, None)
    bounds = []
    for axis in (0, 1):
        inside = np.flatnonzero(item.lesion.any(axis=1 - axis))
        length = max(round(field_mm / item.spacing_mm[axis]), 1)
        first = round((int(inside[0]) + int(inside[-1]) + 1 - length) / 2)
        bounds.append((first, first + length))
    return bounds[0][0], bounds[1][0], bounds[0][1], bounds[1][1]


def central(grey: NDArray[np.uint8], size: int) -> NDArray[np.uint8]:
    """The field without its border, shape (..., size, size)."""
    border = (grey.shape[-1] - size) // 2
    return grey[..., border : border + size, border : border + size]
