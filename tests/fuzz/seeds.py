"""From which files does fuzzing start?

From small ones made here, so that it runs anywhere, and from the real ones where they are at hand.
"""

from __future__ import annotations

import gzip
import io
import re
import zlib
from pathlib import Path

import numpy as np
from PIL import Image as Pillow
from pydicom.dataset import Dataset
from pydicom.encaps import encapsulate
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLSLossless,
    RLELossless,
)

from tests.unit.imaging.dicom_files import body_of, dataset_of, deflated, file_of
from tests.unit.imaging.placed_files import (
    affine_of,
    contour,
    ct_slice,
    in_body,
    nifti_file,
    nrrd_bytes,
    structure_set,
)

DEFLATED_FRAMES = UID("1.2.840.10008.1.2.8.1")
_PIXELS = (b"\xe0\x7f\x10\x00", b"\x7f\xe0\x00\x10")
_LARGEST = 400_000  # bytes; larger files are slow and teach nothing more
GREY = (np.add.outer(np.arange(16), np.arange(20)) * 7).astype(np.uint8)
COLOUR = np.stack([GREY, 255 - GREY, GREY.T[:16].repeat(2, 1)[:, :20]], axis=2)

#: The picture onto which outlines are put.
SLICE = ct_slice((16, 20))
SLICE.SOPInstanceUID = UID("1.2.3.4")
SLICE.FrameOfReferenceUID = UID("1.2.3.5")


def _file(dataset: Dataset) -> bytes:
    """Without what is drawn by chance or tells the time, so that each run starts from the same."""
    for keyword in ("StudyInstanceUID", "SeriesInstanceUID"):
        if keyword in dataset:
            setattr(dataset, keyword, UID("1.2.3.6"))
    dataset.file_meta.MediaStorageSOPInstanceUID = UID("1.2.3.4")
    return file_of(dataset)


SLICE_FILE = _file(SLICE)


def made() -> dict[str, bytes]:
    """Small files of every kind that can be written here."""
    volume = np.zeros((20, 16, 3), dtype=np.uint8)
    volume[4:9, 5:11, 1] = 2
    affine = affine_of(SLICE)
    affine[:3, 3] -= affine[:3, 2]
    square = in_body(SLICE, [(3, 3), (3, 12), (9, 12), (9, 3)])
    return {
        "plain": _file(dataset_of(GREY)),
        "colour": _file(dataset_of(COLOUR)),
        "cine": _file(dataset_of(np.stack([COLOUR] * 3))),
        "ct": SLICE_FILE,
        "body": body_of(dataset_of(GREY)),
        "deflated": deflated(body_of(dataset_of(GREY))),
        "palette": _file(_palette()),
        "ultrasound": _file(_calibrated()),
        "rle": _compressed(COLOUR, RLELossless, "pylibjpeg"),
        "jpeg-ls": _compressed(GREY, JPEGLSLossless, "pyjpegls"),
        "jpeg-2000": _wrapped(_picture(GREY, "JPEG2000", no_jp2=True), JPEG2000Lossless),
        "jpeg": _wrapped(_picture(GREY, "JPEG"), JPEGBaseline8Bit),
        "deflated-frames": _wrapped(_bare_deflate(GREY.tobytes()), JPEGBaseline8Bit).replace(
            # pydicom does not know the coding, so it is put into the place of another one.
            JPEGBaseline8Bit.encode(),
            DEFLATED_FRAMES.encode() + b"\0",
        ),
        "png": _picture(COLOUR, "PNG"),
        "png-16": _picture(GREY.astype(np.uint16) * 200, "PNG"),
        "jpeg-file": _picture(COLOUR, "JPEG"),
        "tiff": _picture(COLOUR, "TIFF"),
        "tiff-lzw": _picture(COLOUR, "TIFF", compression="tiff_lzw"),
        "tiff-deflate": _picture(GREY, "TIFF", compression="tiff_adobe_deflate"),
        "tiff-g4": _picture(GREY > 100, "TIFF", compression="group4"),
        "nifti": nifti_file(volume, affine),
        "nifti-gz": gzip.compress(nifti_file(volume, affine), mtime=0),
        "nrrd": _undated(nrrd_bytes(volume, {"encoding": "raw"})),
        "nrrd-gz": _undated(nrrd_bytes(volume, {"encoding": "gzip"})),
        "rt": _file(_contours(square)),
        "seg": _file(_segments()),
    }


def real(folder: Path) -> dict[str, bytes]:
    """Real DICOM files, whatever state they are in."""
    files = sorted(path for path in folder.glob("dicom_*/**/*") if path.is_file())
    return {
        path.name: data
        for path in files
        if path.suffix not in (".md", ".csv", ".txt") and not path.name.startswith("LICENSE")
        if len(data := path.read_bytes()) <= 6 * _LARGEST
    }


def header_of(data: bytes) -> bytes:
    """A file up to the first bytes of its pixels."""
    places = [place for mark in _PIXELS if (place := data.find(mark, 132)) > 0]
    return data[: min(places) + 96] if places else data[:60_000]


def small(data: bytes) -> bool:
    """Whether a file is small enough to be decoded thousands of times."""
    return len(data) <= _LARGEST


def _picture(pixels: np.ndarray, kind: str, **settings: str | bool) -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, format=kind, **settings)
    return buffer.getvalue()


def _undated(nrrd: bytes) -> bytes:
    return re.sub(rb"# on [^\n]*\n", b"", nrrd)


def _bare_deflate(data: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = engine.compress(data) + engine.flush()
    return packed + b"\0" * (len(packed) % 2)


def _wrapped(stream: bytes, coding: UID) -> bytes:
    dataset = dataset_of(GREY)
    dataset.file_meta.TransferSyntaxUID = coding
    dataset.PixelData = encapsulate([stream])
    dataset["PixelData"].is_undefined_length = True
    return _file(dataset)


def _compressed(pixels: np.ndarray, coding: UID, plugin: str) -> bytes:
    dataset = dataset_of(pixels)
    dataset.compress(coding, encoding_plugin=plugin, generate_instance_uid=False)
    return _file(dataset)


def _palette() -> Dataset:
    dataset = dataset_of(GREY)
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    for colour in ("Red", "Green", "Blue"):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        setattr(
            dataset,
            f"{colour}PaletteColorLookupTableData",
            (np.arange(256, dtype=np.uint16) * 257).tobytes(),
        )
    return dataset


def _calibrated() -> Dataset:
    dataset = dataset_of(COLOUR)
    region = Dataset()
    region.RegionSpatialFormat = region.RegionDataType = 1
    region.PhysicalUnitsXDirection = region.PhysicalUnitsYDirection = 3
    region.PhysicalDeltaX = region.PhysicalDeltaY = 0.02
    region.RegionLocationMinX0 = region.RegionLocationMinY0 = 0
    region.RegionLocationMaxX1, region.RegionLocationMaxY1 = 19, 15
    dataset.SequenceOfUltrasoundRegions = [region]
    return dataset


def _contours(square: np.ndarray) -> Dataset:
    apart = square + np.array([1, 1, 0])
    drawn = {"GTV": [contour(square, on=SLICE), contour(apart)]}
    dataset = structure_set(drawn, body=SLICE.FrameOfReferenceUID)
    dataset.SOPInstanceUID, dataset.FrameOfReferenceUID = UID("1.2.3.7"), UID("1.2.3.5")
    return dataset


def _segments() -> Dataset:
    """A segmentation of two structures on one slice, written by hand."""
    dataset = dataset_of(GREY)
    dataset.Modality, dataset.SegmentationType = "SEG", "BINARY"
    dataset.FrameOfReferenceUID = SLICE.FrameOfReferenceUID
    dataset.NumberOfFrames = 2
    dataset.BitsAllocated = dataset.BitsStored = 1
    dataset.HighBit = 0
    marked = np.zeros((2, 16, 20), dtype=np.uint8)
    marked[0, 3:9, 4:15] = marked[1, 5:7, 6:9] = 1
    dataset.PixelData = np.packbits(marked, bitorder="little").tobytes()
    dataset.SegmentSequence, groups = [], []
    for number in (1, 2):
        segment, named, source, derived, group = (Dataset() for _ in range(5))
        segment.SegmentNumber, segment.SegmentLabel = number, f"part {number}"
        dataset.SegmentSequence.append(segment)
        named.ReferencedSegmentNumber = number
        source.ReferencedSOPInstanceUID = SLICE.SOPInstanceUID
        derived.SourceImageSequence = [source]
        group.SegmentIdentificationSequence = [named]
        group.DerivationImageSequence = [derived]
        groups.append(group)
    dataset.PerFrameFunctionalGroupsSequence = groups
    return dataset
