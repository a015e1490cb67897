"""Where in the body does one frame of a DICOM picture lie?

In patient coordinates, in mm: x to the patient's left, y to the back, z to the head (DICOM PS3.3
C.7.6.2). By this, and by the numbers of instances, outlines in another file find their picture;
neither is shown to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from clnm_core.imaging.elements import frame_group, items, numbers

_FARTHEST_MM = 1e5
_LARGEST_MM = 100.0
_NEAREST_MM = 0.5


@dataclass(frozen=True, eq=False, slots=True)
class Plane:
    """One frame's place.

    Parameters
    ----------
    origin : numpy.ndarray of float64, shape (3,)
        Centre of the first pixel.
    down, across : numpy.ndarray of float64, shape (3,)
        From one row, or column, to the next: direction and distance in one.
    thickness_mm : float or None

    """

    origin: NDArray[np.float64]
    down: NDArray[np.float64]
    across: NDArray[np.float64]
    thickness_mm: float | None = None

    @property
    def normal(self) -> NDArray[np.float64]:
        """At right angles to the plane, of length 1."""
        cross = np.cross(self.across, self.down)
        return cross / np.linalg.norm(cross)

    @property
    def tolerance_mm(self) -> float:
        """How far beside the plane something may lie that was drawn on it.

        Half a millimetre for rounded coordinates, less where slices are thinner than that.
        """
        return min(_NEAREST_MM, 0.45 * (self.thickness_mm or 2 * _NEAREST_MM))

    def on_grid(self, points: NDArray[np.float64]) -> tuple[NDArray[np.float64], float]:
        """Points in mm as (row, column), and how far the farthest lies beside the plane.

        Parameters
        ----------
        points : numpy.ndarray of float64, shape (n_points, 3)

        Returns
        -------
        places : numpy.ndarray of float64, shape (n_points, 2)
            Pixel centres at whole numbers.
        beside_mm : float

        """
        away = points - self.origin
        steps = (self.down / (self.down @ self.down), self.across / (self.across @ self.across))
        places = np.stack([away @ step for step in steps], axis=1)
        return places, float(np.abs(away @ self.normal).max(initial=0.0))

    def is_same(self, other: Plane) -> bool:
        """Whether the two lie in one plane, within the tolerance of this one."""
        is_parallel = abs(float(self.normal @ other.normal)) > 0.9999
        beside = abs(float((other.origin - self.origin) @ self.normal))
        return is_parallel and beside <= self.tolerance_mm


def plane_of(dataset: Dataset, frame: int) -> Plane | None:
    """The place of one frame; ``None`` where the file does not say, or says nonsense.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
    frame : int
        From 0; enhanced files say it per frame.

    """
    position = _stated(dataset, "PlanePositionSequence", frame, "ImagePositionPatient", 3)
    cosines = _stated(dataset, "PlaneOrientationSequence", frame, "ImageOrientationPatient", 6)
    spacing = _stated(dataset, "PixelMeasuresSequence", frame, "PixelSpacing", 2)
    if position is None or cosines is None or spacing is None:
        return None
    across, down = cosines[:3], cosines[3:]
    is_right = (
        abs(np.linalg.norm(across) - 1) < 0.01
        and abs(np.linalg.norm(down) - 1) < 0.01
        and abs(float(across @ down)) < 0.01
    )
    is_near = np.abs(position).max() < _FARTHEST_MM
    if not (is_right and is_near and spacing.min() > 0 and spacing.max() < _LARGEST_MM):
        return None
    thickness = _stated(dataset, "PixelMeasuresSequence", frame, "SliceThickness", 1)
    is_thick = thickness is not None and 0 < thickness[0] < _LARGEST_MM
    return Plane(
        origin=position,
        down=down * spacing[0],
        across=across * spacing[1],
        thickness_mm=float(thickness[0]) if is_thick and thickness is not None else None,
    )


def identifier(dataset: Dataset | None, keyword: str) -> str:
    """A unique identifier, for comparing only; empty where absent."""
    value = dataset.get(keyword) if dataset is not None else None
    return value.strip("\0 ") if isinstance(value, str) else ""


def refers_to(item: Dataset, instance: str, frame: int) -> bool:
    """Whether a reference in another file means this frame of this instance."""
    if not instance or identifier(item, "ReferencedSOPInstanceUID") != instance:
        return False
    frames = numbers(item, "ReferencedFrameNumber")
    return not frames or float(frame + 1) in frames


def references(item: Dataset | None, *keywords: str) -> list[Dataset]:
    """The items at the end of a chain of sequences; empty where there are none."""
    found = [item] if item is not None else []
    for keyword in keywords:
        found = [inner for outer in found for inner in items(outer, keyword)]
    return found


def _stated(
    dataset: Dataset, group: str, frame: int, keyword: str, count: int
) -> NDArray[np.float64] | None:
    for source in (frame_group(dataset, group, frame), dataset):
        values = numbers(source, keyword)
        if len(values) == count:
            return np.array(values, dtype=np.float64)
    return None
