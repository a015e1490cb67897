"""What does the inside of a lesion look like, apart from where it lies and how large it is?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clnm_core.features.crops import resized, square_around
from clnm_core.features.items import Item
from clnm_core.features.margin import require_outline

SIDE = 224
"""Rows and columns of the crop."""


def texture_crop(item: Item) -> NDArray[np.float32]:
    """The lesion alone, stretched over the range of its own grey levels.

    The square around the outline; black outside the outline; inside, the 1st percentile of the
    lesion's pixels becomes 0, the 99th 1, and what lies beyond is cut. A lesion of one grey level
    has no texture and is black throughout. The paper says no size; 224 is that of the margin.

    Returns
    -------
    numpy.ndarray of float32, shape (224, 224)
        In [0, 1]; the aspect is true where spacing is known, else pixels count as square.

    Raises
    ------
    FeatureError
        If there is no outline of the lesion.

    References
    ----------
    .. [1] Shen et al. Nat Commun 2025;16:7052. doi:10.1038/s41467-025-62042-z

    """
    mask = require_outline(item)
    low, high = np.percentile(item.grey[mask], (1, 99))
    top, left, bottom, right = square_around(mask, item.spacing_mm, margin=0.0)
    if high == low:
        return np.zeros((SIDE, SIDE), dtype=np.float32)
    frame = np.pad(
        np.stack([np.clip((item.grey - low) / (high - low), 0, 1), mask]).astype(np.float32),
        (
            (0, 0),
            (max(-top, 0), max(bottom - mask.shape[0], 0)),
            (max(-left, 0), max(right - mask.shape[1], 0)),
        ),
    )[:, max(top, 0) : max(top, 0) + bottom - top, max(left, 0) : max(left, 0) + right - left]
    picture = resized(frame[0], (SIDE, SIDE), interpolation="bilinear")
    inside = resized(frame[1], (SIDE, SIDE), interpolation="bilinear")
    return np.where(inside >= 0.5, np.clip(picture, 0, 1), 0).astype(np.float32)
