"""Which pixels of a picture does a numbered volume (NIfTI, NRRD) mark?

Such files hold a grid of numbers, one per structure, and say where the grid lies in the body. If
the picture says so too, each of its pixels takes the number of the voxel in which its centre lies.
Else a flat volume of the picture's size is taken pixel by pixel, and a volume with as many slices
as the picture has frames is taken frame by frame; anything else would be a guess and is refused.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.labels import plain_label
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.rt_contours import require_structures
from clnm_core.imaging.target import Target

_DIMENSIONS = 3
_OTHER_PLACE = (
    "The volume lies elsewhere in the body than the picture. Give the one that was drawn on it."
)


@dataclass(frozen=True, eq=False, slots=True)
class Volume:
    """Numbered voxels.

    Parameters
    ----------
    values : numpy.ndarray, shape (columns, rows, slices)
        The first axis runs across a slice, the second down it. 0 is background.
    to_patient : numpy.ndarray of float64, shape (4, 4), or None
        From the three indices (and 1) to mm in DICOM's patient coordinates; ``None`` where the
        file does not say.
    names : mapping of int to object
        What the file calls its numbers; anything, or nothing.

    """

    values: NDArray[np.generic]
    to_patient: NDArray[np.float64] | None
    names: Mapping[int, object] = field(default_factory=dict)


def voxel_count(shape: tuple[int, ...], limits: Limits) -> int:
    """How many voxels a volume of this shape has.

    Raises
    ------
    ImageError
        If an axis has no voxel, there are more than three axes with more than one, or too many
        voxels in all.

    """
    if not shape or min(shape) < 1:
        raise ImageError("The volume has an axis without voxels. Export it again.")
    if any(length > 1 for length in shape[_DIMENSIONS:]):
        raise ImageError(
            "The volume has more than three dimensions. Export one of its parts, with three."
        )
    count = math.prod(shape)
    if count > limits.voxels:
        raise ImageError(
            f"The volume has more than {limits.voxels // 2**20:,} million voxels, more than is "
            "read safely. Export the part that matters."
        )
    return count


def volume_of(
    values: NDArray[np.generic],
    to_patient: NDArray[np.float64] | None,
    names: Mapping[int, object] | None = None,
) -> Volume:
    """A volume of three axes; those that are missing are added, those of length 1 left out.

    A grid that begins at 0 with steps of 1 along the axes is what programs write that do not know
    where it lies; so it counts as not said, as does one with numbers that are none.
    """
    shape = (values.shape + (1,) * _DIMENSIONS)[:_DIMENSIONS]
    if to_patient is not None:
        steps, start = to_patient[:3, :3], to_patient[:3, 3]
        is_filler = np.array_equal(np.abs(steps), np.eye(3)) and not start.any()
        is_sound = bool(np.isfinite(to_patient).all()) and np.abs(to_patient).max() < 1e5
        if is_filler or not is_sound or abs(np.linalg.det(steps)) < 1e-9:
            to_patient = None
    return Volume(values.reshape(shape), to_patient, names or {})


def masks_in(volume: Volume, target: Target, limits: Limits) -> dict[str, NDArray[np.bool_]]:
    """The structures that a volume marks on one picture.

    Parameters
    ----------
    volume : Volume
    target : Target
        The picture.
    limits : Limits

    Returns
    -------
    dict of str to numpy.ndarray of bool, shape (rows, columns)
        One per number, in rising order, called what the file calls it, else ``label`` and the
        number. Numbers that are not whole are fractions: what is more than half of the largest is
        marked. Empty where all is background.

    Raises
    ------
    ImageError
        If the volume does not fit the picture, or marks too many structures on it.

    """
    if volume.to_patient is not None and target.plane is not None:
        flat = _sampled(volume, target)
    else:
        flat = _as_it_is(volume, target)
    flat = np.nan_to_num(flat, nan=0.0, posinf=0.0, neginf=0.0)
    values = np.unique(flat)
    if not values.size or not values.any():
        return {}
    if flat.dtype.kind == "f" and (np.rint(values) != values).any():
        return {plain_label(volume.names.get(1) or "mask", 1): flat > values[-1] / 2}
    marked = [int(value) for value in values if value > 0]
    require_structures(len(marked), limits)
    masks: dict[str, NDArray[np.bool_]] = {}
    for number in marked:
        label = plain_label(volume.names.get(number) or f"label {number}", number, masks)
        masks[label] = flat == number
    return masks


def _as_it_is(volume: Volume, target: Target) -> NDArray[np.generic]:
    columns, rows, slices = volume.values.shape
    if slices not in (1, target.frames):
        raise ImageError(
            f"The volume has {slices:,} slices, and nothing says which of them belongs to the "
            "picture. Export that slice alone."
        )
    flat = volume.values[:, :, target.frame if slices > 1 else 0]
    if (rows, columns) == target.shape:
        return flat.T
    if (columns, rows) == target.shape:  # written row by row, as arrays are kept
        return flat
    raise ImageError(
        f"The mask has {rows} x {columns} pixels (rows x columns), its picture "
        f"{target.shape[0]} x {target.shape[1]}. Give the mask that was drawn on this picture."
    )


def _sampled(volume: Volume, target: Target) -> NDArray[np.generic]:
    """The number of the voxel in which the centre of each pixel lies; 0 outside the volume."""
    plane = target.plane
    if plane is None or volume.to_patient is None:
        raise ValueError("both volume and picture must say where they lie.")
    back = np.linalg.inv(volume.to_patient)
    start = (back @ np.append(plane.origin, 1.0))[:3]
    down, across = back[:3, :3] @ plane.down, back[:3, :3] @ plane.across
    rows, columns = target.shape
    flat = np.zeros(target.shape, dtype=volume.values.dtype)
    is_reached = False
    last = np.array(volume.values.shape)
    for row in range(rows):
        # A hair is added so that a plane halfway between two slices does not flicker.
        places = start + row * down + np.arange(columns)[:, None] * across
        voxels = np.floor(places + 0.5 + 1e-6).astype(np.int64)
        within = ((voxels >= 0) & (voxels < last)).all(axis=1)
        i, j, k = voxels[within].T
        flat[row, within] = volume.values[i, j, k]
        is_reached = is_reached or bool(within.any())
    if not is_reached:
        raise ImageError(_OTHER_PLACE)
    return flat
