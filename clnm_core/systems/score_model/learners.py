"""Which nine ways to learn are tried, with which settings, and what do they give for a row?

The paper names logistic regression and "eight machine-learning algorithms" without saying which;
these are the eight that the field uses. Every row holds the same numbers, each with mean 0 and
standard deviation 1 in training. No class gets a larger weight: with one the risks would be too
high by design, and the threshold is there to answer a rare outcome (van den Goorbergh 2022,
doi:10.1093/jamia/ocac093).
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import lightgbm
import numpy as np
import xgboost
from numpy.typing import NDArray
from scipy.special import logit
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.exceptions import ConvergenceWarning
from sklearn.linear_model import LogisticRegression
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

Settings = Mapping[str, Any]
Learned = Any
"""What a library calls a fitted model."""

LOGISTIC = "logistic-regression"

_CLOSEST = 0.001
"""A share of trees or of neighbours is taken to be at least this far from 0 and from 1."""


@dataclass(frozen=True, slots=True)
class Learner:
    """One way to learn.

    Parameters
    ----------
    name, label : str
        As a setting and as a reader names it.
    grid : tuple of dict
        Settings that are tried: of equally good ones the first is taken. It is the most cautious
        one, and for logistic regression the penalty of the clinical baseline.
    made : callable
        Takes settings, the number of rows and a seed; gives what the library fits.

    """

    name: str
    label: str
    grid: tuple[dict[str, Any], ...]
    made: Callable[[Settings, int, int], Any]

    def fit(
        self, rows: NDArray[np.float64], y_true: NDArray[np.bool_], settings: Settings, *, seed: int
    ) -> Learned:
        """Learn from standardised rows, shape (cases, terms), with one of the settings."""
        with warnings.catch_warnings():
            # A network that is stopped early on purpose has not converged.
            warnings.simplefilter("ignore", ConvergenceWarning)
            made = self.made(settings, len(rows), seed).fit(rows, y_true.astype(np.int64))
        if isinstance(made, xgboost.XGBClassifier):
            return made.get_booster()
        return made.booster_ if isinstance(made, lightgbm.LGBMClassifier) else made


def log_odds(learned: Learned, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    """Log-odds that a fitted model gives each row, before calibration.

    The distance from the boundary of an SVM counts as log-odds; calibration, which fits a line to
    it, then is Platt's. Rows are judged so that none depends on those beside it.

    Parameters
    ----------
    learned
        From :meth:`Learner.fit`, or read back from a file.
    rows : numpy.ndarray of float64, shape (cases, terms)

    """
    if not len(rows):
        return np.empty(0)
    if isinstance(learned, SVC):
        return np.asarray(learned.decision_function(rows), dtype=np.float64)
    if isinstance(learned, LogisticRegression):
        return np.asarray((rows * learned.coef_[0]).sum(axis=1) + learned.intercept_[0])
    return np.asarray(logit(np.clip(_share(learned, rows), _CLOSEST, 1 - _CLOSEST)))


def _share(learned: Learned, rows: NDArray[np.float64]) -> NDArray[np.float64]:
    if isinstance(learned, xgboost.Booster):
        learned.set_param({"nthread": 1})
        return np.asarray(learned.inplace_predict(rows), dtype=np.float64)
    if isinstance(learned, lightgbm.Booster):
        return np.asarray(learned.predict(rows, num_threads=1), dtype=np.float64)
    if isinstance(learned, MLPClassifier):
        # One by one: a matrix product rounds by how many rows it is given.
        return np.array([learned.predict_proba(row[None])[0, 1] for row in rows])
    return np.asarray(learned.predict_proba(rows)[:, 1], dtype=np.float64)


def _logistic(settings: Settings, rows: int, seed: int) -> Any:
    return LogisticRegression(C=settings["C"], max_iter=1000, tol=1e-8)


def _svm(settings: Settings, rows: int, seed: int) -> Any:
    return SVC(C=settings["C"], kernel=settings["kernel"], gamma="scale")


def _knn(settings: Settings, rows: int, seed: int) -> Any:
    return KNeighborsClassifier(min(settings["neighbours"], rows), algorithm="kd_tree", n_jobs=1)


def _tree(settings: Settings, rows: int, seed: int) -> Any:
    return DecisionTreeClassifier(
        max_depth=settings["depth"], min_samples_leaf=settings["leaf"], random_state=seed
    )


def _forest(settings: Settings, rows: int, seed: int) -> Any:
    return RandomForestClassifier(
        _TREES, min_samples_leaf=settings["leaf"], n_jobs=1, random_state=seed
    )


def _extra_trees(settings: Settings, rows: int, seed: int) -> Any:
    return ExtraTreesClassifier(
        _TREES, min_samples_leaf=settings["leaf"], n_jobs=1, random_state=seed
    )


def _xgboost(settings: Settings, rows: int, seed: int) -> Any:
    return xgboost.XGBClassifier(
        n_estimators=settings["rounds"],
        max_depth=settings["depth"],
        learning_rate=0.1,
        subsample=0.8,
        tree_method="exact",
        n_jobs=1,
        random_state=seed,
        verbosity=0,
    )


def _lightgbm(settings: Settings, rows: int, seed: int) -> Any:
    return lightgbm.LGBMClassifier(
        n_estimators=settings["rounds"],
        num_leaves=settings["leaves"],
        learning_rate=0.1,
        min_child_samples=10,
        n_jobs=1,
        random_state=seed,
        deterministic=True,
        force_row_wise=True,
        verbosity=-1,
    )


def _mlp(settings: Settings, rows: int, seed: int) -> Any:
    return MLPClassifier(
        (settings["units"],),
        alpha=settings["decay"],
        solver="lbfgs",
        max_iter=200,
        random_state=seed,
    )


_TREES = 100

LEARNERS = (
    Learner(LOGISTIC, "Logistic regression", ({"C": 1.0}, {"C": 0.1}, {"C": 10.0}), _logistic),
    Learner(
        "svm",
        "Support vector machine",
        (
            {"kernel": "linear", "C": 0.01},
            {"kernel": "linear", "C": 0.1},
            {"kernel": "rbf", "C": 0.1},
            {"kernel": "rbf", "C": 1.0},
        ),
        _svm,
    ),
    Learner(
        "knn",
        "K nearest neighbours",
        ({"neighbours": 25}, {"neighbours": 15}, {"neighbours": 7}),
        _knn,
    ),
    Learner(
        "decision-tree",
        "Decision tree",
        ({"depth": 2, "leaf": 10}, {"depth": 3, "leaf": 10}, {"depth": 5, "leaf": 5}),
        _tree,
    ),
    Learner("random-forest", "Random forest", ({"leaf": 10}, {"leaf": 5}, {"leaf": 2}), _forest),
    Learner("extra-trees", "Extra trees", ({"leaf": 10}, {"leaf": 5}, {"leaf": 2}), _extra_trees),
    Learner(
        "xgboost",
        "XGBoost",
        ({"rounds": 30, "depth": 1}, {"rounds": 100, "depth": 1}, {"rounds": 50, "depth": 3}),
        _xgboost,
    ),
    Learner(
        "lightgbm",
        "LightGBM",
        ({"rounds": 30, "leaves": 2}, {"rounds": 100, "leaves": 2}, {"rounds": 50, "leaves": 7}),
        _lightgbm,
    ),
    Learner(
        "mlp",
        "Multilayer perceptron",
        ({"units": 8, "decay": 3.0}, {"units": 8, "decay": 10.0}, {"units": 8, "decay": 0.3}),
        _mlp,
    ),
)


def learner_of(name: str) -> Learner:
    """One of the nine by its name.

    Raises
    ------
    ValueError
        If there is none of that name.

    """
    for one in LEARNERS:
        if one.name == name:
            return one
    raise ValueError(
        f"learner must be one of {', '.join(one.name for one in LEARNERS)}; got {name!r}."
    )
