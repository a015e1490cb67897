import numpy as np
import pandas as pd
import pytest

from clnm_core.errors import ModelError, TrainingStopped
from clnm_core.explain.reference import (
    MOST_MEASURED,
    NEAREST,
    mean_nearest,
    own_distances,
    reference_of_cases,
    taught,
)
from clnm_core.systems.run import Run
from tests.unit.explain.known_cohort import PICTURED, TABULAR, Columns, cohort


def made(cases, model=None, is_training=None, **more):
    chosen = np.ones(len(cases), dtype=bool) if is_training is None else is_training
    return reference_of_cases(model or Columns(TABULAR), cases, chosen, **more)


def test_a_reference_holds_the_models_numbers_of_every_case_of_the_cohort():
    cases = cohort(30)
    found = made(cases, is_training=np.arange(30) < 20)
    assert found.case_ids == tuple(cases.frame["case_id"])
    assert found.embedding[:, 0] == pytest.approx(cases.frame["age_years"])
    assert found.is_training.sum() == 20
    assert np.isfinite(found.own_distance).tolist() == found.is_training.tolist()


def test_test_cases_never_say_what_is_usual():
    cases, is_training = cohort(40, pictures=True), np.arange(40) < 25
    changed = cohort(40)
    changed.frame.loc[25:, "age_years"] = 1e6
    before, after = (made(one, Columns(PICTURED), is_training) for one in (cases, changed))
    assert np.array_equal(before.own_distance, after.own_distance, equal_nan=True)
    assert set(after.training_pictures["case_id"]) == set(cases.frame["case_id"][:25])


def test_own_distances_are_those_of_a_search_by_hand_without_the_own_patient():
    random = np.random.default_rng(100)
    points = random.normal(size=(90, 3)).astype(np.float32)
    patient = np.repeat(np.arange(45), 2)
    is_training = random.random(90) < 0.7
    found = own_distances(points, is_training, patient)
    for row in range(90):
        others = is_training & (patient != patient[row])
        apart = np.sort(np.linalg.norm(points[others].astype(float) - points[row], axis=1))
        expected = apart[:NEAREST].mean() if is_training[row] else np.nan
        assert found[row] == pytest.approx(expected, nan_ok=True)


def test_the_distance_of_a_case_is_measured_as_that_of_training_cases_is():
    points = np.random.default_rng(101).normal(size=(50, 4)).astype(np.float32)
    own = own_distances(points, np.ones(50, dtype=bool), np.arange(50))
    assert own[3] == pytest.approx(mean_nearest(np.delete(points, 3, axis=0), points[3]))


@pytest.mark.parametrize("n", [2, 3, NEAREST])
def test_with_fewer_training_cases_than_neighbours_all_of_them_count(n):
    own = own_distances(
        np.arange(n, dtype=np.float32)[:, None], np.ones(n, dtype=bool), np.arange(n)
    )
    assert own[0] == pytest.approx(np.arange(1, n).mean())


def test_one_training_case_and_one_patient_have_no_distance():
    assert np.isnan(made(cohort(1)).own_distance).all()
    assert np.isnan(made(cohort(4, patients=["a"] * 4)).own_distance).all()


def test_of_many_training_cases_some_are_measured_and_quickly():
    n = MOST_MEASURED + 500
    points = np.random.default_rng(102).normal(size=(n, 2)).astype(np.float32)
    own = own_distances(points, np.ones(n, dtype=bool), np.arange(n))
    assert np.isfinite(own).sum() == MOST_MEASURED
    assert np.isfinite(own[[0, -1]]).all()


def test_cases_that_the_model_refuses_are_left_out_and_counted():
    cases = cohort(20)
    cases.frame.loc[3, "age_years"] = np.nan
    found = made(cases, Columns(TABULAR, refused=frozenset({"case-005"})))
    assert found.left_out == 2
    assert {"case-003", "case-005"}.isdisjoint(found.case_ids)
    assert len(found.embedding) == 18


def test_cases_without_pictures_are_left_out_where_the_model_reads_pictures():
    cases = cohort(10)
    del cases.views["case-004"]
    found = made(cases, Columns(PICTURED))
    assert found.left_out == 1
    assert "case-004" not in found.case_ids
    assert len(found.pictures) == 9


def test_a_cohort_without_pictures_has_none_in_its_reference():
    assert made(cohort(10, pictures=False)).pictures.empty
    with pytest.raises(ModelError, match="no numbers for any case that taught it"):
        made(cohort(10, pictures=False), Columns(PICTURED))


def test_no_number_at_all_is_said_in_words():
    cases = cohort(5, age_years=[np.nan] * 5)
    with pytest.raises(ModelError, match="Train it again"):
        made(cases)


def test_it_stops_when_it_is_asked_to():
    with pytest.raises(TrainingStopped):
        made(cohort(5), run=Run(is_cancelled=lambda: True))


def test_progress_never_falls():
    shares = []
    made(cohort(150), Columns(PICTURED), run=Run(lambda share, step: shares.append(share)))
    assert shares == sorted(shares)
    assert len(shares) > 4


def test_what_was_always_known_is_so_of_training_cases():
    cases = cohort(6, sex=["f", "m", "f", "m", None, " "])
    assert made(cases, is_training=np.arange(6) < 4).always_known == ("age_years", "sex")
    assert made(cases).always_known == ("age_years",)


def test_pictures_are_described_as_they_are():
    facts = made(cohort(5), Columns(PICTURED), manufacturers={"case-001-1": "GE"}).pictures
    assert facts["manufacturer"].tolist() == ["", "GE", "", "", ""]
    assert facts["spacing_mm"].tolist() == pytest.approx([0.1] * 5)
    assert facts["lesion_mm"].between(1.2, 1.7).all()  # a square of 12 pixels, its corners round
    assert facts["mean_grey"].between(85, 115).all()


def test_only_cases_of_a_training_split_with_a_known_outcome_and_one_split_taught():
    cases = cohort(
        6,
        patients=["a", "b", "c", "c", "d", "e"],
        split=["train", "train", "train", "external", "validation", "train"],
        any=pd.Series([True, None, True, False, True, False], dtype=object),
    )
    split = dict(zip(cases.frame["case_id"], cases.frame["split"], strict=True))
    assert taught(cases, split, "any").tolist() == [True, False, False, False, False, True]
    del split["case-005"]  # the model could not judge it
    assert taught(cases, split, "any").tolist() == [True, *[False] * 5]


def test_in_a_cohort_without_splits_all_that_were_cross_validated_taught():
    cases = cohort(4, split=[None] * 4)
    split = dict.fromkeys(cases.frame["case_id"], "cross-validated")
    assert taught(cases, split, "any").all()


def test_cases_that_are_gone_or_are_another_patients_now_are_named():
    cases = cohort(5)
    found = made(cases)
    today = dict(zip(found.case_ids, found.patient_ids, strict=True))
    assert found.changed(today) == frozenset()
    del today["case-000"]
    today["case-003"] = "patient-of-another-import"
    assert found.changed(today) == {"case-000", "case-003"}
    assert found.changed({}) == set(found.case_ids)
