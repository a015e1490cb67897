"""Which patients? One value that says itself in English, in SQL and in the URL.

English is here (:meth:`CohortQuery.describe`), the URL too (:meth:`CohortQuery.to_params`);
the SQL is in :mod:`clnm_core.store.selection`, the only place that knows the tables.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from clnm_core.domain.columns import Kind, Registry
from clnm_core.errors import LinkError

UNKNOWN = "unknown"
"""The word that stands for a missing value among the chosen levels of a column."""


@dataclass(frozen=True, slots=True)
class Between:
    """A number from ``low`` to ``high``, both included; missing values are left out."""

    column: str
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of the stored values; ``UNKNOWN`` among them keeps cases where it is missing.

    A flag uses the words ``yes`` and ``no``.
    """

    column: str
    values: tuple[str, ...]


Criterion = Between | OneOf


@dataclass(frozen=True, slots=True)
class CohortQuery:
    """Which cases of which cohort, judged on which outcome.

    ``split`` is empty for all splits. Criteria hold together (and); their order carries
    no meaning, and two queries with the same criteria are equal.
    """

    cohort: str
    outcome: str
    split: str = ""
    criteria: tuple[Criterion, ...] = ()

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.criteria, key=lambda criterion: criterion.column))
        if len({criterion.column for criterion in ordered}) < len(ordered):
            raise ValueError("criteria must name each column once.")
        if any(criterion.column == "split" for criterion in ordered):
            raise ValueError("criteria must not name the split; use the split of the query.")
        object.__setattr__(self, "criteria", ordered)

    def keeping(self, criterion: Criterion) -> CohortQuery:
        """This query, narrowed by one more criterion; one on the same column is replaced."""
        others = tuple(c for c in self.criteria if c.column != criterion.column)
        return replace(self, criteria=(*others, criterion))

    def judged_on(self, outcome: str) -> CohortQuery:
        """The same cases, with another outcome."""
        return replace(self, outcome=outcome)

    def everyone(self) -> CohortQuery:
        """The same cohort and outcome without split and criteria."""
        return replace(self, split="", criteria=())

    def describe(self, registry: Registry) -> str:
        """The criteria in English; ``all cases`` where there are none.

        Examples
        --------
        >>> from clnm_core.domain.dictionary import BUILT_IN
        >>> query = CohortQuery("demo", "lateral", "external",
        ...                     (Between("age_years", 30, 40), OneOf("sex", ("female",))))
        >>> query.describe(BUILT_IN)
        'split external, age 30–40 years, sex female'

        """
        parts = [f"split {registry['split'].label_of(self.split)}"] if self.split else []
        parts += [_sentence(criterion, registry) for criterion in self.criteria]
        return ", ".join(parts) or "all cases"

    def to_params(self) -> dict[str, list[str]]:
        """The query as URL parameters, each a list; :meth:`from_params` reads them back."""
        params = {"cohort": [self.cohort], "outcome": [self.outcome]}
        if self.split:
            params["split"] = [self.split]
        if self.criteria:
            params["filters"] = [criterion.column for criterion in self.criteria]
        for criterion in self.criteria:
            if isinstance(criterion, Between):
                params[criterion.column] = [repr(float(criterion.low)), repr(float(criterion.high))]
            else:
                params[criterion.column] = list(criterion.values)
        return params

    @classmethod
    def from_params(cls, params: Mapping[str, Sequence[str]], registry: Registry) -> CohortQuery:
        """The query that a link asks for.

        Raises
        ------
        LinkError
            If the cohort or outcome is missing, or a filter does not fit its column.

        """
        cohort, outcome = (_single(params, key) for key in ("cohort", "outcome"))
        if not cohort or not outcome:
            raise LinkError(
                "The link names no cohort or no outcome. Open the start page and choose them there."
            )
        criteria = tuple(
            _criterion(name, params.get(name, ()), registry) for name in params.get("filters", ())
        )
        return cls(cohort, outcome, _single(params, "split"), criteria)


def _single(params: Mapping[str, Sequence[str]], key: str) -> str:
    values = params.get(key, ())
    return values[0] if len(values) == 1 else ""


def _criterion(name: str, values: Sequence[str], registry: Registry) -> Criterion:
    if name == "split" or name not in registry or not registry[name].is_filterable:
        raise LinkError(
            f"The link filters by {name!r}, which this cohort does not have. Remove that filter."
        )
    column = registry[name]
    if column.kind is not Kind.NUMBER:
        allowed = _allowed(name, registry)
        if not values or (allowed and not set(values) <= allowed):
            raise LinkError(
                f"The link's filter on {column.label.lower()} names a value that it cannot take."
            )
        return OneOf(name, tuple(values))
    try:
        low, high = (float(value) for value in values)
    except ValueError:
        raise LinkError(
            f"The link's filter on {column.label.lower()} must be two numbers."
        ) from None
    if not (math.isfinite(low) and math.isfinite(high) and low <= high):
        raise LinkError(
            f"The link's filter on {column.label.lower()} must run from a lower to a higher number."
        )
    return Between(name, low, high)


def _allowed(name: str, registry: Registry) -> set[str]:
    """Words that a filter on this column may use; empty where the column takes any."""
    column = registry[name]
    if column.kind is Kind.FLAG:
        return {"yes", "no", UNKNOWN}
    return {level.value for level in column.levels} | {UNKNOWN} if column.levels else set()


def _sentence(criterion: Criterion, registry: Registry) -> str:
    column = registry[criterion.column]
    label = column.label if column.label.isupper() else column.label[0].lower() + column.label[1:]
    if isinstance(criterion, Between):
        unit = f" {column.unit}" if column.unit else ""
        return f"{label} {criterion.low:g}–{criterion.high:g}{unit}"
    words = [
        value if value in ("yes", "no", UNKNOWN) else column.label_of(value)
        for value in criterion.values
    ]
    return f"{label} {' or '.join(words)}"
