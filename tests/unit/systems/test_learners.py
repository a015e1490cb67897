"""Nine learners: each is the library's own, judges rows one by one, and is never unpickled."""

from __future__ import annotations

import lightgbm
import numpy as np
import pytest
import skops.io
import xgboost
from scipy.special import expit, logit
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.linear_model import LinearRegression, LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import Pipeline
from sklearn.preprocessing import FunctionTransformer
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from clnm_core.errors import ModelError
from clnm_core.systems.score_model.keeping import from_files, to_files
from clnm_core.systems.score_model.learners import LEARNERS, LOGISTIC, learner_of, log_odds
from clnm_core.systems.score_model.tuning import tuned
from clnm_core.systems.validation import patient_folds

NAMES = [one.name for one in LEARNERS]
SEED = 3


def drawn(n=90, seed=0):
    random = np.random.default_rng(seed)
    rows = random.normal(size=(n, 5))
    return rows, rows[:, 0] + rows[:, 1] + random.normal(size=n) > 0.8


def fitted(name, settings=None):
    rows, y_true = drawn()
    one = learner_of(name)
    return one.fit(rows, y_true, settings or one.grid[-1], seed=SEED)


def of_library(name):
    """The last settings of each grid, written out for the library."""
    return {
        "logistic-regression": LogisticRegression(C=10.0, max_iter=1000, tol=1e-8),
        "svm": SVC(C=1.0, kernel="rbf"),
        "knn": KNeighborsClassifier(7, algorithm="kd_tree"),
        "decision-tree": DecisionTreeClassifier(
            max_depth=5, min_samples_leaf=5, random_state=SEED
        ),
        "random-forest": RandomForestClassifier(100, min_samples_leaf=2, random_state=SEED),
        "extra-trees": ExtraTreesClassifier(100, min_samples_leaf=2, random_state=SEED),
        "xgboost": xgboost.XGBClassifier(
            n_estimators=50, max_depth=3, learning_rate=0.1, subsample=0.8, tree_method="exact",
            n_jobs=1, random_state=SEED,
        ),
        "lightgbm": lightgbm.LGBMClassifier(
            n_estimators=50, num_leaves=7, learning_rate=0.1, min_child_samples=10, n_jobs=1,
            random_state=SEED, deterministic=True, force_row_wise=True, verbosity=-1,
        ),
        "mlp": MLPClassifier((8,), alpha=0.3, solver="lbfgs", max_iter=200, random_state=SEED),
    }[name]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_a_learner_gives_what_its_library_gives_by_hand(name) -> None:
    rows, y_true = drawn()
    new, _ = drawn(40, seed=1)
    library = of_library(name).fit(rows, y_true.astype(int))
    if name == "svm":
        expected = library.decision_function(new)
    else:
        expected = logit(np.clip(library.predict_proba(new)[:, 1], 0.001, 0.999))
    np.testing.assert_allclose(log_odds(fitted(name), new), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_a_row_is_judged_the_same_whatever_is_beside_it(name) -> None:
    learned, (new, _) = fitted(name), drawn(37, seed=2)
    alone = np.concatenate([log_odds(learned, row[None]) for row in new])
    np.testing.assert_array_equal(log_odds(learned, new), alone)
    assert len(log_odds(learned, new[:0])) == 0


@pytest.mark.parametrize("name", NAMES)
def test_the_same_seed_learns_the_same(name) -> None:
    new, _ = drawn(30, seed=2)
    np.testing.assert_array_equal(log_odds(fitted(name), new), log_odds(fitted(name), new))


@pytest.mark.parametrize("name", [name for name in NAMES if name != LOGISTIC])
def test_a_learner_comes_back_from_its_file_bit_for_bit(name) -> None:
    learned, (new, _) = fitted(name), drawn(30, seed=2)
    files = to_files(name, learned)
    assert len(files) == 1
    back = from_files(name, files)
    np.testing.assert_array_equal(log_odds(back, new), log_odds(learned, new))


def test_logistic_regression_needs_no_file() -> None:
    assert to_files(LOGISTIC, fitted(LOGISTIC)) == {}


def test_a_file_with_a_type_that_is_not_on_our_list_is_refused() -> None:
    sly = skops.io.dumps(Pipeline([("x", FunctionTransformer(func=print))]))
    with pytest.raises(ModelError, match="holds something that no such learner has"):
        from_files("svm", {"svm.skops": sly})
    trees = skops.io.dumps(fitted("random-forest"))
    with pytest.raises(ModelError, match="holds something that no such learner has"):
        from_files("svm", {"svm.skops": trees})


def test_a_file_of_another_learner_is_refused() -> None:
    harmless = skops.io.dumps(LinearRegression().fit(*drawn()))
    with pytest.raises(ModelError, match="of another kind"):
        from_files("svm", {"svm.skops": harmless})


@pytest.mark.parametrize("name", [name for name in NAMES if name != LOGISTIC])
def test_a_missing_or_broken_file_is_refused_in_a_sentence(name, capfd) -> None:
    (file,) = to_files(name, fitted(name))
    with pytest.raises(ModelError, match="is missing"):
        from_files(name, {})
    with pytest.raises(ModelError, match="cannot be read"):
        from_files(name, {file: b"not a model"})


def test_fewer_rows_than_neighbours_are_all_neighbours() -> None:
    rows, y_true = drawn(12)
    learned = learner_of("knn").fit(rows, y_true, {"neighbours": 25}, seed=0)
    np.testing.assert_allclose(expit(log_odds(learned, rows)), y_true.mean())


def test_tuning_takes_the_settings_with_the_best_auc_over_patient_folds() -> None:
    rows, y_true = drawn()
    patient = np.arange(len(rows)) // 2
    one = learner_of("svm")
    expected = [
        np.mean([
            roc_auc_score(y_true[out], log_odds(one.fit(rows[fit], y_true[fit], each, seed=0), rows[out]))
            for fit, out in patient_folds(patient, y_true, seed=0)
        ])
        for each in one.grid
    ]  # fmt: skip
    found = tuned(one, rows, y_true, patient, seed=0, between=lambda: None)
    np.testing.assert_allclose(found.aucs, expected)
    assert found.settings == one.grid[int(np.argmax(expected))]
    assert len(set(found.aucs)) > 1


def test_an_unknown_learner_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="learner must be one of"):
        learner_of("oracle")
