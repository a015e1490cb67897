"""Tests of all groups at once agree with statsmodels, and say why there is none."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy import stats
from scipy.special import expit, logit

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc, auc_variance
from clnm_core.stats.groups import Grouping, groupings
from clnm_core.stats.interaction import GroupTest, group_tests

WORDS = np.random.default_rng(1).choice(list("abc"), 900, p=[0.5, 0.3, 0.2])
ONE_HOT = np.column_stack([WORDS == word for word in "abc"]).astype(float)


def cohort(*, bend: float = 1.0, shift: float = 0.0, patients: int = 0) -> Predictions:
    """Risks that are right in group a; bent in group b, shifted in group c."""
    rng = np.random.default_rng(5)
    log_odds = rng.normal(-0.5, 1.2, len(WORDS))
    slope, level = np.where(WORDS == "b", bend, 1), np.where(WORDS == "c", shift, 0)
    y = rng.random(len(WORDS)) < expit(level + slope * log_odds)
    patient = rng.integers(0, patients, len(WORDS)) if patients else None
    return Predictions.of(y, expit(log_odds), patient)


def grouped(words: object = WORDS) -> Grouping:
    return groupings(pd.DataFrame({"centre": pd.Series(words, dtype=object)}))[0]


def designs(predictions: Predictions) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    x = logit(predictions.risk)[:, None]
    return sm.add_constant(x), np.hstack([ONE_HOT, x]), np.hstack([ONE_HOT, ONE_HOT * x])


@pytest.mark.parametrize(("bend", "shift"), [(1.0, 0.0), (0.4, 0.0), (1.0, 0.8)])
def test_level_and_slope_are_the_likelihood_ratio_tests_of_statsmodels(
    bend: float, shift: float
) -> None:
    predictions = cohort(bend=bend, shift=shift)
    level, slope, _ = group_tests(predictions, grouped())
    together, apart, crossed = (
        sm.Logit(predictions.y_true.astype(float), design).fit(disp=0).llf
        for design in designs(predictions)
    )
    assert level.statistic == pytest.approx(2 * (apart - together), abs=1e-6)
    assert slope.statistic == pytest.approx(2 * (crossed - apart), abs=1e-6)
    assert (level.df, slope.df, level.groups) == (2, 2, 3)
    assert slope.p == pytest.approx(stats.chi2.sf(slope.statistic, 2))


def test_with_clustered_patients_they_are_robust_wald_tests_of_statsmodels() -> None:
    predictions = cohort(bend=0.6, shift=0.3, patients=350)
    level, slope, _ = group_tests(predictions, grouped())
    clusters = {"cov_type": "cluster", "cov_kwds": {"groups": predictions.patient}}
    _, apart, crossed = (
        sm.Logit(predictions.y_true.astype(float), design).fit(disp=0, **clusters)
        for design in designs(predictions)
    )
    for found, model, first in ((level, apart, 0), (slope, crossed, 3)):
        contrast = np.zeros((2, len(model.params)))
        contrast[:, first] = -1
        contrast[[0, 1], [first + 1, first + 2]] = 1
        expected = model.wald_test(contrast, scalar=True).statistic
        assert found.statistic == pytest.approx(float(expected), rel=1e-4)
        assert found.method == "Wald test, patient-clustered sandwich"


def test_each_test_finds_what_it_is_for() -> None:
    def p(**planted: float) -> list[float]:
        return [test.p for test in group_tests(cohort(**planted), grouped())]

    assert min(p()) > 0.05
    level, slope, area = p(bend=0.3)
    assert max(slope, area) < 0.001
    level, slope, area = p(shift=1.2)
    assert level < 0.001
    assert min(slope, area) > 0.05


def test_areas_are_compared_by_cochrans_q() -> None:
    predictions = cohort(bend=0.4)
    parts = [predictions.where(word == WORDS) for word in "abc"]
    areas = np.array([auc(part).value for part in parts])
    weights = (areas * (1 - areas)) ** 2 / np.array([auc_variance(part) for part in parts])
    mean = np.average(logit(areas), weights=weights)
    expected = float((weights * (logit(areas) - mean) ** 2).sum())
    found = group_tests(predictions, grouped())[2]
    assert found.statistic == pytest.approx(expected)
    assert found.p == pytest.approx(stats.chi2.sf(expected, 2))
    assert "DeLong" in found.method
    assert "Obuchowski" in group_tests(cohort(patients=300), grouped())[2].method


def test_two_areas_are_compared_as_by_hand() -> None:
    predictions = cohort()
    words = np.where(WORDS == "a", "a", "b")
    a, b = (predictions.where(words == word) for word in "ab")
    areas = np.array([auc(part).value for part in (a, b)])
    variances = np.array([auc_variance(part) for part in (a, b)]) / (areas * (1 - areas)) ** 2
    z = float(np.diff(logit(areas))[0]) / math.sqrt(variances.sum())
    assert group_tests(predictions, grouped(words))[2].p == pytest.approx(2 * stats.norm.sf(abs(z)))


def test_p_values_are_even_where_groups_are_alike() -> None:
    rng = np.random.default_rng(0)
    drawn = []
    for _ in range(150):
        x = rng.normal(0, 1, 400)
        predictions = Predictions.of(rng.random(400) < expit(x), expit(x))
        drawn.append([t.p for t in group_tests(predictions, grouped(rng.choice(list("ab"), 400)))])
    for column in np.array(drawn).T:
        assert stats.kstest(column, "uniform").pvalue > 0.005


def test_groups_that_cannot_enter_are_named() -> None:
    predictions = cohort()
    words = np.where(np.arange(900) < 30, "none", WORDS).astype(object)
    words[30:35] = "few"
    y = predictions.y_true & (np.arange(900) >= 30)
    level, slope, area = group_tests(Predictions.of(y, predictions.risk), grouped(words))
    assert {test.left_out for test in (level, slope, area)} == {("none",)}
    assert level.groups == 3


def refused(tests: tuple[GroupTest, ...]) -> list[str]:
    assert all(math.isnan(test.p) for test in tests)
    return [test.method for test in tests]


def test_hopeless_groups_have_reasons() -> None:
    half = np.arange(40) < 20
    y = np.arange(40) % 2 == 0
    risk = np.linspace(0.1, 0.9, 40)
    reasons = refused(group_tests(Predictions.of(y, risk), grouped(["x"] * 40)))
    assert all(reason.startswith("not estimable: fewer than two groups") for reason in reasons)
    reasons = refused(group_tests(Predictions.of(y, np.full(40, 0.3)), grouped(half)))
    assert reasons[0] == "not estimable: no group in which a slope exists"
    ends = group_tests(Predictions.of(y, np.where(half, 0.0, risk)), grouped(y))
    assert ends[0].method == "not estimable: 20 risks are exactly 0 or 1, which have no log-odds"
    apart = refused(group_tests(Predictions.of(risk > 0.5, risk), grouped(y)))
    assert apart[1] == "not estimable: fewer than two groups in which a slope exists"
