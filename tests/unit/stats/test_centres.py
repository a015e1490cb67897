"""Each centre against all the others."""

from __future__ import annotations

import numpy as np
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.centres import centre_results
from clnm_core.stats.discrimination import auc, auc_variance


def simulated(n=600, seed=0):
    rng = np.random.default_rng(seed)
    risk = 1 / (1 + np.exp(-rng.normal(0, 1.5, n)))
    return Predictions.of(rng.random(n) < risk, risk), rng.choice(["A", "B", "C"], n).astype(object)


def test_areas_and_differences_are_those_of_the_parts():
    predictions, centre = simulated()
    found = {one.centre: one for one in centre_results(predictions, centre)}
    here, there = predictions.where(centre == "B"), predictions.where(centre != "B")
    one = found["B"]
    assert (one.n, one.events) == (len(here), here.events)
    assert one.auc == auc(here)
    assert one.elsewhere == auc(there)
    error = np.sqrt(auc_variance(here) + auc_variance(there))
    assert one.difference.value == pytest.approx(auc(here).value - auc(there).value)
    assert one.difference.high - one.difference.value == pytest.approx(1.959964 * error, rel=1e-5)


def test_the_p_value_is_uniform_when_centres_are_alike():
    p = [one.p for seed in range(100) for one in centre_results(*simulated(300, seed))[:1]]
    assert np.mean(p) == pytest.approx(0.5, abs=0.1)
    assert np.mean(np.array(p) < 0.05) == pytest.approx(0.05, abs=0.06)


def test_a_small_centre_and_one_of_one_class_are_listed_without_estimates():
    predictions, centre = simulated()
    centre[:5] = "tiny"
    events = np.flatnonzero(predictions.y_true)[10:30]
    centre[events] = "all ill"
    found = {one.centre: one for one in centre_results(predictions, centre)}
    assert found["tiny"].auc.method == "not estimable: fewer than 10 cases"
    assert not found["all ill"].difference.is_estimable
    assert np.isnan(found["all ill"].p)


@pytest.mark.parametrize("missing", [None, np.nan])
def test_cases_of_unknown_centre_take_no_part(missing):
    predictions, centre = simulated()
    centre[:100] = missing
    found = centre_results(predictions, centre)
    assert sum(one.n for one in found) == 500


def test_one_centre_is_held_against_nobody():
    predictions, _ = simulated(50)
    assert centre_results(predictions, np.full(50, "A", dtype=object)) == []
    assert centre_results(predictions, np.full(50, None, dtype=object)) == []
