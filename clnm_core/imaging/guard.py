"""How is a file from outside read without trusting it?

Parsers of image files are large, partly written in C, and have been broken before. So another
process reads the file: it gets the bytes through a pipe, next to no environment, bounded memory,
time and files, and answers with a JSON header and raw arrays. Three questions can be put to it:
what a picture shows, what is left of a file once nobody can be recognised in it, and which pixels
of a picture somebody has outlined. ``exchange`` carries them, ``answers`` checks what comes back.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from clnm_core.domain.image import Image
from clnm_core.errors import ImageError
from clnm_core.imaging.answers import image_from, masks_from, received_from
from clnm_core.imaging.exchange import ask
from clnm_core.imaging.limits import DEFAULT, Limits, packed_bytes
from clnm_core.imaging.windows import require_window

if TYPE_CHECKING:  # what a disguise is made of is loaded where it is used
    from clnm_core.imaging.disguise import Disguise
    from clnm_core.imaging.received import Received


def read_untrusted(
    data: bytes, name: str, *, frame: int = 0, window: str | None = None, limits: Limits = DEFAULT
) -> Image:
    """Read one frame of an image file that somebody gave us.

    Parameters
    ----------
    data : bytes
        The file: DICOM, PNG, JPEG or TIFF; recognised by its content.
    name : str
        Name of the file. Only its ending is used, and only to word a refusal.
    frame : int
        Which frame, from 0.
    window : str, optional
        A name in ``windows.PRESETS``: the grey window in which CT is shown. By default the window
        that the file asks for, else soft tissue of the neck.
    limits : Limits
        What reading may cost.

    Returns
    -------
    Image

    Raises
    ------
    ImageError
        One sentence, or two, for the reader: what is wrong and what to do. Never holds text from
        the file or its name. Nothing else is raised for any content of ``data``.
    ValueError
        If ``frame`` is negative or there is no such window.

    """
    require_window(window)
    _require(data, frame, limits)
    question = _question("image", name, frame, limits) | {"window": window}
    header, parts = ask(
        question, [data], most_bytes=[3 * limits.pixels], wall_seconds=limits.wall_seconds
    )
    return image_from(header, parts, limits)


def receive_untrusted(
    data: bytes, name: str, *, disguise: Disguise, frame: int = 0, limits: Limits = DEFAULT
) -> Received:
    """Read a file that somebody gave us, and take out of it whatever tells who the patient is.

    Parameters
    ----------
    data : bytes
        The file: DICOM, PNG, JPEG or TIFF; recognised by its content.
    name : str
        Name of the file. Only its ending is used, and only to word a refusal.
    disguise : Disguise
        Goes to the other process through the pipe, and nowhere else.
    frame : int
        Which frame is shown, from 0. The de-identified file keeps all.
    limits : Limits
        What reading may cost.

    Returns
    -------
    Received
        The picture, and the de-identified file where it was DICOM.

    Raises
    ------
    ImageError
        As for ``read_untrusted``.
    ValueError
        If ``frame`` is negative.

    """
    _require(data, frame, limits)
    question = _question("receive", name, frame, limits)
    question["disguise"] = {
        "key": disguise.key.hex(),
        "patient": disguise.patient,
        "shift_days": disguise.shift_days,
    }
    header, parts = ask(
        question,
        [data],
        most_bytes=[3 * limits.pixels, limits.inflated_bytes],
        wall_seconds=limits.wall_seconds,
    )
    return received_from(header, parts, limits)


def read_masks_untrusted(
    data: bytes, name: str, *, image: bytes, frame: int = 0, limits: Limits = DEFAULT
) -> dict[str, NDArray[np.bool_]]:
    """Read which pixels of a picture somebody has outlined, from a file that somebody gave us.

    Parameters
    ----------
    data : bytes
        The file with the outlines: DICOM segmentation, RTSTRUCT, NIfTI, NRRD, PNG or TIFF.
    name : str
        Its name. Only its ending is used, and only to word a refusal.
    image : bytes
        The file with the picture. It says where the picture lies in the body, and by which number
        others refer to it; neither leaves the other process.
    frame : int
        Which frame of ``image``, from 0.
    limits : Limits
        What reading may cost; each file may be as large as one file may be.

    Returns
    -------
    dict of str to numpy.ndarray of bool, shape (rows, columns)
        Name of each structure, as the file calls it but in plain letters, and its pixels on that
        frame. Structures without a pixel on the frame are left out; never empty.

    Raises
    ------
    ImageError
        As for ``read_untrusted``; also if the file outlines nothing on this picture.
    ValueError
        If ``frame`` is negative.

    """
    _require(data, frame, limits)
    _require(image, frame, limits)
    header, parts = ask(
        _question("masks", name, frame, limits),
        [data, image],
        most_bytes=[packed_bytes(limits.pixels)] * limits.structures,
        wall_seconds=limits.wall_seconds,
    )
    return masks_from(header, parts, limits)


def _question(what: str, name: str, frame: int, limits: Limits) -> dict[str, Any]:
    return {
        "what": what,
        "ending": _ending(name),
        "frame": frame,
        "limits": asdict(limits),
    }


def _ending(name: str) -> str:
    """Up to eight plain characters from the last dot on; the rest of a name says nothing here."""
    ending = Path(name[-300:]).suffix.lower()[:8]
    return ending if ending.isascii() and ending.isprintable() else ""


def _require(data: bytes, frame: int, limits: Limits) -> None:
    if frame < 0:
        raise ValueError(f"frame must be 0 or more; got {frame}.")
    if not data:
        raise ImageError("The file is empty. Choose it again, or export it again.")
    if len(data) > limits.file_bytes:
        raise ImageError(
            f"The file has {len(data) / 2**20:,.0f} MB, more than is read safely "
            f"(at most {limits.file_bytes / 2**20:,.0f} MB). Export the one picture that matters."
        )
