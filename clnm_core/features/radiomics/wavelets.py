"""What is left of a picture at each side of a pixel's scale (stationary wavelets)?

One level of the undecimated transform with coif1, the convention of PyRadiomics: the picture
wraps around its borders, after a last row or column of odd sides is followed by the first one.
"""

from __future__ import annotations

import torch
from torch import Tensor

_ROOT = 7**0.5
_LOW = tuple(
    part / (16 * 2**0.5)
    for part in (_ROOT - 3, 1 - _ROOT, 14 - 2 * _ROOT, 14 + 2 * _ROOT, 5 + _ROOT, 1 - _ROOT)
)
_HIGH = tuple((-1) ** (tap + 1) * value for tap, value in enumerate(reversed(_LOW)))
_BEFORE, _AFTER = 2, 3  # pixels that a filter sees to either side


def wavelet_bands(picture: Tensor, box: tuple[slice, slice]) -> dict[str, Tensor]:
    """The four bands of a part of a picture.

    Parameters
    ----------
    picture : torch.Tensor of float64, shape (rows, columns)
    box : tuple of slice
        The part that is wanted.

    Returns
    -------
    dict of str to torch.Tensor of float64, shape of the box
        ``LH`` is smooth along a row and sharp down a column, as PyRadiomics names it; then ``HL``,
        ``HH`` and ``LL``.

    References
    ----------
    Daubechies (1993), coiflets, doi:10.1137/0524031.

    """
    seen = _wrapped(_wrapped(picture, 0, box[0]), 1, box[1])
    found = {}
    for first, across in (("L", _LOW), ("H", _HIGH)):
        row = _filtered(seen, across, 1)
        for second, down in (("L", _LOW), ("H", _HIGH)):
            found[first + second] = _filtered(row, down, 0)
    return found


def _wrapped(picture: Tensor, axis: int, part: slice) -> Tensor:
    """The part with what the filters see around it."""
    side = picture.shape[axis]
    even = side + side % 2
    index = torch.arange(part.start - _BEFORE, part.stop + _AFTER, device=picture.device) % even
    return picture.index_select(axis, torch.where(index == side, 0, index))


def _filtered(picture: Tensor, taps: tuple[float, ...], axis: int) -> Tensor:
    """Multiplied and added tap by tap, so that the order is the same on every device."""
    length = picture.shape[axis] - _BEFORE - _AFTER
    found = picture.narrow(axis, len(taps) - 1, length) * taps[0]
    for tap, weight in enumerate(taps[1:], start=1):
        found = found + picture.narrow(axis, len(taps) - 1 - tap, length) * weight
    return found
