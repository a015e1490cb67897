"""What does a picture look like that waits for a person's look?

It travels inside the visitor's own connection as part of the page: there is no address under which
somebody else could ask for it.
"""

from __future__ import annotations

import base64
import io
from html import escape
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.errors import StoreError
from clnm_core.imaging.letters import text_like
from clnm_core.imaging.rendering import thumbnail_png
from clnm_core.store import quarantine
from clnm_core.store.places import default_store
from clnm_core.store.quarantine_book import Held
from clnm_core.ui import panels
from clnm_core.ui.words import plain

COLUMNS = 4
PER_PAGE = 12
"""Pictures shown at a time: as many as can be looked at with care."""

_SIDE = 1000
_SHAPE = (4, 3)
_BOX_COLOUR = "#F2C14E"
_MARGIN = 3
_MOST_BOXES = 50


def draw(held: Held) -> None:
    """One picture as large as its place, black around it."""
    try:
        drawing = _drawn(str(default_store()), held.digest, held)
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    panels.svg(drawing, f"Picture of case {held.case_id}, {held.reason}")


def tile(pixels: NDArray[np.uint8]) -> str:
    """The picture in a frame of one shape for all, with boxes around what looks like letters.

    Parameters
    ----------
    pixels : numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)

    """
    rows, columns = pixels.shape[:2]
    width = max(columns, rows * _SHAPE[0] / _SHAPE[1])
    height = width * _SHAPE[1] / _SHAPE[0]
    x, y = (width - columns) / 2, (height - rows) / 2
    boxes = "".join(_box(box, x, y) for box in text_like(pixels)[:_MOST_BOXES])
    data = base64.b64encode(thumbnail_png(pixels, _SIDE)).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}">'
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#000"/>'
        f'<image x="{x:.2f}" y="{y:.2f}" width="{columns}" height="{rows}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{escape(data)}"/>{boxes}</svg>'
    )


@st.cache_data(max_entries=4 * PER_PAGE, show_spinner=False, scope="session")
def _drawn(root: str, digest: str, _held: Held) -> str:
    return tile(_pixels(quarantine.picture(Path(root), _held).png))


def _box(box: tuple[int, int, int, int], x: float, y: float) -> str:
    """A bright line on a dark seam, a little outside of the marks."""
    top, left, bottom, right = box
    place = (
        f'x="{x + left - _MARGIN:.1f}" y="{y + top - _MARGIN:.1f}" '
        f'width="{right - left + 1 + 2 * _MARGIN}" height="{bottom - top + 1 + 2 * _MARGIN}" '
        'fill="none" vector-effect="non-scaling-stroke"'
    )
    return (
        f'<rect {place} stroke="#000" stroke-width="3.5"/>'
        f'<rect {place} stroke="{_BOX_COLOUR}" stroke-width="1.5"/>'
    )


def _pixels(png: bytes) -> NDArray[np.uint8]:
    """Pixels of a PNG that the store wrote itself."""
    with Pillow.open(io.BytesIO(png), formats=("PNG",)) as picture:
        plain_mode = picture if picture.mode in ("L", "RGB") else picture.convert("L")
        return np.asarray(plain_mode, dtype=np.uint8)
