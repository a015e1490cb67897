"""Are PNG, JPEG and TIFF shown as they are, and everything else told apart?"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow

from clnm_core.errors import ImageError
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.reading import read_image
from tests.unit.imaging.dicom_files import dataset_of, file_of

GREY = np.arange(48, dtype=np.uint8).reshape(6, 8) * 5
NOISE = np.random.default_rng(0).integers(0, 256, (90, 90), dtype=np.uint8)


def encoded(pixels: np.ndarray, kind: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, format=kind, **options)
    return buffer.getvalue()


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


def png_that_claims(rows: int, columns: int) -> bytes:
    header = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    chunks = b""
    for name, body in ((b"IHDR", header), (b"IDAT", zlib.compress(b"\0" * 100)), (b"IEND", b"")):
        chunks += struct.pack(">I", len(body)) + name + body
        chunks += struct.pack(">I", zlib.crc32(name + body))
    return b"\x89PNG\r\n\x1a\n" + chunks


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_grey_and_colour_are_read_unchanged(kind):
    colour = np.random.default_rng(0).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    np.testing.assert_array_equal(read_image(encoded(GREY, kind)).pixels, GREY)
    np.testing.assert_array_equal(read_image(encoded(colour, kind)).pixels, colour)


def test_jpeg_is_called_lossy():
    image = read_image(encoded(GREY, "JPEG"))
    assert image.pixels.shape == GREY.shape
    assert image.source == "JPEG, lossy"


def test_the_ending_of_the_name_does_not_matter():
    assert read_image(encoded(GREY), ".dcm").source == "PNG"


def test_spacing_is_unknown_even_where_the_file_has_a_print_resolution():
    image = read_image(encoded(GREY, dpi=(254, 254)))
    assert image.spacing_mm is None
    assert any("nothing can be measured in mm" in note for note in image.notes)


def test_sixteen_bit_grey_is_spread_and_said():
    image = read_image(encoded(np.array([[1000, 1500, 2000]], dtype=np.uint16)))
    assert image.pixels.tolist() == [[0, 128, 255]]
    assert any("more than 8 bits" in note for note in image.notes)


def test_a_picture_of_one_deep_value_is_black():
    assert not read_image(encoded(np.full((3, 3), 7, dtype=np.uint16))).pixels.any()


def test_one_bit_becomes_black_and_white():
    assert read_image(encoded(GREY > 100)).pixels.tolist() == ((GREY > 100) * 255).tolist()


def test_a_palette_becomes_colour():
    buffer = io.BytesIO()
    Pillow.fromarray(GREY).convert("P").save(buffer, format="PNG")
    assert read_image(buffer.getvalue()).pixels.shape == (6, 8, 3)


def test_transparent_parts_are_black_and_said():
    layers = np.full((2, 2, 4), 200, dtype=np.uint8)
    layers[0, 0, 3] = 0
    layers[1, :, 3] = 255
    image = read_image(encoded(layers))
    assert image.pixels[0, 0].tolist() == [0, 0, 0]
    assert image.pixels[1, 1].tolist() == [200, 200, 200]
    assert any("Transparent" in note for note in image.notes)


def test_opaque_layers_need_no_note():
    layers = np.full((2, 2, 4), 255, dtype=np.uint8)
    assert len(read_image(encoded(layers)).notes) == 1


def test_a_picture_is_turned_upright_and_said():
    exif = Pillow.Exif()
    exif[0x0112] = 6
    image = read_image(encoded(GREY, "JPEG", exif=exif))
    assert image.pixels.shape == GREY.shape[::-1]
    assert any("turned upright" in note for note in image.notes)


def test_each_page_of_a_tiff_is_a_frame():
    pages = [Pillow.fromarray(GREY), Pillow.fromarray(255 - GREY)]
    buffer = io.BytesIO()
    pages[0].save(buffer, format="TIFF", save_all=True, append_images=pages[1:])
    image = read_image(buffer.getvalue(), frame=1)
    assert (image.frame, image.frames) == (1, 2)
    np.testing.assert_array_equal(image.pixels, 255 - GREY)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (png_that_claims(60_000, 60_000), "larger than is read safely"),
        (png_that_claims(20_000, 10), "20,000 x 10 pixels"),
        (encoded(NOISE)[:-4000], "cut off or damaged"),
        (encoded(np.zeros((90, 90), dtype=np.uint8), "JPEG")[:-40], "cut off or damaged"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 50, "damaged"),
        (b"II*\x00" + b"\xff" * 50, "TIFF picture is damaged"),
    ],
    ids=range(6),
)
@pytest.mark.filterwarnings("ignore")  # as the reading process does
def test_a_damaged_or_oversized_picture_is_refused_in_words(data, sentence):
    with pytest.raises(ImageError, match=sentence):
        read_image(data)


def test_a_frame_that_is_not_there_is_refused():
    with pytest.raises(ImageError, match="has 1 frame, so there is no frame 2"):
        read_image(encoded(GREY), frame=1)


def test_limits_are_kept():
    with pytest.raises(ImageError, match="6 x 8 pixels"):
        read_image(encoded(GREY), limits=Limits(side=7))


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (gzip.compress(b"a", mtime=0), "a gzip archive"),
        (zipped(), "a zip archive or an Office document"),
        (b"%PDF-1.7\n", "a PDF document"),
        (b"MZ" + b"\0" * 200, "a program or script"),
        (b"\x7fELF" + b"\0" * 200, "a program or script"),
        (b"MZ" + b"\0" * 126 + b"DICM" + b"\0" * 50, "a program or script"),
        (b"#!/bin/sh\n", "a program or script"),
        (b"GIF89a" + b"\0" * 20, "a GIF picture"),
        (b"BM" + b"\0" * 60, "a BMP picture"),
        (b"RIFF\0\0\0\0WEBP", "a WebP picture"),
        (b"\0\0\0\x18ftypheic", "a film or a phone picture"),
        (b"\x5c\x01\0\0" + b"\0" * 340 + b"n+1\0", "a NIfTI volume"),
        (b"<html></html>", "a web page"),
        (b"case;risk\n1;0.4\n", "a text or a table"),
        ("Größe;Lage\n".encode() * 1000, "a text or a table"),
        (bytes(range(128, 256)) * 4, "of a kind that is not known"),
        (b"\0", "of a kind that is not known"),
    ],
    ids=range(17),
)
def test_a_file_that_is_no_picture_is_told_what_it_is(data, words):
    with pytest.raises(ImageError) as refusal:
        read_image(data, ".dcm")
    sentence = str(refusal.value)
    assert sentence.startswith("This is not a DICOM, PNG, JPEG or TIFF image although its name")
    assert words in sentence


def test_dicom_is_recognised_without_an_ending():
    assert read_image(file_of(dataset_of(GREY))).source == "DICOM, uncompressed"
