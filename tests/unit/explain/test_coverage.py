"""Whether sets keep their promise is judged on new cases, and against what chance allows."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit

from clnm_core.explain.conformal import prediction_sets
from clnm_core.explain.coverage import chance_range, kept
from clnm_core.explain.standing import Standing, standing


def table(seed: int = 0, shift: float = 0.0, **sizes: int) -> pd.DataFrame:
    """Cases by split, half of them with the outcome; ``shift`` lowers risks of external ones."""
    generator = np.random.default_rng(seed)
    parts = []
    for split, n in sizes.items():
        y = np.arange(n) % 2 == 0
        log_odds = generator.normal(np.where(y, 1.2, -1.2), 1.0)
        risk = expit(log_odds - (shift if split == "external" else 0))
        parts.append(
            pd.DataFrame(
                {
                    "patient_id": [f"{split}-{place:04d}" for place in range(n)],
                    "split": split,
                    "y_true": y,
                    "risk": risk,
                }
            )
        )
    return pd.concat(parts, ignore_index=True)


def test_chance_leaves_the_range_once_in_forty_at_either_end() -> None:
    """Risks without ties: the law of coverage is exact."""
    generator = np.random.default_rng(2)
    low, high = chance_range(39, 50)
    below, above = 0, 0
    for _ in range(2000):
        y = np.repeat([True, False], (39, 39))
        known = Standing("m", "validation", y, expit(generator.normal(y * 1.0, 1)),
                         np.arange(78).astype(object))  # fmt: skip
        sets = prediction_sets(known, expit(generator.normal(1, 1, 50)))
        share = (sets["answer"] != "negative").mean()
        below += share < low
        above += share > high
    assert 0.005 < below / 2000 <= 0.025 + 3 * math.sqrt(0.025 / 2000)
    assert above / 2000 <= 0.025 + 3 * math.sqrt(0.025 / 2000)


@given(st.integers(9, 300), st.integers(1, 300))
def test_the_range_holds_the_level_and_narrows_with_cases(known: int, new: int) -> None:
    low, high = chance_range(known, new)
    assert 0 <= low <= high <= 1
    assert low <= 0.9 + 1 / (known + 1)
    wide = chance_range(known, new, confidence=0.99)
    assert wide[0] <= low
    assert wide[1] >= high


@pytest.mark.parametrize(("known", "new"), [(8, 50), (50, 0)])
def test_without_cases_chance_has_no_range(known: int, new: int) -> None:
    assert math.isnan(chance_range(known, new)[0])


def test_cases_that_taught_or_calibrated_are_no_test() -> None:
    frame = table(train=100, validation=100, external=60)
    known = standing("m", frame, is_held_out=False)
    found = kept(known, frame)
    assert found.covered[2].n == 60
    assert not found.is_own
    assert found.known == (50, 50)
    assert found.ranges[0] == chance_range(50, 30)


@pytest.mark.parametrize("split", ["validation", "train"])
def test_where_nothing_new_is_looked_at_the_known_cases_are_judged_without_their_patient(
    split: str,
) -> None:
    frame = table(train=100, validation=100, external=60)
    known = standing("m", frame, is_held_out=False)
    found = kept(known, frame[frame["split"] == split])
    assert found.is_own
    assert found.covered[2].n == 100, "the validation cases"
    assert abs(found.covered[0].share.value - 0.9) <= 0.02


def test_other_cases_than_the_known_ones_leave_the_range_of_chance() -> None:
    same, other = (
        kept(standing("m", frame, is_held_out=False), frame)
        for frame in (table(validation=400, external=400, shift=by) for by in (0.0, 1.5))
    )
    for one, band in zip(same.covered[:2], same.ranges, strict=True):
        assert band[0] <= one.share.value <= band[1]
    assert other.covered[0].share.value < other.ranges[0][0]
    assert other.covered[1].share.value > 0.9


def test_too_few_known_cases_say_nothing() -> None:
    frame = table(validation=16, external=60)
    found = kept(standing("m", frame, is_held_out=False), frame)
    assert found.covered == ()
    assert found.known == (8, 8)
    assert found.split == "validation"
    just = table(validation=18)
    known = standing("m", just, is_held_out=False)
    assert kept(known, just).covered == (), "nine of each, and eight without the own patient"


def test_patients_and_not_cases_count_for_chance() -> None:
    frame = table(validation=100, external=60)
    external = (frame["split"] == "external").to_numpy()
    both = pd.concat([frame, frame[external].assign(risk=lambda one: one["risk"] * 0.99)])
    found = kept(standing("m", frame, is_held_out=False), both)
    assert found.covered[2].n == 120
    assert found.ranges[0] == chance_range(50, 30)
    assert "clustered" in found.covered[0].share.method
