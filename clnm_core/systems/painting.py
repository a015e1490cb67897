"""How is a coarse map drawn on the picture that it is about?"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from clnm_core.features.crops import resized


def on_picture(
    cells: NDArray[np.float64],
    square: tuple[int, int, int, int],
    shape: tuple[int, ...],
) -> NDArray[np.float32]:
    """A map in the coordinates of the picture: 1 where most speaks for the outcome, 0 where nothing.

    What speaks against it is 0, as is what the network did not see; all 0 where nothing speaks
    for it.

    Parameters
    ----------
    cells : numpy.ndarray of float, shape (rows, columns)
        Over the whole of ``square``.
    square : tuple of int
        Top, left, bottom, right in pixels of the picture; may leave it.
    shape : tuple of int
        Rows and columns of the picture.

    Returns
    -------
    numpy.ndarray of float32, shape ``shape``
        In [0, 1].

    Examples
    --------
    >>> on_picture(np.array([[2.0]]), (-1, 0, 1, 2), (2, 3)).tolist()
    [[1.0, 1.0, 0.0], [0.0, 0.0, 0.0]]

    """
    top, left, bottom, right = square
    found = np.zeros(shape, dtype=np.float32)
    positive = np.maximum(cells, 0).astype(np.float32)
    if not positive.max() > 0:
        return found
    drawn = resized(
        positive / positive.max(), (bottom - top, right - left), interpolation="bilinear"
    )
    rows = slice(max(top, 0), min(bottom, shape[0]))
    columns = slice(max(left, 0), min(right, shape[1]))
    found[rows, columns] = drawn[
        rows.start - top : rows.stop - top, columns.start - left : columns.stop - left
    ]
    return np.clip(found, 0, 1)
