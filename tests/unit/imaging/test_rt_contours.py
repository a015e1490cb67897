"""Do contours in patient coordinates enclose the pixels that they were drawn around?"""

from __future__ import annotations

import numpy as np
import pydicom
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_masks_untrusted
from clnm_core.imaging.limits import DEFAULT, Limits
from clnm_core.imaging.mask_files import masks_on
from tests.unit.imaging.dicom_files import dataset_of, file_of
from tests.unit.imaging.placed_files import (
    AXIAL,
    TILTED,
    contour,
    ct_slice,
    in_body,
    structure_file,
)

SQUARE = [(9.5, 9.5), (9.5, 19.5), (19.5, 19.5), (19.5, 9.5)]
INNER = [(12.5, 12.5), (12.5, 16.5), (16.5, 16.5), (16.5, 12.5)]


def masks(structures, image=None, limits=DEFAULT, **about):
    image = image or ct_slice()
    return masks_on(structure_file(structures, **about), "", file_of(image), 0, limits)


def on(image, corners):
    return contour(in_body(image, corners))


def disc(centre, radius, points=400):
    """Corners of a circle given in mm about a (row, column) of the standard slice."""
    turns = np.linspace(0, 2 * np.pi, points, endpoint=False)
    return [
        (centre[0] + radius * np.sin(turn) / 0.5, centre[1] + radius * np.cos(turn) / 0.75)
        for turn in turns
    ]


@pytest.mark.parametrize("cosines", [AXIAL, TILTED, [0, 1, 0, 0, 0, -1], [-1, 0, 0, 0, -1, 0]])
def test_a_square_has_its_pixels_however_the_slice_lies(cosines):
    image = ct_slice(cosines=cosines)
    (mask,) = masks({"GTV": [on(image, SQUARE)]}, image).values()
    expected = np.zeros((40, 60), dtype=bool)
    expected[10:20, 10:20] = True
    np.testing.assert_array_equal(mask, expected)


def test_a_disc_is_right_to_within_half_a_pixel_of_its_edge():
    (mask,) = masks({"disc": [on(ct_slice(), disc((20, 30), 7.0))]}).values()
    rows, columns = np.mgrid[:40, :60]
    radius = np.hypot((rows - 20) * 0.5, (columns - 30) * 0.75)
    assert mask[radius < 7.0 - 0.375].all()
    assert not mask[radius > 7.0 + 0.375].any()
    assert mask.sum() * 0.5 * 0.75 == pytest.approx(np.pi * 49, rel=0.01)


def test_a_contour_within_another_is_a_hole():
    image = ct_slice()
    (mask,) = masks({"ring": [on(image, SQUARE), on(image, INNER)]}).values()
    assert mask.sum() == 100 - 16
    assert not mask[13:17, 13:17].any()


def test_a_keyhole_leaves_no_mark_of_its_channel():
    keyhole = [SQUARE[0], *SQUARE[1:], SQUARE[0], INNER[0], *reversed(INNER[1:]), INNER[0]]
    image = ct_slice()
    (one,) = masks({"keyhole": [on(image, keyhole)]}).values()
    (other,) = masks({"two": [on(image, SQUARE), on(image, INNER)]}).values()
    np.testing.assert_array_equal(one, other)


def test_contours_apart_from_each_other_are_joined():
    image = ct_slice()
    beside = [(row, column + 20) for row, column in SQUARE]
    (mask,) = masks({"both": [on(image, SQUARE), on(image, beside)]}).values()
    assert mask.sum() == 200


def test_only_contours_on_the_slice_count():
    image, above = ct_slice(), ct_slice(position=(-30.0, -12.5, 73.0))
    found = masks(
        {"here": [on(image, SQUARE), on(above, disc((20, 30), 5))], "there": [on(above, SQUARE)]}
    )
    assert {name: mask.sum() for name, mask in found.items()} == {"here": 100}


def test_a_contour_that_names_another_slice_is_ignored_although_it_lies_here():
    image, other = ct_slice(), ct_slice()
    points = in_body(image, SQUARE)
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        masks({"there": [contour(points, on=other)]}, image)
    assert len(masks({"here": [contour(points, on=image)]}, image)) == 1


def test_coordinates_of_another_scan_are_not_used():
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        masks({"GTV": [on(ct_slice(), SQUARE)]}, body="1.2.3")


@pytest.mark.parametrize("kind", ["POINT", "OPEN_PLANAR", "OPEN_NONPLANAR", ""])
def test_points_and_lines_enclose_nothing(kind):
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        masks({"line": [contour(in_body(ct_slice(), SQUARE), kind=kind)]})


def test_several_structures_keep_their_names_in_plain_letters():
    image = ct_slice()
    names = ["Nodule", "gland; left\x07[31m", "Nodule ", "", "Schilddrüse"]
    found = masks({name: [on(image, SQUARE)] for name in names})
    assert list(found) == ["Nodule", "gland left 31m", "Nodule (2)", "structure 4", "Schilddrüse"]


def test_a_picture_that_does_not_say_where_it_lies_cannot_be_outlined():
    picture = file_of(dataset_of(np.zeros((40, 60), dtype=np.uint8)))
    data = structure_file({"GTV": [on(ct_slice(), SQUARE)]})
    with pytest.raises(ImageError, match="does not say where it lies"):
        masks_on(data, "", picture, 0, DEFAULT)


@pytest.mark.parametrize("value", [b"nan", b"inf", b"word", b"1\\2", b"1e300", b"", b"1,5"])
def test_a_point_that_is_no_point_is_refused(value):
    image = ct_slice()
    data = structure_file({"GTV": [on(image, SQUARE)]})
    first = b"-22.8750"
    assert data.count(first) == 2
    broken = data.replace(first, value.ljust(len(first)), 1)
    with pytest.raises(ImageError, match="contours are damaged"):
        masks_on(broken, "", file_of(image), 0, DEFAULT)


def test_too_many_points_are_refused_before_they_are_read():
    image = ct_slice()
    data = {
        "GTV": [on(image, disc((20, 30), 5, points=60)), on(image, disc((20, 30), 4, points=60))]
    }
    assert len(masks(data, limits=Limits(points=121))) == 1
    with pytest.raises(ImageError, match="more points than are read safely"):
        masks(data, limits=Limits(points=100))


def test_too_many_structures_are_refused():
    image = ct_slice()
    structures = {f"part {number}": [on(image, SQUARE)] for number in range(5)}
    assert len(masks(structures, limits=Limits(structures=5))) == 5
    with pytest.raises(ImageError, match="more than 4 structures"):
        masks(structures, limits=Limits(structures=4))


def test_a_contour_beyond_the_picture_is_cut_off_at_its_edge():
    image = ct_slice()
    large = [(-5.5, -5.5), (-5.5, 100.5), (9.5, 100.5), (9.5, -5.5)]
    (mask,) = masks({"large": [on(image, large)]}, image).values()
    assert mask[:10].all()
    assert not mask[10:].any()


@settings(max_examples=25, deadline=None)
@given(
    st.floats(0.3, 2.0),
    st.floats(0.3, 2.0),
    st.tuples(st.floats(-200, 200), st.floats(-200, 200), st.floats(-200, 200)),
    st.floats(-np.pi, np.pi),
)
def test_pixels_do_not_depend_on_where_and_how_the_slice_lies(down, right, position, turn):
    corners = [(3.3, 4.2), (6.7, 30.4), (33.1, 41.9), (25.2, 9.6)]
    cosines = [np.cos(turn), np.sin(turn), 0, -np.sin(turn), np.cos(turn), 0]
    image = ct_slice(
        position=[round(value, 3) for value in position],
        spacing=[round(down, 3), round(right, 3)],
        cosines=[round(value, 9) for value in cosines],
    )
    (mask,) = masks({"part": [on(image, corners)]}, image).values()
    (plain,) = masks({"part": [on(ct_slice(), corners)]}).values()
    assert (mask != plain).sum() <= 2  # coordinates are rounded to 0.1 micrometre


def test_the_contour_on_a_real_slice_of_the_neck(shared_data):
    """The outer contour of the body in the one slice at hand, which it names."""
    folder = shared_data / "dicom_ct_neck_rt"
    image = (folder / "dicompyler_ct.0.dcm").read_bytes()
    found = read_masks_untrusted((folder / "dicompyler_rtss.dcm").read_bytes(), "x", image=image)
    assert list(found) == ["BODY"]
    dataset = pydicom.dcmread(folder / "dicompyler_rtss.dcm")
    slice_ = pydicom.dcmread(folder / "dicompyler_ct.0.dcm", stop_before_pixels=True)
    outer = [
        np.array(item.ContourData, dtype=float).reshape(-1, 3)[:, :2]
        for item in dataset.ROIContourSequence[0].ContourSequence
        if item.ContourImageSequence[0].ReferencedSOPInstanceUID == slice_.SOPInstanceUID
    ]
    # By the shoelace formula; the contours lie apart.
    area = sum(abs(x @ np.roll(y, -1) - y @ np.roll(x, -1)) / 2 for x, y in (c.T for c in outer))
    assert len(outer) == 4
    assert found["BODY"].sum() * 1.074219**2 == pytest.approx(area, rel=0.002)


def test_a_structure_set_without_meta_information_is_read_too(shared_data):
    folder = shared_data / "dicom_ct_neck_rt"
    image = (folder / "dicompyler_ct.0.dcm").read_bytes()
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        read_masks_untrusted((folder / "py_rtstruct.dcm").read_bytes(), "x.dcm", image=image)
