"""The problems are in the planted cohort, and not in its clean twin."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.imaging.copies import copies
from clnm_core.imaging.fingerprint import fingerprint
from clnm_core.stats.calibration import o_e_ratio
from clnm_core.stats.discrimination import auc
from clnm_core.synth import planted
from clnm_core.synth.demo import judged
from clnm_core.synth.drawing import image_count, pictures_of

WITH = planted.planted_problems(seed=0)
TWIN = planted.planted_problems(seed=0, planted=False)


@pytest.fixture(scope="module")
def risks():
    """Risks of every model by cohort and name."""
    return {
        is_planted: {
            model.name: frame["risk"].to_numpy()
            for model, frame in judged(
                cohort, seed=0, models=planted.planted_models(planted=is_planted)
            ).risks
        }
        for is_planted, cohort in ((True, WITH), (False, TWIN))
    }


def new_cases(cohort, risk, mask):
    known = (cohort.cases["lateral"].notna() & (cohort.cases["split"] != "train")).to_numpy() & mask
    return Predictions.of(cohort.cases["lateral"][known].to_numpy(dtype=bool), risk[known])


def test_30_patients_of_training_come_again_in_test_and_in_the_twin_none():
    splits = WITH.cases.groupby("patient_id")["split"].agg(frozenset)
    both = splits[splits.map(len) > 1]
    assert len(both) == 30
    assert set(both) == {frozenset(["train", "test"])}
    assert (TWIN.cases.groupby("patient_id")["split"].nunique() == 1).all()


def test_who_comes_again_is_the_same_person_measured_anew():
    splits = WITH.cases.groupby("patient_id")["split"].transform("nunique")
    again = WITH.cases[splits > 1]
    for column in ("age_years", "sex", "centre"):
        assert (again.groupby("patient_id")[column].nunique() == 1).all(), column
    assert (again.groupby("patient_id")["lateral"].nunique(dropna=False) == 1).all()
    assert (again.groupby("patient_id")["max_diameter_mm"].nunique() == 2).mean() > 0.5


def test_the_twin_has_as_many_cases_splits_and_pictures():
    assert len(TWIN.cases) == len(WITH.cases) == 1190
    pd.testing.assert_series_equal(
        TWIN.cases["split"].value_counts(), WITH.cases["split"].value_counts()
    )
    assert image_count(TWIN) == image_count(WITH) == 400
    assert TWIN.hidden["picture"].dropna().is_unique


def test_second_nodules_stay_with_their_patient_in_the_twin_too():
    sizes = TWIN.cases["patient_id"].value_counts()
    assert (sizes > 1).sum() == 50


def test_40_test_cases_show_the_edited_picture_of_a_training_case():
    split = WITH.hidden.set_index("case_id")["split"]
    shown = WITH.hidden[["case_id", "picture"]].dropna()
    copied = shown[shown["case_id"] != shown["picture"]]
    assert len(copied) == 40
    assert (split.loc[copied["case_id"]] == "test").all()
    assert (split.loc[copied["picture"]] == "train").all()
    row = int(copied.index[0])
    source = int(np.flatnonzero(WITH.hidden["case_id"] == copied["picture"].iloc[0])[0])
    (copy,), (own,) = pictures_of(WITH, row, seed=0), pictures_of(WITH, source, seed=0)
    prints = [fingerprint(picture.pixels) for picture in (copy, own)]
    assert not np.array_equal(copy.pixels, own.pixels)
    assert copy.masks["nodule"].shape == copy.pixels.shape
    found = copies([one.phash for one in prints], [one.thumbnail for one in prints])
    assert len(found.first) == 1


def test_the_uneven_model_is_worse_at_centre_d_only(risks):
    at_d = (WITH.cases["centre"] == "D").to_numpy()
    there, elsewhere = (
        auc(new_cases(WITH, risks[True]["uneven-demo"], mask)).value for mask in (at_d, ~at_d)
    )
    assert there < 0.7
    assert elsewhere > 0.85
    at_d = (TWIN.cases["centre"] == "D").to_numpy()
    assert auc(new_cases(TWIN, risks[False]["uneven-demo"], at_d)).value > 0.8


def test_the_tilted_model_is_too_low_for_men_only(risks):
    is_male = (WITH.cases["sex"] == "male").to_numpy()
    men, women = (
        o_e_ratio(new_cases(WITH, risks[True]["tilted-demo"], mask)) for mask in (is_male, ~is_male)
    )
    assert men.low > 1.2
    assert women.value == pytest.approx(1, abs=0.15)
    is_male = (TWIN.cases["sex"] == "male").to_numpy()
    men = o_e_ratio(new_cases(TWIN, risks[False]["tilted-demo"], is_male))
    assert men.value == pytest.approx(1, abs=0.2)


def test_the_fair_model_is_the_same_in_both(risks):
    same = (WITH.cases["case_id"] == TWIN.cases["case_id"]).to_numpy()
    assert same.sum() > 1100
    assert risks[True]["fair-demo"][same] == pytest.approx(
        risks[False]["fair-demo"][same], abs=0.05
    )


def test_nothing_learns_from_the_planted_cohort_unasked():
    assert not WITH.is_for_training
    assert "on purpose" in WITH.description
    assert TWIN.is_for_training
