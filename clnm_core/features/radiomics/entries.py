"""How is a matrix kept that is almost empty?"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import where

#: Most things are small: these sizes are counted, larger ones are sorted.
_SMALL = 32


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
    cell = where(flat != 0)
    row = _split(cell, sizes)
    matrix = _split(row, levels)
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
    row = owner * (levels + 1) + level
    large = where(size > _SMALL)
    width = _SMALL + 1  # no thing has the size 0: its column takes the large ones
    dense = torch.bincount(
        torch.where(size > _SMALL, 0, size).add_(row, alpha=width),
        minlength=matrices * (levels + 1) * width,
    )
    dense.view(-1, width)[:, 0] = 0
    cell = where(dense != 0)
    rows = _split(cell, width)
    sizes, counts = cell - rows * width, dense.index_select(0, cell)
    if len(large):
        largest = int(size.max()) + 1
        cell, many = torch.unique(row[large] * largest + size[large], return_counts=True)
        rows = torch.cat([rows, _split(cell, largest)])
        sizes, counts = torch.cat([sizes, cell % largest]), torch.cat([counts, many])
        rows, order = torch.sort(rows, stable=True)
        sizes, counts = sizes[order], counts[order]
    matrix = _split(rows, levels + 1)
    return Entries(matrix, rows - matrix * (levels + 1), sizes, counts, matrices)


def _split(number: Tensor, by: int) -> Tensor:
    return torch.div(number, by, rounding_mode="floor")


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
