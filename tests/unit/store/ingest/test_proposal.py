"""The proposal finds what a reader would, and says where it is not sure."""

from __future__ import annotations

import pytest

from clnm_core.domain.columns import Kind, Role
from clnm_core.store.ingest.mapping import ColumnRule, Mapping
from clnm_core.store.ingest.proposal import propose

from .tables import STUDY, shared_table, table


def rules(mapping: Mapping) -> dict[str, ColumnRule]:
    return {rule.source: rule for rule in mapping.columns}


def doubts(text: str) -> str:
    return "\n".join(propose(table(text), "study").unsure)


def test_usual_words_find_the_registered_variables():
    mapping = propose(table(STUDY), "study").mapping
    found = rules(mapping)
    assert {source: rule.name for source, rule in found.items()} == {
        "centre": "centre",
        "split": "split",
        "age": "age_years",
        "sex": "sex",
        "tumor size (cm)": "max_diameter_mm",
        "capsule distance": "capsule_distance_mm",
        "side note": "side_note",
    }
    assert mapping.patient == "patient"
    assert found["tumor size (cm)"].unit == "cm"
    assert dict(found["sex"].recode) == {"F": "female", "M": "male"}
    assert [rule.name for rule in mapping.outcomes] == ["central", "lateral", "any"]


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("Age (months)", "age_years"),
        ("Gender", "sex"),
        ("Max. diameter [mm]", "max_diameter_mm"),
        ("capsule_distance_mm", "capsule_distance_mm"),
        ("US_LN", "us_reported_nodes"),
        ("LMR", "lymphocyte_monocyte_ratio"),
        ("BRAF V600E", "braf_v600e"),
        ("TI-RADS", "ti_rads"),
        ("年龄", "age_years"),
    ],
)
def test_synonyms_and_abbreviations_are_known(header, name):
    words = {
        "sex": ("F", "M"),
        "us_reported_nodes": ("yes", "no"),
        "braf_v600e": ("1", "0"),
        "ti_rads": ("TR4", "5"),
    }.get(name, ("3", "4.5"))
    mapping = propose(table(f"id,{header},x\n1,{words[0]},0\n2,{words[1]},1\n"), "study").mapping
    assert rules(mapping)[header].name == name


def test_category_words_are_kept_and_doubtful_ones_named():
    text = "id,nodes,grade,size mm,code\n1,No,NA,3,999\n2,None,low,?,4\n3,Right,high,5,5.5\n4,No,high,9,7\n"
    proposal = propose(table(text), "study")
    found = rules(proposal.mapping)
    assert found["nodes"].levels == ("None", "No", "Right")
    assert found["nodes"].missing == ()
    assert set(found["grade"].levels) == {"NA", "low", "high"}
    assert found["size mm"].missing == ("?",)
    said = "\n".join(proposal.unsure)
    assert "'NA' (1) kept as a level" in said
    assert "'?' (1) read as missing" in said
    assert "999 occurs 1 times" in said


def test_good_and_poor_stay_words_but_yes_and_no_are_a_flag():
    found = rules(propose(table("id,a,b,c\n1,Good,yes,F\n2,Poor,no,F\n"), "study").mapping)
    assert (found["a"].kind, found["b"].kind, found["c"].kind) == (
        Kind.CATEGORY,
        Kind.FLAG,
        Kind.CATEGORY,
    )


def test_codes_with_letters_are_levels_and_rare_words_among_numbers_are_mistakes():
    rows = "\n".join(
        f"{i},{'4a' if i % 5 == 0 else i % 4},{'12 mm' if i == 3 else i / 7:}" for i in range(30)
    )
    found = rules(propose(table(f"id,ct tnm,width\n{rows}\n"), "study").mapping)
    assert found["ct tnm"].levels == ("0", "1", "2", "3", "4a")
    assert found["width"].kind is Kind.NUMBER


def test_names_dates_and_empty_columns_are_left_out_and_said():
    text = "id,surname,born,empty,x\n1,A,1950-01-01,,1\n2,B,1960-02-03,,2\n"
    proposal = propose(table(text), "study")
    assert proposal.mapping.skip == ("surname", "born", "empty")
    said = "\n".join(proposal.unsure)
    assert "'surname' may tell who the patient is" in said
    assert "'empty' is empty and left out" in said


def test_the_row_index_that_pandas_writes_is_no_predictor():
    proposal = propose(table(",age\n0,44\n1,51\n"), "study")
    assert proposal.mapping.skip == ("no name (column A)",)
    assert "only counts the rows" in "\n".join(proposal.unsure)


def test_a_size_without_a_unit_is_a_doubt():
    assert "names no unit; taken as mm" in doubts("id,tumor size,x\n1,12,1\n2,8,2\n")


def test_words_that_do_not_fit_a_registered_variable_make_an_own_column():
    proposal = propose(table("id,sex,x\n1,F,1\n2,diverse,2\n"), "study")
    assert rules(proposal.mapping)["sex"].name == "sex_recorded"
    assert "'diverse' is not one of" in "\n".join(proposal.unsure)


def test_a_table_without_outcome_says_so():
    assert "No outcome was found" in doubts("id,age,x\n1,44,1\n2,51,2\n")


def test_the_recurrence_table_needs_no_correction(shared_data):
    proposal = propose(
        shared_table(shared_data, "uci_dtc_recurrence/Thyroid_Diff_semicolon.csv"), "uci"
    )
    mapping, said = proposal.mapping, "\n".join(proposal.unsure)
    outcomes = {rule.name: rule for rule in mapping.outcomes}
    assert (outcomes["any"].true, outcomes["any"].false) == (("N1a", "N1b"), ("N0",))
    assert (outcomes["lateral"].true, outcomes["lateral"].false) == (("N1b",), ("N0", "N1a"))
    assert outcomes["central"].true == ("N1a",)
    assert outcomes["central"].unknown == ("N1b",)
    found = rules(mapping)
    after = {source for source, rule in found.items() if rule.role is Role.POST_OUTCOME}
    assert after == {"Risk", "Stage", "Response", "Recurred", "N"}
    typo = found["Hx Radiothreapy"]
    assert (typo.name, typo.label) == ("hx_radiothreapy", "Hx Radiothreapy")
    assert found["Adenopathy"].levels[0] == "No"
    assert mapping.patient == ""
    for column in ("'T'", "'M'"):
        assert f"Column {column}: unsure whether it is pathological" in said
    assert Mapping.from_toml(mapping.to_toml()) == mapping


def test_nodes_by_level_are_recognised_with_roles_by_modality(shared_data):
    clb = shared_table(shared_data, "lydata_hnscc_nodal/2021-clb-oropharynx/data.csv")
    mapping = propose(clb, "nodes").mapping
    found = rules(mapping)
    assert mapping.nodes.modality == "pathology"
    assert mapping.patient == "patient | # | id"
    assert found["patient | # | institution"].name == "centre"
    assert found["patient | # | age"].name == "age_years"
    assert found["patient | # | n_stage"].role is Role.POST_OUTCOME
    assert found["tumor | 1 | central"].name == "tumor_central"
    assert found["diagnostic_consensus | ipsi | II"].role is Role.PREDICTOR
    assert found["pathology | ipsi | II"].role is Role.POST_OUTCOME
    weighed = rules(propose(clb, "nodes", modality="max-likelihood").mapping)
    assert weighed["diagnostic_consensus | ipsi | II"].role is Role.POST_OUTCOME
