"""How is a mapping shown as two small tables that a reader can correct, and read back?

What the tables do not show (levels, recoding, words for missing) is kept from the mapping
that they were made from; the TOML text says it all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from clnm_core.domain.columns import Kind, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import MappingError
from clnm_core.store.ingest.mapping import ColumnRule, Mapping, OutcomeRule
from clnm_core.store.ingest.reading import Table

VARIABLE, PATIENT, CASE, IMAGE, LEFT_OUT = (
    "variable",
    "patient identifier",
    "case identifier",
    "image file",
    "leave out",
)
USES = (VARIABLE, PATIENT, CASE, IMAGE, LEFT_OUT)
"""What a column of the table may be used for."""

ROLES = {
    "known before surgery": Role.PREDICTOR,
    "known only after surgery": Role.POST_OUTCOME,
    "study design": Role.DESIGN,
    "simulated truth": Role.TRUTH,
}
"""Roles in a reader's words."""

KINDS = {
    "number": Kind.NUMBER,
    "category": Kind.CATEGORY,
    "yes or no": Kind.FLAG,
    "text": Kind.TEXT,
}
"""Kinds in a reader's words."""

_BETWEEN = " | "
_EXAMPLES = 3


def column_table(table: Table, mapping: Mapping) -> pd.DataFrame:
    """One row per column of the table.

    Returns
    -------
    pandas.DataFrame
        ``Column``, ``Examples``, ``Use as`` (one of :data:`USES`), ``When known``
        (:data:`ROLES`), ``Kind`` (:data:`KINDS`), ``Unit``, ``Name``, ``Label``.
    """
    rules = {rule.source: rule for rule in mapping.columns}
    uses = {mapping.patient: PATIENT, mapping.case: CASE, mapping.image: IMAGE}
    kinds = {kind: word for word, kind in KINDS.items()}
    roles = {role: word for word, role in ROLES.items()}
    rows = []
    for source in table.names:
        rule = rules.get(source)
        rows.append(
            {
                "Column": source,
                "Examples": _examples(table.frame[source]),
                "Use as": VARIABLE if rule else uses.get(source, LEFT_OUT),
                "When known": roles[rule.column().role] if rule else "",
                "Kind": kinds[rule.kind] if rule else "",
                "Unit": rule.unit if rule else "",
                "Name": rule.name if rule else "",
                "Label": rule.column().label if rule else "",
            }
        )
    return pd.DataFrame(rows)


def with_columns(mapping: Mapping, edited: pd.DataFrame) -> Mapping:
    """The mapping as the edited :func:`column_table` says.

    Raises
    ------
    MappingError
        If two columns are the identifier, or a rule does not hold.
    """
    rules = {rule.source: rule for rule in mapping.columns}
    columns = []
    for row in edited.to_dict("records"):
        if row["Use as"] == VARIABLE:
            columns.append(_rule(row, rules.get(str(row["Column"]))))
    return replace(
        mapping,
        columns=tuple(columns),
        patient=_only(edited, PATIENT),
        case=_only(edited, CASE),
        image=_only(edited, IMAGE),
        skip=tuple(edited.loc[edited["Use as"] == LEFT_OUT, "Column"]),
    )


def outcome_table(mapping: Mapping) -> pd.DataFrame:
    """One row per outcome: ``Outcome``, ``Column``, ``Yes``, ``No``, ``Unknown``.

    Words are separated by a vertical bar.
    """
    rows = [
        {
            "Outcome": rule.name,
            "Column": rule.source,
            "Yes": _BETWEEN.join(rule.true),
            "No": _BETWEEN.join(rule.false),
            "Unknown": _BETWEEN.join(rule.unknown),
        }
        for rule in mapping.outcomes
    ]
    return pd.DataFrame(rows, columns=["Outcome", "Column", "Yes", "No", "Unknown"], dtype="str")


def with_outcomes(mapping: Mapping, edited: pd.DataFrame) -> Mapping:
    """The mapping as the edited :func:`outcome_table` says; rows without a name are left out.

    Raises
    ------
    MappingError
        If an outcome names no column, or a rule does not hold.
    """
    labels = {rule.name: rule.label for rule in mapping.outcomes}
    outcomes = []
    for row in edited.to_dict("records"):
        name, source = _text(row["Outcome"]), _text(row["Column"])
        if not name:
            continue
        if not source:
            raise MappingError(f"Outcome {name!r} names no column. Choose the column that says it.")
        outcomes.append(
            OutcomeRule(
                name,
                source,
                _words(row["Yes"]),
                _words(row["No"]),
                _words(row["Unknown"]),
                labels.get(name, ""),
            )
        )
    return replace(mapping, outcomes=tuple(outcomes))


def _rule(row: dict[Any, Any], known: ColumnRule | None) -> ColumnRule:
    source, name = str(row["Column"]), _text(row["Name"])
    if not name:
        raise MappingError(f"Column {source!r} needs a name, or must be left out.")
    base = known or ColumnRule(source, name)
    kind = KINDS.get(_text(row["Kind"]), base.kind)
    role = ROLES.get(_text(row["When known"]), base.role)
    if name in BUILT_IN and name != base.name:
        kind, role = BUILT_IN[name].kind, BUILT_IN[name].role
    label = _text(row["Label"])
    return replace(
        base,
        name=name,
        label=base.label if known and label == known.column().label else label,
        kind=kind,
        role=base.role if known and role == known.column().role and name == known.name else role,
        unit=_text(row["Unit"]) if kind is Kind.NUMBER else base.unit,
        levels=base.levels if kind is base.kind and name == base.name else (),
        recode=base.recode if kind is base.kind and name == base.name else (),
    )


def _only(edited: pd.DataFrame, use: str) -> str:
    sources = edited.loc[edited["Use as"] == use, "Column"].tolist()
    if len(sources) > 1:
        raise MappingError(
            f"Only one column can be the {use}; chosen are {', '.join(sources)}. Leave out the others."
        )
    return str(sources[0]) if sources else ""


def _examples(words: pd.Series) -> str:
    seen = words.dropna().drop_duplicates().head(_EXAMPLES + 1).tolist()
    more = ", …" if len(seen) > _EXAMPLES else ""
    return ", ".join(str(word)[:30] for word in seen[:_EXAMPLES]) + more


def _words(value: object) -> tuple[str, ...]:
    return tuple(word.strip() for word in _text(value).split("|") if word.strip())


def _text(value: object) -> str:
    return "" if value is None or value != value else str(value).strip()
