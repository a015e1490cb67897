"""What is left of a file from outside, once nobody can be recognised in it?

Called in the child process that ``guard`` starts, and nowhere else. Of DICOM there remain a
picture and a new file; of PNG, JPEG and TIFF only the picture, so that comments, positions and
thumbnails in them end here.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, SecondaryCaptureImageStorage

from clnm_core.imaging.blackout import Pixels, clean_pixels, store_pixels
from clnm_core.imaging.burned_in import doubt, doubt_of_raster
from clnm_core.imaging.decoding import coding_words
from clnm_core.imaging.deidentify import deidentified, with_clean_pixels
from clnm_core.imaging.dicom import picture_of, require_readable
from clnm_core.imaging.disguise import Disguise
from clnm_core.imaging.elements import word
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.parsing import parsed
from clnm_core.imaging.reading import is_dicom, read_image
from clnm_core.imaging.received import Received

#: Frames of a film that are searched for letters: they are drawn once and stay.
_MOST_SEARCHED = 8


def receive(data: bytes, ending: str, disguise: Disguise, frame: int, limits: Limits) -> Received:
    """De-identify a file and read one frame of it.

    Parameters
    ----------
    data : bytes
        The whole file.
    ending : str
        Ending of its name; it only words a refusal.
    disguise : Disguise
        What replaces the identity of the patient.
    frame : int
        Which frame is shown, from 0. All frames stay in the file, unless they are too many to be
        searched safely: then this one alone, which becomes its first, with a note.
    limits : Limits

    Returns
    -------
    Received

    Raises
    ------
    ImageError
        If the file is not a picture, breaks a limit, or is damaged in a way that is understood.
    Exception
        Anything that a parser raises on a damaged file; the child answers for it.

    """
    if is_dicom(data):
        return _received(data, disguise, frame, limits)
    image = read_image(data, ending, frame, limits=limits)
    reason = doubt_of_raster(image.pixels)
    return Received(image=image, dicom=b"", is_doubtful=bool(reason), reason=reason)


def _received(data: bytes, disguise: Disguise, frame: int, limits: Limits) -> Received:
    dataset = parsed(data, [], limits)
    require_readable(dataset, frame, limits)
    pixels = clean_pixels(dataset, frame, limits)
    header = deidentified(dataset, disguise)
    clean = header.dataset
    store_pixels(clean, pixels)
    _name(clean, dataset, data, disguise)
    reason = doubt(
        dataset,
        (_shown(clean, pixels, number) for number in _searched(len(pixels.frames))),
        is_blacked_out=pixels.is_inside is not None,
    )
    if not reason and pixels.blackened > 0:
        with_clean_pixels(header)
    _state_whether_text_is_left(clean, dataset, reason, pixels)
    place = frame - pixels.first
    image = picture_of(clean, pixels.frames[place], place)
    return Received(
        image=replace(
            image,
            source=f"DICOM, {coding_words(dataset)}",
            notes=(*image.notes, *_notes(dataset, pixels, frame)),
        ),
        dicom=_written(clean),
        is_doubtful=bool(reason),
        reason=reason,
    )


def _searched(frames: int) -> list[int]:
    chosen = np.linspace(0, frames - 1, min(frames, _MOST_SEARCHED))
    return [int(number) for number in np.unique(chosen.round())]


def _shown(dataset: Dataset, pixels: Pixels, number: int) -> NDArray[np.uint8]:
    return picture_of(dataset, pixels.frames[number], number).pixels


def _name(clean: Dataset, dataset: Dataset, data: bytes, disguise: Disguise) -> None:
    """Give the file its own identifiers where they were missing, and its meta information."""
    meta = dataset.file_meta
    if not clean.get("SOPInstanceUID"):
        stated = str(meta.get("MediaStorageSOPInstanceUID") or hashlib.sha256(data).hexdigest())
        clean.SOPInstanceUID = disguise.uid(stated)
    if not clean.get("SOPClassUID"):
        stated = str(meta.get("MediaStorageSOPClassUID") or "")
        is_standard = stated.startswith("1.2.840.10008.")
        clean.SOPClassUID = stated if is_standard else SecondaryCaptureImageStorage
    clean.file_meta = FileMetaDataset()
    clean.file_meta.MediaStorageSOPClassUID = clean.SOPClassUID
    clean.file_meta.MediaStorageSOPInstanceUID = clean.SOPInstanceUID
    clean.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian


def _state_whether_text_is_left(
    clean: Dataset, dataset: Dataset, reason: str, pixels: Pixels
) -> None:
    if not reason and (pixels.is_inside is not None or word(dataset, "BurnedInAnnotation") == "NO"):
        clean.BurnedInAnnotation = "NO"
    elif word(dataset, "BurnedInAnnotation") != "YES" and "BurnedInAnnotation" in clean:
        del clean.BurnedInAnnotation


def _notes(dataset: Dataset, pixels: Pixels, frame: int) -> tuple[str, ...]:
    notes: tuple[str, ...] = ()
    if pixels.blackened > 0:
        notes += (
            f"Outside the regions that the device names, {pixels.blackened:.0%} of the picture "
            "was blacked out.",
        )
    if len(pixels.frames) == 1 and int(dataset.get("NumberOfFrames") or 1) > 1:
        notes += (
            f"The file held {int(dataset.NumberOfFrames):,} frames, more than can be searched "
            f"safely; only frame {frame + 1:,} was kept.",
        )
    return notes


def _written(dataset: Dataset) -> bytes:
    buffer = io.BytesIO()
    dataset.save_as(buffer, implicit_vr=False, little_endian=True, enforce_file_format=True)
    return buffer.getvalue()
