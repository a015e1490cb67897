"""What does the network get of one picture?

The paper's images: the **location map** (how near each pixel of the nodule lies to the capsule,
painted into its outline), the **texture** (the nodule alone) and the **margin** (196 pieces of
it); and the two numbers **echogenicity** and **shape**. The location map is painted into the whole
picture, in the square around it; at which scale, the paper does not say.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import binary_fill_holes

from clnm_core.errors import ClnmError, UnfitCaseError
from clnm_core.features.crops import MOST_ASPECT, square_around, whole_square
from clnm_core.features.items import Item
from clnm_core.features.margin import margin_mosaic, require_outline
from clnm_core.features.morphology import echogenicity_and_shape
from clnm_core.features.texture_crop import texture_crop
from clnm_core.imaging.phi import depth_map_mm
from clnm_core.systems.llnm_net.config import Config
from clnm_core.systems.llnm_net.statistics import (
    LOCATION_SIDE,
    TEXTURE_SIDE,
    Tokens,
    lesion_patches,
    location_tokens,
    margin_tokens,
    texture_tokens,
    whole,
)

PATCH, SIDE = 16, 14
"""Pixels along a side of a patch, and patches along a side of an image, in the paper."""

LOCATION, MORPHOLOGY = "location", "morphology"
REPORT, DEMOGRAPHICS = "report", "demographics"

GROUPS = {
    "location_whole": LOCATION,
    "location": LOCATION,
    "texture_whole": MORPHOLOGY,
    "texture": MORPHOLOGY,
    "margin_whole": MORPHOLOGY,
    "margin": MORPHOLOGY,
    "echogenicity": MORPHOLOGY,
    "shape": MORPHOLOGY,
    "sex": DEMOGRAPHICS,
    "age": DEMOGRAPHICS,
    "report": REPORT,
}
"""The groups of tokens, and which of the paper's four inputs each belongs to."""

NOT_A_PICTURE = "all pixels of the picture have one grey level, so nothing can be seen on it"
NO_LESION = "the outline of the lesion is empty"
NO_GLAND = "the outline of the gland is empty"
OUTSIDE = "the lesion lies entirely outside the gland, so that it has no place in it"
NO_SPACING = "it is not known how far apart its pixels lie, and this network measures in mm"


def view_tokens(item: Item, config: Config) -> Tokens:
    """Tokens of one picture, by group, as they are before anything is learned.

    Parameters
    ----------
    item : Item
        One picture with lesion and gland outlined.
    config : Config

    Returns
    -------
    dict
        Values of each token, shape (tokens, values), and which of them say something.

    Raises
    ------
    UnfitCaseError
        If the picture cannot be used; the end of a sentence says why.

    """
    _require_usable(item, config)
    found: Tokens = {}
    is_small = config.patches == "statistics"
    try:
        if config.location != "none":
            painted = location_map(item, is_raw=config.location == "raw")
            if is_small:
                found |= location_tokens(painted, item, is_raw=config.location == "raw")
            else:
                found["location"] = _patches(_squared(painted, item))
        if config.morphology:
            if is_small:
                found |= texture_tokens(item) | margin_tokens(item)
            else:
                found["texture"] = _patches(texture_crop(item))
                found["margin"] = _patches(margin_mosaic(item))
            echogenicity, shape = echogenicity_and_shape(item)
            found["echogenicity"] = _number(echogenicity)
            found["shape"] = _number(float(np.log(shape)))
    except UnfitCaseError:
        raise
    except ClnmError as error:
        raise UnfitCaseError(_as_end(str(error))) from error
    return found


def location_map(item: Item, *, is_raw: bool) -> NDArray[np.float64]:
    """The paper's location map: ``phi = 1 - d / d_max`` within the lesion, NaN elsewhere.

    ``d`` is the least distance of a pixel to the capsule, ``d_max`` the largest of any pixel of the
    gland (:mod:`clnm_core.imaging.phi`). Raw is ``d`` itself, in mm, as in the paper's ablation.
    """
    lesion, gland, spacing_mm = whole(replace(item, spacing_mm=item.spacing_mm or (1.0, 1.0)))
    depth, deepest = depth_map_mm(lesion, gland, spacing_mm)
    return depth if is_raw else 1 - depth / deepest


def seen_at(group: str, item: Item, config: Config) -> list[tuple[slice, slice]]:
    """The part of the picture that each token of a group shows; empty where it shows none."""
    lesion = require_outline(item)
    rows, columns = item.grey.shape
    if group == "location" and config.patches == "statistics":
        return lesion_patches(lesion, LOCATION_SIDE)
    if group == "location":
        top, left, bottom, right = whole_square(item.grey.shape, item.spacing_mm)
        count = SIDE
    elif group == "texture":
        top, left, bottom, right = square_around(lesion, item.spacing_mm, margin=0.0)
        count = TEXTURE_SIDE if config.patches == "statistics" else SIDE
    else:
        return []
    down, across = (
        np.clip(np.linspace(first, last, count + 1).round().astype(int), 0, most)
        for first, last, most in ((top, bottom, rows), (left, right, columns))
    )
    return [
        (slice(int(a), int(b)), slice(int(c), int(d)))
        for a, b in pairwise(down)
        for c, d in pairwise(across)
    ]


def _require_usable(item: Item, config: Config) -> None:
    if item.grey.min() == item.grey.max():
        raise UnfitCaseError(NOT_A_PICTURE)
    if item.lesion is None or not item.lesion.any():
        raise UnfitCaseError(NO_LESION)
    if item.gland is None or not item.gland.any():
        raise UnfitCaseError(NO_GLAND)
    if not (item.lesion & item.gland).any() and not _is_hole(item):
        raise UnfitCaseError(OUTSIDE)
    if item.spacing_mm is None:
        if config.patches == "statistics" or config.location == "raw":
            raise UnfitCaseError(NO_SPACING)
    elif not 1 / MOST_ASPECT <= item.spacing_mm[0] / item.spacing_mm[1] <= MOST_ASPECT:
        raise UnfitCaseError("its pixels are said to be far from square, which must be a mistake")


def _is_hole(item: Item) -> bool:
    """Whether the lesion was left out of the gland's outline, which lies around it."""
    return bool((item.lesion & binary_fill_holes(item.gland)).any())


def _squared(painted: NDArray[np.float64], item: Item) -> NDArray[np.float64]:
    """The map on the square around the picture, 224 x 224, zero outside the lesion."""
    top, left, bottom, right = whole_square(painted.shape, item.spacing_mm)
    side = PATCH * SIDE
    rows, columns = (
        np.floor(first + (np.arange(side) + 0.5) * (last - first) / side).astype(int)
        for first, last in ((top, bottom), (left, right))
    )
    is_row = (rows >= 0) & (rows < painted.shape[0])
    is_column = (columns >= 0) & (columns < painted.shape[1])
    square = np.zeros((side, side))
    square[np.ix_(is_row, is_column)] = np.nan_to_num(
        painted[np.ix_(rows[is_row], columns[is_column])]
    )
    return square


def _patches(image: NDArray[np.floating]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """An image of 224 x 224 as 196 patches of 16 x 16, row by row."""
    patches = image.reshape(SIDE, PATCH, SIDE, PATCH).transpose(0, 2, 1, 3)
    values = patches.reshape(SIDE * SIDE, PATCH * PATCH).astype(np.float64)
    return values, np.ones(len(values), dtype=bool)


def _number(value: float) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    is_known = bool(np.isfinite(value))
    return np.array([[value if is_known else 0.0]]), np.array([is_known])


def _as_end(sentence: str) -> str:
    """A sentence as the end of another one."""
    return sentence[:1].lower() + sentence[1:].rstrip(".")
