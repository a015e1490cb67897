"""Does every real file either decode, or end in one plain sentence?"""

from __future__ import annotations

import csv
import re
import warnings
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.pixels import get_decoder, pixel_array
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian

from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ImageError
from clnm_core.imaging import decoding
from clnm_core.imaging.decoding import decoded
from clnm_core.imaging.guard import read_untrusted

CODE_WORDS = re.compile(r"Traceback|Error\b|Exception|None|0x|\[|\{|<|pydicom|gdcm|pillow", re.I)


def read(path: Path, frame: int = 0) -> Image:
    return read_untrusted(path.read_bytes(), path.name, frame=frame)


def manifest(folder: Path) -> list[dict[str, str]]:
    with (folder / "MANIFEST.csv").open(newline="", encoding="utf-8") as lines:
        return list(csv.DictReader(lines))


def is_plain(sentence: str) -> bool:
    return (
        20 < len(sentence) < 300
        and "\n" not in sentence
        and sentence.endswith(".")
        and not CODE_WORDS.search(sentence)
    )


def test_every_ultrasound_file_decodes_to_the_shape_of_its_manifest(shared_data):
    folder = shared_data / "dicom_us"
    rows = manifest(folder)
    assert len(rows) == 12
    for row in rows:
        image = read(folder / row["file"])
        is_colour = row["photometric"] not in ("MONOCHROME1", "MONOCHROME2")
        expected = (int(row["rows"]), int(row["cols"])) + ((3,) if is_colour else ())
        assert image.pixels.shape == expected, row["file"]
        assert image.frames == int(row["frames"] or 1), row["file"]
        assert image.modality is Modality.ULTRASOUND
        assert image.pixels.max() > 200, row["file"]


@pytest.mark.parametrize(
    "folder", ["dicom_bad", "dicom_transfer_syntaxes", "dicom_ct_neck_rt", "dicom_us"]
)
def test_every_file_decodes_or_ends_in_one_plain_sentence_without_a_name(shared_data, folder):
    for row in manifest(shared_data / folder):
        path = shared_data / folder / row["file"]
        try:
            image = read(path)
            said = image.notes
        except ImageError as error:
            said = (str(error),)
            # What the manifest's decoders read and these do not: JPEG with 12 bits.
            assert ".4.51" in row["transfer_syntax"] or not row["decode"].startswith("ok"), row[
                "file"
            ]
        assert all(is_plain(sentence) for sentence in said), (row["file"], said)
        names = {part.lower() for part in re.split(r"[\^= ]", row["patient_name"]) if part}
        words = set(re.findall(r"\w+", " ".join(said).lower()))
        assert not {name for name in names & words if len(name) > 3}, (row["file"], said)


CODINGS, CT = "dicom_transfer_syntaxes", "dicom_ct_neck_rt"
SMALL = f"{CODINGS}/py_MR_small"
#: Files that hold the same pixels, by how many frames.
TWINS = [
    (1, f"{SMALL}.dcm", f"{SMALL}_RLE.dcm"),
    (1, f"{SMALL}.dcm", f"{SMALL}_bigendian.dcm"),
    (1, f"{SMALL}.dcm", f"{SMALL}_implicit.dcm"),
    (1, f"{SMALL}.dcm", f"{SMALL}_jp2klossless.dcm"),
    (1, f"{SMALL}.dcm", f"{SMALL}_jpeg_ls_lossless.dcm"),
    (1, f"{SMALL}.dcm", f"{SMALL}_padded.dcm"),
    (2, f"{CT}/pd_eCT_Supplemental.dcm", f"{CODINGS}/dp_CT0012.not_fragmented_bot_rle.dcm"),
    (2, f"{CT}/pd_eCT_Supplemental.dcm", f"{CODINGS}/dp_CT0012.fragmented_no_bot_jpeg_ls.80.dcm"),
    (10, f"{CODINGS}/pd_emri_small.dcm", f"{CODINGS}/pd_emri_small_jpeg_ls_lossless.dcm"),
    (3, f"{CT}/pd_liver.dcm", f"{CODINGS}/pd_liver_deflate.dcm"),
    (1, f"{CODINGS}/py_SC_rgb_small_odd.dcm", f"{CODINGS}/py_SC_rgb_small_odd_big_endian.dcm"),
    (1, "dicom_us/pd_color-pl.dcm", "dicom_us/pd_color-px.dcm"),
]


@pytest.mark.parametrize(("frames", "one", "other"), TWINS, ids=lambda value: str(value)[-28:])
def test_lossless_codings_of_one_picture_are_equal(shared_data, frames, one, other):
    for frame in range(frames):
        first, second = read(shared_data / one, frame), read(shared_data / other, frame)
        assert first.frames == second.frames == frames
        np.testing.assert_array_equal(first.pixels, second.pixels)


def other_decoder(dataset: pydicom.Dataset) -> str | None:
    """A decoder that reads the file and is not the one that the product prefers."""
    coding = dataset.file_meta.TransferSyntaxUID
    names = get_decoder(coding).available_plugins
    ours = decoding.PREFERRED.get(coding, names[0])
    return next((name for name in names if name != ours), None)


@pytest.mark.filterwarnings("ignore:The pixel data is")  # longer than needed, in one file
@pytest.mark.parametrize("folder", ["dicom_transfer_syntaxes", "dicom_ct_neck_rt", "dicom_us"])
def test_pixels_are_those_that_another_decoder_finds(shared_data, folder):
    """Uncompressed files by numpy alone; lossy codings may differ by rounding."""
    compared = 0
    for row in manifest(shared_data / folder):
        path = shared_data / folder / row["file"]
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # some files spell their character set wrongly
            dataset = pydicom.dcmread(path, force=True)
            dataset.decode()
        coding = dataset.file_meta.get("TransferSyntaxUID")
        if not row["decode"].startswith("ok") or ".4.51" in row["transfer_syntax"]:
            continue
        ours = decoded(dataset, 0)
        if coding.is_compressed and coding != DeflatedExplicitVRLittleEndian:
            if (name := other_decoder(dataset)) is None:
                continue
            theirs = pixel_array(dataset, index=0, decoding_plugin=name)
        elif dataset.SamplesPerPixel == 1 and dataset.BitsAllocated > 1:
            order = ">" if coding == ExplicitVRBigEndian else "<"
            kind = "f" if "FloatPixelData" in dataset else "ui"[dataset.PixelRepresentation]
            stored = dataset.get("PixelData") or dataset.FloatPixelData
            dtype = f"{order}{kind}{dataset.BitsAllocated // 8}"
            theirs = np.frombuffer(stored, dtype, dataset.Rows * dataset.Columns)
            theirs = theirs.reshape(dataset.Rows, dataset.Columns)
            if kind == "i":  # what stands above the stored bits is none of the value
                spare = dataset.BitsAllocated - dataset.BitsStored
                theirs = (theirs << spare) >> spare
        else:
            continue
        is_lossy = any(code in row["transfer_syntax"] for code in (".4.50", ".4.81", ".4.91"))
        most = 3 if is_lossy else 0
        assert np.abs(ours.astype(float) - theirs).max() <= most, row["file"]
        compared += 1
    assert compared >= {"dicom_us": 5, "dicom_ct_neck_rt": 8, "dicom_transfer_syntaxes": 22}[folder]


def test_the_uncompressed_copy_equals_the_lossy_original(shared_data):
    folder = shared_data / "dicom_us"
    lossy = read(folder / "pd_US1_J2KI.dcm").pixels.astype(int)
    assert np.abs(lossy - read(folder / "pd_US1_UNCI.dcm").pixels).max() <= 1


@pytest.mark.parametrize(
    "name",
    [
        "py_SC_rgb_jpeg_dcmtk.dcm",
        "py_SC_rgb_dcmtk_+eb+cr.dcm",
        "py_SC_rgb_dcmtk_+eb+cy+np.dcm",
        "py_SC_rgb_dcmtk_+eb+cy+s2.dcm",
        "py_SC_rgb_jpeg_gdcm.dcm",
        "py_SC_ybr_full_422_uncompressed.dcm",
        "pd_SC_ybr_full_uncompressed.dcm",
    ],
)
def test_colour_bars_have_their_colours_whatever_the_colour_space(shared_data, name):
    bars = read(shared_data / "dicom_transfer_syntaxes" / name).pixels[5::10, 50].astype(int)
    expected = [
        *((255, 0, 0), (255, 128, 128), (0, 255, 0), (128, 255, 128), (0, 0, 255)),
        *((128, 128, 255), (0, 0, 0), (64, 64, 64), (192, 192, 192), (255, 255, 255)),
    ]
    assert np.abs(bars - expected).max() <= 6


def test_each_frame_of_a_cine_is_its_own_picture(shared_data):
    path = shared_data / "dicom_us" / "py_examples_ybr_color.dcm"
    first, last = read(path), read(path, frame=29)
    assert (first.frame, last.frame, last.frames) == (0, 29, 30)
    assert (first.pixels != last.pixels).any()
    with pytest.raises(ImageError, match="has 30 frames, so there is no frame 31"):
        read(path, frame=30)


def test_calibrated_regions_give_the_spacing(shared_data):
    image = read(shared_data / "dicom_us" / "pd_gdcm-US-ALOKA-16.dcm")
    assert len(image.regions) == 2
    assert image.spacing_mm == pytest.approx((0.382653, 0.382653), abs=1e-6)
    assert image.pixels.shape == (480, 640, 3)


def test_a_doppler_curve_is_no_region_to_measure_in(shared_data):
    image = read(shared_data / "dicom_us" / "pd_OBXXXX1A.dcm")
    assert len(image.regions) == 1
    region = image.regions[0]
    assert (region.top, region.left, region.bottom, region.right) == (60, 120, 518, 799)


def test_a_frame_that_was_resized_after_calibration_has_no_spacing(shared_data):
    image = read(shared_data / "dicom_us" / "py_examples_ybr_color.dcm")
    assert image.spacing_mm is None
    assert any("does not fit the ultrasound frame" in note for note in image.notes)


def test_an_uncalibrated_ultrasound_has_no_spacing_and_says_so(shared_data):
    image = read(shared_data / "dicom_us" / "pd_US1_J2KR.dcm")
    assert image.spacing_mm is None
    assert any("nothing can be measured" in note for note in image.notes)


def test_ct_is_shown_in_the_window_of_the_neck(shared_data):
    image = read(shared_data / "dicom_ct_neck_rt" / "py_CT_small.dcm")
    assert image.modality is Modality.CT
    assert image.spacing_mm == pytest.approx((0.661468, 0.661468))
    assert any("level 50 HU, width 350 HU" in note for note in image.notes)


def test_the_table_of_files_names_each_of_them_as_it_is_read_now(shared_data):
    page = (Path(__file__).parents[3] / "docs" / "formats.md").read_text(encoding="utf-8")
    table = page.split("### Outlines")[0]
    rows = {line.split("`")[1]: line for line in table.splitlines() if line.startswith("| `")}
    named = 0
    for folder in ("dicom_bad", CODINGS, CT, "dicom_us"):
        for row in manifest(shared_data / folder):
            named += 1
            line = rows[row["file"]]
            path = shared_data / folder / row["file"]
            try:
                said = f"| {read(path).source} |"
            except ImageError as error:
                said = f"| {error} |"
            assert said in line, row["file"]
    assert named == 101


def test_breast_pictures_and_their_masks_are_read(shared_data):
    from clnm_core.imaging.masks import read_mask

    folder = shared_data / "busi_breast_us_dev"
    masks = sorted(folder.glob("*_mask.png"))
    assert len(masks) == 16
    for path in masks:
        picture = read(folder / path.name.replace("_mask", ""))
        assert picture.spacing_mm is None
        assert any("nothing can be measured" in note for note in picture.notes)
        mask = read_mask(path.read_bytes(), path.name, picture.pixels.shape)
        assert mask.shape == picture.pixels.shape[:2]
        assert mask.any() == ("normal" not in path.name)
