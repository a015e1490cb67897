"""DICOM files made for the tests, small and by hand."""

from __future__ import annotations

import io
import struct
import zlib

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    UltrasoundImageStorage,
    generate_uid,
)

#: What must never be seen again once a file has been read.
PATIENT = "Muster^Erika"


def dataset_of(pixels: np.ndarray, *, modality: str = "US") -> Dataset:
    """A data set with these stored values: (rows, columns[, 3]), or frames first if 4-D."""
    frames, is_colour = (1, pixels.ndim == 3)
    if pixels.ndim == 4:
        frames, is_colour = pixels.shape[0], True
    dataset = Dataset()
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    dataset.file_meta.MediaStorageSOPClassUID = UltrasoundImageStorage
    dataset.file_meta.MediaStorageSOPInstanceUID = generate_uid()
    dataset.SOPClassUID = UltrasoundImageStorage
    dataset.PatientName = PATIENT
    dataset.Modality = modality
    shape = pixels.shape[-3:-1] if is_colour else pixels.shape
    dataset.Rows, dataset.Columns = shape
    if frames > 1:
        dataset.NumberOfFrames = frames
    dataset.SamplesPerPixel = 3 if is_colour else 1
    if is_colour:
        dataset.PlanarConfiguration = 0
    dataset.PhotometricInterpretation = "RGB" if is_colour else "MONOCHROME2"
    bits = pixels.dtype.itemsize * 8
    dataset.BitsAllocated = dataset.BitsStored = bits
    dataset.HighBit = bits - 1
    dataset.PixelRepresentation = int(pixels.dtype.kind == "i")
    stored = pixels.tobytes()
    dataset.PixelData = stored + b"\0" * (len(stored) % 2)
    dataset["PixelData"].VR = "OB" if bits == 8 else "OW"
    return dataset


def file_of(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, enforce_file_format=True)
    return buffer.getvalue()


def file_from_parts(transfer_syntax: UID, body: bytes) -> bytes:
    """A file whose data set is given as bytes, whatever they are."""
    value = transfer_syntax.encode() + b"\0" * (len(transfer_syntax) % 2)
    meta = struct.pack("<HH2sH", 0x0002, 0x0010, b"UI", len(value)) + value
    length = struct.pack("<HH2sHI", 0x0002, 0x0000, b"UL", 4, len(meta))
    return b"\0" * 128 + b"DICM" + length + meta + body


def body_of(dataset: Dataset) -> bytes:
    """The data set in explicit little endian, without preamble and meta."""
    whole = file_of(dataset)
    (meta_length,) = struct.unpack_from("<I", whole, 140)
    return whole[144 + meta_length :]


def deflated(body: bytes) -> bytes:
    engine = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return file_from_parts(DeflatedExplicitVRLittleEndian, engine.compress(body) + engine.flush())
