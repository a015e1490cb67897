"""What does one lymph node look like on an axial CT crop?

Contrast-enhanced: fat about -95 HU, muscle 60, vessels 170 to 210. The node has the short and
long axis of the table; its pixels average to the table's density; a cyst is darker, a fatty
hilum is fat, calcium is bright. The crop is windowed to 8 bits (level 60, width 360 HU).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Modality
from clnm_core.synth.anatomy import Curve, wavy_ellipse
from clnm_core.synth.effects import probability
from clnm_core.synth.lesion import blurred
from clnm_core.synth.picture import Frame, Picture
from clnm_core.synth.speckle import clouds

LEVEL_HU, WIDTH_HU = 60.0, 360.0
NOISE_HU = 9.0

_SHAPE = (128, 128)
_FAT_HU, _MUSCLE_HU = -95.0, 60.0


def node_view(findings: Mapping[str, Any], *, seed: tuple[int, ...]) -> tuple[Picture, ...]:
    """The axial crop of one node, as a tuple of one.

    Parameters
    ----------
    findings : mapping
        One row of :func:`node_patients.node_findings`.
    seed : tuple of int
        The same seed draws the same picture.

    """
    rng = np.random.default_rng(seed)
    long = float(findings["node_long_axis_mm"])
    spacing = 0.35 if long < 22 else 0.45 if long < 34 else 0.6
    frame = Frame(_SHAPE, spacing, (-_SHAPE[1] * spacing / 2, -_SHAPE[0] * spacing / 2))
    node = _turned(
        wavy_ellipse(
            long / 2, float(findings["node_short_axis_mm"]) / 2, waves={3: 0.012}, rng=rng
        ),
        rng.uniform(-0.9, 0.9),
    )
    covered = frame.covered(node)
    density = _surroundings(frame, node, rng)
    inside = _inside(findings, node, covered, frame, rng)
    density = density + covered * (inside - density)
    density = blurred(density, 0.55 / spacing)
    density += blurred(rng.standard_normal(_SHAPE, dtype=np.float32), 0.8) * np.float32(
        NOISE_HU * 2.8
    )
    return (Picture("axial", Modality.CT, windowed(density), {"node": covered >= 0.5}, spacing),)


def windowed(density_hu: NDArray[np.float32]) -> NDArray[np.uint8]:
    """HU as grey: black at or below level - width/2, white at or above level + width/2."""
    share = (density_hu - (LEVEL_HU - WIDTH_HU / 2)) / WIDTH_HU
    return np.rint(np.clip(share, 0, 1) * 255).astype(np.uint8)


def _turned(curve: Curve, angle: float) -> Curve:
    """The curve, turned around its centre by about ``angle`` radians."""
    steps = round(angle / (2 * np.pi) * len(curve.radii))
    return Curve(curve.x, curve.y, np.roll(curve.radii, steps))


def _inside(
    findings: Mapping[str, Any],
    node: Curve,
    covered: NDArray[np.float32],
    frame: Frame,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Density within the node; its mean over the node is the table's."""
    grain = max(2, round(1.4 / frame.spacing_mm))
    unevenness = 4 + 26 * float(probability(findings["texture"]))
    density = np.float32(unevenness) * clouds(frame.shape, grain_px=(grain, grain), rng=rng)
    size = float(node.radii.min())
    place = rng.uniform(0, 2 * np.pi)
    off = 0.35 * size * np.array([np.cos(place), np.sin(place)])
    if findings["node_necrosis"]:
        pocket = wavy_ellipse(0.6 * size, 0.5 * size, waves={2: 0.1, 3: 0.08}, rng=rng)
        density = density - 75 * blurred(frame.covered(pocket.moved(*off)), 0.4 / frame.spacing_mm)
    if findings["node_fatty_hilum"]:
        hilum = wavy_ellipse(0.62 * size, 0.3 * size, waves={2: 0.1}, rng=rng)
        density = density - 150 * frame.covered(hilum.moved(*(-off)))
    if findings["node_calcification"]:
        for _ in range(rng.integers(2, 5)):
            speck = wavy_ellipse(0.6, 0.6, waves={2: 0.2}, rng=rng)
            angle, reach = rng.uniform(0, 2 * np.pi), rng.uniform(0, 0.6) * size
            density = density + 300 * frame.covered(
                speck.moved(reach * np.cos(angle), reach * np.sin(angle))
            )
    mean = float((density * covered).sum() / covered.sum())
    return density + np.float32(float(findings["node_density_hu"]) - mean)


def _surroundings(frame: Frame, node: Curve, rng: np.random.Generator) -> NDArray[np.float32]:
    """Fat with strands, the big muscle over the node, vessels and deep muscle under it."""
    grain = round(5 / frame.spacing_mm)
    strands = clouds(frame.shape, grain_px=(grain // 3 + 2, grain), rng=rng)
    density = np.float32(_FAT_HU) + np.float32(9) * strands
    left, top, right, bottom = node.box()
    muscle = wavy_ellipse(26, 6.0, waves={2: 0.05, 3: 0.04}, rng=rng)
    deep = wavy_ellipse(30, 9, waves={2: 0.05, 3: 0.05}, rng=rng)
    vein = wavy_ellipse(4.6, 3.6, waves={2: 0.08}, rng=rng)
    artery = wavy_ellipse(2.9, 2.9, waves={2: 0.04}, rng=rng)
    side = rng.choice([-1.0, 1.0])
    beside = (right if side > 0 else -left) + 1.0
    for curve, level in (
        (muscle.moved(rng.uniform(-3, 3), top - 7.8), _MUSCLE_HU),
        (deep.moved(rng.uniform(-4, 4), bottom + 12.0), _MUSCLE_HU - 5),
        (vein.moved(side * (beside + 4.6), rng.uniform(-2, 1)), rng.uniform(160, 190)),
        (artery.moved(side * (beside + 5.5), 7.0), rng.uniform(180, 215)),
    ):
        covered = frame.covered(curve)
        density = density + covered * (np.float32(level) + np.float32(6) * strands - density)
    return density
