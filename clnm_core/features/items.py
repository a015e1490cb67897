"""What does an extractor get, and what does it give back?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False, slots=True)
class Item:
    """One image with its outlines.

    Parameters
    ----------
    grey : numpy.ndarray of float32, shape (rows, columns)
        Grey levels in [0, 255] of a picture, or Hounsfield units of CT.
    lesion : numpy.ndarray of bool, shape (rows, columns), or None
        Outline of the nodule or node.
    gland : numpy.ndarray of bool, shape (rows, columns), or None
        Outline of the organ around it.
    spacing_mm : tuple of float, or None
        Distance between pixel centres (row, column); ``None`` where it is not known.

    Raises
    ------
    ValueError
        If the shapes differ, or a value of ``grey`` is not finite.

    """

    grey: NDArray[np.float32]
    lesion: NDArray[np.bool_] | None = None
    gland: NDArray[np.bool_] | None = None
    spacing_mm: tuple[float, float] | None = None

    def __post_init__(self) -> None:
        if self.grey.ndim != 2 or not np.isfinite(self.grey).all():
            raise ValueError(
                f"grey must be finite with two dimensions; got shape {self.grey.shape}."
            )
        for name, mask in (("lesion", self.lesion), ("gland", self.gland)):
            if mask is not None and mask.shape != self.grey.shape:
                raise ValueError(f"{name} must be {self.grey.shape}; got {mask.shape}.")


@dataclass(frozen=True, eq=False, slots=True)
class Features:
    """One row of numbers per item, in the order of the items.

    Parameters
    ----------
    names : tuple of str
        One per column.
    values : numpy.ndarray of float64, shape (n_items, n_names)
        NaN where something could not be measured.
    reasons : tuple of str
        One per item: why values of its row are missing, as a sentence; empty where none is.

    """

    names: tuple[str, ...]
    values: NDArray[np.float64]
    reasons: tuple[str, ...]

    def __post_init__(self) -> None:
        if self.values.shape != (len(self.reasons), len(self.names)):
            raise ValueError(
                f"values must be {(len(self.reasons), len(self.names))}; got {self.values.shape}."
            )


class Extractor(Protocol):
    """What turns items into features. Equal settings and items give equal features."""

    @property
    def kind(self) -> str:
        """``radiomics``, ``deep`` or ``morphology``."""
        ...

    @property
    def settings(self) -> Mapping[str, Any]:
        """All that the result depends on beside the items, as plain JSON values."""
        ...

    @property
    def names(self) -> tuple[str, ...]:
        """The columns, in order."""
        ...

    def extract(self, items: Sequence[Item], *, device: str = "cpu") -> Features:
        """One row per item; ``device`` is ``cpu`` or ``cuda``."""
        ...
