"""A publisher is killed at many points; the store must be the old version or the new one."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from clnm_core.store import ledger
from clnm_core.store.places import StorePaths
from clnm_core.store.selection import number_range
from clnm_core.store.snapshots import current_version
from clnm_core.store.verification import verify
from clnm_core.store.warehouse import Warehouse

TRIALS = 24
REPOSITORY = Path(__file__).parents[3]

PUBLISHER = '''
"""Publish in a child that is killed; after each death, say what the next publisher finds."""
import json, os, signal, sys
from pathlib import Path
import pandas as pd
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.store import schema, snapshots

root, trials = Path(sys.argv[1]), int(sys.argv[2])
registry = Registry([Column("age_years", "Age", Kind.NUMBER)])
watched = ("/store/snapshots.py", "/store/ledger.py")

def build(con):
    """A cohort that names its version, with rows enough to reach the disk."""
    number = con.execute("SELECT count(*) + 1 FROM main.publications").fetchone()[0]
    schema.create_cohort(con, "demo", registry, title=str(number))
    names = [f"case{i}" for i in range(3000)]
    frame = pd.DataFrame({"case_id": names, "patient_id": names, "age_years": float(number)})
    schema.insert(con, "demo", "cases", frame)

def publish():
    return snapshots.publish(root, build, action="import", detail={})

def child(point, delay):
    """Die when line number `point` of the store's code is reached, or after `delay` seconds."""
    lines = 0
    def trace(frame, event, argument):
        nonlocal lines
        if not frame.f_code.co_filename.endswith(watched):
            return None
        lines += event == "line"
        if lines == point:
            os.kill(os.getpid(), signal.SIGKILL)
        return trace
    if delay:
        signal.signal(signal.SIGALRM, signal.SIG_DFL)
        signal.setitimer(signal.ITIMER_REAL, delay)
    else:
        sys.settrace(trace)
    publish()
    sys.settrace(None)
    Path(sys.argv[1] + ".lines").write_text(str(lines))
    os._exit(0)

def in_child(point=-1, delay=0.0):
    pid = os.fork()
    if pid == 0:
        child(point, delay)
    return os.waitpid(pid, 0)[1] == 0

assert in_child()
assert in_child()
for trial in range(trials):
    lines = int(Path(sys.argv[1] + ".lines").read_text())
    if trial < trials - 4:
        lived = in_child(point=max(1, round((trial + 0.5) * lines / (trials - 4))))
    else:
        lived = in_child(delay=0.02 * (trials - trial))
    print(json.dumps({"trial": trial, "lived": lived, "lines": lines}), flush=True)
    sys.stdin.readline()
    assert in_child()
    print("published", flush=True)
    sys.stdin.readline()
'''


@pytest.fixture
def publisher(tmp_path):
    command = [sys.executable, "-c", PUBLISHER, str(tmp_path / "store"), str(TRIALS)]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, text=True, cwd=REPOSITORY, **pipes) as process:
        yield process
        process.stdin.close()


def whole(root):
    """The versions that were published, after a look at all that the newest one holds."""
    with Warehouse.open(root) as warehouse:
        assert warehouse.version == current_version(root)
        published = list(warehouse.publications()["version"])
        assert published[-1] == warehouse.version
        cohort = warehouse.cohort("demo")
        assert cohort.title == str(len(published))
        assert cohort.cases == cohort.patients == 3000
        assert number_range(warehouse, "demo", "age_years") == (len(published), len(published))
    return published


def test_a_killed_publisher_leaves_the_old_version_or_the_new_one(tmp_path, publisher):
    root = tmp_path / "store"
    died, published = 0, 2
    for _ in range(TRIALS):
        died += not json.loads(publisher.stdout.readline())["lived"]
        after_death = len(whole(root))
        assert after_death in (published, published + 1)
        assert ledger.verify(root).is_intact
        tell(publisher, "go on")
        assert publisher.stdout.readline() == "published\n"
        versions = whole(root)
        published = len(versions)
        assert published == after_death + 1
        assert verify(root) == []
        names = {path.name for path in StorePaths(root).snapshots.iterdir()}
        assert names == {f"v{version}.duckdb" for version in versions}
        tell(publisher, "go on")
    assert died >= TRIALS * 0.75


def tell(process, word):
    process.stdin.write(f"{word}\n")
    process.stdin.flush()
