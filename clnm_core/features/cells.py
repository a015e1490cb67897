"""Which places of a picture does a deep feature come from?

Most networks end in features of small cells of the picture, of which the mean is taken: then
a feature is the mean of what its cells have, and every weighted sum of features is one of cells
(class activation mapping).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

_NEAR = 1e-3
"""How far the mean of the cells may be from the feature, as a share of the largest feature."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What a network made of one picture.

    Parameters
    ----------
    features : numpy.ndarray of float64, shape (features,)
    cells : numpy.ndarray of float32, shape (features, rows, columns), or None
        Of which the features are the means; ``None`` for a network that does not take a mean.
    square : tuple of int, or None
        Top, left, bottom, right of what the cells divide, in pixels of the picture; it may leave
        it. ``None`` where there was nothing to look at.

    References
    ----------
    .. [1] Zhou B et al. Learning deep features for discriminative localization. CVPR 2016:2921-2929.
       doi:10.1109/CVPR.2016.319

    """

    features: NDArray[np.float64]
    cells: NDArray[np.float32] | None
    square: tuple[int, int, int, int] | None


def averaged_from(cells: torch.Tensor, row: NDArray[np.float64]) -> NDArray[np.float32] | None:
    """The cells of one picture, if their mean is the row of features; else ``None``."""
    if cells.ndim != 3 or len(cells) != len(row) or not np.isfinite(row).all():
        return None
    found = cells.float().numpy().copy()
    gap = np.abs(found.mean(axis=(1, 2)) - row).max()
    return found if gap <= _NEAR * max(float(np.abs(row).max()), 1e-6) else None
