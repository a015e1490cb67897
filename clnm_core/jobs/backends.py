"""On which processes or machines is work done?

``loky`` uses the cores of this machine. ``dask`` and ``ray`` use a cluster: the one that
``DASK_SCHEDULER_ADDRESS`` or ``RAY_ADDRESS`` names, whose machines must see the store under the
same path, else one of this machine's cores. Results do not depend on the choice.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

from clnm_core.errors import FeatureError, JobError

BACKENDS = ("loky", "dask", "ray")

_PACKAGES = {"loky": ("joblib",), "dask": ("dask", "distributed"), "ray": ("ray",)}
_ROUND = 4
_REPOSITORY = Path(__file__).resolve().parents[2]
_ENVIRONMENT = {
    **{name: "1" for name in ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")},
    "PYTHONPATH": os.pathsep.join(
        part for part in (str(_REPOSITORY), os.environ.get("PYTHONPATH", "")) if part
    ),
}

In = TypeVar("In")
Out = TypeVar("Out")


def check_backend(backend: str) -> None:
    """Refuse a backend that is not known or not installed.

    Raises
    ------
    FeatureError
        If it is not known.
    JobError
        If its package is not installed.

    """
    if backend not in BACKENDS:
        raise FeatureError(
            f"There is no backend {backend[:40]!r}. Choose one of {', '.join(BACKENDS)}."
        )
    missing = [name for name in _PACKAGES[backend] if find_spec(name) is None]
    if missing:
        raise JobError(
            f"The backend {backend} needs a package that is not installed here: "
            f"pip install {' '.join(missing)}. Or choose loky, which needs nothing more."
        )


def is_on_this_machine(backend: str) -> bool:
    """Whether the processes are children of this one."""
    return backend == "loky"


def cores() -> int:
    """Processor cores that this process may use."""
    import joblib

    return int(joblib.cpu_count())


def results(
    backend: str, function: Callable[[In], Out], tasks: Iterable[In], *, processes: int
) -> Iterator[Out]:
    """Results as they come, in any order; one process runs them here, one after the other.

    Raises
    ------
    JobError
        If a process died.

    """
    if processes == 1 and is_on_this_machine(backend):
        yield from map(function, tasks)
        return
    from joblib.externals.loky.process_executor import TerminatedWorkerError

    with _ready(backend, processes):
        try:
            if backend == "ray":
                yield from _in_rounds(function, tasks)
            else:
                yield from _as_they_come(function, tasks)
        except TerminatedWorkerError as error:
            raise JobError(
                "A process that measured images died, most likely for want of memory. Choose a "
                "smaller network or stop other programs, then resume: what is finished is kept."
            ) from error


def _as_they_come(function: Callable[[In], Out], tasks: Iterable[In]) -> Iterator[Out]:
    from joblib import Parallel, delayed

    parallel = Parallel(return_as="generator_unordered", batch_size=1, pre_dispatch="2*n_jobs")
    yield from parallel(delayed(function)(task) for task in tasks)


def _in_rounds(function: Callable[[In], Out], tasks: Iterable[In]) -> Iterator[Out]:
    """A few tasks for each process at a time, for a backend that gives results only at the end."""
    from joblib import Parallel, delayed, effective_n_jobs

    at_once = _ROUND * effective_n_jobs(None)
    coming = iter(tasks)
    with Parallel(batch_size=1) as parallel:  # keeps its processes, and what they have loaded
        while batch := list(islice(coming, at_once)):
            yield from parallel(delayed(function)(task) for task in batch)


@contextmanager
def _ready(backend: str, processes: int) -> Iterator[None]:
    """A backend that is up, chosen for joblib; what was started for it is ended afterwards."""
    from joblib import parallel_config

    with ExitStack() as stack:
        more: dict[str, Any] = {"n_jobs": processes}
        if backend == "loky":
            more["inner_max_num_threads"] = 1
            stack.callback(_end_loky)
        else:
            start = _start_dask if backend == "dask" else _start_ray
            more["n_jobs"] = processes if start(stack, processes) else -1
        with parallel_config(backend, **more):
            yield


def _start_dask(stack: ExitStack, processes: int) -> bool:
    """Connect; returns whether the cluster is ours alone, of this machine."""
    import dask
    from distributed import Client, LocalCluster

    address = dask.config.get("scheduler-address", None)
    is_ours = address is None
    if is_ours:
        with dask.config.set({"distributed.nanny.pre-spawn-environ": _ENVIRONMENT}):
            address = stack.enter_context(
                LocalCluster(
                    n_workers=processes,
                    threads_per_worker=1,
                    processes=True,
                    dashboard_address=None,
                    silence_logs=50,
                )
            )
    stack.enter_context(Client(address))
    return is_ours


def _start_ray(stack: ExitStack, processes: int) -> bool:
    """Connect; returns whether the cluster is ours alone, of this machine."""
    os.environ.setdefault("RAY_USAGE_STATS_ENABLED", "0")
    import ray
    from ray.util.joblib import register_ray

    is_ours = not (ray.is_initialized() or "RAY_ADDRESS" in os.environ)
    if not ray.is_initialized():
        ray.init(
            num_cpus=processes if is_ours else None,
            include_dashboard=False if is_ours else None,
            configure_logging=False,
            log_to_driver=False,
            runtime_env={"env_vars": _ENVIRONMENT},
        )
        stack.callback(ray.shutdown)
    register_ray()
    return is_ours


def _end_loky() -> None:
    """End the processes, which would else keep networks in memory for minutes."""
    from joblib.externals.loky import get_reusable_executor

    get_reusable_executor().shutdown(wait=True, kill_workers=True)
