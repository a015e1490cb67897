"""Is what a model may use chosen from training patients alone, and is every choice explained?"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import mannwhitneyu, spearmanr
from sklearn import config_context
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_score
from sklearn.pipeline import make_pipeline

from clnm_core.errors import FeatureError
from clnm_core.features.selection import FeatureSelector
from clnm_core.features.selection_correlation import copies
from clnm_core.features.selection_lasso import fit_lasso, refit
from clnm_core.features.selection_steps import REPORT_COLUMNS
from clnm_core.features.selection_univariate import rank_test


def noise(n=60, p=40, seed=0, events=25):
    random = np.random.default_rng(seed)
    table = pd.DataFrame(random.normal(size=(n, p)), columns=[f"f{k:04d}" for k in range(p)])
    return table, random.permutation(np.arange(n) < events)


def telling(n=60, p=40, seed=0):
    table, y = noise(n, p, seed)
    table["f0000"] += 2.5 * y
    return table, y


def step_of(selector, name):
    return selector.report_.set_index("feature").at[name, "step"]


def test_each_feature_falls_at_its_step_and_says_why():
    table, y = telling()
    table["f0001"] = np.nan
    table["f0002"] = 7.0
    table.loc[: len(table) // 2, "f0003"] = np.nan
    table["f0004"] = np.exp(table["f0000"])  # the same order
    table["f0005"] = np.where(y, np.inf, 1.0)
    icc = dict.fromkeys(table.columns, 0.95) | {"f0006": 0.79, "f0007": np.nan}
    del icc["f0008"]
    selector = FeatureSelector(icc=icc, resamples=20).fit(table, y)
    steps = selector.report_.set_index("feature")["step"]
    assert steps["f0000"] == "kept"
    assert steps["f0001"] == steps["f0003"] == steps["f0005"] == "missing"
    assert steps["f0002"] == "constant"
    assert steps["f0004"] == "correlation"
    assert steps["f0006"] == steps["f0007"] == steps["f0008"] == "repeatability"
    assert (selector.report_["why"].str.len() > 0).all()
    assert tuple(selector.report_.columns) == REPORT_COLUMNS
    assert set(steps) <= {
        "missing", "constant", "repeatability", "univariate", "correlation", "lasso", "kept",
    }  # fmt: skip
    whys = selector.report_.set_index("feature")["why"]
    assert whys["f0006"] == "ICC 0.79, below 0.8."
    assert whys["f0004"].startswith("Follows f0000 (r = 1.00)")


def test_selecting_before_the_split_leaks_and_selecting_inside_it_does_not():
    """Labels that mean nothing: 0.5 is the truth, whatever a leak says."""
    inside, outside = [], []
    for seed in range(4):
        table, y = noise(60, 400, seed, events=30)
        patients = np.arange(60) // 2
        folds = StratifiedGroupKFold(3, shuffle=True, random_state=seed)
        # Every step on, as in use, but for the subsamples, which cost time and choose fewer.
        selector = FeatureSelector(resamples=0, seed=seed)
        leaked = clone(selector).fit(table, y, patients=patients)
        for into, fixed in ((outside, leaked), (inside, None)):
            risk = np.zeros(len(y))
            for train, test in folds.split(table, y, patients):
                chosen = fixed or clone(selector).fit(
                    table.iloc[train], y[train], patients=patients[train]
                )
                names = list(chosen.get_feature_names_out())
                if not names:
                    continue
                model = LogisticRegression(C=0.1).fit(table.iloc[train][names], y[train])
                risk[test] = model.decision_function(table.iloc[test][names])
            into.append(roc_auc_score(y, risk))
    assert np.mean(outside) > 0.85
    assert 0.35 < np.mean(inside) < 0.65


def test_rows_of_the_test_set_change_nothing():
    table, y = telling()
    train, test = np.arange(40), np.arange(40, 60)
    selector = FeatureSelector(resamples=20).fit(table.iloc[train], y[train])
    changed = table.copy()
    changed.iloc[test] = 1e6
    again = FeatureSelector(resamples=20).fit(changed.iloc[train], y[train])
    pd.testing.assert_frame_equal(selector.report_, again.report_)
    alone = selector.transform(table.iloc[test])
    with_others = selector.transform(pd.concat([table.iloc[test], changed.iloc[test]])).iloc[:20]
    pd.testing.assert_frame_equal(alone, with_others)


def test_a_gap_is_filled_from_training():
    table, y = telling()
    selector = FeatureSelector(resamples=0, least_share=0).fit(table, y)
    hidden = table.assign(f0000=np.inf)
    filled = selector.transform(hidden)["f0000"]
    assert (filled == table["f0000"].median()).all()
    assert np.isfinite(selector.linear_predictor(hidden)).all()


def test_the_score_is_the_linear_predictor_of_a_penalised_logistic_regression():
    table, y = telling(seed=2)
    selector = FeatureSelector(resamples=0, least_share=0).fit(table, y)
    kept = selector.report_[selector.report_["step"].isin(["kept", "lasso"])]["feature"]
    scaled = (table[kept] - table[kept].mean()) / table[kept].std(ddof=0)
    model = LogisticRegression(
        C=1 / (len(y) * selector.lasso_.penalty),
        l1_ratio=1.0,
        solver="saga",
        tol=1e-8,
        max_iter=100_000,
    ).fit(scaled, y)
    assert selector.linear_predictor(table) == pytest.approx(
        model.decision_function(scaled), abs=0.02
    )
    assert roc_auc_score(y, selector.linear_predictor(table)) > 0.9


def test_it_works_in_a_pipeline_with_patients_routed_to_it():
    table, y = telling()
    patients = np.arange(60) // 2
    with config_context(enable_metadata_routing=True):
        pipeline = make_pipeline(
            FeatureSelector(resamples=0, least_share=0).set_fit_request(patients=True),
            LogisticRegression(),
        )
        scores = cross_val_score(
            pipeline,
            table,
            y,
            scoring="roc_auc",
            cv=StratifiedGroupKFold(3).split(table, y, patients),
            params={"patients": patients},
        )
    assert scores.mean() > 0.9
    params = FeatureSelector(alpha=0.1, icc={"a": 1.0}).get_params()
    assert (params["alpha"], params["icc"]) == (0.1, {"a": 1.0})


def test_equal_seeds_choose_equally_whatever_the_global_random_numbers():
    table, y = telling(p=120)
    reports = []
    for state in (1, 2):
        np.random.seed(state)  # noqa: NPY002 (that is the point)
        reports.append(FeatureSelector(resamples=10, seed=4).fit(table, y).report_)
    pd.testing.assert_frame_equal(*reports)


def test_which_of_two_copies_stays_does_not_depend_on_the_order_of_columns():
    table, y = telling()
    table["a_copy"] = table["f0000"]
    for columns in (table.columns, table.columns[::-1]):
        selector = FeatureSelector(resamples=0, least_share=0).fit(table[list(columns)], y)
        assert step_of(selector, "a_copy") == "kept"
        assert step_of(selector, "f0000") == "correlation"


def test_a_table_with_far_more_features_than_patients_is_chosen_from():
    table, y = telling(60, 2000)
    selector = FeatureSelector().fit(table, y)
    assert step_of(selector, "f0000") == "kept"
    assert len(selector.get_feature_names_out()) < 15
    share = selector.report_.set_index("feature")["share"]
    assert share["f0000"] > 0.9


def test_what_the_subsamples_seldom_keep_falls_and_the_rest_is_weighed_again():
    table, y = telling(60, 300)
    loose = FeatureSelector(least_share=0).fit(table, y)
    strict = FeatureSelector(least_share=0.9).fit(table, y)
    assert set(strict.get_feature_names_out()) < set(loose.get_feature_names_out())
    fallen = strict.report_[strict.report_["why"].str.startswith("Kept in")]
    assert (fallen["share"] < 0.9).all()
    assert len(fallen) > 0
    assert np.isfinite(strict.linear_predictor(table)).all()


def test_nothing_left_gives_no_columns_and_the_score_of_the_prevalence():
    table, y = noise()
    selector = FeatureSelector(alpha=0.0).fit(table, y)
    assert selector.transform(table).shape == (60, 0)
    assert set(selector.report_["step"]) == {"univariate"}
    assert selector.linear_predictor(table) == pytest.approx(np.log(25 / 35))
    everything_missing = FeatureSelector().fit(table * np.nan, y)
    assert set(everything_missing.report_["step"]) == {"missing"}


def test_one_class_and_one_patient_are_refused_in_words():
    table, y = telling()
    with pytest.raises(FeatureError, match="all 60 training rows are of one kind"):
        FeatureSelector().fit(table, np.ones(60, dtype=bool))
    with pytest.raises(FeatureError, match="at least two patients with the outcome"):
        FeatureSelector(alpha=1.0).fit(table, y, patients=np.where(y, 0, np.arange(60)))


def test_ten_pictures_of_one_patient_do_not_count_as_ten_patients():
    random = np.random.default_rng(0)
    y = np.repeat(np.arange(8) < 4, 10)
    patients = np.repeat(np.arange(8), 10)
    by_patient = np.repeat(random.normal(size=(8, 200)), 10, axis=0)
    values = by_patient + 0.01 * random.normal(size=by_patient.shape)
    naive = rank_test(values, y, np.arange(80)).p
    aware = rank_test(values, y, patients).p
    assert (naive < 0.05).mean() > 0.4
    assert (aware < 0.05).mean() < 0.2


def test_the_order_of_rows_does_not_matter_for_what_precedes_the_folds():
    table, y = telling()
    turned = np.arange(60)[::-1]
    one = FeatureSelector(resamples=0).fit(table, y).report_
    other = FeatureSelector(resamples=0).fit(table.iloc[turned], y[turned]).report_
    for column in ("p", "q", "auc", "missing"):
        assert one[column].to_numpy() == pytest.approx(other[column].to_numpy(), nan_ok=True)


def test_callers_mistakes_are_said():
    table, y = telling()
    with pytest.raises(ValueError, match="one length"):
        FeatureSelector().fit(table, y[:-1])
    with pytest.raises(ValueError, match="true or false"):
        FeatureSelector().fit(table, np.arange(60))
    with pytest.raises(ValueError, match="there twice"):
        FeatureSelector().fit(table.rename(columns={"f0001": "f0000"}), y)
    for wrong in ({"least_icc": 2}, {"judged_by": "z"}, {"folds": 1}, {"most_r": np.nan}):
        with pytest.raises(ValueError, match=r"must be"):
            FeatureSelector(**wrong).fit(table, y)
    fitted = FeatureSelector(resamples=0).fit(table, y)
    with pytest.raises(FeatureError, match="are not in the table"):
        fitted.transform(table.drop(columns="f0000"))


def test_arrays_have_columns_by_number():
    table, y = telling()
    selector = FeatureSelector(resamples=0, least_share=0).fit(table.to_numpy(), y)
    assert "x0" in selector.get_feature_names_out()


@given(st.integers(0, 10_000), st.booleans())
def test_the_rank_test_is_that_of_scipy(seed, has_ties):
    random = np.random.default_rng(seed)
    n = int(random.integers(4, 40))
    values = random.normal(size=(n, 3))
    if has_ties:
        values = np.round(values)
    values[0, 1] = np.nan
    y = np.arange(n) % 2 == 0
    found = rank_test(values, y, np.arange(n))
    for column in range(3):
        known = np.isfinite(values[:, column])
        side = values[known, column], y[known]
        if np.ptp(side[0]) == 0:
            assert found.p[column] == 1
            continue
        expected = mannwhitneyu(
            side[0][side[1]], side[0][~side[1]], use_continuity=False, method="asymptotic"
        )
        assert found.p[column] == pytest.approx(expected.pvalue, abs=1e-12)
        pairs = side[1].sum() * (~side[1]).sum()
        assert found.auc[column] == pytest.approx(expected.statistic / pairs)


@given(st.integers(0, 10_000))
def test_no_two_kept_features_correlate_above_the_limit_and_each_copy_has_its_original(seed):
    random = np.random.default_rng(seed)
    values = random.normal(size=(25, 3)) @ random.normal(size=(3, 12))
    order = random.permutation(12)
    dropped = copies(values, order, most=0.8)
    kept = [column for column in order if column not in dropped]
    rho = spearmanr(values).statistic
    for place, one in enumerate(kept):
        assert all(abs(rho[one, other]) <= 0.8 + 1e-9 for other in kept[place + 1 :])
    for column, copy in dropped.items():
        assert copy.of in kept
        assert copy.r == pytest.approx(rho[column, copy.of])
        assert list(order).index(copy.of) < list(order).index(column)


def test_the_weights_meet_the_conditions_of_the_lasso():
    """Karush, Kuhn and Tucker: the slope of the likelihood is the penalty wherever there is weight."""
    random = np.random.default_rng(3)
    values = random.normal(size=(200, 15))
    y = values[:, 0] - values[:, 1] + random.normal(size=200) > 0.3
    penalty = 0.05
    weights, intercept = refit(values, y, penalty=penalty, seed=0)
    slope = values.T @ (y - 1 / (1 + np.exp(-(values @ weights + intercept)))) / 200
    assert 2 <= (weights != 0).sum() < 15
    assert slope[weights != 0] == pytest.approx(penalty * np.sign(weights[weights != 0]), abs=2e-4)
    assert (np.abs(slope) <= penalty + 2e-4).all()


def test_the_larger_penalty_of_one_standard_error_keeps_no_more():
    random = np.random.default_rng(5)
    values = random.normal(size=(120, 30))
    y = values[:, 0] + random.normal(size=120) > 0
    settings = {"folds": 5, "resamples": 0, "seed": 0}
    least = fit_lasso(values, y, np.arange(120), rule="min", **settings)
    sparse = fit_lasso(values, y, np.arange(120), rule="1se", **settings)
    assert sparse.penalty > least.penalty
    assert (sparse.weights != 0).sum() < (least.weights != 0).sum()
    assert sparse.weights[0] != 0
    assert np.isnan(sparse.shares).all()
    assert least.deviance.shape == (30, 3)
