"""Tests and differences of Table 1 agree with scipy, statsmodels and a textbook."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from statsmodels.stats.oneway import anova_oneway

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.stats.differences import category_smd, category_test
from clnm_core.stats.summary import table_one

NUMBER = Column("x", "X", Kind.NUMBER)
BY = Column("centre", "Centre", Kind.CATEGORY, Role.DESIGN)


def described(samples: list[np.ndarray]) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "x": np.concatenate(samples),
            "centre": np.repeat([f"c{i}" for i in range(len(samples))], [len(s) for s in samples]),
        }
    ).sample(frac=1, random_state=0, ignore_index=True)
    return table_one(frame, Registry([NUMBER, BY]), by="centre").set_index("statistic")


def samples(k: int, *, rounded: bool) -> list[np.ndarray]:
    rng = np.random.default_rng(k)
    drawn = [rng.gamma(2 + 0.2 * i, 3, 40 + 15 * i) for i in range(k)]
    return [np.round(s) for s in drawn] if rounded else drawn


@pytest.mark.parametrize("rounded", [True, False])
def test_two_strata_equal_scipy_welch_and_mann_whitney(rounded):
    one, two = samples(2, rounded=rounded)
    table = described([one, two])
    assert table.loc["mean (SD)", "p"].iloc[0] == pytest.approx(
        stats.ttest_ind(one, two, equal_var=False).pvalue, rel=1e-9
    )
    assert table.loc["median [Q1, Q3]", "p"].iloc[0] == pytest.approx(
        stats.mannwhitneyu(one, two, use_continuity=False, method="asymptotic").pvalue, rel=1e-9
    )


@pytest.mark.parametrize("rounded", [True, False])
def test_more_strata_equal_welch_anova_and_kruskal_wallis(rounded):
    drawn = samples(4, rounded=rounded)
    table = described(drawn)
    assert table.loc["mean (SD)", "p"].iloc[0] == pytest.approx(
        anova_oneway(drawn, use_var="unequal").pvalue, rel=1e-9
    )
    assert table.loc["median [Q1, Q3]", "p"].iloc[0] == pytest.approx(
        stats.kruskal(*drawn).pvalue, rel=1e-9
    )


def test_quartiles_and_moments_equal_numpy():
    drawn = np.concatenate(samples(3, rounded=False))
    table = described(samples(3, rounded=False))
    overall = table[table["stratum"] == "overall"]
    assert overall.loc["mean (SD)", ["value", "spread"]].tolist() == pytest.approx(
        [drawn.mean(), drawn.std(ddof=1)]
    )
    assert overall.loc["median [Q1, Q3]", ["q1", "value", "q3"]].tolist() == pytest.approx(
        np.quantile(drawn, [0.25, 0.5, 0.75]).tolist()
    )


def test_chi_squared_equals_scipy_without_correction():
    counts = np.array([[30, 20, 50], [45, 15, 25]])
    result = category_test(counts)
    assert result.name == "chi-squared"
    assert result.p == pytest.approx(stats.chi2_contingency(counts, correction=False).pvalue)


def test_a_small_two_by_two_table_equals_fisher():
    counts = np.array([[8, 2], [1, 5]])
    result = category_test(counts)
    assert result.name == "Fisher exact"
    assert result.p == pytest.approx(0.03496503496503495)  # scipy's docstring, 1.16


def test_two_levels_equal_the_difference_of_proportions_over_its_spread():
    p1, p2 = 0.3, 0.5
    textbook = abs(p1 - p2) / math.sqrt((p1 * (1 - p1) + p2 * (1 - p2)) / 2)
    assert category_smd(np.array([[30, 70], [100, 100]])) == pytest.approx(textbook)


def test_three_levels_equal_the_mahalanobis_distance_written_out():
    one, two = np.array([0.2, 0.3, 0.5]), np.array([0.4, 0.4, 0.2])
    covariance = sum(np.diag(p[1:]) - np.outer(p[1:], p[1:]) for p in (one, two)) / 2
    gap = one[1:] - two[1:]
    expected = math.sqrt(gap @ np.linalg.inv(covariance) @ gap)
    counts = np.array([[20, 30, 50], [80, 80, 40]])
    assert category_smd(counts) == pytest.approx(expected)
    assert category_smd(counts[:, [2, 0, 1]]) == pytest.approx(expected)
