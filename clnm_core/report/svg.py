"""How does a curve get onto paper? Small SVG drawings for reports, from numbers and plain text.

Coordinates are given in the units of the data; :class:`Axes` turns them into pixels. Points
that are not finite are left out, and nothing is drawn outside the axes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from clnm_core.report.sheet import escaped
from clnm_core.report.wording import MINUS

INK, MUTED, GRID, ACCENT = "#1b1f24", "#59616b", "#d8dce1", "#1F3B57"
FONT = 13


@dataclass(frozen=True, slots=True)
class Axes:
    """A rectangle of data units on a picture of ``width`` by ``height`` pixels."""

    x: tuple[float, float] = (0.0, 1.0)
    y: tuple[float, float] = (0.0, 1.0)
    width: int = 440
    height: int = 360
    left: int = 58
    right: int = 16
    top: int = 12
    bottom: int = 46

    def across(self, values: ArrayLike) -> NDArray[np.float64]:
        """Data units to pixels from the left; kept inside the axes."""
        low, high = self.x
        inside = np.clip(np.asarray(values, dtype=float), low, high)
        return self.left + (inside - low) / (high - low) * (self.width - self.left - self.right)

    def down(self, values: ArrayLike) -> NDArray[np.float64]:
        """Data units to pixels from the top; kept inside the axes."""
        low, high = self.y
        inside = np.clip(np.asarray(values, dtype=float), low, high)
        return (
            self.height
            - self.bottom
            - (inside - low) / (high - low) * (self.height - self.top - self.bottom)
        )


def drawing(axes: Axes, parts: Iterable[str], *, description: str) -> str:
    """One inline SVG; ``description`` is read out to those who cannot see it."""
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" aria-label="{escaped(description)}" '
        f'viewBox="0 0 {axes.width} {axes.height}" width="{axes.width}" height="{axes.height}" '
        f'font-family="system-ui,sans-serif" font-size="{FONT}">{"".join(parts)}</svg>'
    )


def grid(
    axes: Axes, x_title: str, y_title: str, *, x_ticks: Sequence[float], y_ticks: Sequence[float]
) -> str:
    """Axes with ticks, faint lines and titles."""
    bottom, left = axes.height - axes.bottom, axes.left
    parts = []
    for tick in x_ticks:
        x = float(axes.across(tick))
        parts.append(_line(x, axes.top, x, bottom, GRID))
        parts.append(_text(x, bottom + 17, tick_text(tick), "middle"))
    for tick in y_ticks:
        y = float(axes.down(tick))
        parts.append(_line(left, y, axes.width - axes.right, y, GRID))
        parts.append(_text(left - 7, y + 4, tick_text(tick), "end"))
    middle_x = (left + axes.width - axes.right) / 2
    middle_y = (axes.top + bottom) / 2
    parts.append(_text(middle_x, axes.height - 8, x_title, "middle", INK))
    parts.append(
        f'<text transform="translate(14 {middle_y:.1f}) rotate(-90)" text-anchor="middle" '
        f'fill="{INK}">{escaped(y_title)}</text>'
    )
    return "".join(parts)


def curve(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    *,
    colour: str = ACCENT,
    width: float = 2,
    dashes: str = "",
) -> str:
    """A line through the points in their order."""
    xs, ys = _finite(x, y)
    if not len(xs):
        return ""
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<polyline fill="none" stroke="{colour}" stroke-width="{width:g}"{dash} '
        f'stroke-linejoin="round" points="{_points(axes, xs, ys)}"/>'
    )


def steps(axes: Axes, x: ArrayLike, y: ArrayLike) -> str:
    """A line of steps: each value of ``y`` holds from the ``x`` before it up to its own."""
    xs, ys = _finite(x, y)
    if not len(xs):
        return ""
    corners_x = np.column_stack([np.concatenate(([xs[0]], xs[:-1])), xs]).ravel()
    return curve(axes, corners_x, np.repeat(ys, 2))


def band(axes: Axes, x: ArrayLike, low: ArrayLike, high: ArrayLike, *, colour: str = ACCENT) -> str:
    """The area between two lines, at 20 % opacity."""
    columns = np.column_stack([np.asarray(v, dtype=float) for v in (x, low, high)])
    kept = columns[np.isfinite(columns).all(axis=1)]
    if not len(kept):
        return ""
    xs = np.concatenate([kept[:, 0], kept[::-1, 0]])
    ys = np.concatenate([kept[:, 1], kept[::-1, 2]])
    return f'<polygon fill="{colour}" fill-opacity="0.2" points="{_points(axes, xs, ys)}"/>'


def dots(
    axes: Axes,
    x: ArrayLike,
    y: ArrayLike,
    low: ArrayLike | None = None,
    high: ArrayLike | None = None,
    *,
    colour: str = INK,
) -> str:
    """Dots, with upright intervals where they are given."""
    xs, ys = np.atleast_1d(np.asarray(x, float)), np.atleast_1d(np.asarray(y, float))
    lows = ys if low is None else np.atleast_1d(np.asarray(low, float))
    highs = ys if high is None else np.atleast_1d(np.asarray(high, float))
    parts = []
    for place, value, first, last in zip(xs, ys, lows, highs, strict=True):
        if not (np.isfinite(place) and np.isfinite(value)):
            continue
        column = float(axes.across(place))
        if np.isfinite(first) and np.isfinite(last) and first < last:
            ends = (float(axes.down(first)), float(axes.down(last)))
            parts.append(_line(column, ends[0], column, ends[1], colour, 1.5))
        parts.append(
            f'<circle cx="{column:.1f}" cy="{axes.down(value):.1f}" r="4" fill="{colour}"/>'
        )
    return "".join(parts)


def note(
    axes: Axes, x: float, y: float, text: str, *, anchor: str = "start", colour: str = MUTED
) -> str:
    """Plain text at a point."""
    return _text(float(axes.across(x)), float(axes.down(y)), text, anchor, colour)


def whisker(
    value: float, low: float, high: float, *, across: tuple[float, float], reference: float
) -> str:
    """One row of a forest plot: dot, interval, and a thin dashed line at the reference.

    Parameters
    ----------
    value, low, high : float
        An interval that is not finite is not drawn.
    across : tuple of float
        Values at the left and right end.
    reference : float
        Where the dashed line stands; NaN for none.

    """
    axes = Axes(x=across, width=200, height=22, left=6, right=6, top=0, bottom=0)
    parts = []
    if np.isfinite(reference):
        x = float(axes.across(reference))
        parts.append(_line(x, 0, x, 22, MUTED, 1, "3 3"))
    if np.isfinite(low) and np.isfinite(high):
        parts.append(_line(float(axes.across(low)), 11, float(axes.across(high)), 11, ACCENT, 2))
    if np.isfinite(value):
        parts.append(f'<circle cx="{axes.across(value):.1f}" cy="11" r="4" fill="{ACCENT}"/>')
    return drawing(axes, parts, description="estimate and interval; the numbers stand beside it")


def tick_text(value: float) -> str:
    """A tick in as few figures as it needs, with a true minus."""
    return f"{value:g}".replace("-", MINUS)


def _finite(x: ArrayLike, y: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    xs, ys = np.asarray(x, dtype=float), np.asarray(y, dtype=float)
    kept = np.isfinite(xs) & np.isfinite(ys)
    return xs[kept], ys[kept]


def _points(axes: Axes, x: NDArray[np.float64], y: NDArray[np.float64]) -> str:
    pairs = zip(axes.across(x), axes.down(y), strict=True)
    return " ".join(f"{a:.1f},{b:.1f}" for a, b in pairs)


def _line(
    x1: float, y1: float, x2: float, y2: float, colour: str, width: float = 1, dashes: str = ""
) -> str:
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" '
        f'stroke="{colour}" stroke-width="{width:g}"{dash}/>'
    )


def _text(x: float, y: float, text: str, anchor: str, colour: str = MUTED) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" fill="{colour}">{escaped(text)}</text>'
