"""Claims about sides and heights of the gland by themselves."""

import numpy as np
import pytest

from clnm_core.stats.gland import ISTHMUS, LOBES, THIRDS, gland_grid, gland_sides
from clnm_core.stats.uncertainty import wilson


def drawn(n: int = 300) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    lobe = rng.choice(np.array(["left", "right", "isthmus", None], dtype=object), n)
    y = rng.choice(np.array([True, False, None], dtype=object), n)
    return lobe, rng.choice(np.array(THIRDS, dtype=object), n), y


def test_a_side_is_the_sum_of_its_thirds():
    lobe, third, y = drawn()
    grid = gland_grid(lobe, third, y)
    sides = gland_sides(lobe, (*LOBES, ISTHMUS), y).set_index("place")
    for side in LOBES:
        assert sides.loc[side, "n"] == grid.loc[grid["lobe"] == side, "n"].sum()
        assert sides.loc[side, "events"] == grid.loc[grid["lobe"] == side, "events"].sum()


def test_a_side_carries_wilson_and_a_small_one_nothing():
    sides = gland_sides(["left"] * 20 + ["right"] * 9, LOBES, [True, False] * 10 + [True] * 9)
    right, left = sides.to_dict("records")
    expected = wilson(10, 20)
    assert (left["rate"], left["low"], left["high"]) == pytest.approx(
        (expected.value, expected.low, expected.high)
    )
    assert (right["n"], right["events"], right["is_too_few"]) == (9, 9, True)
    assert np.isnan(right["rate"])


def test_a_side_widens_when_lesions_of_one_patient_agree():
    y, patient = np.repeat([True, False], 20), np.repeat(np.arange(10), 4)
    plain = gland_sides(["left"] * 40, ("left",), y).iloc[0]
    clustered = gland_sides(["left"] * 40, ("left",), y, patient=patient).iloc[0]
    assert clustered["high"] - clustered["low"] > 1.5 * (plain["high"] - plain["low"])
