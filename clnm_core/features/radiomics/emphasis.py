"""What do runs, zones and dependences say (GLRLM, GLSZM, GLDM)?

Three matrices of grey levels and sizes, one set of formulas.
"""

from __future__ import annotations

import torch
from torch import Tensor

from clnm_core.features.radiomics.entries import Entries
from clnm_core.features.radiomics.names import EMPHASES
from clnm_core.features.radiomics.sums import LOG_2, totals


def emphasis_features(cells: Entries) -> Tensor:
    """Every feature of every matrix.

    Parameters
    ----------
    cells : Entries

    Returns
    -------
    torch.Tensor of float64, shape (matrices, 16)
        In the order of ``names.EMPHASES``; NaN where a matrix is empty. ``percentage`` is the
        number of things per pixel that they are made of.

    References
    ----------
    IBSI reference manual, arXiv:1612.07003, sections 3.7, 3.8 and 3.11.

    """
    lengths = torch.bincount(cells.matrix, minlength=cells.matrices)
    count, level, size = cells.count.double(), cells.level.double(), cells.size.double()

    def summed(terms: Tensor) -> Tensor:
        return totals(terms, lengths)

    number = summed(count)
    number = torch.where(number > 0, number, torch.nan)
    level_2, size_2 = level**2, size**2
    level_mean, size_mean = summed(count * level) / number, summed(count * size) / number
    share = count / number[cells.matrix]
    by_level = _squares(cells.matrix, cells.level, count, cells.matrices)
    by_size = _squares(cells.matrix, cells.size, count, cells.matrices)
    found = {
        "small": summed(count / size_2) / number,
        "large": summed(count * size_2) / number,
        "low": summed(count / level_2) / number,
        "high": summed(count * level_2) / number,
        "small_low": summed(count / (level_2 * size_2)) / number,
        "small_high": summed(count * level_2 / size_2) / number,
        "large_low": summed(count * size_2 / level_2) / number,
        "large_high": summed(count * level_2 * size_2) / number,
        "level_non_uniformity": by_level / number,
        "level_non_uniformity_normalized": by_level / number**2,
        "size_non_uniformity": by_size / number,
        "size_non_uniformity_normalized": by_size / number**2,
        "percentage": number / summed(count * size),
        "level_variance": summed(share * (level - level_mean[cells.matrix]) ** 2),
        "size_variance": summed(share * (size - size_mean[cells.matrix]) ** 2),
        "entropy": -summed(torch.xlogy(share, share)) / LOG_2,
    }
    columns = torch.stack([found[name] for name in EMPHASES], 1)
    return torch.where(number[:, None] > 0, columns, torch.nan)


def _squares(matrix: Tensor, value: Tensor, count: Tensor, matrices: int) -> Tensor:
    """Squares of the counts of each value, added up; whole numbers, so exact in any order."""
    if not len(value):
        return count.new_zeros(matrices)
    most = int(value.max()) + 1
    if matrices * most <= 64 * len(value) + 4096:
        margin = torch.bincount(matrix * most + value, weights=count, minlength=matrices * most)
        return (margin.view(matrices, most) ** 2).sum(1)
    key, place = torch.unique(matrix * most + value, return_inverse=True)
    margin = torch.bincount(place, weights=count)
    owner = torch.div(key, most, rounding_mode="floor")
    return torch.bincount(owner, weights=margin**2, minlength=matrices)
