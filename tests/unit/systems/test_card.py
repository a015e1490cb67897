"""The facts of a card are those of the manifest and of the cases, and nothing else."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.stats.discrimination import auc
from clnm_core.systems.card import Card, Publication, Study
from clnm_core.systems.card_inputs import inputs_of
from clnm_core.systems.card_results import (
    AT_THRESHOLD,
    belongs,
    groups_of,
    predictions_of,
    results_of,
    threshold_of,
)

COLUMNS = BUILT_IN.only(["age_years", "sex", "multifocal", "report_text"])


@pytest.fixture(scope="module")
def cases() -> pd.DataFrame:
    random = np.random.default_rng(1)
    n = 120
    risk = random.uniform(0.05, 0.95, n)
    happened = (random.random(n) < risk).astype(object)
    happened[::12] = None
    return pd.DataFrame({
        "patient_id": [f"p{i // 2}" for i in range(n)],
        "split": np.repeat(["train", "external"], n // 2),
        "y_true": happened,
        "risk": risk,
        "centre": np.repeat(["A", "B", "C"], n // 3),
        "sex": ["female"] * (n - 6) + ["male"] * 6,
        "age_years": random.integers(20, 80, n).astype(float),
    })  # fmt: skip


def test_results_are_the_measures_of_each_split_the_most_telling_first(
    cases: pd.DataFrame,
) -> None:
    external, train = results_of(cases, threshold=0.4, best={"external": 0.9})
    there = cases[(cases["split"] == "external") & cases["y_true"].notna()]
    assert (external.split, train.split) == ("external", "train")
    assert (external.cases, external.unknown) == (55, 5)
    assert (external.patients, external.events) == (
        there["patient_id"].nunique(),
        int(there["y_true"].sum()),
    )
    assert external.centres == ("B", "C")
    assert external.metrics["auc"] == auc(predictions_of(there))
    assert external.covered == pytest.approx((external.metrics["auc"].value - 0.5) / 0.4)
    assert math.isnan(train.covered)
    assert "sensitivity" in external.metrics


def test_without_a_threshold_nothing_is_said_that_needs_one(cases: pd.DataFrame) -> None:
    found = results_of(cases, threshold=None, best={})[0]
    assert not AT_THRESHOLD & set(found.metrics)
    assert "auc" in found.metrics


def test_a_split_without_a_known_outcome_is_counted_and_not_judged() -> None:
    unknown = pd.DataFrame(
        {"patient_id": ["a", "b"], "split": "test", "y_true": [None, None], "risk": [0.2, 0.3]}
    )
    (found,) = results_of(unknown, threshold=None, best={}, bootstrap=0)
    assert (found.cases, found.unknown) == (0, 2)
    assert not found.metrics["auc"].is_estimable


def test_a_small_group_is_listed_and_not_scored(cases: pd.DataFrame) -> None:
    there = cases[cases["split"] == "external"]
    found = groups_of(there, [BUILT_IN["sex"]], threshold=0.5)
    male = next(one for one in found if one.level == "male")
    assert (male.n < 10, male.is_scored) == (True, False)
    assert sum(one.n for one in found) == int(there["y_true"].notna().sum())
    assert groups_of(there.iloc[:0], [BUILT_IN["sex"]], threshold=0.5) == ()


def test_ranges_of_the_manifest_come_before_those_of_the_cases(cases: pd.DataFrame) -> None:
    manifest = {
        "inputs": [BUILT_IN["age_years"].to_dict(), "sex", "multifocal", "texture"],
        "ranges": {"age_years": [18, 84]},
        "seen": {"multifocal": [["no", 0.7], ["yes", 0.3]]},
    }
    age, sex, multifocal, texture = inputs_of(manifest, COLUMNS, cases)
    assert (age.low, age.high, age.unit) == (18, 84, "years")
    assert dict(sex.shares) == pytest.approx({"female": 114 / 120, "male": 6 / 120})
    assert dict(multifocal.shares) == {"no": 0.7, "yes": 0.3}
    assert (texture.label, dict(texture.shares), math.isnan(texture.low)) == ("texture", {}, True)
    (seen,) = inputs_of({"inputs": ["age_years"]}, COLUMNS, cases)
    assert (seen.low, seen.high) == (cases["age_years"].min(), cases["age_years"].max())


def test_free_text_is_named_and_never_quoted() -> None:
    reports = pd.DataFrame({"report_text": ["Mrs Example, 54"] * 20})
    (found,) = inputs_of({"inputs": ["report_text"]}, COLUMNS, reports)
    assert dict(found.shares) == {}


@pytest.mark.parametrize("manifest", [{}, {"inputs": None}, {"inputs": [{"odd": 1}]}])
def test_a_manifest_that_says_little_or_nonsense_is_borne(manifest: dict) -> None:
    assert len(inputs_of(manifest, COLUMNS, pd.DataFrame())) == len(manifest.get("inputs") or ())


@pytest.mark.parametrize(
    ("value", "expected"),
    [(0.3, 0.3), (1, 1.0), (None, None), ("0.3", None), (True, None), (7, None)],
)
def test_a_threshold_is_a_number_from_0_to_1(value: object, expected: float | None) -> None:
    assert threshold_of({"threshold": value}) == expected


def test_the_true_risk_of_another_outcome_is_told_from_its_own() -> None:
    random = np.random.default_rng(5)
    risk = pd.Series(random.uniform(0.1, 0.9, 1000))
    own = pd.Series((random.random(1000) < risk).astype(object))
    wider = own.where(random.random(1000) < 0.7, True)
    own[::9] = None
    assert belongs(own, risk)
    assert not belongs(wider, risk)
    assert not belongs(own, pd.Series([np.nan] * 1000))


def test_a_card_is_plain_json_without_nan(cases: pd.DataFrame) -> None:
    one = Publication("abc", 1, "2026-01-01", "", is_shown=True)
    study = Study("neck", "Neck", True, 120, 60, ("A",), (("No image", 3, 3),), 0, 0, 0, 0, 4)
    card = Card(
        name="net",
        title="Net",
        system="imported",
        manifest={"config": {"a": (1, float("nan"))}},
        outcome="lateral",
        outcome_label="Lateral",
        outcome_help="",
        publication=one,
        history=(one,),
        part_of="",
        study=study,
        inputs=inputs_of({"inputs": ["age_years", "texture"]}, COLUMNS, cases),
        results=results_of(cases, threshold=None, best={}, bootstrap=0),
        groups=groups_of(cases, [BUILT_IN["sex"]], threshold=None),
        group_labels={"sex": "Sex"},
        tried=(),
        is_true_risk_known=False,
    )
    found = json.loads(json.dumps(card.to_dict(), allow_nan=False))
    assert found["manifest"]["config"]["a"] == [1, None]
    assert found["results"][0]["metrics"]["auc"]["value"] == pytest.approx(
        card.results[0].metrics["auc"].value
    )
    assert found["results"][1]["best_auc"] is None
    assert found["study"]["exclusions"] == [["No image", 3, 3]]
