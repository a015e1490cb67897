"""Does a file that was made to hurt end in a sentence, with little memory and in little time?"""

from __future__ import annotations

import io
import pickle
import sqlite3
import struct
import time
import zipfile
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow
from pydicom.encaps import encapsulate
from pydicom.uid import ExplicitVRLittleEndian, JPEGBaseline8Bit

from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_masks_untrusted, read_untrusted
from clnm_core.imaging.rendering import png_bytes
from tests.unit.imaging.dicom_files import body_of, dataset_of, deflated, file_from_parts, file_of
from tests.unit.imaging.placed_files import ct_slice, nifti_file, structure_set

GREY = np.arange(64, dtype=np.uint8).reshape(8, 8)
GOOD = file_of(dataset_of(GREY))
LONGEST_SECONDS = 20  # on a machine that is shared; each takes a second or two alone
MOST_GROWTH = 96 * 2**20


def resident_bytes() -> int:
    """Memory of this process, now."""
    statm = Path("/proc/self/statm")
    return int(statm.read_text().split()[1]) * 4096 if statm.exists() else 0


def assert_refused(data: bytes, sentence: str, name: str = "x.dcm") -> str:
    """Refused in words, soon, without growth of this process; and the next file is read."""
    before, begun = resident_bytes(), time.monotonic()
    with pytest.raises(ImageError, match=sentence) as refusal:
        read_untrusted(data, name)
    assert time.monotonic() - begun < LONGEST_SECONDS
    assert resident_bytes() - before < MOST_GROWTH
    said = str(refusal.value)
    assert said.isprintable()
    assert said.count(". ") <= 1
    np.testing.assert_array_equal(read_untrusted(GOOD, "x.dcm").pixels, GREY)
    return said


def png_that_claims(rows: int, columns: int, data: bytes) -> bytes:
    def chunk(kind: bytes, value: bytes) -> bytes:
        return (
            struct.pack(">I", len(value))
            + kind
            + value
            + struct.pack(">I", zlib.crc32(kind + value))
        )

    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    parts = chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(data)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + parts


def tiff_that_claims(side: int) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(GREY).save(buffer, format="TIFF", compression="tiff_adobe_deflate")
    data = bytearray(buffer.getvalue())
    (place,) = struct.unpack_from("<I", data, 4)
    for entry in range(struct.unpack_from("<H", data, place)[0]):
        start = place + 2 + 12 * entry
        if struct.unpack_from("<H", data, start)[0] in (256, 257, 278):
            struct.pack_into("<HII", data, start + 2, 4, 1, side)
    return bytes(data)


def jpeg_that_claims(side: int) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(GREY).save(buffer, format="JPEG")
    data = bytearray(buffer.getvalue())
    struct.pack_into(">HH", data, data.index(b"\xff\xc0") + 5, side, side)
    return bytes(data)


def jpeg_in_dicom(side: int) -> bytes:
    dataset = dataset_of(GREY)
    dataset.file_meta.TransferSyntaxUID = JPEGBaseline8Bit
    dataset.PixelData = encapsulate([jpeg_that_claims(side)])
    dataset["PixelData"].is_undefined_length = True
    return file_of(dataset)


def nested(depth: int) -> bytes:
    """Sequences whose lengths are stated, one in the other."""
    body = b""
    for _ in range(depth):
        item = struct.pack("<HHI", 0xFFFE, 0xE000, len(body)) + body
        body = struct.pack("<HH2sHI", 0x0008, 0x1115, b"SQ", 0, len(item)) + item
    return file_from_parts(ExplicitVRLittleEndian, body)


def endlessly_nested(depth: int) -> bytes:
    part = struct.pack("<HH2sHI", 0x0008, 0x1115, b"SQ", 0, 0xFFFFFFFF)
    part += struct.pack("<HHI", 0xFFFE, 0xE000, 0xFFFFFFFF)
    return file_from_parts(ExplicitVRLittleEndian, part * depth)


def with_values(**changes: object) -> bytes:
    dataset = dataset_of(GREY)
    for keyword, value in changes.items():
        setattr(dataset, keyword, value)
    return file_of(dataset)


def with_words(words: bytes) -> bytes:
    """NumberOfFrames as these bytes, whatever they are."""
    frames = struct.pack("<HH2sH", 0x0028, 0x0008, b"IS", len(words)) + words
    body = body_of(dataset_of(GREY))
    place = body.index(struct.pack("<HH2s", 0x0028, 0x0010, b"US"))
    return file_from_parts(ExplicitVRLittleEndian, body[:place] + frames + body[place:])


def pixels_that_claim(length: int) -> bytes:
    place = GOOD.index(b"\xe0\x7f\x10\x00OB") + 8
    return GOOD[:place] + struct.pack("<I", length) + GOOD[place + 4 :]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (deflated(bytes(400_000_000)), "grows beyond 256 MB"),
        (png_that_claims(2**31 - 1, 2**31 - 1, b""), "larger than is read safely|damaged"),
        (png_that_claims(60_000, 60_000, bytes(10**7)), "larger than is read safely|more than"),
        (png_that_claims(4000, 4000, b"\0" * 100), "cut off or damaged"),
        (png_that_claims(0, 5, b""), "damaged|no rows"),
        (tiff_that_claims(60_000), "larger than|more than is read safely|damaged"),
        (jpeg_that_claims(65_500), "larger than|more than is read safely"),
        (jpeg_in_dicom(65_500), "states one size and holds a picture of another"),
        (endlessly_nested(5000), "too deeply|damaged"),
        (nested(2000), "holds no picture|too deeply|damaged"),
        (pixels_that_claim(0xFFFFFFFF), "cut off|damaged|holds no picture"),
        (with_values(Rows=65535, Columns=65535, NumberOfFrames=1000), "more than is read safely"),
        (with_values(NumberOfFrames=10**9), "claims 1,000,000,000 frames"),
        (with_words(b"1A"), "does not hold one whole number"),
        (with_words(b"1\\2 "), "does not hold one whole number|damaged"),
        (with_words(b"-5"), "damaged|cut off|below"),
        (with_values(NumberOfFrames=3), "cut off"),
        (with_values(SamplesPerPixel=60_000), "damaged|cut off|not read here"),
        (with_values(BitsAllocated=64), "damaged|cut off|not read here"),
        (with_values(BitsAllocated=0), "damaged|cut off|not read here"),
        (GOOD[:-1], "cut off"),
    ],
    # A bomb has fresh UIDs, so neither its bytes nor their number may name a test.
    ids=lambda value: value if isinstance(value, str) else "bomb",
)
def test_a_bomb_ends_in_a_sentence_and_takes_nothing_with_it(data, sentence):
    assert_refused(data, sentence)


def test_pixels_that_claim_four_gigabytes_cost_only_what_is_there():
    before = resident_bytes()
    image = read_untrusted(pixels_that_claim(0xFFFFFFFE), "x.dcm")
    np.testing.assert_array_equal(image.pixels, GREY)
    assert resident_bytes() - before < MOST_GROWTH


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("x.dcm", GOOD)
    return buffer.getvalue()


def database() -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute("create table t (x)")
        connection.commit()
        return connection.serialize()


class Trap:
    """What a pickle would run, if anybody unpickled it."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return (open, ("/tmp/clnm_was_unpickled", "w"))  # noqa: S108


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"MZ\x90\0" + bytes(500), "a program or script"),
        (b"\x7fELF" + bytes(500), "a program or script"),
        (b"#!/bin/sh\nrm -rf ~\n", "a program or script"),
        (zipped(), "a zip archive"),
        (b"%PDF-1.7\n" + bytes(500), "a PDF document"),
        (b"<!DOCTYPE html><script>alert(1)</script>", "a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "a web page"),
        (database(), "a database"),
        (pickle.dumps(Trap()), "of a kind that is not known"),
        (nifti_file(np.ones((4, 4), dtype=np.uint8)), "a NIfTI volume, which is read as outlines"),
        (b"NRRD0004\ntype: uchar\n\n", "an NRRD volume, which is read as outlines"),
        (b"name;age\nMuster;44\n", "a text or a table"),
    ],
)
def test_another_kind_of_file_behind_a_dicom_name_is_called_what_it_is(data, kind):
    said = assert_refused(data, kind)
    assert "although its name ends in .dcm" in said
    assert not Path("/tmp/clnm_was_unpickled").exists()  # noqa: S108


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/passwd.dcm",
        "/etc/passwd",
        "a\0b.dcm",
        "x" * 5000 + ".dcm",
        "." * 5000,
        "x." + "y" * 5000,
        "mcd.\u202egnp.exe",
        "\ud800.dcm",
        "x.\u0130\u0130\u0130",
        "CON.dcm",
        "a\nb.d\ncm",
        "",
    ],
    ids=range(12),
)
def test_a_name_is_never_a_path_and_never_said(name):
    np.testing.assert_array_equal(read_untrusted(GOOD, name).pixels, GREY)
    with pytest.raises(ImageError) as refusal:
        read_untrusted(b"%PDF-1.4", name)
    said = str(refusal.value)
    assert said.isprintable()
    assert len(said) < 200
    with pytest.raises(ImageError, match="PDF"):
        read_masks_untrusted(b"%PDF-1.4", name, image=GOOD)


def test_ten_million_points_are_refused_before_they_become_numbers():
    image = ct_slice()
    dataset = structure_set({"GTV": []})
    words = b"\\".join([b"1\\2\\70"] * 10_000_000)
    words += b" " * (len(words) % 2)
    contour = struct.pack("<HH2sH", 0x3006, 0x0042, b"CS", 14) + b"CLOSED_PLANAR "
    contour += struct.pack("<HH2sHI", 0x3006, 0x0050, b"UN", 0, len(words)) + words
    item = struct.pack("<HHI", 0xFFFE, 0xE000, len(contour)) + contour
    contours = struct.pack("<HH2sHI", 0x3006, 0x0040, b"SQ", 0, len(item)) + item
    structure = struct.pack("<HHI", 0xFFFE, 0xE000, len(contours)) + contours
    body = struct.pack("<HH2sHI", 0x3006, 0x0039, b"SQ", 0, len(structure)) + structure
    del dataset.ROIContourSequence
    data = file_from_parts(ExplicitVRLittleEndian, body_of(dataset) + body)
    before, begun = resident_bytes(), time.monotonic()
    with pytest.raises(ImageError, match="more points than are read safely"):
        read_masks_untrusted(data, "x.dcm", image=file_of(image))
    assert time.monotonic() - begun < LONGEST_SECONDS
    assert resident_bytes() - before < MOST_GROWTH


def test_eighty_hostile_files_leave_no_memory_behind():
    files = [png_that_claims(4000, 4000, bytes(100)), GOOD[:-9], endlessly_nested(50), b"%PDF-1.4"]
    for data in files:
        assert_refused(data, ".")
    before = resident_bytes()
    for number in range(80):
        with pytest.raises(ImageError):
            read_untrusted(files[number % 4], "x.dcm")
    assert resident_bytes() - before < MOST_GROWTH / 4


def test_both_files_of_an_outline_are_held_to_the_limits():
    mask = png_bytes(np.ones((8, 8), dtype=bool))
    assert read_masks_untrusted(mask, "m.png", image=GOOD)["mask"].all()
    for image in (b"", b"%PDF-1.4", GOOD[:200]):
        with pytest.raises(ImageError):
            read_masks_untrusted(mask, "m.png", image=image)
    with pytest.raises(ImageError, match="no frame 4"):
        read_masks_untrusted(mask, "m.png", image=GOOD, frame=3)
    with pytest.raises(ValueError, match="frame must be 0 or more"):
        read_masks_untrusted(mask, "m.png", image=GOOD, frame=-1)
