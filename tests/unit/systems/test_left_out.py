"""The baseline, trained without the centre on which it is judged."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.discrimination import auc
from clnm_core.systems import left_out
from clnm_core.systems.clinical import fit_clinical
from clnm_core.systems.left_out import leave_centres_out

NAMES = ("patient_id", "centre", "age_years", "capsule_distance_mm", "sex", "lateral")
REGISTRY = BUILT_IN.only(NAMES)


def cohort(n=600, seed=0):
    rng = np.random.default_rng(seed)
    distance, age = rng.gamma(2, 3, n), rng.normal(45, 12, n).clip(18, 80)
    risk = 1 / (1 + np.exp(-(1 - 0.35 * distance)))
    return pd.DataFrame(
        {
            "patient_id": [f"p{i}" for i in range(n)],
            "centre": rng.choice(["A", "B", "C"], n),
            "age_years": age,
            "capsule_distance_mm": distance,
            "sex": rng.choice(["female", "male"], n),
            "lateral": pd.array(rng.random(n) < risk, dtype="boolean"),
        }
    )


def test_each_centre_is_judged_by_a_model_of_the_others():
    frame = cohort()
    found = {one.centre: one for one in leave_centres_out(frame, REGISTRY, "lateral").centres}
    assert set(found) == {"A", "B", "C"}
    here = frame["centre"] == "B"
    columns = [REGISTRY[name] for name in ("age_years", "sex", "capsule_distance_mm")]
    others = frame[~here]
    model = fit_clinical(others, others["lateral"].to_numpy(dtype=bool), columns, outcome="lateral")
    judged = Predictions.of(frame[here]["lateral"].to_numpy(dtype=bool), model.risk(frame[here]))
    assert found["B"].auc.value == pytest.approx(auc(judged).value)
    assert found["B"].n + found["B"].learned_from == 600


def test_a_centre_where_the_finding_means_the_opposite_is_seen():
    frame = cohort()
    frame["centre"] = np.resize(["A", "B", "A", "B", "C"], 600)
    here = frame["centre"] == "C"
    frame.loc[here, "lateral"] = ~frame.loc[here, "lateral"]
    found = {one.centre: one for one in leave_centres_out(frame, REGISTRY, "lateral").centres}
    assert found["C"].auc.value < 0.4
    assert found["A"].auc.value > 0.6


def test_a_patient_of_two_centres_is_never_known():
    frame = cohort()
    frame.loc[:99, "patient_id"] = [f"q{i // 2}" for i in range(100)]
    frame.loc[:99, "centre"] = ["A", "B"] * 50
    found = {one.centre: one for one in leave_centres_out(frame, REGISTRY, "lateral").centres}
    assert found["A"].learned_from == 600 - found["A"].n - 50


def test_cases_without_outcome_or_centre_are_passed_over():
    frame = cohort()
    frame.loc[:49, "lateral"] = pd.NA
    frame.loc[50:99, "centre"] = None
    assert sum(one.n for one in leave_centres_out(frame, REGISTRY, "lateral").centres) == 500


def test_what_cannot_be_fitted_or_judged_says_why():
    frame = cohort(60).assign(centre=["tiny"] * 5 + ["A"] * 40 + ["B"] * 15)
    found = {one.centre: one for one in leave_centres_out(frame, REGISTRY, "lateral").centres}
    assert "fewer than 10 cases" in found["tiny"].auc.method
    assert "too few cases to learn from" in found["A"].auc.method


@pytest.mark.parametrize("n", [0, 12])
def test_one_centre_is_left_out_of_nothing(n):
    assert leave_centres_out(cohort(n).assign(centre="A"), REGISTRY, "lateral").centres == ()


def test_of_very_many_patients_a_sample_takes_part(monkeypatch):
    monkeypatch.setattr(left_out, "MOST_PATIENTS", 200)
    found = leave_centres_out(cohort(), REGISTRY, "lateral")
    assert found.is_sample
    assert sum(one.n for one in found.centres) == 200
