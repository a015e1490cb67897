"""How good is each of several readings of the same cases, and how do these figures move together?

A reading is one column of ratings: one reader without the model, the same reader with it, or
the model itself. Readings of the same cases are right and wrong together, so their figures of
merit are correlated; every comparison of readers needs the covariance of all of them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray
from scipy.stats import rankdata

Merit = Literal["auc", "sensitivity", "specificity"]
"""What is asked of a reading: the area of its ratings, or the rates of its calls."""

Method = Literal["delong", "jackknife"]
"""How covariances over cases are made."""


@dataclass(frozen=True, eq=False, slots=True)
class Merits:
    """One figure of merit of k readings, with their covariance over cases.

    Parameters
    ----------
    values : numpy.ndarray of float, shape (k,)
        In [0, 1]; NaN where the class that the figure needs is empty.
    covariance : numpy.ndarray of float, shape (k, k)
        NaN where there are fewer than two cases (or patients) of a class that it needs.
    method : str
        How the covariance was made, in words.

    """

    values: NDArray[np.float64]
    covariance: NDArray[np.float64]
    method: str


def merits(
    y_true: ArrayLike,
    readings: ArrayLike,
    patient: ArrayLike | None = None,
    *,
    merit: Merit = "auc",
    covariance: Method = "delong",
) -> Merits:
    """The figure of merit of every reading, and their covariance.

    Ties count half in the area. Where patients have several cases, the covariance adds up
    within patients: Obuchowski's form of DeLong's, or a jackknife that leaves out patients.

    Parameters
    ----------
    y_true : array-like of bool, shape (n,)
        Whether the outcome happened.
    readings : array-like of float, shape (n, k)
        Ratings, higher for more suspicion; calls (1 positive, 0 negative) for the two rates.
    patient : array-like, shape (n,), optional
        Whose case each is; by default every case is its own patient.
    merit : {"auc", "sensitivity", "specificity"}
    covariance : {"delong", "jackknife"}

    Raises
    ------
    ValueError
        If the shapes do not fit, a rating is missing, or a call is neither 0 nor 1.

    References
    ----------
    .. [1] DeLong ER, DeLong DM, Clarke-Pearson DL. Biometrics 1988;44:837-845.
       doi:10.2307/2531595
    .. [2] Obuchowski NA. Nonparametric analysis of clustered ROC curve data. Biometrics
       1997;53:567-578. doi:10.2307/2533958

    Examples
    --------
    >>> found = merits([1, 1, 0, 0], [[0.9, 0.2], [0.4, 0.3], [0.6, 0.1], [0.1, 0.0]])
    >>> found.values.tolist()
    [0.75, 1.0]

    """
    truth = np.asarray(y_true, dtype=bool)
    rated = np.asarray(readings, dtype=float)
    if rated.ndim != 2 or len(rated) != len(truth):
        raise ValueError(
            f"readings must have one row per case; got {rated.shape} for {len(truth)} cases."
        )
    if np.isnan(rated).any():
        raise ValueError("readings must be complete: every reading judges every case.")
    if merit != "auc" and not np.isin(rated, (0, 1)).all():
        raise ValueError("readings must be calls, 0 or 1, for sensitivity and specificity.")
    code = np.arange(len(truth)) if patient is None else pd.factorize(np.asarray(patient))[0]
    values, influence = _influence(truth, rated, merit)
    is_clustered = len(np.unique(code)) < len(code)
    words = ", clustered by patient" if is_clustered else ""
    if covariance == "jackknife":
        return Merits(values, _jackknife(truth, rated, code, merit), f"jackknife{words}")
    needed = {"auc": (truth, ~truth), "sensitivity": (truth,), "specificity": (~truth,)}[merit]
    if any(len(np.unique(code[of])) < 2 for of in needed):
        missing = np.full((rated.shape[1], rated.shape[1]), math.nan)
        return Merits(values, missing, f"DeLong{words}")
    return Merits(values, _delong(influence, truth, code, is_clustered), f"DeLong{words}")


def _influence(
    truth: NDArray[np.bool_], rated: NDArray[np.float64], merit: Merit
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Values (k,), and what each case adds to each of them (n, k), summing to zero by class."""
    influence = np.zeros_like(rated)
    events, others = int(truth.sum()), int((~truth).sum())
    if merit != "auc":
        of, right = (truth, rated) if merit == "sensitivity" else (~truth, 1 - rated)
        if not of.any():
            return np.full(rated.shape[1], math.nan), influence
        values = right[of].mean(axis=0)
        influence[of] = (right[of] - values) / of.sum()
        return values, influence
    if not (events and others):
        return np.full(rated.shape[1], math.nan), influence
    # Midranks among all, less those within the class: cases of the other class below each.
    rank = rankdata(rated, axis=0)
    above = (rank[truth] - rankdata(rated[truth], axis=0)) / others
    below = 1 - (rank[~truth] - rankdata(rated[~truth], axis=0)) / events
    values = above.mean(axis=0)
    influence[truth] = (above - values) / events
    influence[~truth] = (below - values) / others
    return values, influence


def _delong(
    influence: NDArray[np.float64],
    truth: NDArray[np.bool_],
    code: NDArray[np.int64],
    is_clustered: bool,
) -> NDArray[np.float64]:
    """Covariance from the cases of each class, or from patients' sums over both."""
    first, second = influence[truth], influence[~truth]
    if is_clustered:
        first, second = _sums(first, code[truth], code), _sums(second, code[~truth], code)
    covariance = first.T @ first * _inflation(code[truth])
    covariance += second.T @ second * _inflation(code[~truth])
    if is_clustered:
        both = first.T @ second
        covariance += (both + both.T) * _inflation(code)
    return covariance


def _sums(
    influence: NDArray[np.float64], code: NDArray[np.int64], everyone: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Sums over the cases of each patient, (patients, k)."""
    sums = np.zeros((int(everyone.max()) + 1, influence.shape[1]))
    np.add.at(sums, code, influence)
    return sums


def _inflation(code: NDArray[np.int64]) -> float:
    """Patients over patients less one; one where a class has a single patient and adds nothing."""
    patients = len(np.unique(code))
    return patients / (patients - 1) if patients > 1 else 1.0


def _jackknife(
    truth: NDArray[np.bool_],
    rated: NDArray[np.float64],
    code: NDArray[np.int64],
    merit: Merit,
) -> NDArray[np.float64]:
    """Covariance of the figures when each patient is left out in turn; NaN where one cannot be."""
    patients = int(code.max(initial=-1)) + 1
    events = np.bincount(code[truth], minlength=patients)
    others = np.bincount(code[~truth], minlength=patients)
    if merit == "auc":
        lost = _pairs_lost(truth, rated, code, patients)
        total = _pairs_won(truth, rated)
        left = ((events.sum() - events) * (others.sum() - others)).astype(float)
    else:
        of, right = (truth, rated) if merit == "sensitivity" else (~truth, 1 - rated)
        lost = np.zeros((patients, rated.shape[1]))
        np.add.at(lost, code[of], right[of])
        total = right[of].sum(axis=0)
        count = events if merit == "sensitivity" else others
        left = (count.sum() - count).astype(float)
    if patients < 2 or (left == 0).any():
        return np.full((rated.shape[1], rated.shape[1]), math.nan)
    without = (total - lost) / left[:, None]
    spread = without - without.mean(axis=0)
    return spread.T @ spread * (patients - 1) / patients


def _pairs_won(truth: NDArray[np.bool_], rated: NDArray[np.float64]) -> NDArray[np.float64]:
    """Pairs of event and non-event in the right order, ties half, of each reading."""
    rank = rankdata(rated, axis=0)
    return (rank[truth] - rankdata(rated[truth], axis=0)).sum(axis=0)


def _pairs_lost(
    truth: NDArray[np.bool_],
    rated: NDArray[np.float64],
    code: NDArray[np.int64],
    patients: int,
) -> NDArray[np.float64]:
    """Right pairs that go when a patient goes, (patients, k); their own pairs go only once."""
    rank = rankdata(rated, axis=0)
    won = np.empty_like(rated)
    won[truth] = rank[truth] - rankdata(rated[truth], axis=0)
    won[~truth] = truth.sum() - (rank[~truth] - rankdata(rated[~truth], axis=0))
    lost = np.zeros((patients, rated.shape[1]))
    np.add.at(lost, code, won)
    event, other = np.flatnonzero(truth), np.flatnonzero(~truth)
    own = pd.DataFrame({"patient": code[event], "event": event}).merge(
        pd.DataFrame({"patient": code[other], "other": other}), on="patient"
    )
    high, low = rated[own["event"]], rated[own["other"]]
    np.subtract.at(lost, own["patient"].to_numpy(), (high > low) + 0.5 * (high == low))
    return lost
