"""Does anything that tells who the patient is survive, wherever it was written?"""

from __future__ import annotations

import io
from collections import Counter

import numpy as np
import pydicom
import pytest
from pydicom.datadict import dictionary_has_tag, dictionary_VR
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from clnm_core.imaging.confidentiality import action
from clnm_core.imaging.disguise import Disguise
from clnm_core.imaging.limits import DEFAULT
from clnm_core.imaging.receiving import Received, receive
from tests.unit.imaging.planted import (
    DATE,
    NUMBER,
    PICTURE,
    UID,
    WORD,
    planted,
    rows,
    screen,
    tags,
    telling_file,
    traces,
)

DISGUISE = Disguise(key=b"\x07" * 32, patient="k3v9q2", shift_days=-400)

pytestmark = pytest.mark.filterwarnings("ignore:Invalid value for VR:UserWarning")


@pytest.fixture(scope="module")
def original() -> bytes:
    return telling_file()


@pytest.fixture(scope="module")
def received(original: bytes) -> Received:
    return receive(original, ".dcm", DISGUISE, 0, DEFAULT)


@pytest.fixture(scope="module")
def clean(received: Received) -> Dataset:
    return pydicom.dcmread(io.BytesIO(received.dicom))


def test_the_search_finds_what_was_planted(original):
    found = traces(original)
    assert {trace.split()[0] for trace in found} == {WORD, DATE, UID, NUMBER}
    assert original.count(WORD.encode()) > 5_000


def test_nothing_that_was_planted_is_in_the_file_that_is_kept(received):
    assert traces(received.dicom) == []


def test_nothing_that_was_planted_is_in_what_is_shown(received):
    image = received.image
    said = f"{image.source} {image.notes} {received.reason}"
    assert traces(image.pixels.tobytes() + said.encode()) == []


def test_nothing_that_was_planted_is_in_any_value_once_it_is_decoded(clean):
    for element in clean.iterall():
        assert traces(repr(element.value).encode()) == [], element.tag
    assert traces(bytes(clean.preamble)) == []
    assert traces(str(clean.file_meta).encode()) == []


def test_no_private_attribute_overlay_curve_or_icon_is_left(clean):
    for element in clean.iterall():
        assert not element.tag.is_private
        assert element.tag.group & 0xFF00 not in (0x5000, 0x6000)
    assert "IconImageSequence" not in clean
    assert not any(element.tag.group % 2 for element in clean.file_meta)


def test_each_attribute_of_the_table_is_treated_as_it_asks(clean):
    done = Counter()
    for row in rows():
        if "X" in row["tag"] or int(row["tag"][:4], 16) in (0x0000, 0x0002, 0x0004):
            continue  # see the other tests
        tag = Tag(int(row["tag"], 16))
        found = _treatment(clean, tag)
        done[found] += 1
        assert found in _expected(row["action"], tag), row
    assert done == {"removed": 326, "emptied": 46, "dummy": 59, "new": 55, "moved": 110, "kept": 52}


def _treatment(clean: Dataset, tag: Tag) -> str:
    if tag not in clean:
        return "removed"
    element = clean[tag]
    if not element.value and element.VR != "SQ":
        return "emptied"
    if element.VR in ("DA", "DT") and str(element.value).startswith("19360809"):
        return "moved"  # 400 days earlier
    if element.VR == "TM" and element.value == "101112":
        return "kept"
    if element.VR == "UI" and element.value == DISGUISE.uid(UID):
        return "new"
    if element.VR == "SQ":
        return "emptied" if not element.value else "dummy" if not element.value[0] else "new"
    return "dummy"


def _expected(code: str, tag: Tag) -> set[str]:
    representation = dictionary_VR(tag) if dictionary_has_tag(tag) else "LO"
    if tag == Tag("PatientName"):
        return {"dummy"}  # the pseudonym
    if representation in ("DA", "DT") and tag.group != 0x0010:
        return {"moved"}
    if representation == "TM" and tag.group != 0x0010:
        return {"kept"}
    if representation == "UI" and code == "D":
        return {"new"}
    return {
        "X": {"removed"},
        "Z": {"emptied"},
        "D": {"dummy"},
        "U": {"new"},
        "X/Z": {"emptied"},
        "X/D": {"removed"},
        "Z/D": {"dummy"},
        "X/Z/D": {"removed"} if representation == "SQ" else {"emptied"},
        "X/Z/U*": {"new"},
    }[code]


def test_every_attribute_of_the_table_was_planted_at_three_depths():
    top = planted()
    assert len(tags()) == len(rows()) - 3 + 3  # three of the head left out, three groups twice
    nested = top.RequestAttributesSequence[0]
    deeper = top[0x0043, 0x1005].value[0].RequestAttributesSequence[0]
    for dataset in (top, nested, deeper):
        assert all(tag in dataset for tag in tags())
    assert all(action(tag) is not None for tag in tags())


def test_pixels_outside_the_picture_are_black_and_those_inside_are_untouched(received, clean):
    frame = clean.pixel_array
    np.testing.assert_array_equal(frame[PICTURE], screen()[PICTURE])
    outside = frame.copy()
    outside[PICTURE] = 0
    assert not outside.any()
    np.testing.assert_array_equal(received.image.pixels, frame)


def test_bits_that_no_pixel_needs_are_cleared():
    pixels = screen().astype(np.uint16)
    hidden = np.zeros(pixels.shape, dtype=np.uint16)
    hidden[::2, ::3] = 0xF000
    data = telling_file(pixels | hidden)
    dataset = pydicom.dcmread(io.BytesIO(data))
    dataset.BitsStored, dataset.HighBit = 12, 11
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    kept = pydicom.dcmread(
        io.BytesIO(receive(buffer.getvalue(), ".dcm", DISGUISE, 0, DEFAULT).dicom)
    )
    np.testing.assert_array_equal(kept.pixel_array[PICTURE], pixels[PICTURE])
    assert kept.pixel_array.max() < 0x1000


def test_bytes_after_the_pixels_end_here(original):
    dataset = pydicom.dcmread(io.BytesIO(original))
    dataset.PixelData += WORD.encode() * 3
    dataset[0xFFFC, 0xFFFC] = pydicom.DataElement(0xFFFCFFFC, "OB", WORD.encode())
    buffer = io.BytesIO()
    dataset.save_as(buffer)
    tail = buffer.getvalue() + WORD.encode() * 10
    with pytest.warns(UserWarning, match="excess padding|padding"):
        kept = receive(tail, ".dcm", DISGUISE, 0, DEFAULT)
    assert traces(kept.dicom) == []
