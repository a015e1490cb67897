"""What does a trained outliner consist of?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

STRUCTURES = ("gland", "nodule")
"""What is outlined: the outputs of the network, in order. They overlap."""


@dataclass(frozen=True, eq=False, slots=True)
class Outliner:
    """The arrays of a network, and where they come from.

    Parameters
    ----------
    weights : mapping of str to numpy.ndarray of float32
        By the name of the layer.
    side : int
        Pictures are brought to ``side`` x ``side`` pixels.
    widths : tuple of int
        Channels of the network's six stages.
    manifest : mapping
        Plain values: what it was trained on, scores, digest.

    """

    weights: Mapping[str, NDArray[np.float32]]
    side: int
    widths: tuple[int, ...]
    manifest: Mapping[str, Any] = field(default_factory=dict)

    @property
    def digest(self) -> str:
        """By which a trained outliner is recognised; empty before it was saved."""
        return str(self.manifest.get("digest", ""))

    @property
    def is_synthetic(self) -> bool:
        """Whether it learned from simulated pictures only."""
        return bool(self.manifest.get("is_synthetic", False))
