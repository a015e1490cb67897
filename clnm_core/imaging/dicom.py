"""What does one frame of a DICOM file show?

Only the elements that a picture needs are kept; names, dates and free text are skipped while
parsing, and never reach the answer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.decoding import coding_words, decoded
from clnm_core.imaging.display import display_values
from clnm_core.imaging.elements import whole_number, word
from clnm_core.imaging.limits import Limits, require_frame, require_size
from clnm_core.imaging.makers import maker_of
from clnm_core.imaging.parsing import AGAIN, parsed, tags_of
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
    *("BurnedInAnnotation", "DirectoryRecordSequence", "Manufacturer"),
)
_TAGS = tags_of(_NEEDED)
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
    dataset = parsed(data, _TAGS, limits)
    require_readable(dataset, frame, limits)
    return picture_of(dataset, decoded(dataset, frame), frame, window)


def require_readable(dataset: Dataset, frame: int, limits: Limits) -> None:
    """Refuse a file without a picture or such a frame, or with more pixels than is safe.

    Raises
    ------
    ImageError

    """
    _require_picture(dataset)
    require_size(whole_number(dataset, "Rows"), whole_number(dataset, "Columns"), limits)
    require_frame(frame, max(1, whole_number(dataset, "NumberOfFrames", 1)), limits)


def picture_of(
    dataset: Dataset, stored: NDArray[np.generic], frame: int, window: str | None = None
) -> Image:
    """The decoded values of one frame as an image, with its scale and what to know about it.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
    stored : numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
    frame : int
        From 0.
    window : str, optional
        A name in ``windows.PRESETS``, for CT.

    Raises
    ------
    ImageError
        If the values do not fit what the file says about them.

    """
    rows, columns = whole_number(dataset, "Rows"), whole_number(dataset, "Columns")
    modality = _MODALITIES.get(word(dataset, "Modality"), Modality.OTHER)
    if stored.shape[:2] != (rows, columns):
        raise ImageError(f"The DICOM file states one size and holds a picture of another. {AGAIN}")
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
        frames=max(1, whole_number(dataset, "NumberOfFrames", 1)),
        source=f"DICOM, {coding_words(dataset)}",
        regions=regions,
        notes=notes,
        manufacturer=maker_of(word(dataset, "Manufacturer")),
    )


def _require_picture(dataset: Dataset) -> None:
    if any(keyword in dataset for keyword in _PIXELS):
        return
    kind = _WITHOUT_PICTURE.get(word(dataset, "Modality"))
    if "DirectoryRecordSequence" in dataset:
        kind = "the table of contents of a disc (DICOMDIR)"
    what = f": it is {kind}" if kind else ", or it was cut off before its picture"
    raise ImageError(f"The DICOM file holds no picture{what}. Choose a file with an image.")
