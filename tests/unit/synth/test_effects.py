"""The written-down truth says what it says, and names its sources."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.synth import effects
from clnm_core.synth.effects import CENTRAL, LATERAL, probability
from clnm_core.synth.thyroid_findings import thyroid_findings

TRUTHS = (
    LATERAL,
    CENTRAL,
    effects.ANY_PTC,
    effects.METASTATIC_NODE,
    effects.ANY_SALIVARY,
)


def one_case(**changes: object) -> pd.DataFrame:
    row = {
        "split": "train",
        "capsule_distance_mm": 4.0,
        "third": "middle",
        "max_diameter_mm": 10.0,
        "age_years": 43.0,
        "sex": "female",
        "margin": "smooth",
        "echogenicity": "isoechoic",
        "calcification": "none",
        "us_reported_nodes": False,
        "multifocal": False,
        "extrathyroidal_extension": False,
        "hashimoto": False,
        "texture": 0.0,
    }
    return pd.DataFrame([row | changes])


def odds(truth: effects.Truth, **changes: object) -> float:
    return float(truth.log_odds(one_case(**changes))[0])


@pytest.mark.parametrize("truth", TRUTHS, ids=lambda truth: truth.outcome)
def test_every_effect_names_where_its_direction_comes_from(truth):
    assert all(
        "doi:" in e.source or "PMC" in e.source or "chosen" in e.source for e in truth.effects
    )


@pytest.mark.parametrize("truth", [LATERAL, CENTRAL])
def test_risk_falls_smoothly_with_distance_from_the_capsule(truth):
    distances = np.linspace(0, 15, 61)
    curve = np.array([odds(truth, capsule_distance_mm=d) for d in distances])
    assert (np.diff(curve) < 0).all()
    assert abs(np.diff(curve, 2)).max() < 0.05
    assert curve[0] - curve[10] > curve[30] - curve[60]


def test_upper_third_raises_lateral_risk_and_lower_third_central_risk():
    assert odds(LATERAL, third="upper") > odds(LATERAL, third="lower")
    assert odds(CENTRAL, third="lower") > odds(CENTRAL, third="upper")


@pytest.mark.parametrize(
    ("change", "other"),
    [
        ({"age_years": 25.0}, {"age_years": 65.0}),
        ({"sex": "male"}, {"sex": "female"}),
        ({"max_diameter_mm": 20.0}, {"max_diameter_mm": 5.0}),
        ({"us_reported_nodes": True}, {"us_reported_nodes": False}),
        ({"multifocal": True}, {"multifocal": False}),
        ({"calcification": "micro"}, {"calcification": "none"}),
        ({"margin": "extrathyroidal"}, {"margin": "smooth"}),
        ({"texture": 1.0}, {"texture": 0.0}),
    ],
)
def test_risk_is_higher_with(change, other):
    for truth in (LATERAL, CENTRAL):
        assert odds(truth, **change) > odds(truth, **other)


def test_thyroiditis_changes_nothing():
    assert odds(LATERAL, hashimoto=True) == odds(LATERAL, hashimoto=False)


def test_a_missing_third_has_an_effect_of_its_own():
    effect = next(e for e in LATERAL.effects if e.column == "third")
    assert effect.of(pd.Series([None, "lower", "upper"], dtype=object)).tolist() == [-0.2, 0.0, 0.9]


def test_a_doubling_counts_once():
    effect = effects.PerDoubling("size", 0.5, 10.0, "")
    assert effect.of(pd.Series([5.0, 10.0, 40.0])).tolist() == [-0.5, 0.0, 1.0]


def test_probability_is_the_logistic_function():
    assert probability(0.0) == 0.5
    assert probability(np.log([3.0, 1 / 3])) == pytest.approx([0.75, 0.25])


def test_three_quarters_of_nodules_at_the_capsule_spread_sideways():
    findings = thyroid_findings(40_000, rng=np.random.default_rng(1)).assign(split="validation")
    risk = pd.Series(probability(LATERAL.log_odds(findings)))
    near = findings["capsule_distance_mm"] < 2.5
    assert 0.70 < risk[near].mean() < 0.78
    assert risk[findings["capsule_distance_mm"] >= 7.5].mean() < 0.25
