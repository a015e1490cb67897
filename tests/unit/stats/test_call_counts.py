"""Counts along a grid of thresholds: row by row, boundaries, nobody."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.call_counts import call_counts
from clnm_core.stats.thresholds import confusion, measures_of, operating_point


def cohort(n: int = 200, seed: int = 0, decimals: int = 2) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = generator.random(n).round(decimals)
    return Predictions.of(generator.random(n) < risk, risk)


@given(
    seed=st.integers(0, 200),
    n=st.integers(0, 40),
    step=st.integers(0, 100),
    decimals=st.sampled_from([1, 2, 8]),
)
def test_every_threshold_has_the_counts_of_the_rows(
    seed: int, n: int, step: int, decimals: int
) -> None:
    predictions = cohort(n, seed, decimals)
    assert call_counts(predictions).at(step / 100) == confusion(predictions, step / 100)


@pytest.mark.parametrize("threshold", [0.01, 0.29, 0.5, 0.57, 0.99])
def test_the_counts_alone_give_the_measures_of_the_rows(threshold: float) -> None:
    predictions = cohort()
    found = measures_of(call_counts(predictions).at(threshold))
    assert found == operating_point(predictions, threshold)


def test_a_slider_that_says_035_with_a_rest_means_035() -> None:
    counts = call_counts(cohort())
    assert 0.1 + 0.25 in counts
    assert counts.at(0.35 + 4e-17 * 8) == counts.at(0.35)


def test_a_threshold_between_the_steps_is_not_on_the_grid() -> None:
    counts = call_counts(cohort())
    assert 0.305 not in counts
    with pytest.raises(ValueError, match=r"threshold must be on the grid; got 0\.305"):
        counts.at(0.305)


def test_rates_are_those_of_the_rows_and_nan_without_a_class() -> None:
    predictions = cohort()
    row = call_counts(predictions).rates().iloc[30]
    expected = operating_point(predictions, 0.3)
    assert row["threshold"] == 0.3
    assert row["sensitivity"] == expected["sensitivity"].value
    assert row["specificity"] == expected["specificity"].value
    alone = call_counts(Predictions.of([1, 1], [0.2, 0.8])).rates()
    assert alone["specificity"].isna().all()
    assert alone["sensitivity"].tolist()[50] == 0.5


def test_nobody_is_counted_as_nobody() -> None:
    counts = call_counts(Predictions.of([], []))
    assert counts.at(0.5).n == counts.n == 0
    assert math.isnan(counts.rates()["sensitivity"].iloc[0])


def test_thresholds_outside_zero_and_one_are_refused() -> None:
    with pytest.raises(ValueError, match=r"thresholds must lie in \[0, 1\]"):
        call_counts(cohort(), [0.5, 1.5])


def test_a_grid_of_ones_own_is_sorted_and_each_threshold_once() -> None:
    counts = call_counts(cohort(), [0.5, 0.2, 0.5])
    assert counts.thresholds.tolist() == [0.2, 0.5]
    assert 0.3 not in counts
    assert 0.5 not in call_counts(cohort(), [])
