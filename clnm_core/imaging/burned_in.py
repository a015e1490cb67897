"""May text that names somebody still stand in the picture?

Nobody but a person can tell for sure. What is asked here is whether it can be ruled out without
one: by what kind of picture it is, by what the device says and by looking for letters. Where it
cannot, the picture waits for somebody to look at it. The rules are argued in
``docs/decisions/0011``.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from clnm_core.imaging.elements import word
from clnm_core.imaging.letters import text_like

#: Slices that scanners compute: nothing is written into the original ones.
_COMPUTED = ("CT", "MR", "PT", "NM", "SEG", "RTDOSE")
_SECONDARY = "1.2.840.10008.5.1.4.1.1.7"  # SOP classes of secondary captures begin so

_SAID = (
    "The file says that text is burned into its picture; somebody has to see whether it names "
    "the patient."
)
_CAPTURED = (
    "The picture is a copy of a screen, on which names may stand; somebody has to look at it."
)
_SILENT = (
    "The file says neither that its picture is free of text nor where on the screen the picture "
    "lies; somebody has to look at it."
)
_SEEN = "Marks in the picture look like letters; somebody has to see whether they name the patient."


def doubt(dataset: Dataset, shown: Iterable[NDArray[np.uint8]], *, is_blacked_out: bool) -> str:
    """Why text cannot be ruled out, as a sentence; empty where it can.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        The header as it came in.
    shown : iterable of numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)
        Frames as they will be shown, already blacked out; looked at only where need be.
    is_blacked_out : bool
        Whether all that lies outside the device's own regions is black.

    """
    said = word(dataset, "BurnedInAnnotation")
    if said == "YES":
        return _SAID
    if _is_slice(dataset):
        kinds = [str(kind).upper() for kind in dataset.get("ImageType") or []]
        if kinds[:2] == ["ORIGINAL", "PRIMARY"]:
            return ""
    elif said != "NO" and not is_blacked_out:
        return _CAPTURED if _is_captured(dataset) else _SILENT
    return _SEEN if any(text_like(pixels) for pixels in shown) else ""


def doubt_of_raster(pixels: NDArray[np.uint8]) -> str:
    """As ``doubt``, for a picture without a header."""
    return _SEEN if text_like(pixels) else ""


def _is_slice(dataset: Dataset) -> bool:
    return word(dataset, "Modality") in _COMPUTED and not _is_captured(dataset)


def _is_captured(dataset: Dataset) -> bool:
    storage = word(dataset, "SOPClassUID")
    return (
        storage == _SECONDARY
        or storage.startswith(f"{_SECONDARY}.")
        or "ConversionType" in dataset
        or any("SCREEN" in str(kind).upper() for kind in dataset.get("ImageType") or [])
    )
