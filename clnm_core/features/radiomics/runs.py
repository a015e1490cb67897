"""How many pixels of one grey level follow each other along a line (GLRLM)?"""

from __future__ import annotations

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import shift_of, where
from clnm_core.features.radiomics.cooccurrence import Graded


def runs(ground: Graded, step: tuple[int, ...]) -> Tensor:
    """Runs along a direction by level and length.

    Pixels that are ``shift`` apart on the row follow each other along the direction. Written in
    columns of that length and read line by line, they stand next to each other; each line ends on
    the border.

    Parameters
    ----------
    ground : Graded
    step : tuple of int
        At distance 1.

    Returns
    -------
    torch.Tensor of int64, shape (regions, levels, lengths)

    """
    canvas, shift = ground.canvas, shift_of(step, ground.canvas.strides)
    row = ground.code
    if shift > 1:
        if len(row) % shift:
            row = torch.nn.functional.pad(row, (0, -len(row) % shift))
        row = row.view(-1, shift).t().contiguous().view(-1)
    ends = where(row[1:] != row[:-1])
    code = row.index_select(0, ends)
    # The row begins outside, and what is outside has code 0: its lengths are thrown away below.
    n = canvas.longest + 1
    length = ends.clone()
    length[1:] -= ends[:-1]
    key = length.clamp_(max=canvas.longest).add_(code, alpha=n)
    counts = torch.bincount(key, minlength=canvas.regions * (ground.levels + 1) * n)
    return ground.per_level(counts)[..., 1:]


def is_crossed(ground: Graded, step: tuple[int, ...]) -> Tensor:
    """Whether any line along a direction meets two pixels of a region, not only neighbours.

    Where none does, the region is flat across that direction: all its runs have length 1 and
    say nothing, and PyRadiomics leaves the direction out of its averages.

    Returns
    -------
    torch.Tensor of bool, shape (regions,)

    """
    canvas = ground.canvas
    parts, rest = [], canvas.place
    for stride in canvas.strides:
        parts.append(torch.div(rest, stride, rounding_mode="floor"))
        rest = rest - parts[-1] * stride
    axis = next(axis for axis, part in enumerate(step) if part)
    key = canvas.owner
    for part, across in zip(parts, step, strict=True):
        # Along a line, every coordinate less its share of the first one that moves stays the same.
        line = part - parts[axis] * across
        key = key * (line.max() - line.min() + 1) + line - line.min()
    _, line = torch.unique(key, return_inverse=True)
    owner = canvas.owner.new_zeros(int(line.max()) + 1).scatter_(0, line, canvas.owner)
    return torch.bincount(owner, minlength=canvas.regions) < canvas.pixels
