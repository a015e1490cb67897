import threading

import duckdb
import pytest

from clnm_core.domain.cohort import Between, CohortQuery
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.errors import NoStoreError, StoreError, UnknownCohortError, UnknownModelError
from clnm_core.store import selection
from clnm_core.store.places import StorePaths
from clnm_core.store.warehouse import Warehouse


def test_a_store_that_is_not_there_says_how_to_make_one(tmp_path):
    with pytest.raises(NoStoreError, match="python -m clnm_core demo"):
        Warehouse.open(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_cohorts_are_counted_with_three_states_of_each_outcome(warehouse, frame):
    demo, empty = warehouse.cohorts()
    assert (demo.name, demo.title, demo.is_synthetic) == ("demo", "Demonstration", True)
    assert (demo.patients, demo.cases, demo.images) == (150, 300, 3)
    assert demo.outcomes == (
        OutcomeCount.of("any", frame["any"]),
        OutcomeCount.of("lateral", frame["lateral"]),
    )
    assert (empty.name, empty.title, empty.cases, empty.outcomes) == ("empty", "empty", 0, ())


def test_the_registry_comes_back_as_it_went_in(warehouse, registry):
    assert warehouse.registry("demo") == registry


def test_models_are_listed_by_cohort(warehouse):
    assert [model.name for model in warehouse.models()] == ["m", "silent"]
    assert warehouse.models("empty") == []
    assert warehouse.model("demo", "m").manifest == {"seed": 0}
    with pytest.raises(UnknownModelError, match="Choose one of its models: none yet"):
        warehouse.model("empty", "m")
    with pytest.raises(UnknownCohortError, match="those in the store: demo, empty"):
        warehouse.registry("nobody")


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT * FROM read_blob('{own}')",
        "SELECT * FROM read_text('/etc/hostname')",
        "SELECT * FROM '/etc/hostname'",
        "COPY (SELECT 1) TO '/tmp/leak.csv'",
        "ATTACH '/tmp/other.duckdb'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET disabled_filesystems = ''",
        "RESET lock_configuration",
        "CREATE TABLE main.x (i INTEGER)",
        "DELETE FROM main.cohorts",
        "UPDATE main.cohorts SET title = ''",
        "SELECT * FROM local_frame",
    ],
)
def test_a_reader_can_neither_change_anything_nor_reach_a_file(warehouse, frame, sql):
    local_frame = frame
    own = StorePaths(warehouse.root).snapshot(warehouse.version)
    with pytest.raises(duckdb.Error):
        warehouse.rows(sql.format(own=own))
    assert local_frame is frame


def test_the_database_itself_knows_that_it_is_only_read(warehouse):
    found = warehouse.rows("SELECT readonly FROM duckdb_databases() WHERE NOT internal")
    assert list(found["readonly"]) == [True]


def test_one_version_may_be_opened_twice_in_one_process(filled, warehouse):
    with Warehouse.open(filled) as again:
        assert again.cohorts() == warehouse.cohorts()
    assert warehouse.cohort("demo").cases == 300


def test_a_closed_version_says_so(filled):
    opened = Warehouse.open(filled)
    opened.close()
    with pytest.raises(StoreError, match="was closed"):
        opened.rows("SELECT 1")


def test_many_threads_get_the_answers_of_one(filled):
    queries = [
        CohortQuery("demo", "any", "", (Between("age_years", 20, 20 + i),)) for i in range(8)
    ]
    wrong = []
    with Warehouse.open(filled) as warehouse:
        expected = [selection.case_count(warehouse, query) for query in queries]
    with Warehouse.open(filled) as shared:

        def ask(offset):
            for i in range(24):
                at = (i + offset) % 8
                if selection.case_count(shared, queries[at]) != expected[at]:
                    wrong.append(at)

        threads = [threading.Thread(target=ask, args=(i,)) for i in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert wrong == []
