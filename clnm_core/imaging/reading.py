"""What kind of file is this, and who reads it?

The first bytes decide, never the name. A file that is no picture is told apart by what it is, so
that somebody who picked the wrong one sees why.
"""

from __future__ import annotations

import struct

from clnm_core.domain.image import Image
from clnm_core.errors import ImageError
from clnm_core.imaging.limits import DEFAULT, Limits

_DICOM_MARK = slice(128, 132)
_PICTURES = (b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"II*\x00", b"MM\x00*", b"II+\x00", b"MM\x00+")
_PROGRAMS = (b"MZ", b"\x7fELF", b"\xcf\xfa\xed\xfe", b"\xca\xfe\xba\xbe", b"#!")
#: First bytes -> what the file is, and what to do.
_OTHERS: tuple[tuple[bytes, str], ...] = (
    (b"\x1f\x8b", "a gzip archive. Unpack it first"),
    (b"PK\x03\x04", "a zip archive or an Office document. Unpack it, or export the picture"),
    (b"PK\x05\x06", "an empty zip archive. Choose the picture itself"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive. Unpack it first"),
    (b"Rar!", "a RAR archive. Unpack it first"),
    (b"BZh", "a bzip2 archive. Unpack it first"),
    (b"\xfd7zXZ", "an xz archive. Unpack it first"),
    (b"%PDF", "a PDF document. Export the picture as DICOM or PNG"),
    (b"GIF8", "a GIF picture, which keeps too few grey levels. Export it as DICOM or PNG"),
    (b"BM", "a BMP picture. Export it as DICOM or PNG"),
    (b"RIFF", "a WebP picture or a film. Export one picture as DICOM or PNG"),
    (b"\x00\x00\x00\x0cjP  ", "a bare JPEG 2000 picture. Export it as DICOM or PNG"),
    (b"\xff\x4f\xff\x51", "a bare JPEG 2000 picture. Export it as DICOM or PNG"),
    (b"NRRD", "an NRRD volume, which is read as outlines, not as a picture. Export a slice as PNG"),
    (b"ObjectType", "a MetaImage volume. Export one slice as DICOM or PNG"),
    (b"\x89HDF", "an HDF5 file. Export one picture as DICOM or PNG"),
    (b"\x93NUMPY", "a NumPy array. Export the picture as DICOM or PNG"),
    (b"SQLite format 3", "a database. Choose the picture itself"),
    (b"<", "a web page or XML document. Choose the picture itself"),
    (b"{", "a text in JSON. Choose the picture itself"),
)
_ENDINGS = (".dcm", ".dicom", ".ima", ".dic")


def read_image(
    data: bytes,
    name: str = "",
    frame: int = 0,
    *,
    window: str | None = None,
    limits: Limits = DEFAULT,
) -> Image:
    """Read one frame of a picture. To be called in the child process only.

    Parameters
    ----------
    data : bytes
        The whole file.
    name : str
        Its name, or just the ending; a DICOM ending is repeated in a refusal.
    frame : int
        Which frame, from 0.
    window : str, optional
        A name in ``windows.PRESETS``, for CT; by default the file's own window.
    limits : Limits

    Returns
    -------
    Image

    Raises
    ------
    ImageError
        If the file is not a picture, breaks a limit, or is damaged in a way that is understood.
    Exception
        Anything that a parser raises on a damaged file; the child answers for it.

    """
    if data.startswith(_PROGRAMS):
        raise _refusal("a program or script. Do not open it; choose the picture itself", name)
    if is_dicom(data):
        from clnm_core.imaging.dicom import read_dicom

        return read_dicom(data, frame, limits, window)
    if data.startswith(_PICTURES):
        from clnm_core.imaging.raster import read_raster

        return read_raster(data, frame, limits)
    raise _refusal(_kind(data), name)


def is_picture(data: bytes) -> bool:
    """Whether the first bytes look like those of a picture that is read here."""
    return data.startswith(_PICTURES) or is_dicom(data)


def what_it_is(data: bytes) -> str:
    """What a file is that is no picture, in words: ``a PDF document``."""
    return "a program" if data.startswith(_PROGRAMS) else _kind(data).partition(". ")[0]


def is_dicom(data: bytes) -> bool:
    """Whether the first bytes look like DICOM, with or without the 128-byte preamble."""
    return data[_DICOM_MARK] == b"DICM" or _is_bare_dataset(data)


def _refusal(kind: str, name: str) -> ImageError:
    ending = name.lower()[name.rfind(".") :] if "." in name else ""
    despite = f" although its name ends in {ending}" if ending in _ENDINGS else ""
    return ImageError(f"This is not a DICOM, PNG, JPEG or TIFF image{despite}: it is {kind}.")


def _kind(data: bytes) -> str:
    for start, kind in _OTHERS:
        if data.startswith(start):
            return kind
    if data[4:8] == b"ftyp":
        return "a film or a phone picture (MP4, HEIC). Export one picture as DICOM or PNG"
    if data[344:347] in (b"n+1", b"ni1") or data[4:7] in (b"n+2", b"ni2"):
        return "a NIfTI volume, which is read as outlines, not as a picture. Export a slice as PNG"
    if _is_text(data[:4096]):
        return "a text or a table. Choose the picture itself"
    return "of a kind that is not known here, or damaged from its first byte. Export it again"


def _is_text(data: bytes) -> bool:
    try:
        words = data.decode("utf-8", errors="strict" if len(data) < 4096 else "ignore")
    except UnicodeDecodeError:
        return False
    return bool(words) and all(letter.isprintable() or letter.isspace() for letter in words)


def _is_bare_dataset(data: bytes) -> bool:
    """Whether it looks like DICOM without the 128-byte preamble, as old devices write it.

    The first element must be of group 0002 or 0008, either with a value representation of two
    capitals or, in implicit form, with a short length.
    """
    if len(data) < 16:
        return False
    for order in "<>":
        group, element = struct.unpack_from(f"{order}HH", data)
        if group in (0x0002, 0x0008) and element <= 0x0100:
            representation = data[4:6]
            if representation.isalpha() and representation.isupper():
                return True
            (length,) = struct.unpack_from(f"{order}I", data, 4)
            return order == "<" and length <= 256 and length % 2 == 0
    return False
