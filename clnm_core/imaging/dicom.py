"""What does one frame of a DICOM file show?

Only the elements that a picture needs are kept; names, dates and free text are skipped while
parsing, and never reach the answer.
"""

from __future__ import annotations

import io
import zlib

import numpy as np
import pydicom
from numpy.typing import NDArray
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.pixels import get_decoder, pixel_array
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.display import display_values
from clnm_core.imaging.elements import whole_number, word
from clnm_core.imaging.limits import Limits, require_frame, require_size
from clnm_core.imaging.spacing import pixel_spacing

_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_NEEDED = (
    *_PIXELS,
    *("Modality", "Rows", "Columns", "NumberOfFrames", "SamplesPerPixel", "PlanarConfiguration"),
    *("PhotometricInterpretation", "BitsAllocated", "BitsStored", "HighBit"),
    *("PixelRepresentation", "ExtendedOffsetTable", "ExtendedOffsetTableLengths"),
    *("PixelSpacing", "ImagerPixelSpacing", "PixelAspectRatio", "SequenceOfUltrasoundRegions"),
    *("RescaleSlope", "RescaleIntercept", "ModalityLUTSequence"),
    *("WindowCenter", "WindowWidth", "VOILUTFunction", "VOILUTSequence", "PresentationLUTShape"),
    *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    *(
        f"{segmented}{colour}PaletteColorLookupTable{part}"
        for colour in ("Red", "Green", "Blue")
        for segmented, part in (("", "Descriptor"), ("", "Data"), ("Segmented", "Data"))
    ),
    *("BurnedInAnnotation", "DirectoryRecordSequence"),
)
_TAGS: list[BaseTag | int] = [Tag(tag_for_keyword(keyword) or 0) for keyword in _NEEDED]
_MODALITIES = {"US": Modality.ULTRASOUND, "IVUS": Modality.ULTRASOUND, "CT": Modality.CT}
#: What a DICOM file without pixels is, by modality.
_WITHOUT_PICTURE = {
    "SR": "a structured report",
    "RTPLAN": "a radiotherapy plan",
    "RTSTRUCT": "a set of radiotherapy contours",
    "RTDOSE": "a radiotherapy dose",
    "ECG": "an electrocardiogram",
    "PR": "a presentation state",
    "KO": "a list of key images",
    "DOC": "a document",
}
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
_AGAIN = "Export it again from the device or the archive."

config.settings.reading_validation_mode = config.IGNORE


def read_dicom(data: bytes, frame: int, limits: Limits, window: str | None = None) -> Image:
    """Read one frame; other frames are not decoded.

    Parameters
    ----------
    data : bytes
        The whole file, with or without the 128-byte preamble.
    frame : int
        From 0.
    limits : Limits
    window : str, optional
        A name in ``windows.PRESETS``, for CT; by default the file's own window.

    Returns
    -------
    Image

    Raises
    ------
    ImageError
        If the file holds no picture, breaks a limit, lacks what a picture needs, or is compressed
        in a way that no decoder here reads.
    Exception
        Whatever the parser raises on a damaged file.

    """
    dataset = _parsed(data, limits)
    _require_picture(dataset)
    rows, columns = whole_number(dataset, "Rows"), whole_number(dataset, "Columns")
    require_size(rows, columns, limits)
    frames = max(1, whole_number(dataset, "NumberOfFrames", 1))
    require_frame(frame, frames, limits)
    modality = _MODALITIES.get(word(dataset, "Modality"), Modality.OTHER)
    stored = _decoded(dataset, frame)
    if stored.shape[:2] != (rows, columns):
        raise ImageError(f"The DICOM file states one size and holds a picture of another. {_AGAIN}")
    pixels, shown = display_values(stored, dataset, frame, modality, window)
    spacing, regions, scale = pixel_spacing(dataset, frame, modality, rows, columns)
    notes = (*shown, *scale)
    if word(dataset, "BurnedInAnnotation") == "YES":
        notes += ("Text is burned into the picture, says the file; it may name the patient.",)
    return Image(
        pixels=pixels,
        spacing_mm=spacing,
        modality=modality,
        frame=frame,
        frames=frames,
        source=f"DICOM, {_coding(dataset)}",
        regions=regions,
        notes=notes,
    )


def _parsed(data: bytes, limits: Limits) -> Dataset:
    inflated = _inflated(data, limits)
    if inflated is not None:
        dataset = read_dataset(io.BytesIO(inflated), False, True, specific_tags=_TAGS)
        dataset.set_original_encoding(False, True)
        _name_coding(dataset, DeflatedExplicitVRLittleEndian)
        return dataset
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True, specific_tags=_TAGS)
    except InvalidDicomError:
        raise ImageError(f"The DICOM file is damaged from its first bytes. {_AGAIN}") from None
    if not getattr(dataset, "file_meta", None) or "TransferSyntaxUID" not in dataset.file_meta:
        is_implicit, is_little = dataset.original_encoding
        if is_implicit:
            coding = ImplicitVRLittleEndian
        else:
            coding = ExplicitVRLittleEndian if is_little else ExplicitVRBigEndian
        _name_coding(dataset, coding)
    return dataset


def _name_coding(dataset: Dataset, coding: UID) -> None:
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = coding


def _inflated(data: bytes, limits: Limits) -> bytes | None:
    """The data set of a deflated file, inflated up to the limit; ``None`` for any other file.

    pydicom inflates without bound: a megabyte can become gigabytes.
    """
    stream = io.BytesIO(data)
    stream.seek(132 if data[128:132] == b"DICM" else 0)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, vr, length: tag.group != 2)
    if meta.get("TransferSyntaxUID") != DeflatedExplicitVRLittleEndian:
        return None
    engine = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = engine.decompress(stream.read(), limits.inflated_bytes)
    except zlib.error:
        raise ImageError(f"The deflated DICOM file is damaged. {_AGAIN}") from None
    if engine.unconsumed_tail:
        raise ImageError(
            f"The deflated DICOM file grows beyond {limits.inflated_bytes // 2**20:,} MB, which is "
            "not safe to read. Export it uncompressed."
        )
    return inflated


def _require_picture(dataset: Dataset) -> None:
    if any(keyword in dataset for keyword in _PIXELS):
        return
    kind = _WITHOUT_PICTURE.get(word(dataset, "Modality"))
    if "DirectoryRecordSequence" in dataset:
        kind = "the table of contents of a disc (DICOMDIR)"
    what = f": it is {kind}" if kind else ", or it was cut off before its picture"
    raise ImageError(f"The DICOM file holds no picture{what}. Choose a file with an image.")


def _decoded(dataset: Dataset, frame: int) -> NDArray[np.generic]:
    coding = dataset.file_meta.TransferSyntaxUID
    try:
        decoder = get_decoder(coding)
        is_available = decoder.is_available
    except NotImplementedError:
        is_available = False
    if not is_available:
        raise ImageError(
            f"The picture is stored in a way that is not read here ({_coding(dataset)}). "
            "Export it uncompressed, or as PNG."
        )
    try:
        return pixel_array(dataset, index=frame)
    except AttributeError:
        raise ImageError(
            f"The DICOM file lacks an element that its picture cannot be read without. {_AGAIN}"
        ) from None
    except NotImplementedError:
        raise ImageError(
            "The picture is stored in a way that is not read here. Export it uncompressed, or as "
            "PNG."
        ) from None
    except (RuntimeError, ValueError, IndexError, EOFError):
        raise ImageError(_undecodable(dataset, coding)) from None


def _undecodable(dataset: Dataset, coding: UID) -> str:
    if coding == "1.2.840.10008.1.2.4.51" and whole_number(dataset, "BitsStored", 8) > 8:
        return (
            "The picture is JPEG extended with 12 bits, which no decoder here reads. "
            "Export it uncompressed, or as JPEG 2000 lossless."
        )
    if coding.is_encapsulated:
        return f"The compressed picture ({_coding(dataset)}) is damaged or cut off. {_AGAIN}"
    return (
        "The picture is damaged or cut off: the file holds fewer or other bytes than it states. "
        f"{_AGAIN}"
    )


def _coding(dataset: Dataset) -> str:
    return _CODINGS.get(str(dataset.file_meta.get("TransferSyntaxUID")), "an unknown coding")
