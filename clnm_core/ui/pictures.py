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
from clnm_core.imaging.rendering import case_picture
from clnm_core.store import artifacts
from clnm_core.store.places import default_store

_STRUCTURE_WORDS = {"nodule": "nodule", "gland": "thyroid outline", "node": "lymph node"}


def thumbnail(digest: str) -> bytes:
    """The small picture of a stored image, as PNG."""
    return _thumbnail(str(default_store()), digest)


def with_outlines(
    title: str,
    digest: str,
    masks: tuple[tuple[str, str], ...],
    spacing_mm: tuple[float, float] | None,
) -> str:
    """A stored image with the outlines of its masks, as SVG."""
    return _picture(str(default_store()), title, digest, masks, spacing_mm)


def svg_of(
    title: str,
    pixels: bytes,
    masks: Mapping[str, bytes],
    spacing_mm: tuple[float, float] | None,
) -> str:
    """The picture as SVG, from the store's own PNG files."""
    image = Image(_array(pixels), spacing_mm=spacing_mm)
    outlines = {structure: _array(data) > 0 for structure, data in masks.items()}
    return case_picture(image, outlines, title=title, labels=_STRUCTURE_WORDS)


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
) -> str:
    kept = {structure: artifacts.get(Path(root), mask) for structure, mask in masks}
    return svg_of(title, artifacts.get(Path(root), digest), kept, spacing_mm)
