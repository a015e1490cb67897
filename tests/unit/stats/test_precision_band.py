"""The band of the precision: it is the interval of one threshold, again and again."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.precision_band import precision_band
from clnm_core.stats.thresholds import operating_point


def cohort(n: int = 400, seed: int = 0) -> Predictions:
    generator = np.random.default_rng(seed)
    risk = generator.random(n).round(3)
    return Predictions.of(generator.random(n) < risk, risk)


def test_each_point_has_the_interval_of_its_threshold() -> None:
    predictions = cohort()
    band = precision_band(predictions)
    for row in band.iloc[::37].to_dict("records"):
        expected = operating_point(predictions, row["threshold"])
        assert row["recall"] == pytest.approx(expected["sensitivity"].value)
        ppv = expected["ppv"]
        assert (row["precision"], row["low"], row["high"]) == pytest.approx(
            (ppv.value, ppv.low, ppv.high)
        )


def test_patients_with_several_cases_are_resampled_as_at_one_threshold() -> None:
    once = cohort(200)
    twice = Predictions.of(np.tile(once.y_true, 2), np.tile(once.risk, 2), list(range(200)) * 2)
    row = precision_band(twice).iloc[60]
    ppv = operating_point(twice, row["threshold"])["ppv"]
    assert row["precision"] == pytest.approx(ppv.value)
    assert (row["low"], row["high"]) == pytest.approx((ppv.low, ppv.high), abs=0.02)


def test_a_hundred_thousand_cases_have_a_band_of_two_hundred_points() -> None:
    band = precision_band(cohort(100_000))
    assert len(band) <= 200
    assert band["recall"].is_monotonic_increasing
    assert band["recall"].iloc[-1] == 1
    assert np.diff(band["recall"]).max() < 0.02


def test_without_events_there_is_no_band_and_nobody_is_nothing() -> None:
    assert precision_band(Predictions.of([0, 0], [0.1, 0.9])).empty
    assert precision_band(Predictions.of([], [])).empty
    shared = precision_band(Predictions.of([0, 0], [0.1, 0.9], [1, 1]))
    assert shared.empty


def test_one_patient_or_no_resamples_give_no_warning() -> None:
    pair = Predictions.of([1, 0, 1], [0.9, 0.1, 0.4], [1, 1, 2])
    assert precision_band(pair, bootstrap=0)[["low", "high"]].isna().all(axis=None)
    assert len(precision_band(pair, bootstrap=20)) == 2
