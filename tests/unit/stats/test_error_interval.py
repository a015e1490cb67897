"""The interval of an error: a normal distance, whose truth can be worked out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import ndtri

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.error_interval import error_interval
from clnm_core.stats.resampling import NO_RESAMPLES
from clnm_core.stats.risk_cells import risk_cells
from clnm_core.stats.smooth_calibration import ici
from clnm_core.stats.uncertainty import Estimate

NORMAL = ndtri((np.arange(4000) + 0.5) / 4000)


def of(value: float, draws: np.ndarray = NORMAL, level: float = 0.95) -> Estimate:
    """A distance from zero, in units of a hundredth, with a standard error of one of them."""
    return error_interval(
        value / 100,
        lambda step: step / 100,
        lambda step: np.abs(step + draws) / 100,
        level=level,
        method="m",
    )


@pytest.mark.parametrize("level", [0.8, 0.95])
def test_far_from_zero_the_interval_is_the_usual_one(level: float) -> None:
    reach = ndtri(0.5 + level / 2)
    found = of(10, level=level)
    assert (found.low, found.high) == pytest.approx(
        ((10 - reach) / 100, (10 + reach) / 100), rel=1e-2
    )


def test_it_starts_at_zero_exactly_where_chance_explains_the_error() -> None:
    assert of(1.95).low == 0
    assert 0 < of(1.98).low < 0.01
    assert of(0.05).high > 0.005


@pytest.mark.parametrize("truth", [0.0, 0.7, 1.5, 2.5, 4.0])
def test_it_covers_at_every_distance_from_zero(truth: float) -> None:
    seen = np.abs(truth + ndtri((np.arange(400) + 0.5) / 400))
    found = [of(value, NORMAL[::4]) for value in seen]
    held = [each.low <= truth / 100 <= each.high for each in found]
    assert 0.94 <= np.mean(held) <= 0.975


def test_without_draws_there_is_no_interval() -> None:
    found = of(1, np.empty(0))
    assert found.value == 0.01
    assert math.isnan(found.high)
    assert found.method == NO_RESAMPLES


def test_a_value_beyond_every_truth_is_still_in_its_interval() -> None:
    found = error_interval(
        0.5, lambda _: 0.1, lambda _: np.abs(NORMAL) / 100, level=0.95, method="m"
    )
    assert found.low <= 0.5 <= found.high <= 1


def test_handfuls_of_cases_have_errors_and_no_crash() -> None:
    random = np.random.default_rng(0)
    for _ in range(400):
        n = int(random.integers(2, 9))
        risk = random.choice([0, 1e-9, 0.25, 0.5, 0.5741291204865272, 0.75, 1], n)
        few = Predictions.of(random.random(n) < random.random(), risk)
        error = ici(few, cells=risk_cells(few, bootstrap=20, seed=0), bootstrap=20)
        assert 0 <= error.value <= 1 or not error.is_estimable
