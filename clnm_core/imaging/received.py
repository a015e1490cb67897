"""What comes back when a file from outside was read and de-identified?

Apart from the code that does it, so that whoever asks loads no parser.
"""

from __future__ import annotations

from dataclasses import dataclass

from clnm_core.domain.image import Image


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
