"""Claims about the worker: one at a time, killed without loss, deaf to nobody's wish to stop."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path

import pytest

from clnm_core.errors import JobError
from clnm_core.jobs import backends, kinds, queue, sole, supervisor, worker
from clnm_core.jobs.extraction import extract
from clnm_core.jobs.shards import Shard, read_shard
from clnm_core.store.feature_inputs import feature_inputs, item_of
from clnm_core.store.feature_sets import feature_sets
from clnm_core.store.places import StorePaths
from clnm_core.store.warehouse import Warehouse
from tests.small_store import NECK

HERE = Path(__file__).parent
PATIENT_S = 60.0


def wait_for(is_so, seconds: float = PATIENT_S) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.05)


def start(root: Path) -> subprocess.Popen:
    """A worker in a process of its own, which leads a group of its own."""
    return subprocess.Popen(
        [sys.executable, str(HERE / "worker_process.py"), str(root)], start_new_session=True
    )


def submit(root: Path, **settings: object) -> queue.Job:
    parameters = {"cohort": NECK, "features": "radiomics", "device": "cpu", "settings": settings}
    return queue.submit(root, "extract", parameters, title="Grey of the neck study")


def shards(root: Path) -> set[Path]:
    return set(StorePaths(root).shards.glob("*.shard"))


def measured(count: Path) -> Counter:
    """How often each image was measured, by its sum of greys."""
    lines = count.read_text().splitlines() if count.exists() else []
    return Counter(line.split()[1] for line in lines)


def images_in(root: Path, paths: set[Path]) -> set[str]:
    """The images of some shards, by their sums of greys."""
    with Warehouse.open(root) as warehouse:
        by_key = {one.source.key: one.source for one in feature_inputs(warehouse, NECK).inputs}
    kept = [read_shard(Shard(path, ())) for path in paths]
    return {
        str(float(item_of(root, by_key[key]).grey.sum(dtype=float)))
        for one in kept
        for key in one.keys
    }


def test_a_killed_worker_loses_nothing_and_no_finished_shard_is_repeated(root, count):
    job = submit(root, count=str(count), pause_s=0.1)
    seen: list[tuple[set[str], Counter]] = []
    for deaths in (1, 2):
        with start(root) as doomed:
            wait_for(lambda: len(shards(root)) >= 3 * deaths)  # noqa: B023
            os.kill(doomed.pid, signal.SIGKILL)
            doomed.wait()
        assert queue.job(root, job.id).state == "running"
        seen.append((images_in(root, shards(root)), measured(count)))
    with start(root) as last:
        assert last.wait(PATIENT_S) == 0
    done = queue.job(root, job.id)
    assert (done.state, done.error, done.result["rows"]) == ("done", "", 40)
    for finished, before in seen:
        later = measured(count) - before
        assert len(finished) >= 6
        assert len(later) >= 10
        assert not finished & set(later)
    with Warehouse.open(root) as warehouse:
        assert [one.digest for one in feature_sets(warehouse, NECK)] == [done.result["digest"]]


def test_a_wish_to_stop_is_heard_within_seconds_and_the_job_goes_on_later(root, count):
    job = submit(root, count=str(count), pause_s=0.2)
    with start(root) as process:
        wait_for(lambda: len(shards(root)) >= 1)
        queue.cancel(root, job.id)
        asked = time.monotonic()
        wait_for(lambda: queue.job(root, job.id).state == "cancelled")
        waited = time.monotonic() - asked
        assert process.wait(PATIENT_S) == 0
    kept = shards(root)
    assert waited < 8  # two seconds where the machine does nothing else
    assert 0 < len(kept) < 10
    queue.resume(root, job.id)
    with start(root) as process:
        assert process.wait(PATIENT_S) == 0
    assert queue.job(root, job.id).state == "done"
    assert kept < shards(root)


def test_a_worker_told_to_end_lets_its_job_wait(root, count):
    job = submit(root, count=str(count), pause_s=0.2)
    with start(root) as process:
        wait_for(lambda: len(shards(root)) >= 1)
        process.send_signal(signal.SIGTERM)
        assert process.wait(PATIENT_S) == 0
    assert queue.job(root, job.id).state == "queued"


def run_here(root: Path, monkeypatch: pytest.MonkeyPatch, runner) -> queue.Job:
    """Run one job in this process with a function of the test."""
    monkeypatch.setattr(kinds, "runner_of", lambda kind: runner)
    job = submit(root)
    worker.run_worker(root, until_idle=True)
    return queue.job(root, job.id)


def test_a_mistake_is_said_and_an_unforeseen_error_quotes_nothing(root, monkeypatch, capfd):
    def mistaken(*args, **more):
        raise JobError("Choose another network.")

    def broken(*args, **more):
        raise RuntimeError("patient ".swapcase() + "htimS"[::-1])

    assert run_here(root, monkeypatch, mistaken).error == "Choose another network."
    failed = run_here(root, monkeypatch, broken)
    log = capfd.readouterr().err
    assert failed.state == "failed"
    reference = failed.error.split("Reference ")[1][:6]
    assert f"Reference {reference}: RuntimeError" in log
    assert "test_worker.py" in log
    assert "Smith" not in failed.error + log


def test_the_result_and_progress_of_a_job_are_kept(root, monkeypatch):
    def runner(at, parameters, *, actor, progress, is_cancelled):
        assert (at, parameters["cohort"], actor) == (root, NECK, "local")
        progress(0.4, "some of it")
        time.sleep(1.3)
        (running,) = queue.jobs(root)
        assert (running.state, running.share, running.step) == ("running", 0.4, "some of it")
        return {"rows": 3}

    done = run_here(root, monkeypatch, runner)
    assert (done.state, done.result, done.share) == ("done", {"rows": 3}, 1.0)


def test_a_second_worker_is_refused_in_words(root):
    lock = sole.try_lock(root)
    try:
        with pytest.raises(JobError, match="runs already"):
            worker.run_worker(root, until_idle=True)
    finally:
        sole.let_go(lock)
    worker.run_worker(root, until_idle=True)


def test_no_worker_without_a_store(tmp_path):
    with pytest.raises(JobError, match="no store"):
        worker.run_worker(tmp_path / "nowhere")
    with pytest.raises(JobError, match="cannot be written"):
        supervisor.ensure_worker(tmp_path / "nowhere")


def test_one_worker_comes_of_many_wishes_and_outlives_the_wisher(root):
    script = (
        "import sys; from pathlib import Path; from clnm_core.jobs import queue, supervisor\n"
        "root = Path(sys.argv[1])\n"
        "queue.submit(root, 'extract', {'cohort': 'nowhere'}, title='')\n"
        "for _ in range(5): supervisor.ensure_worker(root)\n"
        "print(*(one.pid for one in supervisor._started))\n"
    )
    command = [sys.executable, "-c", script, str(root)]
    wishers = [
        subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=HERE.parents[2])
        for _ in range(2)
    ]
    started = [int(pid) for one in wishers for pid in one.communicate()[0].split()]
    assert len(started) == 1
    (pid,) = started
    try:
        wait_for(lambda: all(job.has_ended for job in queue.jobs(root)))
        (job,) = queue.jobs(root)
        assert job.state == "failed"
        assert "no features" in job.error
        assert os.getsid(pid) == pid
        assert os.getpriority(os.PRIO_PROCESS, pid) >= 10
        assert sole.try_lock(root) is None
    finally:
        os.kill(pid, signal.SIGTERM)
    wait_for(lambda: is_free(root))
    log = supervisor.log_path(root).read_text()
    assert "Traceback" not in log


def is_free(root: Path) -> bool:
    lock = sole.try_lock(root)
    if lock is not None:
        sole.let_go(lock)
    return lock is not None


def test_a_worker_is_started_only_where_a_job_waits(root, monkeypatch):
    asked: list[Path] = []
    monkeypatch.setattr(supervisor, "ensure_worker", asked.append)
    supervisor.ensure_worker_if_needed(root)
    supervisor.ensure_worker_if_needed(root / "nowhere")
    assert asked == []
    submit(root)
    supervisor.ensure_worker_if_needed(root)
    assert asked == [root]


BACKEND = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from clnm_core.features import choice
choice.MAKERS["radiomics"] = "tests.unit.jobs.grey_extractor:make"
from clnm_core.jobs import backends, extraction
extraction._PER_SHARD["cpu"] = 4
backends.cores = lambda: 2
if __name__ == "__main__":
    root, backend, count, cohort = sys.argv[2:]
    recipe = choice.recipe_of("radiomics", settings={"count": count})
    done = extraction.extract(Path(root), cohort, recipe, device="cpu", backend=backend)
    print(done.feature_set.digest, done.computed, done.reused)
"""


@pytest.mark.parametrize("backend", ["loky", "dask", "ray"])
def test_backends_give_the_same_digest(root, count, backend, tmp_path, grey, monkeypatch):
    if backend != "loky":
        pytest.importorskip({"dask": "distributed", "ray": "ray"}[backend])
    script = tmp_path / "on_backend.py"
    script.write_text(BACKEND)
    arguments = [HERE.parents[2], root, backend, count, NECK]
    done = subprocess.run(
        [sys.executable, script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    digest, computed, reused = done.stdout.split()[-3:]
    assert int(computed) > 8
    assert reused == "0"
    pids = {line.split()[0] for line in count.read_text().splitlines()}
    assert len(pids) == 2
    for old in StorePaths(root).shards.iterdir():
        old.unlink()
    monkeypatch.setattr(backends, "cores", lambda: 1)
    assert extract(root, NECK, grey(), name="here", device="cpu").feature_set.digest == digest


def test_a_process_that_is_killed_for_memory_is_said_in_words():
    with pytest.raises(JobError, match="died, most likely for want of memory"):
        list(backends.results("loky", _die, range(2), processes=2))


def _die(number: int) -> None:
    os.kill(os.getpid(), signal.SIGKILL)
