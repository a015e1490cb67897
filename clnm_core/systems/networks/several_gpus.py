"""How do all GPUs of one machine train one network?

One process each, joined by DistributedDataParallel. Every step takes the rows of a whole batch,
divided among them; the first process validates, keeps the checkpoints and tells how far it is.
The result is read from its last checkpoint.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import tempfile
import traceback
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event
from pathlib import Path
from types import ModuleType
from typing import Any

import torch
import torch.distributed as dist

from clnm_core.errors import TrainingError, TrainingStopped
from clnm_core.systems.networks.crew import Crew
from clnm_core.systems.networks.epochs import learn
from clnm_core.systems.networks.task import Settings, Task, Trained
from clnm_core.systems.run import Run

_PATIENCE = timedelta(minutes=30)
"""How long a process waits for the others, as while the first one validates."""


def train_together(
    task: Task,
    settings: Settings,
    *,
    seed: int,
    run: Run,
    name: str,
    devices: Sequence[str],
) -> Trained:
    """Train a network on several devices of this machine.

    The steps are those of one device with the same batch, but for rounding, for dropout, and for
    what alters the rows, which each process draws by itself.

    Parameters
    ----------
    task : Task
        Sent to every process.
    settings, seed, run, name
        As in :func:`~clnm_core.systems.networks.loop.train`.
    devices : sequence of str
        ``cuda:0``, ``cuda:1``, ...; several times ``cpu`` is for trying this out.

    Raises
    ------
    TrainingError
        If the loss is no longer finite, the memory holds no row, or a process was killed.
    TrainingStopped
        If it was asked to stop; the last whole epoch is kept.

    """
    most = -(-settings.batch // len(devices))
    notes = [f"Trained on {len(devices)} devices together."]
    with tempfile.TemporaryDirectory(prefix="clnm_crew_") as own:
        kept = replace(run, checkpoints=run.checkpoints or Path(own))
        while True:
            work = _Work(task, settings, seed, name, tuple(devices), most, kept.checkpoints)
            try:
                _Processes(work, kept).finish()
                break
            except _MemoryTooShort:
                if most == 1:
                    raise TrainingError(
                        "The memory of the devices does not hold one row of this network each. "
                        "Choose a smaller network or input."
                    ) from None
                most //= 2
        if most < -(-settings.batch // len(devices)):
            notes.append(
                "The memory of the devices was too short for a whole batch; "
                f"{most} rows were computed at a time on each."
            )
        found = learn(
            task, settings, seed=seed, run=kept, name=name, crew=Crew(torch.device("cpu"))
        )
    return replace(found, notes=(*found.notes, *notes))


class _MemoryTooShort(Exception):
    """One of the processes had no memory left."""


@dataclass(frozen=True, eq=False, slots=True)
class _Work:
    """What every process is told."""

    task: Task
    settings: Settings
    seed: int
    name: str
    devices: tuple[str, ...]
    most: int
    checkpoints: Path | None


class _Processes:
    """The processes of one training, while they run."""

    def __init__(self, work: _Work, run: Run) -> None:
        self._run = run
        context = multiprocessing.get_context("spawn")
        self._stop = context.Event()
        self._meeting = tempfile.TemporaryDirectory(prefix="clnm_crew_")
        place = str(Path(self._meeting.name) / "meeting")
        self._processes, self._ears = [], []
        for rank in range(len(work.devices)):
            ear, mouth = context.Pipe(duplex=False)
            process = context.Process(
                target=_worker, args=(rank, work, place, mouth, self._stop), daemon=True
            )
            with _without_script():
                process.start()
            mouth.close()
            self._processes.append(process)
            self._ears.append(ear)

    def finish(self) -> None:
        """Wait for all of them; whatever ends one of them ends the others."""
        try:
            ears = list(self._ears)
            while ears:
                heard = wait(ears, timeout=0.5)
                for ear in [ear for ear in ears if ear in heard]:
                    try:
                        self._hear(ear.recv())
                    except EOFError:
                        ears.remove(ear)
                        self._require_end(self._ears.index(ear))
                if self._run.is_cancelled():
                    self._stop.set()
        finally:
            self._end()

    def _hear(self, said: tuple[Any, ...]) -> None:
        kind, *rest = said
        if kind == "progress":
            self._run.progress(*rest)
        elif kind == "memory":
            raise _MemoryTooShort
        elif kind == "stopped":
            raise TrainingStopped(rest[0])
        elif kind == "refused":
            raise TrainingError(rest[0])
        else:
            raise RuntimeError(f"A process of the training failed.\n{rest[0]}")

    def _require_end(self, rank: int) -> None:
        """A process that says nothing more must have ended well."""
        process = self._processes[rank]
        process.join()
        if process.exitcode != 0:
            raise TrainingError(
                "One of the processes that trained together was killed, perhaps because the "
                "machine ran out of memory. Start again: it goes on after the last epoch."
            )

    def _end(self) -> None:
        for process in self._processes:
            if process.is_alive():
                process.terminate()
        for process, ear in zip(self._processes, self._ears, strict=True):
            process.join(timeout=5)
            if process.is_alive():
                process.kill()
                process.join()
            ear.close()
        self._meeting.cleanup()


@contextmanager
def _without_script() -> Iterator[None]:
    """Keep new processes from running the script of this one, which may be a page, once more."""
    script = sys.modules["__main__"]
    sys.modules["__main__"] = ModuleType("__main__")
    try:
        yield
    finally:
        sys.modules["__main__"] = script


def _worker(rank: int, work: _Work, meeting: str, mouth: Connection, stop: Event) -> None:
    """One of the processes: trains, and says what happens."""
    device = torch.device(work.devices[rank])
    if device.type == "cuda":
        torch.cuda.set_device(device)
    torch.set_num_threads(max(1, (os.cpu_count() or 1) // len(work.devices)))
    dist.init_process_group(
        "nccl" if device.type == "cuda" else "gloo",
        init_method=f"file://{meeting}",
        rank=rank,
        world_size=len(work.devices),
        timeout=_PATIENCE,
    )
    run = Run(checkpoints=work.checkpoints, device=device.type)
    if rank == 0:
        run = replace(
            run,
            progress=lambda share, step: mouth.send(("progress", share, step)),
            is_cancelled=stop.is_set,
        )
    try:
        learn(
            work.task,
            work.settings,
            seed=work.seed,
            run=run,
            name=work.name,
            crew=Crew(device, rank, len(work.devices)),
            most=work.most,
        )
    except TrainingStopped as error:
        mouth.send(("stopped", str(error)))
    except TrainingError as error:
        mouth.send(("refused", str(error)))
    except torch.OutOfMemoryError:
        mouth.send(("memory",))
    except Exception:  # another process would wait for this one, and nobody would know why
        mouth.send(("failed", traceback.format_exc()))
    finally:
        mouth.close()
        dist.destroy_process_group()
