"""Is an answer believed only where header and pixels fit each other?"""

from __future__ import annotations

import pytest

from clnm_core.errors import ImageError
from clnm_core.imaging.answers import NO_ANSWER, image_from, sentence
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
