"""What may differ between two pictures of the same anatomy?

Side to side: the left lobe is the mirrored right one, so pictures are flipped left to right. Never
upside down: the skin is on top and shadows fall downwards. A probe is tilted and pressed a little
(rotation, scale, shift), a machine is louder, and speckle is never twice the same.
"""

from __future__ import annotations

import numpy as np
import torch
from torch.nn.functional import affine_grid, grid_sample

_TURN_DEGREES, _SCALE, _SHIFT = 12.0, 0.15, 0.08
_GAIN, _OFFSET, _SPECKLE = 0.25, 0.3, 0.25


def varied(
    pictures: torch.Tensor, masks: torch.Tensor, random: np.random.Generator
) -> tuple[torch.Tensor, torch.Tensor]:
    """Each picture, and its masks with it, changed at random.

    Parameters
    ----------
    pictures : torch.Tensor of float32, shape (n, 1, side, side)
    masks : torch.Tensor of float32, shape (n, n_structures, side, side)
        0 outside, 1 inside.
    random : numpy.random.Generator

    Returns
    -------
    tuple of torch.Tensor
        Pictures and masks, of the same shapes; masks hold 0 and 1 again.

    """
    n = len(pictures)
    device = pictures.device
    grid = affine_grid(_turns(n, random).to(device), list(pictures.shape), align_corners=False)
    moved = grid_sample(pictures, grid, mode="bilinear", align_corners=False)
    placed = grid_sample(masks, grid, mode="bilinear", align_corners=False)

    def each(low: float, high: float) -> torch.Tensor:
        values = random.uniform(low, high, (n, 1, 1, 1)).astype(np.float32)
        return torch.from_numpy(values).to(device)

    noise = random.standard_normal(tuple(pictures.shape), dtype=np.float32)
    grain = torch.from_numpy(noise).to(device) * each(0, _SPECKLE)
    louder = moved * each(1 - _GAIN, 1 + _GAIN) + each(-_OFFSET, _OFFSET)
    return louder + grain * (1 + moved.abs()) / 2, (placed >= 0.5).to(masks.dtype)


def _turns(n: int, random: np.random.Generator) -> torch.Tensor:
    """Maps from the new picture to the old one, shape (n, 2, 3), in units of half a side."""
    angle = np.deg2rad(random.uniform(-_TURN_DEGREES, _TURN_DEGREES, n))
    scale = np.exp(random.uniform(-_SCALE, _SCALE, n))
    flip = np.where(random.random(n) < 0.5, -1.0, 1.0)
    shift = random.uniform(-_SHIFT, _SHIFT, (n, 2)) * 2
    first = np.column_stack([flip * np.cos(angle), -flip * np.sin(angle)]) * scale[:, None]
    second = np.column_stack([np.sin(angle), np.cos(angle)]) * scale[:, None]
    maps = np.stack([np.column_stack([first, shift[:, 0]]), np.column_stack([second, shift[:, 1]])])
    return torch.from_numpy(maps.transpose(1, 0, 2).astype(np.float32))
