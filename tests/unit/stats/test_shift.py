"""Two parts of a study that differ, and two that do not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy import stats
from sklearn.linear_model import LogisticRegression
from statsmodels.stats.multitest import multipletests

from clnm_core.domain.columns import Column, Kind
from clnm_core.stats import shift
from clnm_core.stats.shift import shift_table, two_sample

COLUMNS = (
    Column("age", "Age", Kind.NUMBER),
    Column("size", "Size", Kind.NUMBER),
    Column("margin", "Margin", Kind.CATEGORY),
    Column("male", "Male", Kind.FLAG),
    Column("report", "Report", Kind.TEXT),
)


def cohort(n=400, seed=0):
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame(
        {
            "age": rng.normal(45, 12, n),
            "size": rng.gamma(4, 3, n),
            "margin": rng.choice(["smooth", "irregular", None], n, p=[0.5, 0.4, 0.1]),
            "male": pd.Series(rng.random(n) < 0.3).astype(object).where(rng.random(n) > 0.1, None),
            "report": "words",
        }
    )
    return frame, rng.random(n) < 0.4


def test_the_table_is_that_of_textbook_formulas():
    frame, is_second = cohort()
    frame.loc[is_second, "age"] += 8
    table = shift_table(frame, is_second, COLUMNS).set_index("column")
    one, two = frame["age"][~is_second], frame["age"][is_second]
    smd = abs(one.mean() - two.mean()) / np.sqrt((one.var() + two.var()) / 2)
    assert table.loc["age", "smd"] == pytest.approx(smd)
    assert table.loc["age", "p"] == pytest.approx(stats.ttest_ind(one, two, equal_var=False).pvalue)
    known = frame["margin"].notna()
    crossed = pd.crosstab(frame["margin"][known], is_second[known])
    assert table.loc["margin", "p"] == pytest.approx(
        stats.chi2_contingency(crossed, correction=False).pvalue
    )
    assert table.loc["margin", "unknown_second"] == pytest.approx(
        frame["margin"][is_second].isna().mean()
    )
    expected = multipletests(table["p"], method="fdr_bh")[1]
    assert table["p_adjusted"].to_numpy() == pytest.approx(expected)
    assert table.index[0] == "age"
    assert "report" not in table.index


def test_parts_that_differ_are_told_apart_and_the_column_is_named():
    frame, is_second = cohort()
    frame.loc[is_second, "age"] += 12
    found = two_sample(frame, is_second, np.arange(400), COLUMNS)
    assert found.auc.low > 0.6
    assert found.p_greater < 1e-6
    assert found.drivers[0][0] == "Age"
    assert (found.n_first, found.n_second) == ((~is_second).sum(), is_second.sum())


def test_parts_that_differ_in_spread_or_in_what_is_missing_are_told_apart_too():
    frame, is_second = cohort(800)
    frame.loc[is_second, "age"] = 45 + 2.5 * (frame.loc[is_second, "age"] - 45)
    assert two_sample(frame, is_second, np.arange(800), COLUMNS).auc.low > 0.55
    frame, is_second = cohort(800)
    frame.loc[is_second & (np.arange(800) % 2 == 0), "size"] = np.nan
    assert two_sample(frame, is_second, np.arange(800), COLUMNS).auc.low > 0.55


def test_parts_that_are_alike_are_seldom_told_apart():
    p = []
    for seed in range(60):
        frame, is_second = cohort(200, seed)
        p.append(two_sample(frame, is_second, np.arange(200), COLUMNS).p_greater)
    assert np.mean(np.array(p) < 0.01) <= 0.05
    assert np.mean(np.array(p) < 0.5) == pytest.approx(0.4, abs=0.25)


def test_the_ridge_is_that_of_scikit_learn():
    rng = np.random.default_rng(0)
    terms = rng.normal(0, 1, (300, 4))
    target = rng.random(300) < 1 / (1 + np.exp(-terms @ [1.0, -0.5, 0.0, 0.3]))
    ours = shift._ridge(terms, target)  # noqa: SLF001
    theirs = LogisticRegression(C=1.0, tol=1e-10, max_iter=1000).fit(terms, target)
    assert ours == pytest.approx([*theirs.intercept_, *theirs.coef_[0]], abs=1e-4)


def test_a_patient_is_never_in_two_folds_and_those_of_both_parts_take_no_part():
    frame, is_second = cohort(400)
    patient = np.arange(400) // 4
    found = two_sample(frame, is_second, patient, COLUMNS)
    assert found.n_first + found.n_second < 400
    is_second = patient % 2 == 0
    frame["age"] = patient * 1.0
    known = two_sample(frame, is_second, patient, COLUMNS)
    assert known.auc.value < 0.65


@pytest.mark.parametrize(
    ("n", "is_second"),
    [(0, []), (12, [True] * 6 + [False] * 6), (60, [True] * 60), (60, [True] * 5 + [False] * 55)],
)
def test_too_few_patients_say_so(n, is_second):
    frame, _ = cohort(60)
    found = two_sample(frame.iloc[:n], np.array(is_second, dtype=bool), np.arange(n), COLUMNS)
    assert not found.auc.is_estimable
    assert "fewer than 20 patients" in found.auc.method


def test_no_column_to_compare_says_so():
    frame, is_second = cohort()
    found = two_sample(frame, is_second, np.arange(400), COLUMNS[-1:])
    assert "no column" in found.auc.method
    assert shift_table(frame, is_second, COLUMNS[-1:]).empty


def test_columns_without_values_do_not_stop_it():
    frame, is_second = cohort()
    frame["age"], frame["margin"] = np.nan, None
    table = shift_table(frame, is_second, COLUMNS).set_index("column")
    assert np.isnan(table.loc["age", "smd"])
    assert two_sample(frame, is_second, np.arange(400), COLUMNS).auc.is_estimable


def test_of_very_many_patients_a_sample_takes_part(monkeypatch):
    monkeypatch.setattr(shift, "MOST_PATIENTS", 100)
    frame, is_second = cohort()
    found = two_sample(frame, is_second, np.arange(400), COLUMNS)
    assert found.is_sample
    assert found.n_first + found.n_second == 100
