"""Do two parts of a study hold the same kind of patients?

Column by column (standardised differences with tests), and all columns at once: a classifier
that is asked to tell the parts apart. If it cannot, the parts are alike as far as these columns
show; its AUC has an interval, 0.5 is chance.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit, ndtr

from clnm_core.domain.columns import Column, Kind
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.differences import category_smd, category_test, mean_test, number_smd
from clnm_core.stats.discrimination import auc, auc_variance
from clnm_core.stats.distribution import coded
from clnm_core.stats.multiplicity import benjamini_hochberg
from clnm_core.stats.uncertainty import Estimate, not_estimable

FOLDS = 5
FEWEST = 20
"""Patients that each part needs for the classifier."""

MOST_PATIENTS = 20_000
"""The classifier learns from at most this many patients, drawn at random."""

TOLD_APART_FROM = 0.6
"""AUC from which two parts are told apart in a way that matters."""

_RIDGE = 1.0
_MOST_LEVELS = 20
_NEWTON_STEPS = 12


@dataclass(frozen=True, eq=False, slots=True)
class TwoSample:
    """What a classifier makes of two parts.

    Parameters
    ----------
    auc : Estimate
        Out of fold; 0.5 where the parts cannot be told apart.
    p_greater : float
        One-sided, that the AUC is 0.5 or less; NaN where there is none.
    n_first, n_second : int
        Cases that took part.
    is_sample : bool
        Whether only some of the patients took part.
    drivers : tuple of (str, float)
        Labels of columns with their absolute SMD, the largest first.

    """

    auc: Estimate
    p_greater: float
    n_first: int
    n_second: int
    is_sample: bool
    drivers: tuple[tuple[str, float], ...]


def shift_table(
    frame: pd.DataFrame, is_second: NDArray[np.bool_], columns: Sequence[Column]
) -> pd.DataFrame:
    """Each column compared between two parts.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, columns)
    is_second : numpy.ndarray of bool, shape (n,)
        Which part each case is in.
    columns : sequence of Column
        Numbers, categories and flags; free text is passed over.

    Returns
    -------
    pandas.DataFrame
        By falling SMD:

        ``column``, ``label``
        ``n_first``, ``n_second``               cases with a value
        ``unknown_first``, ``unknown_second``   shares without one, in [0, 1]
        ``smd``         absolute standardised mean difference of the known values
        ``p``, ``test`` Welch's t, chi-squared or Fisher's exact
        ``p_adjusted``  Benjamini-Hochberg over the columns

    References
    ----------
    .. [1] Austin PC. Balance diagnostics for comparing the distribution of baseline
       covariates. Stat Med 2009;28:3083-3107. doi:10.1002/sim.3697

    """
    rows = [
        _compared(frame[column.name], column, is_second)
        for column in columns
        if column.name in frame and column.kind is not Kind.TEXT
    ]
    names = ["column", "label", "n_first", "n_second", "unknown_first", "unknown_second"]
    table = pd.DataFrame(rows, columns=[*names, "smd", "p", "test"])
    table["p_adjusted"] = benjamini_hochberg(table["p"].to_numpy(dtype=float))
    return table.sort_values("smd", ascending=False, kind="stable", ignore_index=True)


def two_sample(
    frame: pd.DataFrame,
    is_second: NDArray[np.bool_],
    patient: NDArray[np.int64],
    columns: Sequence[Column],
    *,
    seed: int = 0,
    level: float = 0.95,
) -> TwoSample:
    """How well a classifier tells two parts apart.

    A ridge logistic regression on standardised numbers and their squares, on levels and on
    what is missing, in five folds of patients; patients with cases in both parts are left
    out of the test, which they would make pointless.

    Parameters
    ----------
    frame : pandas.DataFrame, shape (n, columns)
    is_second : numpy.ndarray of bool, shape (n,)
    patient : numpy.ndarray of int, shape (n,)
        Code of the patient of each case.
    columns : sequence of Column
    seed : int
        Of the folds, and of the patients drawn where there are more than ``MOST_PATIENTS``.
    level : float
        Confidence of the interval.

    References
    ----------
    .. [1] Lopez-Paz D, Oquab M. Revisiting classifier two-sample tests. ICLR 2017.
       arXiv:1610.06545

    """
    used = [c for c in columns if c.name in frame and c.kind is not Kind.TEXT]
    rows, is_sample = _patients_of_one_part(is_second, patient, seed)
    target, who = is_second[rows], patient[rows]
    sizes = [len(np.unique(who[target == part])) for part in (False, True)]
    counts = (int((~target).sum()), int(target.sum()))
    if min(sizes) < FEWEST or not used:
        reason = f"fewer than {FEWEST} patients in one part" if used else "no column to compare"
        nothing = not_estimable(reason, level=level)
        return TwoSample(nothing, math.nan, *counts, is_sample, ())
    terms = _terms(frame.iloc[rows], used)
    score = _out_of_fold(terms, target, who, seed)
    judged = Predictions.of(target, expit(score), who)
    area, error = auc(judged, level=level), math.sqrt(auc_variance(judged))
    p = float(ndtr((0.5 - area.value) / error)) if error > 0 else math.nan
    table = shift_table(frame.iloc[rows], target, used)
    drivers = tuple(zip(table["label"], table["smd"].astype(float), strict=True))
    return TwoSample(area, p, *counts, is_sample, drivers)


def _compared(
    values: pd.Series, column: Column, is_second: NDArray[np.bool_]
) -> tuple[str | float, ...]:
    sizes = np.bincount(is_second, minlength=2)
    if column.kind is Kind.NUMBER:
        numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=math.nan)
        known = np.isfinite(numbers)
        samples = [numbers[known & (is_second == part)] for part in (False, True)]
        smd, test = number_smd(samples), mean_test(samples)
        counts = [len(sample) for sample in samples]
    else:
        codes, levels = coded(values, column)
        cube = np.stack(
            [
                np.bincount(codes[(codes >= 0) & (is_second == part)], minlength=len(levels))
                for part in (False, True)
            ]
        )
        smd, test = category_smd(cube), category_test(cube)
        counts = [int(row.sum()) for row in cube]
    unknown = [
        1 - count / size if size else math.nan for count, size in zip(counts, sizes, strict=True)
    ]
    return column.name, column.label, *counts, *unknown, smd, test.p, test.name


def _patients_of_one_part(
    is_second: NDArray[np.bool_], patient: NDArray[np.int64], seed: int
) -> tuple[NDArray[np.intp], bool]:
    """Rows of patients who are in one part only, of at most ``MOST_PATIENTS`` of them."""
    second = np.bincount(patient, weights=is_second)
    cases = np.bincount(patient)
    eligible = np.flatnonzero((cases > 0) & ((second == 0) | (second == cases)))
    is_sample = len(eligible) > MOST_PATIENTS
    if is_sample:
        eligible = np.random.default_rng(seed).choice(eligible, MOST_PATIENTS, replace=False)
    is_in = np.zeros(len(cases), dtype=bool)
    is_in[eligible] = True
    return np.flatnonzero(is_in[patient]), is_sample


def _terms(frame: pd.DataFrame, columns: Sequence[Column]) -> NDArray[np.float64]:
    """Numbers, their squares, levels and missing values, standardised; constants are left out."""
    parts: list[NDArray[np.float64]] = []
    for column in columns:
        values = frame[column.name]
        if column.kind is Kind.NUMBER:
            numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=math.nan)
            gone = np.isnan(numbers)
            middle = numbers[~gone].mean() if not gone.all() else 0.0
            spread = numbers[~gone].std() if not gone.all() else 1.0
            centred = np.where(gone, 0.0, numbers - middle) / (spread or 1.0)
            parts += [centred, np.minimum(centred**2, 25.0), gone.astype(float)]
        else:
            codes, levels = coded(values, column)
            common = np.argsort(-np.bincount(codes[codes >= 0], minlength=len(levels)))
            parts += [(codes == code).astype(float) for code in common[:_MOST_LEVELS]]
            parts.append((codes < 0).astype(float))
    terms = np.column_stack(parts)
    spread = terms.std(axis=0)
    varies = spread > 1e-9
    return (terms[:, varies] - terms[:, varies].mean(axis=0)) / spread[varies]


def _out_of_fold(
    terms: NDArray[np.float64], target: NDArray[np.bool_], patient: NDArray[np.int64], seed: int
) -> NDArray[np.float64]:
    """Log-odds of the second part for every case, from a fit without its patient."""
    _, codes = np.unique(patient, return_inverse=True)
    is_second = np.bincount(codes, weights=target) > 0
    rng, fold_of = np.random.default_rng([seed, 1]), np.empty(len(is_second), dtype=np.int64)
    for part in (False, True):
        members = rng.permutation(np.flatnonzero(is_second == part))
        fold_of[members] = np.arange(len(members)) % FOLDS
    fold = fold_of[codes]
    score = np.empty(len(target))
    for held_out in range(FOLDS):
        is_out = fold == held_out
        score[is_out] = _with_one(terms[is_out]) @ _ridge(terms[~is_out], target[~is_out])
    return score


def _ridge(terms: NDArray[np.float64], target: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Coefficients of a ridge-penalised logistic regression by Newton steps, intercept first."""
    rows = _with_one(terms)
    penalty: NDArray[Any] = np.full(rows.shape[1], _RIDGE)
    penalty[0] = 1e-8
    beta = np.zeros(rows.shape[1])
    for _ in range(_NEWTON_STEPS):
        risk = expit(rows @ beta)
        weight = np.maximum(risk * (1 - risk), 1e-6)
        information = (rows * weight[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(information, rows.T @ (target - risk) - penalty * beta)
        beta = beta + step
        if np.abs(step).max() < 1e-6:
            break
    return beta


def _with_one(terms: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.column_stack([np.ones(len(terms)), terms])
