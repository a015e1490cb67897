"""What does one element of a DICOM file hold?

Devices write nonsense into elements that nobody reads. An element that a picture cannot be shown
without is refused by name; any other that cannot be understood counts as absent. Values are never
quoted: they may name a patient.
"""

from __future__ import annotations

import math
from typing import Any

from pydicom.datadict import dictionary_description, tag_for_keyword
from pydicom.dataset import Dataset
from pydicom.errors import BytesLengthException
from pydicom.multival import MultiValue
from pydicom.tag import Tag

from clnm_core.errors import ImageError

_NONSENSE = (
    *(ValueError, TypeError, ArithmeticError, AttributeError, KeyError, OSError),
    *(NotImplementedError, BytesLengthException),
)


def whole_number(dataset: Dataset, keyword: str, default: int | None = None) -> int:
    """A whole number that the picture depends on.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
    keyword : str
        The element's DICOM keyword.
    default : int, optional
        What an absent or empty element means; without it the element is required.

    Raises
    ------
    ImageError
        If the element is required and absent, or holds something else.

    """
    try:
        value = dataset.get(keyword)
        if value is None or value == "":
            if default is None:
                raise ImageError(
                    f"The DICOM file lacks {_name(keyword)}, so its picture cannot be read. "
                    "Export it again from the device or the archive."
                )
            return default
        return int(value)
    except _NONSENSE:
        raise ImageError(
            f"In the DICOM file, {_name(keyword)} does not hold one whole number. "
            "Export it again from the device or the archive."
        ) from None


def numbers(dataset: Dataset | None, keyword: str) -> tuple[float, ...]:
    """The finite numbers of an element; empty where it is absent or cannot be understood."""
    if dataset is None:
        return ()
    try:
        value = dataset.get(keyword)
        if value is None or value == "":
            return ()
        found = tuple(
            float(one) for one in (value if isinstance(value, MultiValue | list) else [value])
        )
    except _NONSENSE:
        return ()
    return found if all(math.isfinite(one) for one in found) else ()


def word(dataset: Dataset, keyword: str) -> str:
    """The first word of a coded element, in capitals; empty where absent. Not for display."""
    try:
        value: Any = dataset.get(keyword, "")
        if isinstance(value, MultiValue):
            value = value[0] if len(value) else ""
        return str(value or "").strip().upper()
    except _NONSENSE:
        return ""


def items(dataset: Dataset | None, keyword: str) -> list[Dataset]:
    """The items of a sequence; empty where it is absent or cannot be understood."""
    if dataset is None:
        return []
    try:
        return list(dataset.get(keyword) or [])
    except _NONSENSE:
        return []


def frame_group(dataset: Dataset, keyword: str, frame: int) -> Dataset | None:
    """What an enhanced file says about one frame: its own item, else the one shared by all.

    DICOM PS3.3 C.7.6.16. ``None`` where neither is present: the file is not enhanced, or silent.
    """
    for sequence, place in (
        ("PerFrameFunctionalGroupsSequence", frame),
        ("SharedFunctionalGroupsSequence", 0),
    ):
        groups = items(dataset, sequence)
        if place < len(groups):
            found = items(groups[place], keyword)
            if found:
                return found[0]
    return None


def _name(keyword: str) -> str:
    tag = Tag(tag_for_keyword(keyword) or 0)
    return f"{dictionary_description(tag)} ({tag.group:04x},{tag.element:04x})"
