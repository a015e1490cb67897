"""What do the words of one column mean as values of a variable, and which mean nothing?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind
from clnm_core.store.ingest.mapping import ColumnRule, OutcomeRule
from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.outcome_words import says_no, says_yes
from clnm_core.store.ingest.units import conversion

_MOST_LEVELS_NAMED = 12


@dataclass(frozen=True, eq=False, slots=True)
class Typed:
    """Values of one column, and why some words are none.

    ``values`` is float for a number, object with None for all else, shape (n,);
    ``problems`` are (position, rule in a sentence).
    """

    values: NDArray[np.float64] | NDArray[np.object_]
    problems: tuple[tuple[int, str], ...]


def typed(words: pd.Series, rule: ColumnRule, *, decimal: str) -> Typed:
    """The values of a column by its rule.

    Words in ``rule.missing`` and empty cells are missing; then ``rule.recode`` applies.
    Bounds are those of the registry, both included, in its unit.

    Parameters
    ----------
    words : pandas.Series of str, shape (n,)
    rule : ColumnRule
    decimal : {".", ","}

    """
    column = rule.column()
    kept = words.mask(words.isin(list(rule.missing))) if rule.missing else words
    if rule.recode:
        kept = kept.replace(dict(rule.recode))
    if column.kind is Kind.NUMBER:
        return _number(kept, rule, column, decimal)
    if column.kind is Kind.FLAG:
        return _flag(kept, column)
    values = kept.to_numpy(dtype=object, copy=True)
    values[kept.isna().to_numpy()] = None
    allowed = rule.levels or tuple(level.value for level in column.levels)
    if column.kind is Kind.TEXT or not allowed:
        return Typed(values, ())
    strange = kept.notna() & ~kept.isin(list(allowed))
    listed = ", ".join(allowed[:_MOST_LEVELS_NAMED])
    more = ", ..." if len(allowed) > _MOST_LEVELS_NAMED else ""
    sentence = f"{column.label} must be one of {listed}{more}."
    return Typed(values, _at(strange.to_numpy(dtype=bool), sentence))


def outcome_values(words: pd.Series, rule: OutcomeRule) -> Typed:
    """True, false or unknown by the words of the rule; any other word is a problem."""
    meaning: dict[str, bool | None] = {
        **dict.fromkeys(rule.true, True),
        **dict.fromkeys(rule.false, False),
        **dict.fromkeys(rule.unknown, None),
    }
    values = np.array([meaning.get(word) for word in words], dtype=object)
    strange = words.notna() & ~words.isin(list(meaning))
    sentence = (
        f"The mapping does not say whether this word means {rule.column().label.lower()}, or that "
        "it is unknown."
    )
    return Typed(values, _at(strange.to_numpy(dtype=bool), sentence))


def _number(words: pd.Series, rule: ColumnRule, column: Column, decimal: str) -> Typed:
    values, refused = numbers(words, decimal=decimal)
    factor = conversion(rule.unit, column.unit, rule.source) if rule.unit else 1.0
    values = values * factor
    problems = list(_at(refused, f"{column.label} must be a number."))
    if column.bounds:
        low, high = column.bounds
        outside = ~np.isnan(values) & ~((values >= low) & (values <= high))
        unit = f" {column.unit}" if column.unit else ""
        in_words = "" if factor == 1 else f" after conversion from {rule.unit}"
        sentence = f"{column.label} must be from {low:g} to {high:g}{unit}{in_words}."
        problems += _at(outside, sentence)
        values = np.where(outside, np.nan, values)
    return Typed(values, tuple(problems))


def _flag(words: pd.Series, column: Column) -> Typed:
    meaning = {word: _yes_or_no(word) for word in words.dropna().unique()}
    values = np.array([meaning.get(word) for word in words], dtype=object)
    strange = words.notna().to_numpy(dtype=bool) & pd.isna(values)
    return Typed(values, _at(strange, f"{column.label} must be yes or no."))


def _yes_or_no(word: str) -> bool | None:
    return True if says_yes(word) else False if says_no(word) else None


def _at(mask: NDArray[np.bool_], sentence: str) -> tuple[tuple[int, str], ...]:
    return tuple((int(position), sentence) for position in np.flatnonzero(mask))
