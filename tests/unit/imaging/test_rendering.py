"""Is a picture shown without changing it, and its scale without inventing it?"""

from __future__ import annotations

import base64
import io
import re
from xml.etree import ElementTree

import numpy as np
import pytest
from PIL import Image as Pillow

from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import (
    Ruler,
    case_picture,
    path_of,
    png_bytes,
    scale_bar_mm,
    thumbnail_png,
    to_png,
)

RANDOM = np.random.default_rng(3)
GREY = RANDOM.integers(0, 256, (60, 90), dtype=np.uint8)
COLOUR = RANDOM.integers(0, 256, (60, 90, 3), dtype=np.uint8)
NODULE = np.zeros((60, 90), dtype=bool)
NODULE[20:30, 40:60] = True
SVG = "{http://www.w3.org/2000/svg}"


def decoded(png: bytes) -> np.ndarray:
    return np.asarray(Pillow.open(io.BytesIO(png)))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(svg)  # noqa: S314


def texts(svg: str) -> list[str]:
    return [text.text or "" for text in parsed(svg).iter(f"{SVG}text")]


@pytest.mark.parametrize("pixels", [GREY, COLOUR, GREY > 128], ids=["grey", "colour", "mask"])
def test_png_is_lossless(pixels):
    np.testing.assert_array_equal(decoded(png_bytes(pixels)), pixels)


def test_an_image_becomes_png_pixel_by_pixel():
    np.testing.assert_array_equal(decoded(to_png(Image(COLOUR))), COLOUR)


@pytest.mark.parametrize(
    "pixels", [GREY.astype(float), np.zeros((2, 2, 4), np.uint8), np.zeros((0, 3), np.uint8)]
)
def test_only_pictures_and_masks_become_png(pixels):
    with pytest.raises(ValueError, match="pixels must be uint8"):
        png_bytes(pixels)


def test_a_thumbnail_keeps_the_aspect_and_averages_areas():
    halves = np.zeros((200, 400), dtype=np.uint8)
    halves[:, 1::2] = 200
    small = decoded(thumbnail_png(halves, side=100))
    assert small.shape == (50, 100)
    assert set(small.ravel().tolist()) == {100}


def test_a_thumbnail_is_never_enlarged():
    np.testing.assert_array_equal(decoded(thumbnail_png(GREY[:20, :30])), GREY[:20, :30])


def test_the_picture_holds_the_very_pixels_and_is_not_smoothed():
    svg = case_picture(Image(GREY, (0.1, 0.1)), {"nodule": NODULE}, title="Case")
    (element,) = parsed(svg).iter(f"{SVG}image")
    data = element.attrib["href"].removeprefix("data:image/png;base64,")
    np.testing.assert_array_equal(decoded(base64.b64decode(data)), GREY)
    assert "image-rendering:pixelated" in element.attrib["style"]


def test_the_aspect_is_that_of_the_body_not_of_the_pixels():
    svg = case_picture(Image(GREY, (0.2, 0.1)), {}, title="Case")
    (element,) = parsed(svg).iter(f"{SVG}image")
    assert float(element.attrib["height"]) / float(element.attrib["width"]) == 60 * 0.2 / (90 * 0.1)
    assert element.attrib["preserveAspectRatio"] == "none"


@pytest.mark.parametrize(
    ("spacing", "words"),
    [((0.1, 0.1), "2 mm"), ((0.5, 0.5), "10 mm"), ((0.05, 0.05), "1 mm"), ((2.0, 2.0), "50 mm")],
)
def test_the_scale_bar_is_a_round_length_of_at_most_a_third(spacing, words):
    svg = case_picture(Image(GREY, spacing), {}, title="Case")
    assert words in texts(svg)
    length = float(words.split()[0])
    assert 0.1 < length / (90 * spacing[1]) <= 1 / 3
    bar = next(path.attrib["d"] for path in parsed(svg).iter(f"{SVG}path"))
    start, end = re.search(r"M([\d.]+) [\d.]+H([\d.]+)", bar).groups()
    assert float(end) - float(start) == pytest.approx(length / spacing[1], abs=0.02)


def test_without_spacing_the_words_stand_in_place_of_the_bar():
    svg = case_picture(Image(GREY), {}, title="Case")
    assert texts(svg) == ["spacing unknown"]
    assert not list(parsed(svg).iter(f"{SVG}path"))


def test_each_structure_has_its_outline_its_line_and_its_name():
    gland = np.zeros_like(NODULE)
    gland[5:55, 5:85] = True
    svg = case_picture(Image(GREY), {"nodule": NODULE, "gland": gland, "other": gland}, title="C")
    lines = [path for path in parsed(svg).iter(f"{SVG}path") if "Z" in path.attrib["d"]]
    bright = [path for path in lines if path.attrib["stroke"] != "#000"]
    assert len({path.attrib["stroke"] for path in bright}) == 3
    assert {path.attrib["stroke-width"] for path in bright} == {"1.5"}
    assert len({path.attrib.get("stroke-dasharray") for path in bright}) == 3
    assert {path.attrib["style"] for path in lines} == {"vector-effect:non-scaling-stroke"}
    assert {"nodule", "gland", "other"} <= set(texts(svg))


def test_the_outline_lies_on_the_edge_of_the_pixels_drawn():
    svg = case_picture(Image(GREY), {"nodule": NODULE}, title="C")
    (element,) = parsed(svg).iter(f"{SVG}image")
    left, top = float(element.attrib["x"]), float(element.attrib["y"])
    line = next(path for path in parsed(svg).iter(f"{SVG}path") if "Z" in path.attrib["d"])
    numbers = np.array(re.findall(r"[\d.]+", line.attrib["d"]), dtype=float).reshape(-1, 2)
    assert numbers.min(axis=0) - [left, top] == pytest.approx([40, 20], abs=0.02)
    assert numbers.max(axis=0) - [left, top] == pytest.approx([60, 30], abs=0.02)


def test_an_empty_mask_draws_and_names_nothing():
    svg = case_picture(Image(GREY), {"nodule": np.zeros_like(NODULE)}, title="C")
    assert texts(svg) == ["spacing unknown"]


def test_title_and_labels_are_escaped_and_told_to_those_who_cannot_see():
    hostile = '<script>alert("1")</script>'
    svg = case_picture(
        Image(GREY, (0.1, 0.1)), {"nodule": NODULE}, title=hostile, labels={"nodule": hostile}
    )
    assert "<script" not in svg
    root = parsed(svg)
    title = root.find(f"{SVG}title")
    assert title is not None
    assert hostile in title.text
    assert "Scale bar 2 mm" in title.text
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == title.text
    assert hostile in texts(svg)


def test_a_mask_of_another_picture_is_a_mistake_of_the_caller():
    with pytest.raises(ValueError, match="mask 'nodule' must be"):
        case_picture(Image(GREY), {"nodule": NODULE[:10]}, title="C")


def test_a_ruler_runs_between_its_pixels_in_the_true_aspect_with_its_words_escaped():
    image = Image(np.zeros((10, 40), dtype=np.uint8), spacing_mm=(0.4, 0.2))
    plain = case_picture(image, {}, title="x")
    svg = case_picture(image, {}, title="x", ruler=Ruler((2.0, 3.0), (4.5, 3.0), "1 <mm>"))
    margin = 40 / 32
    assert (
        f"M{3.5 + margin:.2f} {2.5 * 2 + margin:.2f}L{3.5 + margin:.2f} {5 * 2 + margin:.2f}" in svg
    )
    assert "1 &lt;mm&gt;" in svg
    assert len(svg) > len(plain)


def test_a_path_counts_rows_in_heights_of_a_pixel():
    mask = np.zeros((3, 3), dtype=bool)
    mask[1, 1] = True
    assert path_of(mask, 2.0) == "M2.00 3.00L1.50 4.00L1.00 3.00L1.50 2.00Z"
    assert path_of(np.zeros((3, 3), dtype=bool)) == ""


@pytest.mark.parametrize(
    ("columns", "step", "length"), [(300, 0.1, 10), (90, 0.1, 2), (1, 0.001, 0.01)]
)
def test_a_scale_bar_is_round_and_takes_a_third_at_most(columns, step, length):
    assert scale_bar_mm(columns, (step, step)) == length
