"""Which value is larger than a share of the others?"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from clnm_core.features.radiomics.canvas import where

#: Into how many bins a region is sorted before the few that hold a wanted rank are put in order.
_BINS = 256


def quantiles(
    values: Tensor,
    owner: Tensor,
    pixels: Tensor,
    low: Tensor,
    high: Tensor,
    shares: Sequence[float],
) -> list[Tensor]:
    """Quantiles of many regions, interpolated linearly as NumPy does.

    Sorting everything is the slowest thing one can do to a picture. Values are counted in bins
    between the ends of their region, and only the bins in which a wanted rank lies are sorted.

    Parameters
    ----------
    values, owner : torch.Tensor, shape (n_pixels,)
        Values, region after region, and to which region each belongs.
    pixels, low, high : torch.Tensor, shape (n_regions,)
        How many each region has, at least one; its least and largest value.
    shares : sequence of float
        Each in [0, 1].

    Returns
    -------
    list of torch.Tensor of float64, shape (n_regions,)
        For each share q the value at rank ``q (n - 1)``.

    """
    rank = torch.tensor(shares, dtype=torch.float64, device=values.device)[:, None] * (pixels - 1)
    below = torch.floor(rank)
    found = _ranked(values, owner, low, high, torch.stack([below, torch.ceil(rank)]).long())
    weight, gap = rank - below, found[1] - found[0]
    mixed = torch.where(weight < 0.5, found[0] + gap * weight, found[1] - gap * (1 - weight))
    return list(mixed)


def _ranked(values: Tensor, owner: Tensor, low: Tensor, high: Tensor, ranks: Tensor) -> Tensor:
    """The values at ranks from 0; of the shape of the ranks, whose last axis is the regions."""
    gap = high - low
    scale = torch.where(gap > 0, (_BINS - 1) / torch.where(gap > 0, gap, 1), 0.0)
    key = (values - low.index_select(0, owner)).mul_(scale.index_select(0, owner)).int()
    key.clamp_(0, _BINS - 1).add_(owner.int(), alpha=_BINS)
    regions = len(low)
    counts = torch.bincount(key, minlength=regions * _BINS)
    upto = counts.view(regions, _BINS).cumsum(1)
    flat = ranks.reshape(-1, regions).t().contiguous()
    at = torch.searchsorted(upto, flat, right=True)
    at += torch.arange(regions, device=at.device)[:, None] * _BINS
    wanted = torch.zeros(regions * _BINS, dtype=torch.bool, device=at.device)
    wanted[at] = True
    chosen = where(wanted.index_select(0, key))
    sorted_values, order = torch.sort(values.index_select(0, chosen))
    _, again = torch.sort(key.index_select(0, chosen)[order], stable=True)
    sorted_values = sorted_values[again]
    kept = counts * wanted
    first = kept.cumsum(0) - kept
    before = flat - (upto.view(-1)[at] - counts[at])
    return sorted_values[first[at] + before].t().reshape(ranks.shape)
