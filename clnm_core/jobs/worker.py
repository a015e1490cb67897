"""What does the process that empties the queue do?"""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
import time
import traceback
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from uuid import uuid4

from clnm_core.errors import ClnmError, JobError
from clnm_core.jobs import claims, kinds, sole
from clnm_core.jobs.claims import Claim
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.pace import Pace

IDLE_S = 300.0
"""Seconds without a job after which the worker ends by itself."""

BEAT_S = 1.0
"""Pause between two signs of life, and how fast a wish to stop is heard, in seconds."""

_LOOK_S = 0.5


def run_worker(root: Path, *, until_idle: bool = False) -> None:
    """Run the jobs of a store, one after the other, oldest first.

    Ends after :data:`IDLE_S` without a job. Told to end (SIGTERM, Ctrl-C), it stops at the next
    pause and lets its job wait again. However it ends, a later worker goes on where the finished
    parts of the job end.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    until_idle : bool
        End as soon as no job waits.

    Raises
    ------
    JobError
        If another worker of this store lives, or there is no store.

    """
    if not root.is_dir():
        raise JobError(
            f"There is no store at {root}, so there are no jobs. Name the folder with --store."
        )
    lock = sole.inherited_or_new(root)
    if lock is None:
        raise JobError("A worker of this store runs already, and one is enough. Nothing was done.")
    with _told_to_end() as ending:
        while lock is not None:
            try:
                _empty(root, ending, idle_s=0.0 if until_idle else IDLE_S)
            finally:
                sole.let_go(lock)
            # A job that came while we let go saw a living worker, and nobody else will run it.
            is_left = not ending.is_set() and claims.waits(root)
            lock = sole.try_lock(root) if is_left else None


def _empty(root: Path, ending: threading.Event, *, idle_s: float) -> None:
    worker = claims.worker_name()
    last = time.monotonic()
    while not ending.is_set():
        claimed = claims.claim(root, worker)
        if claimed is not None:
            _run(root, claimed, ending)
            last = time.monotonic()
        elif time.monotonic() - last >= idle_s and not claims.waits(root):
            return
        else:
            ending.wait(_LOOK_S)


def _run(root: Path, claimed: Claim, ending: threading.Event) -> None:
    pace, stop = Pace(), threading.Event()
    with _beating(root, claimed, pace, stop):
        try:
            result = kinds.run(
                claimed.job.kind,
                root,
                claimed.job.parameters,
                actor=claimed.actor,
                progress=pace.report,
                is_cancelled=lambda: stop.is_set() or ending.is_set(),
            )
            outcome = ("done", result, "")
        except JobCancelled:
            outcome = ("cancelled", {}, "")
        except ClnmError as error:
            outcome = ("failed", {}, str(error))
        except Exception as error:  # whatever else: the next job must still run
            outcome = ("failed", {}, _unexpected(error))
    if outcome[0] == "cancelled" and ending.is_set() and not stop.is_set():
        claims.give_back(root, claimed)
    else:
        claims.finish(root, claimed, outcome[0], result=outcome[1], error=outcome[2])


@contextlib.contextmanager
def _beating(root: Path, claimed: Claim, pace: Pace, stop: threading.Event) -> Iterator[None]:
    """Meanwhile, say every second that we live, and hear whether we shall stop."""
    done = threading.Event()

    def beat() -> None:
        while not done.wait(BEAT_S):
            with _noted():
                goes_on = claims.beat(
                    root,
                    claimed,
                    share=pace.share,
                    step=pace.step,
                    seconds_left=pace.seconds_left(),
                )
                if not goes_on:
                    stop.set()

    thread = threading.Thread(target=beat, daemon=True)
    thread.start()
    try:
        yield
    finally:
        done.set()
        thread.join()


@contextlib.contextmanager
def _noted() -> Iterator[None]:
    """A sign of life that cannot be written is noted; the job itself goes on."""
    try:
        yield
    except ClnmError as error:
        sys.stderr.write(f"{type(error).__name__} while writing a sign of life\n")


def _unexpected(error: Exception) -> str:
    """The sentence for an error that nobody foresaw.

    Its text may quote a patient's value: the log has the reference, the type and the places in
    the code.
    """
    reference = uuid4().hex[:6].upper()
    places = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    sys.stderr.write(f"Reference {reference}: {type(error).__name__}\n{places}")
    sys.stderr.flush()
    return (
        f"Something went wrong. Reference {reference}. Resume the job; if it fails again, tell "
        "whoever runs this server the reference."
    )


@contextlib.contextmanager
def _told_to_end() -> Iterator[threading.Event]:
    """An event that SIGTERM and Ctrl-C set, where this is the main thread; a second one ends."""
    ending = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield ending
        return

    def tell(number: int, frame: FrameType | None) -> None:
        if ending.is_set():
            raise KeyboardInterrupt
        ending.set()

    before = {one: signal.signal(one, tell) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)
