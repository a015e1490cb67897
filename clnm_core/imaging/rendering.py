"""How is a picture shown without changing it?

PNG is lossless, the browser is told not to smooth, and nothing is drawn over the pixels but the
outlines: the scale bar and the names of the structures stand on the black surround.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.domain.image import Image
from clnm_core.imaging.masks import outline

#: Structure -> colour (Okabe and Ito, told apart with any colour vision) and dashes.
_LINES: dict[str, tuple[str, str]] = {
    "nodule": ("#E69F00", ""),
    "gland": ("#56B4E9", "6 3"),
    "node": ("#F0E442", ""),
}
_OTHER_LINES = (("#CC79A7", "2 3"), ("#009E73", "8 3 2 3"))
_INK = "#E8E8E8"
_LINE_WIDTH_PX = 1.5
#: Lines keep their width on the screen at any size. As a style: sanitisers drop the attribute.
_FIXED_WIDTH = 'style="vector-effect:non-scaling-stroke"'
_ROUND_MM = tuple(step * 10.0**power for power in range(-2, 4) for step in (1, 2, 5))


@dataclass(frozen=True, slots=True)
class Ruler:
    """A straight line on a picture, and what it measures in words.

    Ends are (row, column) with pixel centres at whole numbers.
    """

    start: tuple[float, float]
    end: tuple[float, float]
    words: str


def to_png(image: Image) -> bytes:
    """The display pixels as PNG, without loss."""
    return png_bytes(image.pixels)


def png_bytes(pixels: NDArray[np.uint8] | NDArray[np.bool_]) -> bytes:
    """An array as PNG, without loss: grey or RGB, or a mask with one bit per pixel.

    Raises
    ------
    ValueError
        If the array is neither uint8 of shape (rows, columns[, 3]) nor bool of two dimensions.

    """
    is_mask = pixels.dtype == np.bool_ and pixels.ndim == 2
    is_picture = pixels.dtype == np.uint8 and (
        pixels.ndim == 2 or (pixels.ndim == 3 and pixels.shape[2] == 3)
    )
    if not (is_mask or is_picture) or pixels.size == 0:
        raise ValueError(
            f"pixels must be uint8 (rows, columns[, 3]) or bool (rows, columns); "
            f"got {pixels.dtype} {pixels.shape}."
        )
    return _encoded(Pillow.fromarray(np.ascontiguousarray(pixels)))


def thumbnail_png(pixels: NDArray[np.uint8], side: int = 96) -> bytes:
    """A small PNG whose longer side is at most ``side`` pixels; each pixel an area average.

    For lists only: averaging loses detail. A picture that is small enough is not enlarged.
    """
    picture = Pillow.fromarray(np.ascontiguousarray(pixels))
    ratio = side / max(picture.size)
    if ratio < 1:
        width, height = (max(1, round(length * ratio)) for length in picture.size)
        picture = picture.resize((width, height), Pillow.Resampling.BOX)
    return _encoded(picture)


def line_of(structure: str) -> tuple[str, str]:
    """Colour and dashes of the outline of a nodule, gland or node."""
    return _LINES[structure]


def scale_bar_mm(columns: int, spacing_mm: tuple[float, float]) -> float:
    """Length of the scale bar: the largest round one of at most a third of the picture's width."""
    longest = columns * spacing_mm[1] / 3
    return max((step for step in _ROUND_MM if step <= longest), default=_ROUND_MM[0])


def path_of(mask: NDArray[np.bool_], pixel_height: float = 1.0, margin: float = 0.0) -> str:
    """The outline of a mask as the data of an SVG path, a unit to the width of a pixel.

    The picture's upper left corner is at ``margin``, the centre of its first pixel half a pixel
    further; each row is ``pixel_height`` high.
    """
    pieces = []
    for polygon in outline(mask):
        points = (polygon + 0.5) * (pixel_height, 1.0) + margin
        pieces.append("M" + "L".join(f"{x:.2f} {y:.2f}" for y, x in points) + "Z")
    return "".join(pieces)


def case_picture(
    image: Image,
    masks: Mapping[str, NDArray[np.bool_]],
    *,
    title: str,
    labels: Mapping[str, str] | None = None,
    ruler: Ruler | None = None,
) -> str:
    """The picture with outlines and scale bar, as one inline SVG element.

    Parameters
    ----------
    image : Image
        Shown pixel by pixel, in its true aspect where spacing is known.
    masks : mapping of str to numpy.ndarray of bool
        Structure -> mask of the picture's rows and columns. An empty mask draws nothing.
    title : str
        What the picture is, for those who cannot see it; outlines and scale are added.
    labels : mapping of str to str, optional
        Structure -> words to show in place of its name.
    ruler : Ruler, optional
        A measured line over the picture.

    Returns
    -------
    str
        ``<svg>`` that fills the width of its container; all text is escaped; no ids, so several
        can stand on one page.

    Raises
    ------
    ValueError
        If a mask does not have the picture's rows and columns.

    """
    rows, columns = image.pixels.shape[:2]
    for structure, mask in masks.items():
        if mask.shape != (rows, columns):
            raise ValueError(f"mask {structure!r} must be {(rows, columns)}; got {mask.shape}.")
    spacing = image.spacing_mm
    height = rows * spacing[0] / spacing[1] if spacing else float(rows)
    font = max(columns, height / 2) / 32
    margin = font
    drawn = {name: mask for name, mask in masks.items() if mask.any()}
    words = {name: (labels or {}).get(name, name) for name in drawn}
    lines = _lines(drawn)
    scale_words, scale_marks = _scale_bar(columns, spacing, margin, height + margin, font)
    total_width = columns + 2 * margin
    total_height = height + margin + (1.9 + 1.5 * len(drawn)) * font + margin
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(_description(title, words, scale_words))}" '
        f'viewBox="0 0 {total_width:.2f} {total_height:.2f}" '
        f'style="width:100%;height:auto;max-height:80vh;background:#000;display:block">',
        f"<title>{escape(_description(title, words, scale_words))}</title>",
        f'<rect width="{total_width:.2f}" height="{total_height:.2f}" fill="#000"/>',
        f'<image x="{margin:.2f}" y="{margin:.2f}" width="{columns}" height="{height:.3f}" '
        f'preserveAspectRatio="none" style="image-rendering:pixelated" '
        f'href="data:image/png;base64,{base64.b64encode(to_png(image)).decode()}"/>',
    ]
    for name, mask in drawn.items():
        parts.append(_outline_paths(mask, height / rows, margin, *lines[name]))
    if ruler is not None:
        parts.append(_ruler(ruler, height / rows, margin, font))
    parts.append(scale_marks)
    for place, name in enumerate(drawn):
        y = height + margin + (3.0 + 1.5 * place) * font
        parts.append(_key(words[name], margin, y, font, *lines[name]))
    return "".join([*parts, "</svg>"])


def _encoded(picture: Pillow.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG", compress_level=6)
    return buffer.getvalue()


def _lines(masks: Mapping[str, object]) -> dict[str, tuple[str, str]]:
    others = [name for name in masks if name not in _LINES]
    spare = {name: _OTHER_LINES[i % len(_OTHER_LINES)] for i, name in enumerate(others)}
    return {name: _LINES.get(name) or spare[name] for name in masks}


def _description(title: str, words: Mapping[str, str], scale: str) -> str:
    outlined = f" Outlined: {', '.join(words.values())}." if words else ""
    return f"{title.rstrip('.')}.{outlined} {scale[:1].upper()}{scale[1:]}."


def _outline_paths(
    mask: NDArray[np.bool_], pixel_height: float, margin: float, colour: str, dashes: str
) -> str:
    """A dark seam under a bright line, so that the line shows on bright tissue too."""
    path = f'<path d="{path_of(mask, pixel_height, margin)}" fill="none" {_FIXED_WIDTH} '
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'{path}stroke="#000" stroke-opacity="0.5" stroke-width="{_LINE_WIDTH_PX + 1.5}"/>'
        f'{path}stroke="{colour}" stroke-width="{_LINE_WIDTH_PX}"{dash}/>'
    )


def _ruler(ruler: Ruler, pixel_height: float, margin: float, font: float) -> str:
    """A white line with its words to the right of it, dark behind so that they can be read."""
    (y0, x0), (y1, x1) = (
        ((row + 0.5) * pixel_height + margin, column + 0.5 + margin)
        for row, column in (ruler.start, ruler.end)
    )
    path = f'<path d="M{x0:.2f} {y0:.2f}L{x1:.2f} {y1:.2f}" fill="none" {_FIXED_WIDTH} '
    return (
        f'{path}stroke="#000" stroke-opacity="0.6" stroke-width="{_LINE_WIDTH_PX + 2}"/>'
        f'{path}stroke="#FFF" stroke-width="{_LINE_WIDTH_PX}"/>'
        f'<g stroke="#000" stroke-width="{font / 5:.2f}" paint-order="stroke">'
        f"{_text(ruler.words, max(x0, x1) + font / 2, (y0 + y1) / 2 + font / 3, font)}</g>"
    )


def _scale_bar(
    columns: int, spacing: tuple[float, float] | None, x: float, y: float, font: float
) -> tuple[str, str]:
    """In words and as SVG."""
    baseline = y + 1.3 * font
    if spacing is None:
        words = "spacing unknown"
        return words, _text(words, x, baseline, font)
    length_mm = scale_bar_mm(columns, spacing)
    words = f"{length_mm:g} mm"
    end = x + length_mm / spacing[1]
    middle = baseline - 0.35 * font
    bar = (
        f'<path d="M{x:.2f} {middle - 0.35 * font:.2f}V{middle + 0.35 * font:.2f}'
        f"M{x:.2f} {middle:.2f}H{end:.2f}M{end:.2f} {middle - 0.35 * font:.2f}"
        f'V{middle + 0.35 * font:.2f}" stroke="{_INK}" fill="none" stroke-width="1.5" '
        f"{_FIXED_WIDTH}/>"
    )
    return f"scale bar {words}", bar + _text(words, end + 0.5 * font, baseline, font)


def _key(words: str, x: float, y: float, font: float, colour: str, dashes: str) -> str:
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    return (
        f'<path d="M{x:.2f} {y - 0.35 * font:.2f}h{2 * font:.2f}" stroke="{colour}" '
        f'stroke-width="{_LINE_WIDTH_PX}" {_FIXED_WIDTH}{dash}/>'
        + _text(words, x + 2.5 * font, y, font)
    )


def _text(words: str, x: float, y: float, font: float) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{font:.2f}" fill="{_INK}" '
        f'font-family="sans-serif">{escape(words)}</text>'
    )
