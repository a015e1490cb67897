"""How does a picture get under a person's pen, and what was drawn back to us?

A component of our own: a chart selects points, and resets when it changes; this draws lines, with
a mouse, a finger or the keys. What comes back is from outside and is read by
:mod:`clnm_core.ui.outline_draft`.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from clnm_core.domain.image import Image
from clnm_core.imaging.drawn import simplified
from clnm_core.imaging.rendering import Ruler, line_of, path_of, scale_bar_mm, to_png

TOOLS = {"draw": "Line", "ellipse": "Ellipse", "adjust": "Pull"}
"""Ways to draw: a line by hand or from point to point, an ellipse in a box, pulling at points."""

HINTS = {
    "draw": "Drag around the structure, or click from point to point and on the first to close.",
    "ellipse": "Drag from one corner of the box around the ellipse to the other.",
    "adjust": "Drag the points of the outline.",
}
_KEYS = {
    "draw": "Arrow keys move a cross, with Shift by ten pixels. Space sets a point, Backspace takes it back, Enter closes the line.",
    "ellipse": "Arrow keys move a cross, with Shift by ten pixels. Space sets one corner, then the other.",
    "adjust": "Arrow keys move a cross. Space takes the nearest point along, and Space again lets it go.",
}

_HTML = """
<div class="frame">
  <div class="stage">
    <svg xmlns="http://www.w3.org/2000/svg" tabindex="0" role="application"></svg>
    <div class="keys" aria-hidden="true"></div>
    <div class="scale"><span class="bar"></span><span></span></div>
  </div>
</div>
<div class="spoken" aria-live="polite"></div>
"""
_CSS = """
.frame { background: #000; overflow: auto; max-height: 78vh; border-radius: 6px; }
.stage { margin: 0 auto; }
svg { display: block; width: 100%; touch-action: none; cursor: crosshair; user-select: none; }
svg:focus-visible { outline: 2px solid var(--st-primary-color); outline-offset: -2px; }
.keys { display: none; color: #e8e8e8; font: 13px sans-serif; padding: 6px 8px 0; }
svg:focus-visible + .keys { display: block; }
image { image-rendering: pixelated; }
path, line, polygon, ellipse { fill: none; vector-effect: non-scaling-stroke; stroke-width: 1.5px; }
.seam { stroke: #000; stroke-opacity: 0.5; stroke-width: 3px; }
.outline.drawn { stroke-width: 2px; }
.outline.faint { stroke-opacity: 0.4; }
polygon, ellipse { fill-opacity: 0.15; stroke-width: 2px; }
polygon, ellipse { fill: inherit; }
line { stroke: #fff; }
text { fill: #fff; stroke: #000; stroke-width: 3px; paint-order: stroke; vector-effect: none;
  font-family: sans-serif; }
circle { stroke: #000; stroke-width: 1px; vector-effect: non-scaling-stroke; }
.scale { color: #e8e8e8; font: 13px sans-serif; padding: 6px 8px; display: flex; gap: 8px;
  align-items: center; }
.scale .bar { height: 7px; border: 1.5px solid #e8e8e8; border-top: none; box-sizing: border-box; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
"""
_CANVAS = st.components.v2.component(
    "outline_canvas",
    html=_HTML,
    css=_CSS,
    js=Path(__file__).with_suffix(".js").read_text("utf-8"),
)


def draw(
    image: Image,
    masks: Mapping[str, NDArray[np.bool_]],
    *,
    structure: str,
    tool: str,
    zoom: float,
    stamp: int,
    ruler: Ruler | None,
    words: str,
    key: str,
    on_drawn: Callable[[], None],
) -> None:
    """Draw the picture with its outlines, ready to be drawn on.

    Parameters
    ----------
    image : Image
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        By structure.
    structure, tool : str
        What is outlined now, and how; one of ``TOOLS``.
    zoom : float
        Width of the picture, in widths of its place.
    stamp : int
        Differs after everything that was drawn, so that the canvas lets go of its line.
    ruler : Ruler or None
    words : str
        What is outlined, in words, for those who cannot see it.
    key : str
    on_drawn : callable
        Called when something was drawn; :func:`message` has it.

    """
    _CANVAS(
        data=data_of(
            image,
            masks,
            structure=structure,
            tool=tool,
            zoom=zoom,
            stamp=stamp,
            ruler=ruler,
            words=words,
        ),
        key=key,
        on_drawn_change=on_drawn,
    )


def message(key: str) -> object:
    """What was drawn on a canvas, as its browser tells it; to be read with distrust."""
    return getattr(st.session_state.get(key), "drawn", None)


def data_of(
    image: Image,
    masks: Mapping[str, NDArray[np.bool_]],
    *,
    structure: str,
    tool: str,
    zoom: float,
    stamp: int,
    ruler: Ruler | None,
    words: str,
) -> dict[str, Any]:
    """All that the canvas shows, as plain values; arguments as in :func:`draw`."""
    rows, columns = image.pixels.shape[:2]
    spacing = image.spacing_mm
    pixel_height = spacing[0] / spacing[1] if spacing else 1.0
    handles = simplified(masks[structure], 1.0) if tool == "adjust" and structure in masks else ()
    outlines = []
    for name, mask in masks.items():
        colour, dashes = line_of(name)
        is_pulled = tool == "adjust" and name == structure
        outlines.append(
            {
                **{"name": name, "colour": colour, "dashes": dashes},
                **{"path": path_of(mask, pixel_height), "is_drawn": name == structure},
                **{"is_faint": is_pulled},
            }
        )
    bar_mm = scale_bar_mm(columns, spacing) if spacing else 0.0
    return {
        "picture": f"data:image/png;base64,{base64.b64encode(to_png(image)).decode()}",
        "rows": rows,
        "columns": columns,
        "pixel_height": pixel_height,
        "outlines": outlines,
        "handles": [[round(x, 2), round(y, 2)] for y, x in handles],
        "colour": line_of(structure)[0],
        "ruler": ruler and {"from": ruler.start[::-1], "to": ruler.end[::-1], "words": ruler.words},
        "scale": {"share": bar_mm / spacing[1] / columns, "words": f"{bar_mm:g} mm"}
        if spacing
        else {"share": 0, "words": "spacing unknown"},
        "tool": tool,
        "zoom": zoom,
        "stamp": stamp,
        "label": f"{words} {_KEYS[tool]}",
        "keys": _KEYS[tool],
    }
