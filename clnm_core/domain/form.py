"""Is what somebody filled in for one case a value that the column can take?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from typing import Any

from clnm_core.domain.columns import Column, Kind
from clnm_core.errors import FormError

_YES = {"yes", "true", "1"}
_NO = {"no", "false", "0"}


def read_form(values: Mapping[str, Any], columns: Iterable[Column]) -> dict[str, Any]:
    """The values of one case, each checked against its column; empty ones are unknown.

    Parameters
    ----------
    values : mapping
        By column name. Text is read as a number, a level or yes/no as the column asks.
    columns : iterable of Column
        The columns that the form has.

    Returns
    -------
    dict
        float, str or bool by column name; ``None`` where unknown. Every column is there.

    Raises
    ------
    FormError
        If a name is not in the form or a value does not fit its column.
    """
    fields = {column.name: column for column in columns}
    strangers = sorted(set(values) - set(fields))
    if strangers:
        raise FormError(
            f"The form has no field {_short(strangers[0])}. Its fields are {', '.join(fields)}."
        )
    return {name: read_value(values.get(name), column) for name, column in fields.items()}


def read_value(raw: Any, column: Column) -> float | str | bool | None:
    """One value as the column wants it; ``None`` where it is empty or ``unknown``.

    Examples
    --------
    >>> read_value("yes", Column("multifocal", "Multifocal", Kind.FLAG))
    True
    """
    if raw is None or (isinstance(raw, float) and math.isnan(raw)):
        return None
    word = str(raw).strip()
    if word.lower() in ("", "unknown"):
        return None
    if column.kind is Kind.NUMBER:
        return _read_number(word, column)
    if column.kind is Kind.FLAG:
        if word.lower() in _YES:
            return True
        if word.lower() in _NO:
            return False
        raise FormError(f"{column.label} must be yes, no or unknown; got {_short(word)}.")
    if column.kind is Kind.CATEGORY and column.levels:
        for level in column.levels:
            if word.lower() in (level.value.lower(), level.label.lower()):
                return level.value
        allowed = ", ".join(level.label for level in column.levels)
        raise FormError(f"{column.label} must be one of {allowed}; got {_short(word)}.")
    return word


def _read_number(word: str, column: Column) -> float:
    try:
        number = float(word)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise FormError(f"{column.title} must be a number; got {_short(word)}.")
    if column.bounds and not column.bounds[0] <= number <= column.bounds[1]:
        low, high = column.bounds
        raise FormError(
            f"{column.title} must lie between {low:g} and {high:g}; got {number:g}. Check the unit."
        )
    return number


def _short(word: str) -> str:
    return repr(word if len(word) <= 40 else f"{word[:40]}…")
