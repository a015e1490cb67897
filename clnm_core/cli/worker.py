"""``worker``: run the jobs that wait, one after the other."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from clnm_core.jobs.queue import jobs
from clnm_core.jobs.worker import run_worker
from clnm_core.store.places import default_store

_COUNTED = 1_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("--store", type=Path, default=default_store(), help="folder of the store")
    parser.add_argument(
        "--until-idle", action="store_true", help="end as soon as no job waits, not minutes later"
    )


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Run the jobs; returns how many there are of each state."""
    run_worker(options.store, until_idle=options.until_idle)
    states = [job.state for job in jobs(options.store, limit=_COUNTED)]
    return {"store": str(options.store), "jobs": {one: states.count(one) for one in set(states)}}


def summary(result: dict[str, Any]) -> str:
    """The result in lines for people."""
    counts = ", ".join(f"{n} {state}" for state, n in sorted(result["jobs"].items()))
    return f"The queue is empty: {counts or 'no job was ever submitted'}."
