"""How do outlines and a scale bar become part of the pixels, for readers that draw nothing?

The picture itself keeps every pixel; lines are painted over it, and words go under it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from PIL.ImageFont import FreeTypeFont

from clnm_core.domain.image import Image
from clnm_core.imaging.masks import outline
from clnm_core.imaging.rendering import Ruler, line_of, scale_bar_mm

Font = ImageFont.ImageFont | FreeTypeFont

_INK = "#E8E8E8"
_OTHER_LINE = "#CC79A7"
_LEAST_WIDTH = 320
"""A narrower picture stands at the left of so many pixels, so that words fit under it."""

_LEAST_LETTERS = 11
"""Height of letters in pixels on a small picture; on a larger one they grow with it."""


def painted(
    image: Image,
    masks: Mapping[str, NDArray[np.bool_]],
    *,
    ruler: Ruler | None = None,
    words: Sequence[str] = (),
) -> NDArray[np.uint8]:
    """The picture in RGB with outlines, a measured line, a scale bar and words.

    Parameters
    ----------
    image : Image
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        Structure -> mask. An empty mask paints nothing.
    ruler : Ruler, optional
        A measured line; its words go under the picture.
    words : sequence of str
        More lines under the picture; letters outside Latin-1 become question marks, because the
        font that is always there has no others.

    Returns
    -------
    numpy.ndarray of uint8, shape (rows and a strip for the words, columns, 3)
        The size of a pixel is that of the picture, and so are the columns of all but a narrow
        one, which has black to its right.

    Raises
    ------
    ValueError
        If a mask does not have the picture's rows and columns.

    """
    rows, columns = image.pixels.shape[:2]
    for structure, mask in masks.items():
        if mask.shape != (rows, columns):
            raise ValueError(f"mask {structure!r} must be {(rows, columns)}; got {mask.shape}.")
    width = max(columns, _LEAST_WIDTH)
    letters = max(_LEAST_LETTERS, width // 45)
    font = ImageFont.load_default(letters)
    drawn = {name: mask for name, mask in masks.items() if mask.any()}
    said = [f"nodule to capsule {ruler.words}"] if ruler else []
    lines = _broken([*said, *words], width - 2 * letters, font)
    step = round(1.6 * letters)
    strip = (2 + len(drawn) + len(lines)) * step
    canvas = Pillow.new("RGB", (width, rows + strip))
    canvas.paste(Pillow.fromarray(np.ascontiguousarray(image.pixels)).convert("RGB"))
    pen = ImageDraw.Draw(canvas)
    for name, mask in drawn.items():
        for ring in outline(mask):
            points = [(float(x), float(y)) for y, x in ring]
            pen.line([*points, points[0]], fill=_colour(name), width=max(1, letters // 7))
    if ruler is not None:
        (y0, x0), (y1, x1) = ruler.start, ruler.end
        pen.line([(x0, y0), (x1, y1)], fill="#FFFFFF", width=max(1, letters // 7))
    y = rows + step // 2
    _scale(pen, image, y, letters, font)
    for name in drawn:
        y += step
        pen.line([(letters, y + letters / 2), (3 * letters, y + letters / 2)], fill=_colour(name))
        pen.text((3.5 * letters, y), _latin(name), fill=_INK, font=font)
    for line in lines:
        y += step
        pen.text((letters, y), line, fill=_INK, font=font)
    pixels: NDArray[np.uint8] = np.asarray(canvas)
    return pixels


def _colour(structure: str) -> str:
    try:
        return line_of(structure)[0]
    except KeyError:
        return _OTHER_LINE


def _scale(pen: ImageDraw.ImageDraw, image: Image, y: float, letters: int, font: Font) -> None:
    if image.spacing_mm is None:
        pen.text((letters, y), "spacing unknown", fill=_INK, font=font)
        return
    length = scale_bar_mm(image.pixels.shape[1], image.spacing_mm)
    end = letters + length / image.spacing_mm[1]
    middle = y + letters / 2
    tick = letters / 3
    pen.line([(letters, middle), (end, middle)], fill=_INK)
    for x in (letters, end):
        pen.line([(x, middle - tick), (x, middle + tick)], fill=_INK)
    pen.text((end + letters / 2, y), f"{length:g} mm", fill=_INK, font=font)


def _broken(lines: Sequence[str], width: float, font: Font) -> list[str]:
    """Lines no wider than the picture, broken between words; a longer word is cut."""
    found = []
    for line in lines:
        begun = ""
        for word in _latin(line).split():
            longer = f"{begun} {word}".strip()
            if begun and font.getlength(longer) > width:
                found.append(begun)
                longer = word
            while font.getlength(longer) > width and len(longer) > 1:
                most = max(1, math.floor(len(longer) * width / font.getlength(longer)))
                found.append(longer[:most])
                longer = longer[most:]
            begun = longer
        if begun:
            found.append(begun)
    return found


def _latin(text: str) -> str:
    return text.encode("latin-1", "replace").decode("latin-1")
