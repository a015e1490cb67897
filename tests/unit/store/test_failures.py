"""Errors counted, sorted and paged in the database are those that the rows show."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from clnm_core.domain.cohort import Between, CohortQuery, OneOf
from clnm_core.errors import EmptyCohortError, LinkError, MissingOutcomeError, UnknownModelError
from clnm_core.store import failures
from clnm_core.store.failures import FALSE_ALARMS, KINDS, MISSED, ErrorCounts
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse

QUERIES = [
    CohortQuery("demo", "any"),
    CohortQuery("demo", "any", "cross-validated", (Between("age_years", 22, 27),)),
    CohortQuery("demo", "lateral", criteria=(OneOf("centre", ("O'Brien", "unknown")),)),
]


def oracle(warehouse: Warehouse, query: CohortQuery, threshold: float, kind: str):
    rows = evaluation(warehouse, query, "m", ["age_years"])
    called = rows["risk"] >= threshold
    rows = rows[rows["y_true"] & ~called if kind == MISSED else ~rows["y_true"] & called]
    rows = rows.assign(wrong_by=(rows["risk"] - threshold).abs())
    return rows.sort_values(["wrong_by", "case_id"], ascending=[False, True])


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("threshold", [0.01, 0.3, 0.99])
def test_counts_are_those_of_the_rows(
    warehouse: Warehouse, query: CohortQuery, threshold: float
) -> None:
    counts = failures.error_counts(warehouse, query, "m", threshold)
    for kind in KINDS:
        assert counts.wrong(kind) == len(oracle(warehouse, query, threshold, kind))
    rows = evaluation(warehouse, query, "m")
    assert (counts.events, counts.without) == (rows["y_true"].sum(), (~rows["y_true"]).sum())
    assert counts.possible(MISSED) == counts.events
    assert counts.possible(FALSE_ALARMS) == counts.without


@pytest.mark.parametrize("query", QUERIES)
@pytest.mark.parametrize("kind", KINDS)
def test_pages_join_to_all_errors_the_worst_first(
    warehouse: Warehouse, query: CohortQuery, kind: str
) -> None:
    wanted = oracle(warehouse, query, 0.4, kind)
    every = failures.all_errors(warehouse, query, "m", 0.4, kind=kind, columns=["age_years"])
    assert every["case_id"].tolist() == wanted["case_id"].tolist()
    assert np.allclose(every["wrong_by"], wanted["wrong_by"])
    assert list(every.columns) == ["case_id", "split", "risk", "wrong_by", "age_years"]
    pages = [
        failures.page_of_errors(warehouse, query, "m", 0.4, kind=kind, page=page, size=7)
        for page in range(1, len(wanted) // 7 + 3)
    ]
    assert [name for page in pages for name in page["case_id"]] == wanted["case_id"].tolist()
    assert pages[-1].empty


def test_a_risk_at_the_threshold_is_called(warehouse: Warehouse) -> None:
    query = CohortQuery("demo", "any")
    rows = evaluation(warehouse, query, "m")
    at = float(rows[rows["y_true"]]["risk"].iloc[0])
    missed = failures.all_errors(warehouse, query, "m", at, kind=MISSED)
    assert (missed["risk"] < at).all()
    alarm = float(rows[~rows["y_true"]]["risk"].iloc[0])
    called = failures.all_errors(warehouse, query, "m", alarm, kind=FALSE_ALARMS)
    assert called["wrong_by"].min() == 0


def test_the_histogram_holds_every_case_on_the_right_side(warehouse: Warehouse) -> None:
    query = CohortQuery("demo", "any")
    counts = failures.error_counts(warehouse, query, "m", 0.5)
    table = failures.calls_by_risk(warehouse, query, "m", 0.5)

    def cases(y_true: bool, called: bool) -> int:
        return int(table[(table["y_true"] == y_true) & (table["called"] == called)]["cases"].sum())

    assert counts == ErrorCounts(
        cases(True, False), cases(True, True), cases(False, True), cases(False, False)
    )
    middle = table[np.isclose(table["low"], 0.48)]
    assert set(middle["called"]) == {True, False}
    assert table["high"].max() <= 1


def test_what_is_not_there_is_said_as_on_the_other_pages(warehouse: Warehouse) -> None:
    nobody = CohortQuery("demo", "any", criteria=(Between("age_years", 200, 300),))
    with pytest.raises(EmptyCohortError):
        failures.error_counts(warehouse, nobody, "m", 0.5)
    with pytest.raises(UnknownModelError):
        failures.error_counts(warehouse, QUERIES[0], "nobody", 0.5)
    with pytest.raises(MissingOutcomeError):
        failures.error_counts(warehouse, CohortQuery("demo", "central"), "m", 0.5)
    with pytest.raises(LinkError):
        failures.all_errors(warehouse, QUERIES[0], "m", 0.5, kind=MISSED, columns=["no_column"])


@pytest.mark.parametrize(("page", "size"), [(0, 12), (1, 0), (1, 61)])
def test_pages_have_bounds(warehouse: Warehouse, page: int, size: int) -> None:
    with pytest.raises(ValueError, match="size 1 to 60"):
        failures.page_of_errors(warehouse, QUERIES[0], "m", 0.5, kind=MISSED, page=page, size=size)


def test_a_kind_that_is_not_known_is_refused(warehouse: Warehouse) -> None:
    with pytest.raises(ValueError, match="kind must be one of missed, false_alarms"):
        failures.all_errors(warehouse, QUERIES[0], "m", 0.5, kind="late")


def test_nothing_is_written(warehouse: Warehouse, filled: Path) -> None:
    before = sorted(path.name for path in filled.iterdir())
    failures.error_counts(warehouse, QUERIES[0], "m", 0.5)
    assert sorted(path.name for path in filled.iterdir()) == before
