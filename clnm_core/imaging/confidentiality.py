"""What does the standard ask for each attribute of a DICOM file that is shared?

The Basic Application Level Confidentiality Profile, DICOM PS3.15 Annex E, Table E.1-1, edition
2026c: 655 attributes in ``confidentiality.csv``, three of them repeating groups; the row for private
attributes is the rule :func:`action` applies to odd groups. Where the table leaves a choice to the
type of an attribute in its IOD, the choice made here is the one that leaves no content and no hole:

- ``X/Z``, ``X/Z/D``: empty (``Z``), which is valid for attributes of types 2 and 3; sequences
  ``X/Z/D`` are removed;
- ``X/D``: removed, since in the IODs of pictures all of them are optional;
- ``Z/D``: a dummy (``D``), which is valid for all types;
- ``X/Z/U*``: the sequence stays, and so do its references, under their new identifiers (``U``).
"""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path
from typing import Literal

from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.tag import BaseTag

Action = Literal["X", "Z", "D", "U"]

EDITION = "PS3.15 2026c"
_TABLE = Path(__file__).with_name("confidentiality.csv")
_CHOICES: dict[str, Action] = {
    "X": "X",
    "Z": "Z",
    "D": "D",
    "U": "U",
    "X/Z": "Z",
    "X/D": "X",
    "Z/D": "D",
    "X/Z/D": "Z",
    "X/Z/U*": "U",
}


def action(tag: BaseTag) -> Action | None:
    """What is done to an attribute; ``None`` where the table does not name it.

    Parameters
    ----------
    tag : pydicom.tag.BaseTag

    Returns
    -------
    {"X", "Z", "D", "U"} or None
        Removed; emptied; replaced by a dummy; replaced by a new unique identifier.

    Examples
    --------
    >>> from pydicom.tag import Tag
    >>> action(Tag("PatientName")), action(Tag("StationName")), action(Tag("Rows"))
    ('Z', 'Z', None)
    >>> action(Tag(0x6002, 0x3000)), action(Tag(0x5010, 0x0010)), action(Tag(0x0009, 0x1001))
    ('X', 'X', 'X')

    """
    if tag.is_private or tag.group & 0xFF00 in (0x5000, 0x6000) or tag.group < 0x0008:
        return "X"
    code = table().get(int(tag))
    if code is None:
        return None
    if code == "X/Z/D" and dictionary_has_tag(tag) and dictionary_VR(tag) == "SQ":
        return "X"
    return _CHOICES[code]


@cache
def table() -> dict[int, str]:
    """Tag -> action code as printed in the table; repeating groups are not in it."""
    with _TABLE.open(newline="", encoding="ascii") as lines:
        return {
            int(row["tag"], 16): row["action"]
            for row in csv.DictReader(lines)
            if "X" not in row["tag"]
        }
