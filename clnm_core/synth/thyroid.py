"""What does the thyroid of one case look like on two orthogonal ultrasound views?

From the skin inwards: skin, fat, strap muscles (darker than the gland, with fibres), the gland
inside its bright capsule, deep muscle. On the transverse view the trachea with its shadow lies
to the middle and the carotid artery to the side; the patient's right is on the left of the
picture. On the longitudinal view the head is to the left, so an upper-third nodule is too.
Both views keep the capsule distance and the largest diameter of the table.
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

VIEWS = ("transverse", "longitudinal")

_SHAPES = {"transverse": (240, 240), "longitudinal": (208, 288)}
_GLAND_WAVES = {2: 0.02, 3: 0.03, 4: 0.015}
_GAIN_DB = {"B": 2.0, "C": -2.0, "D": 3.0, "E": -3.0, "F": 1.0, "G": -1.0}


def thyroid_views(
    findings: Mapping[str, Any], *, seed: tuple[int, ...], views: tuple[str, ...] = VIEWS
) -> tuple[Picture, ...]:
    """Both views of a case, or those asked for.

    Parameters
    ----------
    findings : mapping
        Complete findings of one row of :func:`thyroid_findings.thyroid_findings`, and
        ``centre``.
    seed : tuple of int
        The same seed draws the same pictures.
    views : tuple of str
        ``transverse``, ``longitudinal`` or both, in this order.

    """
    rng = np.random.default_rng(seed)
    squash, half_height = rng.uniform(0.64, 0.84), np.clip(rng.normal(8.0, 0.9), 6.0, 11.0)
    return tuple(
        _view(view, findings, squash=squash, half_height=half_height, rng=rng) for view in views
    )


def _view(
    view: str,
    findings: Mapping[str, Any],
    *,
    squash: float,
    half_height: float,
    rng: np.random.Generator,
) -> Picture:
    gland, nodule, top = _geometry(view, findings, squash=squash, half_height=half_height, rng=rng)
    frame = framed(gland, shape=_SHAPES[view], centre=str(findings["centre"]), below_mm=5.0)
    gland_cover, nodule_cover = frame.covered(gland), frame.covered(nodule)
    echo = _surroundings(frame, gland, top_mm=top, rng=rng)
    if view == "transverse":
        echo = _with_neighbours(echo, frame, gland, is_isthmus=findings["lobe"] == "isthmus")
    echo = _with_gland(echo, gland_cover, frame, is_inflamed=bool(findings["hashimoto"]), rng=rng)
    echo = _with_capsule(echo, gland_cover, nodule_cover)
    echo = with_lesion(echo, findings, curve=nodule, covered=nodule_cover, frame=frame, rng=rng)
    echo += np.float32(_GAIN_DB.get(str(findings["centre"]), 0.0))
    picture = Picture(
        view,
        Modality.ULTRASOUND,
        b_mode(echo, spacing_mm=frame.spacing_mm, rng=rng),
        {"nodule": nodule_cover >= 0.5, "gland": gland_cover >= 0.5},
        frame.spacing_mm,
    )
    is_mirrored = view == "transverse" and findings["lobe"] == "left"
    return picture.mirrored() if is_mirrored else picture


def _geometry(
    view: str,
    findings: Mapping[str, Any],
    *,
    squash: float,
    half_height: float,
    rng: np.random.Generator,
) -> tuple[Curve, Curve, float]:
    """Gland and nodule in the picture's coordinates, and the depth of the gland's top."""
    is_isthmus = findings["lobe"] == "isthmus"
    distance = float(findings["capsule_distance_mm"])
    is_tall = bool(findings["taller_than_wide"])
    nodule = lesion_curve(findings, squash=squash, is_tall=is_tall, rng=rng)
    left, upper, right, lower = nodule.box()
    needed = np.array([(right - left) / 2, (lower - upper) / 2]) + distance
    if view == "transverse":
        path = _any_direction(rng)
        half_width = 13.0 if is_isthmus else rng.normal(10.3, 0.9)
    else:
        path = _at_third(findings["third"], rng, is_large=needed[0] > 9)
        needed[0] = needed[0] / (1 - abs(path[0, 0]))
        half_width = 10.0 if is_isthmus else rng.normal(22.5, 1.5)
    gland = wavy_ellipse(
        max(half_width, 1.1 * needed[0]),
        max(3.6 if is_isthmus else half_height, 1.05 * needed[1]),
        waves=_GLAND_WAVES,
        rng=rng,
    )
    settled = placed(
        gland, nodule, distance, along=path, bulges=findings["margin"] == "extrathyroidal"
    )
    top = float(rng.uniform(6.5, 9.5))
    down = top - settled.gland.box()[1]
    return (
        settled.gland.moved(0.0, down),
        settled.nodule.moved(settled.nodule.x, settled.nodule.y + down),
        top,
    )


def _any_direction(rng: np.random.Generator) -> NDArray[np.float64]:
    angle = rng.uniform(0, 2 * np.pi)
    return np.array([[1.6 * np.cos(angle), 1.6 * np.sin(angle)], [0.0, 0.0]])


def _at_third(third: object, rng: np.random.Generator, *, is_large: bool) -> NDArray[np.float64]:
    """Straight down or up, at a place along the lobe that lies within the third.

    The middle of a large nodule stays near the middle third, or the lobe would have to be huge.
    """
    off = rng.uniform(0.38, 0.4) if is_large else rng.uniform(0.42, 0.55)
    place = {"upper": -off, "lower": off}.get(str(third), rng.uniform(-0.25, 0.25))
    side = rng.choice([-1.8, 1.8])
    return np.array([[place, side], [place, 0.0]])


def _surroundings(
    frame: Frame, gland: Curve, *, top_mm: float, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Skin, fat, strap muscles, and the muscle behind the gland."""
    x, y = frame.x, frame.y
    pixel = frame.spacing_mm
    fibres = clouds(frame.shape, grain_px=(max(2, round(0.45 / pixel)), round(6 / pixel)), rng=rng)
    phase = rng.uniform(0, 2 * np.pi, 2)
    shallow, deep = np.float32(0.5 * top_mm), np.float32(gland.box()[3] + 1.2)
    level = np.select([y < shallow, y < top_mm + 2, y < deep], [-7, -13, -8], -15)
    contrast = np.where(y < top_mm + 2, 3.0, 2.2)
    echo = level.astype(np.float32) + contrast.astype(np.float32) * fibres
    bend = np.sin(x / 7 + phase[0]), np.sin(x / 9 + phase[1])
    fascia, floor = shallow + 0.35 * bend[0], deep + 0.5 * bend[1]
    for line, brightness, width in ((0 * x + 1.3, 11, 0.8), (fascia, 12, 0.45), (floor, 7, 0.5)):
        near = frame.rows(float(line.min()) - width, float(line.max()) + width)
        echo[near] += np.float32(brightness) * ridge(y[near] - line, width=width)
    return echo


def _with_neighbours(
    echo: NDArray[np.float32], frame: Frame, gland: Curve, *, is_isthmus: bool
) -> NDArray[np.float32]:
    """Trachea (a bright front wall, then air) and, beside a lobe, the carotid artery."""
    left, top, right, bottom = gland.box()
    if is_isthmus:
        middle, depth, radius = 0.0, bottom + 8.6, 9.0
    else:
        middle, depth, radius = right + 6.2, (top + bottom) / 2 + 1.5, 7.5
    tube = frame.columns(middle - radius - 1, middle + radius + 1)
    aside = np.abs(frame.x[:, tube] - np.float32(middle))
    wall = np.float32(depth) - np.sqrt(np.maximum(np.float32(radius**2) - aside**2, 0))
    under = frame.y - wall
    within = rise(np.float32(radius) - aside, over=1.2)
    fading = np.exp(-np.maximum(under, 0) / np.float32(2.5))
    air = np.float32(-22) - np.float32(0.4) * under + 8 * fading * np.sin(under * np.float32(3.2))
    echo[:, tube] += rise(under, over=0.3) * within * (air - echo[:, tube])
    echo[:, tube] += np.float32(16) * ridge(under, width=0.8) * within
    if not is_isthmus:
        x, y = left - 3.6, 0.45 * top + 0.55 * bottom
        around = (frame.rows(y - 4, y + 4), frame.columns(x - 4, x + 4))
        away = np.hypot(frame.x[:, around[1]] - x, frame.y[around[0]] - y)
        echo[around] += rise(2.9 - away, over=0.3) * (np.float32(-36) - echo[around])
        echo[around] += np.float32(8) * ridge(away - 3.15, width=0.5)
    return echo


def _with_gland(
    echo: NDArray[np.float32],
    covered: NDArray[np.float32],
    frame: Frame,
    *,
    is_inflamed: bool,
    rng: np.random.Generator,
) -> NDArray[np.float32]:
    """Bright and even; darker and patchy where inflamed."""
    grain = max(2, round((1.3 if is_inflamed else 2.0) / frame.spacing_mm))
    patches = clouds(frame.shape, grain_px=(grain, grain), rng=rng)
    level, unevenness = (-4.5, 2.6) if is_inflamed else (0.0, 0.8)
    tissue = np.float32(level) + np.float32(unevenness) * patches
    return (echo + covered * (tissue - echo)).astype(np.float32, copy=False)


def _with_capsule(
    echo: NDArray[np.float32],
    gland: NDArray[np.float32],
    nodule: NDArray[np.float32],
) -> NDArray[np.float32]:
    """A thin bright line, brightest where it faces the probe, broken by the nodule."""
    facing = np.zeros_like(gland)
    np.abs(gland[4:] - gland[:-4], out=facing[2:-2])
    around = np.zeros_like(gland)
    np.abs(gland[:, 2:] - gland[:, :-2], out=around[:, 1:-1])
    line = (np.float32(8) * facing + np.float32(3) * around) * (1 - nodule)
    return (echo + line).astype(np.float32, copy=False)
