"""Every publication of a model stays; one version is shown; what is retired can come back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import ModelError, UnknownModelError
from clnm_core.store import ledger
from clnm_core.store.model_versions import judged_cases, model_version, model_versions, parts_of
from clnm_core.store.records import ModelRecord
from clnm_core.store.retiring import restore, retire
from clnm_core.store.schema import (
    create_cohort,
    drop_cohort,
    insert,
    put_model,
    replace_predictions,
)
from clnm_core.store.selection import evaluation
from clnm_core.store.snapshots import publish
from clnm_core.store.version_rows import version_of
from clnm_core.store.warehouse import Warehouse

N = 40


def add(root: Path, *models: tuple[str, str, float, dict], actor: str = "local") -> None:
    """Publish models together: name, made at, risk of every case, manifest."""

    def build(con) -> None:
        for name, created, risk, manifest in models:
            put_model(con, ModelRecord(name, "neck", "lateral", "imported", "1", created, manifest))
            frame = pd.DataFrame({"case_id": [f"c{i:02d}" for i in range(N)], "split": "test"})
            replace_predictions(con, "neck", name, frame.assign(risk=risk))

    publish(root, build, action="train", detail={"cohort": "neck"}, actor=actor)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A cohort with one model in two versions: risks of 0.1, then of 0.2."""
    frame = pd.DataFrame({
        "case_id": [f"c{i:02d}" for i in range(N)],
        "patient_id": [f"p{i:02d}" for i in range(N)],
        "split": "test",
        "age_years": np.linspace(20.0, 70.0, N),
        "lateral": pd.array([i % 2 == 0 for i in range(N)], dtype="boolean"),
    })  # fmt: skip

    def build(con) -> None:
        create_cohort(con, "neck", BUILT_IN.only(["age_years", "lateral"]), title="Neck")
        insert(con, "neck", "cases", frame)

    publish(tmp_path / "store", build, action="import", detail={"cohort": "neck"})
    add(tmp_path / "store", ("net", "2026-01-01", 0.1, {}), actor="ana")
    add(tmp_path / "store", ("net", "2026-02-01", 0.2, {}))
    return tmp_path / "store"


def shown_risk(root: Path, name: str = "net") -> float:
    with Warehouse.open(root) as warehouse:
        return evaluation(warehouse, CohortQuery("neck", "lateral"), name)["risk"].iloc[0]


def names(root: Path) -> list[str]:
    with Warehouse.open(root) as warehouse:
        return [record.name for record in warehouse.models("neck")]


def test_a_second_publication_leaves_the_first_to_be_compared(root: Path) -> None:
    with Warehouse.open(root) as warehouse:
        new, old = model_versions(warehouse, "neck", "net")
        assert (new.number, new.is_shown, old.number, old.is_shown) == (2, True, 1, False)
        assert (old.published_by, new.published_by) == ("ana", "local")
        assert judged_cases(warehouse, old)["risk"].unique().tolist() == [0.1]
        cases = judged_cases(warehouse, new, ["age_years"])
    assert cases["risk"].unique().tolist() == [0.2]
    assert list(cases) == ["case_id", "patient_id", "split", "y_true", "risk", "age_years"]
    assert shown_risk(root) == 0.2


def test_a_version_is_named_by_the_digest_of_its_files(root: Path) -> None:
    digest = "ab" * 32
    record = ModelRecord("net", "neck", "lateral", "clinical", manifest={"digest": digest})
    assert version_of(record) == digest[:12]
    assert version_of(ModelRecord("net", "neck", "lateral", "imported")) != version_of(
        ModelRecord("net", "neck", "lateral", "imported", created="later")
    )


def test_the_same_files_published_again_are_one_version(root: Path) -> None:
    files = {"digest": "cd" * 32}
    add(root, ("trained", "2026-01-01", 0.3, files))
    add(root, ("trained", "2026-03-01", 0.4, files))
    with Warehouse.open(root) as warehouse:
        (one,) = model_versions(warehouse, "neck", "trained")
    assert one.record.created == "2026-03-01"
    assert shown_risk(root, "trained") == 0.4


def test_retiring_the_newest_shows_the_one_before_and_says_why(root: Path) -> None:
    with Warehouse.open(root) as warehouse:
        new, old = model_versions(warehouse, "neck", "net")
    retire(root, "neck", "net", why="Leaked  outcome", version=new.version, actor="ben")
    assert shown_risk(root) == 0.1
    with Warehouse.open(root) as warehouse:
        newest = model_version(warehouse, "neck", "net", new.version)
        assert newest.retired is not None
        assert (newest.retired.by, newest.retired.why) == ("ben", "Leaked outcome")
        assert not newest.retired.is_whole
        assert model_version(warehouse, "neck", "net").version == old.version
        assert judged_cases(warehouse, newest)["risk"].unique().tolist() == [0.2]
    entry = ledger.entries(root, 1)[0]
    assert (entry.actor, entry.action) == ("ben", "retire model")
    assert entry.detail["why"] == "Leaked outcome"
    assert entry.detail["model_version"] == new.version
    restore(root, "neck", "net", version=new.version)
    assert shown_risk(root) == 0.2


def test_an_older_version_is_retired_without_any_change_of_what_is_shown(root: Path) -> None:
    with Warehouse.open(root) as warehouse:
        old = model_versions(warehouse, "neck", "net")[1]
    retire(root, "neck", "net", why="Old", version=old.version)
    assert shown_risk(root) == 0.2


def test_a_model_retired_as_a_whole_is_offered_nowhere_and_comes_back(root: Path) -> None:
    with Warehouse.open(root) as warehouse:
        old = model_versions(warehouse, "neck", "net")[1]
    retire(root, "neck", "net", why="Old", version=old.version)
    retire(root, "neck", "net", why="Replaced")
    assert names(root) == []
    with Warehouse.open(root) as warehouse:
        assert [one.retired.why for one in model_versions(warehouse, "neck")] == ["Replaced", "Old"]
        assert judged_cases(warehouse, model_version(warehouse, "neck", "net"))["risk"].max() == 0.2
    with pytest.raises(ModelError, match="retired already"):
        retire(root, "neck", "net", why="Again")
    restore(root, "neck", "net")
    assert shown_risk(root) == 0.2
    with Warehouse.open(root) as warehouse:
        assert [bool(one.retired) for one in model_versions(warehouse, "neck")] == [False, True]


def test_versions_retired_one_by_one_are_brought_back_one_by_one(root: Path) -> None:
    with Warehouse.open(root) as warehouse:
        known = model_versions(warehouse, "neck", "net")
    for one in known:
        retire(root, "neck", "net", why="Wrong", version=one.version)
    assert names(root) == []
    with pytest.raises(ModelError, match="one by one"):
        restore(root, "neck", "net")
    restore(root, "neck", "net", version=known[1].version)
    assert shown_risk(root) == 0.1
    with pytest.raises(ModelError, match="is not retired"):
        restore(root, "neck", "net", version=known[1].version)


def test_a_publication_under_the_name_of_a_retired_model_is_shown(root: Path) -> None:
    retire(root, "neck", "net", why="Wrong")
    add(root, ("net", "2026-05-01", 0.7, {}))
    assert shown_risk(root) == 0.7
    with Warehouse.open(root) as warehouse:
        assert [bool(one.retired) for one in model_versions(warehouse, "neck")] == [
            False,
            True,
            True,
        ]


def test_what_was_tried_in_a_training_goes_and_comes_with_it(root: Path) -> None:
    add(root, ("cad", "1", 0.3, {"a": 1}), ("cad-vgg", "1", 0.4, {"part_of": "cad"}))
    add(root, ("cad", "2", 0.5, {"a": 2}), ("cad-vgg", "2", 0.6, {"part_of": "cad"}))
    with Warehouse.open(root) as warehouse:
        new, old = model_versions(warehouse, "neck", "cad")
        assert [one.record.name for one in parts_of(warehouse, new)] == ["cad-vgg"]
        assert parts_of(warehouse, old)[0].number == 1
    with pytest.raises(ModelError, match="Retire or bring back 'cad'"):
        retire(root, "neck", "cad-vgg", why="Alone")
    retire(root, "neck", "cad", why="Leak", version=new.version)
    assert (shown_risk(root, "cad"), shown_risk(root, "cad-vgg")) == (0.3, 0.4)
    retire(root, "neck", "cad", why="All of it")
    assert names(root) == ["net"]
    restore(root, "neck", "cad")
    assert (shown_risk(root, "cad"), shown_risk(root, "cad-vgg")) == (0.3, 0.4)


def test_a_store_of_an_earlier_release_reads_as_one_version_each(root: Path) -> None:
    def forget(con) -> None:
        con.execute("DROP TABLE main.model_versions")
        con.execute('DROP TABLE "neck".other_predictions')

    publish(root, forget, action="forget", detail={})
    with Warehouse.open(root) as warehouse:
        (one,) = model_versions(warehouse, "neck")
        assert (one.number, one.is_shown, one.retired) == (1, True, None)
        assert judged_cases(warehouse, one)["risk"].unique().tolist() == [0.2]
        assert parts_of(warehouse, one) == []
    add(root, ("net", "2026-06-01", 0.9, {}))
    with Warehouse.open(root) as warehouse:
        new, old = model_versions(warehouse, "neck", "net")
        assert old.version == one.version
        assert judged_cases(warehouse, old)["risk"].unique().tolist() == [0.2]
    retire(root, "neck", "net", why="Wrong", version=new.version)
    assert shown_risk(root) == 0.2


def test_a_model_of_an_earlier_release_can_be_retired(root: Path) -> None:
    publish(root, lambda con: con.execute("DROP TABLE main.model_versions"), action="x", detail={})
    retire(root, "neck", "net", why="Wrong")
    assert names(root) == []
    restore(root, "neck", "net")
    assert shown_risk(root) == 0.2


def test_a_cohort_that_goes_takes_the_versions_of_its_models_along(root: Path) -> None:
    publish(root, lambda con: drop_cohort(con, "neck"), action="remove", detail={})

    def counted(con) -> None:
        assert con.execute("SELECT count(*) FROM main.model_versions").fetchone() == (0,)

    publish(root, counted, action="look", detail={})


@pytest.mark.parametrize("why", ["", "  \n ", "x" * 501])
def test_retiring_takes_a_reason_of_some_length(root: Path, why: str) -> None:
    with pytest.raises(ModelError, match="reason of 1 to 500 characters"):
        retire(root, "neck", "net", why=why)
    assert names(root) == ["net"]


def test_what_was_never_there_is_named(root: Path) -> None:
    with pytest.raises(UnknownModelError, match="no model 'nobody'"):
        retire(root, "neck", "nobody", why="Wrong")
    with pytest.raises(UnknownModelError, match="no version 'fff'"):
        retire(root, "neck", "net", why="Wrong", version="fff")
    with pytest.raises(UnknownModelError, match="no model"):
        restore(root, "elsewhere", "net")
    with Warehouse.open(root) as warehouse:
        with pytest.raises(UnknownModelError, match="no model 'nobody'"):
            model_versions(warehouse, "neck", "nobody")
        with pytest.raises(UnknownModelError, match="no version 'fff'"):
            model_version(warehouse, "neck", "net", "fff")
