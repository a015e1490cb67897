"""Cli-DLR: its score adds to the findings, nothing leaks, and what it lacks it says."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import norm
from sklearn.metrics import roc_auc_score

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import MissingOutcomeError, ModelError, TrainingError, UnfitCaseError
from clnm_core.features import selection_lasso
from clnm_core.features.items import Item
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.cli_dlr.beyond import fit_beyond
from clnm_core.systems.cli_dlr.system import CLI_DLR
from clnm_core.systems.nomogram import nomogram_of
from clnm_core.systems.protocol import State
from clnm_core.systems.run import Run

NAMES = ["age_years", "capsule_distance_mm"]
CONFIG = {**CLI_DLR.defaults, "deep": False, "predictors": NAMES}


def item(*, is_black: bool = False) -> Item:
    grey = np.zeros((8, 8), np.float32) if is_black else np.arange(64, dtype=np.float32)
    return Item(grey.reshape(8, 8), np.ones((8, 8), dtype=bool))


def patients(n: int = 200, seed: int = 0, start: int = 0) -> Cases:
    """Distance is recorded and seen in the picture; texture is seen in the picture alone."""
    rng = np.random.default_rng(seed)
    distance, texture = rng.normal(size=n), rng.normal(size=n)
    outcome = rng.random(n) < expit(1.5 * distance + 1.2 * texture)
    names = [f"c{start + i}" for i in range(n)]
    frame = pd.DataFrame({
        "case_id": names,
        "patient_id": [f"p{start + i}" for i in range(n)],
        "age_years": rng.normal(45, 12, n),
        "capsule_distance_mm": distance,
        "lateral": pd.array(outcome, dtype="boolean"),
    })  # fmt: skip
    table = pd.DataFrame({
        "image_id": names,
        "case_id": names,
        "view": "",
        "original_size": distance + rng.normal(0, 1.0, n),
        "original_texture": texture - 0.5 * distance + rng.normal(0, 0.5, n),
        **{f"original_noise{i}": rng.normal(size=n) for i in range(4)},
        "wavelet-LL_copy": texture,
        "original_gone": np.nan,
    })  # fmt: skip
    views = {name: (View(name, "", "US", True, True, item),) for name in names}

    def measure(recipe, cases):
        assert recipe.kind == "radiomics"
        return table[table["case_id"].isin(set(cases.frame["case_id"]))]

    return Cases(frame, BUILT_IN.only(frame.columns), views, measure)


def learned(training: Cases, validation: Cases | None = None, *, config=CONFIG, seed: int = 0):
    return CLI_DLR.fit(training, validation, outcome="lateral", config=config, seed=seed, run=Run())


@pytest.fixture(scope="module", autouse=True)
def _few_penalties():
    """Fewer penalties of the LASSO of the DLR signature; the rest is as it is used."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(selection_lasso, "STEPS", 5)
        yield


@pytest.fixture(scope="module")
def training() -> Cases:
    return patients()


@pytest.fixture(scope="module")
def validation() -> Cases:
    return patients(100, seed=1, start=1000)


@pytest.fixture(scope="module")
def fitted(training, validation):
    return learned(training, validation)


def test_findings_and_picture_together_beat_each_alone(fitted) -> None:
    fresh = patients(800, seed=2, start=5000)
    y_true = fresh.outcome("lateral")
    area = {one.name: roc_auc_score(y_true, one.risk(fresh)) for one in fitted.candidates}
    assert list(area) == ["clinical", "dlr"]
    assert roc_auc_score(y_true, fitted.model.risk(fresh)) > max(area.values()) + 0.02
    assert "original_texture" in fitted.model.parts.beyond.signature.names
    assert "wavelet-LL_copy" not in fitted.model.parts.beyond.signature.names


def test_the_score_repeats_nothing_that_is_recorded(fitted) -> None:
    fresh = patients(800, seed=2, start=5000)
    score = fitted.model.score(fresh)
    assert abs(np.corrcoef(score, fresh.frame["capsule_distance_mm"])[0, 1]) < 0.15


def test_each_feature_is_tested_given_the_findings() -> None:
    """The oracle is the score test written out for one feature, without a ridge to speak of."""
    rng = np.random.default_rng(3)
    terms = rng.normal(size=(400, 2))
    risk = expit(terms[:, 0])
    y_true = rng.random(400) < risk
    table = pd.DataFrame({"f": terms[:, 0] * 3 + rng.normal(size=400)})
    weight = risk * (1 - risk)
    rows = np.column_stack([np.ones(400), terms])
    coefficient = np.linalg.solve(rows.T @ (rows * weight[:, None]), rows.T @ (table["f"] * weight))
    part = (table["f"] - rows @ coefficient) * (y_true - risk)
    p = 2 * norm.sf(abs(part.sum()) / np.sqrt((part**2).sum()))
    for alpha, kept in ((p * 0.9, 0), (min(p * 1.1, 1.0), 1)):
        found = fit_beyond(table, terms, risk, y_true, np.arange(400), alpha=alpha, most_r=0.9)
        assert found.signature.steps["univariate"] == 1 - kept


def test_validation_cases_calibrate_and_choose_nothing_else(training, validation, fitted) -> None:
    mirrored = replace(
        validation, frame=validation.frame.assign(lateral=~validation.frame["lateral"])
    )
    other = learned(training, mirrored)
    np.testing.assert_array_equal(
        other.model.logistic.coefficients, fitted.model.logistic.coefficients
    )
    assert other.model.calibrator != fitted.model.calibrator
    assert fitted.model.parts.beyond.signature.names == other.model.parts.beyond.signature.names


def test_equal_seeds_give_equal_models_and_held_out_risks(training, validation, fitted) -> None:
    again = learned(training, validation)
    np.testing.assert_array_equal(again.held_out, fitted.held_out)
    np.testing.assert_array_equal(again.model.risk(validation), fitted.model.risk(validation))
    for one, two in zip(again.candidates, fitted.candidates, strict=True):
        np.testing.assert_array_equal(one.held_out, two.held_out)


def test_held_out_risks_are_no_better_than_those_of_fresh_cases(training, fitted) -> None:
    fresh = patients(800, seed=2, start=5000)
    own = roc_auc_score(training.outcome("lateral"), fitted.model.risk(training))
    held_out = roc_auc_score(training.outcome("lateral"), fitted.held_out)
    later = roc_auc_score(fresh.outcome("lateral"), fitted.model.risk(fresh))
    assert held_out < own
    assert held_out < later + 0.05


def test_a_saved_model_says_the_same_of_every_case_alone_and_together(validation, fitted) -> None:
    state = fitted.model.state()
    again = CLI_DLR.restore(State(state.tensors, json.loads(json.dumps(state.facts))))
    np.testing.assert_array_equal(again.risk(validation), fitted.model.risk(validation))
    alone = [again.risk(validation.only([row]))[0] for row in range(20)]
    np.testing.assert_allclose(again.risk(validation)[:20], alone, atol=1e-14)
    assert again.inputs == fitted.model.inputs
    with pytest.raises(ModelError):
        CLI_DLR.restore(State({}, state.facts))
    with pytest.raises(ModelError, match="lacks its part"):
        CLI_DLR.restore(State(state.tensors, {**state.facts, "parts": {}}))


def test_one_case_has_an_interval_and_bars_that_add_up(validation, fitted) -> None:
    model, case = fitted.model, validation.only([3])
    risk = model.case_risk(case)
    assert risk.low < risk.value < risk.high
    assert risk.value == pytest.approx(model.risk(case)[0], abs=1e-12)
    said = model.explain(case)
    assert "DLR score" in set(said.contributions["label"])
    log_odds = said.baseline + said.contributions["effect"].sum()
    assert model.calibrator.risk([expit(log_odds)])[0] == pytest.approx(risk.value, abs=1e-12)


def test_attributions_are_the_bars_of_each_case_and_nan_without_a_picture(
    validation, fitted
) -> None:
    model, some = fitted.model, validation.only(np.arange(5))
    name = str(some.frame["case_id"].iloc[1])
    blind = replace(some, views={k: v for k, v in some.views.items() if k != name})
    found = model.attributions(blind)
    assert np.isnan(found.effects[1]).all()
    rest = [0, 2, 3, 4]
    total = found.baseline + found.effects[rest].sum(axis=1)
    np.testing.assert_allclose(
        model.calibrator.risk(expit(total)), model.risk(some)[rest], atol=1e-12
    )
    np.testing.assert_allclose(found.values["dlr_score"][rest], model.score(some)[rest])
    bars = model.explain(some.only([3])).contributions.set_index("column")["effect"]
    assert bars.to_dict() == pytest.approx(
        dict(zip(found.values.columns, found.effects[3], strict=True)), abs=1e-12
    )


def test_an_embedding_holds_findings_and_features_in_training_deviations(training, fitted) -> None:
    rows = fitted.model.embedding(training)
    assert rows.shape == (200, len(NAMES) + len(fitted.model.parts.beyond.signature.names))
    np.testing.assert_allclose(rows.mean(axis=0), 0, atol=1e-5)
    np.testing.assert_allclose(rows.std(axis=0), 1, atol=1e-5)
    np.testing.assert_allclose(fitted.model.embedding(training.only([3]))[0], rows[3], atol=1e-6)
    with pytest.raises(UnfitCaseError):
        fitted.model.embedding(replace(training, views={}))


def test_its_nomogram_gives_its_risk(validation, fitted) -> None:
    model, case = fitted.model, validation.only([7])
    nomogram = nomogram_of(model.logistic, model.calibrator)
    row = case.frame.iloc[0]
    values = {name: row[name] for name in NAMES} | {"dlr_score": float(model.score(case)[0])}
    assert nomogram.points(values).risk == pytest.approx(model.risk(case)[0], abs=1e-12)


def test_a_black_picture_and_features_never_seen_are_doubted_in_words(validation, fitted) -> None:
    case = validation.only([0])
    name = str(case.frame["case_id"].iloc[0])
    black = View(name, "", "US", True, True, lambda: item(is_black=True))
    gone = replace(
        case,
        views={name: (black,)},
        measure=lambda recipe, cases: validation.measure(recipe, cases).assign(
            original_texture=np.nan, original_size=1e6
        ),
    )
    said = " ".join(fitted.model.doubts(gone))
    assert "one grey level only" in said
    assert "could not be measured" in said
    assert 0 <= fitted.model.risk(gone)[0] <= 1
    assert fitted.model.doubts(case) == ()


def test_a_case_without_a_picture_is_refused_and_not_judged_by_findings_alone(
    validation, fitted
) -> None:
    with pytest.raises(UnfitCaseError, match="no ultrasound picture with the lesion outlined"):
        fitted.model.risk(replace(validation.only([0]), views={}))
    name = str(validation.frame["case_id"].iloc[0])
    ct = View(name, "axial", "CT", True, True, item)
    with pytest.raises(UnfitCaseError):
        fitted.model.risk(replace(validation.only([0]), views={name: (ct,)}))


def test_without_any_picture_the_clinical_model_is_learned_alone_and_says_so(training) -> None:
    blind = replace(training, views={})
    assert "clinical model alone" in CLI_DLR.require(blind, outcome="lateral", config=CONFIG)[0]
    fitted = learned(blind)
    assert any("clinical model alone" in note for note in fitted.notes)
    assert fitted.model.inputs.views == ()
    assert roc_auc_score(blind.outcome("lateral"), fitted.held_out) > 0.65
    again = CLI_DLR.restore(fitted.model.state())
    np.testing.assert_array_equal(again.risk(blind), fitted.model.risk(blind))
    assert logit(again.case_risk(blind.only([0])).value) == pytest.approx(
        logit(fitted.model.risk(blind)[0]), abs=1e-9
    )


def test_a_few_cases_without_a_picture_are_counted_before_anything_is_computed(training) -> None:
    some = replace(
        training, views={k: v for k, v in training.views.items() if k not in ("c0", "c7")}
    )
    with pytest.raises(UnfitCaseError, match="2 of 200 cases have no ultrasound picture"):
        CLI_DLR.require(some, outcome="lateral", config=CONFIG)


def test_what_cannot_be_learned_from_is_refused_in_a_sentence(training) -> None:
    twelve = training.only(np.arange(12))
    with pytest.raises(MissingOutcomeError, match="at least 20 cases with"):
        CLI_DLR.require(twelve, outcome="lateral", config=CONFIG)
    one_class = training.only(training.outcome("lateral"))
    with pytest.raises(MissingOutcomeError, match="0 do not"):
        CLI_DLR.require(one_class, outcome="lateral", config=CONFIG)
    with pytest.raises(TrainingError, match="deep features, radiomics or both"):
        CLI_DLR.require(training, outcome="lateral", config={**CONFIG, "radiomics": False})
    with pytest.raises(TrainingError, match="'images' must be one of"):
        CLI_DLR.require(training, outcome="lateral", config={**CONFIG, "images": "some"})
    with pytest.raises(TrainingError, match="'alpha' must be above 0"):
        CLI_DLR.require(training, outcome="lateral", config={**CONFIG, "alpha": 0.0})
