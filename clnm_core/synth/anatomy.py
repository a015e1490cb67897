"""Where do gland and nodule lie, so that the picture shows what the table says?

Everything is in mm. ``x`` runs to the right of the picture, ``y`` into the depth. A structure
is a closed curve around a centre, given by its radius at each angle (star-shaped), so that
"inside" is one comparison. The nodule is slid into the gland until the gap between the two
curves is the capsule distance of the table; a gland too small for that is made larger.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

_FINE, _MEASURED, _DRAWN, _COARSE = 1440, 720, 360, 48
_ANGLES = np.linspace(0, 2 * np.pi, _FINE, endpoint=False)
_AROUND = np.column_stack([np.cos(_ANGLES), np.sin(_ANGLES)])
_SUPERSAMPLING = 3
_EXACT_MM = 0.015
_REACH = 0.35  # by how much of a fine pixel Pillow's filled polygons reach beyond their edge
_BULGE_MM = 0.6


@dataclass(frozen=True, eq=False, slots=True)
class Curve:
    """A closed curve: ``radii`` at 1440 equally spaced angles around ``(x, y)``."""

    x: float
    y: float
    radii: NDArray[np.float64]

    def points(self, count: int = _FINE) -> NDArray[np.float64]:
        """About ``count`` points in order, shape (n, 2) as (x, y); all of them by default."""
        every = max(1, _FINE // count)
        return _AROUND[::every] * self.radii[::every, None] + (self.x, self.y)

    def radius(self, angle: NDArray[np.float64]) -> NDArray[np.float64]:
        """Radius at each angle (radians)."""
        place = np.mod(angle, 2 * np.pi) * (len(self.radii) / (2 * np.pi))
        before = place.astype(np.int64) % len(self.radii)
        after = (before + 1) % len(self.radii)
        share = place - np.floor(place)
        return (1 - share) * self.radii[before] + share * self.radii[after]

    def holds(self, points: NDArray[np.float64]) -> NDArray[np.bool_]:
        """Which of the points, shape (n, 2), lie inside."""
        dx, dy = points[:, 0] - self.x, points[:, 1] - self.y
        return np.hypot(dx, dy) < self.radius(np.arctan2(dy, dx))

    def scaled(self, factor: float) -> Curve:
        """The same shape, larger or smaller around its centre."""
        return replace(self, radii=self.radii * factor)

    def moved(self, x: float, y: float) -> Curve:
        """The same shape around another centre."""
        return replace(self, x=x, y=y)

    def box(self) -> tuple[float, float, float, float]:
        """Left, top, right and bottom."""
        points = self.points()
        return (*points.min(axis=0).tolist(), *points.max(axis=0).tolist())


def wavy_ellipse(
    half_width: float,
    half_height: float,
    *,
    waves: dict[int, float],
    rng: np.random.Generator,
) -> Curve:
    """An ellipse whose radius swings by ``waves`` (times around: relative amplitude)."""
    radii = (half_width * half_height) / np.hypot(
        half_height * _AROUND[:, 0], half_width * _AROUND[:, 1]
    )
    swing = np.zeros(_FINE)
    for times, amplitude in waves.items():
        swing += amplitude * rng.normal() * np.cos(times * _ANGLES + rng.uniform(0, 2 * np.pi))
    return Curve(0.0, 0.0, radii * (1 + np.clip(swing, -0.35, 0.35)))


def stretched_to(curve: Curve, diameter_mm: float) -> Curve:
    """The curve, scaled so that its longest straight line is ``diameter_mm``.

    The longest line is the greatest width over all directions, looked at every degree.
    """
    angle = np.deg2rad(np.arange(180))
    shadows = curve.points(_COARSE * 4) @ np.stack([np.cos(angle), np.sin(angle)])
    return curve.scaled(diameter_mm / float(np.ptp(shadows, axis=0).max()))


@dataclass(frozen=True, eq=False, slots=True)
class Placed:
    """Gland and nodule in their final places; the gland is centred on (0, 0)."""

    gland: Curve
    nodule: Curve


def placed(
    gland: Curve,
    nodule: Curve,
    distance_mm: float,
    *,
    along: NDArray[np.float64],
    bulges: bool = False,
) -> Placed:
    """Slide the nodule in from outside until it lies ``distance_mm`` from the outline.

    Parameters
    ----------
    gland, nodule : Curve
        Around (0, 0).
    distance_mm : float
        Least gap between the two curves; 0 touches.
    along : numpy.ndarray of float, shape (2, 2)
        Start and end of the path of the nodule's centre, in units of the gland's half width
        and half height. The start must lie outside, the end deep inside.
    bulges : bool
        Whether a nodule at distance 0 reaches a little beyond the outline.

    """
    aim = -_BULGE_MM if bulges and distance_mm == 0 else distance_mm
    for _ in range(60):
        left, top, right, bottom = gland.box()
        half = np.array([(right - left) / 2, (bottom - top) / 2])
        path = _Path(gland, nodule, along[0] * half, along[1] * half)
        if path.gap(1.0) > aim:
            x, y = path.centre(path.share_with_gap(aim))
            return Placed(gland, nodule.moved(x, y))
        gland = gland.scaled(1.04)
    raise ValueError(f"the gland must hold the nodule at {distance_mm} mm; it cannot grow enough.")


class _Path:
    """The nodule's centre on its way from ``start`` (outside) to ``end`` (inside)."""

    def __init__(
        self, gland: Curve, nodule: Curve, start: NDArray[np.float64], end: NDArray[np.float64]
    ) -> None:
        self._gland, self._start, self._step = gland, start, end - start
        self._edge = nodule.points(_COARSE)
        self._outline = gland.points(_MEASURED).T
        self._squares = (self._outline**2).sum(axis=0)

    def centre(self, share: float) -> tuple[float, float]:
        """Where the centre is after a share of the way, in [0, 1]."""
        x, y = self._start + share * self._step
        return float(x), float(y)

    def gap(self, share: float) -> float:
        """Least distance from edge to outline there; below 0 where part lies outside."""
        edge = self._edge + self.centre(share)
        inside = self._gland.holds(edge)
        squares = (self._squares - 2 * (edge @ self._outline)).min(axis=1) + (edge**2).sum(axis=1)
        nearest = np.sqrt(np.maximum(squares, 0))
        return float(nearest.min() if inside.all() else -nearest[~inside].max())

    def share_with_gap(self, aim: float) -> float:
        """The first share of the way at which the gap is ``aim``, to 0.015 mm.

        The gap cannot change by more than the centre moves, so a step by what is still missing
        never goes too far.
        """
        length = float(np.hypot(*self._step))
        share = 0.0
        for _ in range(200):
            missing = aim - self.gap(share)
            if missing < _EXACT_MM:
                break
            share = min(1.0, share + missing / length)
        return share


def coverage(
    curve: Curve, *, shape: tuple[int, int], spacing_mm: float, origin: tuple[float, float]
) -> NDArray[np.float32]:
    """Which part of each pixel the curve covers, in [0, 1], shape ``shape``.

    ``origin`` is the (x, y) of the outer corner of the first pixel, in mm.
    """
    inner = replace(curve, radii=curve.radii - _REACH * spacing_mm / _SUPERSAMPLING)
    points = (inner.points(_DRAWN) - np.array(origin)) / spacing_mm
    first = np.clip(np.floor(points.min(axis=0)).astype(int) - 1, 0, (shape[1], shape[0]))
    last = np.clip(np.ceil(points.max(axis=0)).astype(int) + 1, first, (shape[1], shape[0]))
    covered = np.zeros(shape, dtype=np.float32)
    width, height = last - first
    if width and height:
        canvas = Image.new("L", (width * _SUPERSAMPLING, height * _SUPERSAMPLING))
        corners = (points - first) * _SUPERSAMPLING - 0.5
        ImageDraw.Draw(canvas).polygon(corners.ravel().tolist(), fill=255)
        share = np.asarray(canvas.reduce(_SUPERSAMPLING), dtype=np.float32) / np.float32(255)
        covered[first[1] : last[1], first[0] : last[0]] = share
    return covered
