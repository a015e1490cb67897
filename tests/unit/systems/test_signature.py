"""Signatures: an equation of kept features, and scores that had not seen their patient."""

from __future__ import annotations

import json

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from clnm_core.errors import FeatureError, MissingOutcomeError, ModelError
from clnm_core.features.selection import FeatureSelector
from clnm_core.systems.protocol import State
from clnm_core.systems.signature import Rules, Signature, fit_signature, held_out_score
from clnm_core.systems.validation import patient_folds

LOOSE = Rules(resamples=0, least_share=0, folds=2)
QUICK = Rules(resamples=4, folds=2)


def drawn(n: int = 120, noise: int = 30, seed: int = 0):
    rng = np.random.default_rng(seed)
    y_true = rng.random(n) < 0.5
    telling = y_true[:, None] * 1.2 + rng.normal(size=(n, 3))
    values = np.hstack([telling, rng.normal(size=(n, noise))]) * 7 + 100
    table = pd.DataFrame(values, columns=[f"f{i:02d}" for i in range(values.shape[1])])
    table.iloc[::9, 0] = np.nan
    return table, y_true, np.arange(n) // 2


def test_the_score_is_the_linear_predictor_of_the_selector() -> None:
    table, y_true, patient = drawn()
    fresh = drawn(seed=1)[0]
    selector = FeatureSelector(resamples=4, folds=2, seed=3).fit(table, y_true, patient)
    found = fit_signature(table, y_true, patient, rules=QUICK, seed=3)
    assert found.names == tuple(selector.get_feature_names_out())
    np.testing.assert_allclose(found.score(fresh), selector.linear_predictor(fresh), atol=1e-12)


def test_a_score_does_not_depend_on_what_is_beside_it() -> None:
    table, y_true, patient = drawn()
    found = fit_signature(table, y_true, patient, rules=QUICK)
    alone = [found.score(table.iloc[[row]])[0] for row in range(len(table))]
    np.testing.assert_array_equal(found.score(table), alone)
    np.testing.assert_array_equal(found.score(table[table.columns[::-1]]), alone)


def test_a_saved_signature_says_the_same() -> None:
    table, y_true, patient = drawn()
    found = fit_signature(table, y_true, patient, rules=QUICK)
    state = found.to_state()
    again = Signature.from_state(State(state.tensors, json.loads(json.dumps(state.facts))))
    np.testing.assert_array_equal(again.score(table), found.score(table))
    assert again.in_words() == found.in_words()
    with pytest.raises(ModelError, match="not whole"):
        Signature.from_state(State(state.tensors, {**state.facts, "names": ["f00"]}))
    with pytest.raises(ModelError, match="not whole"):
        Signature.from_state(State({}, state.facts))


def test_noise_flatters_the_score_of_its_own_cases_but_no_held_out_score() -> None:
    rng = np.random.default_rng(2)
    table = pd.DataFrame(rng.normal(size=(150, 120)), columns=[f"f{i}" for i in range(120)])
    y_true = rng.random(150) < 0.5
    own = fit_signature(table, y_true, np.arange(150), rules=LOOSE)
    held_out = held_out_score(table, y_true, np.arange(150), rules=LOOSE)
    assert roc_auc_score(y_true, own.score(table)) > 0.75
    assert roc_auc_score(y_true, held_out) < 0.62


def test_a_held_out_score_has_not_seen_its_patient() -> None:
    table, y_true, patient = drawn()
    score = held_out_score(table, y_true, patient, rules=QUICK, seed=4)
    mirrored = y_true.copy()
    mirrored[:2] = ~mirrored[:2]  # both cases of the first patient
    changed = table.copy()
    changed.iloc[:2] *= 1000
    fit, held_out = next(parts for parts in patient_folds(patient, y_true, seed=4) if 0 in parts[1])
    found = fit_signature(changed.iloc[fit], mirrored[fit], patient[fit], rules=QUICK, seed=4)
    np.testing.assert_array_equal(found.score(table.iloc[held_out]), score[held_out])


def test_the_same_cases_and_seed_give_the_same_signature() -> None:
    table, y_true, patient = drawn()
    one, two = (fit_signature(table, y_true, patient, rules=QUICK, seed=9) for _ in range(2))
    np.testing.assert_array_equal(one.score(table), two.score(table))


def test_nothing_worth_keeping_is_one_score_for_all_and_says_so() -> None:
    table, y_true, patient = drawn()
    found = fit_signature(table[["f05", "f06"]] * 0 + 1.0, y_true, patient, rules=QUICK)
    assert found.is_constant
    assert np.ptp(found.score(table)) == 0
    assert "None of 2 deep features was worth keeping" in found.in_words("deep features")
    again = Signature.from_state(found.to_state())
    np.testing.assert_array_equal(again.score(table), found.score(table))


def test_gaps_count_as_the_training_median_and_are_counted() -> None:
    table, y_true, patient = drawn()
    table["empty"] = np.nan
    found = fit_signature(table, y_true, patient, rules=QUICK)
    assert "empty" not in found.names
    assert "1 missing too often" in found.in_words()
    hidden = pd.DataFrame(np.nan, index=[0], columns=table.columns)
    hidden.iloc[0, 5] = np.inf
    filled = pd.DataFrame([found.medians], columns=list(found.names))
    np.testing.assert_array_equal(found.score(hidden), found.score(filled))
    assert found.unmeasured(hidden).tolist() == [len(found.names)]
    assert found.beyond(table.fillna(100)).tolist() == [0] * len(table)
    assert found.beyond(filled + 1000).tolist() == [len(found.names)]


def test_what_cannot_be_learned_from_is_refused_in_a_sentence() -> None:
    table, y_true, patient = drawn()
    found = fit_signature(table, y_true, patient, rules=QUICK)
    with pytest.raises(FeatureError, match="were not measured"):
        found.score(table[["f20"]])
    with pytest.raises(FeatureError, match="all 120 training rows are of one kind"):
        fit_signature(table, np.ones(120, dtype=bool), patient)
    with pytest.raises(MissingOutcomeError, match="at least 5 patients"):
        held_out_score(table.iloc[:12], np.arange(12) < 2, np.arange(12))
