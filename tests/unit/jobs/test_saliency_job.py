"""Where maps lie, as a job: whose maps, what is kept, how it goes on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import EmptyCohortError, JobError, ModelError, UnfitCaseError
from clnm_core.jobs import kinds, saliency
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.saliency import drawn_cases
from clnm_core.jobs.store_cases import cases_of
from clnm_core.jobs.training import train
from clnm_core.store import modelling
from clnm_core.store.saliency_tables import (
    Asked,
    SaliencyTable,
    largest_saliency,
    read_saliency,
    write_saliency,
)
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems import catalogue
from clnm_core.systems.explanation import Explanation
from tests.small_store import NECK
from tests.tiny_system import LISTED, TinyModel


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    listed = (*catalogue.SYSTEMS, *LISTED)
    for place in (catalogue, modelling):
        monkeypatch.setattr(place, "SYSTEMS", listed)


@pytest.fixture
def seeing(root: Path) -> Path:
    """A store with a model that reads pictures and looks everywhere alike."""
    config = {"reads_pictures": True}
    train(root, "tiny", NECK, name="line", outcome="lateral", config=config, device="cpu")
    return root


def measure(
    root: Path,
    *,
    is_cancelled: Callable[[], bool] = lambda: False,
    said: list[tuple[float, str]] | None = None,
    **more: Any,
) -> dict[str, Any]:
    heard = said if said is not None else []
    return kinds.run(
        "saliency",
        root,
        {"cohort": NECK, "model": "line", "split": "", "most": 50} | more,
        actor="test",
        progress=lambda share, step: heard.append((share, step)),
        is_cancelled=is_cancelled,
    )


def asked(root: Path, **more: Any) -> Asked:
    with Warehouse.open(root) as warehouse:
        digest = warehouse.model(NECK, "line").manifest["digest"]
    return Asked(**({"cohort": NECK, "digest": digest, "split": "", "most": 50} | more))


def kept(root: Path) -> SaliencyTable:
    found = read_saliency(root, asked(root))
    assert found is not None
    return found


def test_every_picture_of_every_case_has_its_shares(seeing: Path) -> None:
    said: list[tuple[float, str]] = []
    result = measure(seeing, said=said)
    table = kept(seeing)
    # 40 cases have a picture, three of them no known outcome; every fifth has no spacing.
    assert result["cases"] == 37
    assert result["set_aside"] == sum(table.facts["set_aside"].values())
    assert result["maps"] + result["set_aside"] == 37
    assert any("there is no 2 mm" in sentence for sentence in table.facts["set_aside"])
    zones = table.facts["zones"]
    np.testing.assert_allclose(table.rows[[f"share_{one}" for one in zones]].sum(axis=1), 1)
    # A map that is the same everywhere lies on each zone as far as there is any of it.
    for one in zones:
        np.testing.assert_allclose(table.rows[f"share_{one}"], table.rows[f"area_{one}"])
    assert (table.rows["distance_from"] == "recorded").all()
    assert [share for share, _ in said] == sorted(share for share, _ in said)
    assert said[-1][0] == 1.0


def test_the_distance_is_that_of_the_record(seeing: Path) -> None:
    measure(seeing)
    rows = kept(seeing).rows
    with Warehouse.open(seeing) as warehouse:
        query = CohortQuery(NECK, "lateral")
        known = evaluation(warehouse, query, "line", ["capsule_distance_mm"]).set_index("case_id")
    for row in rows.to_dict("records"):
        assert row["distance_mm"] == known.loc[row["case_id"], "capsule_distance_mm"]
        assert row["y_true"] == known.loc[row["case_id"], "y_true"]


def test_a_second_job_measures_nothing_again(seeing: Path, monkeypatch) -> None:
    measure(seeing)
    first = kept(seeing)

    def nobody(self, case):
        raise AssertionError("it was measured already")

    monkeypatch.setattr(TinyModel, "explain", nobody)
    measure(seeing)
    pd.testing.assert_frame_equal(first.rows, kept(seeing).rows)


def test_a_job_that_was_stopped_goes_on_and_comes_to_the_same(seeing: Path, monkeypatch) -> None:
    measure(seeing)
    whole = kept(seeing)
    for path in (seeing / "saliency").iterdir():
        path.unlink()
    looked: list[str] = []
    explain = TinyModel.explain

    def counting(self, case):
        looked.append(case.frame["case_id"].iloc[0])
        return explain(self, case)

    monkeypatch.setattr(TinyModel, "explain", counting)
    with pytest.raises(JobCancelled, match="after 7 of 37 cases, which are kept"):
        measure(seeing, is_cancelled=lambda: len(looked) >= 7)
    assert read_saliency(seeing, asked(seeing)) is None
    measure(seeing)
    assert len(looked) == len(set(looked)) == 37
    pd.testing.assert_frame_equal(whole.rows, kept(seeing).rows)
    assert whole.facts["set_aside"] == kept(seeing).facts["set_aside"]
    assert not list((seeing / "saliency").glob("*.draft"))


def test_a_draft_of_other_cases_is_not_gone_on_from(seeing: Path) -> None:
    measure(seeing)
    whole = kept(seeing)
    other = SaliencyTable(whole.facts | {"cases": "0" * 64}, whole.rows.head(1))
    write_saliency(seeing, asked(seeing), other)
    write_saliency(seeing, asked(seeing), other, is_draft=True)
    measure(seeing)
    pd.testing.assert_frame_equal(whole.rows, kept(seeing).rows)


def test_a_file_that_was_altered_counts_as_not_there(seeing: Path) -> None:
    measure(seeing)
    (path,) = (seeing / "saliency").glob("*.table")
    path.write_bytes(path.read_bytes().replace(b"0.", b"1.", 1))
    assert read_saliency(seeing, asked(seeing)) is None
    path.write_bytes(b"")
    assert read_saliency(seeing, asked(seeing)) is None


def test_what_was_measured_on_most_cases_is_shown(seeing: Path) -> None:
    digest = asked(seeing).digest
    assert largest_saliency(seeing, NECK, digest, "") is None
    measure(seeing)
    assert largest_saliency(seeing, NECK, digest, "").facts["most"] == 50
    measure(seeing, most=200)
    assert largest_saliency(seeing, NECK, digest, "").facts["most"] == 200
    assert largest_saliency(seeing, NECK, digest, "external") is None


def test_cases_are_drawn_with_and_without_the_outcome(seeing: Path) -> None:
    every = cases_of(seeing, NECK)
    pictured = every.frame["case_id"].head(40)
    judged = pd.DataFrame({"case_id": pictured, "y_true": np.arange(40) < 30})
    model, _ = modelling.load_model(seeing, "line", cohort=NECK)
    some, has = drawn_cases(every, judged, model, most=12, seed=0)
    assert (len(some), int(has.sum())) == (12, 9)
    assert some.frame["case_id"].is_monotonic_increasing
    again, _ = drawn_cases(every, judged, model, most=12, seed=0)
    assert some.frame["case_id"].equals(again.frame["case_id"])
    other, _ = drawn_cases(every, judged, model, most=12, seed=1)
    assert not some.frame["case_id"].equals(other.frame["case_id"])
    rare = judged.assign(y_true=np.arange(40) == 0)
    assert drawn_cases(every, rare, model, most=5, seed=0)[1].sum() == 1
    same = judged.assign(y_true=True)
    assert drawn_cases(every, same, model, most=5, seed=0)[1].all()
    with pytest.raises(EmptyCohortError, match="pictures and outlines"):
        drawn_cases(every, judged.head(0), model, most=5, seed=0)


def test_a_model_without_maps_is_refused_before_all_cases_are_explained(
    seeing: Path, monkeypatch
) -> None:
    looked: list[int] = []

    def blind(self, case):
        looked.append(1)
        return Explanation()

    monkeypatch.setattr(TinyModel, "explain", blind)
    with pytest.raises(ModelError, match="gives no map"):
        measure(seeing)
    assert len(looked) == 5


def test_a_case_that_cannot_be_explained_is_set_aside(seeing: Path, monkeypatch) -> None:
    explain, turn = TinyModel.explain, iter(range(1000))

    def some(self, case):
        if next(turn) % 2:
            raise UnfitCaseError("It is black.")
        return explain(self, case)

    monkeypatch.setattr(TinyModel, "explain", some)
    measure(seeing)
    assert kept(seeing).facts["set_aside"]["It is black."] == 18


def test_a_model_that_reads_no_pictures_is_refused(root: Path) -> None:
    train(root, "tiny", NECK, name="line", outcome="lateral", device="cpu")
    with pytest.raises(ModelError, match="reads no pictures"):
        measure(root)


def test_any_number_of_cases_may_not_be_asked_for(seeing: Path) -> None:
    with pytest.raises(JobError, match="50, 200 or 500"):
        measure(seeing, most=100_000)
    with pytest.raises(ModelError, match="table of risks"):
        measure(seeing, model="sharp")


def test_pictures_without_a_gland_are_measured_around_the_lesion(seeing: Path, monkeypatch) -> None:
    cases = cases_of(seeing, NECK)
    assert saliency.zones_for(cases) == saliency.GLAND_ZONES
    assert saliency.zones_for(cases.only(np.arange(len(cases)) > 100)) == saliency.NODE_ZONES
    monkeypatch.setattr(saliency, "zones_for", lambda cases: saliency.NODE_ZONES)
    measure(seeing)
    rows = kept(seeing).rows
    assert "near" not in rows
    assert rows["share_node"].between(0, 1).all()
