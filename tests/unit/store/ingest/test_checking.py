"""Each rule that a cell can break is named with its row, column and value."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clnm_core.domain.columns import Kind, Role
from clnm_core.errors import MappingError
from clnm_core.store.ingest.checking import Checked, check
from clnm_core.store.ingest.mapping import ColumnRule, Mapping, OutcomeRule
from clnm_core.store.ingest.proposal import propose

from .tables import STUDY, shared_table, table

MAPPING = propose(table(STUDY), "study").mapping


def issues(text: str, mapping: Mapping = MAPPING) -> list[tuple[int, str, str, str]]:
    found = check(table(text), mapping).issues
    return [(one.row, one.column, one.value, one.rule) for one in found]


def test_a_sound_table_has_values_in_the_units_of_the_registry():
    checked = check(table(STUDY), MAPPING)
    assert checked.issues == ()
    assert checked.cases["max_diameter_mm"].tolist()[:3] == [12.0, 8.0, 22.5]
    assert checked.cases["max_diameter_mm"].isna().tolist() == [False, False, False, True]
    assert checked.cases["sex"].tolist() == ["female", "male", "female", "female"]
    assert checked.cases["any"].tolist() == [True, False, True, None]
    assert {one.name: (one.true, one.false, one.unknown) for one in checked.outcomes} == {
        "any": (2, 1, 1),
        "central": (1, 2, 1),
        "lateral": (1, 2, 1),
    }
    assert checked.patients == 4


def test_months_become_years():
    text = "id,age (months)\n1,24\n2,30\n"
    checked = check(table(text), propose(table(text), "study").mapping)
    assert checked.cases["age_years"].tolist() == [2.0, 2.5]


@pytest.mark.parametrize(
    ("old", "new", "issue"),
    [
        ("P1,A,train,44", "P1,A,train,440", (2, "age", "440", "Age must be from 0 to 120 years.")),
        ("51,M", "old,M", (3, "age", "old", "Age must be a number.")),
        ("51,M", "51,X", (3, "sex", "X", "Sex must be one of female, male.")),
        (",0.8,", ",25,", (3, "tumor size (cm)", "25",
                           "Largest diameter must be from 0 to 200 mm after conversion from cm.")),
        ("P3,B,test", "P3,B,", (4, "split", "", "Every row must name its split.")),
        ("P3,B,test", "P3,B,fold1", (4, "split", "fold1",
                                     "Split must be one of train, validation, test, external.")),
        ("P3,B,test", ",B,test", (4, "patient", "", "Every row must name its patient.")),
        ("P3,B", "P2,B", (4, "split", "test",
                          "A patient must be in one split only; an earlier row says train.")),
        ("yes,no,yes", "maybe,no,yes", (2, "central", "maybe",
                                        "The mapping does not say whether this word means central neck metastasis, or that it is unknown.")),
        ("yes,no,yes", "yes,no,no", (2, "central", "yes",
                                     "The central neck cannot have metastases where the neck has none (column 'any').")),
        ("no,no,no", "no,no,yes", (3, "any", "yes",
                                   "The neck cannot have metastases where neither central nor lateral neck has any.")),
    ],
)  # fmt: skip
def test_each_rule_names_row_column_value_and_itself(old, new, issue):
    assert STUDY.count(old) == 1
    assert issue in issues(STUDY.replace(old, new))


def test_one_cell_that_several_outcomes_use_is_one_issue():
    text = "N,age\nN0,44\nN1b,51\n"
    mapping = propose(table(text), "study").mapping
    assert len(mapping.outcomes) == 3
    assert [row for row, *_ in issues(text.replace("N1b", "N5"), mapping)] == [3]


def test_a_case_is_there_once():
    text = "case,age\nA,44\nB,51\nA,60\n"
    mapping = propose(table("case,age\nA,44\nB,51\n"), "study").mapping
    assert issues(text, mapping) == [
        (4, "case", "A", "A case must be there once; row 2 has it too.")
    ]


def test_positive_nodes_agree_with_the_outcome():
    text = "id,positive nodes,any\n1,3,no\n2,0,yes\n3,0,no\n"
    found = issues(text, propose(table(text), "study").mapping)
    assert [(row, column) for row, column, *_ in found] == [
        (2, "positive nodes"),
        (3, "positive nodes"),
    ]


def test_a_patient_with_several_rows_has_several_cases():
    text = "patient,age\nA,44\nA,45\nB,51\n"
    checked = check(table(text), propose(table(text), "study").mapping)
    assert checked.cases["case_id"].tolist() == ["A#1", "A#2", "B#1"]
    assert checked.patients == 2
    assert "several rows" in checked.notes[0]


def test_na_is_missing_only_where_the_mapping_says_so():
    text = "id,grade\n1,NA\n2,None\n3,\n"
    rule = ColumnRule("grade", "grade", "Grade", Kind.CATEGORY)
    kept = check(table(text), Mapping("a", patient="id", columns=(rule,)))
    assert kept.cases["grade"].fillna("(missing)").tolist() == ["NA", "None", "(missing)"]
    told = check(table(text), Mapping("a", patient="id", columns=(replace(rule, missing=("NA",)),)))
    assert told.cases["grade"].isna().tolist() == [True, False, True]


def test_repeated_rows_are_reported_and_kept():
    text = "age,x\n44,1\n51,2\n44,1\n"
    checked = check(table(text), propose(table(text), "study").mapping)
    assert [(one.row, one.same_as) for one in checked.duplicates] == [(4, 2)]
    assert len(checked.cases) == 3


def test_a_mapping_that_does_not_fit_the_table_is_a_sentence():
    with pytest.raises(MappingError, match="'weight', which study"):
        check(table(STUDY), replace(MAPPING, columns=(ColumnRule("weight", "weight"),)))
    clash = Mapping(
        "a",
        columns=(ColumnRule("N", "n_stage"),),
        outcomes=(OutcomeRule("any", "N", ("1",), ("0",)),),
    )
    with pytest.raises(MappingError, match="cannot be a predictor"):
        check(table("N,x\n1,2\n0,3\n"), clash)


def uci(folder, name: str) -> Checked:
    read = shared_table(folder, f"uci_dtc_recurrence/{name}")
    return check(read, propose(read, "uci").mapping)


def test_the_recurrence_table_gives_its_published_counts_from_both_files(shared_data):
    text, book = (
        uci(shared_data, "Thyroid_Diff_semicolon.csv"),
        uci(shared_data, "Thyroid_Diff.xlsx"),
    )
    for checked in (text, book):
        counts = {one.name: (one.true, one.false, one.unknown) for one in checked.outcomes}
        assert counts == {"any": (115, 268, 0), "central": (22, 268, 93), "lateral": (93, 290, 0)}
        assert (checked.patients, len(checked.duplicates), checked.issues) == (383, 19, ())
        assert checked.registry["n_stage"].role is Role.POST_OUTCOME
    assert text.cases.equals(book.cases)
    assert text.registry == book.registry
