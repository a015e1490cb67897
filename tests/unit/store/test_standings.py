"""What the store says of how a model's risks stood."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import UnknownModelError
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import publish
from clnm_core.store.standings import standing_of
from clnm_core.store.tables import Connection
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.training import FLATTERED
from tests.small_store import train_clinical

COLUMNS = ("case_id", "patient_id", "split", "age_years", "lateral")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cohort of two splits, a model that was trained here, and risks that came from elsewhere."""
    root = tmp_path_factory.mktemp("standings") / "store"
    generator = np.random.default_rng(5)
    age = generator.normal(50, 12, 240)
    frame = pd.DataFrame(
        {
            "case_id": [f"c{place:03d}" for place in range(240)],
            "patient_id": [f"p{place:03d}" for place in range(240)],
            "split": np.repeat(["train", "external"], 120),
            "age_years": age,
            "lateral": (generator.random(240) < 1 / (1 + np.exp((age - 50) / 8))).astype(object),
        }
    )
    frame.loc[::20, "lateral"] = None
    risks = frame[["case_id"]].assign(
        split=np.resize(["validation", "test"], 240), risk=generator.random(240)
    )

    def build(con: Connection) -> None:
        create_cohort(con, "demo", BUILT_IN.only(COLUMNS))
        insert(con, "demo", "cases", frame)
        for name, notes in (("elsewhere", None), ("flattered", [FLATTERED])):
            manifest = {} if notes is None else {"notes": notes, "digest": "0" * 64}
            put_model(con, ModelRecord(name, "demo", "lateral", "imported", manifest=manifest))
        replace_predictions(con, "demo", "elsewhere", risks)
        replace_predictions(con, "demo", "flattered", risks.assign(split="train"))

    publish(root, build, action="import", detail={}, actor="test")
    train_clinical(root, "demo")
    return root


def test_held_out_risks_of_a_training_bear_witness(store: Path) -> None:
    with Warehouse.open(store) as warehouse:
        found = standing_of(warehouse, warehouse.model("demo", "clinical"))
    assert found.split == "cross-validated"
    assert len(found) == 114, "120 training cases, six of unknown outcome"
    assert max(found.patient) < "p120", "nobody of the external centres"


def test_validation_risks_that_came_from_elsewhere_bear_witness(store: Path) -> None:
    with Warehouse.open(store) as warehouse:
        found = standing_of(warehouse, warehouse.model("demo", "elsewhere"))
    assert found.split == "validation"
    assert len(found) == 108, "half of the cases, less the unknown outcomes among them"


def test_risks_of_training_cases_that_are_the_models_own_bear_none(store: Path) -> None:
    with Warehouse.open(store) as warehouse:
        assert len(standing_of(warehouse, warehouse.model("demo", "flattered"))) == 0


def test_a_model_that_is_not_in_the_store_is_refused(store: Path) -> None:
    with Warehouse.open(store) as warehouse, pytest.raises(UnknownModelError):
        standing_of(warehouse, ModelRecord("nobody", "demo", "lateral", "clinical"))


def test_a_model_that_judged_nobody_has_no_witnesses(store: Path) -> None:
    def build(con: Connection) -> None:
        put_model(con, ModelRecord("silent", "demo", "lateral", "imported"))

    publish(store, build, action="import", detail={}, actor="test")
    with Warehouse.open(store) as warehouse:
        assert len(standing_of(warehouse, warehouse.model("demo", "silent"))) == 0
