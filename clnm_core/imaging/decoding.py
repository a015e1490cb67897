"""How do the stored bytes of one DICOM frame become an array?

Other frames are not decoded. What no decoder here reads is refused by the name of its coding.
"""

from __future__ import annotations

import struct

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import get_frame
from pydicom.pixels import get_decoder, pixel_array
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
)

from clnm_core.errors import ImageError
from clnm_core.imaging.codestreams import is_cut_off, stated_size
from clnm_core.imaging.elements import whole_number
from clnm_core.imaging.inflating import inflated
from clnm_core.imaging.parsing import AGAIN

_CODINGS = {
    "1.2.840.10008.1.2": "uncompressed",
    "1.2.840.10008.1.2.1": "uncompressed",
    "1.2.840.10008.1.2.1.99": "deflated",
    "1.2.840.10008.1.2.2": "uncompressed, big endian",
    "1.2.840.10008.1.2.4.50": "JPEG baseline, lossy",
    "1.2.840.10008.1.2.4.51": "JPEG extended, lossy",
    "1.2.840.10008.1.2.4.57": "JPEG lossless",
    "1.2.840.10008.1.2.4.70": "JPEG lossless",
    "1.2.840.10008.1.2.4.80": "JPEG-LS lossless",
    "1.2.840.10008.1.2.4.81": "JPEG-LS near-lossless, lossy",
    "1.2.840.10008.1.2.4.90": "JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.91": "JPEG 2000, may be lossy",
    "1.2.840.10008.1.2.4.201": "high-throughput JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.202": "high-throughput JPEG 2000 lossless",
    "1.2.840.10008.1.2.4.203": "high-throughput JPEG 2000, may be lossy",
    "1.2.840.10008.1.2.5": "RLE lossless",
    "1.2.840.10008.1.2.8.1": "deflated frame by frame",
}
_WITHOUT_STREAM = (
    ImplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    DeflatedExplicitVRLittleEndian,
    RLELossless,
)
#: Where several decoders read a coding, the one that dies least: GDCM aborts its process on many a
#: damaged JPEG, where the others say what is wrong.
PREFERRED = {
    "1.2.840.10008.1.2.4.50": "pillow",
    "1.2.840.10008.1.2.4.80": "pyjpegls",
    "1.2.840.10008.1.2.4.81": "pyjpegls",
    "1.2.840.10008.1.2.4.90": "pylibjpeg",
    "1.2.840.10008.1.2.4.91": "pylibjpeg",
}
_PANIC = "PanicException"  # of decoders in Rust; no Exception, and of no module to import
_DEFLATED_FRAMES = "1.2.840.10008.1.2.8.1"


def decoded(dataset: Dataset, frame: int) -> NDArray[np.generic]:
    """The stored values of one frame; colour already in RGB.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
        With its pixels, and its coding in the meta information; ``Rows``, ``Columns`` and the
        number of frames already held to limits.
    frame : int
        From 0.

    Returns
    -------
    numpy.ndarray, shape (rows, columns) or (rows, columns, 3)

    Raises
    ------
    ImageError
        If no decoder here reads it, or it is damaged.
    Exception
        Whatever else a decoder raises on a damaged file.

    """
    coding = dataset.file_meta.TransferSyntaxUID
    if coding == _DEFLATED_FRAMES:
        return decoded(_with_frame_inflated(dataset, frame), 0)
    try:
        is_available = get_decoder(coding).is_available
    except NotImplementedError:
        is_available = False
    if not is_available:
        raise ImageError(
            f"The picture is stored in a way that is not read here ({coding_words(dataset)}). "
            "Export it uncompressed, or as PNG."
        )
    try:
        if whole_number(dataset, "BitsAllocated") == 1 and not coding.is_compressed:
            return _single_bits(dataset, frame)
        if coding not in _WITHOUT_STREAM:
            _require_sound_stream(dataset, frame)
        return pixel_array(dataset, index=frame, decoding_plugin=PREFERRED.get(coding, ""))
    except AttributeError:
        raise ImageError(
            f"The DICOM file lacks an element that its picture cannot be read without. {AGAIN}"
        ) from None
    except NotImplementedError:
        raise ImageError(
            "The picture is stored in a way that is not read here. Export it uncompressed, or as "
            "PNG."
        ) from None
    except (RuntimeError, ValueError, IndexError, EOFError, struct.error):
        raise ImageError(_undecodable(dataset, coding)) from None
    except BaseException as error:
        if type(error).__name__ != _PANIC:
            raise
        raise ImageError(_undecodable(dataset, coding)) from None


def _require_sound_stream(dataset: Dataset, frame: int) -> None:
    """Refuse a stream that is cut off, or of another size than the file: decoders believe it."""
    frames = max(1, whole_number(dataset, "NumberOfFrames", 1))
    stream = get_frame(dataset.PixelData, frame, number_of_frames=frames)
    if is_cut_off(stream):
        raise ValueError("no end of stream")
    size = stated_size(stream)
    if size not in (None, (whole_number(dataset, "Rows"), whole_number(dataset, "Columns"))):
        raise ImageError(f"The DICOM file states one size and holds a picture of another. {AGAIN}")


def _with_frame_inflated(dataset: Dataset, frame: int) -> Dataset:
    """The file as if it held this one frame, uncompressed (bare deflate, RFC 1951)."""
    frames = max(1, whole_number(dataset, "NumberOfFrames", 1))
    bits = whole_number(dataset, "Rows") * whole_number(dataset, "Columns")
    bits *= whole_number(dataset, "SamplesPerPixel", 1) * whole_number(dataset, "BitsAllocated")
    try:
        packed = get_frame(dataset.PixelData, frame, number_of_frames=frames)
    except (ValueError, AttributeError, struct.error):
        raise ImageError(_undecodable(dataset, dataset.file_meta.TransferSyntaxUID)) from None
    # One byte of padding makes the length even.
    pixels = inflated(packed, (bits + 7) // 8 + 1, "The deflated picture")
    single = Dataset()
    single.update(dataset)
    for keyword in ("NumberOfFrames", "PixelData"):  # elements are shared: replaced, not changed
        if keyword in single:
            del single[keyword]
    single.file_meta = FileMetaDataset()
    single.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    single.NumberOfFrames = 1
    single.PixelData = pixels
    return single


def _single_bits(dataset: Dataset, frame: int) -> NDArray[np.uint8]:
    """Eight pixels to a byte, the lowest bit first; frames need not begin on a byte."""
    shape = whole_number(dataset, "Rows"), whole_number(dataset, "Columns")
    count = shape[0] * shape[1]
    frames = max(1, whole_number(dataset, "NumberOfFrames", 1))
    packed = np.frombuffer(dataset.PixelData, dtype=np.uint8)
    if 8 * packed.size < frames * count:
        raise ValueError("fewer bits than pixels")
    first, rest = divmod(frame * count, 8)
    bits = np.unpackbits(packed[first : first + (rest + count + 7) // 8], bitorder="little")
    return bits[rest : rest + count].reshape(shape)


def _undecodable(dataset: Dataset, coding: UID) -> str:
    if coding == "1.2.840.10008.1.2.4.51" and whole_number(dataset, "BitsStored", 8) > 8:
        return (
            "The picture is JPEG extended with 12 bits, which no decoder here reads. "
            "Export it uncompressed, or as JPEG 2000 lossless."
        )
    if coding == _DEFLATED_FRAMES or coding.is_encapsulated:
        return f"The compressed picture ({coding_words(dataset)}) is damaged or cut off. {AGAIN}"
    return (
        "The picture is damaged or cut off: the file holds fewer or other bytes than it states. "
        f"{AGAIN}"
    )


def coding_words(dataset: Dataset) -> str:
    """How the file stores its pictures, in words."""
    return _CODINGS.get(str(dataset.file_meta.get("TransferSyntaxUID")), "an unknown coding")
