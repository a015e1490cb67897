"""How coarse, busy and strong is a texture (NGTDM)?"""

from __future__ import annotations

import torch
from torch import Tensor

from clnm_core.features.radiomics.names import NGTDM
from clnm_core.features.radiomics.sums import total

MOST_COARSE = 1e6


def tone_features(pixels: Tensor, difference: Tensor) -> Tensor:
    """Every feature of every matrix.

    Parameters
    ----------
    pixels : torch.Tensor of int64, shape (matrices, levels)
        By level.
    difference : torch.Tensor of float64, shape (matrices, levels)
        Sum of the absolute differences from the mean of the neighbours.

    Returns
    -------
    torch.Tensor of float64, shape (matrices, 5)
        In the order of ``names.NGTDM``; NaN where there is no pixel. Coarseness without any
        difference is 1,000,000; Busyness and Contrast of one level are 0.

    References
    ----------
    Amadasun, King (1989), doi:10.1109/21.44046; IBSI reference manual, arXiv:1612.07003, section
    3.10.

    """
    number = pixels.sum(1, keepdim=True).double()
    share = pixels / torch.where(number > 0, number, 1)
    i = torch.arange(1, pixels.shape[1] + 1, device=pixels.device, dtype=torch.float64)
    there = pixels > 0
    both = there[:, :, None] & there[:, None, :]
    kinds = there.sum(1)
    coarse = total(share * difference)
    added = share[:, :, None] + share[:, None, :]
    apart = (i[:, None] - i).abs()
    weighed = share * difference
    mean = (pixels * i).sum(1, keepdim=True) / torch.where(number > 0, number, 1)
    spread = 2 * total(share * (i - mean) ** 2)
    whole = total(difference)
    heavy = i * share
    steps = _both(torch.where(both, (heavy[:, :, None] - heavy[:, None, :]).abs(), 0.0))
    complexity = apart * (weighed[:, :, None] + weighed[:, None, :]) / torch.where(both, added, 1)
    strength = torch.where(both, added * apart**2, 0.0)
    number = number[:, 0]
    pairs = kinds * (kinds - 1)
    found = {
        "Busyness": torch.where(steps > 0, coarse / torch.where(steps > 0, steps, 1), 0.0),
        "Coarseness": torch.where(coarse > 0, 1 / torch.where(coarse > 0, coarse, 1), MOST_COARSE),
        "Complexity": _both(torch.where(both, complexity, 0.0)) / number,
        "Contrast": spread * whole / number / torch.where(pairs > 0, pairs, 1),
        "Strength": torch.where(whole > 0, _both(strength) / torch.where(whole > 0, whole, 1), 0.0),
    }
    columns = torch.stack([found[name] for name in NGTDM], 1)
    return torch.where(number[:, None] > 0, columns, torch.nan)


def _both(terms: Tensor) -> Tensor:
    """Sum over the last two axes, row by row: levels that nothing has change nothing."""
    return total(total(terms))
