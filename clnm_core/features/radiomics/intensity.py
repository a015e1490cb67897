"""How bright is a nodule, and how unevenly (first-order statistics)?"""

from __future__ import annotations

import torch
from torch import Tensor

from clnm_core.features.radiomics.names import FIRST_ORDER
from clnm_core.features.radiomics.quantiles import quantiles
from clnm_core.features.radiomics.sums import LOG_2, highest, lowest, total, totals


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

    def spread_out(one_each: Tensor) -> Tensor:
        return one_each.index_select(0, owner)

    low, high = lowest(values, pixels), highest(values, pixels)
    tenth, quarter, median, three_quarters, ninetieth = quantiles(
        values, owner, pixels, low, high, (0.1, 0.25, 0.5, 0.75, 0.9)
    )
    # The sum of equal values may be rounded: their mean is the value.
    mean = torch.where(low == high, low, mean_of(values))
    apart = values - spread_out(mean)
    square = apart * apart
    variance, third = mean_of(square), mean_of(square * apart)
    fourth, distance = mean_of(square.mul_(square)), mean_of(apart.abs_())
    spread = torch.where(variance > 0, variance, 1)
    core = ((values >= spread_out(tenth)) & (values <= spread_out(ninetieth))).double()
    kept = totals(core, pixels)
    middle = totals(values * core, pixels) / kept
    robust = totals((values - spread_out(middle)).abs_().mul_(core), pixels) / kept
    shifted = values + shift
    energy = totals(shifted.mul_(shifted), pixels)
    share = by_level / number[:, None]
    found = {
        "10Percentile": tenth,
        "90Percentile": ninetieth,
        "Energy": energy,
        "Entropy": -total(torch.xlogy(share, share)) / LOG_2,
        "InterquartileRange": three_quarters - quarter,
        "Kurtosis": torch.where(variance > 0, fourth / (spread * spread), 0.0),
        "Maximum": high,
        "MeanAbsoluteDeviation": distance,
        "Mean": mean,
        "Median": median,
        "Minimum": low,
        "Range": high - low,
        "RobustMeanAbsoluteDeviation": robust,
        "RootMeanSquared": (energy / number).sqrt(),
        "Skewness": torch.where(variance > 0, third / (spread * spread.sqrt()), 0.0),
        "StandardDeviation": variance.sqrt(),
        "TotalEnergy": energy * pixel_mm,
        "Uniformity": (by_level.double() ** 2).sum(1) / number**2,
        "Variance": variance,
    }
    return torch.stack([found[name] for name in FIRST_ORDER], 1)
