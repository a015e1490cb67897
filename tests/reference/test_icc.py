"""Are intraclass correlations and their intervals those that were published?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.features.repeatability import intraclass

#: Shrout and Fleiss 1979, table 2: six targets, four judges.
RATINGS = np.array(
    [[9, 2, 5, 8], [6, 1, 3, 2], [8, 4, 6, 8], [7, 1, 2, 6], [10, 5, 6, 9], [6, 2, 4, 7]], float
)

#: Their table 4 (two digits), and the intervals that the R package psych 2.4 prints for the same
#: ratings (two or three digits).
PUBLISHED = {
    "1,1": (0.17, -0.133, 0.72),
    "2,1": (0.29, 0.019, 0.76),
    "3,1": (0.71, 0.342, 0.95),
}


@pytest.mark.parametrize("form", PUBLISHED)
def test_the_worked_example_of_shrout_and_fleiss(form):
    found = intraclass(RATINGS, form=form).iloc[0]
    assert (found["icc"], found["low"], found["high"]) == pytest.approx(PUBLISHED[form], abs=0.005)
    assert found["n"] == 6


def by_anova(ratings: np.ndarray, form: str) -> float:
    """The same from the analysis of variance of statsmodels."""
    from statsmodels.formula.api import ols
    from statsmodels.stats.anova import anova_lm

    n, k = ratings.shape
    item, rating = np.indices((n, k))
    long = pd.DataFrame({"y": ratings.ravel(), "item": item.ravel(), "rating": rating.ravel()})
    two_way = anova_lm(ols("y ~ C(item) + C(rating)", long).fit())["mean_sq"]
    rows, columns, rest = two_way["C(item)"], two_way["C(rating)"], two_way["Residual"]
    if form == "1,1":
        within = anova_lm(ols("y ~ C(item)", long).fit())["mean_sq"]["Residual"]
        return (rows - within) / (rows + (k - 1) * within)
    if form == "2,1":
        return (rows - rest) / (rows + (k - 1) * rest + k * (columns - rest) / n)
    return (rows - rest) / (rows + (k - 1) * rest)


@pytest.mark.parametrize("form", PUBLISHED)
def test_any_table_agrees_with_the_analysis_of_variance(form):
    random = np.random.default_rng(1)
    for n, k in ((3, 2), (8, 5), (20, 3)):
        ratings = random.normal(size=(n, 1)) + random.normal(size=(n, k)) + random.normal(size=k)
        assert intraclass(ratings, form=form)["icc"][0] == pytest.approx(by_anova(ratings, form))


@pytest.mark.parametrize("form", PUBLISHED)
def test_the_interval_holds_the_truth_as_often_as_it_says(form):
    """1,000 features at once, of a known share of variance between items."""
    random = np.random.default_rng(0)
    n, k, features = 30, 4, 1000
    raters = random.normal(0, 0.5, (1, k, features)) if form == "2,1" else 0
    between, rest = 1.0, 0.7
    ratings = (
        random.normal(0, between, (n, 1, features))
        + raters
        + random.normal(0, rest, (n, k, features))
    )
    spread = 0.5**2 if form == "2,1" else 0
    truth = between**2 / (between**2 + rest**2 + spread)
    found = intraclass(ratings, form=form, level=0.9)
    covered = ((found["low"] <= truth) & (truth <= found["high"])).mean()
    assert covered == pytest.approx(0.9, abs=0.03)


def test_features_at_once_are_features_one_by_one_and_gaps_are_left_out_by_item():
    random = np.random.default_rng(2)
    ratings = random.normal(size=(12, 3, 5)) + random.normal(size=(12, 1, 5))
    ratings[3, 1, 2] = np.nan
    ratings[4, :, 2] = np.inf
    together = intraclass(ratings)
    for place in range(5):
        alone = ratings[:, :, place]
        whole = alone[np.isfinite(alone).all(axis=1)]
        expected = intraclass(whole).iloc[0]
        assert together.iloc[place].to_numpy() == pytest.approx(expected.to_numpy())
    assert together["n"].tolist() == [12, 12, 10, 12, 12]


@settings(max_examples=40)
@given(
    st.integers(0, 10_000), st.sampled_from(sorted(PUBLISHED)), st.floats(-6, 6), st.floats(-5, 5)
)
def test_the_scale_of_a_feature_does_not_matter(seed, form, exponent, offset):
    ratings = np.random.default_rng(seed).normal(size=(6, 3))
    one = intraclass(ratings, form=form)
    other = intraclass(ratings * 10**exponent + offset * 10**exponent, form=form)
    assert one.iloc[0].to_numpy() == pytest.approx(other.iloc[0].to_numpy(), rel=1e-6, abs=1e-6)
    assert one["low"][0] <= one["icc"][0] <= one["high"][0]


def test_a_rater_who_is_always_higher_disagrees_but_is_consistent():
    truth = np.arange(10.0)[:, None]
    shifted = truth + np.array([0, 5, 0])
    assert intraclass(shifted, form="3,1")["icc"][0] == 1
    assert intraclass(shifted, form="2,1")["icc"][0] < 0.6


def test_what_has_no_answer_is_missing_and_what_makes_no_sense_is_refused():
    assert intraclass(np.ones((5, 3)))["icc"].isna().all()
    assert intraclass(np.ones((1, 3)))["icc"].isna().all()
    assert intraclass(np.full((4, 2, 3), np.nan))["n"].tolist() == [0, 0, 0]
    assert len(intraclass(np.empty((0, 2, 3)))) == 3
    for wrong in ({"form": "2,k"}, {"level": 1.0}):
        with pytest.raises(ValueError, match="must be"):
            intraclass(RATINGS, **wrong)
    for table in (np.ones(3), np.ones((3, 1)), np.ones((3, 1, 2))):
        with pytest.raises(ValueError, match="at least 2 ratings"):
            intraclass(table)
