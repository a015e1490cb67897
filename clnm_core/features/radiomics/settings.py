"""What is measured, and how?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from clnm_core.features.radiomics.names import CLASSES

#: Changes when the same settings would give other numbers than before.
DEFINITIONS = "1"
IMAGE_TYPES = ("original", "wavelet", "log")
WAVELET_BANDS = ("LH", "HL", "HH", "LL")
#: A region with more grey levels than this has bins so narrow that no two pixels share one.
MOST_LEVELS = 1024


@dataclass(frozen=True, slots=True)
class Settings:
    """What radiomics measures.

    Parameters
    ----------
    image_types : tuple of str
        Of ``original``, ``wavelet`` (coif1, four bands) and ``log`` (Laplacian of Gaussian).
    classes : tuple of str
        Of ``names.CLASSES``. The shape is measured once, on the original.
    bin_width : float or None
        Width of a grey bin. 8 divides the 256 greys of an ultrasound picture into 32; a nodule
        covers some 15 to 25 of these, in the range where texture was found repeatable (16 to 128
        bins, Tixier et al. 2012, doi:10.2967/jnumed.111.099127). PyRadiomics' default of 25, made
        for CT and MR, would leave about six. ``None`` where ``bin_count`` is given.
    bin_count : int or None
        How many bins divide the range of each nodule, instead of a width.
    distances : tuple of int
        In pixels, at which GLCM, GLDM and NGTDM compare.
    log_sigma_mm : tuple of float
        Scales of the Laplacian of Gaussian in mm.
    gldm_alpha : int
        Largest difference in levels that GLDM takes as alike.

    Raises
    ------
    ValueError
        If a word is not known, or a number out of range.

    """

    image_types: tuple[str, ...] = IMAGE_TYPES
    classes: tuple[str, ...] = tuple(CLASSES)
    bin_width: float | None = 8.0
    bin_count: int | None = None
    distances: tuple[int, ...] = (1,)
    log_sigma_mm: tuple[float, ...] = (1.0, 2.0, 3.0)
    gldm_alpha: int = 0

    def __post_init__(self) -> None:
        _require_words("image_types", self.image_types, IMAGE_TYPES)
        _require_words("classes", self.classes, tuple(CLASSES))
        if (self.bin_width is None) == (self.bin_count is None):
            raise ValueError("Either bin_width or bin_count must be given, not both.")
        if self.bin_width is not None and not 0 < self.bin_width < float("inf"):
            raise ValueError(f"bin_width must be greater than 0; got {self.bin_width}.")
        if self.bin_count is not None and not 2 <= self.bin_count <= MOST_LEVELS:
            raise ValueError(f"bin_count must be from 2 to {MOST_LEVELS}; got {self.bin_count}.")
        if not self.distances or not all(1 <= distance <= 16 for distance in self.distances):
            raise ValueError(f"distances must be from 1 to 16; got {self.distances}.")
        if "log" in self.image_types and not (
            self.log_sigma_mm and all(0 < sigma < 100 for sigma in self.log_sigma_mm)
        ):
            raise ValueError(f"log_sigma_mm must be between 0 and 100; got {self.log_sigma_mm}.")
        if not 0 <= self.gldm_alpha <= MOST_LEVELS:
            raise ValueError(f"gldm_alpha must be from 0 to {MOST_LEVELS}; got {self.gldm_alpha}.")

    @property
    def images(self) -> tuple[str, ...]:
        """The images that are measured, by the first part of a feature's name.

        PyRadiomics writes ``log-sigma-2-0-mm-3D`` whatever the picture; ours is filtered in the
        plane and says so.
        """
        found: list[str] = []
        if "original" in self.image_types:
            found.append("original")
        if "wavelet" in self.image_types:
            found += [f"wavelet-{band}" for band in WAVELET_BANDS]
        if "log" in self.image_types:
            found += [log_name(sigma) for sigma in self.log_sigma_mm]
        return tuple(found)

    @property
    def names(self) -> tuple[str, ...]:
        """Every feature: ``image_class_Feature``; the shape comes first and belongs to no filter."""
        found = []
        if "shape2D" in self.classes:
            found += [f"original_shape2D_{name}" for name in CLASSES["shape2D"]]
        for image in self.images:
            for kind in self.classes:
                if kind != "shape2D":
                    found += [f"{image}_{kind}_{name}" for name in CLASSES[kind]]
        return tuple(found)

    @property
    def plain(self) -> dict[str, Any]:
        """All of it as plain JSON values."""
        return {
            "definitions": DEFINITIONS,
            "image_types": list(self.image_types),
            "classes": list(self.classes),
            "bin_width": None if self.bin_width is None else float(self.bin_width),
            "bin_count": self.bin_count,
            "distances": list(self.distances),
            "log_sigma_mm": list(map(float, self.log_sigma_mm))
            if "log" in self.image_types
            else [],
            "gldm_alpha": self.gldm_alpha,
        }


def log_name(sigma_mm: float) -> str:
    """What the image of a Laplacian of Gaussian is called.

    Examples
    --------
    >>> log_name(2.5)
    'log-sigma-2-5-mm-2D'

    """
    return f"log-sigma-{str(float(sigma_mm)).replace('.', '-')}-mm-2D"


def _require_words(name: str, words: tuple[str, ...], known: tuple[str, ...]) -> None:
    if not words or len(set(words)) < len(words) or not set(words) <= set(known):
        raise ValueError(f"{name} must be some of {', '.join(known)}, once each; got {words}.")
