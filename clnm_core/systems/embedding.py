"""How do findings and features of pictures stand side by side, so that distances mean something?"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray


def beside(
    terms: NDArray[np.float64], features: Sequence[NDArray[np.float64]]
) -> NDArray[np.float32]:
    """Findings and features of pictures as one row per case, in which neither drowns the other.

    Where there are more features than terms, all of them are divided by the square root of how many
    times as many there are, so that together they vary as much as the terms do together.

    Parameters
    ----------
    terms : numpy.ndarray of float64, shape (cases, terms)
        In training deviations.
    features : sequence of numpy.ndarray of float64, each of shape (cases, features)
        Likewise.

    Examples
    --------
    >>> beside(np.ones((1, 1)), [np.ones((1, 2)), np.ones((1, 2))]).tolist()
    [[1.0, 0.5, 0.5, 0.5, 0.5]]

    """
    pictures = np.concatenate([terms[:, :0], *features], axis=1)
    times = max(pictures.shape[1] / max(terms.shape[1], 1), 1.0)
    return np.concatenate([terms, pictures / np.sqrt(times)], axis=1).astype(np.float32)
