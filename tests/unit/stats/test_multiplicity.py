"""p values agree with their intervals, and Benjamini and Hochberg with statsmodels."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats
from statsmodels.stats.multitest import multipletests

from clnm_core.stats.multiplicity import benjamini_hochberg, p_from_interval
from clnm_core.stats.uncertainty import wald


@given(st.lists(st.floats(0, 1), min_size=1, max_size=60))
def test_adjusted_values_are_those_of_statsmodels(p: list[float]) -> None:
    expected = multipletests(p, method="fdr_bh")[1]
    np.testing.assert_allclose(benjamini_hochberg(p), expected, rtol=1e-12)


def test_a_test_that_was_not_made_is_not_counted() -> None:
    adjusted = benjamini_hochberg([0.02, math.nan, 0.01])
    assert math.isnan(adjusted[1])
    np.testing.assert_allclose(adjusted[[0, 2]], multipletests([0.02, 0.01], method="fdr_bh")[1])
    assert benjamini_hochberg([]).size == 0


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_adjusting_never_makes_a_p_value_smaller_nor_changes_the_order(p: list[float]) -> None:
    adjusted = benjamini_hochberg(p)
    assert (adjusted >= np.array(p) - 1e-15).all()
    assert (np.diff(adjusted[np.argsort(p, kind="stable")]) >= 0).all()


def test_the_p_value_of_a_wald_interval_is_walds() -> None:
    estimate = wald(0.3, 0.12, level=0.9, method="")
    found = p_from_interval(estimate.value, estimate.low, estimate.high, level=0.9)
    assert found == pytest.approx(2 * stats.norm.sf(0.3 / 0.12))


@given(
    st.floats(-2, 2),
    st.floats(1e-3, 3),
    st.floats(1e-3, 3),
    st.sampled_from([0.8, 0.95, 0.99]),
    st.sampled_from([0.0, 1.0]),
)
def test_a_p_value_is_small_exactly_where_the_interval_excludes_the_null(
    value: float, below: float, above: float, level: float, null: float
) -> None:
    low, high = value - below, value + above
    if min(abs(low - null), abs(high - null)) < 1e-9:
        return
    p = p_from_interval(value, low, high, level=level, null=null)
    assert 0 <= p <= 1
    assert (p < 1 - level) == (low > null or high < null)


def test_without_an_interval_there_is_no_p_value_and_a_null_value_has_one() -> None:
    assert math.isnan(p_from_interval(0.1, math.nan, math.nan, level=0.95))
    assert math.isnan(p_from_interval(math.nan, math.nan, math.nan, level=0.95))
    assert p_from_interval(0.0, -0.1, 0.1, level=0.95) == 1.0
