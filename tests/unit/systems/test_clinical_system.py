"""The baseline asked as a system: the same risks, and models that earlier releases saved."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import MissingOutcomeError, ModelError, PredictorError
from clnm_core.systems.cases import Cases
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.clinical_system import CLINICAL, recorded
from clnm_core.systems.protocol import State
from clnm_core.systems.run import Run
from clnm_core.systems.validation import patient_folds

NAMES = ["age_years", "sex", "capsule_distance_mm", "multifocal"]
CONFIG = {"predictors": NAMES}


def patients(n: int = 300, seed: int = 0) -> Cases:
    rng = np.random.default_rng(seed)
    distance = rng.gamma(2, 3, n)
    frame = pd.DataFrame({
        "case_id": [f"c{i}" for i in range(n)],
        "patient_id": [f"p{i // 2}" for i in range(n)],
        "age_years": np.where(rng.random(n) < 0.1, np.nan, rng.normal(45, 12, n)),
        "sex": rng.choice(["female", "male"], n),
        "capsule_distance_mm": distance,
        "multifocal": pd.array(rng.random(n) < 0.4, dtype="boolean"),
        "lateral": pd.array(rng.random(n) < expit(1 - 0.3 * distance), dtype="boolean"),
    })  # fmt: skip
    frame.loc[:20, "multifocal"] = pd.NA
    return Cases(frame, BUILT_IN.only(frame.columns))


def learned(cases: Cases, config=CONFIG):
    return CLINICAL.fit(cases, None, outcome="lateral", config=config, seed=0, run=Run())


def test_the_system_is_the_one_that_is_listed() -> None:
    assert system_of("clinical") is CLINICAL
    assert CLINICAL.is_cross_validated


def test_risks_are_those_of_the_logistic_model_and_held_out_risks_of_its_folds() -> None:
    cases = patients()
    frame, y_true = cases.frame, cases.outcome("lateral")
    columns = BUILT_IN.only(NAMES).predictors()
    now = learned(cases, {"predictors": [column.name for column in columns]})
    whole = fit_clinical(frame, y_true, columns, outcome="lateral")
    np.testing.assert_array_equal(now.model.risk(cases), whole.risk(frame))
    for fit, rest in patient_folds(cases.patient, y_true, seed=0):
        part = fit_clinical(frame.iloc[fit], y_true[fit], columns, outcome="lateral")
        np.testing.assert_array_equal(now.held_out[rest], part.risk(frame.iloc[rest]))


def test_a_model_survives_its_state_and_json() -> None:
    cases = patients()
    model = learned(cases).model
    state = model.state()
    again = CLINICAL.restore(State(state.tensors, json.loads(json.dumps(state.facts))))
    np.testing.assert_array_equal(again.risk(cases), model.risk(cases))
    assert again.inputs == model.inputs
    case = cases.only([5])
    assert again.case_risk(case) == model.case_risk(case)
    assert again.doubts(case) == model.doubts(case)


def test_contributions_add_up_and_a_gap_of_any_kind_is_unknown() -> None:
    cases = patients()
    model = learned(cases).model
    case = cases.only([0])  # multifocal is pandas' NA
    said = model.explain(case)
    risk = model.case_risk(case).value
    assert said.baseline + said.contributions["effect"].sum() == pytest.approx(
        np.log(risk / (1 - risk))
    )
    assert recorded(case, model.inputs.columns)["multifocal"] is None
    assert risk == pytest.approx(model.risk(case)[0], abs=1e-12)


def test_attributions_are_the_bars_of_each_case_and_add_up_to_its_log_odds() -> None:
    cases = patients()
    model = learned(cases).model
    found = model.attributions(cases)
    risk = model.risk(cases)
    np.testing.assert_allclose(
        found.baseline + found.effects.sum(axis=1), np.log(risk / (1 - risk)), atol=1e-9
    )
    bars = model.explain(cases.only([3])).contributions.set_index("column")["effect"]
    assert bars.to_dict() == dict(zip(found.values.columns, found.effects[3], strict=True))
    np.testing.assert_array_equal(model.attributions(cases.only([3])).effects[0], found.effects[3])


def test_an_embedding_has_mean_0_and_deviation_1_among_training_cases() -> None:
    cases = patients()
    model = learned(cases).model
    rows = model.embedding(cases)
    assert rows.dtype == np.float32
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(rows.std(axis=0), 1, atol=1e-5)
    np.testing.assert_array_equal(model.embedding(cases.only([3]))[0], rows[3])


def test_too_few_cases_and_predictors_of_the_wrong_kind_are_refused_in_a_sentence() -> None:
    cases = patients(12)
    with pytest.raises(MissingOutcomeError, match="at least 10 cases with and 10 without"):
        CLINICAL.require(cases, outcome="lateral", config=CONFIG)
    with pytest.raises(PredictorError, match="list of columns"):
        CLINICAL.require(patients(), outcome="lateral", config={"predictors": "age_years"})
    with pytest.raises(PredictorError, match="is an outcome"):
        CLINICAL.require(patients(), outcome="lateral", config={"predictors": ["lateral"]})


def test_a_state_that_is_not_whole_is_refused() -> None:
    state = learned(patients()).model.state()
    with pytest.raises(ModelError, match="not whole"):
        CLINICAL.restore(State({**state.tensors, "centre": np.zeros(1)}, state.facts))
    with pytest.raises(ModelError, match="not whole"):
        CLINICAL.restore(State(state.tensors, {}))
