"""How is a matrix kept that is almost empty?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, eq=False, slots=True)
class Entries:
    """The cells that are not 0 of many matrices of levels and sizes.

    Sorted by matrix, level and size, so that sums over them do not depend on other matrices.

    Parameters
    ----------
    matrix : torch.Tensor of int64, shape (n,)
        To which matrix a cell belongs.
    level, size : torch.Tensor of int64, shape (n,)
        Row and column, both from 1.
    count : torch.Tensor of int64, shape (n,)
        Greater than 0.
    matrices : int
        How many there are.

    """

    matrix: Tensor
    level: Tensor
    size: Tensor
    count: Tensor
    matrices: int


def of_counts(counts: Tensor) -> Entries:
    """The cells of a dense array.

    Parameters
    ----------
    counts : torch.Tensor of int64, shape (matrices, levels, sizes)

    """
    matrices, levels, sizes = counts.shape
    flat = counts.reshape(-1)
    cell = flat.nonzero().flatten()
    row = torch.div(cell, sizes, rounding_mode="floor")
    matrix = torch.div(row, levels, rounding_mode="floor")
    return Entries(
        matrix=matrix,
        level=row - matrix * levels + 1,
        size=cell - row * sizes + 1,
        count=flat.index_select(0, cell),
        matrices=matrices,
    )


def of_sizes(owner: Tensor, level: Tensor, size: Tensor, *, matrices: int, levels: int) -> Entries:
    """The cells of things that each have a matrix, a level and a size.

    Parameters
    ----------
    owner, level, size : torch.Tensor of int64, shape (n_things,)

    """
    largest = int(size.max()) + 1
    key = (owner * (levels + 1) + level) * largest + size
    cell, count = torch.unique(key, return_counts=True)
    row = torch.div(cell, largest, rounding_mode="floor")
    matrix = torch.div(row, levels + 1, rounding_mode="floor")
    return Entries(
        matrix=matrix,
        level=row - matrix * (levels + 1),
        size=cell - row * largest,
        count=count,
        matrices=matrices,
    )


def merged(matrices: Entries, group: Tensor, *, groups: int) -> Entries:
    """Add matrices cell by cell.

    Parameters
    ----------
    matrices : Entries
    group : torch.Tensor of int64, shape (matrices.matrices,)
        Into which sum each goes.

    """
    levels, sizes = int(matrices.level.max()), int(matrices.size.max())
    cell = (group[matrices.matrix] * levels + matrices.level - 1) * sizes + matrices.size - 1
    counts = torch.bincount(
        cell, weights=matrices.count.double(), minlength=groups * levels * sizes
    )
    return of_counts(counts.long().view(groups, levels, sizes))
