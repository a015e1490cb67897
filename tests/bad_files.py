"""Two hundred uploads that somebody might try, by accident or by intent, and what each deserves.

Every file is made here, the same in every run. ``refused`` gets a sentence, ``read`` an answer;
nothing gets an exception. What is wrong only in part is read, and what was taken is said.
"""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from PIL import Image as Pillow
from PIL import PngImagePlugin
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    UID,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    RLELossless,
)
from pydicom.uid import DeflatedExplicitVRLittleEndian as DEFLATED

from tests.fuzz.seeds import COLOUR, GREY, SLICE_FILE, made
from tests.unit.imaging.dicom_files import body_of, dataset_of, file_from_parts, file_of
from tests.unit.imaging.placed_files import nifti_file, nrrd_bytes
from tests.us_file import calibrated_ultrasound

REFUSED, READ = "refused", "read"
BOMB = 40 * 2**20
"""Bytes into which a bomb unfolds: enough to hurt a reader without bounds, little to make."""

BIG_BOMB = 260 * 2**20
"""More than a compressed file may unfold into."""

EVIL_WORDS = {
    "emoji": "🙂" * 40,
    "sql": "'; DROP TABLE cases; --",
    "html": "<script>alert(1)</script><img src=x onerror=alert(2)>",
    "rtl": "\u202eexe.egami \u05e9\u05dc\u05d5\u05dd",
    "null": "a\0b",
    "escape": "\x1b[2J\x07",
    "format": "%s%n{0.__class__}{{}}",
    "path": "../../etc/passwd",
    "long": "x" * 1_000_000,
    "chinese": "左叶低回声结节",
    "combining": "e" + "\u0301" * 5_000,
    "surrogate": "\ud800",
    "blank": " \t\r\n\u200b",
}


@dataclass(frozen=True)
class BadFile:
    """One upload.

    ``kind`` says where it is given: ``picture``, ``outline``, ``form`` or ``report``.
    """

    kind: str
    id: str
    name: str
    make: Callable[[], bytes]
    expected: str

    @property
    def data(self) -> bytes:
        return self.make()


def bad_files() -> list[BadFile]:
    """All of them."""
    found = [*_pictures(), *_outlines(), *_forms(), *_reports()]
    names = [(one.kind, one.id) for one in found]
    assert len(set(names)) == len(names)
    return found


def _of(kind: str, id: str, name: str, data: Any, expected: str) -> BadFile:
    return BadFile(kind, id, name, data if callable(data) else lambda: data, expected)


# Pictures


def _pictures() -> Iterator[BadFile]:
    def one(id: str, name: str, data: Any, expected: str = REFUSED) -> BadFile:
        return _of("picture", id, name, data, expected)

    yield one("empty", "scan.dcm", b"")
    yield one("one byte", "scan.png", b"\x89")
    yield one("zeros", "scan.dcm", bytes(10_000))
    yield one("noise", "scan.jpg", lambda: np.random.default_rng(0).bytes(20_000))
    for ending in ("png", "dcm", "jpg", "tif", "", "exe", "\u202egnp"):
        yield one(f"text as {ending!r}", f"scan.{ending}", b"Dear doctor, please find attached.")
    for id, data in _others():
        yield one(f"{id} as dcm", "scan.dcm", data)
        yield one(f"{id} as png", "scan.png", data)
    for seed, name in (("png", "x.dcm"), ("jpeg-file", "x.png"), ("plain", "x.jpg"), ("tiff", "x")):
        yield one(f"{seed} renamed", name, lambda seed=seed: _seed(seed), READ)
    for seed in ("png", "jpeg-file", "tiff", "plain", "ultrasound", "rle", "jpeg-2000"):
        whole = len(_seed(seed))
        for share in (1, 5, 20, 50, 80, 95):
            end = max(1, whole * share // 100)
            # What is cut off of this one, small as it is, holds no pixels.
            is_whole = seed == "png" and share >= 80
            yield one(
                f"{seed} cut at {share} %", f"x.{seed[:3]}",
                lambda s=seed, e=end: _seed(s)[:e], READ if is_whole else REFUSED,
            )  # fmt: skip
    yield from _sizes(one)
    yield from _png(one)
    yield from _raster(one)
    yield from _dicom(one)
    yield from _other_dicom(one)


@lru_cache(maxsize=1)
def _made() -> dict[str, bytes]:
    return made()


def _seed(name: str) -> bytes:
    return _made()[name]


def _others() -> Iterator[tuple[str, Any]]:
    """Files of other kinds."""

    def folder() -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w") as out:
            out.writestr("scan.dcm", b"x")
        return buffer.getvalue()

    def bomb() -> bytes:
        buffer = io.BytesIO()
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as out:
            out.writestr("scan.dcm", bytes(BOMB))
        return buffer.getvalue()

    yield "pdf", b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer<<>>\n%%EOF"
    yield "zip", folder
    yield "zip bomb", bomb
    yield "gzip bomb", lambda: gzip.compress(bytes(BOMB), mtime=0)
    yield "program", b"MZ" + bytes(200)
    yield "svg", b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    yield "html", b"<!doctype html><script>alert(1)</script>"
    yield "gif", lambda: _saved(Pillow.fromarray(GREY), "GIF")
    yield "bmp", lambda: _saved(Pillow.fromarray(GREY), "BMP")
    yield "webp", lambda: _saved(Pillow.fromarray(COLOUR), "WEBP")
    yield "heic", b"\0\0\0\x18ftypheic" + bytes(100)
    yield "video", b"\0\0\0\x18ftypmp42" + bytes(100)
    yield "pickle", b"\x80\x04cos\nsystem\n(S'true'\ntR."
    yield "nifti", lambda: _seed("nifti")
    yield "nrrd", lambda: _seed("nrrd")


def _saved(picture: Pillow.Image, kind: str, **settings: Any) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **settings)
    return buffer.getvalue()


def _sizes(one: Callable[..., BadFile]) -> Iterator[BadFile]:
    """One pixel, one row, black, white, and sizes that are only claimed."""
    for shape in ((1, 1), (1, 4000), (4000, 1)):
        pixels = np.full(shape, 77, dtype=np.uint8)
        picture = Pillow.fromarray(pixels)
        yield one(f"png of {shape}", "x.png", lambda p=picture: _saved(p, "PNG"), READ)
        yield one(f"dicom of {shape}", "x.dcm", lambda p=pixels: file_of(dataset_of(p)), READ)
    for grey, word in ((0, "black"), (255, "white")):
        pixels = np.full((64, 64), grey, dtype=np.uint8)
        yield one(f"all {word}", "x.dcm", lambda p=pixels: file_of(dataset_of(p)), READ)
    for side in (17_000, 65_535, 2**31 - 1, 0):
        yield one(f"png claims {side}", "x.png", lambda s=side: _png_file(s, s, b""))
    yield one("png claims 4096 of 4097", "x.png", lambda: _png_file(4097, 4097, b""))
    yield one("jpeg claims 65535", "x.jpg", lambda: _jpeg_of_size(65_535))
    for rows, columns in ((65_535, 65_535), (0, 20), (16, 0), (16, 21)):
        claimed = {"Rows": rows, "Columns": columns}
        yield one(f"dicom claims {rows} x {columns}", "x.dcm", lambda c=claimed: _us(**c))
    for frames in ("1000000", "2147483647"):
        yield one(f"dicom claims {frames} frames", "x.dcm", lambda f=frames: _us(NumberOfFrames=f))


def _png_file(columns: int, rows: int, packed: bytes, *more: tuple[bytes, bytes]) -> bytes:
    head = struct.pack(">IIBBBBB", columns, rows, 8, 0, 0, 0, 0)
    return _chunks((b"IHDR", head), *more, (b"IDAT", packed), (b"IEND", b""))


def _chunks(*chunks: tuple[bytes, bytes]) -> bytes:
    found = b"\x89PNG\r\n\x1a\n"
    for kind, data in chunks:
        found += struct.pack(">I", len(data)) + kind + data
        found += struct.pack(">I", zlib.crc32(kind + data))
    return found


def _jpeg_of_size(side: int) -> bytes:
    data = _seed("jpeg-file")
    place = data.index(b"\xff\xc0")
    return data[: place + 5] + struct.pack(">HH", side, side) + data[place + 9 :]


def _png(one: Callable[..., BadFile]) -> Iterator[BadFile]:
    whole = _seed("png")
    idat = whole.index(b"IDAT")
    yield one("png with a wrong sum over its head", "x.png", whole[:29] + b"\0\0\0\0" + whole[33:])
    damaged = bytearray(whole)
    damaged[idat + 10] ^= 0xFF
    yield one("png with a damaged byte", "x.png", bytes(damaged))
    yield one("png without its end", "x.png", whole[:-12], READ)
    yield one("png with more behind its end", "x.png", whole + b"<?php evil(); ?>" * 10, READ)
    rows = b"".join(b"\0" + row.tobytes() for row in GREY)
    bomb = zlib.compress(rows + bytes(BOMB), 9)
    yield one("png with more pixels than it claims", "x.png", _png_file(20, 16, bomb), READ)
    text = (b"zTXt", b"Comment\0\0" + zlib.compress(bytes(BOMB), 9))
    yield one(
        "png with a bomb for a comment", "x.png", _png_file(20, 16, zlib.compress(rows), text)
    )
    colours = (b"iCCP", b"x\0\0" + zlib.compress(bytes(BOMB), 9))
    yield one(
        "png with a bomb for its colours", "x.png",
        _png_file(20, 16, zlib.compress(rows), colours),
    )  # fmt: skip
    yield one("png without pixels", "x.png", _png_file(20, 16, b""))
    yield one("png with pixels that are no zlib", "x.png", _png_file(20, 16, b"pixels" * 9))
    info = PngImagePlugin.PngInfo()
    for name in ("html", "rtl", "emoji"):
        info.add_itxt("Patient", EVIL_WORDS[name])
    yield one(
        "png with words", "x.png", lambda: _saved(Pillow.fromarray(GREY), "PNG", pnginfo=info), READ
    )
    frames = [Pillow.fromarray(np.roll(COLOUR, step, 0)) for step in range(4)]
    yield one(
        "animated png", "x.png",
        lambda: _saved(frames[0], "PNG", save_all=True, append_images=frames[1:]), READ,
    )  # fmt: skip


def _raster(one: Callable[..., BadFile]) -> Iterator[BadFile]:
    grey, colour = Pillow.fromarray(GREY), Pillow.fromarray(COLOUR)
    deep = Pillow.fromarray(GREY.astype(np.uint16) * 200)
    floats = GREY.astype(np.float32)
    floats[0, 0], floats[3, 4], floats[5, 5] = np.nan, np.inf, -np.inf
    nothing = np.full((16, 20), np.nan, dtype=np.float32)
    pictures: dict[str, tuple[Pillow.Image, str, dict[str, Any]]] = {
        "16 bit png": (deep, "PNG", {}),
        "palette png": (colour.convert("P"), "PNG", {}),
        "palette png that is clear": (colour.convert("P"), "PNG", {"transparency": 0}),
        "1 bit png": (grey.convert("1"), "PNG", {}),
        "grey and clear png": (grey.convert("LA"), "PNG", {}),
        "colour and clear png": (colour.convert("RGBA"), "PNG", {}),
        "cmyk jpeg": (colour.convert("CMYK"), "JPEG", {}),
        "progressive jpeg": (colour, "JPEG", {"progressive": True}),
        "jpeg of quality 1": (colour, "JPEG", {"quality": 1}),
        "cmyk tiff": (colour.convert("CMYK"), "TIFF", {}),
        "lab tiff": (Pillow.merge("LAB", colour.split()), "TIFF", {}),
        "ycbcr tiff": (colour.convert("YCbCr"), "TIFF", {}),
        "float tiff with nan and inf": (Pillow.fromarray(floats), "TIFF", {}),
        "float tiff of nan alone": (Pillow.fromarray(nothing), "TIFF", {}),
        "32 bit tiff": (Pillow.fromarray(GREY.astype(np.int32) * -9_999), "TIFF", {}),
        "tiff of pages": (grey, "TIFF", {"save_all": True, "append_images": [grey, grey]}),
    }
    for id, (picture, kind, settings) in pictures.items():
        yield one(
            id, f"x.{kind.lower()}", lambda p=picture, k=kind, s=settings: _saved(p, k, **s), READ
        )
    for turn in (3, 6, 8, 9, 65_535):
        turned = Pillow.Exif()
        turned[0x0112] = turn
        yield one(
            f"jpeg turned by {turn}", "x.jpg",
            lambda t=turned: _saved(colour, "JPEG", exif=t.tobytes()), READ,
        )  # fmt: skip
    yield one(
        "jpeg with broken exif", "x.jpg",
        lambda: _saved(colour, "JPEG", exif=b"Exif\0\0MM\0*\xff\xff\xff\xff"), READ,
    )  # fmt: skip


def _us(**changes: Any) -> bytes:
    """An ultrasound file with some elements changed; ``None`` takes one out."""
    dataset = dataset_of(GREY)
    for keyword, value in changes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    return file_of(dataset)


def _raw(keyword_bytes: bytes, *, in_place_of: bytes) -> bytes:
    """An ultrasound file in which some bytes stand for others of the same length."""
    whole = file_of(dataset_of(GREY))
    assert in_place_of in whole
    return whole.replace(in_place_of, keyword_bytes, 1)


def _dicom(one: Callable[..., BadFile]) -> Iterator[BadFile]:
    """Tags that are absurd."""
    refused: dict[str, dict[str, Any]] = {
        "no pixels": {"PixelData": None},
        "no rows": {"Rows": None},
        "no bits": {"BitsAllocated": None},
        "64 bits": {"BitsAllocated": 64},
        "0 bits": {"BitsAllocated": 0},
        "4 samples": {"SamplesPerPixel": 4},
        "0 samples": {"SamplesPerPixel": 0},
        "unknown colours": {"PhotometricInterpretation": "TARTAN"},
        "palette without one": {"PhotometricInterpretation": "PALETTE COLOR"},
        "too few pixels": {"PixelData": b"\0\0"},
        "no pixel at all": {"PixelData": b""},
        "sign 7": {"PixelRepresentation": 7},
        "negative frames": {"NumberOfFrames": -3},
    }
    for id, changes in refused.items():
        yield one(f"dicom: {id}", "x.dcm", lambda c=changes: _us(**c))
    taken: dict[str, dict[str, Any]] = {
        "more pixels than stated": {"PixelData": GREY.tobytes() + bytes(1_000)},
        "0 frames": {"NumberOfFrames": 0},
        "spacing 0": {"PixelSpacing": [0, 0]},
        "negative spacing": {"PixelSpacing": [-1, -1]},
        "huge spacing": {"PixelSpacing": [1e9, 1e9]},
        "one spacing": {"PixelSpacing": [0.1]},
        "filler spacing": {"PixelSpacing": [1, 1]},
        "aspect 0": {"PixelAspectRatio": [0, 0]},
        "window 0": {"WindowCenter": 0, "WindowWidth": 0},
        "negative window": {"WindowCenter": 40, "WindowWidth": -400},
        "huge window": {"WindowCenter": 1e15, "WindowWidth": 1e15},
        "slope 0": {"RescaleSlope": 0, "RescaleIntercept": 0},
        "huge slope": {"RescaleSlope": 1e15, "RescaleIntercept": 1e15},
        "modality nonsense": {"Modality": "XYZZY"},
        "modality empty": {"Modality": ""},
        "region of nothing": {"SequenceOfUltrasoundRegions": Sequence()},
        "region without values": {"SequenceOfUltrasoundRegions": Sequence([Dataset()])},
        "a megabyte of private data": {"PatientComments": "x" * 1_000_000},
        "names": {"PatientName": "\u202eМустер^Эрика^😀", "SpecificCharacterSet": "ISO_IR 192"},
        "unknown letters": {"SpecificCharacterSet": "KLINGON"},
    }
    for id, changes in taken.items():
        yield one(f"dicom: {id}", "x.dcm", lambda c=changes: _us(**c), READ)
    for id, delta in (("0", 0.0), ("negative", -0.1), ("nan", float("nan")), ("inf", float("inf"))):
        yield one(f"dicom: region of {id}", "x.dcm", lambda d=delta: _region(d), READ)
    yield one("dicom: nested", "x.dcm", lambda: _nested(30), READ)
    yield one("dicom: nested deeply", "x.dcm", lambda: _nested(3_000))
    yield one("dicom: nested beyond reason", "x.dcm", _endless)
    yield one(
        "dicom: deflated bomb", "x.dcm", lambda: file_from_parts(DEFLATED, _zeros(BIG_BOMB, -15))
    )
    body = body_of(dataset_of(GREY))
    yield one("dicom: unknown coding", "x.dcm", file_from_parts(UID("1.2.3.4.5"), body))
    for coding, name in (
        (RLELossless, "rle"),
        (JPEGBaseline8Bit, "jpeg"),
        (JPEG2000Lossless, "j2k"),
    ):
        yield one(
            f"dicom: {name} that is none", "x.dcm", lambda c=coding: _encapsulated(c, b"no" * 50)
        )
        yield one(f"dicom: {name} of nothing", "x.dcm", lambda c=coding: _encapsulated(c, b""))
    yield one("dicom: length beyond its end", "x.dcm", lambda: _seed("plain")[:-400] + b"\xff" * 10)
    yield one("dicom: head alone", "x.dcm", bytes(128) + b"DICM")
    yield one(
        "dicom: rows as text", "x.dcm", lambda: _raw(b"(\0\x10\0LO", in_place_of=b"(\0\x10\0US")
    )


def _region(delta: float) -> bytes:
    return calibrated_ultrasound(shape=(16, 20), spacing_mm=(delta, delta))


def _nested(depth: int) -> bytes:
    """Sequences in sequences, each closed, and a picture behind them."""
    opened = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    closed = b"\xfe\xff\x0d\xe0\0\0\0\0" + b"\xfe\xff\xdd\xe0\0\0\0\0"
    body = body_of(dataset_of(GREY))
    place = body.index(b"\x10\0\x10\0PN")
    nested = opened * depth + closed * depth
    return file_from_parts(UID("1.2.840.10008.1.2.1"), body[:place] + nested + body[place:])


def _zeros(length: int, window: int) -> bytes:
    """Packed zeros, made without ever holding them; ``window`` as zlib counts it."""
    engine = zlib.compressobj(1, zlib.DEFLATED, window)
    block = bytes(2**20)
    parts = [engine.compress(block) for _ in range(length // len(block))]
    return b"".join([*parts, engine.flush()])


def _endless() -> bytes:
    """Sequences of undefined length, one in the other, and no end."""
    opened = b"\x08\x00\x15\x11SQ\0\0\xff\xff\xff\xff" + b"\xfe\xff\x00\xe0\xff\xff\xff\xff"
    return file_from_parts(UID("1.2.840.10008.1.2.1"), opened * 6_000)


def _encapsulated(coding: UID, stream: bytes) -> bytes:
    dataset = dataset_of(GREY)
    del dataset.PixelData
    body = body_of(dataset)
    stream += b"\0" * (len(stream) % 2)
    fragments = b"\xfe\xff\x00\xe0\0\0\0\0" + b"\xfe\xff\x00\xe0" + struct.pack("<I", len(stream))
    fragments += stream + b"\xfe\xff\xdd\xe0\0\0\0\0"
    return file_from_parts(coding, body + b"\xe0\x7f\x10\0OB\0\0\xff\xff\xff\xff" + fragments)


def _other_dicom(one: Callable[..., BadFile]) -> Iterator[BadFile]:
    """DICOM that is no picture, or of another part of the body."""
    for modality, storage in (
        ("SR", "1.2.840.10008.5.1.4.1.1.88.22"),
        ("PR", "1.2.840.10008.5.1.4.1.1.11.1"),
        ("KO", "1.2.840.10008.5.1.4.1.1.88.59"),
        ("DOC", "1.2.840.10008.5.1.4.1.1.104.1"),
        ("ECG", "1.2.840.10008.5.1.4.1.1.9.1.1"),
        ("RTPLAN", "1.2.840.10008.5.1.4.1.1.481.5"),
    ):
        without = {"PixelData": None, "Modality": modality, "SOPClassUID": storage}
        yield one(f"dicom of kind {modality}", "x.dcm", lambda w=without: _us(**w))
    yield one("dicom of contours", "x.dcm", lambda: _seed("rt"))
    for modality in ("MR", "PT", "DX", "MG", "XC"):
        yield one(f"dicom of kind {modality}", "x.dcm", lambda m=modality: _us(Modality=m), READ)
    for seed in ("colour", "cine", "palette", "ct", "deflated", "jpeg-ls", "png-16"):
        yield one(f"usual {seed}", "x.dcm", lambda s=seed: _seed(s), READ)


# Outlines, all of them put onto the slice of the seeds


def _outlines() -> Iterator[BadFile]:
    def one(id: str, name: str, data: Any, expected: str = REFUSED) -> BadFile:
        return _of("outline", id, name, data, expected)

    def volume(value: float, dtype: Any = np.float32) -> np.ndarray:
        values = np.zeros((20, 16, 1), dtype=dtype)
        values[4:9, 5:11] = value
        return values

    yield one("empty", "x.nii", b"")
    yield one("noise", "x.nii", lambda: np.random.default_rng(1).bytes(5_000))
    for word, value in (("nan", np.nan), ("inf", np.inf), ("zero", 0.0)):
        yield one(f"nifti of {word}", "x.nii", lambda v=value: nifti_file(volume(v)))
        yield one(f"nrrd of {word}", "x.nrrd", lambda v=value: nrrd_bytes(volume(v)))
    yield one("nifti of fractions", "x.nii", lambda: nifti_file(volume(0.5)), READ)
    yield one("nifti of negative labels", "x.nii", lambda: nifti_file(volume(-3)))
    yield one("nifti of a thousand labels", "x.nii", lambda: nifti_file(_labels()))
    yield one("nifti of another size", "x.nii", lambda: nifti_file(np.ones((3, 3, 1), np.uint8)))
    yield one("nifti of four axes", "x.nii", lambda: nifti_file(np.ones((20, 16, 1, 5), np.uint8)))
    packed = gzip.compress(nifti_file(volume(1)), mtime=0)
    yield one("nifti packed and cut", "x.nii.gz", packed[: len(packed) // 2])
    yield one("nifti packed twice", "x.nii.gz", gzip.compress(packed, mtime=0))
    yield one("gzip bomb", "x.nii.gz", lambda: _zeros(BIG_BOMB, 31))
    for share in (10, 50, 90, 99):
        for seed in ("nifti", "nrrd", "rt", "seg"):
            end = len(_seed(seed)) * share // 100
            # The contours are there before the end is.
            expected = READ if seed == "rt" and share >= 90 else REFUSED
            yield one(
                f"{seed} cut at {share} %", f"x.{seed}", lambda s=seed, e=end: _seed(s)[:e],
                expected,
            )  # fmt: skip
    for sizes in ((32_767, 32_767, 32_767), (-5, 16, 1), (0, 0, 0)):
        yield one(f"nifti claims {sizes}", "x.nii", lambda s=sizes: _nifti_claims(s))
    for id, line in (
        ("huge sizes", "sizes: 99999999 99999999 9"),
        ("negative sizes", "sizes: -20 16 1"),
        ("sizes of words", "sizes: many more few"),
        ("data elsewhere", "data file: /etc/passwd"),
        ("data in a list", "data file: LIST\n/etc/passwd"),
        ("unknown encoding", "encoding: quantum"),
        ("unknown type", "type: complex dream"),
        ("no sizes", ""),
    ):
        yield one(f"nrrd with {id}", "x.nrrd", lambda text=line: _nrrd_with(text))
    yield one("png of another size", "x.png", lambda: _saved(Pillow.new("L", (7, 9), 255), "PNG"))
    yield one("png of nothing", "x.png", lambda: _saved(Pillow.new("L", (20, 16)), "PNG"))
    five = Pillow.fromarray((GREY // 50 * 50).astype(np.uint8))
    yield one("png of five values", "x.png", lambda: _saved(five, "PNG"))
    yield one(
        "contours of another body", "x.dcm", lambda: _seed("rt").replace(b"1.2.3.5", b"1.2.9.9")
    )
    yield one("text", "x.nii", b"nodule: 3 4 5")


def _labels() -> np.ndarray:
    return np.arange(320, dtype=np.int16).reshape(20, 16, 1)


def _nifti_claims(sizes: tuple[int, int, int]) -> bytes:
    data = bytearray(nifti_file(np.ones((20, 16, 1), np.uint8)))
    struct.pack_into("<3h", data, 42, *sizes)
    return bytes(data)


def _nrrd_with(line: str) -> bytes:
    lines = ["NRRD0004", "type: uchar", "dimension: 3", "sizes: 20 16 1", "encoding: raw"]
    kept = [one for one in lines if one.split(":")[0] != line.split(":")[0]]
    if not line:
        kept.remove("sizes: 20 16 1")
    text = "\n".join([*kept, *([line] if line else [])])
    return text.encode() + b"\n\n" + bytes([1]) * 320


# Forms, as TOML


def _forms() -> Iterator[BadFile]:
    def one(id: str, text: str | bytes, expected: str = REFUSED) -> BadFile:
        data = text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass")
        return _of("form", id, "form.toml", data, expected)

    yield one("nothing", "", READ)
    yield one("comment alone", "# nobody", READ)
    yield one("unknowns", 'age_years = "unknown"\nsex = ""\nmultifocal = "Unknown"', READ)
    yield one("number as text", 'age_years = " 62 "', READ)
    yield one("nan", "age_years = nan", READ)
    for value in ("inf", "-inf", "-1", "121", "1e308", "99999999999999999999", "true", "[62]",
                  "{ a = 1 }", "1979-05-27", "12:00:00", '"sixty"', "0x1F_FFFF"):  # fmt: skip
        yield one(f"age of {value}", f"age_years = {value}")
    for value in ("1", '"male; female"', "true", "[]", "nan"):
        expected = READ if value == "nan" else REFUSED
        yield one(f"sex of {value}", f"sex = {value}", expected)
    for value in ('"maybe"', "2", "-1", "[true]", '"yes "'):
        yield one(f"flag of {value}", f"multifocal = {value}", READ if "yes" in value else REFUSED)
    yield one("unknown field", 'ssn = "078-05-1120"')
    yield one("field of a table", "[age_years]\nvalue = 3")
    yield one("twice", "age_years = 1\nage_years = 2")
    yield one("no toml", "age_years: 62")
    yield one("no utf-8", b"age_years = \xff\xfe")
    yield one("binary", bytes(range(256)))
    yield one("nested deeply", "age_years = " + "[" * 5_000 + "]" * 5_000)
    yield one("field of a megabyte", f'"{"k" * 1_000_000}" = 1')
    for name, words in EVIL_WORDS.items():
        if name in ("null", "escape", "surrogate", "blank"):
            continue
        yield one(f"level of {name}", f"sex = '''{words}'''")
        yield one(f"field of {name}", f'"{words}" = 1' if '"' not in words else "''=1")


# Reports, as text


def _reports() -> Iterator[BadFile]:
    for name, words in EVIL_WORDS.items():
        data = words.encode("utf-8", "surrogatepass")
        is_text = name not in ("surrogate", "long")
        yield _of("report", name, "report.txt", data, READ if is_text else REFUSED)
    yield _of("report", "empty", "report.txt", b"", READ)
    yield _of("report", "utf-16", "report.txt", "结节".encode("utf-16"), REFUSED)
    yield _of("report", "gb18030", "report.txt", "左叶结节".encode("gb18030"), REFUSED)
    yield _of("report", "with a mark of order", "report.txt", b"\xef\xbb\xbfnodule", READ)
    yield _of("report", "program", "report.txt", b"MZ\x90\xff" * 100, REFUSED)


#: The slice that outlines are put onto.
BASE_PICTURE = SLICE_FILE
