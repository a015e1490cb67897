"""How is the outline of a mask moved as a whole, without drawing it again?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt


def grown(mask: NDArray[np.bool_], pixels: float) -> NDArray[np.bool_]:
    """The mask with its edge moved outwards, or inwards where ``pixels`` is negative.

    A pixel is added when its centre is at most ``pixels`` from the centre of one inside, and
    taken away when its centre is at most ``-pixels`` from one outside. The picture's border is
    no edge: shrinking does not eat into a structure from there.
    """
    if pixels == 0 or not mask.any() or mask.all():
        return mask.copy()
    if pixels > 0:
        return np.asarray(distance_transform_edt(~mask) <= pixels)
    return np.asarray(distance_transform_edt(mask) > -pixels)


def shifted(mask: NDArray[np.bool_], down: int, right: int) -> NDArray[np.bool_]:
    """The mask moved by whole pixels; what leaves the picture is cut off.

    Examples
    --------
    >>> shifted(np.array([[True, False, False]]), 0, 2).tolist()
    [[False, False, True]]

    """
    moved = np.zeros_like(mask)
    rows, columns = mask.shape
    if abs(down) < rows and abs(right) < columns:
        moved[max(down, 0) : rows + min(down, 0), max(right, 0) : columns + min(right, 0)] = mask[
            max(-down, 0) : rows - max(down, 0), max(-right, 0) : columns - max(right, 0)
        ]
    return moved
