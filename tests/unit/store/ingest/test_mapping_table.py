"""A mapping can be shown as two tables, corrected, and read back without losing anything."""

from __future__ import annotations

import pytest

from clnm_core.domain.columns import Kind, Role
from clnm_core.errors import MappingError
from clnm_core.store.ingest.mapping_table import (
    LEFT_OUT,
    column_table,
    outcome_table,
    with_columns,
    with_outcomes,
)
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.reading import read_table

FILE = b"ID,Age,Margin seen,Risk,N\n" + b"".join(
    f"p{i},{30 + i},{'No' if i % 2 else 'Yes'},{'Low' if i % 3 else 'High'},{'N0' if i % 2 else 'N1b'}\n".encode()
    for i in range(30)
)


@pytest.fixture
def drafted():
    table = read_table(FILE, "cohort.csv")
    return table, propose(table, "study").mapping


def test_untouched_tables_give_the_same_mapping(drafted) -> None:
    table, mapping = drafted
    again = with_outcomes(
        with_columns(mapping, column_table(table, mapping)), outcome_table(mapping)
    )
    assert again.columns == mapping.columns
    assert again.outcomes == mapping.outcomes
    assert (again.patient, again.case) == (mapping.patient, mapping.case)


def test_a_corrected_row_changes_its_rule_only(drafted) -> None:
    table, mapping = drafted
    rows = column_table(table, mapping).set_index("Column")
    rows.loc["Margin seen", ["Name", "When known"]] = [
        "margin_seen_late",
        "known only after surgery",
    ]
    rules = {rule.source: rule for rule in with_columns(mapping, rows.reset_index()).columns}
    assert rules["Margin seen"].name == "margin_seen_late"
    assert rules["Margin seen"].role is Role.POST_OUTCOME
    assert rules["Age"] == next(rule for rule in mapping.columns if rule.source == "Age")


def test_a_column_left_out_is_remembered(drafted) -> None:
    table, mapping = drafted
    rows = column_table(table, mapping).set_index("Column")
    rows.loc["Age", "Use as"] = LEFT_OUT
    changed = with_columns(mapping, rows.reset_index())
    assert "Age" in changed.skip
    assert all(rule.source != "Age" for rule in changed.columns)


def test_a_registered_name_brings_its_own_kind(drafted) -> None:
    table, mapping = drafted
    rows = column_table(table, mapping).set_index("Column")
    rows.loc["Margin seen", "Name"] = "hashimoto"
    rules = {rule.source: rule for rule in with_columns(mapping, rows.reset_index()).columns}
    assert rules["Margin seen"].kind is Kind.FLAG


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (("Age", "Name", ""), "needs a name"),
        (("Age", "Use as", "patient identifier"), "Only one column can be the patient identifier"),
        (("Age", "Name", "lateral"), "lateral"),
    ],
)
def test_a_wrong_correction_gets_a_sentence(drafted, change, words: str) -> None:
    table, mapping = drafted
    rows = column_table(table, mapping).set_index("Column")
    rows.loc["ID", "Use as"] = "patient identifier"
    column, field, value = change
    rows.loc[column, field] = value
    with pytest.raises(MappingError, match=words):
        with_columns(mapping, rows.reset_index())


def test_an_outcome_without_a_column_gets_a_sentence(drafted) -> None:
    _, mapping = drafted
    rows = outcome_table(mapping)
    rows.loc[len(rows)] = ["recurrence", "", "Yes", "No", ""]
    with pytest.raises(MappingError, match="'recurrence' names no column"):
        with_outcomes(mapping, rows)
