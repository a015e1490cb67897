"""From a store to checks: what is planted is found, what is missing is said."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import Between, CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.imaging.fingerprint import recognised
from clnm_core.stats.checks import CODES
from clnm_core.store import schema
from clnm_core.store.check_facts import case_facts, claims_of, image_facts, inputs_of
from clnm_core.store.cohort_checks import cohort_checks
from clnm_core.store.ingest.predictions_table import read_predictions
from clnm_core.store.ingest.reading import read_table
from clnm_core.store.records import ModelRecord
from clnm_core.store.snapshots import publish
from clnm_core.store.visiting import VISITING, Parts, visiting_cohort
from clnm_core.store.warehouse import Warehouse

QUERY = CohortQuery("study", "lateral")
REGISTRY = BUILT_IN.only(
    "case_id patient_id centre split age_years max_diameter_mm sex lateral positive_nodes".split()
)


def picture(seed):
    return (np.random.default_rng(seed).random((80, 90)) * 255).astype(np.uint8)


def study(n=400):
    rng = np.random.default_rng(0)
    lateral = rng.random(n) < 0.5
    cases = pd.DataFrame(
        {
            "case_id": [f"c{i:03d}" for i in range(n)],
            "patient_id": [f"p{i:03d}" for i in range(n)],
            "centre": rng.choice(["A", "B"], n),
            "split": np.where(np.arange(n) < 250, "train", "test"),
            "age_years": rng.integers(20, 80, n).astype(float),
            "max_diameter_mm": rng.gamma(4, 3, n).round(1),
            "sex": rng.choice(["female", "male"], n),
            "lateral": lateral.astype(object),
            "positive_nodes": np.where(lateral, 3.0, 0.0),
        }
    )
    if n > 254:
        cases.loc[250:254, "patient_id"] = [f"p{i:03d}" for i in range(5)]
    return cases


@pytest.fixture(scope="module")
def root(tmp_path_factory):
    """One cohort with a leak, a copied picture, a model that knows too much and a copy of it."""
    path = tmp_path_factory.mktemp("checks") / "store"
    cases = study()
    prints = [recognised(picture(0)), recognised((picture(0) * 0.8 + 20).astype(np.uint8))]
    images = pd.DataFrame(
        [
            {"image_id": "i1", "case_id": "c000", "digest": "a" * 64, **prints[0]},
            {"image_id": "i2", "case_id": "c300", "digest": "b" * 64, **prints[1]},
            {"image_id": "i3", "case_id": "c001", "digest": "c" * 64, **recognised(picture(1))},
            {"image_id": "i4", "case_id": "c310", "digest": "c" * 64, **recognised(picture(1))},
        ]
    )
    risk = 1 / (1 + np.exp(-(2 * cases["lateral"].astype(float) - 1)))
    risk = (risk + np.random.default_rng(1).normal(0, 0.1, len(cases))).clip(0.01, 0.99)

    def build(con):
        schema.create_cohort(con, "study", REGISTRY)
        schema.insert(con, "study", "cases", cases)
        schema.insert(con, "study", "images", images)
        manifest = {
            "inputs": ["age_years", "positive_nodes", {"name": "sex"}],
            "claims": [{"auc": 0.9, "low": 0.895, "high": 0.905, "n": 100, "events": 50}],
        }
        schema.put_model(con, ModelRecord("late", "study", "lateral", "x", manifest=manifest))
        schema.put_model(con, ModelRecord("copy", "study", "lateral", "x"))
        schema.put_model(con, ModelRecord("silent", "study", "lateral", "x"))
        for name in ("late", "copy"):
            frame = cases[["case_id", "split"]].assign(risk=risk)
            schema.replace_predictions(con, "study", name, frame)
        schema.create_cohort(con, "bare", BUILT_IN.only(["case_id", "patient_id", "age_years"]))
        rows = pd.DataFrame({"case_id": ["x1", "x2"], "patient_id": ["y1", "y2"]})
        schema.insert(con, "bare", "cases", rows)
        schema.create_cohort(con, "nobody", REGISTRY)

    publish(path, build, action="import", detail={"cohort": "study"}, actor="test")
    return path


@pytest.fixture(scope="module")
def warehouse(root):
    with Warehouse.open(root) as opened:
        yield opened


def by_code(warehouse, query):
    return {check.code: check for check in cohort_checks(warehouse, query)}


def test_every_code_is_checked_once_in_order(warehouse):
    assert [check.code for check in cohort_checks(warehouse, QUERY)] == list(CODES)


def test_what_was_planted_is_found(warehouse):
    found = by_code(warehouse, QUERY)
    assert len(found["C01"].rows) == 5
    assert found["C02"].rows["image_id"].tolist() == ["i3", "i4"]
    assert found["C03"].rows[["image", "copy"]].to_numpy().tolist() == [["i1", "i2"]]
    assert found["C04"].state == "found"
    assert found["C08"].rows[["model", "other"]].to_numpy().tolist() == [["copy", "late"]]
    assert "Positive nodes" in found["C14"].told
    assert found["C16"].rows["source"].tolist() == ["late"]
    for code in ("C05", "C07", "C09", "C10", "C11", "C12", "C13", "C15", "C17", "C18", "C19"):
        assert found[code].state == "clear", found[code]


def test_filters_and_outcome_do_not_hide_a_leak(warehouse):
    narrow = CohortQuery("study", "", "test", (Between("age_years", 20, 21),))
    assert len(by_code(warehouse, narrow)["C01"].rows) == 5


@pytest.mark.parametrize("cohort", ["bare", "nobody"])
def test_a_cohort_with_next_to_nothing_claims_nothing(warehouse, cohort):
    checks = cohort_checks(warehouse, CohortQuery(cohort, ""))
    assert len(checks) == len(CODES)
    assert {check.state for check in checks} == {"not checked"}
    assert all(check.told for check in checks)


def test_every_found_row_can_be_counted_and_no_sentence_holds_nan(warehouse):
    for cohort in ("study", "bare", "nobody"):
        for check in cohort_checks(warehouse, CohortQuery(cohort, "")):
            assert "nan" not in check.message.lower().replace("finance", "")
            assert (len(check.rows) > 0) == (check.state == "found")


def test_a_store_of_an_earlier_release_has_no_fingerprints(root, tmp_path):
    old = tmp_path / "old"

    def build(con):
        schema.create_cohort(con, "study", REGISTRY)
        con.execute("ALTER TABLE study.images DROP COLUMN phash")
        con.execute("ALTER TABLE study.images DROP COLUMN thumbnail")
        schema.insert(con, "study", "cases", study(20))
        rows = pd.DataFrame({"image_id": ["i1"], "case_id": ["c001"], "digest": ["a" * 64]})
        schema.insert(con, "study", "images", rows)

    def add(con):
        row = {"image_id": "i2", "case_id": "c002", "digest": "b" * 64, **recognised(picture(0))}
        schema.insert(con, "study", "images", pd.DataFrame([row]))

    publish(old, build, action="import", detail={"cohort": "study"}, actor="test")
    with Warehouse.open(old) as opened:
        facts = image_facts(opened, QUERY, {})
        assert facts.images["has_fingerprint"].tolist() == [False]
        assert "import them again" in by_code(opened, QUERY)["C03"].told
    publish(old, add, action="import", detail={"cohort": "study"}, actor="test")
    with Warehouse.open(old) as opened:
        assert image_facts(opened, QUERY, {}).images["has_fingerprint"].tolist() == [False, True]


def test_the_split_of_predictions_stands_in_where_cases_have_none(tmp_path):
    def build(con):
        schema.create_cohort(con, "study", REGISTRY)
        schema.insert(con, "study", "cases", study(20).assign(split=None))
        schema.put_model(con, ModelRecord("m", "study", "lateral", "x"))
        frame = pd.DataFrame({"case_id": ["c000", "c001"], "split": ["train", "test"], "risk": 0.5})
        schema.replace_predictions(con, "study", "m", frame)

    publish(tmp_path, build, action="import", detail={"cohort": "study"}, actor="test")
    with Warehouse.open(tmp_path) as opened:
        split = case_facts(opened, QUERY).set_index("case_id")["split"]
        assert split["c000"] == "train"
        assert split.notna().sum() == 2


def test_manifests_of_any_shape_are_read_without_a_fall():
    for manifest in (
        {},
        {"inputs": "age", "claims": 3},
        {"claims": [{"auc": "high"}], "inputs": None},
    ):
        record = ModelRecord("m", "study", "lateral", "x", manifest=manifest)
        assert claims_of(record) == []
        assert inputs_of(record, REGISTRY).inputs == 0


@pytest.mark.parametrize("n", [1, 12, 200])
def test_a_file_that_is_only_visiting_is_checked_too(n):
    rng = np.random.default_rng(0)
    data = pd.DataFrame(
        {"lateral": np.where(np.arange(n) % 3 == 0, "yes", "no"), "risk": rng.random(n).round(4)}
    )
    table = read_table(data.to_csv(index=False).encode(), "preds.csv")
    found = read_predictions(table, outcome="lateral=yes", risk="risk", drop_invalid=True)
    opened = visiting_cohort(table, found, Parts("lateral", "risk"))
    checks = by_code(opened.warehouse, CohortQuery(VISITING, "lateral"))
    assert list(checks) == list(CODES)
    assert checks["C01"].state == "not checked"
    assert checks["C10"].state == "clear"
