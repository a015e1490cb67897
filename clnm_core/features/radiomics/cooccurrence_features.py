"""What do the pairs of neighbouring grey levels say (GLCM)?

Definitions of PyRadiomics, which are IBSI's where IBSI has them: Haralick's features of the
symmetric matrix, logarithms to base 2. Most depend on the pairs only through the level of one
pixel, the sum and the difference of both; these are counted in whole numbers and divided once.
"""

from __future__ import annotations

import torch
from torch import Tensor

from clnm_core.features.radiomics.names import GLCM
from clnm_core.features.radiomics.sums import LOG_2, total


def cooccurrence_features(counts: Tensor, levels: Tensor) -> Tensor:
    """Every feature of every matrix.

    Parameters
    ----------
    counts : torch.Tensor of int64, shape (matrices, n, n)
        Symmetric.
    levels : torch.Tensor of int64, shape (matrices,)
        Highest level of each region, by which Idn and Idmn divide.

    Returns
    -------
    torch.Tensor of float64, shape (matrices, 24)
        In the order of ``names.GLCM``. NaN where a matrix is empty. With one level in the matrix
        Correlation and MCC are 1 and both Imc 0, as PyRadiomics has them.

    References
    ----------
    Haralick, Shanmugam, Dinstein (1973), doi:10.1109/TSMC.1973.4309314; IBSI reference manual,
    arXiv:1612.07003, section 3.6.

    """
    n = counts.shape[-1]
    device = counts.device
    whole = counts.sum((1, 2))
    pairs = torch.where(whole > 0, whole, 1).double()
    single, plus, minus = counts.sum(2), _of_sums(counts), _of_differences(counts)
    share = single / pairs[:, None]
    i = torch.arange(1, n + 1, device=device, dtype=torch.float64)
    k = torch.arange(n, device=device, dtype=torch.float64)
    s = torch.arange(2, 2 * n + 1, device=device, dtype=torch.float64)
    apart, added = minus / pairs[:, None], plus / pairs[:, None]
    mean = (single * i).sum(1) / pairs
    contrast = (minus * k**2).sum(1) / pairs
    variance = total(share * (i - mean[:, None]) ** 2)
    difference = (minus * k).sum(1) / pairs
    tendency = s - 2 * mean[:, None]
    # A power is rounded otherwise at the end of a row than within it; a product is not.
    bent = tendency * tendency
    cells = counts / pairs[:, None, None]
    joint = -total(total(torch.xlogy(cells, cells))) / LOG_2
    alone = _entropy(share)
    gain = (2 * alone - joint).clamp_(min=0)
    scale = levels.double()[:, None]
    found = {
        "Autocorrelation": ((plus * s**2).sum(1) - (minus * k**2).sum(1)) / 4 / pairs,
        "ClusterProminence": total(added * bent * bent),
        "ClusterShade": total(added * bent * tendency),
        "ClusterTendency": total(added * bent),
        "Contrast": contrast,
        "Correlation": torch.where(
            variance > 0, 1 - contrast / (2 * torch.where(variance > 0, variance, 1)), 1.0
        ),
        "DifferenceAverage": difference,
        "DifferenceEntropy": _entropy(apart),
        "DifferenceVariance": total(apart * (k - difference[:, None]) ** 2),
        "Id": total(apart / (1 + k)),
        "Idm": total(apart / (1 + k**2)),
        "Idmn": total(apart / (1 + k**2 / scale**2)),
        "Idn": total(apart / (1 + k / scale)),
        "Imc1": torch.where(alone > 0, -gain / torch.where(alone > 0, alone, 1), 0.0),
        "Imc2": (1 - torch.exp(-2 * gain)).sqrt(),
        "InverseVariance": total(apart[:, 1:] / k[1:] ** 2),
        "JointAverage": mean,
        "JointEnergy": (counts * counts).sum((1, 2)) / pairs**2,
        "JointEntropy": joint,
        "MCC": maximal_correlation(counts, levels),
        "MaximumProbability": counts.amax((1, 2)) / pairs,
        "SumAverage": 2 * mean,
        "SumEntropy": _entropy(added),
        "SumSquares": variance,
    }
    columns = torch.stack([found[name] for name in GLCM], 1)
    return torch.where(whole[:, None] > 0, columns, torch.nan)


def maximal_correlation(counts: Tensor, levels: Tensor) -> Tensor:
    """Second largest size of an eigenvalue of the matrix, scaled by its margins (MCC).

    Parameters
    ----------
    counts : torch.Tensor of int64, shape (matrices, n, n)
    levels : torch.Tensor of int64, shape (matrices,)
        The matrix is cut to its own levels (rounded up to eight), so that the others on the
        canvas change nothing.

    Returns
    -------
    torch.Tensor of float64, shape (matrices,)

    """
    found = counts.new_ones(len(counts), dtype=torch.float64)
    sizes = (levels + 7) // 8 * 8
    for size in torch.unique(sizes).tolist():
        chosen = (sizes == size).nonzero().flatten()
        part = counts[chosen, :size, :size]
        if part.shape[-1] < size:
            part = torch.nn.functional.pad(part, (0, size - part.shape[-1]) * 2)
        margin = part.sum(2)
        root = torch.where(margin > 0, margin, 1).double().sqrt()
        scaled = part / (root[:, :, None] * root[:, None, :])
        first = (margin.double() / margin.sum(1, keepdim=True).clamp(min=1)).sqrt()
        second = _eigenvalue(scaled, first)
        found[chosen] = torch.where((margin > 0).sum(1) > 1, second, 1.0)
    return found


def by_powers(scaled: Tensor, first: Tensor) -> Tensor:
    """Second largest size of an eigenvalue, from products alone.

    Without its first eigenvector, which has the eigenvalue 1, the matrix squared forty times over
    is as large as the second eigenvalue to the power of two to the forty.

    Parameters
    ----------
    scaled : torch.Tensor of float64, shape (matrices, n, n)
        Symmetric.
    first : torch.Tensor of float64, shape (matrices, n)
        The first eigenvector: the roots of the shares of the levels.

    """
    power = scaled - first[:, :, None] * first[:, None, :]
    logarithm, weight = power.new_zeros(len(power)), 1.0
    is_zero = torch.zeros(len(power), dtype=torch.bool, device=power.device)
    for _ in range(40):
        size = power.flatten(1).norm(dim=1)
        # What is left of nothing is noise of the last bits.
        is_zero |= size < 1e-14
        size = torch.where(is_zero, 1, size)
        logarithm += weight * size.log()
        power = power / size[:, None, None]
        power = power @ power
        weight /= 2
    return torch.where(is_zero, 0.0, logarithm.exp())


def _eigenvalue(scaled: Tensor, first: Tensor) -> Tensor:
    """By LAPACK on a processor; graphics cards are slow at eigenvalues and fast at products."""
    if scaled.device.type == "cpu":
        return torch.linalg.eigvalsh(scaled).abs().sort(dim=1).values[:, -2]
    return by_powers(scaled, first)


def _of_sums(counts: Tensor) -> Tensor:
    """Pairs by the sum of their levels, from 2; shape (matrices, 2 n - 1)."""
    n = counts.shape[-1]
    slanted = torch.nn.functional.pad(counts, (0, n)).flatten(1)[:, : n * (2 * n - 1)]
    return slanted.view(-1, n, 2 * n - 1).sum(1)


def _of_differences(counts: Tensor) -> Tensor:
    """Pairs by the difference of their levels, from 0; shape (matrices, n)."""
    n = counts.shape[-1]
    both = _of_sums(counts.flip(2))
    found = both[:, n - 1 :].clone()
    found[:, 1:] += both[:, : n - 1].flip(1)
    return found


def _entropy(share: Tensor) -> Tensor:
    return -total(torch.xlogy(share, share)) / LOG_2
