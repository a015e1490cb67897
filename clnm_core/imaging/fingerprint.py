"""By what is a picture recognised, though not a single byte of a copy is the same?

A fingerprint has two parts: a hash (64 signs of middle frequencies, after the local contrast was
evened out), which is quick to compare, and a small picture, which settles what the hash cannot
(:mod:`clnm_core.imaging.copies`). Brightness and contrast change neither.

References
----------
.. [1] Zauner C. Implementation and benchmarking of perceptual image hash functions. 2010.
   https://phash.org/docs/pubs/thesis_zauner.pdf
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from scipy.fft import dct
from scipy.ndimage import gaussian_filter

SIDE = 48
"""Side of the thumbnail in pixels; it is written with one character per pixel."""

_EVENED = 64
_LEVELS, _REACH = 64, 4.0
_FIRST_CHARACTER = 48
_BASIS = dct(np.eye(_EVENED), norm="ortho", axis=0).astype(np.float32)
_FREQUENCIES = sorted(
    ((row, column) for row in range(24) for column in range(24)),
    key=lambda place: (place[0] ** 2 + place[1] ** 2, place),
)[37:101]
_ROWS, _COLUMNS = (np.array(places) for places in zip(*_FREQUENCIES, strict=True))


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What a picture is recognised by.

    Parameters
    ----------
    phash : str
        16 hexadecimal digits.
    thumbnail : str
        ``SIDE * SIDE`` characters, one per pixel, row by row.

    """

    phash: str
    thumbnail: str


def fingerprint(pixels: NDArray[np.uint8]) -> Fingerprint | None:
    """Fingerprint of a picture; ``None`` where it shows nothing (one grey all over).

    Parameters
    ----------
    pixels : numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)

    """
    grey = Pillow.fromarray(np.ascontiguousarray(pixels)).convert("L")
    small = np.asarray(grey.resize((_EVENED, _EVENED), Pillow.Resampling.BOX), dtype=np.float32)
    detail = small - gaussian_filter(small, 4)
    power = float(np.square(detail).mean())
    if power < 1e-3:
        return None
    evened = detail / np.sqrt(gaussian_filter(np.square(detail), 6) + 0.1 * power)
    signs = (_BASIS @ evened @ _BASIS.T)[_ROWS, _COLUMNS] > 0
    hashed = np.packbits(signs).tobytes().hex()
    reduced = Pillow.fromarray(evened).resize((SIDE, SIDE), Pillow.Resampling.BOX)
    return Fingerprint(hashed, _written(np.asarray(reduced)))


def recognised(pixels: NDArray[np.uint8]) -> dict[str, str | None]:
    """The fingerprint as fields of the store's table ``images``; empty where there is none."""
    found = fingerprint(pixels)
    return {
        "phash": found.phash if found else None,
        "thumbnail": found.thumbnail if found else None,
    }


def _written(evened: NDArray[np.floating[Any]]) -> str:
    """Grey values in 64 steps, within ``_REACH`` standard deviations, as characters."""
    scaled = (evened - evened.mean()) / evened.std()
    steps = np.clip((scaled / _REACH + 1) * (_LEVELS / 2), 0, _LEVELS - 1).astype(np.uint8)
    return (steps + _FIRST_CHARACTER).tobytes().decode("ascii")


def read_thumbnail(thumbnail: str) -> NDArray[np.float32]:
    """The thumbnail as evened grey values with about mean 0, shape (SIDE, SIDE)."""
    steps = np.frombuffer(thumbnail.encode("ascii"), dtype=np.uint8).astype(np.float32)
    grey = (steps - _FIRST_CHARACTER + 0.5) * (2 * _REACH / _LEVELS) - _REACH
    return grey.reshape(SIDE, SIDE)
