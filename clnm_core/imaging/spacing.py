"""How far apart do the pixels of a DICOM picture lie in the body?"""

from __future__ import annotations

from pydicom.dataset import Dataset

from clnm_core.domain.image import Modality, Region
from clnm_core.imaging.elements import frame_group, numbers
from clnm_core.imaging.regions import ultrasound_scale

_LARGEST_MM = 100.0
_UNKNOWN = (
    "The file does not say how far apart its pixels lie in the body, so nothing can be measured "
    "in mm."
)
_FILLER = (
    "The file states exactly 1 mm between pixels, which screenshots carry as a filler; the scale "
    "is taken as unknown."
)
_AT_DETECTOR = (
    "The scale is the one at the detector; parts of the body nearer to the source appear larger."
)
_NOT_SQUARE = (
    "The file says that its pixels are not square, but not how large they are; they are shown "
    "square."
)
_DISAGREE = (
    "The file's general pixel spacing differs from its ultrasound calibration; the calibration is "
    "used."
)


def pixel_spacing(
    dataset: Dataset, frame: int, modality: Modality, rows: int, columns: int
) -> tuple[tuple[float, float] | None, tuple[Region, ...], tuple[str, ...]]:
    """Spacing of one frame, the calibrated regions of ultrasound, and what to know about them.

    Parameters
    ----------
    dataset : pydicom.dataset.Dataset
    frame : int
        From 0.
    modality : Modality
    rows, columns : int

    Returns
    -------
    spacing_mm : tuple of float or None
        (row, column). In ultrasound the calibrated regions come first; then Pixel Spacing, of the
        frame or of the file; then Imager Pixel Spacing, with a note. ``None`` where nothing is
        stated: never a guess. Exactly 1 mm counts as stated only in CT.
    regions : tuple of Region
    notes : tuple of str

    """
    stated = _pair(frame_group(dataset, "PixelMeasuresSequence", frame), "PixelSpacing") or _pair(
        dataset, "PixelSpacing"
    )
    is_filler = stated == (1.0, 1.0) and modality is not Modality.CT
    if modality is Modality.ULTRASOUND:
        scale = ultrasound_scale(dataset, rows, columns)
        if scale.spacing_mm is not None:
            notes = scale.notes
            if stated and not is_filler and not _is_close(stated, scale.spacing_mm):
                notes += (_DISAGREE,)
            return scale.spacing_mm, scale.regions, notes
        if stated is None or is_filler or scale.regions:
            return None, scale.regions, (*scale.notes, *_unknown(dataset))
    if is_filler:
        return None, (), (_FILLER,)
    if stated is not None:
        return stated, (), ()
    at_detector = _pair(dataset, "ImagerPixelSpacing")
    if at_detector is not None:
        return at_detector, (), (_AT_DETECTOR,)
    return None, (), _unknown(dataset)


def _unknown(dataset: Dataset) -> tuple[str, ...]:
    aspect = numbers(dataset, "PixelAspectRatio")
    is_square = len(aspect) != 2 or aspect[0] == aspect[1]
    return (_UNKNOWN,) if is_square else (_UNKNOWN, _NOT_SQUARE)


def _pair(dataset: Dataset | None, keyword: str) -> tuple[float, float] | None:
    values = numbers(dataset, keyword)
    if len(values) != 2 or not all(0 < value < _LARGEST_MM for value in values):
        return None
    return values[0], values[1]


def _is_close(one: tuple[float, float], other: tuple[float, float]) -> bool:
    return all(abs(a - b) <= 0.01 * max(a, b) for a, b in zip(one, other, strict=True))
