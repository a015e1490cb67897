import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from clnm_core.errors import StoreError
from clnm_core.store import ledger
from clnm_core.store.places import StorePaths

REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def root(tmp_path):
    for number in range(5):
        ledger.record(tmp_path / "store", "anna", "import", {"cohort": f"demo-{number}"})
    return tmp_path / "store"


def change(root, *statements):
    """What somebody does who can write the file: without triggers, by hand."""
    with closing(sqlite3.connect(StorePaths(root).ledger)) as con:
        con.executescript("DROP TRIGGER entries_stay; DROP TRIGGER entries_remain;")
        for statement in statements:
            con.execute(statement)
        con.commit()


def test_entries_come_back_newest_first(root):
    found = ledger.entries(root, 2)
    assert [entry.id for entry in found] == [5, 4]
    assert [entry.id for entry in ledger.entries(root, None)] == [5, 4, 3, 2, 1]
    assert found[0].actor == "anna"
    assert found[0].detail == {"cohort": "demo-4"}
    assert found[0].at.endswith("+00:00")
    assert ledger.verify(root) == ledger.ChainReport(5, found[0].digest)
    assert ledger.head(root) == (5, found[0].digest)


def test_a_trail_that_was_never_begun_is_whole_and_empty(tmp_path):
    assert ledger.entries(tmp_path) == []
    assert ledger.verify(tmp_path) == ledger.ChainReport(0)
    assert ledger.head(tmp_path) == (0, "")
    assert not ledger.has_version(tmp_path, "import", 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("statement", ["UPDATE entries SET actor = 'eve'", "DELETE FROM entries"])
def test_changes_and_removals_are_refused(root, statement):
    with (
        closing(sqlite3.connect(StorePaths(root).ledger)) as con,
        pytest.raises(sqlite3.IntegrityError, match="audit trail are never"),
    ):
        con.execute(statement)
    assert ledger.verify(root).is_intact


@pytest.mark.parametrize("column", ["at", "actor", "action", "detail", "previous", "digest"])
@pytest.mark.parametrize("number", [1, 3, 5])
def test_a_changed_entry_is_found(root, column, number):
    change(root, f"UPDATE entries SET {column} = 'x' WHERE id = {number}")  # noqa: S608
    report = ledger.verify(root)
    assert not report.is_intact
    assert report.problem == f"Entry {number} of the audit trail was changed."


@pytest.mark.parametrize("number", [1, 3])
def test_a_removed_entry_is_found(root, number):
    change(root, f"DELETE FROM entries WHERE id = {number}")  # noqa: S608
    assert ledger.verify(root).problem == f"Entry {number} of the audit trail was removed."


def test_removing_the_last_entries_is_found(root):
    change(root, "DELETE FROM entries WHERE id > 3")
    assert ledger.verify(root).problem == ("The audit trail ends at entry 3, but 5 were written.")


def test_an_entry_put_in_between_is_found(root):
    change(
        root,
        "UPDATE entries SET id = 6 WHERE id = 5",
        "INSERT INTO entries SELECT 5, at, 'eve', action, detail, previous, digest FROM entries "
        "WHERE id = 6",
    )
    assert not ledger.verify(root).is_intact


def test_a_damaged_file_gets_a_sentence(root):
    StorePaths(root).ledger.write_bytes(b"no database" * 1000)
    for suffix in ("-wal", "-shm"):
        StorePaths(root).ledger.with_name(f"ops.sqlite{suffix}").unlink(missing_ok=True)
    for ask in (ledger.verify, ledger.entries, lambda root: ledger.record(root, "a", "b", {})):
        with pytest.raises(StoreError, match=r"cannot be used .* restore the file"):
            ask(root)


def test_detail_must_be_plain(tmp_path):
    with pytest.raises(TypeError, match="JSON"):
        ledger.record(tmp_path, "anna", "import", {"x": object()})
    assert ledger.entries(tmp_path) == []


def test_threads_that_write_at_once_keep_one_chain(tmp_path):
    def write(name):
        for number in range(25):
            ledger.record(tmp_path, name, "import", {"n": number})

    threads = [threading.Thread(target=write, args=(f"t{i}",)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert ledger.verify(tmp_path) == ledger.ChainReport(100, ledger.head(tmp_path)[1])


def test_processes_that_begin_a_trail_together_keep_one_chain(tmp_path):
    script = (
        "import sys; from pathlib import Path; from clnm_core.store import ledger\n"
        "sys.stdin.readline()\n"
        "for n in range(20): ledger.record(Path(sys.argv[1]), 'p', 'import', {'n': n})"
    )
    pipes = {"stdin": subprocess.PIPE, "stderr": subprocess.PIPE}
    writers = [
        subprocess.Popen(
            [sys.executable, "-c", script, str(tmp_path)], cwd=REPOSITORY, text=True, **pipes
        )
        for _ in range(4)
    ]
    for writer in writers:
        writer.stdin.write("go\n")
        writer.stdin.flush()
    assert [writer.communicate(timeout=60)[1] for writer in writers] == [""] * 4
    assert ledger.verify(tmp_path).entries == 80
    assert ledger.verify(tmp_path).is_intact
