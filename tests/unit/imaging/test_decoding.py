"""Are frames decoded that no library here decodes as it should?"""

from __future__ import annotations

import zlib

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import UID, RLELossless

from clnm_core.errors import ImageError
from clnm_core.imaging import decoding
from clnm_core.imaging.decoding import decoded
from tests.unit.imaging.dicom_files import dataset_of

DEFLATED_FRAMES = UID("1.2.840.10008.1.2.8.1")
RANDOM = np.random.default_rng(3)


def packed(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    stream = engine.compress(data) + engine.flush()
    return stream + b"\0" * (len(stream) % 2)


def deflated_frames(frames: list[bytes], dataset: Dataset) -> Dataset:
    dataset.file_meta.TransferSyntaxUID = DEFLATED_FRAMES
    dataset.NumberOfFrames = len(frames)
    dataset.PixelData = encapsulate([packed(frame) for frame in frames])
    return dataset


def test_each_deflated_frame_is_inflated_alone_and_the_file_is_left_as_it_is():
    pixels = RANDOM.integers(0, 256, (3, 5, 7, 3), dtype=np.uint8)
    dataset = deflated_frames([frame.tobytes() for frame in pixels], dataset_of(pixels))
    before = dataset.PixelData
    for number, frame in enumerate(pixels):
        np.testing.assert_array_equal(decoded(dataset, number), frame)
    assert dataset.NumberOfFrames == 3
    assert dataset.PixelData is before
    assert dataset.file_meta.TransferSyntaxUID == DEFLATED_FRAMES


def test_deflated_frames_of_single_bits_begin_on_a_byte():
    bits = RANDOM.integers(0, 2, (2, 5, 7), dtype=np.uint8)
    dataset = single_bits(bits)
    frames = [np.packbits(frame, bitorder="little").tobytes() for frame in bits]
    deflated_frames(frames, dataset)
    for number, frame in enumerate(bits):
        np.testing.assert_array_equal(decoded(dataset, number), frame)


def test_a_deflated_frame_that_grows_beyond_its_picture_is_refused():
    dataset = deflated_frames([bytes(10**8)], dataset_of(np.zeros((8, 8), dtype=np.uint8)))
    with pytest.raises(ImageError, match="deflated picture grows beyond"):
        decoded(dataset, 0)


@pytest.mark.parametrize("stream", [b"", b"\xff" * 20])
def test_a_damaged_deflated_frame_is_refused(stream):
    dataset = deflated_frames([b"x"], dataset_of(np.zeros((8, 8), dtype=np.uint8)))
    dataset.PixelData = encapsulate([stream]) if stream else b"\0\0"
    with pytest.raises(ImageError, match="damaged"):
        decoded(dataset, 0)


def single_bits(bits: np.ndarray) -> Dataset:
    dataset = dataset_of(np.zeros(bits.shape[1:], dtype=np.uint8))
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    dataset.NumberOfFrames = len(bits)
    dataset.PixelData = np.packbits(bits, bitorder="little").tobytes()
    return dataset


@pytest.mark.parametrize("shape", [(5, 3, 5), (9, 1, 1), (4, 11, 13), (3, 4, 4)])
def test_frames_of_single_bits_need_not_begin_on_a_byte(shape):
    """15 pixels a frame: the second frame spans three bytes, which pydicom 3.0.2 misses."""
    bits = RANDOM.integers(0, 2, shape, dtype=np.uint8)
    dataset = single_bits(bits)
    for number, frame in enumerate(bits):
        np.testing.assert_array_equal(decoded(dataset, number), frame)


def test_a_decoder_that_panics_is_a_damaged_picture(monkeypatch):
    class PanicException(BaseException):
        """As decoders in Rust raise it: no Exception."""

    def panics(*_: object, **__: object) -> None:
        raise PanicException("index out of bounds")

    dataset = dataset_of(np.zeros((8, 8), dtype=np.uint8))
    dataset.file_meta.TransferSyntaxUID = RLELossless
    monkeypatch.setattr(decoding, "pixel_array", panics)
    with pytest.raises(ImageError, match=r"compressed picture \(RLE lossless\) is damaged"):
        decoded(dataset, 0)


def test_an_interruption_is_no_panic(monkeypatch):
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(decoding, "pixel_array", interrupted)
    with pytest.raises(KeyboardInterrupt):
        decoded(dataset_of(np.zeros((8, 8), dtype=np.uint8)), 0)
