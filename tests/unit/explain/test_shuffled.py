"""A column dealt out anew: its values stay, their owners change, and nothing else does."""

from __future__ import annotations

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.explain.shuffled import shuffled_risks
from clnm_core.systems.cases import Cases
from clnm_core.systems.protocol import Inputs
from tests.tiny_system import TinyModel

COLUMNS = (Column("size_mm", "Size", Kind.NUMBER), Column("age_years", "Age", Kind.NUMBER))
MODEL = TinyModel("tiny", "any", Inputs(COLUMNS), "size_mm", np.array([0.0, 1.0, 0.5]))


def cases(n: int = 30) -> Cases:
    rng = np.random.default_rng(0)
    size = rng.normal(size=n)
    size[3] = np.nan
    names = [f"c{i}" for i in range(n)]
    frame = pd.DataFrame({"case_id": names, "patient_id": names, "size_mm": size})
    return Cases(frame.assign(age_years=rng.normal(50, 9, n)), Registry(COLUMNS))


def test_the_risks_are_dealt_out_with_the_values() -> None:
    own = MODEL.risk(cases())
    dealt = shuffled_risks(MODEL, cases(), "size_mm", deals=4)
    assert dealt.shape == (4, 30)
    for one in dealt:
        np.testing.assert_allclose(np.sort(one), np.sort(own))
        assert (one != own).mean() > 0.8
    assert (dealt[0] != dealt[1]).any()


def test_what_the_model_does_not_read_changes_nothing() -> None:
    given = cases()
    dealt = shuffled_risks(MODEL, given, "age_years")
    np.testing.assert_array_equal(dealt, np.tile(MODEL.risk(given), (5, 1)))


def test_the_same_seed_deals_the_same_and_the_cases_stay_as_they_were() -> None:
    given, before = cases(), cases().frame
    one, other, third = (shuffled_risks(MODEL, given, "size_mm", seed=s) for s in (1, 1, 2))
    np.testing.assert_array_equal(one, other)
    assert (one != third).any()
    pd.testing.assert_frame_equal(given.frame, before)
