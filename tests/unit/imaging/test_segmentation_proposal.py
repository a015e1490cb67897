"""Are the proposed outlines good on simulated pictures, and is every doubt said?"""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.domain.image import Image, Modality, Region
from clnm_core.imaging.guard import read_untrusted
from clnm_core.imaging.segmentation import network
from clnm_core.imaging.segmentation.outliner import Outliner
from clnm_core.imaging.segmentation.proposal import propose
from clnm_core.imaging.segmentation.scoring import overlap
from clnm_core.synth.demo import demo_cohorts
from clnm_core.synth.drawing import pictures_of

PATIENTS = "Check every outline, and correct it."


def grey_picture(shape=(100, 120), seed=0):
    return np.random.default_rng(seed).integers(0, 256, shape).astype(np.uint8)


@pytest.fixture
def sees(monkeypatch):
    """``sees(gland=..., nodule=...)`` makes the network answer with these fields over the picture."""

    def answer(gland, nodule):
        square = np.stack([gland, nodule]).astype(np.float32)
        monkeypatch.setattr(network, "probabilities", lambda outliner, pictures: square[None])
        return Outliner({}, gland.shape[0], (4,) * 6)

    return answer


def disc(middle, radius, side=128):
    rows, columns = np.indices((side, side))
    return (np.hypot(rows - middle[0], columns - middle[1]) < radius).astype(float)


def test_simulated_patients_of_hospitals_it_never_saw_are_outlined():
    cohort = next(each for each in demo_cohorts("small", seed=0) if each.name == "demo-ptc-us")
    external = np.flatnonzero(cohort.hidden["split"] == "external")[::40]
    found = {"gland": [], "nodule": []}
    for row in external:
        for view in pictures_of(cohort, int(row), seed=0):
            image = Image(view.pixels, (view.spacing_mm,) * 2, view.modality, source="Simulated")
            proposal = propose(image)
            assert not any(PATIENTS in note for note in proposal.notes)
            for structure, mask in proposal.masks.items():
                assert mask.shape == view.pixels.shape[:2]
                found[structure].append(overlap(mask, view.masks[structure]).iou)
    assert np.min(found["gland"]) > 0.8
    is_found = np.array(found["nodule"]) > 0.5  # a nodule as bright as the gland may be missed
    assert is_found.mean() >= 0.75


def test_the_same_picture_gives_the_same_outline():
    image = Image(grey_picture(), modality=Modality.ULTRASOUND)
    one, two = propose(image), propose(image)
    for structure, mask in one.masks.items():
        assert np.array_equal(mask, two.masks[structure])
    assert one.notes == two.notes


def test_the_largest_piece_is_kept_and_its_holes_filled(sees):
    gland = disc((60, 60), 40) - disc((60, 60), 10) + disc((10, 120), 6)
    outliner = sees(gland, disc((60, 60), 8))
    proposal = propose(Image(grey_picture((128, 128)), source="Simulated"), outliner)
    assert overlap(proposal.masks["gland"], disc((60, 60), 40) > 0).iou > 0.98
    assert not any("several pieces" in note for note in proposal.notes)


def test_outlines_come_back_on_the_pixels_of_the_picture(sees):
    outliner = sees(disc((64, 64), 30), disc((64, 64), 10))
    image = Image(grey_picture((256, 128)), spacing_mm=(0.1, 0.2), modality=Modality.ULTRASOUND)
    gland = propose(image, outliner).masks["gland"]
    rows, columns = np.nonzero(gland)
    assert np.ptp(rows) == pytest.approx(120, abs=3)
    assert np.ptp(columns) == pytest.approx(60, abs=2)


def test_of_a_frame_with_calibrated_regions_only_the_largest_is_looked_at(sees):
    outliner = sees(disc((64, 64), 80), disc((64, 64), 5))
    regions = (Region(10, 20, 89, 99, (0.1, 0.1)), Region(95, 0, 99, 9, (0.1, 0.1)))
    image = Image(grey_picture((100, 120)), (0.1, 0.1), Modality.ULTRASOUND, regions=regions)
    proposal = propose(image, outliner)
    rows, columns = np.nonzero(proposal.masks["gland"])
    assert (rows.min(), rows.max(), columns.min(), columns.max()) == (10, 89, 20, 99)
    assert any("largest calibrated region" in note for note in proposal.notes)


@pytest.mark.parametrize(
    ("gland", "nodule", "doubt"),
    [
        (disc((64, 64), 40), np.zeros((128, 128)), "No nodule was found."),
        (np.zeros((128, 128)), disc((64, 64), 9), "No gland was found."),
        (disc((64, 10), 30), disc((64, 10), 9), "gland reaches the border"),
        (disc((64, 64), 40), disc((64, 64), 2), "nodule that was found is tiny"),
        (disc((64, 40), 20), disc((64, 100), 9), "mostly outside the gland"),
        (
            disc((40, 64), 20) + disc((100, 64), 15),
            disc((40, 64), 9),
            "gland was found in several pieces",
        ),
        (disc((64, 64), 40), 0.6 * disc((64, 64), 9), "unsure where the nodule ends"),
    ],
)
def test_what_speaks_against_an_outline_is_said(sees, gland, nodule, doubt):
    outliner = sees(gland, nodule)
    image = Image(grey_picture((128, 128)), modality=Modality.ULTRASOUND)
    notes = propose(image, outliner).notes
    assert sum(doubt in note for note in notes) == 1
    sound = propose(image, sees(disc((64, 64), 40), disc((64, 64), 15)))
    assert sound.notes == ()


def test_ct_and_pictures_of_an_unknown_kind_are_said_to_be_strange():
    def notes(modality, source=""):
        return " ".join(propose(Image(grey_picture(), None, modality, source=source)).notes)

    assert "this is CT, which it never saw" in notes(Modality.CT)
    assert "does not say that this is ultrasound" in notes(Modality.OTHER)
    assert PATIENTS in notes(Modality.OTHER)
    assert PATIENTS in notes(Modality.ULTRASOUND, "DICOM, JPEG 2000 lossless")


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_picture_of_one_grey_level_has_no_outlines(level):
    image = Image(np.full((80, 90), level, dtype=np.uint8), modality=Modality.ULTRASOUND)
    proposal = propose(image)
    assert not any(mask.any() for mask in proposal.masks.values())
    assert any("shows nothing" in note for note in proposal.notes)


@pytest.mark.parametrize("shape", [(1, 1), (1, 4000), (15, 15), (15, 2, 3)])
def test_a_picture_that_is_too_small_has_no_outlines(shape):
    proposal = propose(Image(grey_picture(shape), modality=Modality.ULTRASOUND))
    assert all(mask.shape == shape[:2] for mask in proposal.masks.values())
    assert not any(mask.any() for mask in proposal.masks.values())
    assert any("too small" in note for note in proposal.notes)


@pytest.mark.parametrize("shape", [(16, 16), (20, 2000), (700, 900, 3)])
def test_any_size_and_colour_gives_masks_of_its_size(shape):
    proposal = propose(Image(grey_picture(shape), modality=Modality.ULTRASOUND))
    assert all(mask.shape == shape[:2] and mask.dtype == bool for mask in proposal.masks.values())


def test_real_breast_ultrasound_is_outlined_with_a_warning(shared_data):
    path = shared_data / "busi_breast_us_dev" / "benign (1).png"
    proposal = propose(read_untrusted(path.read_bytes(), path.name))
    assert any("simulated ultrasound pictures only" in note for note in proposal.notes)
