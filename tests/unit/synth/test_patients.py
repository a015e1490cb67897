"""Synthetic patients have the sizes, splits and gaps of the cohorts that they stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Kind
from clnm_core.errors import InputError
from clnm_core.synth import planted
from clnm_core.synth.cohort import flow_of_exclusions, split_of_patients
from clnm_core.synth.demo import demo_cohorts
from clnm_core.synth.thyroid_findings import acr_level

SMALL = {cohort.name: cohort for cohort in demo_cohorts("small", seed=0)}
each_cohort = pytest.mark.parametrize("cohort", SMALL.values(), ids=SMALL.keys())


@each_cohort
def test_cases_have_the_columns_of_the_registry_in_its_order(cohort):
    assert tuple(cohort.cases.columns) == cohort.registry.names


@each_cohort
def test_every_value_is_one_that_the_registry_allows(cohort):
    for column in cohort.registry:
        values = cohort.cases[column.name].dropna()
        if column.levels:
            assert set(values) <= {level.value for level in column.levels}, column.name
        if column.bounds:
            assert values.between(*column.bounds).all(), column.name
        if column.kind is Kind.FLAG:
            assert cohort.cases[column.name].dtype in ("bool", "boolean"), column.name


@each_cohort
def test_a_patient_is_in_one_split_and_one_centre_only(cohort):
    by_patient = cohort.cases.groupby("patient_id")
    leaked = int((by_patient["split"].nunique() > 1).sum())
    assert leaked == (planted.LEAKED if cohort.name == planted.NAME else 0)
    assert (by_patient["centre"].nunique() == 1).all()
    assert cohort.cases["case_id"].is_unique


@each_cohort
def test_the_same_seed_draws_the_same_patients_and_another_seed_others(cohort):
    again = {c.name: c for c in demo_cohorts("small", seed=0)}[cohort.name]
    other = {c.name: c for c in demo_cohorts("small", seed=1)}[cohort.name]
    pd.testing.assert_frame_equal(cohort.cases, again.cases)
    assert not cohort.cases.equals(other.cases)


@each_cohort
def test_the_true_risk_is_the_probability_of_the_main_outcome(cohort):
    risk = cohort.cases["true_risk"]
    assert np.log(risk / (1 - risk)).to_numpy() == pytest.approx(
        cohort.hidden["log_odds"].to_numpy()
    )
    known = cohort.cases[cohort.outcome].notna()
    observed = cohort.cases.loc[known, cohort.outcome].mean()
    assert observed == pytest.approx(risk[known].mean(), abs=0.08)


@each_cohort
def test_someone_was_set_aside_for_every_reason(cohort):
    assert cohort.exclusions["step"].tolist() == list(range(1, len(cohort.exclusions) + 1))
    assert (cohort.exclusions["patients"] > 0).all()


def test_cohorts_have_the_sizes_of_their_papers():
    sizes = {name: len(cohort.cases) for name, cohort in SMALL.items()}
    assert sizes == {
        "demo-ptc-us": 1200,
        "demo-cli-dlr": 205,
        "demo-ct-nodes": 995,
        "demo-msgc": 214,
        planted.NAME: 1190,
    }
    assert SMALL["demo-cli-dlr"].cases["split"].value_counts().to_dict() == {
        "train": 143,
        "validation": 62,
    }
    assert SMALL["demo-msgc"].cases["split"].value_counts().to_dict() == {
        "train": 144,
        "external": 70,
    }


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_348_of_995_nodes_are_metastatic(seed):
    nodes = next(c for c in demo_cohorts("small", seed=seed) if c.name == "demo-ct-nodes").cases
    assert nodes["patient_id"].nunique() == 202
    assert nodes["metastatic"].sum() == 348
    assert nodes["split"].value_counts(normalize=True)["train"] == pytest.approx(0.79, abs=0.04)


def test_training_centres_do_not_test():
    cases = SMALL["demo-ptc-us"].cases
    centres = cases.groupby(cases["split"] == "external")["centre"].agg(set)
    assert centres[False] == {"A", "B"}
    assert centres[True] == {"C", "D", "E", "F", "G"}


def test_paper_scale_has_39451_patients_with_the_published_prevalences(paper):
    cases = paper.cohort.cases
    assert cases["split"].value_counts().to_dict() == {
        "train": 23_692,
        "validation": 5_923,
        "external": 9_836,
    }
    prevalence = cases.groupby("split")["lateral"].mean()
    assert prevalence["train"] == pytest.approx(0.51, abs=0.0151)
    assert prevalence["validation"] == pytest.approx(0.53, abs=0.0151)
    assert prevalence["external"] == pytest.approx(0.56, abs=0.0151)


def test_outcomes_happen_as_often_as_the_true_risk_says(paper):
    cases = paper.cohort.cases.dropna(subset="lateral")
    tenth = pd.qcut(cases["true_risk"], 10, labels=False)
    observed = cases["lateral"].astype(float).groupby(tenth).mean()
    assert observed.to_numpy() == pytest.approx(
        cases["true_risk"].groupby(tenth).mean().to_numpy(), abs=0.03
    )


def test_any_is_unknown_unless_one_is_true_or_both_are_false():
    cases = SMALL["demo-ptc-us"].cases
    one_true = (cases["central"].fillna(False) | cases["lateral"].fillna(False)).astype(bool)
    both_false = ((~cases["central"]).fillna(False) & (~cases["lateral"]).fillna(False)).astype(
        bool
    )
    assert cases.loc[one_true, "any"].all()
    assert not cases.loc[both_false, "any"].any()
    assert cases.loc[~one_true & ~both_false, "any"].isna().all()
    assert cases["lateral"].isna().any()
    assert cases["central"].isna().any()


def test_positive_nodes_follow_the_outcome():
    cases = SMALL["demo-ptc-us"].cases
    assert (cases.loc[cases["any"].fillna(False), "positive_nodes"] >= 1).all()
    assert (cases.loc[(~cases["any"]).fillna(False), "positive_nodes"] == 0).all()
    assert cases.loc[cases["any"].isna(), ["positive_nodes", "risk_stage"]].isna().all().all()


def test_only_the_isthmus_has_no_third():
    cases = SMALL["demo-ptc-us"].cases
    assert (cases["third"].isna() == (cases["lobe"] == "isthmus")).all()


def test_some_findings_are_missing_and_one_centre_records_no_vascularity():
    cases = SMALL["demo-ptc-us"].cases
    assert 0.3 < cases["braf_v600e"].isna().mean() < 0.6
    assert cases.loc[cases["centre"] == "G", "vascularity"].isna().all()
    assert not cases["capsule_distance_mm"].isna().any()


def test_a_report_says_the_findings():
    cases = SMALL["demo-ptc-us"].cases
    row = cases[cases["lobe"] == "left"].iloc[0]
    assert f"{row['third']} third" in row["report_text"]
    assert f"{row['max_diameter_mm']:g} mm" in row["report_text"]


@pytest.mark.parametrize(
    ("composition", "echo", "tall", "margin", "foci", "level"),
    [
        ("spongiform", "anechoic", False, "smooth", "none", "1"),
        ("mixed", "anechoic", False, "smooth", "none", "2"),
        ("mixed", "isoechoic", False, "smooth", "none", "2"),
        ("solid", "isoechoic", False, "smooth", "none", "3"),
        ("solid", "hypoechoic", False, "irregular", "none", "4"),
        ("solid", "markedly_hypoechoic", True, "irregular", "micro", "5"),
    ],
)
def test_ti_rads_follows_the_points(composition, echo, tall, margin, foci, level):
    words = [np.array([word], dtype=object) for word in (composition, echo, margin, foci)]
    assert acr_level(words[0], words[1], np.array([tall]), words[2], words[3]).tolist() == [level]


def test_an_unknown_scale_is_refused_with_a_sentence():
    with pytest.raises(InputError, match="must be small or paper; got 'huge'"):
        demo_cohorts("huge")


def test_a_negative_seed_is_refused_with_a_sentence():
    with pytest.raises(InputError, match="seed of the demo must be 0 or more; got -1"):
        demo_cohorts("small", seed=-1)


def test_split_sizes_must_add_up():
    with pytest.raises(ValueError, match="add up to 5 patients"):
        split_of_patients(np.random.default_rng(0), 5, {"train": 3, "test": 1})


def test_exclusions_count_at_least_one():
    cases = pd.DataFrame({"patient_id": ["a", "a", "b"]})
    flow = flow_of_exclusions(cases, {"Rare": 0.001, "Common": 2.0})
    assert flow["patients"].tolist() == [1, 4]
    assert flow["cases"].tolist() == [1, 6]
