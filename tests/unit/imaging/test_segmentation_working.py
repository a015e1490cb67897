"""Does the network see every picture in its true aspect, and do masks come back where they were?"""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.imaging.segmentation.parts import parts
from clnm_core.imaging.segmentation.scoring import overlap, patient_means
from clnm_core.imaging.segmentation.working import fit, restored, seen, seen_mask

SHAPES = st.tuples(st.integers(1, 300), st.integers(1, 300))


@given(SHAPES, st.floats(0.05, 2), st.floats(0.05, 2))
def test_the_picture_fills_the_longer_side_of_the_square_in_its_true_aspect(shape, down, across):
    place = fit(shape, 64, spacing_mm=(down, across))
    height, width = shape[0] * down, shape[1] * across
    assert max(place.rows, place.columns) == 64
    assert min(place.rows, place.columns) >= 1
    assert place.rows == pytest.approx(64 * height / max(height, width), abs=1)
    assert place.columns == pytest.approx(64 * width / max(height, width), abs=1)
    assert place.top + place.rows <= 64
    assert place.left + place.columns <= 64


def test_gain_and_offset_of_the_machine_make_no_difference():
    grey = np.random.default_rng(0).integers(20, 100, (90, 120)).astype(np.uint8)
    place = fit(grey.shape, 64)
    louder = (grey * 2 + 30).astype(np.uint8)
    np.testing.assert_allclose(seen(grey, place), seen(louder, place), atol=1e-4)
    assert seen(grey, place)[place.window].mean() == pytest.approx(0, abs=1e-5)
    assert seen(grey, place)[place.window].std() == pytest.approx(1, abs=1e-4)
    assert (seen(grey, place)[: place.top] == 0).all()


def test_a_picture_of_one_grey_level_is_zero_and_not_enlarged_noise():
    flat = np.full((30, 40), 200, dtype=np.uint8)
    assert np.abs(seen(flat, fit(flat.shape, 32))).max() < 1e-3
    faint = flat.copy()
    faint[::2, ::2] += 1
    assert np.abs(seen(faint, fit(faint.shape, 40))).max() < 0.5


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 2**31 - 1), st.floats(0.5, 2))
def test_a_mask_comes_back_to_within_a_pixel_of_the_square(seed, aspect):
    random = np.random.default_rng(seed)
    shape = tuple(random.integers(100, 300, 2))
    rows, columns = np.indices(shape)
    middle, half = random.uniform(0.35, 0.65, 2) * shape, random.uniform(0.15, 0.3) * min(shape)
    mask = (rows - middle[0]) ** 2 + (columns - middle[1]) ** 2 <= half**2
    place = fit(shape, 64, spacing_mm=(aspect, 1.0))
    back = restored(seen_mask(mask, place).astype(np.float32), place, shape) >= 0.5
    assert overlap(back, mask).iou > 0.85
    assert not seen_mask(np.zeros(shape, dtype=bool), place).any()


def test_one_pixel_is_seen_and_restored():
    grey = np.array([[7]], dtype=np.uint8)
    place = fit(grey.shape, 16)
    assert seen(grey, place).shape == (16, 16)
    assert restored(np.ones((16, 16), dtype=np.float32), place, (1, 1)).tolist() == [[1.0]]


def test_the_cohorts_own_split_decides():
    given_ = ["train", "validation", "test", "external", None]
    assert parts(list("abcde"), given_).tolist() == ["train", "validation", "test", "external", ""]


def test_without_a_split_patients_are_dealt_out_the_same_way_each_time():
    patients = [f"p{number // 2}" for number in range(4000)]
    dealt = parts(patients, [None] * 4000)
    shares = [float((dealt == part).mean()) for part in ("train", "validation", "test")]
    assert shares == pytest.approx([0.7, 0.15, 0.15], abs=0.03)
    assert (dealt[::2] == dealt[1::2]).all()
    backwards = parts(patients[::-1], [None] * 4000)[::-1]
    assert (dealt == backwards).all()


def test_validation_patients_are_taken_from_training_where_the_split_has_none():
    patients = [f"p{number}" for number in range(1000)]
    splits = ["train"] * 800 + ["test"] * 200
    found = parts(patients, splits)
    assert (found[800:] == "test").all()
    assert set(found[:800]) == {"train", "validation"}
    assert (found[:800] == "validation").mean() == pytest.approx(0.15, abs=0.04)


@given(
    st.lists(
        st.tuples(
            st.sampled_from("abcdefgh"),
            st.sampled_from(["train", "validation", "test", "external", None, "other"]),
        ),
        min_size=1,
        max_size=30,
    )
)
def test_no_patient_teaches_and_is_judged(rows):
    patients, splits = zip(*rows, strict=True)
    found = parts(patients, splits)
    names = np.array(patients)
    taught = set(names[found == "train"])
    stopping = set(names[found == "validation"])
    unseen = set(names[np.isin(found, ["test", "external"])])
    assert not taught & stopping
    assert not taught & unseen
    assert not stopping & unseen


def test_overlap_counts_pixels():
    one, other = np.zeros((10, 10), dtype=bool), np.zeros((10, 10), dtype=bool)
    one[:, :6], other[:, 3:] = True, True
    found = overlap(one, other)
    assert (found.iou, found.dice) == (pytest.approx(0.3), pytest.approx(60 / 130))
    nothing = np.zeros_like(one)
    assert overlap(nothing, nothing).iou == 1
    assert overlap(nothing, one).dice == 0
    with pytest.raises(ValueError, match="one shape"):
        overlap(one, other[:5])


def test_a_patient_with_many_pictures_counts_once():
    means = patient_means(["a"] * 9 + ["b"], [0.0] * 9 + [1.0])
    assert means.tolist() == [0.0, 1.0]
