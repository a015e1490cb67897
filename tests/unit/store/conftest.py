"""One small store with awkward words, made once; and a recipe for empty ones."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.columns import Column, Kind, Level, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store import schema
from clnm_core.store.records import ModelRecord
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse

WORDS = ["A", "O'Brien", 'say "no"', "None", "NA", "unknown", "100 %; DROP TABLE cases--", ""]

REGISTRY = BUILT_IN.only(
    "case_id patient_id centre split age_years sex multifocal report_text any lateral "
    "positive_nodes".split()
).with_columns(
    [
        Column("select", "Marker", Kind.NUMBER),
        Column("order", "Order", Kind.CATEGORY, levels=(Level("1", "first"), Level("2", "second"))),
        Column("nothing", "Nothing", Kind.NUMBER),
        Column("stage", "Stage", Kind.CATEGORY, Role.POST_OUTCOME),
    ]
)


def sample(n: int = 300, seed: int = 0) -> pd.DataFrame:
    """Cases with ties, missing values, words that look like SQL, two cases per patient."""
    rng = np.random.default_rng(seed)

    def some(values: list[object]) -> list[object]:
        return [values[i] for i in rng.integers(0, len(values), n)]

    return pd.DataFrame(
        {
            "case_id": [f"c{i:04d}" for i in rng.permutation(n)],
            "patient_id": [f"p{i // 2:04d}" for i in range(n)],
            "centre": pd.Series(some([*WORDS, None]), dtype="str"),
            "split": pd.Series(some(["train", "external", None]), dtype="str"),
            "age_years": np.where(rng.random(n) < 0.2, np.nan, rng.integers(20, 30, n)),
            "sex": some(["female", "male", None]),
            "multifocal": pd.array(some([True, False, None]), dtype="boolean"),
            "report_text": some(["no node", None]),
            "any": some([True, False, None]),
            "lateral": some([True, False]),
            "positive_nodes": rng.integers(0, 5, n),
            "select": rng.normal(size=n),
            "order": some(["1", "2", "3", None]),
            "stage": some(["I", "II"]),
        }
    )


def risks(frame: pd.DataFrame, seed: int = 1) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"case_id": frame["case_id"], "split": "cross-validated", "risk": rng.random(len(frame))}
    )


@pytest.fixture(scope="session")
def frame():
    """The cases of the cohort ``demo``."""
    return sample()


@pytest.fixture(scope="session")
def registry():
    """The columns of the cohort ``demo``, two of them named by words of SQL."""
    return REGISTRY


@pytest.fixture(scope="session")
def predicted(frame):
    """Risks of model ``m`` for all but the last 50 cases of the frame."""
    return risks(frame).iloc[:-50]


@pytest.fixture(scope="session")
def filled(tmp_path_factory, frame, predicted):
    """A store with the cohorts ``demo`` and ``empty``."""
    root = tmp_path_factory.mktemp("filled") / "store"

    def build(con):
        schema.create_cohort(con, "demo", REGISTRY, title="Demonstration", is_synthetic=True)
        schema.insert(con, "demo", "cases", frame)
        images = pd.DataFrame(
            {
                "image_id": ["i1", "i2", "i3"],
                "case_id": ["c0001", "c0001", "c0002"],
                "digest": ["a" * 64, "b" * 64, "c" * 64],
                "rows": [10, 10, 10],
                "cols": [20, 20, 20],
                "row_spacing_mm": [0.1, None, 0.1],
            }
        )
        masks = pd.DataFrame(
            {"image_id": ["i1", "i1"], "structure": ["nodule", "gland"], "digest": ["d" * 64] * 2}
        )
        reads = pd.DataFrame(
            {
                "reader_id": ["r1", "r2"],
                "case_id": ["c0001", "c0001"],
                "probability": [0.5, None],
                "call": [None, True],
                "aided": [False, True],
            }
        )
        schema.insert(con, "demo", "images", images)
        schema.insert(con, "demo", "masks", masks)
        schema.insert(con, "demo", "reads", reads)
        record = ModelRecord("m", "demo", "any", "clinical", "1", "2026-01-01", {"seed": 0})
        schema.put_model(con, record)
        schema.put_model(con, ModelRecord("silent", "demo", "any", "clinical"))
        schema.replace_predictions(con, "demo", "m", predicted)
        schema.create_cohort(con, "empty", BUILT_IN.only(["case_id", "patient_id", "age_years"]))
        steps = pd.DataFrame(
            {"step": [1], "reason": ["no image"], "patients": [3], "cases": [4]},
        )
        schema.add_exclusions(con, "demo", steps)

    publish(root, build, action="import", detail={"cohort": "demo"})
    return root


@pytest.fixture(scope="session")
def warehouse(filled):
    with Warehouse.open(filled) as opened:
        yield opened


@pytest.fixture(scope="session")
def build_cohort():
    """A recipe for one more version: a cohort of ``n`` cases."""

    def recipe(slug="demo", n=20, seed=0):
        def build(con):
            schema.create_cohort(con, slug, REGISTRY)
            schema.insert(con, slug, "cases", sample(n, seed))

        return build

    return recipe
