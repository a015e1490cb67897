"""Are stored values shown as they should be, and spacing never guessed?"""

from __future__ import annotations

import numpy as np
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import DeflatedExplicitVRLittleEndian

from clnm_core.domain.image import Modality, Region
from clnm_core.errors import ImageError
from clnm_core.imaging.dicom import read_dicom
from clnm_core.imaging.limits import DEFAULT, Limits
from clnm_core.imaging.reading import read_image
from clnm_core.imaging.regions import crop
from tests.unit.imaging.dicom_files import body_of, dataset_of, deflated, file_from_parts, file_of

RAMP = np.arange(256, dtype=np.uint8).reshape(16, 16)


def read(dataset: Dataset, frame: int = 0):
    return read_dicom(file_of(dataset), frame, DEFAULT)


def region(**changes: object) -> Dataset:
    item = Dataset()
    item.RegionSpatialFormat = 1
    item.RegionDataType = 1
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX, item.PhysicalDeltaY = 0.02, 0.03
    item.RegionLocationMinX0, item.RegionLocationMinY0 = 0, 0
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = 15, 15
    for keyword, value in changes.items():
        setattr(item, keyword, value)
    return item


def with_regions(*regions: Dataset) -> Dataset:
    dataset = dataset_of(RAMP)
    dataset.SequenceOfUltrasoundRegions = Sequence(regions)
    return dataset


# What is shown ------------------------------------------------------------------------------------


def test_eight_bit_grey_is_shown_unchanged():
    np.testing.assert_array_equal(read(dataset_of(RAMP)).pixels, RAMP)


def test_monochrome1_is_inverted():
    dataset = dataset_of(RAMP)
    dataset.PhotometricInterpretation = "MONOCHROME1"
    np.testing.assert_array_equal(read(dataset).pixels, 255 - RAMP)


def test_the_window_of_the_file_is_used_and_named():
    dataset = dataset_of(np.array([[0, 100, 200, 300]], dtype=np.int16), modality="MR")
    dataset.WindowCenter, dataset.WindowWidth = 150.5, 101
    image = read(dataset)
    assert image.pixels.tolist() == [[0, 0, 255, 255]]
    assert any("level 150.5, width 101" in note for note in image.notes)


def hounsfield() -> Dataset:
    dataset = dataset_of(np.array([[899, 974, 1074, 1248, 3000]], dtype=np.int16), modality="CT")
    dataset.RescaleSlope, dataset.RescaleIntercept = 1, -1024
    return dataset


def test_ct_that_asks_for_no_window_is_shown_in_soft_tissue_of_the_neck():
    image = read(hounsfield())
    assert image.modality is Modality.CT
    # -125 HU is black, 224 HU white, 50 HU the middle.
    assert image.pixels.tolist() == [[0, 55, 128, 255, 255]]
    assert any("level 50 HU, width 350 HU" in note for note in image.notes)


def test_ct_is_shown_in_the_window_of_its_file_unless_a_preset_is_asked_for():
    dataset = hounsfield()
    dataset.WindowCenter, dataset.WindowWidth = 40, 80
    own = read(dataset)
    assert own.pixels.tolist() == [[0, 0, 161, 255, 255]]
    assert any("window stored in the file (level 40, width 80)" in note for note in own.notes)
    data = file_of(dataset)
    neck = read_image(data, window="soft tissue")
    assert neck.pixels.tolist() == [[0, 55, 128, 255, 255]]
    bone = read_image(data, window="bone")
    assert bone.pixels.tolist() == [[53, 64, 78, 103, 255]]
    assert any("a bone window (level 400 HU, width 1800 HU)" in note for note in bone.notes)


def test_ct_without_rescale_says_so():
    image = read(dataset_of(np.zeros((4, 4), dtype=np.int16), modality="CT"))
    assert any("Hounsfield" in note for note in image.notes)


def test_enhanced_files_keep_rescale_spacing_and_window_per_frame():
    dataset = dataset_of(np.full((4, 4), 1024, dtype=np.int16), modality="CT")
    transformation, measures, group = Dataset(), Dataset(), Dataset()
    transformation.RescaleSlope, transformation.RescaleIntercept = 1, -1024
    measures.PixelSpacing = [0.4, 0.5]
    group.PixelValueTransformationSequence = Sequence([transformation])
    group.PixelMeasuresSequence = Sequence([measures])
    dataset.SharedFunctionalGroupsSequence = Sequence([group])
    image = read(dataset)
    assert image.spacing_mm == (0.4, 0.5)
    assert set(image.pixels.ravel().tolist()) == {91}  # 0 HU


def test_sixteen_bit_colour_becomes_eight():
    colours = np.array([[[0, 32768, 65535]]], dtype=np.uint16).repeat(2, axis=1)
    assert read(dataset_of(colours)).pixels[0, 0].tolist() == [0, 128, 255]


@pytest.mark.parametrize("bits", [8, 16])
def test_a_palette_paints_indices(bits):
    dataset = dataset_of(np.array([[0, 1, 2, 2]], dtype=np.uint8))
    dataset.PhotometricInterpretation = "PALETTE COLOR"
    scale = 1 if bits == 8 else 256
    kind = np.uint8 if bits == 8 else np.uint16
    for colour, values in (("Red", [9, 8, 7, 0]), ("Green", [1, 2, 3, 0]), ("Blue", [4, 5, 6, 0])):
        setattr(dataset, f"{colour}PaletteColorLookupTableDescriptor", [4, 0, bits])
        table = (np.array(values) * scale).astype(kind).tobytes()
        setattr(dataset, f"{colour}PaletteColorLookupTableData", table)
    assert read(dataset).pixels.tolist() == [[[9, 1, 4], [8, 2, 5], [7, 3, 6], [7, 3, 6]]]


def test_only_the_frame_that_is_asked_for_is_read():
    frames = np.stack([np.full((3, 4, 3), value, dtype=np.uint8) for value in (10, 20, 30)])
    image = read(dataset_of(frames), frame=1)
    assert (image.frame, image.frames) == (1, 3)
    assert set(image.pixels.ravel().tolist()) == {20}


def test_a_deflated_file_is_read_like_any_other():
    image = read_dicom(deflated(body_of(dataset_of(RAMP))), 0, DEFAULT)
    np.testing.assert_array_equal(image.pixels, RAMP)


def test_a_file_without_preamble_and_meta_is_read():
    image = read_dicom(body_of(dataset_of(RAMP)), 0, DEFAULT)
    np.testing.assert_array_equal(image.pixels, RAMP)


def test_text_burned_into_the_picture_is_said():
    dataset = dataset_of(RAMP)
    dataset.BurnedInAnnotation = "YES"
    assert any("burned into" in note for note in read(dataset).notes)


# On what scale ------------------------------------------------------------------------------------


def test_one_region_that_is_the_whole_frame_gives_its_spacing_without_a_note():
    image = read(with_regions(region()))
    assert image.spacing_mm == pytest.approx((0.3, 0.2))
    assert image.notes == ()


def test_a_region_that_is_part_of_the_frame_says_where_its_scale_holds():
    image = read(with_regions(region(RegionLocationMaxX1=9)))
    assert image.spacing_mm == pytest.approx((0.3, 0.2))
    assert image.regions[0].right == 9
    assert any("within the calibrated region" in note for note in image.notes)


def test_a_negative_delta_is_a_direction_not_a_length():
    assert read(with_regions(region(PhysicalDeltaY=-0.03))).spacing_mm == pytest.approx((0.3, 0.2))


def test_regions_that_disagree_leave_the_frame_without_spacing():
    image = read(with_regions(region(), region(PhysicalDeltaX=0.04)))
    assert image.spacing_mm is None
    assert len(image.regions) == 2
    assert any("different scales" in note for note in image.notes)


@pytest.mark.parametrize(
    "changes",
    [
        {"PhysicalUnitsXDirection": 4},
        {"PhysicalUnitsYDirection": 0},
        {"RegionSpatialFormat": 3},
        {"PhysicalDeltaX": 0.0},
        {"RegionLocationMaxX1": 31},
        {"RegionLocationMinX0": 12, "RegionLocationMaxX1": 3},
        {"PhysicalDeltaX": None},
    ],
)
def test_a_region_that_is_not_centimetres_on_this_frame_gives_no_spacing(changes):
    image = read(with_regions(region(**changes)))
    assert image.spacing_mm is None
    assert image.regions == ()
    assert image.notes


def test_a_picture_deeper_than_ultrasound_reaches_is_pointed_out():
    image = read(with_regions(region(PhysicalDeltaY=5.0)))
    assert any("80 cm deep" in note for note in image.notes)


def test_pixel_spacing_is_row_then_column():
    dataset = dataset_of(RAMP, modality="MR")
    dataset.PixelSpacing = [0.3, 0.7]
    assert read(dataset).spacing_mm == (0.3, 0.7)


def test_calibration_outranks_a_pixel_spacing_that_differs():
    dataset = with_regions(region())
    dataset.PixelSpacing = [0.9, 0.9]
    image = read(dataset)
    assert image.spacing_mm == pytest.approx((0.3, 0.2))
    assert any("differs from its ultrasound calibration" in note for note in image.notes)


def test_detector_spacing_is_used_with_a_warning():
    dataset = dataset_of(RAMP, modality="CR")
    dataset.ImagerPixelSpacing = [0.1, 0.1]
    image = read(dataset)
    assert image.spacing_mm == (0.1, 0.1)
    assert any("at the detector" in note for note in image.notes)


@pytest.mark.parametrize("stated", [None, [1, 1], [0, 0], [-1, 0.5], [0.5]])
@pytest.mark.parametrize("modality", ["US", "OT"])
def test_unknown_spacing_stays_unknown_and_is_never_one_millimetre(stated, modality):
    dataset = dataset_of(RAMP, modality=modality)
    if stated is not None:
        dataset.PixelSpacing = stated
    image = read(dataset)
    assert image.spacing_mm is None
    assert image.notes


def test_pixels_that_are_not_square_are_pointed_out():
    dataset = dataset_of(RAMP)
    dataset.PixelAspectRatio = [4, 3]
    assert any("not square" in note for note in read(dataset).notes)


# What is refused ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"PixelData": None}, "holds no picture"),
        ({"Rows": None}, r"lacks Rows \(0028,0010\)"),
        ({"Rows": 0}, "no rows or no columns"),
        ({"Rows": 65535, "Columns": 65535}, "more than is read safely"),
        ({"NumberOfFrames": 30_000}, "claims 30,000 frames"),
        ({"NumberOfFrames": 2}, "cut off"),
        ({"BitsAllocated": None}, r"lacks Bits Allocated \(0028,0100\)"),
        ({"PhotometricInterpretation": None}, "lacks an element"),
        ({"PhotometricInterpretation": "PALETTE COLOR"}, "palette, but holds none"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(changes, sentence):
    dataset = dataset_of(RAMP)
    for keyword, value in changes.items():
        if value is None:
            delattr(dataset, keyword)
        else:
            setattr(dataset, keyword, value)
    data = file_of(dataset)
    with pytest.raises(ImageError, match=sentence):
        read_dicom(data, 0, DEFAULT)


def test_a_report_is_called_a_report():
    dataset = dataset_of(RAMP, modality="SR")
    del dataset.PixelData
    with pytest.raises(ImageError, match="it is a structured report"):
        read(dataset)


def test_an_unknown_coding_is_refused_without_quoting_it():
    dataset = dataset_of(RAMP)
    data = file_of(dataset).replace(b"1.2.840.10008.1.2.1\0", b"1.2.840.99999.1.2.1\0", 1)
    with pytest.raises(ImageError, match="an unknown coding"):
        read_dicom(data, 0, DEFAULT)


def test_a_deflated_bomb_stops_at_the_limit():
    bomb = deflated(b"\0" * 50_000_000)
    assert len(bomb) < 100_000
    with pytest.raises(ImageError, match="grows beyond 1 MB"):
        read_dicom(bomb, 0, Limits(inflated_bytes=2**20))


def test_a_damaged_deflated_file_is_called_damaged():
    data = file_from_parts(DeflatedExplicitVRLittleEndian, b"\xff" * 100)
    with pytest.raises(ImageError, match="deflated DICOM file is damaged"):
        read_dicom(data, 0, DEFAULT)


# A region of ultrasound on its own ----------------------------------------------------------------


def test_a_region_is_cropped_with_its_own_spacing_and_pixels():
    first = region(RegionLocationMaxX1=7)
    second = region(RegionLocationMinX0=8, PhysicalDeltaX=0.05, PhysicalDeltaY=0.05)
    image = read(with_regions(first, second))
    assert image.spacing_mm is None  # the two do not agree
    part = crop(image, image.regions[1])
    np.testing.assert_array_equal(part.pixels, image.pixels[:, 8:])
    assert part.spacing_mm == pytest.approx((0.5, 0.5))
    (kept,) = part.regions
    assert (kept.top, kept.left, kept.bottom, kept.right) == (0, 0, 15, 7)
    assert image.pixels.shape == (16, 16)


def test_a_region_beyond_the_frame_is_a_mistake_of_the_caller():
    image = read(dataset_of(RAMP))
    for bounds in ((0, 0, 16, 3), (-1, 0, 3, 3), (5, 0, 4, 3)):
        with pytest.raises(ValueError, match="within the frame"):
            crop(image, Region(*bounds, (0.1, 0.1)))


def test_a_crop_of_one_pixel_is_a_picture():
    image = read(dataset_of(RAMP))
    assert crop(image, Region(2, 3, 2, 3, (0.1, 0.1))).pixels.tolist() == [[35]]
