"""What does a reader say of a nodule's brightness, shape and margin, in numbers?

Echogenicity and shape are those of LLNM-Net; the rest is standard geometry of the outline. Where
spacing is known, shapes are those in mm; where it is not, pixels count as square for what has no
unit, and what has mm in its name is missing and says why.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.spatial import ConvexHull

from clnm_core.errors import ImageError
from clnm_core.features.items import Features, Item
from clnm_core.features.margin import margin_sharpness, require_outline
from clnm_core.imaging.geometry import (
    capsule_distance_mm,
    edge_segments,
    extent_mm,
    largest_diameter_mm,
)

RING = 0.1
"""Width of the ring around the margin, as a share of the diameter of a disc of equal area."""

LEAST_RING_PX = 2.0

NAMES = (
    "echogenicity",
    "width_to_height",
    "heterogeneity",
    "circularity",
    "solidity",
    "elongation",
    "margin_sharpness_per_mm",
    "area_mm2",
    "perimeter_mm",
    "largest_diameter_mm",
    "height_mm",
    "width_mm",
    "capsule_distance_mm",
)

NO_OUTLINE = "There is no outline of the lesion, so it has no morphology."
NO_SPACING = "It is not known how far apart the pixels lie, so nothing is measured in mm."
NO_GLAND = "There is no outline of the gland to measure the distance to its capsule."
NO_RING = "The outline leaves nothing of the picture around it to compare its brightness with."


class MorphologyExtractor:
    """Brightness, shape and margin of the outlined lesion.

    ==========================  ==================================================================
    echogenicity                mean grey level in a ring just outside the margin, minus the mean
                                inside: above 0 where the lesion is darker. The ring is as wide as
                                a tenth of the diameter of a disc of equal area, and at least 2
                                pixels; the paper does not say how wide.
    width_to_height             sides of the upright box around the mask (LLNM-Net's shape)
    heterogeneity               standard deviation of the grey levels inside
    circularity                 4 pi area / perimeter², of the smoothed outline; 1 for a disc
    solidity                    area by that of the convex hull, in (0, 1]
    elongation                  shorter by longer axis of the ellipse of equal moments, in (0, 1]
    margin_sharpness_per_mm     see :func:`~clnm_core.features.margin.margin_sharpness`
    area_mm2                    pixels times their area
    perimeter_mm                length of the smoothed outline; holes count
    largest_diameter_mm         see :mod:`~clnm_core.imaging.geometry`, like the rest
    ==========================  ==================================================================

    Grey levels are 0 to 255 of a picture, or Hounsfield units. A lesion that the border of the
    picture cuts off is measured as far as it is seen.
    """

    kind = "morphology"

    @property
    def settings(self) -> Mapping[str, Any]:
        """Nothing can be set; the ring is written down."""
        return {"ring_share_of_diameter": RING, "ring_least_px": LEAST_RING_PX, "definition": 1}

    @property
    def names(self) -> tuple[str, ...]:
        """``morphology_echogenicity`` and so on."""
        return tuple(f"morphology_{name}" for name in NAMES)

    def extract(self, items: Sequence[Item], *, device: str = "cpu") -> Features:
        """One row per item, computed on the CPU whatever ``device`` says."""
        values = np.full((len(items), len(NAMES)), np.nan)
        reasons = []
        for place in range(len(items)):
            found, why = _measured(items[place])
            values[place] = [found.get(name, math.nan) for name in NAMES]
            reasons.append(" ".join(why))
        return Features(self.names, values, tuple(reasons))


def echogenicity_and_shape(item: Item) -> tuple[float, float]:
    """The two that LLNM-Net reads, as :class:`MorphologyExtractor` measures them, alone.

    Returns
    -------
    echogenicity : float
        NaN where the outline leaves nothing of the picture around it.
    width_to_height : float

    Raises
    ------
    FeatureError
        If there is no outline of the lesion.

    """
    lesion = require_outline(item)
    scale = item.spacing_mm or (1.0, 1.0)
    width = _ring_width(lesion, scale)
    window = _window(lesion, width, scale)
    mask, grey = lesion[window], item.grey[window]
    extent = extent_mm(mask, scale)
    ring = _ring(mask, width, scale)
    inside = grey[mask].mean(dtype=np.float64)
    around = grey[ring].mean(dtype=np.float64) if ring.any() else math.nan
    return float(around - inside), extent.width_mm / extent.height_mm


def _measured(item: Item) -> tuple[dict[str, float], list[str]]:
    if item.lesion is None or not item.lesion.any():
        return {}, [NO_OUTLINE]
    scale = item.spacing_mm or (1.0, 1.0)
    window = _window(item.lesion, _ring_width(item.lesion, scale), scale)
    mask, grey = item.lesion[window], item.grey[window]
    extent = extent_mm(mask, scale)
    echogenicity, shape = echogenicity_and_shape(item)
    found = {
        "width_to_height": shape,
        "heterogeneity": float(grey[mask].std(dtype=np.float64)),
        "elongation": _elongation(mask, scale),
        **_outlined(mask, scale),
    }
    why = []
    if math.isnan(echogenicity):
        why.append(NO_RING)
    else:
        found["echogenicity"] = echogenicity
    if item.spacing_mm is None:
        del found["perimeter_mm"]
        return found, [*why, NO_SPACING]
    found |= {
        "margin_sharpness_per_mm": margin_sharpness(grey, mask, scale),
        "area_mm2": float(mask.sum()) * scale[0] * scale[1],
        "largest_diameter_mm": largest_diameter_mm(mask, scale),
        "height_mm": extent.height_mm,
        "width_mm": extent.width_mm,
    }
    if item.gland is None or not item.gland.any():
        return found, [*why, NO_GLAND]
    try:
        found["capsule_distance_mm"] = capsule_distance_mm(item.lesion, item.gland, scale)
    except ImageError as error:
        why.append(str(error))
    return found, why


def _ring_width(mask: NDArray[np.bool_], scale: tuple[float, float]) -> float:
    diameter = math.sqrt(4 / math.pi * float(mask.sum()) * scale[0] * scale[1])
    return max(RING * diameter, LEAST_RING_PX * max(scale))


def _window(
    mask: NDArray[np.bool_], width: float, scale: tuple[float, float]
) -> tuple[slice, slice]:
    """The box around a mask, with room for the ring and for the filters."""
    sides = []
    for axis in range(2):
        at = np.flatnonzero(mask.any(axis=1 - axis))
        room = math.ceil(width / scale[axis]) + 6
        sides.append(slice(max(int(at[0]) - room, 0), int(at[-1]) + 1 + room))
    return sides[0], sides[1]


def _ring(mask: NDArray[np.bool_], width: float, scale: tuple[float, float]) -> NDArray[np.bool_]:
    """Pixels outside the mask whose centre lies within ``width`` of one inside."""
    distance = distance_transform_edt(~mask, sampling=scale)
    return np.asarray((distance > 0) & (distance <= width))


def _outlined(mask: NDArray[np.bool_], scale: tuple[float, float]) -> dict[str, float]:
    """What follows from the smoothed outline; framed, so that the border of a picture closes it."""
    segments = edge_segments(np.pad(mask, 8)) * np.asarray(scale)
    start, end = segments[:, 0], segments[:, 1]
    perimeter = float(np.hypot(*(end - start).T).sum())
    area = abs(float((start[:, 0] * end[:, 1] - start[:, 1] * end[:, 0]).sum())) / 2
    hull = ConvexHull(start).volume
    return {
        "circularity": 4 * math.pi * area / perimeter**2,
        "solidity": area / float(hull),
        "perimeter_mm": perimeter,
    }


def _elongation(mask: NDArray[np.bool_], scale: tuple[float, float]) -> float:
    """From second moments; each pixel counts as a small box, so one pixel has an extent too."""
    places = np.argwhere(mask) * np.asarray(scale)
    centred = places - places.mean(axis=0)
    moments = centred.T @ centred / len(places) + np.diag(np.square(scale)) / 12
    shorter, longer = np.linalg.eigvalsh(moments)
    return float(math.sqrt(shorter / longer))
