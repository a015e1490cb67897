"""Images that come in with a table, some of them doubtful, without a process to read them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from clnm_core.domain.image import Image
from clnm_core.errors import ImageError
from clnm_core.imaging.received import Received
from clnm_core.store.ingest import pictures
from clnm_core.store.ingest.import_report import ImportReport
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.publishing import import_table
from clnm_core.store.ingest.reading import read_table

DOUBT = "Text may be burned into the picture."
BROKEN = "The file is damaged and cannot be read as an image."
DICOM = bytes(128) + b"DICM" + b"\x12\x00\x62\x00CS\x04\x00YES " + b"de-identified"


def stand_in(patch: pytest.MonkeyPatch) -> None:
    """Files whose bytes say ``doubt`` are doubtful, ``dicom`` DICOM, ``broken`` cannot be read."""

    def receive(data, name, *, disguise, frame):
        if b"broken" in data:
            raise ImageError(BROKEN)
        seed = int.from_bytes(data[-4:].rjust(4, b"\0"))
        pixels = np.random.default_rng(seed).integers(0, 256, (12, 16), dtype=np.uint8)
        dicom = DICOM + disguise.patient.encode() if b"dicom" in data else b""
        is_doubtful = b"doubt" in data
        return Received(Image(pixels), dicom, is_doubtful, DOUBT if is_doubtful else "")

    patch.setattr(pictures, "receive_untrusted", receive)


def folder_of(place: Path, files: dict[str, str]) -> Path:
    """A folder of files by name, holding the words by which :func:`stand_in` knows them."""
    place.mkdir(exist_ok=True)
    for name, said in files.items():
        (place / name).write_bytes(f"{said} {name}".encode())
    return place


def mask_at(place: Path, shape: tuple[int, int] = (12, 16)) -> None:
    """A mask of a few pixels."""
    drawn = np.zeros(shape, np.uint8)
    drawn[1:3, 1:2] = 255
    Pillow.fromarray(drawn).save(place)


def bring(root: Path, folder: Path, cases: int = 4, **choices: object) -> ImportReport:
    """Import patients P1, P2, ... with the images that are called like them."""
    first = int(str(choices.pop("first", 1)))
    rows = "".join(f"P{i},{40 + i % 40},yes\n" for i in range(first, first + cases))
    table = read_table(f"patient,age,any\n{rows}".encode(), "study.csv")
    cohort = str(choices.pop("cohort", "study"))
    return import_table(root, table, propose(table, cohort).mapping, images_dir=folder, **choices)
