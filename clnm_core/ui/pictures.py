"""How does a stored image come to the page, with its outlines and scale?

The picture travels inside the visitor's own connection as part of the page: there is no
address under which somebody else could ask for it.
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image as Pillow

from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import Ruler, case_picture
from clnm_core.store import artifacts
from clnm_core.store.outlines import stored_mask
from clnm_core.store.places import default_store
from clnm_core.ui import measured_view
from clnm_core.ui.measured_view import Reading

STRUCTURE_WORDS = {"nodule": "nodule", "gland": "thyroid outline", "node": "lymph node"}
"""How the key under a picture names what is outlined."""


def thumbnail(digest: str) -> bytes:
    """The small picture of a stored image, as PNG."""
    return _thumbnail(str(default_store()), digest)


def with_outlines(
    title: str,
    digest: str,
    masks: tuple[tuple[str, str], ...],
    spacing_mm: tuple[float, float] | None,
    ruler: Ruler | None = None,
) -> str:
    """A stored image with the outlines of its masks, as SVG; ``masks`` are structure and digest."""
    return _picture(str(default_store()), title, digest, masks, spacing_mm, ruler)


def reading(
    masks: tuple[tuple[str, str], ...], spacing_mm: tuple[float, float] | None, view: str
) -> Reading:
    """What stored outlines measure; ``masks`` are structure and digest."""
    return _reading(str(default_store()), masks, spacing_mm, view)


def pixels(digest: str) -> NDArray[np.uint8]:
    """The pixels of a stored image, shape (rows, columns) or (rows, columns, 3)."""
    return _array(artifacts.get(default_store(), digest))


def svg_of(
    title: str,
    pixels: bytes,
    masks: Mapping[str, bytes],
    spacing_mm: tuple[float, float] | None,
    ruler: Ruler | None = None,
) -> str:
    """The picture as SVG, from the store's own PNG files."""
    image = Image(_array(pixels), spacing_mm=spacing_mm)
    outlines = {structure: _array(data) > 0 for structure, data in masks.items()}
    return case_picture(image, outlines, title=title, labels=STRUCTURE_WORDS, ruler=ruler)


def _array(data: bytes) -> NDArray[np.uint8]:
    """Pixels of a PNG that the store wrote itself; what comes from outside is read elsewhere."""
    with Pillow.open(io.BytesIO(data), formats=("PNG",)) as picture:
        plain_mode = picture if picture.mode in ("L", "RGB") else picture.convert("L")
        return np.asarray(plain_mode, dtype=np.uint8)


@st.cache_data(max_entries=1024, show_spinner=False)
def _thumbnail(root: str, digest: str) -> bytes:
    return artifacts.thumbnail(Path(root), digest)


@st.cache_data(max_entries=64, show_spinner=False)
def _picture(
    root: str,
    title: str,
    digest: str,
    masks: tuple[tuple[str, str], ...],
    spacing_mm: tuple[float, float] | None,
    ruler: Ruler | None,
) -> str:
    kept = {structure: artifacts.get(Path(root), mask) for structure, mask in masks}
    return svg_of(title, artifacts.get(Path(root), digest), kept, spacing_mm, ruler)


@st.cache_data(max_entries=256, show_spinner=False)
def _reading(
    root: str,
    masks: tuple[tuple[str, str], ...],
    spacing_mm: tuple[float, float] | None,
    view: str,
) -> Reading:
    kept = {structure: stored_mask(Path(root), digest) for structure, digest in masks}
    return measured_view.read(kept, spacing_mm, view)
