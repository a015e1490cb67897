"""Effects against values: exact for a line, one mean per level, the unknown by itself."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from clnm_core.domain.columns import Column, Kind, Level
from clnm_core.stats.dependence import dependence

SIZE = Column("size_mm", "Size", Kind.NUMBER, unit="mm")
LOBE = Column(
    "lobe", "Lobe", Kind.CATEGORY, levels=(Level("left", "left lobe"), Level("right", "right lobe"))
)
SPREAD = Column("spread", "Spread", Kind.FLAG)


@given(
    slope=st.floats(-3, 3).filter(lambda one: abs(one) > 1e-3),
    shift=st.floats(-50, 50),
    seed=st.integers(0, 20),
)
def test_of_a_linear_model_the_line_is_the_coefficient_times_the_distance_from_the_mean(
    slope: float, shift: float, seed: int
) -> None:
    values = shift + 10 * np.random.default_rng(seed).normal(size=60)
    effects = slope * (values - values.mean())
    found = dependence(effects, pd.Series(values), SIZE, np.arange(60))
    np.testing.assert_allclose(
        found.curve["effect"], slope * (found.curve["value"] - values.mean()), atol=1e-6
    )
    np.testing.assert_allclose(found.curve["high"] - found.curve["low"], 0, atol=1e-5)
    assert found.levels.empty


def test_a_bend_is_followed() -> None:
    rng = np.random.default_rng(1)
    values = rng.uniform(0, 10, 500)
    true = np.log1p(values)
    found = dependence(true + rng.normal(0, 0.3, 500), pd.Series(values), SIZE, np.arange(500))
    at = np.log1p(found.curve["value"])
    assert (found.curve["effect"] - at).abs().max() < 0.15
    straight = np.polyval(np.polyfit(values, true, 1), found.curve["value"])
    assert np.abs(straight - at).max() > 0.4
    assert "4 knots" in found.method


def test_the_band_is_that_of_statsmodels() -> None:
    import statsmodels.api as sm

    from clnm_core.stats.spline import harrell_knots, restricted_cubic

    rng = np.random.default_rng(2)
    values, who = rng.gamma(2, 3, 150), np.arange(150) // 3
    effect = 0.2 * values + rng.normal(size=50)[who]
    found = dependence(effect, pd.Series(values), SIZE, who)
    basis = restricted_cubic(values, harrell_knots(values))
    fit = sm.OLS(effect, basis).fit(cov_type="cluster", cov_kwds={"groups": who})
    at = restricted_cubic(found.curve["value"], harrell_knots(values))
    error = np.sqrt(np.einsum("ij,jk,ik->i", at, fit.cov_params(), at))
    np.testing.assert_allclose(
        (found.curve["high"] - found.curve["low"]) / 2, 1.959964 * error, rtol=1e-5
    )


def test_the_unknown_is_a_level_of_its_own() -> None:
    values = pd.Series([*np.arange(40.0), np.nan, np.nan, np.nan])
    effects = np.r_[np.linspace(-1, 1, 40), 0.5, 0.7, 0.9]
    found = dependence(effects, values, SIZE, np.arange(43))
    assert len(found.points) == 43
    assert found.curve["value"].max() <= 39
    row = found.levels.iloc[0]
    assert (row["level"], row["n"], round(row["effect"], 6)) == ("unknown", 3, 0.7)
    assert row["low"] < 0.7 < row["high"]


@given(seed=st.integers(0, 30))
def test_each_level_has_its_mean(seed: int) -> None:
    rng = np.random.default_rng(seed)
    words = rng.choice(np.array(["right", "left", "isthmus", None], dtype=object), 40)
    effects = rng.normal(size=40)
    found = dependence(effects, pd.Series(words), LOBE, np.arange(40))
    table = found.levels.set_index("level")
    for word in {*words} - {None}:
        assert table.loc[word, "effect"] == pytest.approx(effects[words == word].mean())
    assert table["n"].sum() == 40
    assert (table["effect"] * table["n"]).sum() == pytest.approx(effects.sum())
    order = [one for one in ("left", "right", "isthmus", "unknown") if one in table.index]
    assert list(table.index) == order
    assert found.curve.empty


def test_levels_are_said_as_a_reader_sees_them() -> None:
    words = dependence([1.0, 2, 3], pd.Series(["left", "right", "left"]), LOBE, [1, 2, 3])
    assert words.levels["label"].tolist() == ["left lobe", "right lobe"]
    flags = pd.Series([True, False, None, True], dtype=object)
    said = dependence([1.0, 2, 3, 4], flags, SPREAD, [1, 2, 3, 4])
    assert said.levels["level"].tolist() == ["no", "yes", "unknown"]
    assert said.levels["effect"].tolist() == [2, 2.5, 3]
    written = pd.Series(["yes", "no", "", "yes"], dtype=object)
    assert dependence([1.0, 2, 3, 4], written, SPREAD, [1, 2, 3, 4]).levels.equals(said.levels)


def test_several_cases_of_one_patient_are_no_more_than_one() -> None:
    single = dependence([1.0, 1.2, 0.8], pd.Series(["left"] * 3), LOBE, ["p", "p", "p"])
    assert np.isnan(single.levels["low"].iloc[0])
    own = np.random.default_rng(0).normal(size=10)
    alone = dependence(own, pd.Series(["left"] * 10), LOBE, np.arange(10)).levels.iloc[0]
    copied = dependence(
        np.repeat(own, 4), pd.Series(["left"] * 40), LOBE, np.repeat(np.arange(10), 4)
    ).levels.iloc[0]
    assert copied["high"] - copied["low"] == pytest.approx(alone["high"] - alone["low"])


@pytest.mark.parametrize(
    ("values", "said"),
    [
        ([1.0, 2.0, 3.0], "at least"),
        ([4.0] * 30, "same value"),
        ([], "at least"),
    ],
    ids=["too few", "one value", "nobody"],
)
def test_where_there_is_no_line_it_says_so(values: list[float], said: str) -> None:
    found = dependence(
        np.zeros(len(values)), pd.Series(values, dtype=float), SIZE, np.arange(len(values))
    )
    assert found.curve.empty
    assert said in found.method


def test_two_values_make_a_straight_line() -> None:
    values = pd.Series([1.0, 3.0] * 20)
    found = dependence(values * 0.5, values, SIZE, np.arange(40))
    assert "straight line" in found.method
    assert found.curve["effect"].iloc[-1] == pytest.approx(1.5)


def test_cases_that_cannot_be_judged_are_no_points() -> None:
    found = dependence([np.nan, 1.0], pd.Series([1.0, 2.0]), SIZE, [1, 2])
    assert found.points["row"].tolist() == [1]


def test_lengths_that_differ_are_refused() -> None:
    with pytest.raises(ValueError, match="one length"):
        dependence([1.0], pd.Series([1.0, 2.0]), SIZE, [1, 2])
