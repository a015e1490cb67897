import hashlib
import io
import struct
import zlib

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL.PngImagePlugin import PngInfo

from clnm_core.domain.image import Image
from clnm_core.errors import StoreError
from clnm_core.imaging.rendering import png_bytes, to_png
from clnm_core.store import artifacts
from clnm_core.store.places import StorePaths


@pytest.fixture
def picture():
    return np.random.default_rng(0).integers(0, 256, (30, 200), dtype=np.uint8)


@pytest.fixture
def png(picture):
    return to_png(Image(picture))


def encoded(mode, *, info=None, **options):
    file = io.BytesIO()
    Pillow.new(mode, (4, 3)).save(file, "PNG", pnginfo=info, **options)
    return file.getvalue()


def opened(data):
    return np.asarray(Pillow.open(io.BytesIO(data)))


def with_block(png, name, body):
    block = name + body
    return (
        png[:33]
        + struct.pack(">I", len(body))
        + block
        + struct.pack(">I", zlib.crc32(block))
        + png[33:]
    )


def test_a_picture_comes_back_byte_for_byte_under_the_digest_of_its_bytes(tmp_path, png):
    digest = artifacts.put(tmp_path, "image", png)
    assert digest == hashlib.sha256(png).hexdigest()
    assert artifacts.get(tmp_path, digest) == png
    assert artifacts.is_kept(tmp_path, digest)
    stored = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert stored == [StorePaths(tmp_path).images / digest[:2] / f"{digest}.png"]


def test_the_same_picture_is_kept_once(tmp_path, png):
    digest = artifacts.put(tmp_path, "image", png)
    path = StorePaths(tmp_path).images / digest[:2] / f"{digest}.png"
    before = path.stat().st_mtime_ns
    assert artifacts.put(tmp_path, "image", png) == digest
    assert path.stat().st_mtime_ns == before


def test_grey_rgb_and_masks_are_taken(tmp_path, picture):
    colour = np.stack([picture] * 3, axis=-1)
    for kind, pixels in (("image", picture), ("image", colour), ("mask", picture > 100)):
        digest = artifacts.put(tmp_path, kind, png_bytes(pixels))
        assert np.array_equal(opened(artifacts.get(tmp_path, digest)), pixels)


def text_block():
    info = PngInfo()
    info.add_text("PatientName", "Anna")
    return encoded("L", info=info)


@pytest.mark.parametrize(
    ("kind", "data", "sentence"),
    [
        ("film", b"", "kind must be one of image, mask"),
        ("image", b"", "does not begin as one"),
        ("image", b"\xff\xd8\xff\xe0 JPEG", "does not begin as one"),
        ("image", text_block(), "pixels only; it has a block b'tEXt'"),
        ("image", encoded("L", exif=b"Exif\0\0MM\0*"), "pixels only; it has a block b'eXIf'"),
        ("image", encoded("L", dpi=(300, 300)), "pixels only; it has a block b'pHYs'"),
        ("image", encoded("P"), "pixels only; it has a block b'PLTE'"),
        ("image", encoded("RGBA"), "grey or RGB of 8 bits; got 8 bits of PNG colour type 6"),
        ("image", encoded("1"), "got 1 bits of PNG colour type 0"),
        ("mask", encoded("RGB"), "mask must be grey"),
        ("image", encoded("L")[:-4], "within a block|is damaged"),
        ("image", encoded("L")[:-12], "a block is missing"),
        ("image", encoded("L")[:-14], "within a block|is damaged"),
        ("image", encoded("L") + b"PatientName=Anna", "within a block|is damaged|pixels only"),
        ("image", b"\x89PNG\r\n\x1a\n", "a block is missing"),
    ],
)
def test_what_is_not_a_plain_picture_is_refused(tmp_path, kind, data, sentence):
    with pytest.raises(ValueError, match=sentence):
        artifacts.put(tmp_path, kind, data)
    assert list(tmp_path.iterdir()) == []


def test_a_block_with_words_is_refused_wherever_it_stands(tmp_path, png):
    assert opened(with_block(png, b"prVt", b"Anna")).shape == (30, 200)
    with pytest.raises(ValueError, match="pixels only"):
        artifacts.put(tmp_path, "image", with_block(png, b"prVt", b"Anna"))
    with pytest.raises(ValueError, match="is damaged"):
        artifacts.put(tmp_path, "image", png[:50] + b"\0\0\0\0" + png[54:])


def test_a_picture_that_was_altered_on_disk_is_not_shown(tmp_path, png):
    digest = artifacts.put(tmp_path, "image", png)
    (StorePaths(tmp_path).images / digest[:2] / f"{digest}.png").write_bytes(encoded("L"))
    for ask in (artifacts.get, artifacts.thumbnail):
        with pytest.raises(StoreError, match="was altered on disk and is not used"):
            ask(tmp_path, digest)


@pytest.mark.parametrize(
    "digest", ["", "../../../etc/passwd", "a" * 63, "A" * 64, "a" * 64 + "\n", "/" + "a" * 63]
)
def test_what_is_not_a_digest_reaches_no_file(tmp_path, digest):
    with pytest.raises(StoreError, match="There is no picture"):
        artifacts.get(tmp_path, digest)
    assert not artifacts.is_kept(tmp_path, digest)


def test_a_picture_that_is_not_there_gets_a_sentence(tmp_path):
    with pytest.raises(StoreError, match=r"is missing from the store\. Import its cohort again"):
        artifacts.get(tmp_path, "a" * 64)
    assert not artifacts.is_kept(tmp_path, "a" * 64)


def test_a_folder_that_cannot_be_written_gets_a_sentence(tmp_path, png):
    (tmp_path / "images").write_text("")
    with pytest.raises(StoreError, match="cannot be written"):
        artifacts.put(tmp_path, "image", png)


def test_a_thumbnail_is_small_and_a_small_picture_stays_as_it_is(tmp_path, picture, png):
    wide = artifacts.put(tmp_path, "image", png)
    assert opened(artifacts.thumbnail(tmp_path, wide)).shape == (14, 96)
    assert np.array_equal(opened(artifacts.thumbnail(tmp_path, wide, 200)), picture)
    mask = artifacts.put(tmp_path, "mask", png_bytes(picture > 100))
    assert opened(artifacts.thumbnail(tmp_path, mask, 50)).shape == (8, 50)
