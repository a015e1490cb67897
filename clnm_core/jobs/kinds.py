"""Which kinds of jobs are there, and what runs them?"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

from clnm_core.errors import JobError

KINDS = {
    "ablate": "clnm_core.jobs.ablation:run_job",
    "attributions": "clnm_core.jobs.attributing:run_job",
    "extract": "clnm_core.jobs.extraction:run_job",
    "reference": "clnm_core.jobs.references:run_job",
    "repeatability": "clnm_core.jobs.repeatability:run_job",
    "saliency": "clnm_core.jobs.saliency:run_job",
    "train": "clnm_core.jobs.training:run_job",
}
"""Kind of job: the module and function that run it.

Named, not imported: whoever only looks at jobs does not load what runs them. The function takes
the store and the parameters, then by keyword ``actor``, ``progress`` (share in [0, 1] and the
step in words) and ``is_cancelled``; it returns plain values, and raises
:class:`JobCancelled` where it stopped because it was asked to.
"""

Runner = Callable[..., dict[str, Any]]


class JobCancelled(JobError):
    """The job was asked to stop, and has stopped; what is finished is kept."""


def check_kind(kind: str) -> None:
    """Refuse a kind that nothing runs.

    Raises
    ------
    JobError
        If there is no such kind.

    """
    if kind not in KINDS:
        raise JobError(f"There is no job of kind {kind[:40]!r}. The kinds are {', '.join(KINDS)}.")


def runner_of(kind: str) -> Runner:
    """The function that runs jobs of a kind.

    Raises
    ------
    JobError
        If there is no such kind.

    """
    check_kind(kind)
    module, name = KINDS[kind].split(":")
    runner: Runner = getattr(import_module(module), name)
    return runner


def run(
    kind: str,
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Callable[[float, str], None],
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run one job to its end; raises what it raises."""
    return runner_of(kind)(
        root, parameters, actor=actor, progress=progress, is_cancelled=is_cancelled
    )
