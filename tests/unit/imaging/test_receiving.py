"""Does every file that shows a picture still show it once nobody can be recognised in it?"""

from __future__ import annotations

import io

import numpy as np
import pydicom
import pytest
from PIL import Image as Pillow
from PIL import PngImagePlugin
from pydicom.dataset import Dataset
from pydicom.tag import Tag

from clnm_core.errors import ImageError
from clnm_core.imaging.disguise import Disguise
from clnm_core.imaging.guard import receive_untrusted
from clnm_core.imaging.limits import DEFAULT, Limits
from clnm_core.imaging.reading import read_image
from clnm_core.imaging.receiving import receive
from tests.unit.imaging.dicom_files import PATIENT, dataset_of, file_of

DISGUISE = Disguise(key=b"\x07" * 32, patient="k3v9q2", shift_days=-400)
RNG = np.random.default_rng(4)
SPECKLE = RNG.integers(10, 120, size=(40, 50), dtype=np.uint8)
#: Real files warn about what is wrong with them; the reading process does not listen.
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")


def region_of(top: int, left: int, bottom: int, right: int) -> Dataset:
    region = Dataset()
    region.RegionLocationMinY0, region.RegionLocationMinX0 = top, left
    region.RegionLocationMaxY1, region.RegionLocationMaxX1 = bottom, right
    return region


def kept(data: bytes, frame: int = 0, limits: Limits = DEFAULT) -> pydicom.FileDataset:
    return pydicom.dcmread(io.BytesIO(receive(data, ".dcm", DISGUISE, frame, limits).dicom))


@pytest.mark.parametrize("folder", ["dicom_us", "dicom_ct_neck_rt", "dicom_transfer_syntaxes"])
def test_every_real_picture_stays_the_same_within_its_regions(shared_data, folder):
    seen = 0
    for path in sorted((shared_data / folder).iterdir()):
        data = path.read_bytes()
        try:
            before = read_image(data, path.name)
        except Exception:  # noqa: S112 - not a picture: test_real_files says which and why
            continue
        seen += 1
        received = receive(data, ".dcm", DISGUISE, 0, DEFAULT)
        again = read_image(received.dicom, path.name)
        np.testing.assert_array_equal(again.pixels, received.image.pixels, err_msg=path.name)
        assert again.spacing_mm == received.image.spacing_mm == before.spacing_mm
        is_black = (received.image.pixels.reshape(*before.pixels.shape[:2], -1) == 0).all(axis=2)
        is_same = received.image.pixels == before.pixels
        is_same = is_same.reshape(*before.pixels.shape[:2], -1).all(axis=2)
        assert (is_same | is_black).all(), path.name
        for region in before.regions:
            part = (slice(region.top, region.bottom + 1), slice(region.left, region.right + 1))
            assert is_same[part].all(), path.name
        assert received.image.frames == before.frames
    assert seen == {"dicom_us": 12, "dicom_ct_neck_rt": 12, "dicom_transfer_syntaxes": 40}[folder]


def test_no_name_of_a_real_file_is_left_in_it(shared_data):
    names = 0
    for path in sorted((shared_data / "dicom_us").glob("*.dcm")):
        original = pydicom.dcmread(path, stop_before_pixels=True)
        received = receive(path.read_bytes(), ".dcm", DISGUISE, 0, DEFAULT)
        clean = pydicom.dcmread(io.BytesIO(received.dicom), stop_before_pixels=True)
        header = received.dicom[: -len(pydicom.dcmread(io.BytesIO(received.dicom)).PixelData)]
        for keyword in ("PatientName", "PatientID", "StudyInstanceUID", "SOPInstanceUID"):
            value = str(original.get(keyword) or "")
            if len(value) > 3:
                names += 1
                assert value.encode() not in header, (path.name, keyword)
        assert clean.PatientID == "k3v9q2"
    assert names > 30


@pytest.mark.parametrize("name", ["pd_US1_J2KR", "pd_US1_J2KI", "pd_US1_UNCI"])
def test_a_hospital_written_into_an_uncalibrated_picture_makes_it_doubtful(shared_data, name):
    received = receive(
        (shared_data / "dicom_us" / f"{name}.dcm").read_bytes(), ".dcm", DISGUISE, 0, DEFAULT
    )
    assert received.is_doubtful
    assert received.reason.endswith("somebody has to look at it.")


@pytest.mark.parametrize("name", ["pd_OBXXXX1A", "pd_OBXXXX1A_rle_2frame", "pd_gdcm-US-ALOKA-16"])
def test_site_and_date_on_the_screen_are_blacked_out(shared_data, name):
    path = shared_data / "dicom_us" / f"{name}.dcm"
    received = receive(path.read_bytes(), ".dcm", DISGUISE, 0, DEFAULT)
    assert not received.image.pixels[:20].any()
    assert read_image(path.read_bytes()).pixels[:20].any()
    assert any("was blacked out" in note for note in received.image.notes)


def test_the_reading_process_gives_the_same_answer(shared_data):
    data = (shared_data / "dicom_us" / "pd_OBXXXX1A_rle_2frame.dcm").read_bytes()
    here = receive(data, ".dcm", DISGUISE, 1, DEFAULT)
    there = receive_untrusted(data, "a.dcm", disguise=DISGUISE, frame=1)
    assert (there.dicom, there.is_doubtful, there.reason) == (
        here.dicom,
        here.is_doubtful,
        here.reason,
    )
    np.testing.assert_array_equal(there.image.pixels, here.image.pixels)


def test_every_frame_is_blacked_out():
    frames = RNG.integers(1, 255, size=(3, 40, 50, 3), dtype=np.uint8)
    dataset = dataset_of(frames)
    dataset.SequenceOfUltrasoundRegions = [region_of(10, 10, 19, 29), region_of(30, 0, 35, 49)]
    clean = kept(file_of(dataset)).pixel_array
    np.testing.assert_array_equal(clean[:, 10:20, 10:30], frames[:, 10:20, 10:30])
    np.testing.assert_array_equal(clean[:, 30:36], frames[:, 30:36])
    clean[:, 10:20, 10:30] = clean[:, 30:36] = 0
    assert not clean.any()


@pytest.mark.parametrize("bounds", [(0, 0, 90, 49), (5, 5, 2, 9), (-4, 0, 9, 9), (0, 0, 10, 200)])
def test_regions_that_do_not_fit_the_frame_say_nothing_and_leave_it_doubtful(bounds):
    dataset = dataset_of(SPECKLE)
    region = region_of(0, 0, 1, 1)
    for keyword, value in zip(
        (
            "RegionLocationMinY0",
            "RegionLocationMinX0",
            "RegionLocationMaxY1",
            "RegionLocationMaxX1",
        ),
        bounds,
        strict=True,
    ):
        region[keyword] = pydicom.DataElement(Tag(keyword), "SL", value)
    dataset.SequenceOfUltrasoundRegions = [region]
    received = receive(file_of(dataset), ".dcm", DISGUISE, 0, DEFAULT)
    assert received.is_doubtful
    np.testing.assert_array_equal(received.image.pixels, SPECKLE)


def test_an_inverse_picture_is_blacked_out_with_its_own_black():
    dataset = dataset_of(SPECKLE)
    dataset.PhotometricInterpretation = "MONOCHROME1"
    dataset.SequenceOfUltrasoundRegions = [region_of(10, 10, 19, 29)]
    received = receive(file_of(dataset), ".dcm", DISGUISE, 0, DEFAULT)
    assert received.image.pixels[0, 0] == received.image.pixels.min() == 255 - SPECKLE.max()


def test_more_frames_than_can_be_searched_leave_the_chosen_one_and_a_note():
    frames = RNG.integers(1, 255, size=(6, 40, 50, 3), dtype=np.uint8)
    data = file_of(dataset_of(frames))
    few = Limits(inflated_bytes=20_000)
    received = receive(data, ".dcm", DISGUISE, 4, few)
    assert (received.image.frame, received.image.frames) == (0, 1)
    assert any("6 frames" in note and "frame 5 was kept" in note for note in received.image.notes)
    np.testing.assert_array_equal(kept(data, 4, few).pixel_array, frames[4])


def test_the_same_file_becomes_the_same_bytes_and_another_key_others():
    data = file_of(dataset_of(SPECKLE))
    one = receive(data, ".dcm", DISGUISE, 0, DEFAULT).dicom
    assert one == receive(data, ".dcm", DISGUISE, 0, DEFAULT).dicom
    foreign = Disguise(key=b"\x08" * 32, patient="k3v9q2", shift_days=-400)
    assert one != receive(data, ".dcm", foreign, 0, DEFAULT).dicom


def test_a_file_without_identifiers_of_its_own_gets_some():
    dataset = dataset_of(SPECKLE)
    del dataset.SOPClassUID
    clean = kept(file_of(dataset))
    assert (
        clean.SOPClassUID
        == clean.file_meta.MediaStorageSOPClassUID
        == "1.2.840.10008.5.1.4.1.1.6.1"
    )
    assert clean.SOPInstanceUID == clean.file_meta.MediaStorageSOPInstanceUID
    assert clean.SOPInstanceUID == DISGUISE.uid(dataset.file_meta.MediaStorageSOPInstanceUID)


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF"])
def test_of_a_raster_only_the_pixels_are_kept(kind):
    picture = Pillow.fromarray(SPECKLE)
    exif = Pillow.Exif()
    exif[0x010E] = exif[0x013B] = PATIENT  # description, artist
    notes = PngImagePlugin.PngInfo()
    notes.add_text("Patient", PATIENT)
    buffer = io.BytesIO()
    extra = {"pnginfo": notes} if kind == "PNG" else {"exif": exif}
    picture.save(buffer, kind, **extra)
    assert PATIENT.encode() in buffer.getvalue()
    received = receive(buffer.getvalue(), f".{kind.lower()}", DISGUISE, 0, DEFAULT)
    assert received.dicom == b""
    assert PATIENT not in f"{received.image.notes} {received.image.source} {received.reason}"
    assert received.image.pixels.shape == SPECKLE.shape


def test_nesting_without_end_is_refused_in_a_sentence():
    inner = b""
    for _ in range(20_000):
        inner = b"\xfe\xff\x00\xe0\xff\xff\xff\xff\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + inner
    whole = file_of(dataset_of(SPECKLE))
    start = whole.index(b"\x10\x00\x10\x00PN")
    data = whole[:start] + b"\x08\x00\x40\x11SQ\0\0\xff\xff\xff\xff" + inner
    with pytest.raises(ImageError):
        receive_untrusted(data, "a.dcm", disguise=DISGUISE)


def test_a_file_without_a_picture_is_refused_in_the_words_of_reading():
    dataset = dataset_of(SPECKLE)
    del dataset.PixelData
    with pytest.raises(ImageError, match="holds no picture"):
        receive(file_of(dataset), ".dcm", DISGUISE, 0, DEFAULT)
    with pytest.raises(ImageError, match="no frame"):
        receive(file_of(dataset_of(SPECKLE)), ".dcm", DISGUISE, 3, DEFAULT)


def test_a_truncated_file_is_refused():
    data = file_of(dataset_of(SPECKLE))
    for share in (0.2, 0.5, 0.9, 0.99):
        with pytest.raises(ImageError):
            receive_untrusted(data[: int(len(data) * share)], "a.dcm", disguise=DISGUISE)
