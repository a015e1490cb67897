"""How do hundreds of features of a picture become one score?

A *signature* is the equation that a :class:`~clnm_core.features.selection.FeatureSelector` leaves:
features that tell the classes apart, no copies, kept by LASSO; its linear predictor is the score.
Whatever is stacked on a score learns from held-out scores, else it would trust a score more than
the score deserves on new patients.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.errors import FeatureError, ModelError
from clnm_core.features.selection import FeatureSelector
from clnm_core.systems.protocol import State
from clnm_core.systems.validation import FOLDS, patient_folds

_ARRAYS = ("weights", "centre", "spread", "medians", "low", "high")


@dataclass(frozen=True, slots=True)
class Rules:
    """How features are chosen; the papers do not state it, so these are the field's.

    Parameters are those of :class:`~clnm_core.features.selection.FeatureSelector`.
    """

    alpha: float = 0.05
    most_r: float = 0.9
    rule: Literal["min", "1se"] = "min"
    least_share: float = 0.5
    resamples: int = 100
    folds: int = 5


@dataclass(frozen=True, eq=False, slots=True)
class Signature:
    """A score as an equation of features, with what training knew of them.

    Parameters
    ----------
    names : tuple of str
        Features in use; empty where nothing was worth keeping, and the score is then the same for
        everybody.
    weights, centre, spread : numpy.ndarray of float64, shape (features,)
        The score is ``intercept + sum(weights * (value - centre) / spread)``.
    medians : numpy.ndarray of float64, shape (features,)
        What a gap is filled with.
    low, high : numpy.ndarray of float64, shape (features,)
        Smallest and largest training value.
    intercept : float
    steps : dict of str to int
        Features by the step at which they fell, and ``kept``.

    """

    names: tuple[str, ...]
    weights: NDArray[np.float64]
    centre: NDArray[np.float64]
    spread: NDArray[np.float64]
    medians: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    intercept: float
    steps: dict[str, int]

    @property
    def is_constant(self) -> bool:
        """Whether no feature was worth keeping."""
        return not self.names

    def score(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """The score of each case, as log-odds.

        Parameters
        ----------
        table : pandas.DataFrame
            One row per case; columns are found by name. A gap counts as the training median.

        Raises
        ------
        FeatureError
            If a feature of the score is not there.

        """
        # Summed feature by feature: a matrix product rounds by how many rows it is given.
        total = np.full(len(table), self.intercept)
        for weight, feature in zip(self.weights, self.standardised(table).T, strict=True):
            total += weight * feature
        return total

    def standardised(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """The features of each case, shape (cases, features), in training deviations.

        A gap counts as the training median; parameters and errors as of :meth:`score`.
        """
        values = self._values(table)
        known = np.where(np.isnan(values), self.medians, values)
        return np.asarray((known - self.centre) / self.spread, dtype=np.float64)

    def unmeasured(self, table: pd.DataFrame) -> NDArray[np.int64]:
        """How many features of the score each case lacks."""
        return np.asarray(np.isnan(self._values(table)).sum(axis=1), dtype=np.int64)

    def beyond(self, table: pd.DataFrame) -> NDArray[np.int64]:
        """How many features of each case are outside the range that training had."""
        values = self._values(table)
        return np.asarray(((values < self.low) | (values > self.high)).sum(axis=1), dtype=np.int64)

    def in_words(self, what: str = "features") -> str:
        """One sentence on what became of the features.

        Parameters
        ----------
        what : str
            Such as ``deep features``.

        """
        total = sum(self.steps.values())
        if self.is_constant:
            return (
                f"None of {total} {what} was worth keeping, so their score is the same for every "
                "case and says nothing."
            )
        fell = ", ".join(
            f"{count} {_FELL[step]}"
            for step, count in self.steps.items()
            if step in _FELL and count
        )
        return f"{len(self.names)} of {total} {what} make the score ({fell or 'none fell'})."

    def to_state(self) -> State:
        """The signature as plain values."""
        return State(
            {name: np.asarray(getattr(self, name), dtype=np.float64) for name in _ARRAYS},
            {"names": list(self.names), "intercept": self.intercept, "steps": dict(self.steps)},
        )

    @classmethod
    def from_state(cls, state: State) -> Signature:
        """The signature of a state.

        Raises
        ------
        ModelError
            If the state is not one of a signature.

        """
        names = state.facts.get("names")
        arrays = [state.tensors.get(name) for name in _ARRAYS]
        if not isinstance(names, list) or any(
            array is None or array.shape != (len(names),) for array in arrays
        ):
            raise ModelError(
                "The saved signature is not whole: its features and its numbers do not match. "
                "Train the model again."
            )
        facts: dict[str, Any] = state.facts
        weights, centre, spread, medians, low, high = (
            np.asarray(array, dtype=np.float64) for array in arrays
        )
        steps = {str(step): int(count) for step, count in facts["steps"].items()}
        intercept = float(facts["intercept"])
        return cls(tuple(names), weights, centre, spread, medians, low, high, intercept, steps)

    def _values(self, table: pd.DataFrame) -> NDArray[np.float64]:
        """The features of the score, shape (cases, features); what is not finite is NaN."""
        lacking = [name for name in self.names if name not in table.columns]
        if lacking:
            raise FeatureError(
                f"{len(lacking)} of the {len(self.names)} features of the score were not measured: "
                "measure the pictures with the settings of training."
            )
        values = table[list(self.names)].to_numpy(dtype=np.float64, na_value=np.nan)
        return np.where(np.isfinite(values), values, np.nan)


_FELL = {
    "missing": "missing too often",
    "constant": "constant",
    "repeatability": "not repeatable",
    "univariate": "tell nothing alone",
    "correlation": "follow another",
    "lasso": "not needed beside the others",
}


def fit_signature(
    table: pd.DataFrame,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    rules: Rules | None = None,
    seed: int = 0,
) -> Signature:
    """Choose features and weigh them, from training cases alone.

    Parameters
    ----------
    table : pandas.DataFrame
        One row per training case, one column per feature.
    y_true : numpy.ndarray of bool, shape (cases,)
    patient : numpy.ndarray of int, shape (cases,)
    rules : Rules, optional
    seed : int

    Raises
    ------
    FeatureError
        If a class has fewer than two patients.

    """
    chosen = rules or Rules()
    selector = FeatureSelector(
        alpha=chosen.alpha,
        most_r=chosen.most_r,
        rule=chosen.rule,
        least_share=chosen.least_share,
        resamples=chosen.resamples,
        folds=chosen.folds,
        seed=seed,
    ).fit(table, y_true, patient)
    parts, intercept = selector.equation()
    kept = selector.transform(table)
    count = selector.report_["step"].value_counts()
    order = [*_FELL, "kept"]
    is_any = len(parts) > 0
    return Signature(
        names=tuple(parts["feature"]),
        weights=parts["weight"].to_numpy(dtype=np.float64),
        centre=parts["centre"].to_numpy(dtype=np.float64),
        spread=parts["spread"].to_numpy(dtype=np.float64),
        medians=parts["median"].to_numpy(dtype=np.float64),
        low=kept.to_numpy().min(axis=0) if is_any else np.empty(0),
        high=kept.to_numpy().max(axis=0) if is_any else np.empty(0),
        intercept=float(intercept),
        steps={step: int(count.get(step, 0)) for step in order},
    )


def held_out_score(
    table: pd.DataFrame,
    y_true: NDArray[np.bool_],
    patient: NDArray[np.int64],
    *,
    rules: Rules | None = None,
    folds: int = FOLDS,
    seed: int = 0,
    between: Callable[[], None] = lambda: None,
) -> NDArray[np.float64]:
    """Score of each training case from a signature that had not seen its patient.

    In each fold everything is done again, the choice of the features included.

    Parameters
    ----------
    table, y_true, patient, rules, seed
        As of :func:`fit_signature`.
    folds : int
    between : callable
        Called before each fold; may raise to stop.

    Returns
    -------
    numpy.ndarray of float64, shape (cases,)

    Raises
    ------
    MissingOutcomeError
        If fewer patients than folds have, or have not, the outcome.

    """
    score = np.empty(len(y_true))
    for fit, held_out in patient_folds(patient, y_true, folds=folds, seed=seed):
        between()
        found = fit_signature(table.iloc[fit], y_true[fit], patient[fit], rules=rules, seed=seed)
        score[held_out] = found.score(table.iloc[held_out])
    return score
