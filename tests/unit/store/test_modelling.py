"""A model is trained on a cohort in the store, published, loaded and asked."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import (
    MissingOutcomeError,
    ModelError,
    PredictorError,
    UnknownCohortError,
    UnknownModelError,
)
from clnm_core.jobs.training import train
from clnm_core.store.modelling import case_report, load_model
from clnm_core.store.places import StorePaths
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.selection import evaluation
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.warehouse import Warehouse

COLUMNS = ["age_years", "sex", "capsule_distance_mm", "risk_stage", "any", "lateral"]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    random = np.random.default_rng(0)
    n = 300
    distance = random.gamma(2, 3, n)
    frame = pd.DataFrame({
        "case_id": [f"c{i}" for i in range(n)],
        "patient_id": [f"p{i}" for i in range(n)],
        "split": np.where(np.arange(n) < 200, "train", "external"),
        "age_years": random.normal(45, 12, n).clip(18, 80),
        "sex": random.choice(["female", "male"], n),
        "capsule_distance_mm": distance,
        "risk_stage": random.choice(["low", "high"], n),
        "lateral": pd.array(random.random(n) < 1 / (1 + np.exp(0.4 * distance - 1.5)), dtype="boolean"),
    })  # fmt: skip

    def build(con) -> None:
        create_cohort(con, "thyroid", BUILT_IN.only(COLUMNS), title="Thyroid")
        insert(con, "thyroid", "cases", frame)
        put_model(con, ModelRecord("elsewhere", "thyroid", "lateral", "imported"))
        replace_predictions(
            con, "thyroid", "elsewhere", frame[["case_id", "split"]].assign(risk=0.5)
        )

    publish(tmp_path / "store", build, action="import", detail={"cohort": "thyroid"})
    return tmp_path / "store"


def test_a_trained_model_is_published_and_judges_a_new_case(root: Path) -> None:
    steps: list[float] = []
    report = train(
        root, "clinical", "thyroid", device="cpu", progress=lambda share, step: steps.append(share)
    )
    assert report.outcome == "lateral"
    assert set(report.metrics) == {"train", "external"}
    assert steps == sorted(steps)
    assert steps[-1] == 1
    with Warehouse.open(root) as warehouse:
        cases = evaluation(warehouse, CohortQuery("thyroid", "lateral", "external"), "clinical")
    assert len(cases) == 100
    model, record = load_model(root, "clinical")
    near = case_report(model, record, {"capsule_distance_mm": 1, "age_years": 40, "sex": "male"})
    far = case_report(model, record, {"capsule_distance_mm": 15, "age_years": 40, "sex": "male"})
    assert near.risk.value > far.risk.value
    assert near.trained_on == "200 training cases of thyroid, store version 1"


def test_by_default_nothing_known_after_surgery_is_read(root: Path) -> None:
    train(root, "clinical", "thyroid", device="cpu")
    model, _ = load_model(root, "clinical")
    assert [column.name for column in model.inputs.columns] == [
        "age_years",
        "sex",
        "capsule_distance_mm",
    ]


def test_the_same_seed_gives_the_same_model(root: Path) -> None:
    digests = set()
    for name in ("first", "second"):
        train(root, "clinical", "thyroid", name=name, seed=3, device="cpu")
        model, _ = load_model(root, name)
        digests.add(model.state().tensors["coefficients"].tobytes())
    assert len(digests) == 1


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"config": {"predictors": ["risk_stage"]}}, PredictorError, "known only after surgery"),
        ({"outcome": "any"}, MissingOutcomeError, "not known for any case"),
        ({"outcome": "death"}, MissingOutcomeError, "no outcome 'death'. Its outcomes are"),
        ({"cohort": "nowhere"}, UnknownCohortError, "nowhere"),
        ({"name": "../../etc"}, ModelError, "letters, digits"),
        ({"name": "elsewhere"}, ModelError, "made elsewhere"),
    ],
)
def test_what_cannot_be_trained_gets_a_sentence_and_publishes_nothing(
    root: Path, options: dict, error: type[Exception], words: str
) -> None:
    before = current_version(root)
    arguments = {"cohort": "thyroid", "name": "clinical"} | options
    with pytest.raises(error, match=words):
        train(root, "clinical", device="cpu", **arguments)
    assert current_version(root) == before


def test_a_model_that_cannot_predict_says_why(root: Path) -> None:
    with pytest.raises(UnknownModelError, match="none yet; train one"):
        load_model(root, "clinical")
    with pytest.raises(ModelError, match="table of risks"):
        load_model(root, "elsewhere")
    train(root, "clinical", "thyroid", device="cpu")
    for file in StorePaths(root).models.rglob("weights.safetensors"):
        file.write_bytes(b"changed")
    with pytest.raises(ModelError, match="Train it again"):
        load_model(root, "clinical")
