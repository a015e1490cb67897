"""What does a model read, and what of it did training hold?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.systems.card import Input


def inputs_of(
    manifest: Mapping[str, Any], registry: Registry, training: pd.DataFrame
) -> tuple[Input, ...]:
    """The recorded variables that a model reads, as its manifest names them.

    Parameters
    ----------
    manifest : mapping
        ``inputs`` are declarations of columns, or their names; ``ranges`` and ``seen`` what
        training held, where the manifest says so.
    registry : Registry
        Of the cohort, for labels of what is only named.
    training : pandas.DataFrame
        The cases that taught, for what ``ranges`` and ``seen`` do not say.

    """
    ranges, seen = (_mapping(manifest.get(name)) for name in ("ranges", "seen"))
    found = []
    for given in manifest.get("inputs") or ():
        column = _declared(given, registry)
        if column is None:
            found.append(Input(str(given)[:64], str(given)[:64], ""))
            continue
        values = training[column.name] if column.name in training else pd.Series(dtype=float)
        if column.kind is Kind.NUMBER:
            low, high = _range(ranges.get(column.name), values)
            found.append(Input(column.name, column.label, column.unit, low, high))
        else:
            shares = _shares(seen.get(column.name), values, column)
            found.append(Input(column.name, column.label, column.unit, shares=shares))
    return tuple(found)


def _declared(given: object, registry: Registry) -> Column | None:
    if isinstance(given, Mapping):
        try:
            return Column.from_dict(dict(given))
        except (KeyError, TypeError, ValueError):
            return None
    return registry[str(given)] if str(given) in registry else None


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _range(said: object, values: pd.Series) -> tuple[float, float]:
    if isinstance(said, Sequence) and len(said) == 2:
        return float(said[0]), float(said[1])
    numbers = pd.to_numeric(values, errors="coerce").dropna()
    return (float(numbers.min()), float(numbers.max())) if len(numbers) else (math.nan, math.nan)


def _shares(said: object, values: pd.Series, column: Column) -> dict[str, float]:
    """How often each level occurred, by its label; free text has none."""
    if column.kind is Kind.TEXT:
        return {}
    pairs = dict(said) if isinstance(said, Sequence | Mapping) and said else {}
    if not pairs and len(values):
        pairs = values.dropna().value_counts(normalize=True).to_dict()
    return {_level(word, column): float(share) for word, share in pairs.items()}


def _level(word: object, column: Column) -> str:
    if column.kind is Kind.FLAG:
        return "yes" if str(word).casefold() in ("true", "yes") else "no"
    return column.label_of(str(word))
