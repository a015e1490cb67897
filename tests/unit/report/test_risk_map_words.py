"""Does the sentence say where, how much, and that it may be nowhere?"""

import numpy as np
import pandas as pd
import pytest

from clnm_core.imaging.template import inside, template_axis
from clnm_core.report.risk_map_words import risk_map_answer, risk_map_methods

FACTS = {"present": 20, "absent": 1300, "permutations": 999, "left_out": 0, "method": "difference"}


def pixels(beyond):
    """A map that is beyond the band at the places that a function of x and y says."""
    axis = template_axis()
    y, x = (places[inside()] for places in np.meshgrid(axis, axis, indexing="ij"))
    difference = beyond(x, y).astype(float)
    found = pd.DataFrame(
        {
            "difference": difference,
            "band": 0.5,
            "is_beyond": difference != 0,
            "is_too_few": False,
            "x": x,
            "y": y,
        }
    )
    found.attrs = dict(FACTS)
    return found


def test_more_and_less_are_named_by_side_and_depth():
    found = pixels(
        lambda x, y: 1 * ((x < -0.5) & (np.hypot(x, y) > 0.8)) - 1 * (np.hypot(x - 0.5, y) < 0.2)
    )
    text = risk_map_answer(found, view="longitudinal", label="lateral neck metastasis")
    assert text.startswith(
        "With lateral neck metastasis, lesions lie more often in the upper part near the capsule ("
    )
    assert "% of the gland) and less often in the lower part (" in text


def test_a_transverse_place_is_named_by_its_side():
    found = pixels(lambda x, y: np.hypot(x - 0.9, y) < 0.05)
    text = risk_map_answer(found, view="transverse", label="central neck metastasis")
    assert "towards the midline near the capsule (less than 1 % of the gland)." in text
    assert "less often" not in text


def test_a_ring_is_all_around_and_a_core_is_the_centre():
    found = pixels(lambda x, y: 1 * (np.hypot(x, y) > 0.8) - 1 * (np.hypot(x, y) < 0.3))
    text = risk_map_answer(found, view="transverse", label="it")
    assert "more often all around near the capsule (" in text
    assert "less often in the centre (" in text
    skin = pixels(lambda x, y: y < -0.8)
    assert "towards the skin" in risk_map_answer(skin, view="longitudinal", label="it")


def test_nothing_beyond_chance_is_an_answer():
    text = risk_map_answer(pixels(lambda x, y: x * 0), view="transverse", label="it")
    assert "nowhere more or less often" in text


def test_no_map_says_why():
    empty = pd.DataFrame(columns=["is_too_few"])
    empty.attrs = FACTS | {"method": "not estimable: a map needs at least 10 patients"}
    assert risk_map_answer(empty, view="transverse", label="it") == (
        "No map: a map needs at least 10 patients."
    )
    few = pixels(lambda x, y: x * 0).assign(is_too_few=True)
    assert "10 patients or more" in risk_map_answer(few, view="transverse", label="it")


@pytest.mark.parametrize("view", ["transverse", "longitudinal"])
def test_methods_say_how_many_how_and_what_was_left_out(view):
    text = risk_map_methods(
        pixels(lambda x, y: x * 0), view=view, is_even=False, without=3, left_out={"no side": 67}
    )
    assert text.startswith("Location maps (1 - d/d_max")
    assert "20 patients with the outcome minus mean of 1,300 without" in text
    assert "999 shuffles" in text
    assert "3 cases without a map." in text
    assert "no side (67)" in text
    assert ("mirrored" in text) == (view == "transverse")
