"""What does a lesion look like on ultrasound, given its findings?

Shape from size, taller-than-wide and margin; echo strength from echogenicity, composition and
the hidden ``texture``; bright foci and shadows from calcification. Thyroid nodules and salivary
tumours share this.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import correlate1d

from clnm_core.synth.anatomy import Curve, stretched_to, wavy_ellipse
from clnm_core.synth.effects import probability
from clnm_core.synth.picture import Frame
from clnm_core.synth.speckle import clouds, rise

ECHO_DB = {
    "markedly_hypoechoic": -16.0,
    "hypoechoic": -10.0,
    "isoechoic": -2.0,
    "hyperechoic": 5.0,
}
_WAVES = {
    "smooth": {2: 0.02, 3: 0.015},
    "ill_defined": {2: 0.03, 3: 0.03},
    "irregular": {2: 0.03, 5: 0.035, 7: 0.035, 9: 0.03},
    "extrathyroidal": {2: 0.03, 4: 0.03, 6: 0.03},
}
_EDGE_BLUR_MM = {"ill_defined": 0.55}


def lesion_curve(
    findings: Mapping[str, Any], *, squash: float, is_tall: bool, rng: np.random.Generator
) -> Curve:
    """The outline around (0, 0); its longest straight line is ``max_diameter_mm``.

    ``squash`` is the shorter side as a share of the longer one; ``is_tall`` puts the longer
    side upright.
    """
    half = (squash, 1.0) if is_tall else (1.0, squash)
    curve = wavy_ellipse(*half, waves=_WAVES[findings["margin"]], rng=rng)
    return stretched_to(curve, float(findings["max_diameter_mm"]))


def with_lesion(
    echo_db: NDArray[np.float32],
    findings: Mapping[str, Any],
    *,
    curve: Curve,
    covered: NDArray[np.float32],
    frame: Frame,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """The echo map with the lesion in it, and with what its calcium does to the sound.

    Parameters
    ----------
    echo_db : numpy.ndarray of float32, shape (rows, columns)
        The tissue around it.
    findings : mapping
        ``echogenicity, composition, margin, calcification, texture``.
    curve, covered : Curve and numpy.ndarray of float32
        The outline and the share of each pixel inside it.

    """
    pixel = frame.spacing_mm
    left, top, right, bottom = curve.box()
    here = (frame.rows(top - 2, bottom + 2), frame.columns(left - 2, right + 2))
    soft = blurred(covered[here], _EDGE_BLUR_MM.get(findings["margin"], 0.0) / pixel)
    grain = max(2, round(0.9 / pixel))
    roughness = 0.5 + 5.0 * float(probability(findings["texture"]))
    inside = np.float32(ECHO_DB[findings["echogenicity"]]) + np.float32(roughness) * clouds(
        soft.shape, grain_px=(grain, grain), rng=rng
    )
    if findings["composition"] == "spongiform":
        fine = max(2, round(0.5 / pixel))
        inside -= 12 * (clouds(soft.shape, grain_px=(fine, fine), rng=rng) > 0.5)
    echo_db = echo_db.copy()
    echo_db[here] += soft * (inside - echo_db[here])
    if findings["composition"] == "mixed":
        echo_db = _with_cyst(echo_db, curve, frame, rng)
    return _with_calcium(echo_db, str(findings["calcification"]), curve, covered, frame, rng)


def _with_cyst(
    echo_db: NDArray[np.float32], curve: Curve, frame: Frame, rng: np.random.Generator
) -> NDArray[np.float32]:
    """A dark pocket, and the brighter band that fluid leaves behind it."""
    size = float(curve.radii.min())
    pocket = wavy_ellipse(0.5 * size, 0.4 * size, waves={2: 0.05, 3: 0.05}, rng=rng).moved(
        curve.x + rng.uniform(-0.2, 0.2) * size, curve.y + rng.uniform(-0.2, 0.2) * size
    )
    fluid = frame.covered(pocket)
    behind = _behind(pocket, frame)
    return echo_db * (1 - fluid) - 34 * fluid + np.float32(4) * behind


def _with_calcium(
    echo_db: NDArray[np.float32],
    kind: str,
    curve: Curve,
    covered: NDArray[np.float32],
    frame: Frame,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    if kind == "micro":
        angle, reach = rng.uniform(0, 2 * np.pi, 12), np.sqrt(rng.uniform(0, 0.6, 12))
        radius = reach * curve.radius(angle)
        rows, columns = _pixels(
            frame, curve.x + radius * np.cos(angle), curve.y + radius * np.sin(angle)
        )
        echo_db[rows, columns] = 21
        echo_db[rows, columns + 1] = 18
    elif kind == "macro":
        size = max(0.7, 0.17 * float(curve.radii.min()))
        stone = wavy_ellipse(1.3 * size, 0.7 * size, waves={3: 0.1}, rng=rng).moved(
            curve.x, curve.y - 0.2 * float(curve.radii.min())
        )
        echo_db = echo_db - np.float32(20) * _behind(stone, frame)
        echo_db = np.maximum(echo_db, 54 * frame.covered(stone) - 40)
    elif kind == "rim":
        ring = blurred(4 * covered * (1 - covered), 0.12 / frame.spacing_mm)
        echo_db = echo_db - np.float32(9) * _behind(curve, frame) * (1 - covered)
        echo_db = echo_db + np.float32(26) * ring
    return echo_db


def _behind(curve: Curve, frame: Frame) -> NDArray[np.float32]:
    """1 in the strip below the curve, 0 elsewhere, with soft sides."""
    left, _, right, bottom = curve.box()
    across = rise(frame.x - left, over=0.8) * rise(right - frame.x, over=0.8)
    return across * rise(frame.y - (curve.y + bottom) / 2, over=1.0)


def _pixels(
    frame: Frame, x: NDArray[np.float64], y: NDArray[np.float64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    rows = np.floor((y - frame.origin[1]) / frame.spacing_mm).astype(np.int64)
    columns = np.floor((x - frame.origin[0]) / frame.spacing_mm).astype(np.int64)
    return np.clip(rows, 0, frame.shape[0] - 1), np.clip(columns, 0, frame.shape[1] - 2)


def blurred(field: NDArray[np.float32], sigma_px: float) -> NDArray[np.float32]:
    """The field under a Gaussian of ``sigma_px`` pixels; unchanged below a third of a pixel."""
    if sigma_px < 1 / 3:
        return field
    reach = max(1, round(2.5 * sigma_px))
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma_px) ** 2)
    kernel = (weights / weights.sum()).astype(np.float32)
    return correlate1d(correlate1d(field, kernel, axis=0), kernel, axis=1)
