"""What do the columns of a table mean in the registry?

A :class:`Mapping` is a value: proposed by :mod:`~clnm_core.store.ingest.proposal`, corrected
by the reader, kept as TOML (:mod:`~clnm_core.store.ingest.mapping_text`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from clnm_core.domain.columns import Column, Kind, Level, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import MappingError
from clnm_core.store.ingest.units import conversion

RESERVED = frozenset({"case_id", "patient_id", "risk", "y_true", "any", "central", "lateral"})
"""Names that a column of a table may not take: identifiers, outcomes, words of an audit."""


@dataclass(frozen=True, slots=True)
class ColumnRule:
    """How one column of the table becomes one variable.

    Parameters
    ----------
    source : str
        Column of the table.
    name : str
        Variable: one of the registry, or the cohort's own.
    label : str
        What a reader sees; of a registered variable the registry's label holds.
    kind : Kind
    role : Role
        predictor, design, post_outcome or truth.
    unit : str
        Unit in which the table writes. A registered variable is converted to its own unit
        (cm to mm), another one to ``stored_unit`` where that is given.
    stored_unit : str
        Unit in which the cohort's own number is kept; empty for ``unit``.
    levels : tuple of str
        Allowed words of a category after ``recode``, in reading order; empty allows any.
    missing : tuple of str
        Words that say that the value is missing; all others are kept, ``NA`` too.
    recode : tuple of (str, str)
        Word in the table, word to keep; for a flag ``yes`` or ``no``.

    """

    source: str
    name: str
    label: str = ""
    kind: Kind = Kind.CATEGORY
    role: Role = Role.PREDICTOR
    unit: str = ""
    stored_unit: str = ""
    levels: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    recode: tuple[tuple[str, str], ...] = ()

    @property
    def is_registered(self) -> bool:
        """Whether the product knows this variable."""
        return self.name in BUILT_IN

    def column(self) -> Column:
        """The variable as the cohort's registry declares it."""
        if self.is_registered:
            known = BUILT_IN[self.name]
            is_stricter = self.role is Role.POST_OUTCOME and known.role is Role.PREDICTOR
            return replace(known, role=Role.POST_OUTCOME) if is_stricter else known
        return Column(
            self.name,
            self.label or self.source,
            self.kind,
            self.role,
            unit=self.stored_unit or self.unit,
            levels=tuple(Level(word, word) for word in self.levels),
            help=f"From the column {self.source!r} of the imported table.",
        )


@dataclass(frozen=True, slots=True)
class OutcomeRule:
    """Which words of a column say that an outcome happened, did not, or is not known.

    Every word of the column must be in one of the three; an empty cell is unknown.
    """

    name: str
    source: str
    true: tuple[str, ...]
    false: tuple[str, ...]
    unknown: tuple[str, ...] = ()
    label: str = ""

    def column(self) -> Column:
        """The outcome as the cohort's registry declares it."""
        if self.name in BUILT_IN:
            return BUILT_IN[self.name]
        label = self.label or f"{self.name[0].upper()}{self.name[1:].replace('_', ' ')}"
        return Column(
            self.name,
            label,
            Kind.FLAG,
            Role.OUTCOME,
            help=f"From the column {self.source!r} of the imported table.",
        )


@dataclass(frozen=True, slots=True)
class NodeRule:
    """How findings by neck level become outcomes; see :mod:`~clnm_core.store.ingest.nodes`.

    Parameters
    ----------
    modality : str
        First header row of the findings that count, such as ``pathology``; or
        ``max-likelihood``, which weighs all of ``modalities``.
    modalities : tuple of (str, float, float)
        Name, sensitivity and specificity of each modality of the table.
    needs : tuple of str
        Levels (``ipsi_ii``) that must be known before ``any`` is false.

    """

    modality: str
    modalities: tuple[tuple[str, float, float], ...] = ()
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mapping:
    """What a table means.

    Parameters
    ----------
    cohort : str
        Name of the cohort: lower-case letters, digits, hyphens.
    title, description : str
    sheet, header, header_rows, block
        How the table was read; see :func:`~clnm_core.store.ingest.reading.read_table`.
    patient, case, image : str
        Column that names the patient, the case, the image file; empty where there is none.
        Without patient and case, one row is one patient.
    id_prefix : str
        Put in front of every identifier, where two centres count from 1.
    columns : tuple of ColumnRule
    outcomes : tuple of OutcomeRule
    nodes : NodeRule or None
    skip : tuple of str
        Columns of the table that are left out, by the reader's decision.

    Raises
    ------
    MappingError
        If a name is used twice or may not be used, or a unit cannot be converted.

    """

    cohort: str
    title: str = ""
    description: str = ""
    sheet: str = ""
    header: int = 0
    header_rows: int = 0
    block: int = 0
    patient: str = ""
    case: str = ""
    image: str = ""
    id_prefix: str = ""
    columns: tuple[ColumnRule, ...] = ()
    outcomes: tuple[OutcomeRule, ...] = ()
    nodes: NodeRule | None = None
    skip: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.columns] + [rule.name for rule in self.outcomes]
        _once(names, "name")
        for rule in self.columns:
            _check_column(rule)
        for outcome in self.outcomes:
            _check_outcome(outcome)

    @property
    def reading(self) -> dict[str, Any]:
        """Keyword arguments for :func:`~clnm_core.store.ingest.reading.read_table`."""
        return {
            "sheet": self.sheet or None,
            "header": self.header or None,
            "header_rows": self.header_rows or None,
            "block": self.block or None,
        }

    def to_toml(self) -> str:
        """The mapping as TOML with a line of explanation where one helps."""
        from clnm_core.store.ingest.mapping_text import written

        return written(self)

    @classmethod
    def from_toml(cls, text: str) -> Mapping:
        """The mapping that a TOML text says.

        Raises
        ------
        MappingError
            If the text is not TOML, or has a key, kind or role that does not exist.

        """
        from clnm_core.store.ingest.mapping_text import parsed

        return parsed(text)


def _once(words: Iterable[str], what: str) -> None:
    for word, count in Counter(words).items():
        if count > 1:
            raise MappingError(
                f"The mapping uses the {what} {word!r} {count} times. Give each its own."
            )


def _check_column(rule: ColumnRule) -> None:
    if rule.name in RESERVED:
        raise MappingError(
            f"Column {rule.source!r} may not be called {rule.name!r}, which has a meaning of its "
            "own. Choose another name, or make it an [[outcome]]."
        )
    if rule.role in (Role.OUTCOME, Role.IDENTIFIER):
        raise MappingError(
            f"Column {rule.source!r} has the role {rule.role.value!r}. Outcomes belong under "
            "[[outcome]], identifiers under patient and case."
        )
    _once([word for word, _ in rule.recode], f"word (in recode of {rule.source!r})")
    column = rule.column()
    if column.kind is not rule.kind:
        raise MappingError(
            f"{rule.name} is a {column.kind.value}; the mapping says {rule.kind.value} for column "
            f"{rule.source!r}. Write kind = {column.kind.value!r}, or choose another name."
        )
    if rule.unit and column.kind is Kind.NUMBER:
        conversion(rule.unit, column.unit, rule.source)
    if rule.is_registered and rule.levels:
        known = {level.value for level in column.levels}
        odd = [word for word in rule.levels if known and word not in known]
        if odd:
            raise MappingError(
                f"{rule.name} cannot be {odd[0]!r}; it is {', '.join(sorted(known))}. Use recode."
            )


def _check_outcome(rule: OutcomeRule) -> None:
    column = rule.column()
    if column.role is not Role.OUTCOME or column.kind is not Kind.FLAG:
        raise MappingError(
            f"{rule.name} is not an outcome but {column.label.lower()}. Choose another name."
        )
    if not rule.true and not rule.false:
        raise MappingError(f"Outcome {rule.name} says neither what is true nor what is false.")
    _once((*rule.true, *rule.false, *rule.unknown), f"word (in outcome {rule.name})")
