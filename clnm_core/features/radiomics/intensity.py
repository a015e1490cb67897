"""How bright is a nodule, and how unevenly (first-order statistics)?"""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor

from clnm_core.features.radiomics.names import FIRST_ORDER
from clnm_core.features.radiomics.sums import LOG_2, total, totals


def intensity_features(
    values: Tensor,
    owner: Tensor,
    pixels: Tensor,
    by_level: Tensor,
    *,
    pixel_mm: Tensor,
    shift: float = 0.0,
) -> Tensor:
    """Every feature of every region.

    Parameters
    ----------
    values, owner : torch.Tensor, shape (n_pixels,)
        Values of the pixels, region after region, and to which region each belongs.
    pixels : torch.Tensor of int64, shape (n_regions,)
        How many each region has, at least one.
    by_level : torch.Tensor of int64, shape (n_regions, levels)
        Pixels by grey level, for Entropy and Uniformity.
    pixel_mm : torch.Tensor of float64, shape (n_regions,)
        Area (or volume) of a pixel, by which TotalEnergy multiplies; NaN where it is not known.
    shift : float
        Added to every value before it is squared for Energy, TotalEnergy and RootMeanSquared.

    Returns
    -------
    torch.Tensor of float64, shape (n_regions, 19)
        In the order of ``names.FIRST_ORDER``. Kurtosis is not in excess: 3 for a normal
        distribution; it and Skewness are 0 where all values are the same. Percentiles are
        interpolated linearly. RobustMeanAbsoluteDeviation is about the values from the 10th to
        the 90th percentile, both included.

    """
    number = pixels.double()

    def mean_of(terms: Tensor) -> Tensor:
        return totals(terms, pixels) / number

    ranked = _ranked(values, owner, pixels)
    first = torch.cumsum(pixels, 0) - pixels
    tenth, quarter, median, three_quarters, ninetieth = (
        _quantile(ranked, first, pixels, q) for q in (0.1, 0.25, 0.5, 0.75, 0.9)
    )
    low, high = ranked[first], ranked[first + pixels - 1]
    # The sum of equal values may be rounded: their mean is the value.
    mean = torch.where(low == high, low, mean_of(values))
    apart = values - mean[owner]
    square = apart * apart
    variance, third, fourth = mean_of(square), mean_of(square * apart), mean_of(square * square)
    spread = torch.where(variance > 0, variance, 1)
    core = ((values >= tenth[owner]) & (values <= ninetieth[owner])).double()
    kept = totals(core, pixels)
    middle = totals(values * core, pixels) / kept
    energy = totals((values + shift) ** 2, pixels)
    share = by_level / number[:, None]
    found = {
        "10Percentile": tenth,
        "90Percentile": ninetieth,
        "Energy": energy,
        "Entropy": -total(torch.xlogy(share, share)) / LOG_2,
        "InterquartileRange": three_quarters - quarter,
        "Kurtosis": torch.where(variance > 0, fourth / (spread * spread), 0.0),
        "Maximum": high,
        "MeanAbsoluteDeviation": mean_of(apart.abs()),
        "Mean": mean,
        "Median": median,
        "Minimum": low,
        "Range": high - low,
        "RobustMeanAbsoluteDeviation": totals((values - middle[owner]).abs() * core, pixels) / kept,
        "RootMeanSquared": (energy / number).sqrt(),
        "Skewness": torch.where(variance > 0, third / (spread * spread.sqrt()), 0.0),
        "StandardDeviation": variance.sqrt(),
        "TotalEnergy": energy * pixel_mm,
        "Uniformity": (by_level.double() ** 2).sum(1) / number**2,
        "Variance": variance,
    }
    return torch.stack([found[name] for name in FIRST_ORDER], 1)


def _ranked(values: Tensor, owner: Tensor, pixels: Tensor) -> Tensor:
    """The values, rising within each region."""
    if values.device.type == "cpu":
        ranked = values.numpy().copy()
        for part in np.split(ranked, np.cumsum(pixels.numpy())[:-1]):
            part.sort()
        return torch.from_numpy(ranked)
    order = torch.argsort(values)
    order = order[torch.argsort(owner[order], stable=True)]
    return values[order]


def _quantile(ranked: Tensor, first: Tensor, pixels: Tensor, q: float) -> Tensor:
    """Linear between the two values around rank ``q (n - 1)``, as NumPy interpolates."""
    rank = q * (pixels - 1).double()
    below = torch.floor(rank)
    weight = rank - below
    low = ranked[first + below.long()]
    high = ranked[first + torch.ceil(rank).long()]
    gap = high - low
    return torch.where(weight < 0.5, low + gap * weight, high - gap * (1 - weight))
