"""Numbers that were rounded, and numbers that were measured."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from clnm_core.stats.checks.digits import last_digits, round_measurements, round_risks

RNG = np.random.default_rng(0)
SIZES = RNG.gamma(4, 3, 600).round(1)


def test_last_digits_are_those_of_the_coarsest_place_that_holds_the_values():
    whole = np.arange(100, 200.0)
    judged, ones, p = last_digits(whole)
    assert (judged, ones) == (98, 19)
    assert p == pytest.approx(stats.binomtest(19, 98, 0.2, alternative="greater").pvalue)
    tenths = whole + 0.3
    assert last_digits(tenths)[:2] == (98, 0)


def test_heaped_measurements_are_found_and_measured_ones_not():
    heaped = np.where(RNG.random(600) < 0.5, (SIZES / 5).round() * 5, SIZES.round())
    frame = pd.DataFrame({"size": heaped, "depth": SIZES})
    found = round_measurements(frame, {"size": "Size", "depth": "Depth"})
    assert (found.code, found.severity) == ("C13", "warning")
    assert found.rows["name"].tolist() == ["Size"]


def test_a_limit_of_detection_is_no_preference():
    touching = np.where(RNG.random(600) < 0.3, 0.0, RNG.uniform(0.1, 30, 600).round(1))
    assert round_measurements(pd.DataFrame({"d": touching}), {"d": "D"}).state == "clear"


def test_risks_in_steps_of_five_per_cent_are_found_and_two_decimals_are_not():
    steps = (RNG.random(400) * 20).round() / 20
    found = round_risks(
        {"reader": steps, "net": RNG.random(400), "short": RNG.random(400).round(2)}
    )
    assert found.code == "C11"
    assert found.rows["name"].tolist() == ["reader"]


@pytest.mark.parametrize(
    "values",
    [np.array([]), np.full(100, np.nan), np.full(100, 3.0), np.arange(49.0), np.arange(100) % 7.0],
    ids=["none", "missing", "constant", "few", "narrow"],
)
def test_values_that_cannot_be_judged_are_not_judged(values):
    judged, ones, p = last_digits(values)
    assert (judged, ones) == (0, 0)
    assert np.isnan(p)


def test_measured_numbers_are_seldom_accused():
    alarms = 0
    for seed in range(300):
        rng = np.random.default_rng(seed)
        frame = pd.DataFrame(
            {"age": rng.normal(43, 12.5, 200).round(), "size": rng.gamma(4, 3, 200).round(1)}
        )
        alarms += round_measurements(frame, {"age": "Age", "size": "Size"}).state == "found"
    assert alarms <= 6
