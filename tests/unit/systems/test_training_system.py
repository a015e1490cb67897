"""A system sees training and validation cases alone, and every case gets an honest risk."""

from __future__ import annotations

import dataclasses

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import (
    EmptyCohortError,
    MissingOutcomeError,
    TrainingError,
    TrainingStopped,
    UnfitCaseError,
)
from clnm_core.features.items import Item
from clnm_core.stats.thresholds import youden_threshold
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import CROSS_VALIDATED
from clnm_core.systems.training import train_system
from tests.tiny_system import TinyModel, TinySystem

COLUMNS = (
    *("case_id", "patient_id", "centre", "split", "age_years", "capsule_distance_mm"),
    *("risk_stage", "lateral"),
)


def cohort(n=300, seed=0, *, split=True, views=None) -> Cases:
    random = np.random.default_rng(seed)
    distance = random.gamma(2, 3, n)
    number = np.arange(n)
    lateral = (random.random(n) < 1 / (1 + np.exp(0.4 * distance - 1.5))).astype(object)
    lateral[::25] = None
    frame = pd.DataFrame({
        "case_id": [f"c{i}" for i in range(n)],
        "patient_id": [f"p{i // 2}" for i in range(n)],
        "centre": random.choice(["A", "B", "C"], n),
        "age_years": random.normal(45, 12, n).clip(18, 80),
        "capsule_distance_mm": distance,
        "risk_stage": random.choice(["low", "high"], n),
        "lateral": lateral,
    })  # fmt: skip
    if split:
        words = ["train", "train", "train", "validation", "external"]
        frame["split"] = np.array(words, dtype=object)[(number // 2) % 5]
    return Cases(frame, BUILT_IN.only(COLUMNS), views or {})


def trained(cases, system=None, **more):
    return train_system(
        system or TinySystem(), cases, outcome="lateral", **{"bootstrap": 10, **more}
    )


def picture(name, *, lesion=True, modality="US") -> View:
    grey = np.zeros((4, 4), np.float32)
    return View(f"{name}-1", "transverse", modality, lesion, False, lambda: Item(grey))


def with_pictures(cases, names) -> Cases:
    return dataclasses.replace(cases, views={name: (picture(name),) for name in names})


def test_only_training_and_validation_cases_with_a_known_outcome_are_ever_shown() -> None:
    cases, system = cohort(), TinySystem()
    found = trained(cases, system)
    may_see = cases.frame["split"].isin(["train", "validation"]) & cases.frame["lateral"].notna()
    assert set().union(*map(set, system.shown)) == set(cases.frame["case_id"][may_see])
    _, training, validation = system.shown
    split = cases.frame.set_index("case_id")["split"]
    assert set(split[training]) == {"train"}
    assert set(split[validation]) == {"validation"}
    assert found.training.cases == len(training)
    assert found.validation.cases == len(validation)
    assert found.training.events == cases.frame.set_index("case_id")["lateral"][training].sum()


def test_what_happens_to_test_cases_changes_nothing_in_the_model() -> None:
    cases = cohort()
    frame = cases.frame.copy()
    is_test = frame["split"] == "external"
    frame.loc[is_test, "lateral"] = True
    frame.loc[is_test, "capsule_distance_mm"] = 0.0
    one, other = trained(cases), trained(dataclasses.replace(cases, frame=frame))
    np.testing.assert_array_equal(one.model.line, other.model.line)
    assert one.threshold == other.threshold
    assert one.metrics["validation"] == other.metrics["validation"]


def test_cases_of_unknown_outcome_teach_nothing_are_counted_and_get_a_risk() -> None:
    cases = cohort()
    found = trained(cases)
    assert found.set_aside == {"Lateral neck metastasis is unknown.": 12}
    assert len(found.predictions) == len(cases)
    assert found.not_judged.empty
    assert np.isfinite(found.predictions["risk"]).all()


def test_a_patient_of_two_splits_teaches_nothing_and_is_said() -> None:
    cases, system = cohort(), TinySystem()
    frame = cases.frame.copy()
    frame.loc[frame.index[:2], "split"] = ["train", "external"]
    frame.loc[frame.index[6:8], "split"] = ["validation", None]
    found = trained(dataclasses.replace(cases, frame=frame), system)
    fitted_on = {*system.shown[1], *system.shown[2]}
    assert not fitted_on & {"c0", "c1", "c6", "c7"}
    assert any("2 patients stand in several splits" in note for note in found.notes)
    assert set(found.predictions["split"]) == {"train", "validation", "external", "not assigned"}


def test_a_cohort_without_splits_has_its_patients_divided_the_same_way_twice() -> None:
    cases, system = cohort(split=False), TinySystem()
    found, again = trained(cases, system), trained(cases)
    pd.testing.assert_frame_equal(found.predictions, again.predictions)
    split = found.predictions["split"]
    patient = cases.frame["patient_id"]
    assert pd.DataFrame({"p": patient, "s": split}).groupby("p")["s"].nunique().max() == 1
    shares = pd.Series(patient.to_numpy()).groupby(split.to_numpy()).nunique() / patient.nunique()
    assert shares.round(2).to_dict() == {"train": 0.6, "validation": 0.2, "test": 0.2}
    assert "divided at random" in found.notes[1]
    other = trained(cases, seed=1).predictions["split"]
    assert (other != split).any()
    share = [part.mean() for _, part in cases.frame["lateral"].dropna().astype(bool).groupby(split)]
    assert max(share) - min(share) < 0.12


def test_a_cross_validated_system_learns_from_all_of_a_cohort_without_splits() -> None:
    found = trained(cohort(split=False), TinySystem(is_cross_validated=True))
    assert set(found.predictions["split"]) == {CROSS_VALIDATED}
    assert found.threshold_from == CROSS_VALIDATED
    assert not any("flatter" in note for note in found.notes)


def test_training_cases_carry_held_out_risks_where_there_are_any() -> None:
    cases = cohort()
    found = trained(cases, TinySystem(is_cross_validated=True))
    own = pd.Series(found.model.risk(cases), index=cases.frame["case_id"])
    given = found.predictions.set_index("case_id")["risk"]
    learned = (cases.frame["split"] == "train") & cases.frame["lateral"].notna()
    learned.index = given.index
    np.testing.assert_allclose(given[learned], own[learned] * 0.999)
    np.testing.assert_array_equal(given[~learned], own[~learned])


def test_the_threshold_is_chosen_on_validation_else_on_training_else_it_is_a_half() -> None:
    cases = cohort()
    found = trained(cases)
    frame = found.predictions.assign(y=cases.frame["lateral"])
    rows = frame[(frame["split"] == "validation") & frame["y"].notna()]
    wanted = youden_threshold(Predictions.of(rows["y"].astype(bool), rows["risk"]))
    assert (found.threshold, found.threshold_from) == (wanted, "validation")
    frame = cases.frame.assign(split=cases.frame["split"].replace("validation", "train"))
    found = trained(dataclasses.replace(cases, frame=frame))
    assert found.threshold_from == "train"
    assert any("flatter it" in note for note in found.notes)


def test_validation_of_one_class_is_not_shown_and_said() -> None:
    cases, system = cohort(), TinySystem()
    frame = cases.frame.copy()
    frame.loc[frame["split"] == "validation", "lateral"] = False
    found = trained(dataclasses.replace(cases, frame=frame), system)
    assert len(system.shown) == 2
    assert found.validation.cases == 0
    assert found.threshold_from == "train"
    assert any("same outcome" in note for note in found.notes)


def test_everything_that_was_tried_is_judged_on_the_same_cases() -> None:
    found = trained(cohort())
    assert [one.name for one in found.candidates] == ["line", "shifted"]
    for one in found.candidates:
        assert set(one.metrics) == {"train", "validation", "external"}
        assert list(one.predictions["case_id"]) == list(found.predictions["case_id"])
    line, shifted = found.candidates
    assert line.metrics == found.metrics
    assert shifted.metrics["external"]["auc"] == line.metrics["external"]["auc"]
    assert shifted.metrics["external"]["o_e_ratio"] != line.metrics["external"]["o_e_ratio"]
    assert shifted.facts == {"shift": 1.0}


def test_a_model_that_was_also_tried_is_asked_once(monkeypatch) -> None:
    asked: list[int] = []
    risk = TinyModel.risk

    def counted(self, cases):
        asked.append(len(cases))
        return risk(self, cases)

    monkeypatch.setattr(TinyModel, "risk", counted)
    trained(cohort())
    assert asked == [300, 300]  # the line, which is the model, and the line that is shifted


def test_a_case_without_a_picture_teaches_nothing_is_not_judged_and_listed() -> None:
    cases, system = cohort(), TinySystem()
    frame = cases.frame
    shown = frame["case_id"].iloc[20:]
    found = trained(with_pictures(cases, shown), system, config={"reads_pictures": True})
    assert list(found.not_judged["case_id"]) == [f"c{i}" for i in range(20)]
    assert set(found.not_judged["reason"]) == {"It has no ultrasound picture."}
    assert not {f"c{i}" for i in range(20)} & set(found.predictions["case_id"])
    assert not {f"c{i}" for i in range(20)} & {*system.shown[-1], *system.shown[-2]}
    assert found.set_aside["It has no picture."] == 19


def test_a_cohort_without_pictures_is_refused_by_a_system_that_reads_them() -> None:
    with pytest.raises(UnfitCaseError, match="no picture"):
        trained(cohort(), config={"reads_pictures": True})


def test_pictures_of_another_kind_are_no_pictures() -> None:
    cases = cohort()
    names = list(cases.frame["case_id"])
    views = {name: (picture(name, modality="CT" if name == "c9" else "US"),) for name in names}
    found = trained(dataclasses.replace(cases, views=views), config={"reads_pictures": True})
    assert found.not_judged.to_dict("records") == [
        {"case_id": "c9", "reason": "It has no ultrasound picture; what it has is CT."}
    ]


@pytest.mark.parametrize(
    ("config", "words"),
    [
        ({"depth": 3}, "tiny has no setting 'depth'. Its settings are column, epochs"),
        ({"epochs": 2.5}, "'epochs' of tiny must be a whole number"),
        ({"epochs": True}, "must be a whole number"),
        ({"rate": "fast"}, "'rate' of tiny must be a number"),
        ({"rate": float("nan")}, "must be a number"),
        ({"column": ["a"]}, "must be a word"),
        ({"reads_pictures": 1}, "must be true or false"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_in_words(config, words) -> None:
    with pytest.raises(TrainingError, match=words):
        trained(cohort(), config=config)


def test_settings_and_seed_are_kept_with_what_was_trained() -> None:
    found = trained(cohort(), config={"rate": 1}, seed=4)
    assert found.config["rate"] == 1.0
    assert found.config["epochs"] == 2
    assert found.seed == 4
    assert [epoch.number for epoch in found.history] == [1, 2]


@pytest.mark.parametrize(
    ("change", "error", "words"),
    [
        (lambda f: f.head(12), TrainingError, "Too few cases"),
        (lambda f: f.assign(lateral=True), TrainingError, "Too few cases"),
        (lambda f: f.assign(lateral=None), MissingOutcomeError, "not known for any case"),
        (lambda f: f.assign(split="external"), UnfitCaseError, "No case is left"),
        (lambda f: f.assign(split="validation"), EmptyCohortError, "no case in the train split"),
        (lambda f: f.drop(columns="capsule_distance_mm"), TrainingError, "is not there"),
    ],
)
def test_too_little_to_learn_from_gets_a_sentence(change, error, words) -> None:
    cases = cohort()
    with pytest.raises(error, match=words):
        trained(dataclasses.replace(cases, frame=change(cases.frame)))


def test_a_column_of_gaps_is_no_traceback() -> None:
    cases = cohort()
    found = trained(
        dataclasses.replace(cases, frame=cases.frame.assign(capsule_distance_mm=np.nan))
    )
    assert found.predictions["risk"].nunique() == 1


def test_a_training_says_how_far_it_is_and_stops_when_asked() -> None:
    said: list[tuple[float, str]] = []
    trained(cohort(), run=Run(progress=lambda share, step: said.append((share, step))))
    shares = [share for share, _ in said]
    assert shares == sorted(shares)
    assert any("Epoch 2 of 2" in step for _, step in said)
    with pytest.raises(TrainingStopped):
        trained(cohort(), run=Run(is_cancelled=lambda: len(said) > 0))
