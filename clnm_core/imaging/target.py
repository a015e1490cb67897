"""Onto which frame of which picture are outlines put?"""

from __future__ import annotations

from dataclasses import dataclass

from pydicom.dataset import Dataset

from clnm_core.imaging.elements import whole_number
from clnm_core.imaging.limits import Limits, require_frame, require_size
from clnm_core.imaging.parsing import parsed, tags_of
from clnm_core.imaging.plane import Plane, identifier, plane_of, refers_to
from clnm_core.imaging.reading import is_dicom, read_image

_TAGS = tags_of(
    (
        *("SOPInstanceUID", "FrameOfReferenceUID", "Rows", "Columns", "NumberOfFrames"),
        *("ImagePositionPatient", "ImageOrientationPatient", "PixelSpacing", "SliceThickness"),
        *("SharedFunctionalGroupsSequence", "PerFrameFunctionalGroupsSequence"),
    )
)


@dataclass(frozen=True, slots=True)
class Target:
    """One frame of a picture. Its identifiers are for comparing and go nowhere.

    Parameters
    ----------
    shape : tuple of int
        Rows and columns.
    frame, frames : int
        Which frame, from 0, of how many.
    plane : Plane or None
        Where it lies in the body; ``None`` where the file does not say.
    instance, frame_of_reference : str
        SOP Instance UID and Frame of Reference UID; empty for what is not DICOM.

    """

    shape: tuple[int, int]
    frame: int
    frames: int
    plane: Plane | None = None
    instance: str = ""
    frame_of_reference: str = ""

    def is_meant_by(self, item: Dataset) -> bool:
        """Whether a reference in another file means this frame."""
        return refers_to(item, self.instance, self.frame)

    def is_elsewhere(self, frame_of_reference: str) -> bool:
        """Whether coordinates in another file belong to another body, or another scan of it."""
        ours = self.frame_of_reference
        return bool(ours and frame_of_reference and ours != frame_of_reference)


def target_of(image: bytes, frame: int, limits: Limits) -> Target:
    """The frame onto which outlines are put. Of DICOM only the header is read.

    Parameters
    ----------
    image : bytes
        The file with the picture.
    frame : int
        From 0.
    limits : Limits

    Raises
    ------
    ImageError
        If the picture is none, breaks a limit, or has no such frame.
    Exception
        Whatever a parser raises on a damaged file.

    """
    if not is_dicom(image):
        picture = read_image(image, frame=frame, limits=limits)
        rows, columns = picture.pixels.shape[:2]
        return Target((rows, columns), frame, picture.frames)
    dataset = parsed(image, _TAGS, limits)
    rows, columns = whole_number(dataset, "Rows"), whole_number(dataset, "Columns")
    require_size(rows, columns, limits)
    frames = max(1, whole_number(dataset, "NumberOfFrames", 1))
    require_frame(frame, frames, limits)
    return Target(
        (rows, columns),
        frame,
        frames,
        plane=plane_of(dataset, frame),
        instance=identifier(dataset, "SOPInstanceUID"),
        frame_of_reference=identifier(dataset, "FrameOfReferenceUID"),
    )
