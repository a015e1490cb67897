"""What do the patches of the location, texture and margin images look like, in a few numbers?

Roughness is a variance, and a network that is given pixels needs many thousands of lesions to
learn what a variance is. Here every patch is given by fixed local statistics instead: mean,
spread, and the energy that is left after band-pass filters, on a logarithmic scale, as texture has
been described since Laws (1980). Filters are as wide in every picture, in mm, so that a lesion
looks alike on every machine. The paper gives its network pixels (config ``paper``).

References
----------
.. [1] Laws KI. Textured image segmentation. USCIPI Report 940, 1980.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt, gaussian_filter

from clnm_core.errors import FeatureError
from clnm_core.features.crops import black_and_white, resized, square_around
from clnm_core.features.items import Item
from clnm_core.features.margin import PATCH, margin_mosaic
from clnm_core.features.texture_crop import texture_crop

Floats = NDArray[np.float64]
Tokens = dict[str, tuple[Floats, NDArray[np.bool_]]]
"""By group: values of each token, shape (tokens, values), and which tokens say something."""

LOCATION_SIDE, TEXTURE_SIDE, ARCS = 3, 4, 7
"""Patches along a side of the box around the lesion, and arcs of its margin."""

_PIXEL_MM = 0.2
_SMALLEST, _LARGEST = 12, 224  # sides of the resampled texture, in pixels
_BANDS_PX = (0.8, 1.4, 2.4, 4.0, 7.0)
_BANDS_MM = (0.15, 0.3, 0.6, 1.2)
_EDGE_MM = 0.4  # so near to the outline the surroundings shine through
_LEAST_CORE = 0.35  # of the lesion that counts as its inside, however small it is
_LEAST_SHARE, _LEAST_PIXELS = 0.3, 6  # of a patch within the lesion; else it says nothing


def whole(item: Item) -> tuple[NDArray[np.bool_], NDArray[np.bool_], tuple[float, float]]:
    """Lesion, gland and spacing of a picture that has all three.

    Raises
    ------
    FeatureError
        If one is not there.

    """
    if item.lesion is None or item.gland is None or item.spacing_mm is None:
        raise FeatureError("A picture needs its lesion, its gland and its spacing to be described.")
    return item.lesion, item.gland, item.spacing_mm


def location_tokens(painted: Floats, item: Item, *, is_raw: bool) -> Tokens:
    """Statistics of the location map: of the whole lesion, and of 3 x 3 patches of its box.

    Share of the patch within the lesion; mean, spread, largest and smallest value of the map; its
    slope per mm, which says how large the gland is, and how near the map comes to the capsule,
    both as logarithms; where the patch lies in the gland (row, column, from -1 to 1); the area as
    the side of a square, as a logarithm.

    Parameters
    ----------
    painted : numpy.ndarray of float64, shape (rows, columns)
        NaN outside the lesion: phi, or the distance in mm.
    item : Item
        Its spacing must be known.
    is_raw : bool
        Whether ``painted`` is in mm.

    Returns
    -------
    dict
        ``location_whole`` and ``location``.

    """
    lesion, gland, spacing_mm = whole(item)
    scale = np.asarray(spacing_mm)
    slope = np.hypot(*np.gradient(painted, *scale))
    box = _box(lesion)
    middle, half = _middle(gland)
    side = float(np.log(np.sqrt(lesion.sum() * scale.prod())))

    def described(region: tuple[slice, slice]) -> list[float] | None:
        inside = np.isfinite(painted[region])
        if not inside.any():
            return None
        values = painted[region][inside]
        steep = slope[region][np.isfinite(slope[region])]
        typical = float(np.median(steep)) if len(steep) else 0.0
        if is_raw:
            typical, gap, values = 1.0, float(values.min()), values / 10
        else:
            gap = 1 - float(values.max())
        place = [
            ((one.start + one.stop) / 2 - mid) / wide
            for one, mid, wide in zip(region, middle, half, strict=True)
        ]
        return [
            float(inside.mean()),
            float(values.mean()),
            float(values.std()),
            float(values.max()),
            float(values.min()),
            float(np.log(typical + 1e-3)),
            float(np.log(gap + (0.3 if is_raw else 0.01))),
            *place,
            side,
        ]

    return {
        "location_whole": _gathered([described(box)], 10),
        "location": _gathered([described(one) for one in _divided(box, LOCATION_SIDE)], 10),
    }


def texture_tokens(item: Item) -> Tokens:
    """Statistics of the texture image: of the whole lesion, and of 4 x 4 patches of its square.

    Share of the patch within the lesion, mean and spread of its grey levels; the energy in five
    bands, as logarithms; and, away from the edge, the distance between the quartiles in five
    bands, as logarithms, which a few bright foci do not change. The whole lesion also has the
    range of its grey levels and its side in mm, as logarithms.

    Returns
    -------
    dict
        ``texture_whole`` and ``texture``.

    """
    picture, inside, pixel_mm, side_mm = _texture(item)
    weight = inside.astype(np.float32)
    blurred = [picture, *(_within(picture, weight, width) for width in _BANDS_PX)]
    energy = [(finer - coarser) ** 2 for finer, coarser in pairwise(blurred)]
    depth = distance_transform_edt(np.pad(inside, 1))[1:-1, 1:-1] * pixel_mm
    core = depth >= min(_EDGE_MM, float(np.quantile(depth[inside], 1 - _LEAST_CORE)))
    heart = core.astype(np.float32)
    blurred = [picture, *(_within(picture, heart, width / pixel_mm) for width in _BANDS_MM)]
    bands = [finer - coarser for finer, coarser in pairwise(blurred)]
    bands.append(blurred[2])

    def described(region: tuple[slice, slice]) -> list[float] | None:
        within = inside[region]
        if within.sum() < _LEAST_PIXELS or within.mean() < _LEAST_SHARE:
            return None
        middle = core[region] if core[region].sum() >= _LEAST_PIXELS else within
        grey = picture[region][within]
        quartiles = [np.percentile(band[region][middle], (25, 75)) for band in bands]
        return [
            float(within.mean()),
            float(grey.mean()),
            float(grey.std()),
            *(float(np.log(band[region][within].mean() + 1e-5)) for band in energy),
            *(float(np.log(high - low + 0.004)) for low, high in quartiles),
        ]

    square = (slice(0, inside.shape[0]), slice(0, inside.shape[1]))
    overall = described(square) or [0.0] * 13
    low, high = np.percentile(picture[inside], (1, 99))
    overall += [float(np.log(high - low + 0.004)), float(np.log(side_mm))]
    return {
        "texture_whole": _gathered([overall], 15),
        "texture": _gathered([described(one) for one in _divided(square, TEXTURE_SIDE)], 13),
    }


def margin_tokens(item: Item) -> Tokens:
    """Statistics of the margin image: means over all its patches, and over seven arcs of them.

    Of each patch of the mosaic: mean and spread of its grey levels, the darkest and the brightest
    place and the variance after smoothing, and the energy in three bands, as logarithms.

    Returns
    -------
    dict
        ``margin_whole`` and ``margin``.

    """
    mosaic = margin_mosaic(item)
    count = mosaic.shape[0] // PATCH
    rows = mosaic.reshape(count, PATCH, count, PATCH).transpose(0, 2, 1, 3)
    patches = rows.reshape(-1, PATCH, PATCH)
    blurred = [
        patches,
        *(gaussian_filter(patches, (0, width, width), mode="nearest") for width in (0.8, 1.6, 3.2)),
    ]
    smooth = blurred[-1]
    values = np.column_stack(
        [
            patches.mean(axis=(1, 2)),
            patches.std(axis=(1, 2)),
            smooth.min(axis=(1, 2)),
            smooth.max(axis=(1, 2)),
            np.log(smooth.var(axis=(1, 2)) + 1e-5),
            *(
                np.log(((finer - coarser) ** 2).mean(axis=(1, 2)) + 1e-5)
                for finer, coarser in pairwise(blurred)
            ),
        ]
    ).astype(np.float64)
    arcs = values.reshape(ARCS, -1, values.shape[1]).mean(axis=1)
    return {
        "margin_whole": _gathered([values.mean(axis=0)], 8),
        "margin": _gathered(list(arcs), 8),
    }


def _texture(item: Item) -> tuple[NDArray[np.float32], NDArray[np.bool_], float, float]:
    """The texture crop in the grey levels of the picture, the lesion, pixel and side in mm."""
    outline, _, spacing_mm = whole(item)
    black, white = black_and_white(item.grey)
    low, high = np.percentile(item.grey[outline], (1, 99))
    top, left, bottom, right = square_around(outline, spacing_mm, margin=0.0)
    side_mm = (bottom - top) * spacing_mm[0]
    rows, columns = outline.shape
    lesion = np.pad(
        outline.astype(np.float32),
        ((max(-top, 0), max(bottom - rows, 0)), (max(-left, 0), max(right - columns, 0))),
    )[max(top, 0) : max(top, 0) + bottom - top, max(left, 0) : max(left, 0) + right - left]
    side = int(np.clip(round(side_mm / _PIXEL_MM), _SMALLEST, _LARGEST))
    inside = resized(lesion, (side, side), interpolation="bilinear") >= 0.5
    if not inside.any():  # thinner than a pixel
        inside = resized(lesion, (side, side), interpolation="bilinear") > 0
    stretched = resized(texture_crop(item), (side, side), interpolation="bilinear")
    return stretched * np.float32((high - low) / (white - black)), inside, side_mm / side, side_mm


def _within(
    picture: NDArray[np.float32], weight: NDArray[np.float32], width: float
) -> NDArray[np.float32]:
    """The picture blurred, with nothing of what lies outside (normalised convolution)."""
    there = gaussian_filter(weight, width, truncate=3)
    blurred = gaussian_filter(picture * weight, width, truncate=3)
    return np.asarray(blurred / np.maximum(there, 1e-3), dtype=np.float32)


def _gathered(
    rows: list[list[float] | Floats | None], values: int
) -> tuple[Floats, NDArray[np.bool_]]:
    """Tokens, zero where there is nothing to say."""
    filled = [np.zeros(values) if row is None else np.asarray(row, np.float64) for row in rows]
    return np.stack(filled), np.array([row is not None for row in rows])


def lesion_patches(lesion: NDArray[np.bool_], count: int) -> list[tuple[slice, slice]]:
    """The box around a lesion, divided into ``count`` x ``count`` patches, row by row."""
    return _divided(_box(lesion), count)


def _divided(square: tuple[slice, slice], count: int) -> list[tuple[slice, slice]]:
    edges = [np.linspace(one.start, one.stop, count + 1).round().astype(int) for one in square]
    return [
        (slice(int(top), int(bottom)), slice(int(left), int(right)))
        for top, bottom in pairwise(edges[0])
        for left, right in pairwise(edges[1])
    ]


def _box(mask: NDArray[np.bool_]) -> tuple[slice, slice]:
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _middle(mask: NDArray[np.bool_]) -> tuple[tuple[float, float], tuple[float, float]]:
    """Middle and half of the sides of the box around a mask, in pixels."""
    down, across = _box(mask)
    return (
        ((down.start + down.stop) / 2, (across.start + across.stop) / 2),
        ((down.stop - down.start) / 2, (across.stop - across.start) / 2),
    )
