"""How do the pictures of a case become a radiomics score and a deep score?

The paper says that features were selected, not how. With 40 events, choosing a handful by LASSO
was found to be the weak link on simulated cohorts: which features it takes, and how much it
shrinks them, differs from fold to fold, so that held-out scores of different folds cannot be
compared and what is stacked on them learns that they are worth nothing. A *ridge* with a fixed
penalty keeps every feature that is no copy and shrinks all alike, so that folds agree
(docs/decisions/0020). Radiomics are those of the picture itself: filtered copies of it (wavelet,
Laplacian of Gaussian) multiply the features sevenfold and mostly say the same again.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from sklearn.linear_model import LogisticRegression

from clnm_core.domain.columns import Column, Kind
from clnm_core.features.choice import Recipe, of_the_picture_itself, recipe_of
from clnm_core.features.selection_correlation import copies
from clnm_core.features.selection_univariate import rank_test
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import with_fit_pictures
from clnm_core.systems.protocol import Inputs
from clnm_core.systems.signature import Signature
from clnm_core.systems.validation import FOLDS, patient_folds

KINDS = ("radiomics", "deep")

PICTURES = Inputs((), views=("any",), modality="US", structures=("lesion",))
"""What a case must have for its scores."""

COLUMNS = {
    "radiomics": Column("radiomics_score", "Radiomics score", Kind.NUMBER),
    "deep": Column("deep_score", "Deep score", Kind.NUMBER),
}

REPEATS = 3
"""Times that the patients are divided anew for held-out scores, which are then averaged: one
division of 40 events leaves a score to chance."""

_MOST_MISSING = 0.2


def recipes(config: Mapping[str, Any]) -> dict[str, Recipe]:
    """How the pictures are measured: all radiomics as the store has them, and one backbone."""
    return {
        "radiomics": recipe_of("radiomics"),
        "deep": recipe_of("deep", backbone=config["backbone"], checkpoint=config["checkpoint"]),
    }


def measured(
    cases: Cases, recipes: Mapping[str, Recipe], images: tuple[str, ...]
) -> dict[str, pd.DataFrame]:
    """Features of each kind, one row per case.

    Parameters
    ----------
    cases : Cases
    recipes : mapping
        From :func:`recipes`, by kind.
    images : tuple of str
        Which radiomics count, by the first part of their names (``original``).

    Raises
    ------
    UnfitCaseError
        If a case has no picture that can be measured.

    """
    readable = with_fit_pictures(cases, PICTURES)
    enough = {}
    if images == ("original",) and "radiomics" in recipes:
        enough["radiomics"] = of_the_picture_itself(recipes["radiomics"])
    found = {
        kind: readable.features(recipe, enough=enough.get(kind)) for kind, recipe in recipes.items()
    }
    if "radiomics" in found:
        table = found["radiomics"]
        found["radiomics"] = table[[name for name in table.columns if name.split("_")[0] in images]]
    return found


def fit_score(
    table: pd.DataFrame,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    most_r: float,
    ridge_c: float,
) -> Signature:
    """Ridge logistic regression on standardised features of which none is a copy of another.

    Of features that follow each other more closely than ``most_r`` (rank correlation) the one
    with the smallest p of the rank-sum test stays. Gaps count as the median of training; a
    feature missing in more than a fifth of the cases, or with one value, is left out.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per training case, one column per feature.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    most_r : float
        In (0, 1].
    ridge_c : float
        Inverse penalty per standard deviation (scikit-learn's C).

    References
    ----------
    .. [1] Hoerl AE, Kennard RW. Technometrics 1970;12:55-67. doi:10.1080/00401706.1970.10488634
    .. [2] le Cessie S, van Houwelingen JC. Ridge estimators in logistic regression. Appl Stat
       1992;41:191-201. doi:10.2307/2347628

    """
    values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    values = np.where(np.isfinite(values), values, np.nan)
    is_gap = np.isnan(values)
    is_missing = is_gap.mean(axis=0) > _MOST_MISSING
    low = np.where(is_gap, np.inf, values).min(axis=0)
    high = np.where(is_gap, -np.inf, values).max(axis=0)
    varies = ~is_missing & (low < high)
    left = np.flatnonzero(varies)
    medians = np.nanmedian(values[:, left], axis=0) if len(left) else np.empty(0)
    whole = np.where(is_gap[:, left], medians, values[:, left])
    p = rank_test(values[:, left], y_true, patient).p if len(left) else np.empty(0)
    names = np.asarray([str(name) for name in table.columns[left]], dtype=object)
    order = np.lexsort((names.astype(str), p)) if len(left) else np.empty(0, dtype=np.int64)
    fallen = copies(whole, order, most=most_r) if len(left) else {}
    kept = np.array([place not in fallen for place in range(len(left))], dtype=bool)
    used = whole[:, kept]
    centre, spread = used.mean(axis=0), used.std(axis=0)
    spread = np.where(spread > 0, spread, 1.0)
    weights, intercept = np.empty(0), float(np.log(y_true.mean() / (1 - y_true.mean())))
    if kept.any():
        fitted = LogisticRegression(C=ridge_c, max_iter=2000, tol=1e-6).fit(
            (used - centre) / spread, y_true
        )
        weights, intercept = fitted.coef_[0], float(fitted.intercept_[0])
    return Signature(
        names=tuple(names[kept]),
        weights=weights,
        centre=centre,
        spread=spread,
        medians=medians[kept],
        low=used.min(axis=0),
        high=used.max(axis=0),
        intercept=intercept,
        steps={
            "missing": int(is_missing.sum()),
            "constant": int((~is_missing & ~varies).sum()),
            "correlation": len(fallen),
            "kept": int(kept.sum()),
        },
    )


def held_out_scores(
    table: pd.DataFrame,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    most_r: float,
    ridge_c: float,
    seed: int,
    between: Callable[[], None],
) -> NDArray[np.float64]:
    """Score of each training case from fits that had not seen its patient.

    Parameters
    ----------
    table, y_true, patient, most_r, ridge_c
        As of :func:`fit_score`.
    seed : int
        Of the first division of the patients; the others follow it.
    between : callable
        Called before each fit; may raise to stop.

    Returns
    -------
    numpy.ndarray of float64, shape (cases,)
        Mean of :data:`REPEATS` divisions.

    """
    total = np.zeros(len(y_true))
    for turn in range(REPEATS):
        for fit, held_out in patient_folds(patient, y_true, folds=FOLDS, seed=seed + turn):
            between()
            found = fit_score(
                table.iloc[fit], y_true[fit], patient[fit], most_r=most_r, ridge_c=ridge_c
            )
            total[held_out] += found.score(table.iloc[held_out])
    return total / REPEATS
