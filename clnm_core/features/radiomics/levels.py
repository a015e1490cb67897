"""Into which bin does a grey value fall?

Two conventions, both PyRadiomics' and IBSI's. Bins of a fixed width have their edges at multiples
of the width, and the lowest bin is the one of the region's lowest value; a value on an edge falls
into the bin above. A fixed number of bins divides the range of the region evenly; its highest
value falls into the last bin.
"""

from __future__ import annotations

import torch
from torch import Tensor

from clnm_core.features.radiomics.sums import highest, lowest

#: More levels than these are not told apart; nobody measures so many.
_MOST = 1 << 30


def by_width(
    values: Tensor, owner: Tensor, pixels: Tensor, *, width: float
) -> tuple[Tensor, Tensor]:
    """Levels from 1, in bins of one width.

    Parameters
    ----------
    values, owner : torch.Tensor, shape (n_pixels,)
    pixels : torch.Tensor of int64, shape (n_regions,)
    width : float
        Greater than 0, in units of the values.

    Returns
    -------
    level : torch.Tensor of int32, shape (n_pixels,)
    levels : torch.Tensor of int64, shape (n_regions,)
        The highest of each region.

    Examples
    --------
    >>> grey = torch.tensor([24.0, 25.0, 49.9, 50.0], dtype=torch.float64)
    >>> by_width(grey, torch.zeros(4, dtype=torch.int64), torch.tensor([4]), width=25)[0].tolist()
    [1, 2, 2, 3]

    """
    step = (values / width).floor_()
    low = lowest(step, pixels)
    level = step.sub_(low.index_select(0, owner)).add_(1).clamp_(max=_MOST)
    return level.int(), highest(level, pixels).long()


def by_count(values: Tensor, owner: Tensor, pixels: Tensor, *, count: int) -> tuple[Tensor, Tensor]:
    """Levels from 1 to ``count``, in bins that divide each region's range evenly.

    A region of one value is all at level 1. Returns as ``by_width``.

    Examples
    --------
    >>> grey = torch.tensor([0.0, 4.9, 5.0, 10.0], dtype=torch.float64)
    >>> by_count(grey, torch.zeros(4, dtype=torch.int64), torch.tensor([4]), count=2)[0].tolist()
    [1, 1, 2, 2]

    """
    low = lowest(values, pixels)
    step = (highest(values, pixels) - low) / count
    levels = torch.where(step > 0, count, 1)
    low, step = low.index_select(0, owner), step.index_select(0, owner)
    level = torch.floor((values - low) / torch.where(step > 0, step, 1.0)).clamp_(0, count - 1)
    # The division may round across an edge: the edges themselves decide.
    is_above = (values >= (level + 1) * step + low) & (level < count - 1) & (step > 0)
    is_below = (values < level * step + low) & (level > 0)
    level += is_above.double() - is_below.double()
    return level.int() + 1, levels
