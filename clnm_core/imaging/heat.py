"""How is a map of where a network looked laid over a picture?

One hue, more of it where the map is higher; every pixel of the picture keeps its own value
beneath, and nothing is smoothed.
"""

from __future__ import annotations

from dataclasses import replace
from html import escape

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Image

HUE = (255, 59, 107)
"""Red, green, blue of the full colour; apart from the colours of the outlines."""

OPACITY = 0.5
"""Of the full colour over the picture, where nobody chose another."""


def heated(image: Image, heat: NDArray[np.float32], *, opacity: float = OPACITY) -> Image:
    """The picture in RGB with the map over it.

    Parameters
    ----------
    image : Image
    heat : numpy.ndarray of float, shape (rows, columns)
        In [0, 1]; 0 leaves the pixel as it is.
    opacity : float
        In [0, 1]; of the colour where the map is 1.

    Raises
    ------
    ValueError
        If the map has another shape than the picture, or a value outside [0, 1].

    """
    if heat.shape != image.pixels.shape[:2]:
        raise ValueError(f"heat must be {image.pixels.shape[:2]}; got {heat.shape}.")
    if not ((heat >= 0) & (heat <= 1)).all():
        raise ValueError("heat must lie in [0, 1].")
    beneath = image.pixels if image.pixels.ndim == 3 else np.repeat(image.pixels[..., None], 3, 2)
    share = (opacity * heat)[..., None]
    mixed = (1 - share) * beneath + share * np.array(HUE, dtype=np.float64)
    return replace(image, pixels=np.rint(mixed).astype(np.uint8))


def heat_bar(words: str, *, most: str = "1", opacity: float = OPACITY, ink: str = "#E8E8E8") -> str:
    """The key to the colours, from 0 to the full colour over mid grey, as one inline SVG element.

    Parameters
    ----------
    words : str
        What the map shows.
    most : str
        What the full colour stands for.
    opacity : float
        As in :func:`heated`.
    ink : str
        Colour of the words; the key stands on black.

    """
    steps = np.linspace(0, 1, 41)
    cells = "".join(
        f'<rect x="{10 + 9 * place}" y="8" width="9.5" height="12" '
        f'fill="{_over_grey(step, opacity)}"/>'
        for place, step in enumerate(steps)
    )
    end = 10 + 9 * len(steps)
    text = f'y="38" font-family="sans-serif" font-size="14" fill="{escape(ink)}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" role="img" '
        f'aria-label="{escape(words)}, 0 to {escape(most)}" '
        f'viewBox="0 0 {end + 10} 46" style="width:100%;height:auto;background:#000;display:block">'
        f'<rect width="{end + 10}" height="46" fill="#000"/>{cells}'
        f'<text x="10" {text}>0</text>'
        f'<text x="{end}" text-anchor="end" {text}>full colour: {escape(most)}</text></svg>'
    )


def _over_grey(step: float, opacity: float) -> str:
    mixed = (1 - opacity * step) * 128 + opacity * step * np.array(HUE)
    return "#" + "".join(f"{round(float(channel)):02X}" for channel in mixed)
