"""How is a DICOM file taken apart without trusting it?

Only the elements that are asked for are kept; all others are skipped while parsing. What is
deflated is inflated within bounds.
"""

from __future__ import annotations

import io
from collections.abc import Iterable

import pydicom
from pydicom import config
from pydicom.datadict import tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.errors import InvalidDicomError
from pydicom.filereader import read_dataset
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    UID,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from clnm_core.errors import ImageError
from clnm_core.imaging.inflating import inflated
from clnm_core.imaging.limits import Limits

AGAIN = "Export it again from the device or the archive."

config.settings.reading_validation_mode = config.IGNORE


def tags_of(keywords: Iterable[str]) -> list[BaseTag | int]:
    """The tags of these DICOM keywords."""
    return [Tag(tag_for_keyword(keyword) or 0) for keyword in keywords]


def parsed(data: bytes, tags: list[BaseTag | int], limits: Limits) -> Dataset:
    """The elements that were asked for, with the coding of the file in its meta information.

    Parameters
    ----------
    data : bytes
        The whole file, with or without the 128-byte preamble.
    tags : list
        Which elements, or none for all; of a sequence, everything is kept.
    limits : Limits

    Returns
    -------
    pydicom.dataset.Dataset

    Raises
    ------
    ImageError
        If it is no DICOM, or inflates beyond the limit.
    Exception
        Whatever the parser raises on a damaged file.

    """
    whole = _inflated(data, limits)
    if whole is not None:
        dataset = read_dataset(io.BytesIO(whole), False, True, specific_tags=tags)
        dataset.set_original_encoding(False, True)
        _name_coding(dataset, DeflatedExplicitVRLittleEndian)
        return dataset
    try:
        dataset = pydicom.dcmread(io.BytesIO(data), force=True, specific_tags=tags)
    except InvalidDicomError:
        raise ImageError(f"The DICOM file is damaged from its first bytes. {AGAIN}") from None
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
    return inflated(stream.read(), limits.inflated_bytes, "The deflated DICOM file")
