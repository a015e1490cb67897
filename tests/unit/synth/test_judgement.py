"""Simulated models and readers are as good, and as bad, as they are meant to be."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.stats import rankdata

from clnm_core.domain.predictions import Predictions
from clnm_core.synth import planted
from clnm_core.synth.demo import demo_cohorts, judged
from clnm_core.synth.models import MODELS, manifest
from clnm_core.synth.readers import PANELS

SMALL = {cohort.name: judged(cohort, seed=0) for cohort in demo_cohorts("small", seed=0)}
each = pytest.mark.parametrize("one", SMALL.values(), ids=SMALL.keys())
READ = {name: one for name, one in SMALL.items() if name != planted.NAME}
each_that_was_read = pytest.mark.parametrize("one", READ.values(), ids=READ.keys())


def auc(one, risk, outcome, split=None):
    cases = one.cohort.cases
    use = cases[outcome].notna() & ((cases["split"] == split) if split else True)
    y = cases.loc[use, outcome].to_numpy(dtype=bool)
    ranks = rankdata(np.asarray(risk)[use.to_numpy()])
    events = y.sum()
    return (ranks[y].sum() - events * (events + 1) / 2) / (events * (len(y) - events))


def risks(one, name):
    return next(frame["risk"] for model, frame in one.risks if model.name == name)


@each
def test_every_cohort_has_at_least_two_models_with_a_risk_for_every_case(one):
    assert len(one.risks) >= 2
    for model, frame in one.risks:
        assert frame["case_id"].tolist() == one.cohort.cases["case_id"].tolist()
        assert frame["split"].tolist() == one.cohort.cases["split"].tolist()
        assert frame["risk"].between(0, 1, inclusive="neither").all()
        assert model.truth.outcome in one.cohort.registry


@each
def test_manifests_say_that_the_predictions_are_simulated(one):
    for model, _ in one.risks:
        said = manifest(model, one.cohort, seed=0)
        assert said["kind"] == "simulated predictions"
        assert "No model was trained" in said["note"]
        json.dumps(said, allow_nan=False)


def test_looking_beats_reading_the_record_and_nobody_beats_the_truth(paper):
    truth = auc(paper, paper.cohort.cases["true_risk"], "lateral", "external")
    clinical, image, both = (
        auc(paper, risks(paper, f"{name}-demo"), "lateral", "external")
        for name in ("clinical", "image", "combined")
    )
    assert 0.85 < truth < 0.95
    assert clinical + 0.05 < image < both < truth


def slope(one, risk, outcome):
    from sklearn.linear_model import LogisticRegression

    known = one.cohort.cases[outcome].notna().to_numpy()
    predictions = Predictions.of(
        one.cohort.cases.loc[known, outcome].to_numpy(dtype=bool), np.asarray(risk)[known]
    )
    logit = np.log(predictions.risk / (1 - predictions.risk))[:, None]
    return LogisticRegression(C=np.inf).fit(logit, predictions.y_true).coef_[0, 0]


def test_one_model_is_calibrated_and_one_is_too_confident(paper):
    assert slope(paper, risks(paper, "clinical-demo"), "lateral") == pytest.approx(1, abs=0.1)
    assert slope(paper, risks(paper, "combined-demo"), "lateral") < 0.7


def test_the_image_model_is_worse_where_there_is_thyroiditis(paper):
    weak = paper.cohort.hidden["hashimoto"].to_numpy()
    risk = risks(paper, "image-demo").to_numpy()
    known = paper.cohort.cases["lateral"].notna().to_numpy()
    y = paper.cohort.cases["lateral"].fillna(False).to_numpy(dtype=bool)

    def within(rows):
        pair = rankdata(risk[rows])
        events = y[rows].sum()
        return (pair[y[rows]].sum() - events * (events + 1) / 2) / (events * (rows.sum() - events))

    assert within(known & ~weak) - within(known & weak) > 0.03


def test_a_flattered_model_shines_in_training_only():
    one = SMALL["demo-msgc"]
    risk = risks(one, "combined-demo")
    assert auc(one, risk, "any", "train") > auc(one, risk, "any", "external") + 0.03


@each_that_was_read
def test_readers_of_a_cohort_read_one_set_of_at_most_200_known_cases(one):
    sets = one.reads.groupby(["reader_id", "aided"])["case_id"].agg(frozenset)
    assert sets.nunique() == 1
    assert len(sets) == 2 * PANELS[one.cohort.name].readers
    cases = one.cohort.cases.set_index("case_id").loc[sorted(sets.iloc[0])]
    assert len(cases) <= 200
    assert (cases["split"] == PANELS[one.cohort.name].split).all()
    assert cases[one.cohort.outcome].notna().all()


@each_that_was_read
def test_a_call_is_a_stated_probability_of_at_least_one_half(one):
    reads = one.reads
    assert (reads["call"] == (reads["probability"] >= 0.5)).all()
    assert reads["probability"].between(0.05, 0.95).all()
    assert np.allclose(reads["probability"] * 20 % 1 % 1, 0, atol=1e-9) or np.allclose(
        (reads["probability"] * 20).round() / 20, reads["probability"]
    )


@each_that_was_read
def test_help_from_the_model_makes_readers_more_accurate(one):
    outcome = one.cohort.cases.set_index("case_id")[one.cohort.outcome]
    truth = outcome.loc[one.reads["case_id"]].to_numpy(dtype=bool)
    accuracy = (one.reads["call"] == truth).groupby(one.reads["aided"]).mean()
    assert 0.55 < accuracy[False] < 0.75
    assert accuracy[True] > accuracy[False] + 0.02


def test_the_best_reader_is_better_than_the_first():
    one = SMALL["demo-ptc-us"]
    alone = one.reads[~one.reads["aided"]]
    outcome = one.cohort.cases.set_index("case_id")["lateral"]
    right = alone["call"] == outcome.loc[alone["case_id"]].to_numpy(dtype=bool)
    accuracy = right.groupby(alone["reader_id"]).mean()
    assert accuracy["R12"] > accuracy["R01"]


def test_every_demo_cohort_has_models_and_all_but_the_planted_one_a_panel():
    assert set(MODELS) == set(SMALL)
    assert set(PANELS) == set(READ)
    assert SMALL[planted.NAME].reads.empty
