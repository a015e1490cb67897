"""What does the picture say that the recorded findings do not?

A score that is chosen for the outcome alone mostly repeats what is recorded anyway: how large the
nodule is, how near the capsule. What a combined model can gain is in the rest. So each step of the
choice is made *given the findings* (priority-Lasso [1]_): features are taken less what the
findings lead one to expect of them, and are asked about what the clinical model leaves unexplained.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import ndtr
from sklearn.linear_model import LassoCV
from sklearn.model_selection import GroupKFold

from clnm_core.errors import ModelError
from clnm_core.features.selection_correlation import copies
from clnm_core.systems.protocol import State
from clnm_core.systems.signature import Signature
from clnm_core.systems.states import joined, part_of

MOST_MISSING = 0.2
"""Share of training cases in which a feature may be missing."""

_RIDGE = 1.0
"""Penalty of what findings lead one to expect, as of the clinical model itself."""

_PENALTIES = 25
_SMALLEST = 0.02
"""Penalties of the LASSO that are tried, down to this share of one that keeps nothing."""

_STEPS = ("missing", "constant", "univariate", "correlation", "lasso", "kept")


@dataclass(frozen=True, eq=False, slots=True)
class Beyond:
    """A score of the picture, less what the findings lead one to expect of it.

    Parameters
    ----------
    signature : Signature
        Of the features; its intercept is 0.
    expected : numpy.ndarray of float64, shape (terms + 1,)
        The signature's score as a line in the standardised terms of the findings, constant first.

    References
    ----------
    .. [1] Klau S, Jurinovic V, Hornung R, Herold T, Boulesteix AL. Priority-Lasso. BMC
       Bioinformatics 2018;19:322. doi:10.1186/s12859-018-2344-6

    """

    signature: Signature
    expected: NDArray[np.float64]

    def score(self, table: pd.DataFrame, terms: NDArray[np.float64]) -> NDArray[np.float64]:
        """Score of each case; 0 where the picture is as the findings lead one to expect.

        Parameters
        ----------
        table : pandas.DataFrame
            Features, one row per case.
        terms : numpy.ndarray of float64, shape (cases, terms)
            The standardised terms of the clinical model.

        """
        told = (terms * self.expected[1:]).sum(axis=1) + self.expected[0]
        return np.asarray(self.signature.score(table) - told, dtype=np.float64)

    def to_state(self) -> State:
        """The score as plain values."""
        return joined(
            {"signature": self.signature.to_state(), "line": State({"w": self.expected}, {})}
        )

    @classmethod
    def from_state(cls, state: State) -> Beyond:
        """The score of a state.

        Raises
        ------
        ModelError
            If the state is not one of a score.

        """
        signature = Signature.from_state(part_of(state, "signature"))
        expected = part_of(state, "line").tensors.get("w")
        if expected is None or expected.ndim != 1 or len(expected) < 1:
            raise ModelError("The saved score is not whole. Train the model again.")
        return cls(signature, np.asarray(expected, dtype=np.float64))


def fit_beyond(
    table: pd.DataFrame,
    terms: NDArray[np.float64],
    risk: NDArray[np.float64],
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    alpha: float,
    most_r: float,
    folds: int = 5,
) -> Beyond:
    """Choose features and weigh them, given the findings.

    1. Dropped: missing in more than :data:`MOST_MISSING` of the cases, or with one value only.
    2. Each feature is taken less its ridge regression on the terms, each case weighted as in the
       logistic model. Dropped: p of Rao's score test of adding it to the clinical model not below
       ``alpha``; a patient's cases count together.
    3. Dropped: rank correlation above ``most_r`` with a feature of smaller p.
    4. LASSO on the working residual of the clinical model (one step of Newton's method towards the
       logistic LASSO with the clinical log-odds as offset); penalty by cross-validation over
       patients.

    Parameters
    ----------
    table : pandas.DataFrame
        Features of training cases.
    terms : numpy.ndarray of float64, shape (cases, terms)
        Standardised terms of the clinical model.
    risk : numpy.ndarray of float64, shape (cases,)
        Its risk, in (0, 1).
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    alpha, most_r : float
        In [0, 1].
    folds : int

    """
    given = table.to_numpy(dtype=np.float64, na_value=np.nan)
    given = np.where(np.isfinite(given), given, np.nan)
    step = np.full(given.shape[1], "", dtype=object)
    gaps = np.isnan(given)
    step[gaps.mean(axis=0) > MOST_MISSING] = "missing"
    left = np.flatnonzero(step == "")
    medians = np.full(given.shape[1], np.nan)
    medians[left] = np.nanmedian(given[:, left], axis=0) if len(left) else []
    whole = np.where(gaps, medians, given)
    spread = np.where(step == "", whole.std(axis=0), 0.0)
    step[(step == "") & ~(spread > 1e-9 * np.abs(medians))] = "constant"
    left = np.flatnonzero(step == "")
    centre = whole[:, left].mean(axis=0)
    scaled = (whole[:, left] - centre) / spread[left]
    weight = np.sqrt(risk * (1 - risk))
    line = _expectation(terms, scaled, weight)
    rest = (scaled - np.column_stack([np.ones(len(terms)), terms]) @ line) * weight[:, None]
    residual = (y_true - risk) / weight
    p = _score_test(rest, residual, patient)
    is_telling = p < alpha
    step[left[~is_telling]] = "univariate"
    order = np.flatnonzero(is_telling)
    order = order[np.lexsort((order, p[order]))]
    follow = (
        np.array(sorted(copies(rest, order, most=most_r)), dtype=np.int64) if len(order) else order
    )
    step[left[follow]] = "correlation"
    open_ = np.flatnonzero(step[left] == "")
    weights = _lasso(rest[:, open_], residual, patient, folds=folds)
    step[left[open_]] = np.where(weights != 0, "kept", "lasso")
    kept = open_[weights != 0]
    places, strength = left[kept], weights[weights != 0]
    known = {name: int((step == name).sum()) for name in _STEPS}
    signature = Signature(
        names=tuple(str(table.columns[place]) for place in places),
        weights=strength,
        centre=centre[kept],
        spread=spread[places],
        medians=medians[places],
        low=whole[:, places].min(axis=0) if len(places) else np.empty(0),
        high=whole[:, places].max(axis=0) if len(places) else np.empty(0),
        intercept=0.0,
        steps=known,
    )
    return Beyond(signature, (line[:, kept] * strength).sum(axis=1))


def _expectation(
    terms: NDArray[np.float64], scaled: NDArray[np.float64], weight: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Weighted ridge regression of each feature on the terms, shape (terms + 1, features)."""
    rows = np.column_stack([np.ones(len(terms)), terms]) * weight[:, None]
    penalty = np.eye(rows.shape[1]) * _RIDGE
    penalty[0, 0] = 0.0
    return np.asarray(np.linalg.solve(rows.T @ rows + penalty, rows.T @ (scaled * weight[:, None])))


def _score_test(
    rest: NDArray[np.float64], residual: NDArray[np.float64], patient: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Two-sided p of each feature, from the sums of its patients' scores; 1 where it has none."""
    score = rest * residual[:, None]
    shares = np.zeros((int(patient.max()) + 1, rest.shape[1]))
    np.add.at(shares, patient, score)
    size = np.sqrt((shares**2).sum(axis=0))
    z = np.divide(score.sum(axis=0), size, out=np.zeros(len(size)), where=size > 0)
    return np.asarray(2 * ndtr(-np.abs(z)), dtype=np.float64)


def _lasso(
    rest: NDArray[np.float64],
    residual: NDArray[np.float64],
    patient: NDArray[np.int64],
    *,
    folds: int,
) -> NDArray[np.float64]:
    """Weights per standard deviation of each feature; none where there is no feature."""
    if not rest.shape[1]:
        return np.empty(0)
    size = np.sqrt((rest**2).mean(axis=0))
    parts = list(GroupKFold(n_splits=folds).split(rest, groups=patient))
    fitted = LassoCV(
        alphas=_PENALTIES, eps=_SMALLEST, cv=parts, fit_intercept=False, tol=1e-3, max_iter=20_000
    ).fit(rest / size, residual)
    return np.asarray(fitted.coef_ / size, dtype=np.float64)
