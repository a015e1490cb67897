"""Which outlines of gland and nodule does the network propose for a picture?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Image
from clnm_core.imaging.segmentation.files import shipped
from clnm_core.imaging.segmentation.outliner import STRUCTURES, Outliner


@dataclass(frozen=True, eq=False, slots=True)
class Proposal:
    """Outlines to be looked at, and corrected, by a person.

    Parameters
    ----------
    masks : dict of str to numpy.ndarray of bool, shape (rows, columns)
        ``gland`` and ``nodule``, on the pixels of the picture; empty where nothing was found.
    notes : tuple of str
        What speaks against them, as sentences.

    """

    masks: dict[str, NDArray[np.bool_]]
    notes: tuple[str, ...]


def propose(image: Image, outliner: Outliner | None = None) -> Proposal:
    """Outline gland and nodule; by default with the outliner that comes with the program."""
    outliner = shipped() if outliner is None else outliner
    shape = image.grey.shape
    return Proposal(
        {structure: np.zeros(shape, dtype=bool) for structure in STRUCTURES},
        ("No outline was found: the outliner was not trained yet.",),
    )
