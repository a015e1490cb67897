import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import StoreError
from clnm_core.store import schema
from clnm_core.store.records import ModelRecord
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse

CASES = pd.DataFrame({"case_id": ["c1", "c2"], "patient_id": ["p1", "p1"]})
RISKS = pd.DataFrame({"case_id": ["c1", "c2"], "split": "test", "risk": [0.0, 1.0]})


@pytest.fixture
def written(tmp_path, registry):
    """Run a step on a cohort of two cases, publish, and open what came of it."""
    opened = []

    def run(step, *, root=tmp_path / "store"):
        def build(con):
            schema.create_cohort(con, "demo", registry)
            schema.insert(con, "demo", "cases", CASES)
            step(con)

        publish(root, build, action="import", detail={})
        opened.append(Warehouse.open(root))
        return opened[-1]

    yield run
    for warehouse in opened:
        warehouse.close()


def add(table, **columns):
    return lambda con: schema.insert(con, "demo", table, pd.DataFrame(columns))


@pytest.mark.parametrize(
    "slug", ["", "Demo", "a_b", "a.b", 'a"b', "a b", "-a", "é", "a" * 64, "a;--", "../a", "a\n"]
)
def test_a_cohort_name_must_be_spelt_plainly(tmp_path, registry, slug):
    with pytest.raises(StoreError, match="lower-case letters, digits and hyphens"):
        publish(
            tmp_path / "store",
            lambda con: schema.create_cohort(con, slug, registry),
            action="import",
            detail={},
        )


@pytest.mark.parametrize("slug", ["main", "temp", "system", "v1", "v20"])
def test_names_that_the_database_uses_itself_are_refused(tmp_path, registry, slug):
    with pytest.raises(StoreError, match="kept for the store itself"):
        publish(
            tmp_path / "store",
            lambda con: schema.create_cohort(con, slug, registry),
            action="import",
            detail={},
        )


@pytest.mark.parametrize("slug", ["select", "any", "1", "a-b-c", "memory", "vv1", "a" * 63])
def test_words_of_sql_may_name_a_cohort(tmp_path, registry, slug, build_cohort):
    publish(tmp_path / "store", build_cohort(slug), action="import", detail={})
    with Warehouse.open(tmp_path / "store") as warehouse:
        assert warehouse.cohort(slug).cases == 20


def test_every_kind_of_value_comes_back_as_it_went_in(written, frame, registry):
    warehouse = written(
        lambda con: (
            schema.create_cohort(con, "copy", registry),
            schema.insert(con, "copy", "cases", frame),
        )
    )
    found = warehouse.rows('SELECT * FROM "copy".cases ORDER BY case_id')
    expected = frame.sort_values("case_id").reset_index(drop=True)
    for name in frame:
        ours, theirs = found[name], expected[name]
        assert (ours.isna() == theirs.isna()).all(), name
        assert list(ours[ours.notna()]) == list(theirs[theirs.notna()]), name
    assert found["nothing"].isna().all()


def test_a_cohort_that_is_made_again_replaces_the_old_one(written, registry):
    def twice(con):
        schema.put_model(con, ModelRecord("m", "demo", "any", "clinical"))
        steps = pd.DataFrame({"step": [1], "reason": ["x"], "patients": [1], "cases": [1]})
        schema.add_exclusions(con, "demo", steps)
        schema.create_cohort(con, "demo", registry.only(["case_id", "patient_id", "any"]))

    warehouse = written(twice)
    assert warehouse.cohort("demo").cases == 0
    assert warehouse.models() == []
    assert warehouse.exclusions("demo").empty
    assert "sex" not in warehouse.registry("demo")


def test_a_cohort_that_is_dropped_is_gone_and_dropping_nothing_is_no_error(written):
    warehouse = written(
        lambda con: (schema.drop_cohort(con, "demo"), schema.drop_cohort(con, "never-there"))
    )
    assert warehouse.cohorts() == []


def test_the_registry_names_case_patient_and_split_even_where_the_cohort_did_not(written):
    def build(con):
        schema.create_cohort(con, "own", Registry([Column("kg", "Weight", Kind.NUMBER, unit="kg")]))

    registry = written(build).registry("own")
    assert registry.names == ("case_id", "patient_id", "split", "kg")
    assert registry["kg"].unit == "kg"
    assert registry["split"] == BUILT_IN["split"]


@pytest.mark.parametrize(
    ("name", "sentence"),
    [("split", "split must be a category or text"), ("risk", "risk is a word of predictions")],
)
def test_a_column_that_would_be_mistaken_for_another_is_refused(tmp_path, name, sentence):
    registry = Registry([Column(name, "Own", Kind.NUMBER)])
    with pytest.raises(ValueError, match=sentence):
        publish(
            tmp_path / "store",
            lambda con: schema.create_cohort(con, "own", registry),
            action="import",
            detail={},
        )


def test_patients_of_cases_are_added_once(written):
    warehouse = written(add("patients", patient_id=["p1", "p2", "p2"]))
    assert list(warehouse.rows('SELECT * FROM "demo".patients ORDER BY 1')["patient_id"]) == [
        "p1",
        "p2",
    ]


IMAGE = {"image_id": ["i1"], "case_id": ["c1"]}


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (add("patients", patient_id=[None]), "has no patient"),
        (add("cases", case_id=["c1"], patient_id=["p9"]), "'c1' is there twice"),
        (add("cases", case_id=[None], patient_id=["p9"]), "is not named"),
        (add("cases", case_id=["c9"], patient_id=[None]), "'c9' names no patient"),
        (add("images", image_id=["i1", "i1"], case_id=["c1", "c2"]), "'i1' is there twice"),
        (add("images", image_id=["i1"], case_id=["c9"]), "'c9' has an image but no record"),
        (add("masks", image_id=["i9"], structure=["gland"]), "'i9' has a mask but no image"),
        (add("reads", reader_id=["r"], case_id=["c9"]), "'c9' was read but has no record"),
        (
            add("reads", reader_id=["r"], case_id=["c1"], probability=[1.5]),
            "probability outside 0-1",
        ),
        (add("predictions", model=["m"], case_id=["c9"], risk=[0.5]), "'c9' has a risk but no"),
        (add("predictions", model=["m"], case_id=["c1"], risk=[np.nan]), "missing or outside 0-1"),
        (add("predictions", model=["m"], case_id=["c1"], risk=[1.01]), "missing or outside 0-1"),
        (
            add("predictions", model=["m", "m"], case_id=["c1", "c1"], risk=[0.5, 0.5]),
            "'c1' has two risks of one model",
        ),
        (
            add("cases", case_id=["c9"], patient_id=["p9"], age_years=["old"]),
            "Column age_years in cases of demo holds a value that is not a finite number",
        ),
        (
            add("cases", case_id=["c9"], patient_id=["p9"], age_years=[np.inf]),
            "Column age_years .* infinite",
        ),
        (
            add("cases", case_id=["c9"], patient_id=["p9"], multifocal=["maybe"]),
            "Column multifocal .* not yes or no",
        ),
        (
            add("images", **IMAGE, rows=[1.5]),
            "Column rows in images of demo holds a value that is not a whole number",
        ),
    ],
)
def test_rows_that_break_a_rule_get_a_sentence_and_nothing_is_published(written, step, sentence):
    with pytest.raises(StoreError, match=sentence):
        written(step)


@pytest.mark.parametrize(
    ("structures", "sentence"),
    [(["thyroid"], "other than nodule, gland or node"), (["node", "node"], "two masks of one")],
)
def test_a_mask_outlines_one_known_structure(written, structures, sentence):
    def step(con):
        add("images", **IMAGE)(con)
        add("masks", image_id=["i1"] * len(structures), structure=structures)(con)

    with pytest.raises(StoreError, match=sentence):
        written(step)


@pytest.mark.parametrize(
    ("step", "sentence"),
    [
        (add("cases", case_id=["c9"], patient_id=["p9"], shoe=[1]), "known columns; got .'shoe'"),
        (add("cohorts", name=["x"]), "table must be one of patients, cases"),
        (
            lambda con: schema.insert(
                con, "demo", "patients", pd.DataFrame([["a", "b"]], columns=["patient_id"] * 2)
            ),
            "must name each column once",
        ),
    ],
)
def test_a_table_or_column_that_is_not_there_is_the_callers_mistake(written, step, sentence):
    with pytest.raises(ValueError, match=sentence):
        written(step)


def test_writing_to_a_cohort_that_is_not_there_gets_a_sentence(written):
    steps = (
        lambda con: schema.insert(con, "other", "cases", CASES),
        lambda con: schema.replace_predictions(con, "other", "m", RISKS),
        lambda con: schema.put_model(con, ModelRecord("m", "other", "any", "clinical")),
        lambda con: schema.add_exclusions(con, "other", pd.DataFrame()),
        lambda con: schema.add_issues(con, "other", pd.DataFrame()),
    )
    for step in steps:
        with pytest.raises(StoreError, match="There is no cohort 'other'"):
            written(step)


def test_predictions_of_one_model_are_replaced_and_those_of_others_stay(written):
    def step(con):
        schema.replace_predictions(con, "demo", "m", RISKS)
        schema.replace_predictions(con, "demo", "other", RISKS)
        schema.replace_predictions(con, "demo", "m", RISKS.iloc[:1].assign(risk=0.25))

    found = written(step).rows('SELECT * FROM "demo".predictions ORDER BY model, case_id')
    assert list(found["model"]) == ["m", "other", "other"]
    assert list(found["risk"]) == [0.25, 0.0, 1.0]


def test_a_model_is_replaced_by_name_and_comes_back_whole(written):
    record = ModelRecord("m", "demo", "any", "clinical", "2", "2026-01-01", {"é": [1, None]})

    def step(con):
        schema.put_model(con, ModelRecord("m", "demo", "lateral", "clinical"))
        schema.put_model(con, record)

    assert written(step).models("demo") == [record]


def test_issues_and_exclusions_come_back_in_order(written):
    def step(con):
        steps = {"step": [2, 1], "reason": ["b", "a"], "patients": [1, 2], "cases": [3, 4]}
        schema.add_exclusions(con, "demo", pd.DataFrame(steps))
        issues = {"row": [9, 2], "column": ["age", "sex"], "value": ["x", None], "rule": ["r", "s"]}
        schema.add_issues(con, "demo", pd.DataFrame(issues))

    warehouse = written(step)
    assert list(warehouse.exclusions("demo")["reason"]) == ["a", "b"]
    assert list(warehouse.issues("demo")["row"]) == [2, 9]
    assert list(warehouse.issues("demo")) == ["row", "column", "value", "rule"]
