"""Paired differences in Brier score and calibration, against independent ways to get them."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit, logit

from clnm_core.domain.paired import PairedPredictions
from clnm_core.stats.paired_measures import (
    brier_difference,
    intercept_difference,
    slope_difference,
)
from clnm_core.stats.recalibration import slope


@pytest.fixture(scope="module")
def drawn() -> PairedPredictions:
    """400 cases: true risks, and the same made too extreme, with noise of their own."""
    random = np.random.default_rng(3)
    truth = random.normal(0, 1.2, 400)
    y_true = random.random(400) < expit(truth)
    extreme = expit(1.8 * truth + random.normal(0, 0.3, 400))
    return PairedPredictions.of(y_true, {"true": expit(truth), "extreme": extreme})


def test_the_brier_difference_is_the_paired_t_interval_of_a_large_sample(
    drawn: PairedPredictions,
) -> None:
    found = brier_difference(drawn, "extreme", "true")
    gaps = (drawn.y_true - drawn.risk("extreme")) ** 2 - (drawn.y_true - drawn.risk("true")) ** 2
    low, high = stats.norm.interval(0.95, gaps.mean(), stats.sem(gaps))
    assert found.estimate.value == pytest.approx(gaps.mean())
    assert (found.estimate.low, found.estimate.high) == pytest.approx((low, high))
    assert found.estimate.value > 0


def test_cases_of_one_patient_count_as_one_draw(drawn: PairedPredictions) -> None:
    twice = PairedPredictions.of(
        np.tile(drawn.y_true, 2),
        {name: np.tile(drawn.risk(name), 2) for name in drawn.names},
        np.tile(np.arange(400), 2),
    )
    once, again = (brier_difference(one, "extreme", "true").estimate for one in (drawn, twice))
    assert again.high == pytest.approx(once.high)
    slopes = [slope_difference(one, "extreme", "true").estimate for one in (drawn, twice)]
    assert slopes[1].high == pytest.approx(slopes[0].high)


def test_the_slope_difference_has_the_spread_of_resampled_patients(
    drawn: PairedPredictions,
) -> None:
    found = slope_difference(drawn, "extreme", "true").estimate
    random = np.random.default_rng(0)
    spread = []
    for _ in range(300):
        rows = random.integers(0, 400, 400)
        one = PairedPredictions.of(
            drawn.y_true[rows], {name: drawn.risk(name)[rows] for name in drawn.names}
        )
        spread.append(slope(one.model("extreme")).value - slope(one.model("true")).value)
    half = (found.high - found.low) / 2
    assert half == pytest.approx(1.96 * np.std(spread), rel=0.25)
    alone = slope(drawn.model("true"))
    assert half < (alone.high - alone.low) / 2
    assert found.value == pytest.approx(slope(drawn.model("extreme")).value - alone.value)


def test_risks_that_are_moved_alike_differ_in_the_intercept_by_that_much(
    drawn: PairedPredictions,
) -> None:
    moved = PairedPredictions.of(
        drawn.y_true,
        {"as it is": drawn.risk("true"), "moved": expit(logit(drawn.risk("true")) - 0.5)},
    )
    found = intercept_difference(moved, "moved", "as it is").estimate
    assert found.value == pytest.approx(0.5, abs=1e-6)
    assert found.high - found.low < 1e-6


def test_a_model_differs_from_itself_by_nothing(drawn: PairedPredictions) -> None:
    for differ in (brier_difference, slope_difference, intercept_difference):
        found = differ(drawn, "true", "true").estimate
        assert (found.value, found.low, found.high) == (0, 0, 0)


def test_what_cannot_be_estimated_says_which_model_and_why() -> None:
    flat = PairedPredictions.of(
        [1, 0, 1, 0], {"a": [0.5, 0.5, 0.5, 0.5], "b": [0.6, 0.7, 0.4, 0.2]}
    )
    found = slope_difference(flat, "a", "b")
    assert math.isnan(found.estimate.value)
    assert found.estimate.method == "not estimable: a: every case has the same risk"
    few = PairedPredictions.of([1, 0, 0, 0], {"a": [0.6, 0.7, 0.4, 0.2], "b": [0.3, 0.2, 0.4, 0.1]})
    assert "too few cases of one kind" in slope_difference(few, "a", "b").estimate.method
    empty = PairedPredictions.of([], {"a": [], "b": []})
    assert "no cases" in brier_difference(empty, "a", "b").estimate.method
