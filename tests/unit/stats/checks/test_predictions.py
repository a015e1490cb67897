"""Risks that cannot be what a model said of patients whom it did not know."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.predictions import Predictions
from clnm_core.stats.checks.predictions import (
    TrainingAndNew,
    constant_risks,
    few_values,
    flattered_training,
    outside_unit,
    same_risks,
)

SPREAD = np.random.default_rng(0).random(200)


def test_one_risk_for_all_is_an_error():
    found = constant_risks({"flat": np.full(50, 0.3), "fine": SPREAD})
    assert (found.code, found.severity) == ("C07", "error")
    assert found.told.startswith("1 model of 2 gives every case the same risk (flat)")
    assert constant_risks({"fine": SPREAD}).state == "clear"
    assert constant_risks({"one": np.array([0.3])}).state == "clear"
    assert constant_risks({}).state == "not checked"


def test_few_different_risks_are_a_note_but_not_in_a_handful_of_cases():
    steps = np.arange(200) % 5 / 5
    found = few_values({"score": steps, "fine": SPREAD})
    assert (found.severity, found.rows["different_values"].tolist()) == ("info", [5])
    assert few_values({"score": steps[:29]}).state == "not checked"
    assert few_values({"flat": np.full(100, 0.5)}).state == "clear"


@pytest.mark.parametrize("bad", [-0.01, 1.01, 4.97e15, np.nan, np.inf])
def test_a_risk_that_is_no_probability_is_found_with_its_row(bad):
    risks = SPREAD.copy()
    risks[17] = bad
    found = outside_unit({"m": risks})
    assert (found.code, found.severity) == ("C10", "error")
    assert found.rows["row"].tolist() == [17]
    assert outside_unit({"m": [0.0, 1.0]}).state == "clear"


def test_two_models_with_one_set_of_risks_are_found_where_they_overlap():
    frame = pd.DataFrame({"a": SPREAD, "b": SPREAD, "c": SPREAD[::-1]})
    frame.loc[:99, "b"] = np.nan
    found = same_risks(frame)
    assert found.rows[["model", "other", "cases"]].to_dict("records") == [
        {"model": "a", "other": "b", "cases": 100}
    ]
    assert same_risks(frame[["a", "c"]]).state == "clear"
    assert same_risks(frame[["a"]]).state == "not checked"


def test_models_with_the_same_order_but_other_risks_are_two_models():
    assert same_risks(pd.DataFrame({"a": SPREAD, "b": SPREAD**2})).state == "clear"


def model(strength, n, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % 2 == 0
    return Predictions.of(y, 1 / (1 + np.exp(-(strength * (y - 0.5) + rng.normal(0, 1, n)))))


def test_training_risks_that_shine_are_found():
    found = flattered_training([TrainingAndNew("m", model(5, 400, 0), model(1, 400, 1))])
    assert (found.code, found.severity) == ("C12", "warning")
    assert "does not come" not in found.advice
    assert "training risks do not come from cross-validation" in found.advice


def test_new_cases_that_are_easier_are_no_finding():
    assert flattered_training([TrainingAndNew("m", model(1, 400, 0), model(5, 400, 1))]).state == (
        "clear"
    )


def test_one_class_only_is_not_checked():
    y = np.ones(30, dtype=bool)
    one_class = Predictions.of(y, SPREAD[:30])
    check = flattered_training([TrainingAndNew("m", one_class, model(1, 40, 0))])
    assert check.state == "not checked"


def test_honest_models_are_seldom_accused():
    alarms = sum(
        flattered_training(
            [TrainingAndNew("m", model(2, 150, 2 * s), model(2, 150, 2 * s + 1))]
        ).state
        == "found"
        for s in range(200)
    )
    assert alarms <= 6
