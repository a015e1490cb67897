"""Which variables does a cohort have, and what may each of them say?

One declaration per variable. From it come the import check, the SQL type, the filter
widget, the English sentence, the data dictionary and the form of the Predict page.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any

from clnm_core.errors import MappingError

_NAME = re.compile(r"[a-z][a-z0-9_]{0,62}")


class Kind(StrEnum):
    """How the values of a column are told apart."""

    NUMBER = "number"  #: measured or counted; stored as DOUBLE
    CATEGORY = "category"  #: one of a list of levels; stored as VARCHAR
    FLAG = "flag"  #: true, false or unknown; stored as BOOLEAN
    TEXT = "text"  #: free words; stored as VARCHAR, never filtered or modelled


class Role(StrEnum):
    """What a column may be used for."""

    IDENTIFIER = "identifier"  #: names a case or a patient; never shown in a link
    DESIGN = "design"  #: how the study was made: centre, split
    PREDICTOR = "predictor"  #: known before surgery
    OUTCOME = "outcome"  #: what is predicted
    POST_OUTCOME = "post_outcome"  #: known only after surgery; refused as predictor
    TRUTH = "truth"  #: the simulated risk of a synthetic case; refused as predictor


@dataclass(frozen=True, slots=True)
class Level:
    """One value that a category may take: the stored word and what a reader sees."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Column:
    """One variable.

    Parameters
    ----------
    name : str
        Snake case; carries the unit where there is one. Public: it appears in links.
    label : str
        What a reader sees, sentence case, without the unit.
    kind : Kind
    role : Role
    unit : str
        As printed behind a number ("mm", "years"); empty where there is none.
    bounds : tuple of float or None
        Smallest and largest possible value, both included. Outside is an import error.
    levels : tuple of Level
        Allowed values of a category, in reading order; empty means open (any word).
    help : str
        One sentence for the data dictionary.

    """

    name: str
    label: str
    kind: Kind
    role: Role = Role.PREDICTOR
    unit: str = ""
    bounds: tuple[float, float] | None = None
    levels: tuple[Level, ...] = ()
    help: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise MappingError(
                f"Column name must be lower-case letters, digits and underscores; got {self.name!r}."
            )

    @property
    def is_filterable(self) -> bool:
        """Whether a cohort can be narrowed by this column."""
        return self.role is not Role.IDENTIFIER and self.kind is not Kind.TEXT

    @property
    def may_predict(self) -> bool:
        """Whether a model may use this column."""
        return self.role is Role.PREDICTOR and self.kind is not Kind.TEXT

    @property
    def title(self) -> str:
        """Label with the unit, for an axis or a table head: ``Age (years)``."""
        return f"{self.label} ({self.unit})" if self.unit else self.label

    def label_of(self, value: object) -> str:
        """What a reader sees for one stored value; ``unknown`` where it is missing."""
        if value is None or value != value:
            return "unknown"
        if self.kind is Kind.FLAG:
            return "yes" if value else "no"
        for level in self.levels:
            if level.value == value:
                return level.label
        return str(value)

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON or TOML; :meth:`from_dict` reads them back."""
        return asdict(self)

    @classmethod
    def from_dict(cls, values: dict[str, Any]) -> Column:
        """The column that :meth:`to_dict` wrote."""
        bounds = values.get("bounds")
        return cls(
            name=values["name"],
            label=values["label"],
            kind=Kind(values["kind"]),
            role=Role(values.get("role", "predictor")),
            unit=values.get("unit", ""),
            bounds=(float(bounds[0]), float(bounds[1])) if bounds else None,
            levels=tuple(Level(**level) for level in values.get("levels", ())),
            help=values.get("help", ""),
        )


class Registry:
    """The columns of a cohort, in reading order, by name.

    Examples
    --------
    >>> registry = Registry([Column("age_years", "Age", Kind.NUMBER, unit="years")])
    >>> registry["age_years"].title
    'Age (years)'
    >>> "shoe_size" in registry
    False

    """

    def __init__(self, columns: Iterable[Column]) -> None:
        self._columns = {column.name: column for column in columns}

    def __getitem__(self, name: str) -> Column:
        try:
            return self._columns[name]
        except KeyError:
            raise KeyError(f"no column {name!r}; there are {', '.join(self._columns)}") from None

    def __contains__(self, name: object) -> bool:
        return name in self._columns

    def __iter__(self) -> Iterator[Column]:
        return iter(self._columns.values())

    def __len__(self) -> int:
        return len(self._columns)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Registry) and list(self) == list(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return f"Registry({', '.join(self._columns)})"

    @property
    def names(self) -> tuple[str, ...]:
        """Column names, in reading order."""
        return tuple(self._columns)

    def with_role(self, role: Role) -> tuple[Column, ...]:
        """The columns of one role, in reading order."""
        return tuple(column for column in self if column.role is role)

    def predictors(self) -> tuple[Column, ...]:
        """The columns that a model may use."""
        return tuple(column for column in self if column.may_predict)

    def filterable(self) -> tuple[Column, ...]:
        """The columns by which a cohort can be narrowed or grouped."""
        return tuple(column for column in self if column.is_filterable)

    def only(self, names: Iterable[str]) -> Registry:
        """The named columns, in this registry's order; names it lacks are left out."""
        wanted = set(names)
        return Registry(column for column in self if column.name in wanted)

    def with_columns(self, columns: Iterable[Column]) -> Registry:
        """This registry and more columns; one of a known name replaces it in place."""
        merged = dict(self._columns)
        merged.update({column.name: column for column in columns})
        return Registry(merged.values())
