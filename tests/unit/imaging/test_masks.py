"""Does a mask from a file mean the pixels that were drawn?"""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as Pillow

from clnm_core.errors import ImageError
from clnm_core.imaging.masks import outline, read_mask
from clnm_core.imaging.rendering import png_bytes

MASK = np.zeros((12, 16), dtype=bool)
MASK[3:9, 4:12] = True


def encoded(pixels: np.ndarray, kind: str = "PNG") -> bytes:
    buffer = io.BytesIO()
    Pillow.fromarray(pixels).save(buffer, format=kind)
    return buffer.getvalue()


@pytest.mark.parametrize(
    "data",
    [
        png_bytes(MASK),
        encoded(MASK.astype(np.uint8)),
        encoded(MASK.astype(np.uint8) * 255),
        encoded(np.repeat(MASK[:, :, None].astype(np.uint8) * 255, 3, axis=2)),
        encoded(MASK.astype(np.uint16)),
        encoded(MASK.astype(np.uint8) * 255, "TIFF"),
    ],
    ids=["one bit", "0 and 1", "0 and 255", "colour", "16 bits", "tiff"],
)
def test_every_way_of_writing_a_mask_means_the_same(data):
    np.testing.assert_array_equal(read_mask(data, "m.png", (12, 16, 3)), MASK)


def test_the_ripples_of_a_jpeg_do_not_belong_to_the_mask():
    data = encoded(np.kron(MASK, np.ones((8, 8))).astype(np.uint8) * 255, "JPEG")
    mask = read_mask(data, "m.jpg", (96, 128))
    np.testing.assert_array_equal(mask, np.kron(MASK, np.ones((8, 8), dtype=bool)))


def test_an_all_black_file_is_an_empty_mask():
    assert not read_mask(encoded(np.zeros((12, 16), dtype=np.uint8)), "m.png", (12, 16)).any()


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ImageError, match=r"The mask has 12 x 16 pixels .* its picture 24 x 32"):
        read_mask(png_bytes(MASK), "m.png", (24, 32))


def test_several_structures_in_one_file_are_refused():
    labels = MASK.astype(np.uint8)
    labels[0, 0] = 2
    with pytest.raises(ImageError, match="2 different values besides the background"):
        read_mask(encoded(labels), "m.png", (12, 16))


def test_a_mask_that_is_no_picture_is_refused():
    with pytest.raises(ImageError, match="a PDF document"):
        read_mask(b"%PDF-1.4", "m.png", (12, 16))


def test_the_outline_runs_between_pixels_inside_and_outside():
    (polygon,) = outline(MASK)
    assert polygon.min(axis=0).tolist() == [2.5, 3.5]
    assert polygon.max(axis=0).tolist() == [8.5, 11.5]
