"""A file in which every attribute of the confidentiality table tells who the patient is."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import numpy as np
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.tag import Tag
from pydicom.uid import generate_uid

import clnm_core.imaging.confidentiality as confidentiality
from tests.unit.imaging.dicom_files import dataset_of

WORD = "ZZLEAK"
DATE = "19370913"
UID = "1.9.8765.4321.7700"
NUMBER = "37091319"
#: The rows and columns of the picture; the rest of the frame is screen.
PICTURE = (slice(20, 81), slice(30, 91))

_VALUES: dict[str, object] = {
    **dict.fromkeys(("AE", "CS", "LO", "LT", "SH", "ST", "UC", "UT"), f"{WORD} A"),
    **dict.fromkeys(("OB", "UN"), f"{WORD}BYTES".encode() + b"\0"),
    **dict.fromkeys(("DS", "IS"), NUMBER),
    **dict.fromkeys(("US", "UL"), 3709),
    "AS": "037Y",
    "DA": DATE,
    "DT": f"{DATE}101112.5+0100",
    "PN": f"{WORD}^Erika=ツツ^{WORD}",
    "TM": "101112",
    "UI": UID,
    "UR": f"http://{WORD}.example/{DATE}",
}


def rows() -> list[dict[str, str]]:
    """The table as it is printed."""
    path = Path(confidentiality.__file__).with_name("confidentiality.csv")
    with path.open(newline="", encoding="ascii") as lines:
        return list(csv.DictReader(lines))


def tags() -> list[Tag]:
    """Of the table, repeating groups written out, the head of the file left out."""
    found = []
    for row in rows():
        for place in ("00", "02") if "X" in row["tag"] else ("",):
            written = row["tag"].replace("XX", place, 1).replace("XXXX", "2500")
            found.append(Tag(int(written, 16)))
    return [tag for tag in found if tag.group not in (0x0000, 0x0002)]


def planted(*, depth: int = 2) -> Dataset:
    """Every attribute of the table, telling; two sequences hold the same again, to this depth."""
    dataset = Dataset()
    for tag in tags():
        representation = dictionary_VR(tag) if dictionary_has_tag(tag) else "LO"
        representation = representation.split(" or ")[0]
        if representation == "SQ":
            is_deep = depth and tag == Tag("RequestAttributesSequence")
            value: object = Sequence([planted(depth=depth - 1) if is_deep else _leaf()])
        else:
            value = _VALUES[representation]
        dataset.add(DataElement(tag, representation, value))
    _add_private(dataset, depth)
    return dataset


def _leaf() -> Dataset:
    item = Dataset()
    item.PatientName = item.TextValue = item.CodeMeaning = f"{WORD} leaf"
    item.StudyDate = DATE
    item.ReferencedSOPInstanceUID = UID
    return item


def _add_private(dataset: Dataset, depth: int) -> None:
    block = dataset.private_block(0x0043, f"{WORD} MAKER", create=True)
    block.add_new(0x01, "LO", f"{WORD} private")
    block.add_new(0x02, "DA", DATE)
    block.add_new(0x03, "UI", UID)
    block.add_new(0x04, "UN", WORD.encode() + WORD.encode("utf-16-le"))
    block.add_new(0x05, "SQ", Sequence([planted(depth=depth - 1) if depth else _leaf()]))


def telling_file(pixels: np.ndarray | None = None) -> bytes:
    """An ultrasound file with a region, in which everything else tells."""
    dataset = planted()
    if pixels is None:
        pixels = screen()
    picture = dataset_of(pixels)
    dataset.update(picture)
    dataset.file_meta = picture.file_meta
    dataset.PatientName = f"{WORD}^Erika"
    dataset.SpecificCharacterSet = "ISO_IR 192"
    dataset.Manufacturer = "Maker & Sons"
    dataset.ImageType = ["ORIGINAL", "PRIMARY", WORD]
    region = Dataset()
    region.RegionLocationMinY0, region.RegionLocationMaxY1 = PICTURE[0].start, PICTURE[0].stop - 1
    region.RegionLocationMinX0, region.RegionLocationMaxX1 = PICTURE[1].start, PICTURE[1].stop - 1
    region.RegionSpatialFormat = 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.01
    region.update(_leaf())
    dataset.SequenceOfUltrasoundRegions = [region]
    # Sequences that stay, so that what is in them is reached.
    dataset.SharedFunctionalGroupsSequence = [planted(depth=0)]
    dataset.ReferencedImageSequence = [planted(depth=0)]
    dataset.file_meta.MediaStorageSOPInstanceUID = UID
    dataset.SOPInstanceUID = UID
    dataset.file_meta.SourceApplicationEntityTitle = WORD
    dataset.file_meta.SendingApplicationEntityTitle = WORD
    dataset.file_meta.PrivateInformationCreatorUID = generate_uid()
    dataset.file_meta.PrivateInformation = WORD.encode()
    dataset.preamble = (WORD.encode() * 22)[:128]
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def screen() -> np.ndarray:
    """Noise where there is picture, and something that tells all around it."""
    frame = np.frombuffer((f"{WORD} " * 2000).encode()[:12_000], dtype=np.uint8)
    frame = frame.reshape(100, 120).copy()
    rng = np.random.default_rng(0)
    frame[PICTURE] = rng.integers(1, 90, size=(61, 61), dtype=np.uint8)
    return frame


def traces(data: bytes) -> list[str]:
    """Which telling values are still in some bytes, in any coding that they might have."""
    lower = data.lower()
    needles = {WORD, DATE, UID, NUMBER}
    return [
        f"{needle} in {coding}"
        for needle in sorted(needles)
        for coding in ("ascii", "utf-16-le", "utf-16-be", "utf-32-le")
        if needle.lower().encode(coding) in lower
    ]
