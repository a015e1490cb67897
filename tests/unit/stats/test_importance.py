"""Global importance: what it adds up, how sure it is, and what shuffling costs."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from clnm_core.stats.importance import COLUMNS, importance, shuffled_loss

FINITE = st.floats(-5, 5, allow_nan=False, width=32)


def drawn(n: int = 120, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    return rng.normal(size=(n, 3)) * [1.0, 0.2, 0.5], np.arange(n) // 2


def test_it_is_the_mean_of_the_absolute_effects() -> None:
    effects, patient = drawn()
    table = importance(effects, patient, names=("a", "b", "c")).set_index("column")
    for place, name in enumerate("abc"):
        assert table.loc[name, "value"] == pytest.approx(np.abs(effects[:, place]).mean())
    assert list(table.index) == ["a", "c", "b"]
    assert table["rank"].tolist() == [1, 2, 3]


@given(effects=arrays(np.float64, (12, 3), elements=FINITE), factor=st.floats(0.1, 10))
def test_intervals_hold_the_value_and_follow_the_unit(effects: np.ndarray, factor: float) -> None:
    patient = np.arange(12) // 2
    one = importance(effects, patient, names=("a", "b", "c"), bootstrap=50)
    assert (one["low"] <= one["value"]).all()
    assert (one["value"] <= one["high"]).all()
    assert (one["low"] >= 0).all()
    assert sorted(one["rank"]) == [1, 2, 3]
    assert ((one["rank_low"] <= one["rank"]) & (one["rank"] <= one["rank_high"])).all()
    scaled = importance(factor * effects, patient, names=("a", "b", "c"), bootstrap=50)
    np.testing.assert_allclose(
        scaled.set_index("column")["value"].sort_index(),
        factor * one.set_index("column")["value"].sort_index(),
        rtol=1e-9,
        atol=1e-12,
    )


@given(effects=arrays(np.float64, (10, 4), elements=FINITE), seed=st.integers(0, 5))
def test_signs_and_the_order_of_columns_change_nothing(effects: np.ndarray, seed: int) -> None:
    patient, names = np.arange(10), np.array(list("abcd"))
    turned = np.random.default_rng(seed).permutation(4)
    one = importance(effects, patient, names=tuple(names), bootstrap=20).set_index("column")
    other = importance(
        -effects[:, turned], patient, names=tuple(names[turned]), bootstrap=20
    ).set_index("column")
    for name in names:
        assert other.loc[name, "value"] == pytest.approx(one.loc[name, "value"])
        assert other.loc[name, "high"] == pytest.approx(one.loc[name, "high"])


def test_equal_columns_keep_their_order_and_share_their_ranks() -> None:
    same = np.tile(np.arange(1.0, 9.0)[:, None], (1, 3))
    table = importance(same, np.arange(8), names=("x", "y", "z"))
    assert table["column"].tolist() == ["x", "y", "z"]
    assert table["rank"].tolist() == [1, 2, 3]


def test_patients_and_not_cases_are_drawn() -> None:
    rng = np.random.default_rng(3)
    own = np.repeat(rng.exponential(size=40), 5)[:, None]
    apart = importance(own, np.arange(200), names=("a",)).iloc[0]
    together = importance(own, np.repeat(np.arange(40), 5), names=("a",)).iloc[0]
    assert apart["value"] == together["value"]
    widths = [one["high"] - one["low"] for one in (apart, together)]
    assert widths[1] > 1.7 * widths[0]


def test_the_interval_is_that_of_a_mean() -> None:
    rng = np.random.default_rng(5)
    effects = rng.normal(size=(400, 1))
    row = importance(effects, np.arange(400), names=("a",), bootstrap=4000).iloc[0]
    error = np.abs(effects).std(ddof=1) / 20
    assert row["high"] - row["low"] == pytest.approx(2 * 1.96 * error, rel=0.06)


def test_cases_that_cannot_be_judged_are_left_out() -> None:
    effects, patient = drawn()
    holed = effects.copy()
    holed[::3] = np.nan
    kept = np.isfinite(holed).all(axis=1)
    left = importance(holed, patient, names=("a", "b", "c"))
    assert left["n"].tolist() == [int(kept.sum())] * 3
    pd.testing.assert_frame_equal(
        left, importance(effects[kept], patient[kept], names=("a", "b", "c"))
    )


def test_nobody_and_a_single_patient_are_answers() -> None:
    nobody = importance(np.full((4, 2), np.nan), np.arange(4), names=("a", "b"))
    assert nobody.empty
    assert tuple(nobody.columns) == COLUMNS
    single = importance(np.ones((3, 1)), [7, 7, 7], names=("a",)).iloc[0]
    assert single["value"] == 1
    assert np.isnan(single["low"])


def test_shapes_that_do_not_fit_are_refused() -> None:
    with pytest.raises(ValueError, match="one row per case"):
        importance(np.ones((3, 2)), [1, 2, 3], names=("a",))


def test_the_same_seed_gives_the_same_interval() -> None:
    effects, patient = drawn()
    one, other, third = (
        importance(effects, patient, names=("a", "b", "c"), seed=seed) for seed in (1, 1, 2)
    )
    pd.testing.assert_frame_equal(one, other)
    assert not one["low"].equals(third["low"])


def shuffled(seed: int = 0, n: int = 400) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    x, other = rng.normal(size=n), rng.normal(size=n)
    y_true = rng.random(n) < 1 / (1 + np.exp(-2 * x))
    risk = 1 / (1 + np.exp(-(2 * x + 0.05 * other)))
    dealt = np.array([1 / (1 + np.exp(-(2 * rng.permutation(x) + 0.05 * other))) for _ in range(5)])
    return y_true, risk, dealt, other


def test_shuffling_what_matters_costs_and_shuffling_nothing_is_free() -> None:
    y_true, risk, dealt, _ = shuffled()
    worth = shuffled_loss(y_true, risk, dealt)
    assert worth.low > 0.2
    assert worth.low < worth.value < worth.high
    free = shuffled_loss(y_true, risk, np.tile(risk, (5, 1)))
    assert (free.value, free.low, free.high) == (0, 0, 0)


def test_the_loss_is_the_difference_of_areas() -> None:
    from sklearn.metrics import roc_auc_score

    y_true, risk, dealt, _ = shuffled(1)
    areas = [roc_auc_score(y_true, one) for one in dealt]
    found = shuffled_loss(y_true, risk, dealt)
    assert found.value == pytest.approx(roc_auc_score(y_true, risk) - np.mean(areas))


def test_a_column_that_is_all_the_model_has_loses_all_of_it() -> None:
    y_true, risk, *_ = shuffled(2)
    found = shuffled_loss(y_true, risk, np.full((3, len(risk)), 0.4))
    from sklearn.metrics import roc_auc_score

    assert found.value == pytest.approx(roc_auc_score(y_true, risk) - 0.5)


def test_one_class_has_no_area_to_lose() -> None:
    found = shuffled_loss([True, True, True], [0.1, 0.5, 0.9], np.full((2, 3), 0.5))
    assert not found.is_estimable
    assert "fewer than two" in found.method
