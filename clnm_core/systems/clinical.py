"""What is the risk of a case, judged from its recorded variables alone?

The logistic baseline: a ridge-penalised logistic regression on standardised terms. It is
the model that every other one has to beat, and each of its risks can be taken apart
exactly.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import norm
from sklearn.linear_model import LogisticRegression

from clnm_core.domain.columns import Column, Kind
from clnm_core.errors import MissingOutcomeError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.systems.attributing import attributed, contributions_of
from clnm_core.systems.design import Design, Term, learn_design, one_case, words_of
from clnm_core.systems.explanation import Attributions

FEWEST_PER_CLASS = 10
"""Cases with and without the outcome below which nothing is fitted."""

RIDGE_C = 1.0
"""Inverse ridge penalty on standardised terms (scikit-learn's C); not tuned."""


@dataclass(frozen=True, eq=False, slots=True)
class ClinicalModel:
    """A fitted logistic baseline.

    Parameters
    ----------
    design : Design
        How a case is read.
    centre, scale : numpy.ndarray, shape (terms,)
        Mean and standard deviation of each term in training.
    coefficients : numpy.ndarray, shape (terms + 1,)
        Intercept first, then log-odds per standard deviation of each term.
    covariance : numpy.ndarray, shape (terms + 1, terms + 1)
        Inverse of the penalised information matrix.
    outcome : str
        Name of the outcome column.
    """

    design: Design
    centre: NDArray[np.float64]
    scale: NDArray[np.float64]
    coefficients: NDArray[np.float64]
    covariance: NDArray[np.float64]
    outcome: str

    def risk(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """Probability of the outcome for each case, in [0, 1]."""
        return expit(self._rows(frame) @ self.coefficients)

    def case_risk(self, values: Mapping[str, Any], *, level: float = 0.95) -> Estimate:
        """Risk of one case with its interval (Wald on the log-odds).

        The interval speaks of the uncertainty of the coefficients, not of the outcome.
        """
        row = self._rows(one_case(self.design, values))[0]
        log_odds = float(row @ self.coefficients)
        half = float(norm.ppf(0.5 + level / 2) * np.sqrt(row @ self.covariance @ row))
        low, high = expit(log_odds - half), expit(log_odds + half)
        return Estimate(
            float(expit(log_odds)),
            float(low),
            float(high),
            level,
            "Wald on the log-odds, ridge logistic",
        )

    def contributions(self, values: Mapping[str, Any]) -> pd.DataFrame:
        """What each variable adds to the log-odds of one case, against the training mean.

        Returns
        -------
        pandas.DataFrame
            ``column``, ``label``, ``value`` (in words), ``effect``; largest first. With
            the log-odds of the training mean (``baseline`` in ``attrs``) they add up to
            the log-odds of the case: the exact Shapley values of a model without
            interactions (Lundberg 2017, arXiv:1705.07874, section 4.2).
        """
        return contributions_of(
            self.attributions(one_case(self.design, values)),
            [value_in_words(column, values.get(column.name)) for column in self.design.columns],
        )

    def attributions(self, frame: pd.DataFrame) -> Attributions:
        """What each variable adds to the log-odds of each case; see :meth:`contributions`."""
        return attributed(
            self.standardised(frame) * self.coefficients[1:],
            self.design,
            frame,
            baseline=float(self.coefficients[0]),
        )

    def standardised(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """The terms of each case, shape (cases, terms), in training deviations from the mean."""
        return np.asarray((self.design.matrix(frame) - self.centre) / self.scale, dtype=np.float64)

    def slope(self, name: str) -> float:
        """Log-odds per unit of a number; 0 for one that the model does not use."""
        if Term(name) not in self.design.terms:
            return 0.0
        place = self.design.terms.index(Term(name))
        return float(self.coefficients[1 + place] / self.scale[place])

    def doubts(self, values: Mapping[str, Any]) -> tuple[str, ...]:
        """Sentences about what makes this case unlike the training cases.

        Values that are missing although training always had them, numbers outside the
        training range, levels that training never had.
        """
        case = one_case(self.design, values)
        missing, odd = [], []
        for column in self.design.columns:
            value = words_of(case, column)[0]
            is_number = column.kind is Kind.NUMBER
            if np.isnan(value) if is_number else value == "":
                if not self.design.has_unknown_term(column.name):
                    missing.append(column.label)
            elif is_number:
                odd += _beyond(column, value, self.design.ranges[column.name])
            elif value not in self.design.seen[column.name]:
                stand_in = (
                    "unknown"
                    if self.design.has_unknown_term(column.name)
                    else "the training average"
                )
                odd.append(
                    f"{column.label} {value_in_words(column, value)} did not occur among the training "
                    f"cases; it counts as {stand_in}."
                )
        return (*_all_missing(missing), *odd)

    def _rows(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        return np.column_stack([np.ones(len(frame)), self.standardised(frame)])


def fit_clinical(
    frame: pd.DataFrame,
    y_true: NDArray[np.bool_],
    predictors: Sequence[Column],
    *,
    outcome: str,
    ridge_c: float = RIDGE_C,
) -> ClinicalModel:
    """Fit the baseline on training cases.

    Parameters
    ----------
    frame : pandas.DataFrame
        Training cases with every predictor.
    y_true : numpy.ndarray of bool, shape (cases,)
    predictors : sequence of Column
        From :func:`~clnm_core.systems.design.choose_predictors`.
    outcome : str
        Name of the outcome column, kept with the model.
    ridge_c : float
        Inverse ridge penalty, greater than 0.

    Raises
    ------
    MissingOutcomeError
        If fewer than ``FEWEST_PER_CLASS`` cases have, or have not, the outcome.
    PredictorError
        If no predictor varies.
    """
    require_both(y_true, least=FEWEST_PER_CLASS)
    design = learn_design(frame, predictors)
    matrix = design.matrix(frame)
    centre, scale = matrix.mean(axis=0), matrix.std(axis=0)
    scale[scale == 0] = 1.0
    standardised = (matrix - centre) / scale
    fitted = LogisticRegression(C=ridge_c, max_iter=1000, tol=1e-8).fit(standardised, y_true)
    coefficients = np.concatenate([fitted.intercept_, fitted.coef_[0]])
    rows = np.column_stack([np.ones(len(matrix)), standardised])
    risk = expit(rows @ coefficients)
    information = (rows * (risk * (1 - risk))[:, None]).T @ rows
    information[1:, 1:] += np.eye(len(design.terms)) / ridge_c
    return ClinicalModel(design, centre, scale, coefficients, np.linalg.inv(information), outcome)


def require_both(y_true: NDArray[np.bool_], *, least: int, who: str = "A model") -> None:
    """Refuse cases of which too few have, or have not, the outcome.

    Raises
    ------
    MissingOutcomeError
        If so; ``who`` needs more begins the sentence.
    """
    events = int(y_true.sum())
    if min(events, len(y_true) - events) < least:
        raise MissingOutcomeError(
            f"{who} needs at least {least} cases with and {least} without the outcome to learn "
            f"from; here {events} have it and {len(y_true) - events} do not. Choose another "
            "outcome or a larger cohort."
        )


def value_in_words(column: Column, value: Any) -> str:
    """One value with its unit as a reader sees it; ``unknown`` where it is missing."""
    if value is None or value != value or value == "":
        return "unknown"
    if column.kind is Kind.NUMBER:
        return f"{value:g} {column.unit}".rstrip()
    return str(value) if value in ("yes", "no") else column.label_of(value)


def _beyond(column: Column, value: float, bounds: tuple[float, float]) -> list[str]:
    low, high = bounds
    if low <= value <= high:
        return []
    unit = f" {column.unit}" if column.unit else ""
    return [
        f"{column.label} {value:g}{unit} is outside the training range {low:g}–{high:g}{unit}: "
        "the risk is an extrapolation."
    ]


def _all_missing(labels: list[str]) -> list[str]:
    if not labels:
        return []
    verb, pronoun = ("is", "its") if len(labels) == 1 else ("are", "their")
    return [
        f"{', '.join(labels)} {verb} unknown here but always known in training; "
        f"the training average is used in {pronoun} place."
    ]
