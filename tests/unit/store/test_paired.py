"""The cases that all of several models judged."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from clnm_core.domain.cohort import Between, CohortQuery
from clnm_core.errors import (
    EmptyCohortError,
    MissingOutcomeError,
    ModelError,
    UnknownModelError,
)
from clnm_core.store import schema
from clnm_core.store.paired import judged_by_all
from clnm_core.store.records import ModelRecord
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse

EVERYONE = CohortQuery("demo", "any")


def risks_of(frame: pd.DataFrame, seed: int, split: str = "external") -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    return pd.DataFrame(
        {"case_id": frame["case_id"], "split": split, "risk": rng.random(len(frame)).round(3)}
    )


@pytest.fixture(scope="module")
def judged(frame: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Risks by model: ``a`` of all cases, ``b`` of the first 200, ``c`` of the last 150."""
    split = np.where(np.arange(len(frame)) < 120, "train", "external")
    return {
        "a": risks_of(frame, 1).assign(split=split),
        "b": risks_of(frame.iloc[:200], 2).assign(split=split[:200]),
        "c": risks_of(frame.iloc[150:], 3),
    }


@pytest.fixture(scope="module")
def store(
    tmp_path_factory: pytest.TempPathFactory,
    frame: pd.DataFrame,
    registry: object,
    judged: dict[str, pd.DataFrame],
) -> Warehouse:
    root = tmp_path_factory.mktemp("paired") / "store"

    def build(con: object) -> None:
        schema.create_cohort(con, "demo", registry)
        schema.insert(con, "demo", "cases", frame)
        for name, rows in judged.items():
            schema.put_model(con, ModelRecord(name, "demo", "any", "imported"))
            schema.replace_predictions(con, "demo", name, rows)
        schema.put_model(con, ModelRecord("apart", "demo", "any", "imported"))
        schema.replace_predictions(con, "demo", "apart", judged["a"].iloc[:5])
        schema.put_model(con, ModelRecord("other", "demo", "lateral", "imported"))
        schema.replace_predictions(con, "demo", "other", judged["a"])

    publish(root, build, action="import", detail={})
    with Warehouse.open(root) as opened:
        yield opened


def merged(
    frame: pd.DataFrame, judged: dict[str, pd.DataFrame], names: list[str], split: str
) -> pd.DataFrame:
    """The same by pandas: shared cases with a known outcome, by case."""
    table = frame[["case_id", "patient_id", "any"]]
    for place, name in enumerate(names):
        rows = judged[name]
        rows = rows[rows["split"] == split] if split else rows
        table = table.merge(
            rows[["case_id", "risk"]].rename(columns={"risk": f"risk_{place}"}), on="case_id"
        )
    return table[table["any"].notna()].sort_values("case_id", ignore_index=True)


@settings(max_examples=15)
@given(
    st.lists(st.sampled_from(["a", "b", "c"]), min_size=2, max_size=3, unique=True),
    st.sampled_from(["", "external"]),
)
def test_cases_risks_and_patients_are_those_of_a_merge(
    store: Warehouse,
    frame: pd.DataFrame,
    judged: dict[str, pd.DataFrame],
    names: list[str],
    split: str,
) -> None:
    found = judged_by_all(store, replace(EVERYONE, split=split), names)
    expected = merged(frame, judged, names, split)
    assert found.models == tuple(names)
    assert found.cases["case_id"].tolist() == expected["case_id"].tolist()
    assert found.cases["y_true"].tolist() == expected["any"].astype(bool).tolist()
    for place in range(len(names)):
        column = f"risk_{place}"
        assert found.cases[column].tolist() == expected[column].tolist()
    same = found.cases["patient"].to_numpy()[:, None] == found.cases["patient"].to_numpy()
    who = expected["patient_id"].to_numpy()
    assert (same == (who[:, None] == who)).all()


def test_who_was_left_out_is_counted(
    store: Warehouse, frame: pd.DataFrame, judged: dict[str, pd.DataFrame]
) -> None:
    found = judged_by_all(store, EVERYONE, ["a", "b", "c"])
    known = frame["any"].notna().to_numpy()
    shared = int(known[150:200].sum())
    assert len(found.cases) == shared
    assert found.unknown == 50 - shared
    assert found.coverage["judged"].tolist() == [known.sum(), known[:200].sum(), known[150:].sum()]
    assert (found.coverage["judged"] - found.coverage["left_out"] == shared).all()


def test_filters_hold(store: Warehouse, frame: pd.DataFrame) -> None:
    query = replace(EVERYONE, criteria=(Between("age_years", 20, 24),))
    found = judged_by_all(store, query, ["a", "b"])
    young = frame.set_index("case_id").loc[found.cases["case_id"], "age_years"]
    assert young.between(20, 24).all()


def test_predictions_are_ready_for_the_statistics(store: Warehouse) -> None:
    paired = judged_by_all(store, EVERYONE, ["b", "a", "b"]).predictions()
    assert paired.names == ("b", "a")
    assert paired.is_clustered


def test_models_of_different_outcomes_are_refused(store: Warehouse) -> None:
    with pytest.raises(ModelError, match="different outcomes cannot be compared"):
        judged_by_all(store, EVERYONE, ["a", "other"])


def test_models_that_share_no_case_are_refused_with_their_counts(store: Warehouse) -> None:
    with pytest.raises(EmptyCohortError, match=r"share no case \(risks given: apart 5, c 150\)"):
        judged_by_all(store, EVERYONE, ["apart", "c"])
    with pytest.raises(EmptyCohortError, match="of the split “train”"):
        judged_by_all(store, replace(EVERYONE, split="train"), ["a", "c"])


def test_one_model_or_an_unknown_one_is_refused(store: Warehouse) -> None:
    with pytest.raises(ModelError, match="at least two"):
        judged_by_all(store, EVERYONE, ["a", "a"])
    with pytest.raises(UnknownModelError):
        judged_by_all(store, EVERYONE, ["a", "nobody"])


def test_no_case_and_no_known_outcome_are_told_apart(store: Warehouse, frame: pd.DataFrame) -> None:
    with pytest.raises(EmptyCohortError, match="No case is left"):
        judged_by_all(
            store, replace(EVERYONE, criteria=(Between("age_years", 90, 99),)), ["a", "b"]
        )
    unknown = frame.iloc[:200].query("any.isna()").iloc[0]["select"]
    query = replace(EVERYONE, criteria=(Between("select", unknown, unknown),))
    with pytest.raises(MissingOutcomeError, match="is unknown for all 1 cases"):
        judged_by_all(store, query, ["a", "b"])
