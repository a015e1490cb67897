"""What makes a picture unlike those that a model has learned from?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.systems.ct_cad.pictures import Crops, central

_TAIL = 0.5
"""Percentile of the training pictures beyond which a value is unlike them."""


@dataclass(frozen=True, slots=True)
class Ranges:
    """What the training pictures were like.

    Parameters
    ----------
    brightness, contrast : tuple of float
        Range of mean and standard deviation of the grey within the field, in [0, 255].
    has_spacing : bool
        Whether every field could be measured in mm.

    """

    brightness: tuple[float, float]
    contrast: tuple[float, float]
    has_spacing: bool

    @classmethod
    def of(cls, crops: Crops, *, size: int) -> Ranges:
        """Of some training pictures."""
        mean, spread = _grey(crops, size)
        low, high = _TAIL, 100 - _TAIL
        return cls(
            (float(np.percentile(mean, low)), float(np.percentile(mean, high))),
            (float(np.percentile(spread, low)), float(np.percentile(spread, high))),
            bool(crops.has_spacing.all()),
        )

    def doubts(self, crops: Crops, *, size: int) -> tuple[str, ...]:
        """Sentences about what makes some pictures unlike the training pictures."""
        if crops.is_flat.all():
            return ("Its picture has a single grey around the node, so there is nothing to judge.",)
        found = []
        if self.has_spacing and not crops.has_spacing.all():
            found.append(
                "The size of its pixels is not known, so the whole picture was taken and the node "
                "may look larger or smaller than it is."
            )
        mean, spread = _grey(crops, size)
        for values, (low, high), less, more in (
            (mean, self.brightness, "darker", "brighter"),
            (spread, self.contrast, "flatter", "richer in contrast"),
        ):
            value = float(values.mean())
            if value < low or value > high:
                word = less if value < low else more
                found.append(f"Its picture is {word} than nearly all training pictures.")
        return tuple(found)

    def to_dict(self) -> dict[str, Any]:
        """Plain values; :meth:`from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Ranges:
        """What :meth:`to_dict` wrote."""
        (low, high), (least, most) = values["brightness"], values["contrast"]
        return cls(
            (float(low), float(high)), (float(least), float(most)), bool(values["has_spacing"])
        )


def _grey(crops: Crops, size: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    inner = central(crops.grey, size).reshape(len(crops.grey), -1).astype(np.float64)
    return inner.mean(axis=1), inner.std(axis=1)
