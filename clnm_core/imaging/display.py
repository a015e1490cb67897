"""How do the stored values of a DICOM frame become a picture?

Rescale, then window, then photometric interpretation (DICOM PS3.3 C.11, C.7.6.3). The window is
the one that the file asks for; CT can be shown in a preset instead, so that pictures of different
hospitals look alike, and is shown in soft tissue of the neck where the file asks for none.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset
from pydicom.pixels.processing import apply_color_lut, apply_modality_lut, apply_voi

from clnm_core.domain.image import Modality
from clnm_core.errors import ImageError
from clnm_core.imaging.elements import frame_group, items, numbers, whole_number, word
from clnm_core.imaging.greyscale import stretched, windowed
from clnm_core.imaging.windows import PRESETS, SOFT_TISSUE


def display_values(
    stored: NDArray[np.generic],
    dataset: Dataset,
    frame: int,
    modality: Modality,
    window: str | None = None,
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    """One decoded frame as it is shown, and what was done to it.

    Parameters
    ----------
    stored : numpy.ndarray, shape (rows, columns) or (rows, columns, 3)
        Stored values; colour already in RGB.
    dataset : pydicom.dataset.Dataset
    frame : int
        From 0; enhanced files keep rescale and window per frame.
    modality : Modality
    window : str, optional
        A name in ``windows.PRESETS``, for CT; by default the file's own window.

    Returns
    -------
    pixels : numpy.ndarray of uint8, shape (rows, columns) or (rows, columns, 3)
    notes : tuple of str

    Raises
    ------
    ImageError
        If a palette is missing or of a kind that is not read.

    """
    interpretation = word(dataset, "PhotometricInterpretation")
    if interpretation == "PALETTE COLOR":
        return _painted(stored, dataset), ()
    if stored.ndim == 3:
        return _eight_bits(stored, whole_number(dataset, "BitsStored")), ()
    pixels, notes = _grey(stored, dataset, frame, modality, window)
    if interpretation == "MONOCHROME1" or word(dataset, "PresentationLUTShape") == "INVERSE":
        pixels = 255 - pixels
    return pixels, notes


def _painted(stored: NDArray[np.generic], dataset: Dataset) -> NDArray[np.uint8]:
    descriptor = numbers(dataset, "RedPaletteColorLookupTableDescriptor")
    if len(descriptor) != 3:
        raise ImageError(
            "The DICOM file says that its colours stand in a palette, but holds none. "
            "Export it again from the device or the archive."
        )
    if descriptor[2] == 8 and not 0 < descriptor[0] <= 256:
        raise ImageError(
            "The colour palette of the DICOM file is of a kind that is not read. "
            "Export the picture as PNG."
        )
    colours = apply_color_lut(stored, dataset)[..., :3]
    is_deep = colours.dtype.itemsize > 1 and int(colours.max(initial=0)) > 255
    return (colours >> 8 if is_deep else colours).astype(np.uint8)


def _eight_bits(stored: NDArray[np.generic], bits: int) -> NDArray[np.uint8]:
    if stored.dtype == np.uint8 and bits == 8:
        return stored.astype(np.uint8, copy=False)
    if stored.dtype.kind != "u" or not 1 <= bits <= 16:
        return stretched(stored)
    white = 2**bits - 1
    table = np.rint(np.arange(white + 1) * (255 / white)).astype(np.uint8)
    return table[np.minimum(stored, white)]


def _grey(
    stored: NDArray[np.generic],
    dataset: Dataset,
    frame: int,
    modality: Modality,
    preset: str | None,
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    values, is_rescaled = _rescaled(stored, dataset, frame)
    if modality is Modality.CT and (preset or not _asks_for_window(dataset, frame)):
        return _computed_tomography(values, preset or SOFT_TISSUE, is_rescaled)
    if items(dataset, "VOILUTSequence"):
        table = apply_voi(np.rint(values).astype(np.int32), dataset)
        return stretched(table), ("Shown through the grey table stored in the file.",)
    window = _window(dataset, frame)
    if window is not None:
        shape, centre, width = window
        note = f"Shown in the window stored in the file (level {centre:g}, width {width:g})."
        if shape == "SIGMOID":
            with np.errstate(over="ignore"):
                share = 1 / (1 + np.exp(-4 * (values - centre) / width))
            return np.rint(share * 255).astype(np.uint8), (note,)
        # LINEAR_EXACT has its ends half a value further out, and may be narrower than 1.
        if shape == "LINEAR_EXACT":
            share = np.clip((values - centre) / width + 0.5, 0, 1)
            return np.rint(np.nan_to_num(share) * 255).astype(np.uint8), (note,)
        return windowed(values, centre=centre, width=width), (note,)
    if stored.dtype == np.uint8 and not is_rescaled and numbers(dataset, "BitsStored") == (8.0,):
        return stored.astype(np.uint8, copy=False), ()
    note = (
        "The file asks for no window; grey values are shown from the lowest (black) to the "
        "highest (white)."
    )
    return stretched(values), (note,)


def _computed_tomography(
    values: NDArray[np.float32], preset: str, is_rescaled: bool
) -> tuple[NDArray[np.uint8], tuple[str, ...]]:
    one = PRESETS[preset]
    notes: tuple[str, ...] = (
        f"Shown in {one.words} (level {one.level:g} HU, width {one.width:g} HU).",
    )
    if not is_rescaled:
        notes += (
            "The file does not say how its values become Hounsfield units; they are taken as they "
            "are.",
        )
    return windowed(values, centre=one.level, width=one.width), notes


def _asks_for_window(dataset: Dataset, frame: int) -> bool:
    return bool(items(dataset, "VOILUTSequence")) or _window(dataset, frame) is not None


def _rescaled(
    stored: NDArray[np.generic], dataset: Dataset, frame: int
) -> tuple[NDArray[np.float32], bool]:
    if items(dataset, "ModalityLUTSequence"):
        return apply_modality_lut(stored, dataset).astype(np.float32), True
    for source in (frame_group(dataset, "PixelValueTransformationSequence", frame), dataset):
        slope, intercept = numbers(source, "RescaleSlope"), numbers(source, "RescaleIntercept")
        if len(slope) == 1 and len(intercept) == 1 and slope[0] != 0:
            is_changed = (slope[0], intercept[0]) != (1.0, 0.0) or source is not dataset
            values = stored.astype(np.float32) * np.float32(slope[0]) + np.float32(intercept[0])
            return values, is_changed or word(dataset, "Modality") == "CT"
    return stored.astype(np.float32), False


def _window(dataset: Dataset, frame: int) -> tuple[str, float, float] | None:
    """Function, centre and width of the first window that makes sense."""
    for source in (frame_group(dataset, "FrameVOILUTSequence", frame), dataset):
        if source is None:
            continue
        centres, widths = numbers(source, "WindowCenter"), numbers(source, "WindowWidth")
        shape = word(source, "VOILUTFunction")
        least = 0.0 if shape in ("LINEAR_EXACT", "SIGMOID") else 1.0
        if centres and widths and widths[0] > 0 and widths[0] >= least:
            return shape, centres[0], widths[0]
    return None
