"""What would a model say if one value of this case were different, in sentences?"""

from __future__ import annotations

from clnm_core.domain.columns import Column, Kind
from clnm_core.explain.what_if import WhatIf
from clnm_core.report.wording import DASH, joined, lower_first, mm, percent

CAUTION = (
    "It describes the model, asked again with one value altered and everything else as it is. It "
    "does not say what would happen to the patient."
)
"""What stands under every answer to "what if"."""

OUTLINE_MOVED = (
    "It reads the outlines and no recorded distance. So the outline of the gland is moved in or "
    "out; the picture stays as it is."
)
"""How a model is asked for another distance that it measures itself."""


def value_words(column: Column, value: float | str | bool | None) -> str:
    """One value with its unit; millimetres with one decimal.

    Examples
    --------
    >>> value_words(Column("capsule_distance_mm", "Capsule distance", Kind.NUMBER, unit="mm"), 1.25)
    '1.2 mm'
    >>> value_words(Column("multifocal", "Multifocal", Kind.FLAG), None)
    'unknown'

    """
    if column.kind is not Kind.NUMBER or not isinstance(value, int | float):
        return column.label_of(value)
    if column.unit == "mm":
        return mm(value)
    return f"{value:.4g} {column.unit}".rstrip()


def range_words(column: Column, low: float, high: float) -> str:
    """A range with its unit: "0.3–14.2 mm"."""
    ends = [value_words(column, one) for one in (low, high)]
    return f"{ends[0].removesuffix(column.unit).rstrip()}{DASH}{ends[1]}"


def answer_words(found: WhatIf, place: int, model: str) -> str:
    """What the model says at one of the values, and whether that is the other side.

    Parameters
    ----------
    found : WhatIf
    place : int
        Which of its values.
    model : str
        As a reader knows it.

    """
    label = lower_first(found.column.label)
    risk, own = percent(float(found.risks[place])), percent(found.own_risk)
    if place == found.place:
        return (
            f"{model} gives {own} for the case as it is: {label} "
            f"{value_words(found.column, found.own_value)}."
        )
    is_other = (found.risks[place] >= found.threshold) != (found.own_risk >= found.threshold)
    side = "on the other side of" if is_other else "on the same side of"
    return (
        f"With {label} {value_words(found.column, found.values[place])} {model} would give {risk} "
        f"in place of {own}, {side} its threshold of {percent(found.threshold)}."
    )


def change_words(found: WhatIf) -> str:
    """Between which values the side of the threshold changes, or that it does not."""
    label = lower_first(found.column.label)
    if not found.is_number:
        is_own = found.own_risk >= found.threshold
        other = [
            value_words(found.column, value)
            for value, risk in zip(found.values, found.risks, strict=True)
            if (risk >= found.threshold) != is_own
        ]
        if not other:
            return f"No {label} would take it to the other side of its threshold."
        return f"On the other side of its threshold: {label} {joined(other)}."
    between = [range_words(found.column, low, high) for low, high in found.changes]
    if not between:
        return f"No {label} that was tried takes it to the other side of its threshold."
    return f"The side of its threshold changes between {joined(between)}."


def beyond_words(found: WhatIf, place: int) -> str:
    """That no training case had such a value; empty where some had, or where it is not known."""
    if found.is_seen[place] or found.seen is None:
        return ""
    label, value = found.column.label, found.values[place]
    if value is None:
        return f"{label} was known for every training case: what unknown does is not learned."
    words = value_words(found.column, value)
    if found.is_number:
        reach = range_words(found.column, found.seen.low, found.seen.high)
        return f"{label} {words} is beyond {reach}, where no training case lies."
    return f"No training case had {lower_first(label)} {words}."


def unreached_words(found: WhatIf) -> str:
    """Which distances could not be tried; empty where all could."""
    if not found.unreached:
        return ""
    numbers = [one for one in found.values if isinstance(one, float)]
    return (
        f"Beyond {value_words(found.column, max(numbers))} the moved outline would leave the "
        "picture, so that no distance could be measured."
    )


def reading_words(label: str) -> str:
    """How to read the chart."""
    return (
        f"Each line is the risk that a model gives as {lower_first(label)} changes and nothing "
        "else does. The large dot is the case, the horizontal line the threshold of the model in "
        "bold. Hatched: no training case lies there. Individual conditional expectation: "
        "Goldstein 2015, doi:10.1080/10618600.2014.907095."
    )
