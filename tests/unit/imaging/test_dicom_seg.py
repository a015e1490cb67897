"""Does a DICOM segmentation mark the pixels that its writer marked?

The writer, and the reader to compare with, is highdicom.
"""

from __future__ import annotations

import warnings

import highdicom
import numpy as np
import pytest
from highdicom.seg import (
    SegmentAlgorithmTypeValues,
    Segmentation,
    SegmentationTypeValues,
    SegmentDescription,
)
from pydicom.dataset import Dataset
from pydicom.sr.coding import Code
from pydicom.uid import DeflatedExplicitVRLittleEndian, RLELossless, generate_uid

from clnm_core.errors import ImageError
from clnm_core.imaging.guard import read_masks_untrusted
from clnm_core.imaging.limits import DEFAULT, Limits
from clnm_core.imaging.mask_files import masks_on
from tests.unit.imaging.dicom_files import dataset_of, file_of
from tests.unit.imaging.placed_files import ct_slice

SHAPE = (11, 13)  # 143 pixels: frames of single bits do not begin on a byte
RANDOM = np.random.default_rng(5)


def stack(count: int = 3, shape: tuple[int, int] = SHAPE) -> list[Dataset]:
    """Slices of one scan, 3 mm apart."""
    slices = [ct_slice(shape, position=(-30.0, -12.5, 70.0 + 3.0 * n)) for n in range(count)]
    for number, one in enumerate(slices):
        one.StudyInstanceUID, one.SeriesInstanceUID = (
            slices[0].StudyInstanceUID,
            slices[0].SeriesInstanceUID,
        )
        one.InstanceNumber = number + 1
    return slices


def described(number: int, label: str) -> SegmentDescription:
    return SegmentDescription(
        segment_number=number,
        segment_label=label,
        segmented_property_category=Code("123037004", "SCT", "Anatomical structure"),
        segmented_property_type=Code("69748006", "SCT", "Thyroid gland"),
        algorithm_type=SegmentAlgorithmTypeValues.MANUAL,
    )


def segmentation(slices, pixels, labels=("gland", "nodule"), kind="BINARY", **more) -> Dataset:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return Segmentation(
            source_images=slices,
            pixel_array=pixels,
            segmentation_type=SegmentationTypeValues(kind),
            segment_descriptions=[described(n, label) for n, label in enumerate(labels, 1)],
            series_instance_uid=generate_uid(),
            series_number=100,
            sop_instance_uid=generate_uid(),
            instance_number=1,
            manufacturer="x",
            manufacturer_model_name="x",
            software_versions="x",
            device_serial_number="x",
            **more,
        )


def drawn(count: int = 3) -> np.ndarray:
    """Frames, rows, columns, two structures; every frame has both."""
    pixels = (RANDOM.random((count, *SHAPE, 2)) < 0.4).astype(np.uint8)
    pixels[:, 0, 0], pixels[:, 0, 1] = (1, 0), (0, 1)
    return pixels


def read(segments: Dataset, image: Dataset, frame: int = 0, limits: Limits = DEFAULT):
    return masks_on(file_of(segments), "", file_of(image), frame, limits)


@pytest.mark.parametrize("place", [0, 1, 2])
def test_each_slice_gets_its_own_frames_as_highdicom_reads_them(place):
    slices, pixels = stack(), drawn()
    segments = segmentation(slices, pixels)
    found = read(segments, slices[place])
    expected = segments.get_pixels_by_source_instance(
        source_sop_instance_uids=[slices[place].SOPInstanceUID]
    )[0]
    assert list(found) == ["gland", "nodule"]
    for number, mask in enumerate(found.values()):
        np.testing.assert_array_equal(mask, expected[..., number].astype(bool))
        np.testing.assert_array_equal(mask, pixels[place, ..., number].astype(bool))


def test_fractions_above_one_half_are_marked():
    slices = stack()
    fractions = RANDOM.random((3, *SHAPE, 1))
    segments = segmentation(slices, fractions, ("nodule",), "FRACTIONAL", max_fractional_value=200)
    found = read(segments, slices[1])
    stored = np.rint(fractions[1, ..., 0] * 200)
    np.testing.assert_array_equal(found["nodule"], stored > 100)


def test_numbers_in_one_frame_are_taken_apart():
    slices = stack()
    numbers = RANDOM.integers(0, 3, (3, *SHAPE)).astype(np.uint8)
    segments = segmentation(slices, numbers, kind="LABELMAP")
    found = read(segments, slices[2])
    for number, label in ((1, "gland"), (2, "nodule")):
        np.testing.assert_array_equal(found[label], numbers[2] == number)


def test_a_compressed_segmentation_is_the_same():
    slices, fractions = stack(), RANDOM.random((3, *SHAPE, 1))
    segments = segmentation(slices, fractions, ("n",), "FRACTIONAL")
    plain = read(segments, slices[0])["n"]
    segments.compress(RLELossless, encoding_plugin="pylibjpeg", generate_instance_uid=False)
    assert segments.file_meta.TransferSyntaxUID == RLELossless
    np.testing.assert_array_equal(read(segments, slices[0])["n"], plain)


def test_without_references_the_place_in_the_body_decides():
    slices, pixels = stack(), drawn()
    segments = segmentation(slices, pixels)
    for group in segments.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    del segments.ReferencedSeriesSequence
    found = read(segments, slices[1])
    np.testing.assert_array_equal(found["nodule"], pixels[1, ..., 1].astype(bool))
    between = ct_slice(SHAPE, position=(-30.0, -12.5, 71.5))
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        read(segments, between)


def test_another_grid_in_the_same_plane_is_met_at_the_nearest_pixel():
    slices, pixels = stack(), drawn()
    segments = segmentation(slices, pixels)
    for group in segments.PerFrameFunctionalGroupsSequence:
        del group.DerivationImageSequence
    fine = ct_slice(
        (33, 39), position=(-30.0 - 0.25, -12.5 - 0.5 / 3, 70.0), spacing=(0.5 / 3, 0.25)
    )
    found = read(segments, fine)
    thrice = np.kron(pixels[0, ..., 0], np.ones((3, 3))).astype(bool)
    np.testing.assert_array_equal(found["gland"], thrice)


def test_a_segmentation_of_another_scan_is_not_used():
    slices = stack()
    segments = segmentation(slices, drawn())
    segments.FrameOfReferenceUID = "1.2.3"
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        read(segments, slices[0])
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        read(segmentation(slices, drawn()), stack()[0])  # the same places, other instances


def ultrasound_segments(frames: int = 1) -> tuple[Dataset, Dataset, np.ndarray]:
    """A picture without a place in the body, and what was drawn on it."""
    shape = (frames, *SHAPE) if frames > 1 else SHAPE
    image = dataset_of(np.zeros((*shape, 3), dtype=np.uint8))
    image.SOPInstanceUID = image.file_meta.MediaStorageSOPInstanceUID
    source = ct_slice(SHAPE)
    pixels = drawn(1)
    segments = segmentation([source], pixels)
    for keyword in ("FrameOfReferenceUID",):
        delattr(segments, keyword)
    for group in segments.PerFrameFunctionalGroupsSequence:
        group.PlanePositionSequence = []
        item = group.DerivationImageSequence[0].SourceImageSequence[0]
        item.ReferencedSOPInstanceUID = image.SOPInstanceUID
        if frames > 1:
            item.ReferencedFrameNumber = 2
    return segments, image, pixels[0]


def test_an_ultrasound_frame_is_found_by_its_number():
    segments, image, pixels = ultrasound_segments(frames=3)
    np.testing.assert_array_equal(read(segments, image, 1)["gland"], pixels[..., 0].astype(bool))
    with pytest.raises(ImageError, match="outlines nothing on this picture"):
        read(segments, image, 0)


def test_an_ultrasound_picture_of_another_size_is_refused():
    segments, image, _ = ultrasound_segments()
    other = dataset_of(np.zeros((5, 5), dtype=np.uint8))
    other.SOPInstanceUID = image.SOPInstanceUID
    with pytest.raises(ImageError, match=r"11 x 13 pixels .* its picture 5 x 5"):
        read(segments, other)


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"NumberOfFrames": 5}, "states 5 as its number of frames and describes 6"),
        ({"NumberOfFrames": 10**9}, "claims 1,000,000,000 frames, more than is read safely"),
        ({"NumberOfFrames": -4}, "states 1 as its number of frames and describes 6"),
        ({"Rows": 60_000, "Columns": 60_000}, "more than is read safely"),
        ({"Rows": 12}, "cut off"),
        ({"SegmentationType": "GUESS"}, "of a kind that is not read"),
        ({"SegmentSequence": []}, "does not say which structure"),
        ({"PixelData": b"\0\0"}, "cut off"),
    ],
)
def test_a_damaged_segmentation_is_refused_in_words(changes, sentence):
    slices = stack()
    segments = segmentation(slices, drawn())
    for keyword, value in changes.items():
        setattr(segments, keyword, value)
    with pytest.raises(ImageError, match=sentence):
        read(segments, slices[2])


def test_too_many_structures_are_refused():
    slices = stack()
    segments = segmentation(slices, drawn())
    with pytest.raises(ImageError, match="more than 1 structures"):
        read(segments, slices[0], limits=Limits(structures=1))


def test_the_real_segmentation_of_a_liver(shared_data):
    """Its scan is not at hand; a slice made to its description finds what pydicom decodes."""
    path = shared_data / "dicom_ct_neck_rt" / "pd_liver.dcm"
    segments = highdicom.seg.segread(path)
    group = segments.PerFrameFunctionalGroupsSequence[1]
    shared = segments.SharedFunctionalGroupsSequence[0]
    image = ct_slice(
        (512, 512),
        position=group.PlanePositionSequence[0].ImagePositionPatient,
        spacing=shared.PixelMeasuresSequence[0].PixelSpacing,
        cosines=shared.PlaneOrientationSequence[0].ImageOrientationPatient,
    )
    image.FrameOfReferenceUID = segments.FrameOfReferenceUID
    source = group.DerivationImageSequence[0].SourceImageSequence[0]
    image.SOPInstanceUID = source.ReferencedSOPInstanceUID
    found = read_masks_untrusted(path.read_bytes(), path.name, image=file_of(image))
    np.testing.assert_array_equal(found["Liver"], segments.pixel_array[1].astype(bool))
    twin = shared_data / "dicom_transfer_syntaxes" / "pd_liver_deflate.dcm"
    other = read_masks_untrusted(twin.read_bytes(), twin.name, image=file_of(image))
    np.testing.assert_array_equal(other["Liver"], found["Liver"])


def test_a_deflated_segmentation_is_read():
    slices, pixels = stack(), drawn()
    segments = segmentation(slices, pixels)
    segments.file_meta.TransferSyntaxUID = DeflatedExplicitVRLittleEndian
    np.testing.assert_array_equal(
        read(segments, slices[0])["gland"], pixels[0, ..., 0].astype(bool)
    )
