"""The score model: two scores, nine learners, nothing learned from whoever is held out."""

from __future__ import annotations

import dataclasses
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit

from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import (
    FeatureError,
    MissingOutcomeError,
    ModelError,
    PredictorError,
    TrainingError,
    TrainingStopped,
    UnfitCaseError,
)
from clnm_core.features import selection_lasso
from clnm_core.features.cells import Look
from clnm_core.features.items import Item
from clnm_core.systems import activation
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.files import load_model_files, save_model
from clnm_core.systems.protocol import State
from clnm_core.systems.run import Run
from clnm_core.systems.score_model import learners, passes, scores, system, tried
from clnm_core.systems.score_model.model import ScoreModel
from clnm_core.systems.score_model.passes import Choices, Material, learn
from clnm_core.systems.score_model.scores import fit_score, held_out_scores
from clnm_core.systems.score_model.system import SCORE_MODEL
from clnm_core.systems.training import train_system
from clnm_core.systems.validation import patient_folds

NAMES = [one.name for one in learners.LEARNERS]
PARTS = ["radiomics-score", "deep-score", "clinical-ultrasound"]
OUTCOME = "lateral"


ALL = learners.LEARNERS


def only(patch, names) -> None:
    """Some of the learners, each with the first settings of its grid."""
    small = tuple(dataclasses.replace(one, grid=one.grid[:1]) for one in ALL if one.name in names)
    for module in (learners, passes, system, tried):
        patch.setattr(module, "LEARNERS", small)


@pytest.fixture
def few(monkeypatch):
    """Two learners, where it does not matter which."""
    only(monkeypatch, ("logistic-regression", "knn"))


@pytest.fixture(scope="module", autouse=True)
def quick():
    """The first settings of each grid, small forests, one division: the procedure is the same."""
    with pytest.MonkeyPatch.context() as patch:
        only(patch, NAMES)
        patch.setattr(selection_lasso, "STEPS", 6)
        patch.setattr(learners, "_TREES", 8)
        patch.setattr(scores, "REPEATS", 1)
        settings = {"weights": "random, seed 0: no pretrained weights"}
        patch.setattr(tried, "made", lambda recipe: SimpleNamespace(settings=settings))
        patch.setattr(activation, "made", lambda recipe: Looking)
        yield


class Looking:
    """A network that sees four cells, which are all that its features are."""

    names = tuple(f"resnet18_000{place}" for place in range(8))

    @staticmethod
    def looks(items) -> list[Look]:
        cells = np.arange(32, dtype=np.float32).reshape(8, 2, 2)
        return [Look(cells.mean(axis=(1, 2)).astype(float), cells, (0, 0, 4, 4)) for _ in items]


def measured(recipe, cases) -> pd.DataFrame:
    """Features drawn from the case's name, the first of which follow what only pictures show."""
    rows = []
    for name in cases.frame["case_id"]:
        for view in cases.views_of(name):
            random = np.random.default_rng([int(name[1:]), recipe.kind == "deep"])
            hidden = np.random.default_rng(int(name[1:])).normal()
            found = random.normal(size=8)
            found[0] = hidden + 0.3 * found[0]
            found[1] = found[0] * 2
            rows.append([view.image_id, name, view.view, *found])
    stem = "original_glcm_f" if recipe.kind == "radiomics" else "resnet18_000"
    names = [f"{stem}{place}" for place in range(8)]
    table = pd.DataFrame(rows, columns=["image_id", "case_id", "view", *names])
    return table.assign(**{"wavelet-LL_glcm_f0": 1.0}) if recipe.kind == "radiomics" else table


def picture(name, *, lesion=True, modality="US") -> View:
    grey = np.zeros((4, 4), np.float32)
    return View(f"{name}-1", "transverse", modality, lesion, False, lambda: Item(grey))


def cohort(n=90, *, pictures=True, split=False) -> Cases:
    random = np.random.default_rng(7)
    hidden = np.array([np.random.default_rng(i).normal() for i in range(n)])
    age = random.normal(45, 12, n).clip(18, 80)
    nodes = random.random(n) < 0.3
    noise = random.logistic(size=n)
    frame = pd.DataFrame({
        "case_id": [f"c{i}" for i in range(n)],
        "patient_id": [f"p{i // 2}" if i < 10 else f"p{i}" for i in range(n)],
        "age_years": np.where(random.random(n) < 0.1, np.nan, age),
        "sex": random.choice(["female", "male"], n),
        "margin": random.choice(["smooth", "irregular", "ill_defined"], n),
        "us_reported_nodes": pd.array(nodes, dtype="boolean"),
        OUTCOME: pd.array(1.5 * hidden + 2 * nodes - 0.8 + noise > 0, dtype="boolean"),
    })  # fmt: skip
    if split:
        words = np.array(["train", "train", "train", "external"], dtype=object)
        frame["split"] = words[np.arange(n) % 4]
        frame.loc[:9, "split"] = "train"
    views = {name: (picture(name),) for name in frame["case_id"]} if pictures else {}
    return Cases(frame, BUILT_IN.only([*frame.columns]), views, measured)


def config(**more):
    return {**SCORE_MODEL.defaults, **more}


def fit(cases, validation=None, *, seed=0, run=None, **more):
    return SCORE_MODEL.fit(
        cases, validation, outcome=OUTCOME, config=config(**more), seed=seed, run=run or Run()
    )


@pytest.fixture(scope="module")
def cases() -> Cases:
    return cohort()


@pytest.fixture(scope="module")
def fitted(cases):
    return fit(cases)


def candidate(fitted, name):
    return next(one for one in fitted.candidates if one.name == name)


def same_state(one: State, other: State) -> bool:
    return (
        one.facts == other.facts
        and one.files == other.files
        and one.tensors.keys() == other.tensors.keys()
        and all(np.array_equal(one.tensors[name], other.tensors[name]) for name in one.tensors)
    )


def test_nine_learners_and_three_parts_are_tried_each_with_held_out_risks(cases, fitted) -> None:
    assert [one.name for one in fitted.candidates] == [*NAMES, *PARTS]
    for one in fitted.candidates:
        assert one.held_out.shape == (len(cases),)
        assert ((one.held_out >= 0) & (one.held_out <= 1)).all()
    for name in set(NAMES) - {"knn"}:
        one = candidate(fitted, name)
        assert not np.array_equal(one.held_out, one.risk(cases)), name
    assert candidate(fitted, "svm").facts["settings"] == {"kernel": "linear", "C": 0.01}
    assert fitted.model.learner == "logistic-regression"
    np.testing.assert_array_equal(fitted.held_out, candidate(fitted, fitted.model.learner).held_out)


def test_notes_say_what_became_of_features_findings_and_learners(fitted) -> None:
    said = " ".join(fitted.notes)
    for words in (
        "7 of 8 radiomics features make the score",
        "7 of 8 deep features make the score",
        "random weights",
        "The LASSO kept",
        "logistic regression is kept",
    ):
        assert words in said


def test_the_scores_add_to_the_findings(cases, fitted) -> None:
    from sklearn.metrics import roc_auc_score

    y_true = cases.outcome(OUTCOME)
    auc = {one.name: roc_auc_score(y_true, one.held_out) for one in fitted.candidates}
    assert auc["logistic-regression"] > auc["clinical-ultrasound"] + 0.02
    assert {"radiomics_score", "us_reported_nodes"} <= set(
        candidate(fitted, "logistic-regression").facts["reads"]
    )


@pytest.mark.parametrize("name", NAMES)
def test_a_kept_model_gives_the_same_risks_whichever_learner_it_is(
    cases, fitted, name, tmp_path
) -> None:
    model = candidate(fitted, name).risk.__self__
    manifest = save_model(model, tmp_path, {})
    back, _ = load_model_files(tmp_path, manifest["digest"])
    np.testing.assert_array_equal(back.risk(cases), model.risk(cases))
    one = cases.only([4])
    assert str(back.case_risk(one)) == str(model.case_risk(one))
    assert back.doubts(one) == model.doubts(one)
    assert back.inputs == model.inputs


@pytest.mark.parametrize("name", [*NAMES, *PARTS])
def test_a_risk_does_not_depend_on_the_cases_beside_it(cases, fitted, name) -> None:
    risk = candidate(fitted, name).risk
    some = cases.only([11, 3, 40])
    np.testing.assert_array_equal(risk(cases)[[11, 3, 40]], risk(some))


def test_the_same_seed_gives_the_same_model(cases, fitted) -> None:
    again = fit(cases)
    assert same_state(again.model.state(), fitted.model.state())
    for one, other in zip(fitted.candidates, again.candidates, strict=True):
        np.testing.assert_array_equal(one.held_out, other.held_out)
        np.testing.assert_array_equal(one.risk(cases), other.risk(cases))


@pytest.mark.usefixtures("few")
def test_outcomes_and_pictures_of_test_cases_change_nothing() -> None:
    whole = cohort(96, split=True)
    other = whole.frame.copy()
    is_test = (other["split"] == "external").to_numpy()
    other.loc[is_test, OUTCOME] = ~other.loc[is_test, OUTCOME]
    other.loc[is_test, "age_years"] = 20.0
    lost = dict.fromkeys(other["case_id"][is_test], ())
    changed = dataclasses.replace(whole, frame=other, views={**whole.views, **lost})
    one, two = (
        train_system(SCORE_MODEL, some, outcome=OUTCOME, bootstrap=2, config={"images": "yes"})
        for some in (whole, changed)
    )
    assert same_state(one.model.state(), two.model.state())
    assert one.threshold == two.threshold


def test_a_held_out_risk_comes_from_a_pass_that_saw_nothing_of_its_patient(cases, fitted) -> None:
    y_true = cases.outcome(OUTCOME)
    tables = scores.measured(cases, scores.recipes(config()), ("original",))
    columns = cases.registry.only(["age_years", "sex", "margin", "us_reported_nodes"])
    material = Material(cases.frame, tuple(columns), tables, y_true, cases.patient)
    rows, out = next(patient_folds(cases.patient, y_true, seed=0))
    assert not set(cases.patient[rows]) & set(cases.patient[out])
    learned = learn(material.only(rows), Choices(0.9, 0.01, 0), between=lambda step: None)
    others = material.only(out)
    found = learned.log_odds(others.frame, others.tables)
    for name in (*NAMES, *PARTS):
        order = np.argsort(candidate(fitted, name).held_out[out], kind="stable")
        # Calibration keeps the order.
        assert (np.diff(found[name][order]) >= -1e-9).all(), name


def test_a_held_out_score_has_not_seen_its_patient() -> None:
    random = np.random.default_rng(0)
    table = pd.DataFrame(random.normal(size=(120, 60))).rename(columns=str)
    y_true = random.random(120) < 0.4
    args = {"most_r": 0.9, "ridge_c": 0.01}
    seen = fit_score(table, y_true, np.arange(120), **args).score(table)
    held = held_out_scores(table, y_true, np.arange(120), **args, seed=0, between=lambda: None)
    assert np.corrcoef(seen, y_true)[0, 1] > 0.5
    assert abs(np.corrcoef(held, y_true)[0, 1]) < 0.3


def test_a_score_is_the_ridge_of_scikit_learn_without_copies() -> None:
    from sklearn.linear_model import LogisticRegression

    random = np.random.default_rng(1)
    table = pd.DataFrame(random.normal(size=(60, 4)), columns=list("abcd"))
    table["copy"] = table["a"] * 3 + 1
    table["same"] = 2.0
    table.loc[3, "b"] = np.inf
    table["gone"] = np.where(np.arange(60) < 20, np.nan, table["a"])
    y_true = table["a"].to_numpy() + random.normal(size=60) > 0
    found = fit_score(table, y_true, np.arange(60), most_r=0.9, ridge_c=0.05)
    assert found.steps == {"missing": 1, "constant": 1, "correlation": 1, "kept": 4}
    whole = table[list("abcd")].replace(np.inf, np.nan)
    whole = whole.fillna(whole.median())
    scaled = ((whole - whole.mean()) / whole.std(ddof=0)).to_numpy()
    oracle = LogisticRegression(C=0.05, max_iter=5000, tol=1e-10).fit(scaled, y_true)
    np.testing.assert_allclose(found.score(table), oracle.decision_function(scaled), atol=1e-5)


EXACT = {
    "logistic-regression": "log-odds",
    "xgboost": "log-odds",
    "lightgbm": "log-odds",
    "random-forest": "probability",
    "extra-trees": "probability",
    "decision-tree": "probability",
}


@pytest.mark.parametrize("name", EXACT)
def test_what_each_finding_did_adds_up_to_the_output_before_calibration(
    cases, fitted, name
) -> None:
    model = candidate(fitted, name).risk.__self__
    some = cases.only(np.arange(12))
    found = model.attributions(some)
    assert found.scale == EXACT[name]
    assert [one.name for one in found.columns] == list(found.values.columns)
    total = found.baseline + found.effects.sum(axis=1)
    if found.scale == "probability":
        total = logit(np.clip(total, 0.001, 0.999))
    calibrated = model.calibrator.log_odds(total)
    np.testing.assert_allclose(calibrated, logit(model.risk(some)), atol=1e-4)
    assert np.ptp(found.effects, axis=0).max() > 0.01
    np.testing.assert_array_equal(model.attributions(some.only([7])).effects[0], found.effects[7])


@pytest.mark.parametrize("name", EXACT)
def test_bars_of_one_case_are_its_row_of_the_attributions(cases, fitted, name) -> None:
    model = candidate(fitted, name).risk.__self__
    why, found = model.explain(cases.only([5])), model.attributions(cases.only([5]))
    assert why.contributions["effect"].abs().is_monotonic_decreasing
    bars = why.contributions.set_index("column")["effect"]
    assert bars.to_dict() == dict(zip(found.values.columns, found.effects[0], strict=True))
    assert (why.baseline, why.scale) == (found.baseline, found.scale)


def test_a_case_without_a_picture_has_no_attributions_and_the_others_have_theirs(
    cases, fitted
) -> None:
    model = fitted.model
    some = cases.only([3, 4, 5])
    name = str(some.frame["case_id"].iloc[1])
    blind = dataclasses.replace(some, views={k: v for k, v in cases.views.items() if k != name})
    found = model.attributions(blind)
    assert np.isnan(found.effects[1]).all()
    assert found.values["radiomics_score"].isna().tolist() == [False, True, False]
    whole = model.attributions(some)
    np.testing.assert_array_equal(found.effects[[0, 2]], whole.effects[[0, 2]])
    with pytest.raises(UnfitCaseError):
        model.embedding(blind)


@pytest.mark.parametrize("name", ["svm", "knn", "mlp"])
def test_a_learner_without_exact_contributions_says_so(cases, fitted, name) -> None:
    model = candidate(fitted, name).risk.__self__
    assert model.attributions(cases) is None
    why = model.explain(cases.only([5]))
    assert why.contributions.empty
    assert "cannot say exactly" in why.notes[0]


def test_the_deep_score_is_shown_on_the_picture_and_the_radiomics_score_is_not(
    cases, fitted
) -> None:
    for name in ("logistic-regression", "random-forest", "svm"):
        model = candidate(fitted, name).risk.__self__
        why = model.explain(cases.only([5]))
        slope = model.logistic.slope("deep_score") if name == "logistic-regression" else 1.0
        assert [one.kind for one in why.maps] == ["activation"] * (slope != 0), name
        said = " ".join(why.notes)
        assert ("deep features add" in said) == (slope != 0)
        assert ("does not use it in a straight line" in said) == (name != "logistic-regression")
        assert ("radiomics score has no place" in said) == (slope != 0)


@pytest.mark.parametrize("name", ["decision-tree", "random-forest", "extra-trees", "svm"])
def test_a_learner_without_coefficients_has_no_interval_for_one_case(cases, fitted, name) -> None:
    model = candidate(fitted, name).risk.__self__
    risk = model.case_risk(cases.only([5]))
    assert np.isnan(risk.low)
    assert risk.method.endswith("no interval for one case")
    assert 0 <= risk.value <= 1


def test_the_interval_of_one_case_holds_its_risk(cases, fitted) -> None:
    for row in range(10):
        risk = fitted.model.case_risk(cases.only([row]))
        assert risk.low < risk.value < risk.high
        assert risk.value == fitted.model.risk(cases.only([row]))[0]


@pytest.mark.usefixtures("few")
def test_training_pictures_of_which_nothing_can_be_measured_are_counted(cases) -> None:
    def some_black(recipe, some):
        table = measured(recipe, some)
        is_black = table["case_id"].isin(["c4", "c50"])
        names = [name for name in table if name.startswith(("original", "wavelet"))]
        table.loc[is_black, names] = np.nan
        return table

    found = fit(dataclasses.replace(cases, measure=some_black))
    assert any("In 2 training cases none of the radiomics" in note for note in found.notes)
    assert np.isfinite(found.held_out).all()


@pytest.mark.usefixtures("few")
def test_validation_cases_calibrate_and_nothing_else(cases, fitted) -> None:
    validation = cohort(120).only(np.arange(90, 120))
    found = fit(cases, validation)
    one, two = found.model.state(), fitted.model.state()
    assert one.facts["calibrator"] != two.facts["calibrator"]
    assert all(np.array_equal(one.tensors[name], two.tensors[name]) for name in one.tensors)


@pytest.mark.usefixtures("few")
def test_another_learner_or_the_best_can_be_the_model(cases, fitted) -> None:
    from sklearn.metrics import roc_auc_score

    assert fit(cases, learner="knn").model.learner == "knn"
    best = fit(cases, learner="best")
    y_true = cases.outcome(OUTCOME)
    names = ("logistic-regression", "knn")
    auc = {name: roc_auc_score(y_true, candidate(best, name).held_out) for name in names}
    assert auc[best.model.learner] == pytest.approx(max(auc.values()), abs=1e-12)


@pytest.mark.usefixtures("few")
def test_without_pictures_findings_alone_are_learned_from_and_a_note_says_so() -> None:
    found = fit(cohort(pictures=False))
    assert [one.name for one in found.candidates] == ["logistic-regression", "knn"]
    assert found.model.inputs.views == ()
    assert any("no radiomics score and no deep score" in note for note in found.notes)
    model = fit(cohort(), images="no").model
    assert same_state(model.state(), found.model.state())


def test_a_damaged_state_is_refused(fitted) -> None:
    state = fitted.model.state()
    for broken in (
        {**state.facts, "learner": "oracle"},
        {**state.facts, "recipes": {"radiomics": {"maker": "os:system", "kind": "radiomics"}}},
        {**state.facts, "calibrator": None},
        {},
    ):
        with pytest.raises(ModelError):
            ScoreModel.from_state(State(state.tensors, broken, state.files))


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("images", "maybe"),
        ("learner", "oracle"),
        ("most_r", 0.0),
        ("ridge_c", -1.0),
        ("radiomics_images", []),
        ("radiomics_images", ["sepia"]),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused(cases, setting, value) -> None:
    with pytest.raises(TrainingError, match=f"'{setting}'"):
        SCORE_MODEL.require(cases, outcome=OUTCOME, config=config(**{setting: value}))


@pytest.mark.usefixtures("few")
def test_too_few_patients_or_one_class_are_refused(cases) -> None:
    with pytest.raises(MissingOutcomeError, match="at least 10"):
        SCORE_MODEL.require(cases.only(np.arange(12)), outcome=OUTCOME, config=config())
    frame = cases.frame.assign(**{OUTCOME: True})
    with pytest.raises(MissingOutcomeError, match="at least 10"):
        fit(dataclasses.replace(cases, frame=frame))


def test_some_cases_without_an_outlined_ultrasound_picture_are_counted(cases) -> None:
    views = dict(cases.views)
    views["c1"] = (picture("c1", lesion=False),)
    views["c2"] = (picture("c2", modality="CT"),)
    del views["c3"]
    with pytest.raises(UnfitCaseError, match="3 of 90 cases have no ultrasound"):
        fit(dataclasses.replace(cases, views=views))
    with pytest.raises(UnfitCaseError, match="90 of 90"):
        fit(dataclasses.replace(cases, views={}), images="yes")


def test_a_case_without_a_picture_has_no_risk(cases, fitted) -> None:
    bare = dataclasses.replace(cases.only([0]), views={})
    with pytest.raises(UnfitCaseError):
        fitted.model.risk(bare)


@pytest.mark.usefixtures("few")
def test_gaps_and_lone_levels_are_handled_and_a_lost_column_counts_as_unknown(cases) -> None:
    registry = Registry([*cases.registry, Column("empty_number", "Empty", Kind.NUMBER)])
    frame = cases.frame.assign(empty_number=np.nan, sex="female")
    found = fit(dataclasses.replace(cases, frame=frame, registry=registry))
    assert any("Empty has one value or none" in note for note in found.notes)
    assert any("Sex has one value or none" in note for note in found.notes)
    model = found.model
    lost = dataclasses.replace(cases, frame=cases.frame.drop(columns="us_reported_nodes"))
    assert np.isfinite(model.risk(lost)).all()
    assert any("unknown here" in one for one in model.doubts(lost.only([0])))


def test_no_findings_at_all_are_refused(cases) -> None:
    bare = dataclasses.replace(cases, registry=cases.registry.only(["case_id", OUTCOME]))
    bare = dataclasses.replace(bare, frame=cases.frame[["case_id", "patient_id", OUTCOME]])
    with pytest.raises(PredictorError):
        SCORE_MODEL.require(bare, outcome=OUTCOME, config=config())
    with pytest.raises(PredictorError, match="is an outcome"):
        SCORE_MODEL.require(cases, outcome=OUTCOME, config=config(predictors=[OUTCOME]))


def test_a_feature_that_was_not_measured_is_doubted(cases, fitted) -> None:
    def with_gap(recipe, some):
        table = measured(recipe, some)
        return table.assign(original_glcm_f2=np.nan) if "original_glcm_f2" in table else table

    gap = dataclasses.replace(cases.only([2]), measure=with_gap)
    assert any("radiomics score could not be measured" in one for one in fitted.model.doubts(gap))
    assert np.isfinite(fitted.model.risk(gap)).all()

    def without(recipe, some):
        return measured(recipe, some).drop(columns="original_glcm_f2", errors="ignore")

    with pytest.raises(FeatureError, match="were not measured"):
        fitted.model.risk(dataclasses.replace(cases.only([2]), measure=without))


def test_a_picture_of_which_nothing_can_be_measured_gives_no_risk(cases, fitted) -> None:
    def nothing(recipe, some):
        table = measured(recipe, some)
        return table.assign(**{name: np.nan for name in table if name.startswith("original")})

    black = dataclasses.replace(cases.only([2]), measure=nothing)
    with pytest.raises(UnfitCaseError, match="none of its features can be measured"):
        fitted.model.risk(black)


def test_a_training_that_is_cancelled_stops(cases) -> None:
    asked = SimpleNamespace(times=0)

    def is_cancelled() -> bool:
        asked.times += 1
        return asked.times > 20

    with pytest.raises(TrainingStopped):
        fit(cases, run=Run(is_cancelled=is_cancelled))
    assert asked.times == 21


@pytest.mark.usefixtures("few")
def test_progress_never_goes_back(cases) -> None:
    shares: list[float] = []
    fit(cases, run=Run(progress=lambda share, step: shares.append(share)))
    assert shares == sorted(shares)
    assert shares[0] == 0.0
    assert shares[-1] == 1.0


def test_scores_are_no_columns_that_a_form_asks_for(fitted) -> None:
    assert {column.role for column in fitted.model.inputs.columns} == {Role.PREDICTOR}
    assert not [c for c in fitted.model.inputs.columns if c.name.endswith("_score")]
    assert fitted.model.inputs.structures == ("lesion",)
