"""What does a picture look like that waits for a person's look?

It travels inside the visitor's own connection as part of the page: there is no address under which
somebody else could ask for it.
"""

from __future__ import annotations

import base64
import io
from html import escape

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.errors import StoreError
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


def draw(held: Held) -> None:
    """One picture as large as its place, black around it."""
    try:
        png = quarantine.picture(default_store(), held).png
    except StoreError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    panels.svg(tile(_pixels(png)), f"Picture of case {held.case_id}, {held.reason}")


def tile(pixels: NDArray[np.uint8]) -> str:
    """The picture in a frame of one shape for all, so that they stand in rows; never smoothed.

    Parameters
    ----------
    pixels : numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)

    """
    rows, columns = pixels.shape[:2]
    width = max(columns, rows * _SHAPE[0] / _SHAPE[1])
    height = width * _SHAPE[1] / _SHAPE[0]
    x, y = (width - columns) / 2, (height - rows) / 2
    data = base64.b64encode(thumbnail_png(pixels, _SIDE)).decode()
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.2f} {height:.2f}">'
        f'<rect width="{width:.2f}" height="{height:.2f}" fill="#000"/>'
        f'<image x="{x:.2f}" y="{y:.2f}" width="{columns}" height="{rows}" '
        f'preserveAspectRatio="none" href="data:image/png;base64,{escape(data)}"/></svg>'
    )


def _pixels(png: bytes) -> NDArray[np.uint8]:
    """Pixels of a PNG that the store wrote itself."""
    with Pillow.open(io.BytesIO(png), formats=("PNG",)) as picture:
        plain_mode = picture if picture.mode in ("L", "RGB") else picture.convert("L")
        return np.asarray(plain_mode, dtype=np.uint8)
