"""Who read what, on a store in which readers, sides and the model differ."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd
import pytest

from clnm_core.domain.cohort import Between, CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import UnknownModelError
from clnm_core.stats.readers import AIDED, UNAIDED
from clnm_core.store import schema
from clnm_core.store.reads import case_sets, panel, reads
from clnm_core.store.records import ModelRecord
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse

CASES = [f"c{i}" for i in range(10)]


def rows(reader: str, cases: list[str], aided: object, call: object = None) -> pd.DataFrame:
    share = [0.1 * int(case[1:]) for case in cases]
    return pd.DataFrame(
        {"reader_id": reader, "case_id": cases, "probability": share, "call": call, "aided": aided}
    )


STUDIES = {
    "same": [rows(r, CASES[:6], side) for r in ("r2", "r1") for side in (False, True)],
    "uneven": [
        rows("r1", CASES[:6], False),
        rows("r2", CASES[2:8], False),
        rows("r1", CASES[:6], True),
        rows("r2", CASES[2:8], True),
        rows("r3", CASES[:8], False),
    ],
    "odd": [
        rows("r1", CASES[:4], False),
        rows("r1", CASES[:1], False).assign(probability=0.9),
        rows("r1", CASES[1:2], False, call=True),
        rows("r1", CASES[3:4], False, call=False),
        rows("r1", CASES[3:4], False, call=False),
        rows("r1", CASES[1:2], False, call=False),
        rows("r1", CASES[4:5], None),
        rows("r2", CASES[:4], True, call=True).assign(probability=None),
        rows("r2", CASES[5:6], True).assign(probability=None),
    ],
    "none": [],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Warehouse]:
    root = tmp_path_factory.mktemp("reads") / "store"
    cases = pd.DataFrame(
        {
            "case_id": CASES,
            "patient_id": [f"p{i // 2}" for i in range(10)],
            "age_years": [30.0 + i for i in range(10)],
            "lateral": [True, False, None, True, False, True, False, True, False, True],
        }
    )
    risks = pd.DataFrame(
        {
            "case_id": CASES[:9],
            "split": ["train"] * 4 + ["external"] * 5,
            "risk": [0.1 * i for i in range(9)],
        }
    )

    def build(con):
        for name, parts in STUDIES.items():
            registry = BUILT_IN.only(["case_id", "patient_id", "age_years", "lateral"])
            schema.create_cohort(con, name, registry)
            schema.insert(con, name, "cases", cases)
            for part in parts:
                schema.insert(con, name, "reads", part)
            schema.put_model(con, ModelRecord("m", name, "lateral", "imported"))
            schema.replace_predictions(con, name, "m", risks)

    publish(root, build, action="demo", detail={})
    with Warehouse.open(root) as opened:
        yield opened


def test_the_same_cases_are_found_to_be_the_same(warehouse: Warehouse) -> None:
    found = case_sets(warehouse, CohortQuery("same", "lateral"), "m")
    assert found.is_same
    assert (found.ever_read, found.read, found.unknown, found.shared) == (6, 5, 1, 5)
    assert (found.judged, found.read_and_judged) == (8, 5)
    assert found.readers == ("r1", "r2")
    assert found.sides == (UNAIDED, AIDED)


def test_a_split_that_the_model_judged_in_part_is_not_the_same(warehouse: Warehouse) -> None:
    found = case_sets(warehouse, CohortQuery("same", "lateral", split="external"), "m")
    assert not found.is_same
    assert (found.read, found.read_and_judged, found.shared) == (5, 2, 2)
    assert found.judged == 5
    assert {(one.n, one.judged) for one in found.sets} == {(5, 2)}
    nothing = case_sets(warehouse, CohortQuery("same", "lateral", split="validation"), "m")
    assert (nothing.shared, nothing.judged, nothing.is_same) == (0, 0, False)


def test_filters_hold_for_readers_and_model_alike(warehouse: Warehouse) -> None:
    query = CohortQuery("same", "lateral", criteria=(Between("age_years", 30, 33),))
    found = case_sets(warehouse, query, "m")
    assert found.is_same
    assert (found.ever_read, found.read, found.shared) == (6, 3, 3)


def test_readers_who_read_different_cases_are_not_the_same(warehouse: Warehouse) -> None:
    found = case_sets(warehouse, CohortQuery("uneven", "lateral"), "m")
    assert not found.is_same
    assert found.readers == ("r1", "r2")
    assert found.shared == 3
    assert {(one.reader, one.side, one.n) for one in found.sets} == {
        ("r1", UNAIDED, 5),
        ("r1", AIDED, 5),
        ("r2", UNAIDED, 5),
        ("r2", AIDED, 5),
        ("r3", UNAIDED, 7),
    }


def test_the_panel_has_the_shared_cases_by_readers(warehouse: Warehouse) -> None:
    found = panel(warehouse, CohortQuery("uneven", "lateral"), "m")
    assert found.readers == ("r1", "r2")
    assert found.y_true.tolist() == [True, False, True]
    assert found.risk == pytest.approx([0.3, 0.4, 0.5])
    assert found.probability[AIDED][:, 1] == pytest.approx([0.3, 0.4, 0.5])
    assert found.call[UNAIDED][:, 0].tolist() == [False, False, True]
    assert found.is_clustered


def test_readers_of_one_side_each_are_not_mixed(warehouse: Warehouse) -> None:
    found = case_sets(warehouse, CohortQuery("odd", "lateral"), "m")
    assert found.sides == (UNAIDED,)
    assert found.readers == ("r1",)
    assert not found.is_same
    assert (found.repeated, found.sideless) == (3, 1)


def test_repeated_reads_are_averaged_and_empty_ones_left_out(warehouse: Warehouse) -> None:
    found = reads(warehouse, CohortQuery("odd", "lateral"), "m")
    first = found[(found["reader_id"] == "r1") & (found["case_id"] == "c0")].iloc[0]
    assert first["probability"] == pytest.approx(0.45)
    assert first["times"] == 2
    assert not first["call"]
    calls = found[found["side"] == UNAIDED].set_index("case_id")["call"]
    assert (calls["c1"], calls["c3"]) == (True, False)
    assert "c5" not in set(found["case_id"])
    assert found.loc[found["reader_id"] == "r2", "call"].all()


def test_a_cohort_without_reads_has_none(warehouse: Warehouse) -> None:
    query = CohortQuery("none", "lateral")
    assert reads(warehouse, query, "m").empty
    found = case_sets(warehouse, query, "m")
    assert (found.ever_read, found.read, found.shared) == (0, 0, 0)
    assert not found.is_same
    assert found.readers == found.sides == found.sets == ()


def test_an_unknown_model_is_said(warehouse: Warehouse) -> None:
    with pytest.raises(UnknownModelError):
        reads(warehouse, CohortQuery("same", "lateral"), "x")
