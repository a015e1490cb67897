"""Does every row of a table keep the rules of its mapping?

Nothing is dropped or repaired: a row that breaks a rule becomes an :class:`Issue`, and a table
with issues is not published. Rows that say the same as another one are only reported.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.domain.columns import Column, Registry, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.errors import MappingError
from clnm_core.store.ingest.conversion import outcome_values, typed
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.nodes import NodeOutcomes, node_outcomes
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.row_rules import (
    Duplicate,
    Found,
    Issue,
    check_contradictions,
    check_splits,
    duplicates_in,
)


@dataclass(frozen=True, eq=False, slots=True)
class Checked:
    """A table, checked.

    Parameters
    ----------
    cases : pandas.DataFrame
        One row per row of the table, indexed by its row number: ``case_id`` and
        ``patient_id`` as the hospital writes them (pseudonyms come at publishing), then the
        columns of ``registry``: numbers as float, words as str, both with NaN where missing;
        flags as object with None.
    registry : Registry
        The variables of the cohort, outcomes last.
    outcomes : tuple of OutcomeCount
    duplicates : tuple of Duplicate
    issues : tuple of Issue
        By row, then by column of the file.
    images : pandas.Series of str, or None
        Name of the image file of each row.
    notes : tuple of str

    """

    cases: pd.DataFrame
    registry: Registry
    outcomes: tuple[OutcomeCount, ...]
    duplicates: tuple[Duplicate, ...]
    issues: tuple[Issue, ...]
    images: pd.Series | None = None
    notes: tuple[str, ...] = ()

    @property
    def patients(self) -> int:
        """Number of patients."""
        return int(self.cases["patient_id"].nunique())


def check(table: Table, mapping: Mapping) -> Checked:
    """Check a table against its mapping.

    Raises
    ------
    MappingError
        If the mapping names a column that the table does not have, or uses a column of an
        outcome as predictor.

    """
    _check_sources(table, mapping)
    found = Found(table)
    nodes = node_outcomes(table.frame, mapping.nodes) if mapping.nodes else None
    values: dict[str, Any] = dict(
        zip(("case_id", "patient_id"), _names(found, mapping), strict=True)
    )
    columns: list[Column] = [BUILT_IN["case_id"], BUILT_IN["patient_id"]]
    sources = {}
    for rule in mapping.columns:
        result = typed(table.frame[rule.source], rule, decimal=table.decimal)
        for position, sentence in result.problems:
            found.issue(position, rule.source, sentence)
        values[rule.name] = result.values
        sources[rule.name] = rule.source
        column = rule.column()
        if nodes and rule.source in nodes.sources and column.role is Role.PREDICTOR:
            column = replace(column, role=Role.POST_OUTCOME)
        columns.append(column)
    for outcome in mapping.outcomes:
        result = outcome_values(table.frame[outcome.source], outcome)
        for position, sentence in result.problems:
            if (position, outcome.source) not in found.cells:
                found.issue(position, outcome.source, sentence)
        values[outcome.name] = result.values
        sources[outcome.name] = outcome.source
        columns.append(outcome.column())
    if nodes:
        _add_nodes(nodes, values, columns, found)
    cases = pd.DataFrame(values, index=pd.Index(table.rows, name="row"))
    check_splits(found, cases, sources)
    check_contradictions(found, cases, sources)
    duplicates = duplicates_in(table)
    registry = _ordered(columns)
    ordered = sorted(found.issues, key=lambda one: one[:2])
    return Checked(
        cases=cases,
        registry=registry,
        outcomes=tuple(
            OutcomeCount.of(column.name, cases[column.name])
            for column in registry.with_role(Role.OUTCOME)
        ),
        duplicates=duplicates,
        issues=tuple(issue for _, _, issue in ordered),
        images=table.frame[mapping.image] if mapping.image else None,
        notes=tuple(found.notes),
    )


def _check_sources(table: Table, mapping: Mapping) -> None:
    named = {
        *(rule.source for rule in mapping.columns),
        *(outcome.source for outcome in mapping.outcomes),
        *(name for name in (mapping.patient, mapping.case, mapping.image) if name),
    }
    for source in sorted(named):
        if source not in table.names:
            raise MappingError(
                f"The mapping uses a column {source!r}, which {table.name} does not have. Correct "
                "the mapping, or choose another sheet or header row."
            )
    made_from = {rule.source for rule in mapping.outcomes}
    for rule in mapping.columns:
        if rule.source in made_from and rule.role is Role.PREDICTOR:
            raise MappingError(
                f"Column {rule.source!r} is what an outcome is made from, so it cannot be a "
                'predictor too. Write role = "post_outcome" for it, or skip it.'
            )


def _names(found: Found, mapping: Mapping) -> tuple[pd.Series, pd.Series]:
    """Case and patient of each row, as the hospital writes them."""
    table = found.table
    case = table.frame[mapping.case] if mapping.case else None
    patient = table.frame[mapping.patient] if mapping.patient else None
    for source, words, what in (
        (mapping.case, case, "case"),
        (mapping.patient, patient, "patient"),
    ):
        if words is not None:
            for position in np.flatnonzero(words.isna().to_numpy()):
                found.issue(int(position), source, f"Every row must name its {what}.")
    if case is not None:
        _check_once(found, mapping.case, case)
    named = patient if case is None else case
    if named is None:
        rows = [f"row {row}" for row in table.rows]
        named = pd.Series(rows, index=table.frame.index, dtype="str")
    if patient is None:
        patient = named
    if case is None:
        case = named
        if patient.dropna().duplicated().any():
            number = patient.groupby(patient).cumcount() + 1
            case = patient.str.cat(number.astype("str"), sep="#")
            found.notes.append(
                "Some patients have several rows; each row is taken as one case of theirs."
            )
    return _prefixed(case, mapping.id_prefix), _prefixed(patient, mapping.id_prefix)


def _prefixed(words: pd.Series, prefix: str) -> pd.Series:
    return (prefix + words.astype(object)).where(words.notna(), None)


def _check_once(found: Found, source: str, case: pd.Series) -> None:
    named = case.dropna()
    first = dict(zip(named[::-1], named.index[::-1], strict=True))
    for position in np.flatnonzero((case.duplicated() & case.notna()).to_numpy()):
        row = first[case.iloc[position]]
        found.issue(int(position), source, f"A case must be there once; row {row} has it too.")


def _add_nodes(
    nodes: NodeOutcomes, values: dict[str, Any], columns: list[Column], found: Found
) -> None:
    taken = [column.name for column in nodes.columns if column.name in values]
    if taken:
        raise MappingError(
            f"The name {taken[0]!r} is used for an outcome by neck level and for another column. "
            "Rename or remove one of them."
        )
    for position, source, _ in nodes.strange:
        found.issue(position, source, "A finding in a neck level must be yes, no or empty.")
    for column in nodes.columns:
        values[column.name] = nodes.values[column.name].to_numpy(dtype=object)
        columns.append(column)


def _ordered(columns: list[Column]) -> Registry:
    """Registered variables in the registry's order, then the cohort's own, outcomes last."""
    place = {name: i for i, name in enumerate(BUILT_IN.names)}

    def key(column: Column) -> tuple[int, int]:
        is_outcome = column.role is Role.OUTCOME
        return (is_outcome, place.get(column.name, len(place)))

    return Registry(sorted(columns, key=key))
