"""Pictures where they must not be."""

from __future__ import annotations

import pandas as pd
import pytest

from clnm_core.stats.checks.images import near_duplicates, same_image, shared_image

IMAGES = pd.DataFrame(
    {
        "image_id": ["i1", "i2", "i3", "i4"],
        "patient_id": ["p1", "p2", "p3", "p3"],
        "split": ["train", "test", "test", "test"],
        "digest": ["x", "x", "y", "z"],
        "has_fingerprint": [True, True, True, True],
    }
)
NONE = pd.DataFrame({"first": [], "second": [], "likeness": []})


def pairs(*rows):
    return pd.DataFrame(rows, columns=["first", "second", "likeness"])


def test_one_file_in_two_splits_is_an_error():
    found = same_image(IMAGES)
    assert (found.code, found.severity) == ("C02", "error")
    assert found.rows["image_id"].tolist() == ["i1", "i2"]
    assert same_image(IMAGES.assign(digest=list("wxyz"))).state == "clear"


def test_one_file_under_two_patients_is_a_warning_in_one_split_too():
    found = shared_image(IMAGES.assign(split="train"))
    assert (found.code, found.severity) == ("C04", "warning")
    assert "1 image is recorded for more than one patient (2 patients)" in found.told
    assert shared_image(IMAGES.assign(patient_id="p1")).state == "clear"


def test_a_near_duplicate_across_splits_is_an_error_and_within_one_a_note():
    across = near_duplicates(IMAGES, pairs((0, 2, 0.9), (2, 3, 0.8)), is_complete=True)
    assert (across.severity, len(across.rows)) == ("error", 1)
    assert across.told == "1 pair of near-duplicate images lies across splits, of 4 images"
    within = near_duplicates(IMAGES, pairs((2, 3, 0.8)), is_complete=True)
    assert (within.state, within.severity) == ("found", "info")


def test_a_pair_of_one_digest_is_left_to_the_check_for_exact_copies():
    assert near_duplicates(IMAGES, pairs((0, 1, 1.0)), is_complete=True).state == "clear"


def test_a_copy_without_a_split_is_no_leak():
    placed = IMAGES.assign(split=["train", "test", None, "test"])
    assert near_duplicates(placed, pairs((0, 2, 0.9)), is_complete=True).severity == "info"


def test_images_of_an_earlier_release_are_not_called_clean():
    check = near_duplicates(IMAGES.assign(has_fingerprint=False), NONE, is_complete=True)
    assert check.state == "not checked"
    assert "import them again" in check.told


def test_what_was_not_compared_is_said():
    part = IMAGES.assign(has_fingerprint=[True, True, True, False])
    assert "3 images of 4" in near_duplicates(part, NONE, is_complete=True).told
    assert "more candidates" in near_duplicates(IMAGES, NONE, is_complete=False).told


@pytest.mark.parametrize("check", [same_image, shared_image])
def test_a_cohort_without_images_is_not_checked(check):
    assert check(IMAGES.iloc[:0]).state == "not checked"
    assert near_duplicates(IMAGES.iloc[:0], NONE, is_complete=True).state == "not checked"
