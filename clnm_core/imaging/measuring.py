"""What can be measured on the outlines of one picture, and why not the rest?

Unknown spacing is unknown: millimetres are then missing and say why, never 1 mm a pixel.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ImageError
from clnm_core.imaging.geometry import capsule_distance_mm, extent_mm, largest_diameter_mm
from clnm_core.imaging.placement import along_gland, is_cut_off, third_at

_NO_NODULE = "There is no outline of the nodule."
_NO_GLAND = "There is no outline of the gland."
_NO_SPACING = "It is not known how far apart the pixels lie, so nothing is measured in mm."
_NO_ASPECT = "It is not known how far apart the pixels lie, so height and width cannot be compared."
_NOT_TRANSVERSE = "Height and width are compared on the transverse view only."
_NOT_LONGITUDINAL = "The third of the lobe is read on the longitudinal view only."
_CUT_OFF = "The border of the picture cuts the gland off, so its upper and lower ends are unknown."
_ONE_LOBE = "The outline of one lobe does not tell left from right; record the lobe."
_APART = (
    "The nodule lies entirely outside the gland. Check that both outlines belong to this picture."
)


COLUMNS = ("capsule_distance_mm", "max_diameter_mm", "taller_than_wide", "lobe", "third")
"""What is measured and recorded alike."""


@dataclass(frozen=True, eq=False, slots=True)
class Measured:
    """What the outlines of one picture tell; ``None`` where they do not.

    Parameters
    ----------
    capsule_distance_mm : float or None
        Least distance from the nodule to the edge of the gland; 0 where it touches.
    max_diameter_mm : float or None
        Longest straight line across the nodule.
    height_mm, width_mm : float or None
        Sides of the upright box around the nodule.
    taller_than_wide : bool or None
        Whether height exceeds width, on the transverse view; equal is not taller.
    lobe : str or None
        ``left``, ``right`` or ``isthmus``, seen from the patient.
    third : str or None
        ``upper``, ``middle`` or ``lower``.
    missing : dict of str to str
        Name of each value that is ``None``, and a sentence that says why.

    """

    capsule_distance_mm: float | None
    max_diameter_mm: float | None
    height_mm: float | None
    width_mm: float | None
    taller_than_wide: bool | None
    lobe: str | None
    third: str | None
    missing: dict[str, str]

    @property
    def known(self) -> dict[str, Any]:
        """What could be measured, by :data:`COLUMNS`, in the units of the registry."""
        values = {name: getattr(self, name) for name in COLUMNS}
        return {name: value for name, value in values.items() if value is not None}


def measured(
    nodule: NDArray[np.bool_] | None,
    gland: NDArray[np.bool_] | None,
    spacing_mm: tuple[float, float] | None,
    *,
    view: str = "",
) -> Measured:
    """Measure the nodule of one picture.

    Parameters
    ----------
    nodule, gland : numpy.ndarray of bool, shape (rows, columns), or None
        An empty mask counts as none.
    spacing_mm : tuple of float, or None
        Distance between pixel centres (row, column). Numbers that are not finite, or not above
        0, count as unknown.
    view : str
        ``transverse``, ``longitudinal``, or anything else where it is not known.

    Raises
    ------
    ValueError
        If the masks differ in shape.

    Examples
    --------
    >>> found = measured(np.ones((4, 2), dtype=bool), None, (0.5, 0.5), view="transverse")
    >>> found.height_mm, found.width_mm, found.taller_than_wide
    (2.0, 1.0, True)
    >>> found.missing["capsule_distance_mm"]
    'There is no outline of the gland.'

    """
    if nodule is not None and gland is not None and nodule.shape != gland.shape:
        raise ValueError(f"masks must have one shape; got {nodule.shape} and {gland.shape}.")
    inner, outer = _drawn(nodule), _drawn(gland)
    is_known = _is_known(spacing_mm)
    scale = (
        spacing_mm if is_known and spacing_mm else (1.0, 1.0)
    )  # used for ratios alone if unknown
    is_apart = inner.shape == outer.shape and not (inner & outer).any()
    no_nodule = (not inner.any(), _NO_NODULE)
    no_gland = (not outer.any(), _NO_GLAND)
    no_scale = (not is_known, _NO_SPACING)
    apart = (is_apart, _APART)
    missing: dict[str, str] = {}

    def value(name: str, of: Callable[[], Any], *hindrances: tuple[bool, str]) -> Any:
        reason = next((words for holds, words in hindrances if holds), None)
        if reason is None:
            try:
                return of()
            except ImageError as error:
                reason = str(error)
        missing[name] = reason
        return None

    def extent() -> tuple[float, float]:
        box = extent_mm(inner, scale)
        return box.height_mm, box.width_mm

    return Measured(
        value(
            "capsule_distance_mm",
            lambda: capsule_distance_mm(inner, outer, scale),
            *(no_nodule, no_gland, no_scale, apart),
        ),
        value("max_diameter_mm", lambda: largest_diameter_mm(inner, scale), no_nodule, no_scale),
        value("height_mm", lambda: extent()[0], no_nodule, no_scale),
        value("width_mm", lambda: extent()[1], no_nodule, no_scale),
        value(
            "taller_than_wide",
            lambda: extent()[0] > extent()[1],
            no_nodule,
            (view != "transverse", _NOT_TRANSVERSE),
            (not is_known, _NO_ASPECT),
        ),
        value("lobe", lambda: None, (True, _ONE_LOBE)),
        value(
            "third",
            lambda: third_at(along_gland(inner, outer, scale)),
            *(no_nodule, no_gland),
            (view != "longitudinal", _NOT_LONGITUDINAL),
            apart,
            (is_cut_off(outer), _CUT_OFF),
        ),
        missing,
    )


def together(found: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """What several pictures of one nodule measure together, by column.

    The larger of two diameters and the shorter of two distances to the capsule, as either can only
    be missed in a view; all else from the first picture that has it.

    Examples
    --------
    >>> together([{"max_diameter_mm": 8.0, "third": "upper"}, {"max_diameter_mm": 9.0}])
    {'max_diameter_mm': 9.0, 'third': 'upper'}

    """
    best = {"max_diameter_mm": max, "capsule_distance_mm": min}
    joint: dict[str, Any] = {}
    for one in found:
        for name, value in one.items():
            if name not in joint:
                joint[name] = value
            elif name in best:
                joint[name] = best[name](joint[name], value)
    return joint


def _drawn(mask: NDArray[np.bool_] | None) -> NDArray[np.bool_]:
    return mask if mask is not None and mask.any() else np.zeros((1, 1), dtype=bool)


def _is_known(spacing_mm: tuple[float, float] | None) -> bool:
    return spacing_mm is not None and all(np.isfinite(step) and step > 0 for step in spacing_mm)
