"""How are training pictures altered, so that a network does not learn them by heart?"""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.nn.functional import affine_grid, grid_sample

MOST_DEGREES = 15.0
MOST_SHIFT = 0.08
"""Share of the field, to each side."""
MOST_GAIN, MOST_OFFSET = 0.15, 0.08
"""Of grey on a scale on which white is 1."""


def altered(grey: NDArray[np.uint8], *, size: int, random: np.random.Generator | None) -> Tensor:
    """The fields of some crops, each turned, shifted, mirrored, made brighter or darker by chance.

    Size is left alone: how large a node is says much. What comes into view from beyond the border
    repeats its last pixels.

    Parameters
    ----------
    grey : numpy.ndarray of uint8, shape (n, side, side)
        Fields with their border.
    size : int
        Pixels of a field.
    random : numpy.random.Generator or None
        ``None`` leaves the pictures as they are.

    Returns
    -------
    torch.Tensor of float32, shape (n, 1, size, size)
        In [0, 1] where nothing was altered.

    """
    side = grey.shape[-1]
    pictures = torch.from_numpy(grey.astype(np.float32) / 255)[:, None]
    if random is None:
        border = (side - size) // 2
        return pictures[:, :, border : border + size, border : border + size].contiguous()
    n = len(grey)
    angle = np.radians(random.uniform(-MOST_DEGREES, MOST_DEGREES, n))
    mirror = random.choice([-1.0, 1.0], (n, 2))
    shift = random.uniform(-MOST_SHIFT, MOST_SHIFT, (n, 2)) * 2 * size / side
    gain = 1 + random.uniform(-MOST_GAIN, MOST_GAIN, n)
    offset = random.uniform(-MOST_OFFSET, MOST_OFFSET, n)
    scale = size / side
    turned = np.empty((n, 2, 3), dtype=np.float32)
    turned[:, 0, 0] = scale * np.cos(angle) * mirror[:, 0]
    turned[:, 0, 1] = -scale * np.sin(angle) * mirror[:, 1]
    turned[:, 1, 0] = scale * np.sin(angle) * mirror[:, 0]
    turned[:, 1, 1] = scale * np.cos(angle) * mirror[:, 1]
    turned[:, :, 2] = shift
    grid = affine_grid(torch.from_numpy(turned), [n, 1, size, size], align_corners=False)
    moved = grid_sample(pictures, grid, padding_mode="border", align_corners=False)
    factor = torch.from_numpy(gain.astype(np.float32)).reshape(n, 1, 1, 1)
    added = torch.from_numpy(offset.astype(np.float32)).reshape(n, 1, 1, 1)
    return moved * factor + added
