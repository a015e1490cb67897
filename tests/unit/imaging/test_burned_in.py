"""Are pictures on which a name may stand held back, and others not?"""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont
from pydicom.dataset import Dataset

from clnm_core.imaging.burned_in import doubt, doubt_of_raster
from clnm_core.imaging.letters import text_like
from clnm_core.imaging.reading import read_image

COLOURS = {"white": (255, 255, 255), "yellow": (255, 255, 0)}


def speckle(seed: int = 0, shape: tuple[int, int] = (160, 240)) -> np.ndarray:
    """Echoes as a beam of some pixels' width makes them: blurred, Rayleigh, compressed."""
    rng = np.random.default_rng(seed)
    field = rng.normal(size=shape) + 1j * rng.normal(size=shape)
    kernel = np.exp(-0.5 * (np.arange(-6, 7) / 2.2) ** 2)
    for axis in (0, 1):
        field = np.apply_along_axis(np.convolve, axis, field, kernel, mode="same")
    envelope = np.log(np.abs(field) + 0.05 * np.abs(field).mean())
    envelope -= envelope.min()
    return np.rint(180 * envelope / envelope.max()).astype(np.uint8)


def written(pixels: np.ndarray, words: str, *, size: int, colour: str, at: tuple[int, int]):
    picture = Pillow.fromarray(pixels).convert("RGB")
    font = ImageFont.load_default(size)
    ImageDraw.Draw(picture).text(at, words, fill=COLOURS[colour], font=font)
    return np.asarray(picture)


def header(**values: object) -> Dataset:
    dataset = Dataset()
    dataset.Modality = "US"
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def reason(dataset: Dataset, *, shown: np.ndarray | None = None, is_blacked_out: bool = False):
    return doubt(dataset, [speckle() if shown is None else shown], is_blacked_out=is_blacked_out)


TEXT = written(speckle(), "MUSTER 12.03.1961", size=14, colour="white", at=(20, 60))


@pytest.mark.parametrize("size", [12, 16, 22, 30])
@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("at", [(2, 2), (60, 120), (30, 70)])
def test_letters_are_seen_at_every_size_and_place(size, colour, at):
    box = text_like(written(speckle(size), "MUSTER ERIKA", size=size, colour=colour, at=at))
    assert box
    top, _, bottom, right = box[0]
    assert top <= at[1] + size
    assert bottom >= at[1]
    assert right >= at[0]


@pytest.mark.parametrize("seed", range(12))
def test_echoes_are_no_letters(seed):
    assert text_like(speckle(seed)) == ()


@pytest.mark.parametrize("shape", [(1, 1), (1, 50), (50, 1), (2, 2), (3, 3, 3), (11, 39)])
def test_a_picture_smaller_than_a_letter_holds_none(shape):
    assert text_like(np.full(shape, 200, dtype=np.uint8)) == ()


def test_a_bright_frame_around_the_picture_is_no_letter():
    pixels = speckle()
    pixels[:, :3] = pixels[:, -3:] = pixels[:3] = pixels[-3:] = 255
    assert text_like(pixels) == ()


def test_real_writing_is_seen_and_real_tissue_is_not_taken_for_it(shared_data):
    folder = shared_data / "busi_breast_us_dev"
    for name in ("benign (1)", "benign (2)", "benign (3)", "malignant (2)"):  # LEFT BREAST, RT 1
        assert text_like(read_image((folder / f"{name}.png").read_bytes()).pixels), name
    for name in ("benign (7)", "benign (8)", "benign (12)", "malignant (48)"):
        assert not text_like(read_image((folder / f"{name}.png").read_bytes()).pixels), name


def test_what_the_file_says_is_burned_in_is_doubtful_whatever_else_it_says():
    assert "says that text is burned" in reason(header(BurnedInAnnotation="YES"))
    assert reason(header(BurnedInAnnotation="YES"), is_blacked_out=True)
    original = header(Modality="CT", ImageType=["ORIGINAL", "PRIMARY", "AXIAL"])
    original.BurnedInAnnotation = "YES"
    assert reason(original)


def test_a_silent_ultrasound_is_doubtful_and_one_with_regions_is_searched():
    assert "where on the screen" in reason(header())
    assert reason(header(), is_blacked_out=True) == ""
    assert "look like letters" in reason(header(), shown=TEXT, is_blacked_out=True)


def test_a_file_that_says_no_is_believed_unless_letters_are_seen():
    assert reason(header(BurnedInAnnotation="NO")) == ""
    assert "look like letters" in reason(header(BurnedInAnnotation="NO"), shown=TEXT)


@pytest.mark.parametrize("modality", ["CT", "MR"])
def test_an_original_slice_is_not_doubtful_and_a_derived_one_is_searched(modality):
    original = header(Modality=modality, ImageType=["ORIGINAL", "PRIMARY", "AXIAL"])
    assert reason(original, shown=TEXT) == ""
    derived = header(Modality=modality, ImageType=["DERIVED", "SECONDARY", "MPR"])
    assert reason(derived) == ""
    assert reason(derived, shown=TEXT)
    assert reason(header(Modality=modality), shown=TEXT)


@pytest.mark.parametrize(
    "sign",
    [
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7"},
        {"SOPClassUID": "1.2.840.10008.5.1.4.1.1.7.4"},
        {"ConversionType": "WSD"},
        {"ImageType": ["DERIVED", "SECONDARY", "SCREEN SAVE"]},
    ],
)
def test_copies_of_a_screen_are_doubtful_whatever_modality_they_claim(sign):
    for modality in ("CT", "US", "OT"):
        assert "copy of a screen" in reason(header(Modality=modality, **sign))


def test_a_raster_is_doubtful_only_if_letters_are_seen():
    assert doubt_of_raster(speckle()) == ""
    assert "look like letters" in doubt_of_raster(TEXT)
