"""How does a pixel differ from those around it (GLDM, NGTDM)?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import shift_of
from clnm_core.features.radiomics.cooccurrence import Graded
from clnm_core.features.radiomics.sums import total


def dependence(ground: Graded, steps: Sequence[tuple[int, ...]], *, alpha: int = 0) -> Tensor:
    """Pixels by level and by how many of their neighbourhood are like them (GLDM, NGLDM).

    Parameters
    ----------
    ground : Graded
    steps : sequence of tuple of int
        One of each pair of opposite steps.
    alpha : int
        Largest difference in levels at which two are alike.

    Returns
    -------
    torch.Tensor of int64, shape (regions, levels, 1 + 2 * len(steps))
        The last axis counts the pixel itself, from 1.

    """
    row, most = ground.level.short(), 2 * len(steps) + 1
    inside = row > 0
    alike = torch.zeros_like(row)
    for step in steps:
        shift = shift_of(step, ground.canvas.strides)
        if alpha == 0:
            same = row[:-shift] == row[shift:]
        else:
            same = (row[:-shift] - row[shift:]).abs() <= alpha
            same &= inside[:-shift] & inside[shift:]
        same = same.short()
        alike[:-shift] += same
        alike[shift:] += same
    key = alike.mul_(inside.short()).int().add_(ground.code, alpha=most)
    size = ground.canvas.regions * (ground.levels + 1) * most
    return ground.per_level(torch.bincount(key, minlength=size))


def tone_differences(
    ground: Graded, steps: Sequence[tuple[int, ...]], *, counts_lonely: bool = True
) -> tuple[Tensor, Tensor]:
    """Pixels by level, and by how much they differ from the mean around them (NGTDM).

    The difference from a mean of k levels is a whole number divided by k: the whole numbers are
    added for each k, which is exact, and divided at the end.

    Parameters
    ----------
    ground : Graded
    steps : sequence of tuple of int
        One of each pair of opposite steps.
    counts_lonely : bool
        Whether a pixel without any neighbour counts, with a difference of 0, as PyRadiomics does.
        IBSI leaves it out.

    Returns
    -------
    pixels : torch.Tensor of int64, shape (regions, levels)
    difference : torch.Tensor of float64, shape (regions, levels)
        Sum of the absolute differences.

    """
    row, most = ground.level, 2 * len(steps) + 1
    inside = (row > 0).short()
    around, number = torch.zeros_like(row), torch.zeros_like(inside)
    for step in steps:
        shift = shift_of(step, ground.canvas.strides)
        around[:-shift] += row[shift:]
        around[shift:] += row[:-shift]
        number[:-shift] += inside[shift:]
        number[shift:] += inside[:-shift]
    number *= inside
    many = number.int()
    apart = (row * many).sub_(around).abs_()
    key = many.add_(ground.code, alpha=most)
    size = ground.canvas.regions * (ground.levels + 1) * most
    pixels = ground.per_level(torch.bincount(key, minlength=size))
    whole = ground.per_level(torch.bincount(key, weights=apart.double(), minlength=size))
    by = torch.arange(1, most, device=row.device)
    first = 0 if counts_lonely else 1
    return pixels[..., first:].sum(-1), total(whole[..., 1:] / by)
