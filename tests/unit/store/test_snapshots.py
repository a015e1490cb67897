import subprocess
import sys
import textwrap
import threading
from contextlib import ExitStack
from pathlib import Path

import pytest

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.errors import NoStoreError, StoreBusyError, StoreError
from clnm_core.store import ledger, schema
from clnm_core.store.places import StorePaths
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse

REPOSITORY = Path(__file__).parents[3]


def cases(root):
    with Warehouse.open(root) as warehouse:
        return {record.name: record.cases for record in warehouse.cohorts()}


def snapshots(root):
    return [path.name for path in StorePaths(root).snapshots.iterdir()]


def published(root, build, **more):
    return publish(root, build, action="import", detail=more)


def test_each_publication_has_the_next_number_and_a_line_in_the_audit_trail(tmp_path, build_cohort):
    root = tmp_path / "deep" / "store"
    assert current_version(root) == 0
    assert published(root, build_cohort("one"), cohort="one") == 1
    assert publish(root, build_cohort("two"), action="demo", detail={}, actor="anna") == 2
    assert current_version(root) == 2
    assert cases(root) == {"one": 20, "two": 20}
    newest, first = ledger.entries(root)
    assert (newest.actor, newest.action, newest.detail) == ("anna", "demo", {"version": 2})
    assert (first.actor, first.detail) == ("local", {"cohort": "one", "version": 1})
    assert verify(root) == []


def test_what_build_raises_is_passed_on_and_nothing_is_published(tmp_path, build_cohort):
    root = tmp_path / "store"
    published(root, build_cohort())

    def fails(con):
        schema.drop_cohort(con, "demo")
        raise KeyError("halfway")

    with pytest.raises(KeyError, match="halfway"):
        published(root, fails)
    assert current_version(root) == 1
    assert cases(root) == {"demo": 20}
    assert snapshots(root) == ["v1.duckdb"]
    assert published(root, build_cohort("next")) == 2


def test_a_file_that_build_cannot_read_is_not_blamed_on_the_store(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"missing\.csv"):
        published(tmp_path / "store", lambda con: (tmp_path / "missing.csv").read_text())


def test_a_full_disk_gets_a_sentence_and_leaves_the_store_as_it_was(tmp_path):
    script = textwrap.dedent(
        """
        import resource, sys
        from pathlib import Path
        import numpy as np, pandas as pd
        from clnm_core.domain.columns import Column, Kind, Registry
        from clnm_core.errors import StoreError
        from clnm_core.store import schema
        from clnm_core.store.snapshots import publish

        def build(con, n):
            schema.create_cohort(con, "demo", Registry([Column("kg", "Weight", Kind.NUMBER)]))
            names = [f"p{i}" for i in range(n)]
            frame = {"case_id": names, "patient_id": names, "kg": np.random.random(n)}
            schema.insert(con, "demo", "cases", pd.DataFrame(frame))

        root = Path(sys.argv[1])
        publish(root, lambda con: build(con, 10), action="import", detail={})
        resource.setrlimit(resource.RLIMIT_FSIZE, (3_000_000, 3_000_000))
        try:
            publish(root, lambda con: build(con, 300_000), action="import", detail={})
        except StoreError as error:
            print(error)
        """
    )
    root = tmp_path / "store"
    command = [sys.executable, "-c", script, str(root)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, check=False)
    assert "Check free space and memory; nothing was published." in done.stdout, done.stderr
    assert cases(root) == {"demo": 10}
    assert snapshots(root) == ["v1.duckdb"]
    assert verify(root) == []


def test_a_publication_that_could_not_be_recorded_is_recorded_by_the_next(
    tmp_path, build_cohort, monkeypatch
):
    root = tmp_path / "store"

    def fails(*arguments):
        raise StoreError("The audit trail cannot be used.")

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "record", fails)
        with pytest.raises(StoreError, match=r"Version 1 is published, but not yet recorded"):
            published(root, build_cohort())
    assert current_version(root) == 1
    assert verify(root) == ["Version 1 has no entry in the audit trail."]
    published(root, build_cohort())
    assert [entry.detail for entry in ledger.entries(root)] == [
        {"version": 2},
        {"version": 1, "recorded_late": True},
    ]
    assert verify(root) == []


def test_a_first_publication_that_fails_leaves_no_store(tmp_path):
    root = tmp_path / "store"

    def fails(con):
        raise KeyError

    with pytest.raises(KeyError):
        published(root, fails)
    with pytest.raises(NoStoreError, match="Make the demonstration"):
        Warehouse.open(root)


def test_detail_that_cannot_be_written_down_is_refused_before_anything_is_built(tmp_path):
    def never(con):
        raise AssertionError

    for detail in ({"x": object()}, {"x": float("nan")}):
        with pytest.raises((TypeError, ValueError), match="JSON"):
            publish(tmp_path / "store", never, action="import", detail=detail)


def test_a_second_publisher_gets_a_sentence(tmp_path, build_cohort):
    root = tmp_path / "store"
    inside, leave = threading.Event(), threading.Event()

    def slow(con):
        inside.set()
        assert leave.wait(20)

    first = threading.Thread(target=published, args=(root, slow))
    first.start()
    assert inside.wait(20)
    with pytest.raises(StoreBusyError, match=r"Another process is publishing .* try again"):
        published(root, build_cohort())
    leave.set()
    first.join()
    assert published(root, build_cohort()) == 2


def test_another_process_that_publishes_is_noticed(tmp_path, build_cohort):
    root = tmp_path / "store"
    script = textwrap.dedent(
        """
        import sys
        from pathlib import Path
        from clnm_core.store.snapshots import publish

        def slow(con):
            print("inside", flush=True)
            sys.stdin.readline()

        publish(Path(sys.argv[1]), slow, action="import", detail={})
        """
    )
    command = [sys.executable, "-c", script, str(root)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=REPOSITORY, **pipes) as other:
        assert other.stdout.readline() == "inside\n"
        with pytest.raises(StoreBusyError):
            published(root, build_cohort())
        other.communicate("leave\n")
    assert other.returncode == 0
    assert published(root, build_cohort()) == 2


def test_a_reader_goes_on_reading_its_version_while_others_are_published(tmp_path, build_cohort):
    root = tmp_path / "store"
    published(root, build_cohort(n=20))
    old = Warehouse.open(root)
    for n in (30, 40):
        published(root, build_cohort(n=n))
    new = Warehouse.open(root)
    assert (old.version, old.cohort("demo").cases) == (1, 20)
    assert (new.version, new.cohort("demo").cases) == (3, 40)
    with Warehouse.open(root, version=2) as between:
        assert between.cohort("demo").cases == 30
    old.close()
    new.close()


def test_readers_in_other_processes_never_see_a_half_published_version(tmp_path):
    root = tmp_path / "store"
    registry = Registry([Column("age_years", "Age", Kind.NUMBER)])

    def build_version(version):
        def build(con):
            for slug in ("one", "two"):
                schema.create_cohort(con, slug, registry, title=f"{version}")

        return build

    published(root, build_version(1))
    script = textwrap.dedent(
        """
        import sys, time
        from pathlib import Path
        from clnm_core.store.warehouse import Warehouse
        root, seen, begun = Path(sys.argv[1]), 0, time.monotonic()
        print("ready", flush=True)
        while seen < 6 and time.monotonic() < begun + 60:
            with Warehouse.open(root) as warehouse:
                titles = {record.title for record in warehouse.cohorts()}
                assert titles == {str(warehouse.version)}, titles
                assert seen <= warehouse.version
                seen = warehouse.version
        print(seen)
        """
    )
    command = [sys.executable, "-c", script, str(root)]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with ExitStack() as running:
        readers = []
        for _ in range(2):
            reader = subprocess.Popen(command, text=True, cwd=REPOSITORY, **pipes)
            readers.append(running.enter_context(reader))
            running.callback(reader.kill)
        assert [reader.stdout.readline() for reader in readers] == ["ready\n"] * 2
        for version in range(2, 7):
            published(root, build_version(version))
        assert [reader.communicate(timeout=90) for reader in readers] == [("6\n", "")] * 2


@pytest.mark.parametrize("text", ["", "two", "-1", "1.5", "9999999999", "²", "1\n2"])
def test_a_damaged_current_file_gets_a_sentence(tmp_path, build_cohort, text):
    root = tmp_path / "store"
    published(root, build_cohort(n=2))
    StorePaths(root).current.write_text(text)
    for ask in (current_version, Warehouse.open, lambda root: published(root, build_cohort())):
        with pytest.raises(StoreError, match=r"CURRENT .*the newest snapshot is 1\."):
            ask(root)


def test_a_lost_current_file_is_not_taken_for_an_empty_store(tmp_path, build_cohort):
    root = tmp_path / "store"
    published(root, build_cohort())
    StorePaths(root).current.unlink()
    with pytest.raises(StoreError, match="CURRENT is missing"):
        Warehouse.open(root)
    with pytest.raises(StoreError, match="CURRENT is missing"):
        published(root, build_cohort())


def test_a_lost_snapshot_gets_a_sentence(tmp_path, build_cohort):
    root = tmp_path / "store"
    published(root, build_cohort())
    StorePaths(root).snapshot(1).unlink()
    with pytest.raises(StoreError, match=r"Snapshot v1 .* is missing\. Restore v1\.duckdb"):
        Warehouse.open(root)
    with pytest.raises(StoreError, match=r"Snapshot v1 .* is missing"):
        published(root, build_cohort())


def test_a_version_that_was_never_published_gets_a_sentence(tmp_path, build_cohort):
    root = tmp_path / "store"
    published(root, build_cohort())
    for version in (0, -1, 2):
        with pytest.raises(StoreError, match="is missing"):
            Warehouse.open(root, version=version)


@pytest.mark.parametrize("damage", ["empty", "cut", "words", "header"])
def test_a_damaged_snapshot_gets_a_sentence(tmp_path, build_cohort, damage):
    root = tmp_path / "store"
    published(root, build_cohort(n=200))
    path = StorePaths(root).snapshot(1)
    data = path.read_bytes()
    broken = {
        "empty": b"",
        "cut": data[:5000],
        "words": b"these are not the bytes of a database" * 500,
        "header": data[:8] + b"\0" * 12288 + data[12296:],
    }
    path.write_bytes(broken[damage])
    with pytest.raises(StoreError, match=r"Restore v1\.duckdb from a backup"):
        Warehouse.open(root)
    with pytest.raises(StoreError, match="Restore it from a backup; nothing was published"):
        published(root, build_cohort())
    assert snapshots(root) == ["v1.duckdb"]
    assert len(verify(root)) == 1


def test_damaged_rows_get_a_sentence(tmp_path, build_cohort):
    root = tmp_path / "store"
    published(root, build_cohort(n=5000))
    path = StorePaths(root).snapshot(1)
    data = bytearray(path.read_bytes())
    for position in range(20000, len(data), 4096):
        data[position : position + 64] = b"\xa5" * 64
    path.write_bytes(data)
    problems = verify(root)
    assert len(problems) == 1
    assert "backup" in problems[0]


def test_a_store_that_cannot_be_written_gets_a_sentence(tmp_path, build_cohort):
    root = tmp_path / "store"
    root.write_text("a file where the folder should be")
    with pytest.raises(StoreError, match=r"cannot be written .* Check free space"):
        published(root, build_cohort())


def test_publishing_again_and_again_does_not_grow_the_file_without_end(tmp_path, build_cohort):
    root = tmp_path / "store"
    sizes = []
    for _ in range(6):
        version = published(root, build_cohort(n=1000))
        sizes.append(StorePaths(root).snapshot(version).stat().st_size)
    assert max(sizes[3:]) <= 3 * sizes[0]
