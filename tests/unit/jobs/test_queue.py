"""Claims about the queue: kept, taken once, stopped when asked, and taken again after a death."""

from __future__ import annotations

import os
import socket
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from pathlib import Path

import pytest

from clnm_core.errors import JobError, StoreError
from clnm_core.jobs import claims, queue
from clnm_core.jobs.table import changing
from clnm_core.store.places import StorePaths

PARAMETERS = {"cohort": "demo", "features": "radiomics"}
PROGRESS = {"share": 0.5, "step": "half", "seconds_left": 3.0}


def submit(root: Path, **more: object) -> queue.Job:
    return queue.submit(root, "extract", PARAMETERS | more, title="Radiomics of demo")


def let_time_pass(root: Path, job: queue.Job) -> None:
    """As if nothing had been heard of the job for long."""
    with changing(root) as con:
        con.execute(
            "UPDATE jobs SET heartbeat = '2020-01-01T00:00:00.000+00:00' WHERE id = ?", (job.id,)
        )


def give_to(root: Path, job: queue.Job, worker: str) -> None:
    with changing(root) as con:
        con.execute("UPDATE jobs SET worker = ? WHERE id = ?", (worker, job.id))


def dead_process() -> int:
    with subprocess.Popen([sys.executable, "-c", ""]) as child:
        child.wait()
    return child.pid


def test_a_submitted_job_waits_and_can_be_read(tmp_path):
    job = submit(tmp_path)
    assert (job.state, job.share, job.kind) == ("queued", 0.0, "extract")
    assert job.parameters == PARAMETERS
    assert queue.job(tmp_path, job.id) == job
    assert queue.jobs(tmp_path) == [job]


def test_the_newest_jobs_come_first_and_of_one_kind(tmp_path):
    first, second = submit(tmp_path), submit(tmp_path, device="cpu")
    assert [job.id for job in queue.jobs(tmp_path)] == [second.id, first.id]
    assert [job.id for job in queue.jobs(tmp_path, limit=1)] == [second.id]
    assert queue.jobs(tmp_path, kind="segment") == []


def test_a_button_pressed_twice_means_one_job(tmp_path):
    first = submit(tmp_path)
    assert submit(tmp_path).id == first.id
    claimed = claims.claim(tmp_path, "w:1")
    assert submit(tmp_path).id == first.id
    claims.finish(tmp_path, claimed, "done")
    assert submit(tmp_path).id != first.id


def test_without_a_store_there_are_no_jobs_and_none_can_be_submitted(tmp_path):
    assert queue.jobs(tmp_path / "nowhere") == []
    with pytest.raises(JobError, match="no store"):
        submit(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_unknown_jobs_and_kinds_are_refused_in_words(tmp_path):
    with pytest.raises(JobError, match="no job of kind 'dance'"):
        queue.submit(tmp_path, "dance", {}, title="")
    for ask in (queue.job, queue.cancel, queue.resume):
        with pytest.raises(JobError, match="no job 'x'"):
            ask(tmp_path, "x")
    with pytest.raises(JobError, match="too many settings"):
        submit(tmp_path, name="x" * 30_000)


def test_the_oldest_is_taken_first_and_by_one_worker_only(tmp_path):
    jobs = [submit(tmp_path, device=str(i)) for i in range(12)]
    taken: list[str] = []

    def take(worker: str) -> None:
        while (claimed := claims.claim(tmp_path, worker)) is not None:
            taken.append(claimed.job.id)

    threads = [threading.Thread(target=take, args=(f"elsewhere:{i}",)) for i in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(taken) == sorted(job.id for job in jobs)


def test_one_worker_takes_jobs_in_the_order_of_their_coming(tmp_path):
    jobs = [submit(tmp_path, device=str(i)) for i in range(3)]
    taken = [claims.claim(tmp_path, "elsewhere:1").job.id for _ in jobs]
    assert taken == [job.id for job in jobs]


def test_a_sign_of_life_tells_how_far_the_job_is(tmp_path):
    job = submit(tmp_path)
    claimed = claims.claim(tmp_path, claims.worker_name())
    assert claims.beat(tmp_path, claimed, **PROGRESS)
    seen = queue.job(tmp_path, job.id)
    assert (seen.state, seen.share, seen.step, seen.seconds_left) == ("running", 0.5, "half", 3.0)
    assert not seen.is_silent
    claims.finish(tmp_path, claimed, "done", result={"rows": 3})
    seen = queue.job(tmp_path, job.id)
    assert (seen.state, seen.share, seen.result) == ("done", 1.0, {"rows": 3})
    assert seen.finished >= seen.started > ""


def test_a_job_that_waits_is_cancelled_at_once_and_one_that_runs_is_told(tmp_path):
    waiting = submit(tmp_path)
    queue.cancel(tmp_path, waiting.id)
    assert queue.job(tmp_path, waiting.id).state == "cancelled"
    assert claims.claim(tmp_path, "w:1") is None
    running = submit(tmp_path)
    claimed = claims.claim(tmp_path, claims.worker_name())
    queue.cancel(tmp_path, running.id)
    assert queue.job(tmp_path, running.id).state == "running"
    assert not claims.beat(tmp_path, claimed, **PROGRESS)
    claims.finish(tmp_path, claimed, "cancelled")
    with pytest.raises(JobError, match="ended already"):
        queue.cancel(tmp_path, running.id)


def test_a_job_whose_worker_fell_silent_is_cancelled_without_it(tmp_path):
    job = submit(tmp_path)
    claims.claim(tmp_path, "elsewhere:1")
    let_time_pass(tmp_path, job)
    assert queue.job(tmp_path, job.id).is_silent
    queue.cancel(tmp_path, job.id)
    assert queue.job(tmp_path, job.id).state == "cancelled"


def test_what_was_cancelled_or_failed_can_be_resumed_and_nothing_else(tmp_path):
    job = submit(tmp_path)
    with pytest.raises(JobError, match="this one is queued"):
        queue.resume(tmp_path, job.id)
    claims.finish(tmp_path, claims.claim(tmp_path, "w:1"), "failed", error="No weights.")
    assert queue.job(tmp_path, job.id).error == "No weights."
    queue.resume(tmp_path, job.id)
    assert queue.job(tmp_path, job.id).state == "queued"
    assert queue.job(tmp_path, job.id).error == ""
    claims.finish(tmp_path, claims.claim(tmp_path, "w:1"), "done")
    with pytest.raises(JobError, match="this one is done"):
        queue.resume(tmp_path, job.id)


def test_a_job_of_a_dead_process_is_taken_again_at_once(tmp_path):
    job = submit(tmp_path)
    claims.claim(tmp_path, "w:1")
    give_to(tmp_path, job, f"{socket.gethostname()}:{dead_process()}")
    assert claims.claim(tmp_path, "w:2").job.id == job.id


@pytest.mark.parametrize("holder", [f"{socket.gethostname()}:{os.getppid()}", "elsewhere:1"])
def test_a_job_of_a_living_worker_is_left_alone_until_it_falls_silent(tmp_path, holder):
    job = submit(tmp_path)
    claims.claim(tmp_path, "w:1")
    give_to(tmp_path, job, holder)
    assert claims.claim(tmp_path, "w:2") is None
    let_time_pass(tmp_path, job)
    assert claims.claim(tmp_path, "w:2").job.id == job.id


def test_a_worker_that_was_taken_for_dead_may_not_write_any_more(tmp_path):
    job = submit(tmp_path)
    old = claims.claim(tmp_path, "elsewhere:1")
    let_time_pass(tmp_path, job)
    new = claims.claim(tmp_path, "elsewhere:2")
    assert not claims.beat(tmp_path, old, **PROGRESS)
    claims.finish(tmp_path, old, "failed", error="x")
    assert queue.job(tmp_path, job.id).state == "running"
    assert claims.beat(tmp_path, new, **PROGRESS)


def test_after_three_deaths_a_job_has_failed_and_says_why(tmp_path):
    job = submit(tmp_path)
    for _ in range(claims.MOST_DEATHS):
        assert claims.claim(tmp_path, "elsewhere:1") is not None
        let_time_pass(tmp_path, job)
    assert claims.claim(tmp_path, "elsewhere:1") is None
    failed = queue.job(tmp_path, job.id)
    assert failed.state == "failed"
    assert "died 3 times" in failed.error
    queue.resume(tmp_path, job.id)
    assert claims.claim(tmp_path, "elsewhere:1") is not None


def test_a_dead_workers_job_that_was_to_stop_is_cancelled(tmp_path):
    job = submit(tmp_path)
    claims.claim(tmp_path, "elsewhere:1")
    queue.cancel(tmp_path, job.id)
    let_time_pass(tmp_path, job)
    assert claims.claim(tmp_path, "elsewhere:2") is None
    assert queue.job(tmp_path, job.id).state == "cancelled"


def test_being_told_to_end_is_no_death(tmp_path):
    submit(tmp_path)
    for _ in range(claims.MOST_DEATHS + 2):
        claims.give_back(tmp_path, claims.claim(tmp_path, "w:1"))
    assert claims.claim(tmp_path, "w:1") is not None


def test_a_damaged_file_is_said_in_words(tmp_path):
    StorePaths(tmp_path).ledger.write_bytes(b"not a database, but long enough to be one" * 50)
    with pytest.raises(StoreError, match="cannot be used"):
        queue.jobs(tmp_path)


def test_the_queue_survives_power_loss_settings(tmp_path):
    submit(tmp_path)
    with closing(sqlite3.connect(StorePaths(tmp_path).ledger)) as con:
        assert con.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
