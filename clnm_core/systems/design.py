"""How does a case become a row of numbers?

A number gives its value and, where training had gaps, a term that says it was missing.
A category gives one term per level but the first, a flag one for yes; both give a term
for unknown where training had gaps. Where training had none, a missing value counts as the
training average, which moves no risk. Everything is learned from the training cases.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.errors import PredictorError

_REFUSED = {
    Role.POST_OUTCOME: "is known only after surgery, so a model that used it would know the answer",
    Role.OUTCOME: "is an outcome, not something known before surgery",
    Role.TRUTH: "is the simulated truth itself",
    Role.IDENTIFIER: "names a case or a patient and says nothing about risk",
    Role.DESIGN: "says how the study was made, not what the patient has",
}


@dataclass(frozen=True, slots=True)
class Term:
    """One number of the row: the value, that it is missing, or that it is one level.

    ``level`` is empty for the value of a number, ``unknown`` for the missing term.
    """

    column: str
    level: str = ""


@dataclass(frozen=True, eq=False, slots=True)
class Design:
    """What was learned from the training cases about how to read a case.

    Parameters
    ----------
    columns : tuple of Column
        Predictors in use, as the cohort declares them.
    terms : tuple of Term
    fill : dict
        Mean of each number, used where it is missing.
    ranges : dict
        Smallest and largest training value of each number.
    seen : dict
        Words that each category or flag had in training, with the share of each among the
        cases that had one; the first word is the reference.
    dropped : tuple of str
        Sentences about predictors that could not be used.
    """

    columns: tuple[Column, ...]
    terms: tuple[Term, ...]
    fill: dict[str, float]
    ranges: dict[str, tuple[float, float]]
    seen: dict[str, dict[str, float]]
    dropped: tuple[str, ...] = ()

    def matrix(self, frame: pd.DataFrame) -> NDArray[np.float64]:
        """The cases as numbers, shape (cases, terms).

        A missing value, and a level that training did not have, counts as unknown where
        there is such a term, else as the training average.
        """
        words = {column.name: words_of(frame, column) for column in self.columns}
        return np.column_stack([self._term(term, words[term.column]) for term in self.terms])

    def _term(self, term: Term, values: NDArray[Any]) -> NDArray[np.float64]:
        if term.column in self.fill:
            missing = np.isnan(values)
            if term.level:
                return missing.astype(float)
            return np.where(missing, self.fill[term.column], values)
        if term.level == "unknown":
            return (~np.isin(values, list(self.seen[term.column]))).astype(float)
        is_level = (values == term.level).astype(float)
        if self.has_unknown_term(term.column):
            return is_level
        known = np.isin(values, list(self.seen[term.column]))
        return np.where(known, is_level, self.seen[term.column][term.level])

    def has_unknown_term(self, name: str) -> bool:
        """Whether the model learned what it means that this predictor is missing."""
        return Term(name, "unknown") in self.terms


def words_of(frame: pd.DataFrame, column: Column) -> NDArray[Any]:
    """One predictor of a frame: floats with NaN for a number, else words with ``""`` for unknown.

    A flag's words are ``yes`` and ``no``.
    """
    values = frame[column.name]
    if column.kind is Kind.NUMBER:
        return values.to_numpy(dtype=float, na_value=np.nan)
    missing = values.isna().to_numpy()
    plain = values.to_numpy(dtype=object)
    if column.kind is Kind.FLAG:
        return np.array(
            [
                "" if gone else "yes" if value else "no"
                for value, gone in zip(plain, missing, strict=True)
            ],
            dtype=object,
        )
    return np.array(
        ["" if gone else str(value) for value, gone in zip(plain, missing, strict=True)],
        dtype=object,
    )


def choose_predictors(registry: Registry, names: Sequence[str] | None = None) -> tuple[Column, ...]:
    """The columns that a model may use: those named (by name or label), or all that are allowed.

    Raises
    ------
    PredictorError
        If a named column is not there, is free text, or is refused for its role.
    """
    if names is None:
        return registry.predictors()
    by_label = {column.label.lower(): column.name for column in registry}
    chosen = []
    for given in names:
        name = given if given in registry else by_label.get(given.lower(), given)
        if name not in registry:
            raise PredictorError(
                f"Predictor {name!r} is not a column of this cohort. "
                f"It has {', '.join(column.name for column in registry.predictors())}."
            )
        column = registry[name]
        if column.role in _REFUSED:
            raise PredictorError(
                f"{column.label} cannot be a predictor: it {_REFUSED[column.role]}. "
                f"Remove {name!r} from the predictors."
            )
        if column.kind is Kind.TEXT:
            raise PredictorError(
                f"{column.label} is free text, which this model does not read. "
                f"Remove {name!r} from the predictors."
            )
        chosen.append(column)
    return tuple(chosen)


def learn_design(frame: pd.DataFrame, predictors: Sequence[Column]) -> Design:
    """Learn levels, means and ranges from training cases.

    Parameters
    ----------
    frame : pandas.DataFrame
        Training cases; has every predictor.
    predictors : sequence of Column

    Raises
    ------
    PredictorError
        If no predictor varies.
    """
    columns: list[Column] = []
    terms: list[Term] = []
    fill: dict[str, float] = {}
    ranges: dict[str, tuple[float, float]] = {}
    seen: dict[str, dict[str, float]] = {}
    dropped: list[str] = []
    for column in predictors:
        values = words_of(frame, column)
        if column.kind is Kind.NUMBER:
            known = values[~np.isnan(values)]
            if len(known) == 0 or known.min() == known.max():
                dropped.append(f"{column.label} has one value or none in training and is left out.")
                continue
            fill[column.name] = float(np.mean(known))
            ranges[column.name] = (float(known.min()), float(known.max()))
            terms.append(Term(column.name))
            if len(known) < len(values):
                terms.append(Term(column.name, "unknown"))
            columns.append(column)
            continue
        words = tuple(word for word in _level_words(column, values) if (values == word).any())
        has_unknown = bool((values == "").any())
        if len(words) + has_unknown < 2:
            dropped.append(f"{column.label} has one value or none in training and is left out.")
            continue
        terms += [Term(column.name, word) for word in words[1:]]
        if has_unknown:
            terms.append(Term(column.name, "unknown"))
        columns.append(column)
        known_cases = max(int((values != "").sum()), 1)
        seen[column.name] = {word: float((values == word).sum()) / known_cases for word in words}
    if not terms:
        raise PredictorError(
            "No predictor varies among the training cases, so there is nothing to learn from. "
            "Choose other predictors or a wider cohort."
        )
    return Design(tuple(columns), tuple(terms), fill, ranges, seen, tuple(dropped))


def one_case(design: Design, values: Mapping[str, Any]) -> pd.DataFrame:
    """A frame of one case for :meth:`Design.matrix`; what is not given is unknown."""
    return pd.DataFrame(
        {
            column.name: pd.Series([values.get(column.name)], dtype=object)
            for column in design.columns
        }
    ).assign(
        **{name: pd.Series([_as_float(values.get(name))], dtype=float) for name in design.fill}
    )


def _as_float(value: Any) -> float:
    return np.nan if value is None else float(value)


def _level_words(column: Column, values: NDArray[Any]) -> list[str]:
    if column.kind is Kind.FLAG:
        return ["no", "yes"]
    declared = [level.value for level in column.levels]
    return declared + sorted(set(values) - set(declared) - {""})
