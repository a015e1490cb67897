"""Claims about the picture of a case for an archive."""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset

from clnm_core.domain.image import Image
from clnm_core.imaging.drawn import ellipse_mask
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.painted import painted
from clnm_core.imaging.rendering import Ruler
from clnm_core.report.case_capture import capture_dataset, case_capture
from clnm_core.report.case_sr import sr_dataset
from tests.unit.report.case_sheets import picture, sheet_of, shown, usual_sheet
from tests.unit.report.dicom_checker import faults
from tests.unit.report.test_case_sr import lacking


def read(data: bytes, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr(pydicom.config.settings, "reading_validation_mode", pydicom.config.RAISE)
    return pydicom.dcmread(io.BytesIO(data))


@pytest.mark.parametrize("place", [0, 1])
def test_a_picture_is_a_right_secondary_capture(place, monkeypatch) -> None:
    sheet = usual_sheet()
    found = read(case_capture(sheet, place), monkeypatch)
    assert faults(found) == []
    assert [*lacking(found, "secondary-capture-image")] == []
    assert found.BurnedInAnnotation == "YES"
    assert list(found.ImageType) == ["DERIVED", "SECONDARY"]
    assert "For research" in found.DerivationDescription
    assert found.InstanceNumber == place + 1
    assert found.StudyInstanceUID == sr_dataset(sheet).StudyInstanceUID
    assert found.SeriesInstanceUID != sr_dataset(sheet).SeriesInstanceUID


def test_two_pictures_are_two_objects_of_one_series() -> None:
    first, second = (capture_dataset(usual_sheet(), place) for place in (0, 1))
    assert first.SeriesInstanceUID == second.SeriesInstanceUID
    assert first.SOPInstanceUID != second.SOPInstanceUID


def test_every_pixel_without_a_line_over_it_is_that_of_the_picture() -> None:
    shape = (200, 400)
    image = Image(np.random.default_rng(5).integers(0, 255, shape, dtype=np.uint8), (0.1, 0.1))
    mask = ellipse_mask((100, 200), (60, 40), 0, shape)
    pixels = painted(image, {"nodule": mask})
    same = (pixels[:200, :400] == image.pixels[..., None]).all(axis=2)
    assert 0.99 < same.mean() < 1.0
    edge = ~same
    assert edge[95:105, 130:150].any()
    assert not edge[90:110, 190:210].any()
    assert (pixels[:200][edge] == (0xE6, 0x9F, 0x00)).all()
    bare = painted(image, {})
    np.testing.assert_array_equal(bare[:200], np.repeat(image.pixels[..., None], 3, 2))


def test_the_scale_bar_is_as_long_as_it_says() -> None:
    image = Image(np.zeros((50, 600), dtype=np.uint8), (0.1, 0.05))
    strip = painted(image, {})[50:]
    bar = (strip == 0xE8).all(axis=2)
    longest = max(int(row.sum()) for row in bar)
    assert longest == pytest.approx(10 / 0.05, abs=12)


@pytest.mark.parametrize(
    ("source", "flag"),
    [
        ("JPEG, lossy", "01"),
        ("DICOM, JPEG 2000, may be lossy", "01"),
        ("DICOM, JPEG lossless", "00"),
    ],
)
def test_what_was_lossy_once_stays_called_so(source, flag) -> None:
    sheet = sheet_of(pictures=(shown(image=picture(source=source)),))
    assert capture_dataset(sheet).LossyImageCompression == flag


@pytest.mark.parametrize(
    "image",
    [
        Image(np.zeros((1, 1), dtype=np.uint8)),
        Image(np.full((3, 2, 3), 7, dtype=np.uint8), (0.5, 0.25)),
        Image(np.zeros((2000, 5), dtype=np.uint8), (1e-3, 90.0)),
    ],
    ids=["one pixel", "colour", "tall"],
)
def test_a_tiny_or_odd_picture_is_written_too(image, monkeypatch) -> None:
    words = "字" * 500
    one = shown(image=image, title=words, ruler=Ruler((0, 0), (0, 0), words))
    found = read(case_capture(sheet_of(pictures=(one,))), monkeypatch)
    assert faults(found) == []
    rows, columns = image.pixels.shape[:2]
    assert found.Rows > rows
    assert found.Columns >= columns
    corner = found.pixel_array[rows - 1, columns - 1]
    assert (corner == image.pixels[-1, -1]).all() or (corner == 255).all()


def test_it_can_be_read_again_with_its_scale() -> None:
    image = Image(np.zeros((60, 400), dtype=np.uint8), (0.2, 0.1))
    data = case_capture(sheet_of(pictures=(shown(image=image),)))
    again = read_untrusted(data, "capture.dcm")
    assert again.spacing_mm == (0.2, 0.1)
    assert again.pixels.shape[1:] == (400, 3)


def test_the_checker_sees_a_broken_capture() -> None:
    for keyword, value, fault in (
        ("Rows", 7, "PixelData is not as long"),
        ("ConversionType", "FAX", "ConversionType may not be"),
        ("BitsStored", 7, "BitsStored of RGB must be 8"),
        ("ImageType", "DERIVED", "ImageType must have two"),
        ("PhotometricInterpretation", None, "PhotometricInterpretation (type 1) is empty"),
    ):
        found = capture_dataset(usual_sheet())
        setattr(found, keyword, value)
        assert any(fault in one for one in faults(found)), fault


def test_there_is_no_third_picture() -> None:
    with pytest.raises(IndexError):
        case_capture(usual_sheet(), 2)
