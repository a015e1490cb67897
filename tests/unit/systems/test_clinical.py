"""The logistic baseline: reads cases honestly, refuses the future, explains itself exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from clnm_core.domain.columns import Column, Kind, Level, Registry, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import FormError, MissingOutcomeError, ModelError, PredictorError
from clnm_core.systems.case import judge_case, one_case
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical import RIDGE_C, fit_clinical
from clnm_core.systems.clinical_system import CLINICAL, Baseline
from clnm_core.systems.design import choose_predictors, learn_design
from clnm_core.systems.files import load_model_files, save_model
from clnm_core.systems.training import CROSS_VALIDATED, train_system
from clnm_core.systems.validation import patient_folds

NAMES = ("age_years", "sex", "capsule_distance_mm", "multifocal", "margin")


def cohort(n: int = 600, seed: int = 0, *, split: bool = False) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    distance = random.gamma(2, 3, n)
    age = random.normal(45, 12, n).clip(18, 80)
    male = random.random(n) < 0.3
    risk = expit(0.8 - 0.3 * distance - 0.03 * (age - 45) + 0.5 * male)
    frame = pd.DataFrame({
        "case_id": [f"c{i}" for i in range(n)],
        "patient_id": [f"p{i // 2}" for i in range(n)],
        "age_years": np.where(random.random(n) < 0.05, np.nan, age),
        "sex": np.where(male, "male", "female"),
        "capsule_distance_mm": distance,
        "multifocal": pd.array(random.random(n) < 0.4, dtype="boolean"),
        "margin": random.choice(["smooth", "irregular"], n),
        "lateral": pd.array(random.random(n) < risk, dtype="boolean"),
    })  # fmt: skip
    frame.loc[:20, "multifocal"] = pd.NA
    frame.loc[30:35, "lateral"] = pd.NA
    if split:
        patients = np.arange(n) // 2
        frame["split"] = np.select(
            [patients % 5 == 0, patients % 5 == 1], ["validation", "external"], "train"
        )
    return frame


def fitted(frame: pd.DataFrame):
    known = frame[frame["lateral"].notna()]
    return fit_clinical(
        known,
        known["lateral"].to_numpy(dtype=bool),
        choose_predictors(BUILT_IN, NAMES),
        outcome="lateral",
    )


def trained_on(frame: pd.DataFrame):
    config = {"predictors": list(NAMES)}
    cases = Cases(frame, BUILT_IN)
    return train_system(CLINICAL, cases, outcome="lateral", config=config, bootstrap=20)


def test_risks_equal_scikit_learn_on_the_same_terms() -> None:
    frame = cohort()
    known = frame[frame["lateral"].notna()]
    model = fitted(frame)
    terms = (model.design.matrix(known) - model.centre) / model.scale
    oracle = LogisticRegression(C=RIDGE_C, max_iter=5000, tol=1e-10).fit(
        terms, known["lateral"].to_numpy(dtype=bool)
    )
    np.testing.assert_allclose(model.risk(known), oracle.predict_proba(terms)[:, 1], atol=1e-5)


def test_covariance_matches_the_bootstrap_spread() -> None:
    frame = cohort(1500)
    model = fitted(frame)
    values = {
        "age_years": 40.0,
        "sex": "male",
        "capsule_distance_mm": 2.0,
        "multifocal": True,
        "margin": "smooth",
    }
    estimate = model.case_risk(values)
    random = np.random.default_rng(1)
    spread = [
        logit(
            fitted(frame.iloc[random.integers(0, len(frame), len(frame))]).case_risk(values).value
        )
        for _ in range(60)
    ]
    wald = (logit(estimate.high) - logit(estimate.low)) / (2 * 1.959964)
    assert 0.7 < wald / np.std(spread) < 1.4


def test_contributions_add_up_to_the_log_odds() -> None:
    model = fitted(cohort())
    values = {"age_years": 30.0, "capsule_distance_mm": 1.0, "sex": "male"}
    table = model.contributions(values)
    assert table.attrs["baseline"] + table["effect"].sum() == pytest.approx(
        logit(model.case_risk(values).value), abs=1e-12
    )
    assert table["effect"].abs().is_monotonic_decreasing
    assert dict(zip(table["column"], table["value"], strict=True))["multifocal"] == "unknown"


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("risk_stage", "known only after surgery"),
        ("true_risk", "simulated truth"),
        ("lateral", "is an outcome"),
        ("patient_id", "names a case or a patient"),
        ("centre", "how the study was made"),
        ("report_text", "free text"),
        ("shoe_size", "is not a column"),
    ],
)
def test_what_is_not_known_before_surgery_is_refused_as_predictor(name: str, words: str) -> None:
    with pytest.raises(PredictorError, match=words):
        choose_predictors(BUILT_IN, ["age_years", name])


def test_by_default_only_predictors_are_chosen() -> None:
    roles = {column.role for column in choose_predictors(BUILT_IN)}
    assert roles == {Role.PREDICTOR}


def test_means_and_levels_come_from_training_alone() -> None:
    frame = cohort()
    design = learn_design(frame.iloc[:300], choose_predictors(BUILT_IN, NAMES))
    assert design.fill["age_years"] == pytest.approx(frame["age_years"].iloc[:300].mean())
    later = frame.iloc[300:].assign(margin="lobulated")
    assert np.isfinite(design.matrix(later)).all()


def test_a_case_unlike_training_is_doubted_in_words() -> None:
    model = fitted(cohort())
    doubts = model.doubts(
        {
            "age_years": 101.0,
            "sex": None,
            "capsule_distance_mm": 2.0,
            "multifocal": None,
            "margin": "extrathyroidal",
        }
    )
    assert len(doubts) == 3
    assert doubts[0] == (
        "Sex is unknown here but always known in training; the training average is used in its place."
    )
    assert doubts[1].startswith("Age 101 years is outside the training range")
    assert "Margin extrathyroidal did not occur" in doubts[2]


def test_what_training_always_knew_moves_no_risk_when_it_is_unknown() -> None:
    model = fitted(cohort().assign(multifocal=True))
    for column in ("sex", "capsule_distance_mm", "margin"):
        table = model.contributions({}).set_index("column")
        assert table.loc[column, "effect"] == pytest.approx(0, abs=1e-12)


def test_too_few_outcomes_are_refused_in_a_sentence() -> None:
    frame = cohort(40)
    with pytest.raises(MissingOutcomeError, match="at least 10 cases with and 10 without"):
        fit_clinical(
            frame, np.arange(40) < 3, choose_predictors(BUILT_IN, NAMES), outcome="lateral"
        )


def test_predictors_without_variation_are_refused_or_left_out() -> None:
    frame = cohort().assign(margin="smooth")
    design = learn_design(frame, choose_predictors(BUILT_IN, NAMES))
    assert design.dropped == ("Margin has one value or none in training and is left out.",)
    with pytest.raises(PredictorError, match="No predictor varies"):
        learn_design(frame, choose_predictors(BUILT_IN, ["margin"]))


def test_a_patient_is_never_on_both_sides_of_a_fold() -> None:
    frame = cohort()
    patient = pd.factorize(frame["patient_id"])[0]
    y_true = frame["lateral"].fillna(False).to_numpy(dtype=bool)
    held_out = []
    for fit, rest in patient_folds(patient, y_true, seed=3):
        assert not set(patient[fit]) & set(patient[rest])
        held_out.extend(rest)
    assert sorted(held_out) == list(range(len(frame)))


def test_training_risks_are_out_of_fold_and_other_splits_come_from_the_model() -> None:
    frame = cohort(split=True)
    trained = trained_on(frame)
    risks = trained.predictions.set_index("case_id")["risk"]
    known = frame[frame["lateral"].notna()].set_index("case_id", drop=False)
    apparent = pd.Series(trained.model.risk(Cases(known, BUILT_IN)), index=known.index)
    risks = risks[known.index]
    is_training = known["split"] == "train"
    assert (risks[is_training] != apparent[is_training]).all()
    assert (risks[~is_training] == apparent[~is_training]).all()
    assert set(trained.metrics) == {"train", "validation", "external"}
    assert trained.threshold_from == "validation"
    assert sum(trained.set_aside.values()) == 6
    assert trained.training.cases == is_training.sum()
    assert len(trained.predictions) == len(frame)


def test_a_cohort_without_splits_is_cross_validated_as_a_whole() -> None:
    trained = trained_on(cohort())
    assert set(trained.predictions["split"]) == {CROSS_VALIDATED}
    assert 0.6 < trained.metrics[CROSS_VALIDATED]["auc"].value < 0.9


def test_noise_gets_no_credit_out_of_fold() -> None:
    random = np.random.default_rng(5)
    frame = cohort().assign(lateral=pd.array(random.random(600) < 0.5, dtype="boolean"))
    trained = trained_on(frame)
    auc = trained.metrics[CROSS_VALIDATED]["auc"]
    assert auc.low < 0.5 < auc.high + 0.03


def test_a_saved_model_says_the_same_when_read_back(tmp_path) -> None:
    model = fitted(cohort())
    manifest = save_model(Baseline(model), tmp_path, {"name": "clinical"})
    again, facts = load_model_files(tmp_path, manifest["digest"])
    fresh = cohort(50, 9)
    np.testing.assert_array_equal(again.risk(Cases(fresh, BUILT_IN)), model.risk(fresh))
    assert facts == manifest


@pytest.mark.parametrize("name", ["weights.safetensors", "manifest.json"])
def test_a_changed_model_file_is_refused(tmp_path, name: str) -> None:
    manifest = save_model(Baseline(fitted(cohort())), tmp_path, {})
    place = tmp_path / manifest["digest"] / name
    data = place.read_bytes()
    place.write_bytes(data[:-1] + bytes([data[-1] ^ 1]))
    with pytest.raises(ModelError, match="not as they were saved"):
        load_model_files(tmp_path, manifest["digest"])
    place.unlink()
    with pytest.raises(ModelError, match="missing"):
        load_model_files(tmp_path, manifest["digest"])


def test_one_case_is_judged_from_words(tmp_path) -> None:
    facts = {
        "name": "clinical", "cohort": "demo", "outcome_label": "Lateral neck metastasis",
        "threshold": 0.4, "training_cases": 594, "store_version": 3,
    }  # fmt: skip
    model = Baseline(fitted(cohort()))

    def judged(form):
        return judge_case(model, facts, one_case(model.inputs, form))

    report = judged({"age_years": "38", "sex": "Female", "multifocal": "yes"})
    assert 0 < report.risk.low < report.risk.value < report.risk.high < 1
    assert ("Age", "38 years") in report.values
    assert ("Multifocal", "yes") in report.values
    assert report.to_dict()["is_positive"] == (report.risk.value >= 0.4)
    with pytest.raises(FormError, match="Age \\(years\\) must lie between 0 and 120; got 380"):
        judged({"age_years": "380"})
    with pytest.raises(FormError, match="no field 'histology'"):
        judged({"histology": "PTC"})


def test_a_cohorts_own_column_is_read_with_its_levels() -> None:
    own = Column(
        "adenopathy", "Adenopathy", Kind.CATEGORY, levels=(Level("No", "No"), Level("Left", "Left"))
    )
    frame = cohort().assign(adenopathy=["No", "Left"] * 300)
    design = learn_design(frame, choose_predictors(Registry([own])))
    assert design.matrix(frame)[:4, 0].tolist() == [0.0, 1.0, 0.0, 1.0]
