"""What may be a key, and what may be shared."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pytest

from clnm_core.domain.cohort import Between, CohortQuery, OneOf
from clnm_core.errors import NoStoreError
from clnm_core.store.snapshots import publish
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached
from tests.small_store import CASES, CLINIC, NECK, build_small_store

CALLS: list[str] = []


def said(warehouse: Warehouse, query: CohortQuery, *values: object) -> str:
    CALLS.append(repr(query))
    return f"{query!r} {values}"


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "store"
    build_small_store(root)
    monkeypatch.setenv("CLNM_STORE", str(root))
    CALLS.clear()
    return root


def test_the_same_question_is_computed_once(store: Path) -> None:
    query = CohortQuery(NECK, "lateral")
    assert cached.computed(said, query, 1) == cached.computed(said, query, 1)
    assert len(CALLS) == 1


@dataclass(frozen=True, slots=True)
class Outside:
    """A criterion with the fields of Between and another meaning."""

    column: str
    low: float
    high: float


def test_two_kinds_of_criteria_with_the_same_fields_are_two_questions(store: Path) -> None:
    inside = CohortQuery(NECK, "lateral", criteria=(Between("age_years", 50, 60),))
    outside = CohortQuery(NECK, "lateral", criteria=(Outside("age_years", 50, 60),))  # type: ignore[arg-type]
    assert "Between" in cached.computed(said, inside)
    assert "Outside" in cached.computed(said, outside)


def test_one_and_true_and_the_word_one_are_three_questions(store: Path) -> None:
    query = CohortQuery(NECK, "lateral")
    assert len({cached.computed(said, query, value) for value in (1, True, "1")}) == 3


def test_a_new_version_of_the_store_is_asked_anew(store: Path) -> None:
    query = CohortQuery(NECK, "lateral")
    cached.computed(said, query)
    publish(store, lambda con: None, action="test", detail={})
    cached.computed(said, query)
    assert len(CALLS) == 2
    assert cached.warehouse().version == 2


def test_a_frame_is_refused_as_key(store: Path) -> None:
    with pytest.raises(TypeError, match="plain words or numbers"):
        cached.computed(said, CohortQuery(NECK, "lateral"), pd.DataFrame())


def test_a_visitor_cannot_change_what_another_gets(store: Path) -> None:
    query = CohortQuery(NECK, "lateral")
    cached.level_counts(query, "sex")["female"] = -1
    assert cached.level_counts(query, "sex")["female"] > 0


def test_counts_per_level_leave_out_words_that_no_case_has(store: Path) -> None:
    assert cached.values(NECK, "split") == ("train", "external")
    assert cached.values(NECK, "multifocal") == ("yes", "no", "unknown")


def test_missing_numbers_are_counted_under_the_other_filters(store: Path) -> None:
    query = CohortQuery(NECK, "lateral")
    assert cached.missing_numbers(query, "age_years") == 22
    held = query.keeping(Between("age_years", 30, 40))
    assert cached.missing_numbers(held, "age_years") == 22
    men = query.keeping(OneOf("sex", ("male",)))
    assert 0 < cached.missing_numbers(men, "age_years") < 22


def test_synthetic_cohorts_come_first_so_that_an_import_moves_no_link(store: Path) -> None:
    assert [record.name for record in cached.cohorts()] == [NECK, CLINIC]


def test_size_counts_a_cohort_without_outcome(store: Path) -> None:
    assert cached.size(CohortQuery(NECK, "")) == (CASES, 233)


def test_without_a_store_there_is_a_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CLNM_STORE", str(tmp_path / "none"))
    with pytest.raises(NoStoreError, match="no store yet"):
        cached.version()
