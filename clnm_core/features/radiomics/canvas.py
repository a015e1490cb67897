"""How do many nodules lie side by side, so that a neighbour is one shift of a long row?

Boxes are stacked along the first axis, apart by a border that is outside all of them; every other
axis ends in the same border. Read as one long row, a step that leaves a box then always lands on
the border: no index needs a check, and no pixel meets one of another nodule.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import torch
from torch import Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Roi:
    """One region of one image, in a box.

    Parameters
    ----------
    values : torch.Tensor of float64, shape (rows, columns) or (slices, rows, columns)
    mask : torch.Tensor of bool, the same shape
        At least one pixel is inside.

    """

    values: Tensor
    mask: Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Canvas:
    """Regions on one long row.

    Parameters
    ----------
    values : torch.Tensor of float64, shape (n_pixels,)
        Values of the pixels inside, region after region.
    owner : torch.Tensor of int64, shape (n_pixels,)
        Region of each, from 0.
    place : torch.Tensor of int64, shape (n_pixels,)
        Where on the row it lies, rising.
    pixels : torch.Tensor of int64, shape (n_regions,)
        How many pixels each region has.
    length : int
        Of the row.
    strides : tuple of int
        How far a step along each axis goes on the row.
    longest : int
        Longest side of any box.

    """

    values: Tensor
    owner: Tensor
    place: Tensor
    pixels: Tensor
    length: int
    strides: tuple[int, ...]
    longest: int

    @property
    def regions(self) -> int:
        """How many lie here."""
        return len(self.pixels)

    def spread(self, inside: Tensor) -> Tensor:
        """The row with a number for each pixel inside, and 0 outside.

        Parameters
        ----------
        inside : torch.Tensor, shape (n_pixels,)

        Returns
        -------
        torch.Tensor of the same type, shape (length,)

        """
        return inside.new_zeros(self.length).scatter_(0, self.place, inside)


def lay(rois: Sequence[Roi], *, reach: int = 1) -> Canvas:
    """Lay regions on one row.

    Parameters
    ----------
    rois : sequence of Roi
        At least one; all with the same number of axes, on one device.
    reach : int
        Largest distance at which two pixels are compared.

    Returns
    -------
    Canvas

    """
    first = rois[0].values
    sides = [max(roi.mask.shape[axis] for roi in rois) for axis in range(first.ndim)]
    depth = reach + sum(roi.mask.shape[0] + reach for roi in rois)
    shape = (depth, *(side + reach for side in sides[1:]))
    values, inside = first.new_zeros(shape), rois[0].mask.new_zeros(shape)
    starts, at = [], reach
    for roi in rois:
        box = tuple(
            slice(start, start + side)
            for start, side in zip((at, *[0] * (first.ndim - 1)), roi.mask.shape, strict=True)
        )
        values[box], inside[box] = roi.values, roi.mask
        starts.append(at)
        at += roi.mask.shape[0] + reach
    strides = tuple(values.stride())
    place = where(inside.view(-1))
    before = torch.nn.functional.pad(inside.view(depth, -1).sum(1).cumsum(0), (1, 0))
    pixels = before[[*starts[1:], depth]] - before[starts]
    return Canvas(
        values=values.flatten().index_select(0, place),
        owner=torch.repeat_interleave(pixels, output_size=len(place)),
        place=place,
        pixels=pixels,
        length=values.numel(),
        strides=strides,
        longest=max(sides),
    )


def directions(
    ndim: int, distances: Sequence[int] = (1,), *, is_2d: bool = False
) -> list[tuple[int, ...]]:
    """Every step from a pixel to a later one at a distance (the largest of its parts).

    Parameters
    ----------
    ndim : int
        2 or 3.
    distances : sequence of int
        Each at least 1.
    is_2d : bool
        Stay in the slice (the last two axes).

    Returns
    -------
    list of tuple of int
        One of each pair of opposite steps.

    Examples
    --------
    >>> directions(2)
    [(0, 1), (1, -1), (1, 0), (1, 1)]
    >>> len(directions(3)), len(directions(3, is_2d=True)), len(directions(2, (1, 2)))
    (13, 4, 12)

    """
    found = []
    for distance in distances:
        for step in product(range(-distance, distance + 1), repeat=ndim):
            far = max(map(abs, step)) == distance
            if far and step > (0,) * ndim and not (is_2d and any(step[:-2])):
                found.append(step)
    return found


def shift_of(step: Sequence[int], strides: Sequence[int]) -> int:
    """How far a step goes on the row."""
    return sum(part * stride for part, stride in zip(step, strides, strict=True))


def where(mask: Tensor) -> Tensor:
    """Indices of what is true in a row; on a processor NumPy finds them several times as fast."""
    if mask.device.type == "cpu":
        return torch.from_numpy(np.flatnonzero(mask.numpy()))
    return mask.nonzero().flatten()
