"""Intervals: Wilson against statsmodels, scales, what cannot be estimated."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.proportion import proportion_confint

from clnm_core.stats.uncertainty import (
    Estimate,
    clustered_standard_error,
    critical_value,
    logit_interval,
    not_estimable,
    student_value,
    wald,
    wilson,
    wilson_bounds,
)


@given(n=st.integers(1, 5000), share=st.floats(0, 1), level=st.sampled_from([0.8, 0.95, 0.99]))
def test_wilson_equals_statsmodels_and_contains_the_share(
    n: int, share: float, level: float
) -> None:
    events = round(share * n)
    found = wilson(events, n, level=level)
    low, high = proportion_confint(events, n, alpha=1 - level, method="wilson")
    assert (found.low, found.high) == pytest.approx((low, high), abs=1e-12)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_wilson_bounds_work_element_by_element_and_say_nan_for_no_cases() -> None:
    low, high = wilson_bounds([0, 5, 0], [10, 10, 0])
    assert low[0] == 0
    assert high[1] == pytest.approx(wilson(5, 10).high)
    assert math.isnan(low[2])


def test_a_share_of_nothing_is_not_estimable() -> None:
    found = wilson(0, 0)
    assert math.isnan(found.value)
    assert found.method == "not estimable: no cases"
    assert not found.is_estimable


@pytest.mark.parametrize(("events", "n"), [(-1, 3), (4, 3)])
def test_impossible_counts_are_refused(events: int, n: int) -> None:
    with pytest.raises(ValueError, match="events must lie between 0 and n; got"):
        wilson(events, n)


@pytest.mark.parametrize("level", [0, 1, 95, -0.5])
def test_an_impossible_level_is_refused(level: float) -> None:
    with pytest.raises(ValueError, match="level must lie between 0 and 1; got"):
        critical_value(level)


def test_an_estimate_that_is_not_one_travels_as_json_null() -> None:
    found = json.loads(json.dumps(not_estimable("one class only", level=0.9).to_dict()))
    assert found == {
        "value": None,
        "low": None,
        "high": None,
        "level": 0.9,
        "method": "not estimable: one class only",
    }


@given(value=st.floats(0.001, 0.999), error=st.floats(0, 100))
def test_a_logit_interval_stays_within_zero_and_one(value: float, error: float) -> None:
    found = logit_interval(value, error, level=0.95, method="logit")
    assert 0 <= found.low <= value <= found.high <= 1


def test_an_interval_on_the_log_scale_is_symmetric_in_ratios() -> None:
    found = wald(2.0, 0.3, level=0.95, method="log", scale="log")
    assert found.high / found.value == pytest.approx(found.value / found.low)


def test_an_interval_excludes_what_lies_outside_and_nothing_when_there_is_none() -> None:
    found = Estimate(0.7, 0.6, 0.8, 0.95, "")
    assert found.excludes(0.5)
    assert found.excludes(0.9)
    assert not found.excludes(0.6)
    assert not not_estimable("no events", level=0.95).excludes(0.5)


def test_the_standard_error_of_a_mean_is_the_usual_one_without_clusters() -> None:
    values = np.random.default_rng(0).normal(size=50)
    found = clustered_standard_error((values - values.mean()) / 50, np.arange(50))
    assert found == pytest.approx(values.std(ddof=1) / math.sqrt(50))


def test_copies_of_a_case_in_one_patient_add_no_certainty() -> None:
    values = np.random.default_rng(0).normal(size=50)
    twice = np.tile((values - values.mean()) / 100, 2)
    once = clustered_standard_error((values - values.mean()) / 50, np.arange(50))
    assert clustered_standard_error(twice, np.tile(np.arange(50), 2)) == pytest.approx(once)


def test_one_patient_has_no_standard_error() -> None:
    assert math.isnan(clustered_standard_error(np.zeros(3), np.zeros(3, dtype=np.int64)))


@pytest.mark.parametrize("freedom", [1, 19, 400])
def test_students_quantile_widens_an_interval(freedom: int) -> None:
    quantile = stats.t.ppf(0.95, freedom)
    assert student_value(0.9, freedom) == pytest.approx(quantile)
    found = wald(2.0, 0.5, level=0.9, method="m", freedom=freedom)
    assert found.high - 2 == pytest.approx(0.5 * quantile)


def test_without_a_degree_of_freedom_the_quantile_is_that_of_one() -> None:
    assert student_value(0.95, 0) == student_value(0.95, 1) == pytest.approx(12.706, abs=1e-3)
    with pytest.raises(ValueError, match="level must lie between 0 and 1"):
        student_value(1.0, 5)
