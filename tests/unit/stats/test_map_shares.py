"""Shares of maps over a cohort: means, the curve along the distance, and the rank correlation."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from clnm_core.stats.map_shares import mean_share, mean_shares, share_curve
from clnm_core.stats.rank_correlation import rank_correlation


def shares(n: int = 150, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    distance = rng.gamma(2, 2.5, n)
    share = 1 / (1 + np.exp(-(0.5 - 0.3 * distance + rng.normal(0, 0.4, n))))
    return distance, share


def test_the_curve_follows_the_share_and_its_band_holds_it() -> None:
    distance, share = shares(600)
    curve = share_curve(distance, share, np.arange(600))
    true = 1 / (1 + np.exp(-(0.5 - 0.3 * curve["distance_mm"])))
    assert (curve["share"] - true).abs().max() < 0.04
    assert ((curve["low"] <= curve["share"]) & (curve["share"] <= curve["high"])).all()
    assert "sandwich clustered by patient" in curve.attrs["method"]


def test_where_no_map_reaches_the_capsule_the_band_stays_narrow() -> None:
    distance, _ = shares(200)
    share = np.where(distance > 3, 0.0, 0.4)
    curve = share_curve(distance, share, np.arange(200))
    far = curve[curve["distance_mm"] > 8]
    assert (far["high"] < 0.2).all()
    assert curve[["share", "low", "high"]].to_numpy().min() >= 0


def test_no_curve_says_why() -> None:
    distance, share = shares(12)
    assert "at least" in share_curve(distance, share, np.arange(12)).attrs["method"]
    flat = share_curve(np.full(80, 2.0), np.linspace(0.1, 0.9, 80), np.arange(80))
    assert flat.empty
    assert "same value" in flat.attrs["method"]
    assert share_curve([], [], []).empty


def test_cases_without_a_distance_or_a_share_are_left_out() -> None:
    distance, share = shares()
    holed, gone = distance.copy(), share.copy()
    holed[::10], gone[1::10] = np.nan, np.nan
    kept = np.isfinite(holed) & np.isfinite(gone)
    pd.testing.assert_frame_equal(
        share_curve(holed, gone, np.arange(150)),
        share_curve(distance[kept], share[kept], np.arange(150)[kept]),
    )


def test_zones_are_averaged_over_the_same_cases() -> None:
    _, share = shares()
    table = pd.DataFrame({"a": share, "b": 1 - share})
    table.loc[0, "b"] = np.nan
    found = mean_shares(table, np.arange(150), ["b", "a"])
    assert found["name"].tolist() == ["b", "a"]
    assert found["n"].tolist() == [149, 149]
    assert found["value"].sum() == pytest.approx(1)
    assert (found["low"] < found["value"]).all()


def test_a_single_patient_has_no_interval_and_nobody_no_mean() -> None:
    one = mean_share([0.2, 0.4], ["p", "p"])
    assert one.value == pytest.approx(0.3)
    assert np.isnan(one.low)
    assert not mean_share([], []).is_estimable
    assert not mean_share([np.nan], ["p"]).is_estimable


@given(seed=st.integers(0, 40), ties=st.booleans())
def test_rho_is_that_of_scipy(seed: int, ties: bool) -> None:
    rng = np.random.default_rng(seed)
    x = rng.integers(0, 5, 30).astype(float) if ties else rng.normal(size=30)
    y = x + rng.normal(0, 2, 30)
    found = rank_correlation(x, y, np.arange(30), bootstrap=20)
    assert found.value == pytest.approx(spearmanr(x, y).statistic)
    assert found.low <= found.value <= found.high


def test_each_resample_is_ranked_anew() -> None:
    from clnm_core.stats.rank_correlation import _spearman

    rng = np.random.default_rng(4)
    x, y = rng.integers(0, 6, 40).astype(float), rng.normal(size=40)
    weight = rng.multinomial(40, np.full(40, 1 / 40), size=6).astype(float)
    for row, drawn in zip(weight, _spearman(x, y, weight), strict=True):
        rows = np.repeat(np.arange(40), row.astype(int))
        assert drawn == pytest.approx(spearmanr(x[rows], y[rows]).statistic)


def test_several_pictures_of_a_patient_are_one_draw() -> None:
    rng = np.random.default_rng(6)
    x, y = rng.normal(size=40), rng.normal(size=40)
    alone = rank_correlation(x, y, np.arange(40))
    copied = rank_correlation(np.repeat(x, 4), np.repeat(y, 4), np.repeat(np.arange(40), 4))
    assert copied.high - copied.low == pytest.approx(alone.high - alone.low, rel=0.1)


@pytest.mark.parametrize(
    ("x", "y"),
    [([1.0] * 5, range(5)), ([1.0] * 20, range(20)), ([np.nan] * 20, range(20))],
    ids=["few", "flat", "unknown"],
)
def test_what_cannot_be_told_is_not(x, y) -> None:
    assert not rank_correlation(x, y, range(len(x))).is_estimable


def test_very_many_cases_are_thinned_for_the_interval_only() -> None:
    rng = np.random.default_rng(8)
    x = rng.normal(size=2500)
    y = x + rng.normal(size=2500)
    found = rank_correlation(x, y, np.arange(2500), bootstrap=50)
    assert found.value == pytest.approx(spearmanr(x, y).statistic)
    assert found.low < found.value < found.high
