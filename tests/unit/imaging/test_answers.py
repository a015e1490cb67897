"""Is an answer believed only where header and pixels fit each other?"""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.errors import ImageError
from clnm_core.imaging.answers import (
    NO_ANSWER,
    image_from,
    masks_from,
    received_from,
    sentence,
)
from clnm_core.imaging.limits import Limits


@pytest.mark.parametrize(
    "changes",
    [
        {"shape": [4, 4]},
        {"shape": [8, 8, 2]},
        {"shape": [-8, -8]},
        {"shape": [64]},
        {"spacing_mm": [0, 1]},
        {"spacing_mm": ["a", 1]},
        {"modality": "XX"},
        {"regions": [[1, 2]]},
        {"notes": 3},
    ],
)
def test_a_header_that_does_not_fit_its_pixels_is_refused(changes):
    header = {
        "shape": [8, 8],
        "spacing_mm": [0.1, 0.1],
        "modality": "US",
        "frame": 0,
        "frames": 1,
        "source": "DICOM",
        "regions": [],
        "notes": [],
    }
    assert image_from(header, [bytes(64)], Limits()).pixels.shape == (8, 8)
    with pytest.raises(ImageError, match="could not be read"):
        image_from(header | changes, [bytes(64)], Limits())


def test_a_sentence_with_control_characters_is_not_passed_on():
    assert sentence("Plain.") == "Plain."
    for words in ("two\nlines", "\x1b[31m", "x" * 1000, "", 3, None):
        assert sentence(words) == NO_ANSWER


def packed(*masks: np.ndarray) -> list[bytes]:
    return [np.packbits(mask).tobytes() for mask in masks]


MASK = np.random.default_rng(2).random((5, 7)) < 0.5


def test_masks_come_back_as_they_were_packed():
    header = {"shape": [5, 7], "labels": ["gland", "nodule left (2)"]}
    masks = masks_from(header, packed(MASK, ~MASK), Limits())
    np.testing.assert_array_equal(masks["gland"], MASK)
    np.testing.assert_array_equal(masks["nodule left (2)"], ~MASK)


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({"shape": [5, 9]}, 1),
        ({"shape": [0, 7]}, 1),
        ({"shape": [5]}, 1),
        ({"shape": "5x"}, 1),
        ({"shape": [10**6, 10**6]}, 1),
        ({"labels": []}, 0),
        ({"labels": ["gland"]}, 2),
        ({"labels": ["gland", "gland"]}, 2),
        ({"labels": [3]}, 1),
        ({"labels": "g"}, 2),
        ({"labels": ["\x1b[31m"]}, 1),
        ({"labels": ["x" * 65]}, 1),
        ({"labels": ["../../etc"]}, 1),
        ({"labels": None}, 1),
        ({"labels": [["gland"]]}, 1),
    ],
)
def test_masks_that_do_not_fit_their_header_are_refused(changes, parts):
    header = {"shape": [5, 7], "labels": ["gland"]}
    with pytest.raises(ImageError, match="could not be read"):
        masks_from(header | changes, packed(*[MASK] * parts), Limits())


@given(
    st.dictionaries(
        st.sampled_from(["shape", "labels"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
            lambda one: (
                st.lists(one, max_size=3) | st.dictionaries(st.text(max_size=2), one, max_size=2)
            ),
            max_leaves=5,
        ),
    )
)
def test_whatever_a_header_says_only_an_image_error_is_raised(header):
    with contextlib.suppress(ImageError):
        masks_from(header, packed(MASK), Limits())
    with contextlib.suppress(ImageError):
        image_from(header, [bytes(35)], Limits())
    with contextlib.suppress(ImageError):
        received_from(header, [bytes(35), b""], Limits())


PICTURE = {
    "shape": [8, 8],
    "spacing_mm": None,
    "modality": "US",
    "frame": 0,
    "frames": 1,
    "source": "DICOM",
    "regions": [],
    "notes": [],
}


def test_a_received_file_comes_back_with_its_picture():
    header = PICTURE | {"is_doubtful": True, "reason": "Text may be burned in."}
    received = received_from(header, [bytes(64), b"DICM"], Limits())
    assert (received.dicom, received.is_doubtful) == (b"DICM", True)
    assert received.reason == "Text may be burned in."
    assert received_from(header | {"reason": ""}, [bytes(64), b""], Limits()).reason == ""


@pytest.mark.parametrize(
    ("changes", "parts"),
    [
        ({}, [bytes(64)]),
        ({}, [bytes(64), b"", b""]),
        ({"is_doubtful": "no"}, [bytes(64), b""]),
        ({"is_doubtful": None}, [bytes(64), b""]),
        ({"reason": None}, [bytes(64), b""]),
        ({"reason": 3}, [bytes(64), b""]),
    ],
)
def test_a_received_file_in_doubt_about_its_doubt_is_refused(changes, parts):
    header = PICTURE | {"is_doubtful": False, "reason": ""} | changes
    with pytest.raises(ImageError, match="could not be read"):
        received_from(header, parts, Limits())
