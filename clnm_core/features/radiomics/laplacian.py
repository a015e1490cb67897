"""Where does a picture bend, at a scale in mm (Laplacian of Gaussian)?

The picture is multiplied by sampled derivatives of the Gaussian, cut off at six standard
deviations; it goes on beyond its borders with the value of the border. The sampled kernels are
corrected so that a plane has a Laplacian of 0 and a parabola its own. PyRadiomics calls SimpleITK's
recursive filter, which approximates the Gaussian; ``docs/decisions/0013`` says by how much
they differ.
"""

from __future__ import annotations

import math

import torch
from torch import Tensor

REACH = 6.0
#: Below this many pixels a sampled Gaussian no longer looks like one.
LEAST_PIXELS = 0.5


def is_resolved(sigma_mm: float, spacing_mm: tuple[float, float]) -> bool:
    """Whether the pixels are fine enough for a scale."""
    return sigma_mm >= LEAST_PIXELS * max(spacing_mm)


def laplacian(
    picture: Tensor, box: tuple[slice, slice], spacing_mm: tuple[float, float], *, sigma_mm: float
) -> Tensor:
    """The Laplacian of the smoothed picture, times the square of sigma.

    Parameters
    ----------
    picture : torch.Tensor of float64, shape (rows, columns)
    box : tuple of slice
        The part that is wanted.
    spacing_mm : tuple of float
        Distance between pixel centres (row, column).
    sigma_mm : float
        Standard deviation of the Gaussian.

    Returns
    -------
    torch.Tensor of float64, shape of the box
        In grey levels: multiplied by sigma squared, it does not fade at large scales.

    """
    device = picture.device
    (smooth_down, bend_down), (smooth_across, bend_across) = (
        _weights(part, side, sigma_mm / spacing, device)
        for part, side, spacing in zip(box, picture.shape, spacing_mm, strict=True)
    )
    rows = torch.cat([smooth_down, bend_down]) @ picture
    height = len(smooth_down)
    return rows[:height] @ bend_across.T + rows[height:] @ smooth_across.T


def _weights(part: slice, side: int, sigma: float, device: torch.device) -> tuple[Tensor, Tensor]:
    """What each pixel of one axis adds to the part, smoothed and bent.

    Returns
    -------
    tuple of torch.Tensor of float64, shape (length of the part, side)

    """
    reach = math.ceil(REACH * sigma)
    step = torch.arange(-reach, reach + 1, dtype=torch.float64)
    smooth = torch.exp(-(step**2) / (2 * sigma**2))
    smooth /= smooth.sum()
    bend = (step**2 / sigma**2 - 1) * smooth
    bend -= smooth * bend.sum()
    # Its second moment is 2 for a true second derivative, here times sigma squared.
    bend *= 2 * sigma**2 / (bend * step**2).sum()
    place = torch.arange(part.start, part.stop)[:, None] + step.long()
    place = place.clamp_(0, side - 1)
    found = []
    for kernel in (smooth, bend):
        weights = torch.zeros(part.stop - part.start, side, dtype=torch.float64)
        weights.scatter_add_(1, place, kernel.expand_as(place))
        found.append(weights.to(device))
    return found[0], found[1]
