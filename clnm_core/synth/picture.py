"""What is handed over once a picture has been drawn, and how is it framed?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Modality
from clnm_core.synth.anatomy import Curve, coverage

_PIXEL_STEPS_MM = tuple(round(0.10 + 0.02 * step, 2) for step in range(21))
_CENTRE_OFFSET_MM = {"B": 0.01, "C": 0.005, "D": 0.015, "E": 0.0125, "F": 0.0075, "G": 0.0025}


@dataclass(frozen=True, eq=False, slots=True)
class Picture:
    """One drawn view.

    Parameters
    ----------
    view : str
        ``transverse``, ``longitudinal`` or ``axial``.
    modality : Modality
    pixels : numpy.ndarray of uint8, shape (rows, columns)
    masks : dict of str to numpy.ndarray of bool, shape (rows, columns)
        By structure: ``nodule``, ``gland``, ``node``.
    spacing_mm : float
        Pixel size, the same in both directions.

    """

    view: str
    modality: Modality
    pixels: NDArray[np.uint8]
    masks: dict[str, NDArray[np.bool_]]
    spacing_mm: float

    def mirrored(self) -> Picture:
        """The other side of the body."""
        masks = {name: np.ascontiguousarray(mask[:, ::-1]) for name, mask in self.masks.items()}
        return Picture(
            self.view,
            self.modality,
            np.ascontiguousarray(self.pixels[:, ::-1]),
            masks,
            self.spacing_mm,
        )


@dataclass(frozen=True, slots=True)
class Frame:
    """The field of view: pixels, their size, and where the picture begins (x, y) in mm."""

    shape: tuple[int, int]
    spacing_mm: float
    origin: tuple[float, float]

    @property
    def x(self) -> NDArray[np.float32]:
        """Centres of the columns in mm, shape (1, columns)."""
        steps = np.arange(self.shape[1], dtype=np.float32) + np.float32(0.5)
        return (np.float32(self.origin[0]) + steps * np.float32(self.spacing_mm))[None, :]

    @property
    def y(self) -> NDArray[np.float32]:
        """Centres of the rows in mm, shape (rows, 1)."""
        steps = np.arange(self.shape[0], dtype=np.float32) + np.float32(0.5)
        return (np.float32(self.origin[1]) + steps * np.float32(self.spacing_mm))[:, None]

    def rows(self, top: float, bottom: float) -> slice:
        """The rows whose centres lie between two depths in mm."""
        first, last = np.searchsorted(self.y[:, 0], [top, bottom])
        return slice(int(first), int(last))

    def columns(self, left: float, right: float) -> slice:
        """The columns whose centres lie between two places in mm."""
        first, last = np.searchsorted(self.x[0], [left, right])
        return slice(int(first), int(last))

    def covered(self, curve: Curve) -> NDArray[np.float32]:
        """Which part of each pixel the curve covers."""
        return coverage(curve, shape=self.shape, spacing_mm=self.spacing_mm, origin=self.origin)


def framed(curve: Curve, *, shape: tuple[int, int], centre: str, below_mm: float) -> Frame:
    """The finest setting of a centre's machine that shows the whole curve.

    Machines differ a little between centres, so pixel size does too: steps of 0.02 mm from
    0.1 mm upwards, with an offset of its own for each centre. The picture begins at the skin
    (y = 0) and is centred on x = 0.

    Raises
    ------
    ValueError
        If no setting shows the curve with ``below_mm`` beneath it.

    """
    left, _, right, bottom = curve.box()
    width, depth = 2.12 * max(-left, right), bottom + below_mm
    offset = _CENTRE_OFFSET_MM.get(centre, 0.0)
    for step in _PIXEL_STEPS_MM:
        spacing = round(step + offset, 4)
        if shape[1] * spacing >= width and shape[0] * spacing >= depth:
            return Frame(shape, spacing, (-shape[1] * spacing / 2, 0.0))
    raise ValueError(f"the curve must fit into the picture; got {width:.0f} x {depth:.0f} mm.")
