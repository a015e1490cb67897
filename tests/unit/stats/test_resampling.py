"""Drawing counts is drawing rows, and drawing patients keeps their cases together."""

from __future__ import annotations

import math

import numpy as np
import pytest

from clnm_core.stats.resampling import (
    MOST_BLOCKS,
    NO_RESAMPLES,
    percentile_interval,
    resampled_counts,
)

CELL = np.array([0] * 20 + [1] * 30 + [2] * 50)


def test_every_resample_has_as_many_cases_as_were_seen() -> None:
    drawn = resampled_counts(CELL, 4, None, bootstrap=200, seed=0)
    assert drawn.shape == (200, 4)
    assert (drawn.sum(axis=1) == 100).all()
    assert (drawn[:, 3] == 0).all()


def test_counts_vary_as_binomials_do() -> None:
    drawn = resampled_counts(CELL, 3, None, bootstrap=4000, seed=0)
    np.testing.assert_allclose(drawn.mean(axis=0), [20, 30, 50], atol=0.4)
    np.testing.assert_allclose(drawn.var(axis=0), [16, 21, 25], rtol=0.1)


def test_a_patients_cases_are_drawn_together() -> None:
    patient = np.repeat([5, 9], [3, 7])
    drawn = resampled_counts(np.zeros(10, dtype=int), 1, patient, bootstrap=300, seed=0)
    assert set(drawn[:, 0]) == {6.0, 10.0, 14.0}


def test_more_patients_than_blocks_are_dealt_out_evenly() -> None:
    patients = 4 * MOST_BLOCKS
    cell = np.arange(2 * patients) % 2
    patient = np.repeat(np.arange(patients), 2)
    drawn = resampled_counts(cell, 2, patient, bootstrap=50, seed=0)
    assert (drawn == patients).all()


def test_blocks_of_patients_vary_as_patients_do() -> None:
    patients = 4 * MOST_BLOCKS
    cell = np.repeat(np.random.default_rng(1).integers(2, size=patients), 2)
    patient = np.repeat(np.arange(patients), 2)
    drawn = resampled_counts(cell, 2, patient, bootstrap=2000, seed=0)
    share = (cell == 1).mean()
    expected = 4 * patients * share * (1 - share)
    assert drawn[:, 1].var() == pytest.approx(expected, rel=0.15)


def test_no_cases_give_empty_resamples() -> None:
    drawn = resampled_counts(np.empty(0, dtype=int), 2, None, bootstrap=3, seed=0)
    assert drawn.tolist() == [[0, 0]] * 3


def test_undefined_resamples_are_left_out_of_the_percentiles() -> None:
    sample = np.array([math.nan, *np.linspace(0, 1, 101)])
    found = percentile_interval(0.5, sample, level=0.9, method="p")
    assert (found.low, found.high) == pytest.approx((0.05, 0.95))


def test_an_interval_always_contains_its_value() -> None:
    found = percentile_interval(2.0, np.linspace(0, 1, 11), level=0.9, method="p")
    assert found.high == 2


def test_without_resamples_the_method_says_so() -> None:
    found = percentile_interval(0.5, np.empty(0), level=0.9, method="p")
    assert found.value == 0.5
    assert math.isnan(found.low)
    assert found.method == NO_RESAMPLES
