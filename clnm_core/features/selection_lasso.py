"""Which features does a penalised logistic regression keep, and how steadily?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from clnm_core.errors import FeatureError

Rule = Literal["min", "1se"]

STEPS = 30
"""Penalties that are tried, from one that keeps nothing down to a hundredth of it."""

_FREE = 100.0
"""The solver penalises the intercept like a weight; on this scale its price is a hundredth."""


@dataclass(frozen=True, eq=False, slots=True)
class Lasso:
    """A fit at the chosen penalty.

    Parameters
    ----------
    weights : numpy.ndarray of float64, shape (n_features,)
        Change of the log-odds per unit; exactly 0 where a feature is not kept.
    intercept : float
    penalty : float
        On the mean log-likelihood (glmnet's lambda).
    deviance : numpy.ndarray of float64, shape (STEPS, 3)
        Penalty, held-out mean deviance and its standard error over folds, largest penalty first.
    shares : numpy.ndarray of float64, shape (n_features,)
        In what share of subsamples each feature is kept; NaN where none were drawn.

    """

    weights: NDArray[np.float64]
    intercept: float
    penalty: float
    deviance: NDArray[np.float64]
    shares: NDArray[np.float64]


def fit_lasso(
    values: NDArray[np.float64],
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    rule: Rule,
    folds: int,
    resamples: int,
    seed: int,
) -> Lasso:
    """Logistic regression with an L1 penalty, chosen by cross-validation over patients.

    Parameters
    ----------
    values : numpy.ndarray of float64, shape (n_rows, n_features)
        On one scale (standardised); finite.
    y_true : numpy.ndarray of bool, shape (n_rows,)
    patient : numpy.ndarray of int, shape (n_rows,)
        All rows of a patient are in the same fold and the same subsample.
    rule : {"min", "1se"}
        The penalty with the least held-out deviance, or the largest one within a standard error.
    folds : int
        At least 2; fewer where a class has fewer patients.
    resamples : int
        Subsamples of half the patients with the outcome and half of those without, in which the
        fit is repeated at the chosen penalty. 0 draws none.
    seed : int

    Raises
    ------
    FeatureError
        If a class has fewer than two patients.

    References
    ----------
    .. [1] Tibshirani R. J R Stat Soc B 1996;58:267-288. doi:10.1111/j.2517-6161.1996.tb02080.x
    .. [2] Meinshausen N, Buehlmann P. Stability selection. J R Stat Soc B 2010;72:417-473.
       doi:10.1111/j.1467-9868.2010.00740.x

    """
    rng = np.random.default_rng(seed)
    part = _folds(y_true, patient, folds, rng)
    penalties = _penalties(values, y_true)
    deviance = np.array(
        [
            [_held_out(values, y_true, part == fold, penalty, seed) for penalty in penalties]
            for fold in range(part.max() + 1)
        ]
    )
    mean = deviance.mean(axis=0)
    error = deviance.std(axis=0, ddof=1) / np.sqrt(len(deviance))
    best = int(mean.argmin())
    if rule == "1se":
        best = int(np.flatnonzero(mean <= mean[best] + error[best])[0])
    weights, intercept = refit(values, y_true, penalty=penalties[best], seed=seed)
    chosen = [
        refit(values[rows], y_true[rows], penalty=penalties[best], seed=seed)[0] != 0
        for rows in (_half(y_true, patient, rng) for _ in range(resamples))
    ]
    shares = np.mean(chosen, axis=0) if chosen else np.full(values.shape[1], np.nan)
    curve = np.column_stack([penalties, mean, error])
    return Lasso(weights, intercept, float(penalties[best]), curve, shares)


def refit(
    values: NDArray[np.float64], y_true: NDArray[np.bool_], *, penalty: float, seed: int
) -> tuple[NDArray[np.float64], float]:
    """Weights and intercept at one penalty."""
    fitted = LogisticRegression(
        C=1 / (penalty * len(y_true)),
        l1_ratio=1.0,
        solver="liblinear",
        intercept_scaling=_FREE,
        tol=1e-5,
        max_iter=10_000,
        random_state=seed,
    ).fit(values, y_true)
    return fitted.coef_[0], float(fitted.intercept_[0])


def _penalties(values: NDArray[np.float64], y_true: NDArray[np.bool_]) -> NDArray[np.float64]:
    """From the smallest penalty at which every weight is 0, evenly down in its logarithm."""
    slope = np.abs(values.T @ (y_true - y_true.mean())).max() / len(y_true)
    return max(float(slope), 1e-12) * np.logspace(0, -2, STEPS)


def _held_out(
    values: NDArray[np.float64],
    y_true: NDArray[np.bool_],
    is_held: NDArray[np.bool_],
    penalty: float,
    seed: int,
) -> float:
    weights, intercept = refit(values[~is_held], y_true[~is_held], penalty=penalty, seed=seed)
    risk = np.clip(expit(values[is_held] @ weights + intercept), 1e-12, 1 - 1e-12)
    return float(-2 * np.log(np.where(y_true[is_held], risk, 1 - risk)).mean())


def _folds(
    y_true: NDArray[np.bool_], patient: NDArray[np.int64], folds: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """The fold of each row; patients with the outcome, and those without, are dealt out evenly."""
    has, without = (np.unique(patient[side]) for side in (y_true, ~y_true))
    count = min(folds, len(has), len(without))
    if count < 2:
        raise FeatureError(
            "Selecting features needs at least two patients with the outcome and two without; "
            f"got {len(has)} and {len(without)}."
        )
    dealt = np.concatenate(
        [rng.permutation(has), rng.permutation(np.setdiff1d(np.unique(patient), has))]
    )
    fold = np.empty(int(patient.max()) + 1, dtype=np.int64)
    fold[dealt] = np.arange(len(dealt)) % count
    part = fold[patient]
    if any(len(np.unique(y_true[part != one])) < 2 for one in range(count)):
        raise FeatureError(
            "The patients cannot be divided so that every part has cases with the outcome and "
            "cases without. Add patients of the rarer kind."
        )
    return part


def _half(
    y_true: NDArray[np.bool_], patient: NDArray[np.int64], rng: np.random.Generator
) -> NDArray[np.int64]:
    """Rows of half the patients with the outcome and half of those without, both rounded up."""
    has = np.unique(patient[y_true])
    rest = np.setdiff1d(np.unique(patient), has)
    drawn = [rng.permutation(some)[: (len(some) + 1) // 2] for some in (has, rest)]
    rows = np.flatnonzero(np.isin(patient, np.concatenate(drawn)))
    return rows if len(np.unique(y_true[rows])) == 2 else np.arange(len(y_true))
