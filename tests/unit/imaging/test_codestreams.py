"""Is what a compressed picture says about itself found before it is decoded?"""

from __future__ import annotations

import io
import time

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from pydicom.encaps import encapsulate
from pydicom.uid import JPEG2000Lossless, JPEGBaseline8Bit, JPEGLSLossless

from clnm_core.errors import ImageError
from clnm_core.imaging.codestreams import is_cut_off, stated_size
from clnm_core.imaging.decoding import decoded
from tests.unit.imaging.dicom_files import dataset_of

PIXELS = np.random.default_rng(4).integers(0, 256, (32, 24), dtype=np.uint8)


def stream(kind: str, **settings: object) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(PIXELS).save(buffer, format=kind, **settings)
    return buffer.getvalue()


def jpeg_ls() -> bytes:
    from jpeg_ls import CharLS

    return bytes(CharLS.encode_buffer(PIXELS.tobytes(), 32, 24, 1, 8, 0, 0))


@pytest.mark.parametrize(
    "data",
    [
        stream("JPEG"),
        stream("JPEG", progressive=True),
        stream("JPEG2000", no_jp2=True),
        stream("JPEG2000"),
        jpeg_ls(),
    ],
    ids=["baseline", "progressive", "2000", "jp2", "ls"],
)
def test_the_size_in_the_stream_is_found(data):
    assert stated_size(data) == (32, 24)
    assert not is_cut_off(data)


def test_only_jpeg_ls_must_have_its_end():
    assert is_cut_off(jpeg_ls()[:200])
    assert not is_cut_off(stream("JPEG")[:200])
    assert not is_cut_off(b"")


def test_boxes_around_jpeg_2000_that_lead_nowhere_are_seen():
    """pydicom 3.0.2 follows a box without length for ever."""
    data = stream("JPEG2000")
    assert data.index(b"jp2c") > 20
    endless = data[:12] + b"\0\0\0\0" + data[16:]
    assert is_cut_off(endless)
    assert is_cut_off(data[:40])
    begun = time.process_time()
    with pytest.raises(ImageError, match="damaged or cut off"):
        decoded(wrapped(endless, JPEG2000Lossless), 0)
    assert time.process_time() - begun < 1


@given(st.binary(max_size=60))
def test_whatever_follows_a_mark_nothing_is_raised(tail):
    for mark in (b"\xff\xd8", b"\xff\xd8\xff\xf7", b"\xff\x4f\xff\x51", b"\0\0\0\x0cjP  ", b""):
        stated_size(mark + tail)
        is_cut_off(mark + tail)


def wrapped(data: bytes, coding: str):
    dataset = dataset_of(PIXELS)
    dataset.file_meta.TransferSyntaxUID = coding
    dataset.PixelData = encapsulate([data])
    dataset["PixelData"].is_undefined_length = True
    return dataset


def test_a_jpeg_that_claims_another_size_than_its_file_is_not_decoded():
    data = bytearray(stream("JPEG"))
    place = data.index(b"\xff\xc0")
    data[place + 5 : place + 9] = b"\xff\xff\xff\xff"
    assert stated_size(bytes(data)) == (65535, 65535)
    with pytest.raises(ImageError, match="states one size and holds a picture of another"):
        decoded(wrapped(bytes(data), JPEGBaseline8Bit), 0)


def test_a_jpeg_ls_that_is_cut_off_is_refused_at_once():
    """CharLS 2.4 searches for its end for six seconds of processor time."""
    for length in (60, 80, 200, 400):
        begun = time.process_time()
        with pytest.raises(ImageError, match=r"JPEG-LS lossless\) is damaged or cut off"):
            decoded(wrapped(jpeg_ls()[:length], JPEGLSLossless), 0)
        assert time.process_time() - begun < 1
