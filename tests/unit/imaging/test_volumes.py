"""Do numbered volumes (NIfTI, NRRD) mark the pixels that they were drawn on?"""

from __future__ import annotations

import gzip
import io
import struct
import time

import nibabel
import numpy as np
import pytest

from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_masks_untrusted
from clnm_core.imaging.limits import DEFAULT, Limits
from clnm_core.imaging.mask_files import masks_on
from clnm_core.imaging.rendering import png_bytes
from tests.unit.imaging.dicom_files import dataset_of, file_of
from tests.unit.imaging.placed_files import (
    TILTED,
    affine_of,
    ct_slice,
    nifti_file,
    nrrd_bytes,
)

RANDOM = np.random.default_rng(11)
SHAPE = (12, 17)
DRAWN = (RANDOM.random(SHAPE) < 0.3).astype(np.uint8) * RANDOM.integers(1, 4, SHAPE, dtype=np.uint8)
PICTURE = png_bytes(np.zeros(SHAPE, dtype=np.uint8))
#: What NIfTI keeps: x first.
TURNED = np.ascontiguousarray(DRAWN.T)


def read(data: bytes, image: bytes = PICTURE, frame: int = 0, limits: Limits = DEFAULT):
    return masks_on(data, "", image, frame, limits)


def assert_drawn(found, drawn=DRAWN):
    assert list(found) == [f"label {number}" for number in np.unique(drawn[drawn > 0])]
    for label, mask in found.items():
        np.testing.assert_array_equal(mask, drawn == int(label[-1]))


@pytest.mark.parametrize(
    "data",
    [
        nifti_file(TURNED),
        nifti_file(TURNED[:, :, None]),
        nifti_file(TURNED.astype(np.float32), packed=True),
        nifti_file(DRAWN),  # written as arrays are kept: rows first
        nibabel.Nifti2Image(TURNED, np.diag([-1, -1, 1, 1])).to_bytes(),
        nrrd_bytes(TURNED),
        nrrd_bytes(TURNED.astype(">i2"), {"encoding": "raw", "endian": "big"}),
        nrrd_bytes(TURNED[:, :, None], {"encoding": "gzip"}),
    ],
    ids=["flat", "one slice", "gz", "rows first", "nifti 2", "nrrd", "nrrd raw", "nrrd gzip"],
)
def test_a_flat_mask_is_taken_pixel_by_pixel(data):
    assert_drawn(read(data))


def stack_of(image, count=5, place=2):
    """A volume around a slice, empty but for what is drawn on it."""
    values = np.zeros((SHAPE[1], SHAPE[0], count), dtype=np.uint8)
    values[:, :, place] = TURNED
    affine = affine_of(image)
    affine[:3, 3] -= place * affine[:3, 2]
    return values, affine


@pytest.mark.parametrize("cosines", [[1, 0, 0, 0, 1, 0], TILTED, [0, 1, 0, 0, 0, -1]])
def test_a_slice_finds_itself_in_a_volume(cosines):
    image = ct_slice(SHAPE, cosines=cosines)
    values, affine = stack_of(image)
    assert_drawn(read(nifti_file(values, affine), file_of(image)))
    flipped = affine @ np.array(
        [[-1, 0, 0, SHAPE[1] - 1], [0, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 1]]
    )
    assert_drawn(read(nifti_file(values[::-1], flipped, packed=True), file_of(image)))
    turned = affine[:, [2, 0, 1, 3]]
    assert_drawn(read(nifti_file(np.moveaxis(values, 2, 0), turned), file_of(image)))


@pytest.mark.parametrize(
    ("space", "turn"),
    [
        ("left-posterior-superior", (-1, -1)),
        ("right-anterior-superior", (1, 1)),
        ("LAS", (-1, 1)),
    ],
)
def test_the_space_of_an_nrrd_says_which_way_its_axes_point(space, turn):
    image = ct_slice(SHAPE)
    values, affine = stack_of(image)
    there = np.diag([*turn, 1, 1]) @ affine
    header = {
        "space": space,
        "space directions": there[:3, :3].T,
        "space origin": there[:3, 3],
        "Segment0_Name": "Nodule: left",
        "Segment0_LabelValue": "2",
        "Segment1_Name": "gland",
        "Segment1_LabelValue": "1",
    }
    found = read(nrrd_bytes(values, header), file_of(image))
    assert list(found) == ["gland", "Nodule left", "label 3"]
    np.testing.assert_array_equal(found["Nodule left"], DRAWN == 2)


def test_finer_voxels_are_met_at_the_pixel_centre():
    image = ct_slice(SHAPE)
    values, affine = stack_of(image)
    fine = np.repeat(np.repeat(values, 3, axis=0), 3, axis=1)
    affine[:3, 3] -= (affine[:3, 0] + affine[:3, 1]) / 3
    affine[:3, :2] /= 3
    assert_drawn(read(nifti_file(fine, affine), file_of(image)))


def test_another_slice_of_the_volume_is_empty_and_one_beyond_is_elsewhere():
    image = ct_slice(SHAPE)
    values, affine = stack_of(image)
    data = nifti_file(values, affine)
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        read(data, file_of(ct_slice(SHAPE, position=(-30.0, -12.5, 73.0))))
    with pytest.raises(ImageError, match="lies elsewhere in the body"):
        read(data, file_of(ct_slice(SHAPE, position=(-30.0, -12.5, 170.0))))


def test_a_volume_with_a_slice_per_frame_is_taken_frame_by_frame():
    cine = file_of(dataset_of(np.zeros((4, *SHAPE, 3), dtype=np.uint8)))
    values = np.zeros((*TURNED.shape, 4), dtype=np.uint8)
    values[:, :, 1] = TURNED
    assert_drawn(read(nifti_file(values), cine, frame=1))
    with pytest.raises(ImageError, match="outlines nothing"):
        read(nifti_file(values), cine, frame=2)
    with pytest.raises(ImageError, match="has 4 slices, and nothing says which"):
        read(nifti_file(values))


def test_fractions_above_half_of_the_largest_are_marked():
    soft = RANDOM.random(SHAPE).astype(np.float32)
    (mask,) = read(nifti_file(np.ascontiguousarray(soft.T))).values()
    np.testing.assert_array_equal(mask, soft > soft.max() / 2)


def test_numbers_that_are_none_are_background():
    values = TURNED.astype(np.float32)
    values[values == 0] = np.nan
    values[0, 0] = np.inf
    expected = DRAWN.copy()
    expected[0, 0] = 0
    assert_drawn(read(nifti_file(values)), expected)


def test_a_mask_of_another_size_is_refused():
    with pytest.raises(ImageError, match=r"13 x 17 pixels .* its picture 12 x 17"):
        read(nifti_file(np.ones((17, 13), dtype=np.uint8)))


def patched(place: int, code: str, *values: float, data: bytes = nifti_file(TURNED)) -> bytes:
    changed = bytearray(data)
    struct.pack_into(f"<{code}", changed, place, *values)
    return bytes(changed)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (patched(40, "8h", 3, 32767, 32767, 32767, 1, 1, 1, 1), "million voxels"),
        (patched(40, "8h", 3, -5, 12, 1, 1, 1, 1, 1), "axis without voxels"),
        (patched(40, "8h", 0, 0, 0, 0, 0, 0, 0, 0), "axis without voxels|damaged"),
        (patched(40, "8h", 5, 17, 3, 2, 2, 1, 1, 1), "more than three dimensions"),
        (patched(40, "8h", 99, 17, 12, 1, 1, 1, 1, 1), "damaged"),
        (patched(70, "2h", 128, 24), "no whole or real numbers"),
        (patched(70, "2h", 32, 64), "no whole or real numbers|cut off"),
        (patched(108, "f", 1e30), "cut off"),
        (patched(108, "f", float("nan")), "damaged"),
        (nifti_file(TURNED)[:-3], "cut off"),
        (nifti_file(TURNED)[:346], "damaged|not a file of outlines"),
        (nifti_file(TURNED)[:344] + b"ni1\0" + bytes(300), "without its voxels"),
        (nifti_file(TURNED, packed=True)[:-30], "cut off"),
        (b"\x1f\x8b" + bytes(500), "damaged"),
        (gzip.compress(b"%PDF-1.4 nothing to see", mtime=0), "a PDF document"),
    ],
)
def test_a_damaged_nifti_is_refused_in_words(data, sentence):
    with pytest.raises(ImageError, match=sentence) as refusal:
        read_masks_untrusted(data, "x.nii", image=PICTURE)
    assert str(refusal.value).isprintable()


@pytest.mark.parametrize("slope", [float("nan"), float("inf"), 0.0])
def test_a_scale_that_is_none_is_not_used(slope):
    assert_drawn(read(patched(112, "2f", slope, 0.0)))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 1e38, 0.0])
def test_a_place_that_is_none_counts_as_not_said(value):
    data = patched(280, "12f", *[value] * 12)
    assert_drawn(read(data, file_of(ct_slice(SHAPE))))


def nrrd_text(*lines: str, voxels: bytes = TURNED.tobytes(order="F")) -> bytes:
    head = ["NRRD0004", "type: uchar", "dimension: 2", "sizes: 17 12", *lines]
    return "\n".join(head).encode() + b"\n\n" + voxels


def test_the_plain_header_that_the_next_test_breaks_is_read():
    assert_drawn(read(nrrd_text("encoding: raw")))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (nrrd_text("encoding: raw", "data file: /etc/passwd"), "names another file"),
        (nrrd_text("encoding: raw", "DataFile:= /etc/passwd"), "names another file"),
        (nrrd_text("encoding: raw", "data file: LIST"), "names another file"),
        (nrrd_text("encoding: bzip2"), "packed in a way"),
        (nrrd_text("encoding: ascii"), "packed in a way"),
        (nrrd_text("encoding: raw", "byte skip: -1"), "skips a part"),
        (nrrd_text("encoding: raw", "line skip: 2"), "skips a part"),
        (nrrd_text("encoding: raw", "sizes: 1 1"), "header cannot be understood"),
        (nrrd_text("nonsense"), "header cannot be understood"),
        (nrrd_text("encoding: raw", voxels=b"\1\2"), "cut off"),
        (nrrd_text("encoding: gzip"), "cut off"),
        (
            nrrd_text("encoding: gzip", voxels=gzip.compress(bytes(10**7), mtime=0)),
            "grows beyond 0 MB",
        ),
        (nrrd_text("encoding: raw").replace(b"17 12", b"-1 12"), "axis without voxels"),
        (nrrd_text("encoding: raw").replace(b"17 12", b"99999 99999"), "million voxels"),
        (nrrd_text("encoding: raw").replace(b"17 12", b"9" * 400), "axis without voxels|million"),
        (nrrd_text("encoding: raw").replace(b"uchar", b"block"), "header cannot be understood"),
        (nrrd_text("encoding: raw").replace(b"uchar", b"short"), "header cannot be understood"),
        (b"NRRD0004\n" + b"x" * 3_000_000, "header cannot be understood"),
        (b"NRRD0004", "header cannot be understood"),
    ],
)
def test_a_damaged_nrrd_is_refused_in_words(data, sentence):
    with pytest.raises(ImageError, match=sentence) as refusal:
        read_masks_untrusted(data, "x.nrrd", image=PICTURE)
    assert str(refusal.value).isprintable()


def test_a_gzip_bomb_stops_at_the_limit():
    """272 MB of zeros, behind a header that tells a small volume."""
    buffer = io.BytesIO()
    with gzip.GzipFile(fileobj=buffer, mode="wb", compresslevel=1) as packer:
        packer.write(nifti_file(TURNED))
        for _ in range(17):
            packer.write(bytes(2**24))
    begun = time.monotonic()
    with pytest.raises(ImageError, match="grows beyond 256 MB"):
        read_masks_untrusted(buffer.getvalue(), "x.nii.gz", image=PICTURE)
    assert time.monotonic() - begun < 15


def test_too_many_numbers_are_refused():
    values = np.arange(17 * 12, dtype=np.uint8).reshape(17, 12)
    with pytest.raises(ImageError, match="more than 64 structures"):
        read(nifti_file(values))


def test_masks_come_back_whole_through_the_other_process():
    assert_drawn(read_masks_untrusted(nifti_file(TURNED), "x.nii", image=PICTURE))
    mask = png_bytes(DRAWN > 0)
    (found,) = read_masks_untrusted(mask, "m.png", image=PICTURE).values()
    np.testing.assert_array_equal(found, DRAWN > 0)
