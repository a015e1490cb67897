"""What does a PNG, JPEG or TIFF show?"""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image as Pillow
from PIL import ImageOps, UnidentifiedImageError

from clnm_core.domain.image import Image
from clnm_core.errors import ImageError
from clnm_core.imaging.greyscale import stretched
from clnm_core.imaging.limits import Limits, require_frame, require_size

_SOURCES = {"PNG": "PNG", "JPEG": "JPEG, lossy", "TIFF": "TIFF"}
_ORIENTATION = 0x0112  # EXIF
_SPACING_UNKNOWN = (
    "The file does not say how far apart its pixels lie in the body, so nothing can be measured "
    "in mm."
)


def read_raster(data: bytes, frame: int, limits: Limits) -> Image:
    """Read one frame; grey stays grey, colour stays colour, anything deeper is brought to 8 bits.

    Spacing is always unknown: the print resolution that such files carry says nothing about the
    body.

    Raises
    ------
    ImageError
        If the file breaks a limit, is cut off, or has no such frame.

    """
    Pillow.MAX_IMAGE_PIXELS = limits.pixels
    try:
        picture: Pillow.Image = Pillow.open(io.BytesIO(data), formats=list(_SOURCES))
    except (UnidentifiedImageError, Pillow.DecompressionBombError):
        raise ImageError(_unreadable(data, limits)) from None
    kind = _SOURCES[picture.format or ""]
    require_size(picture.height, picture.width, limits)
    frames = int(getattr(picture, "n_frames", 1))
    require_frame(frame, frames, limits)
    notes = [_SPACING_UNKNOWN]
    try:
        picture.seek(frame)
        require_size(picture.height, picture.width, limits)
        picture.load()
    except (OSError, SyntaxError, EOFError, ValueError):
        raise ImageError(
            f"The {kind.split(',')[0]} picture is cut off or damaged. Export it again."
        ) from None
    if picture.getexif().get(_ORIENTATION, 1) != 1:
        picture = ImageOps.exif_transpose(picture)
        notes.append("The picture was turned upright as the camera recorded it.")
    return Image(
        pixels=_display_values(picture, notes),
        frame=frame,
        frames=frames,
        source=kind,
        notes=tuple(notes),
    )


def _unreadable(data: bytes, limits: Limits) -> str:
    if data.startswith((b"II", b"MM")):
        return "The TIFF picture is damaged or of a rare kind. Export it as PNG."
    return (
        f"The picture is damaged, or larger than is read safely ({limits.pixels:,} pixels). "
        "Export it again."
    )


def _display_values(picture: Pillow.Image, notes: list[str]) -> NDArray[np.uint8]:
    mode = picture.mode
    if mode in ("1", "L"):
        return np.asarray(picture.convert("L"))
    if mode.startswith("I") or mode == "F":
        notes.append(
            "Its grey values have more than 8 bits; they are shown from the lowest (black) to the "
            "highest (white)."
        )
        return stretched(np.asarray(picture))
    if picture.has_transparency_data:
        layers = picture.convert("RGBA")
        if np.asarray(layers.getchannel("A")).min() < 255:
            notes.append("Transparent parts of the picture are shown black.")
        black = Pillow.new("RGBA", layers.size, (0, 0, 0, 255))
        picture = Pillow.alpha_composite(black, layers)
        if mode == "LA":
            return np.asarray(picture.convert("L"))
    return np.asarray(picture.convert("RGB"))
