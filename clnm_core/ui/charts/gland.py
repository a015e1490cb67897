"""In which third of which lobe does risk live? The gland seen from the front, as SVG.

The patient's right lobe is on the reader's left, as on an image. Both lobes are 48 mm high
and drawn to scale, so that a nodule can stand at its true distance from the capsule.
"""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from html import escape
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.report.wording import percent, percent_interval
from clnm_core.ui.charts import theme

WIDTH, HEIGHT = 460, 352
_PER_MM = 5.6
_TOP, _LOBE_HEIGHT = 18.0, 48 * _PER_MM
_MIDLINE = WIDTH / 2
_GAP = 5 * _PER_MM
"""Half the distance between the two lobes at the isthmus, in pixels."""
_THIRDS = ("upper", "middle", "lower")
_STEPS = 48


@dataclass(frozen=True, slots=True)
class Nodule:
    """A nodule to draw in place; distances in mm, ``lobe`` and ``third`` as in the registry."""

    lobe: str
    third: str
    capsule_distance_mm: float
    diameter_mm: float


def gland_svg(
    cells: pd.DataFrame,
    *,
    title: str,
    name: str,
    nodule: Nodule | None = None,
    scale: str = "with metastasis",
    dark: bool = False,
) -> str:
    """The seven cells of the gland, each with its share as colour and number, and its n.

    Parameters
    ----------
    cells : pandas.DataFrame
        ``lobe``, ``third`` (empty for the isthmus), ``n``, ``events``, ``rate``, ``low``,
        ``high`` (NaN where there is no interval), ``is_too_few``; may be empty when only the
        outline is wanted.
    title : str
        What the picture shows, read aloud by a screen reader.
    name : str
        Letters and hyphens; tells two glands on one page apart.
    nodule : Nodule, optional
        Drawn to scale at its distance from the outer edge of its third.
    scale : str
        What the colours are a share of.
    dark : bool
        Whether the page is dark.

    Returns
    -------
    str
        One ``<svg>`` element that fills the width of its place.

    """
    colours = theme.palette(dark)
    rows = {(row["lobe"], row["third"]): row for row in cells.to_dict("records")}
    drawn = [
        _cell(
            _place(lobe, third), rows.get((lobe, third)), f"{lobe} lobe, {third} third", name, dark
        )
        for lobe in ("right", "left")
        for third in _THIRDS
    ]
    drawn.insert(0, _cell(_isthmus(), rows.get(("isthmus", "")), "isthmus", name, dark))
    spoken = "; ".join(_spoken(row) for row in rows.values())
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="100%" '
        f'role="img" aria-labelledby="{name}-title {name}-desc" '
        f'style="max-width:{WIDTH + 100}px" font-family="Source Sans, Segoe UI, Helvetica, Arial, sans-serif">',
        f'<title id="{name}-title">{escape(title)}</title>',
        f'<desc id="{name}-desc">{escape(spoken)}</desc>',
        _hatching(name, colours),
        *drawn,
        _nodule(nodule, colours) if nodule is not None else "",
        _sides(colours),
        _scale(colours, scale, dark) if rows else "",
        "</svg>",
    ]
    return "".join(parts)


@dataclass(frozen=True, slots=True)
class _Cell:
    """Outline of one cell in pixels and where its words stand."""

    path: str
    x: float
    y: float


def _edges(height: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance of the inner and outer edge from the midline at a share of the lobe's height.

    A pear: a narrow upper pole that leans outward, the widest place below the middle.
    """
    body = np.sqrt(np.clip(np.sin(math.pi * np.clip(height, 0, 1) ** 1.12), 0, 1))
    centre = _GAP + 82 - 26 * height
    half = 58 * body * (0.72 + 0.28 * height)
    return np.maximum(centre - half, _GAP), centre + half


def _place(lobe: str, third: str) -> _Cell:
    step = _THIRDS.index(third)
    height = np.linspace(step / 3, (step + 1) / 3, _STEPS)
    inner, outer = _edges(height)
    sign = -1 if lobe == "right" else 1
    down = _TOP + height * _LOBE_HEIGHT
    x = _MIDLINE + sign * np.concatenate([outer, inner[::-1]])
    y = np.concatenate([down, down[::-1]])
    middle = len(height) // 2
    return _Cell(
        _path(x, y),
        _MIDLINE + sign * float(inner[middle] + outer[middle]) / 2,
        float(down[middle]),
    )


def _isthmus() -> _Cell:
    """A bridge between the lobes at the border of middle and lower third, bowed down."""
    across = np.linspace(-1, 1, 2 * _STEPS)
    bow = 10 * (1 - across**2)
    top, thick = _TOP + 0.56 * _LOBE_HEIGHT, 52
    x = _MIDLINE + _GAP * 1.9 * np.concatenate([across, across[::-1]])
    y = np.concatenate([top + bow, (top + thick + bow)[::-1]])
    return _Cell(_path(x, y), _MIDLINE, top + thick / 2 + 9)


def _path(x: np.ndarray, y: np.ndarray) -> str:
    points = " L".join(f"{a:.1f} {b:.1f}" for a, b in zip(x, y, strict=True))
    return f"M{points} Z"


def _cell(
    cell: _Cell, row: Mapping[Hashable, Any] | None, words: str, name: str, dark: bool
) -> str:
    """One outline with its colour; its share and n stand in the middle."""
    colours = theme.palette(dark)
    edge = f'stroke="{colours.muted}" stroke-width="1.2" stroke-linejoin="round"'
    if row is None:
        return f'<path d="{cell.path}" fill="{theme.faded(colours.unknown, 0.1)}" {edge}/>'
    n, rate = int(row["n"]), float(row["rate"])
    if row["is_too_few"]:
        fill, first, ink = f"url(#{name}-few)", "too few", colours.ink
    else:
        fill = theme.risk_colour(rate, dark)
        first, ink = percent(rate, n), theme.ink_on(fill)
    plate = (
        f'<rect x="{cell.x - 29:.1f}" y="{cell.y - 17:.1f}" width="58" height="34" rx="4" '
        f'fill="{colours.page}"/>'
        if row["is_too_few"]
        else ""
    )
    return (
        f"<g><title>{escape(f'{words}: {_spoken(row)}')}</title>"
        f'<path d="{cell.path}" fill="{colours.page}"/>'
        f'<path d="{cell.path}" fill="{fill}" {edge}/>{plate}'
        f'<text x="{cell.x:.1f}" y="{cell.y - 1:.1f}" text-anchor="middle" font-size="15" '
        f'font-weight="600" fill="{ink}">{escape(first)}</text>'
        f'<text x="{cell.x:.1f}" y="{cell.y + 13:.1f}" text-anchor="middle" font-size="11.5" '
        f'fill="{ink}">n {n:,}</text></g>'
    )


def _spoken(row: Mapping[Hashable, Any]) -> str:
    where = f"{row['lobe']} {row['third']}".strip()
    n, events = int(row["n"]), int(row["events"])
    if row["is_too_few"]:
        return f"{where}: too few, {events:,} of {n:,}"
    low, high = float(row["low"]), float(row["high"])
    share = percent(float(row["rate"]), n)
    if math.isnan(low):
        return f"{where}: {share} of {n:,}"
    return f"{where}: {share} ({percent_interval(low, high, n)}), {events:,} of {n:,}"


def _hatching(name: str, colours: theme.Palette) -> str:
    return (
        f'<defs><pattern id="{name}-few" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><line x1="0" y1="0" x2="0" y2="7" '
        f'stroke="{colours.unknown}" stroke-width="2"/></pattern></defs>'
    )


def _nodule(nodule: Nodule, colours: theme.Palette) -> str:
    radius = nodule.diameter_mm / 2 * _PER_MM
    if nodule.lobe == "isthmus":
        cell = _isthmus()
        x, y = cell.x, cell.y - 7
    else:
        height = (_THIRDS.index(nodule.third) + 0.5) / 3
        outer = float(_edges(np.array([height]))[1][0])
        sign = -1 if nodule.lobe == "right" else 1
        x = _MIDLINE + sign * (outer - nodule.capsule_distance_mm * _PER_MM - radius)
        y = _TOP + height * _LOBE_HEIGHT
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:.1f}" fill="{theme.faded(colours.ink, 0.15)}" '
        f'stroke="{colours.ink}" stroke-width="1.5"><title>nodule</title></circle>'
    )


def _sides(colours: theme.Palette) -> str:
    style = f'font-size="12" fill="{colours.muted}"'
    return (
        f'<text x="8" y="{HEIGHT - 42}" {style}>right of the patient</text>'
        f'<text x="{WIDTH - 8}" y="{HEIGHT - 42}" text-anchor="end" {style}>left</text>'
    )


def _scale(colours: theme.Palette, words: str, dark: bool) -> str:
    """Eleven even steps from 0 to 100 %, with their ends named."""
    left, step, y = 92.0, 18.0, HEIGHT - 22.0
    boxes = "".join(
        f'<rect x="{left + step * place:.1f}" y="{y:.1f}" width="{step}" height="9" '
        f'fill="{theme.risk_colour(place / 10, dark)}"/>'
        for place in range(11)
    )
    style = f'font-size="11.5" fill="{colours.muted}"'
    right = left + 11 * step
    return (
        f'{boxes}<text x="{left - 6}" y="{y + 9}" text-anchor="end" {style}>0 %</text>'
        f'<text x="{right + 6}" y="{y + 9}" {style}>100 % {escape(words)}</text>'
    )
