"""What does a salivary gland tumour look like on ultrasound?

Under skin and fat lies the gland, brighter and more even than the thyroid, with no capsule that
could be measured to; the jaw throws a shadow on one side. The tumour is drawn like a thyroid
nodule (:mod:`clnm_core.synth.lesion`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Modality
from clnm_core.synth.anatomy import Curve, placed, wavy_ellipse
from clnm_core.synth.lesion import lesion_curve, with_lesion
from clnm_core.synth.picture import Frame, Picture, framed
from clnm_core.synth.speckle import b_mode, clouds, ridge, rise

_SHAPE = (240, 272)
_HALF_SIZE_MM = {"parotid": (19.0, 9.5), "submandibular": (15.0, 8.0), "sublingual": (13.0, 6.5)}


def salivary_view(findings: Mapping[str, Any], *, seed: tuple[int, ...]) -> tuple[Picture, ...]:
    """One transverse view, as a tuple of one.

    Parameters
    ----------
    findings : mapping
        One row of :func:`salivary_patients.salivary_findings`, and ``centre``.
    seed : tuple of int
        The same seed draws the same picture.

    """
    rng = np.random.default_rng(seed)
    tumour = lesion_curve(findings, squash=rng.uniform(0.62, 0.9), is_tall=False, rng=rng)
    left, upper, right, lower = tumour.box()
    half_width, half_height = _HALF_SIZE_MM[str(findings["tumour_site"])]
    gland = wavy_ellipse(
        max(half_width, 1.25 * (right - left) / 2),
        max(half_height, 1.2 * (lower - upper) / 2),
        waves={2: 0.04, 3: 0.04},
        rng=rng,
    )
    angle = rng.uniform(0, 2 * np.pi)
    path = np.array([[1.6 * np.cos(angle), 1.6 * np.sin(angle)], [0.0, 0.0]])
    settled = placed(gland, tumour, float(rng.uniform(0.4, 1.6)), along=path)
    top = float(rng.uniform(3.5, 5.5))
    down = top - settled.gland.box()[1]
    gland = settled.gland.moved(0.0, down)
    tumour = settled.nodule.moved(settled.nodule.x, settled.nodule.y + down)
    frame = framed(gland, shape=_SHAPE, centre=str(findings["centre"]), below_mm=6.0)
    gland_cover, tumour_cover = frame.covered(gland), frame.covered(tumour)
    echo = _tissue(frame, gland, gland_cover, rng)
    echo = with_lesion(echo, findings, curve=tumour, covered=tumour_cover, frame=frame, rng=rng)
    return (
        Picture(
            "transverse",
            Modality.ULTRASOUND,
            b_mode(echo, spacing_mm=frame.spacing_mm, rng=rng, loss_db_per_mm=0.2),
            {"nodule": tumour_cover >= 0.5, "gland": gland_cover >= 0.5},
            frame.spacing_mm,
        ),
    )


def _tissue(
    frame: Frame, gland: Curve, covered: NDArray[np.float32], rng: np.random.Generator
) -> NDArray[np.float32]:
    """Skin, fat, gland, deep muscle, and the shadow of the jaw."""
    x, y = frame.x, frame.y
    pixel = frame.spacing_mm
    fibres = clouds(frame.shape, grain_px=(max(2, round(0.5 / pixel)), round(5 / pixel)), rng=rng)
    floor = np.float32(gland.box()[3]) + np.float32(0.6) * np.sin(x / 6, dtype=np.float32)
    echo = np.where(y > floor, np.float32(-15), np.float32(-9)) + np.float32(3) * fibres
    for line, level, width in ((1.2, 11, 0.5), (3.0, 8, 0.3), (floor + 0.8, 6, 0.35)):
        echo += np.float32(level) * ridge(y - line, width=1.7 * width)
    grain = max(2, round(1.6 / pixel))
    lobules = clouds(frame.shape, grain_px=(grain, grain), rng=rng)
    echo = echo + covered * (np.float32(1.5) + np.float32(1.3) * lobules - echo)
    side = rng.choice([-1.0, 1.0])
    start = np.float32(gland.box()[2] * 0.92)
    jaw = rise(side * x - start, over=1.2)
    bone = np.float32(0.55 * floor.mean()) + np.float32(0.12) * (side * x - start) ** 2
    echo = echo - np.float32(24) * jaw * (y > bone) * (1 - covered)
    echo += 15 * jaw * ridge(y - bone, width=0.9) * (1 - covered)
    return echo.astype(np.float32)
