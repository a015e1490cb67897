"""What does a process do that computes one shard?"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from clnm_core.errors import ClnmError, FeatureError
from clnm_core.features.choice import Recipe, made
from clnm_core.features.items import Extractor, Item
from clnm_core.jobs.shards import Finished, Shard, write_shard
from clnm_core.store.feature_inputs import Source, item_of

_AT_ONCE = {"cpu": 8, "cuda": 256}
"""Images between two looks whether to stop; on a GPU, one batch."""

_LOOK_S = 1.0
_home = threading.Lock()
_settled: set[int] = set()


@dataclass(frozen=True, slots=True)
class Task:
    """One shard to compute.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    recipe : Recipe
    settings : str
        Those of the extractor where the work is dealt out, as :func:`said` writes them.
    device : str
        ``cpu`` or ``cuda``.
    is_embedding : bool
        Keep float32 instead of float64.
    shard : Shard
    stop : pathlib.Path
        Where this file appears, work ends: it reaches processes on whatever backend.
    parent : int
        Process that dealt out the work, on the same machine; 0 where it may be another one.

    """

    root: Path
    recipe: Recipe
    settings: str
    device: str
    is_embedding: bool
    shard: Shard
    stop: Path
    parent: int


def said(extractor: Extractor) -> str:
    """The settings of an extractor, the digest of its weights among them, in one line."""
    return json.dumps(dict(extractor.settings), sort_keys=True, allow_nan=False)


def compute(task: Task) -> int:
    """Compute a shard and put its file in place; returns its images, 0 where told to stop.

    Raises
    ------
    FeatureError
        If the extractor made here is not the one that was asked for.
    ClnmError
        If the extractor cannot work, or the shard not be written.

    """
    if task.stop.exists():
        return 0
    _settle(task)
    extractor = made(task.recipe)
    if said(extractor) != task.settings:
        raise FeatureError(
            "A process came to other weights or settings than the one that deals out the work, "
            "perhaps because a download failed or a file was replaced. Start again, with a "
            "checkpoint file that every machine has."
        )
    if task.device == "cpu" and "torch" in sys.modules:
        sys.modules["torch"].set_num_threads(1)
    finished = _measured(task, extractor)
    if finished is None:
        return 0
    write_shard(task.shard.path, finished)
    return len(task.shard.sources)


def _measured(task: Task, extractor: Extractor) -> Finished | None:
    """The features of the shard's images; ``None`` where told to stop on the way."""
    size = _AT_ONCE[task.device]
    kept: list[Source] = []
    parts: list[NDArray[np.float64]] = []
    reasons: list[str] = []
    unread: dict[str, str] = {}
    for start in range(0, len(task.shard.sources), size):
        if task.stop.exists():
            return None
        items: list[Item] = []
        wanted = task.shard.sources[start : start + size]
        for source, read in zip(wanted, _read(task, wanted), strict=True):
            if isinstance(read, Item):
                items.append(read)
                kept.append(source)
            else:
                unread[source.key] = read
        if items:
            features = extractor.extract(items, device=task.device)
            parts.append(features.values)
            reasons += features.reasons
    dtype = np.float32 if task.is_embedding else np.float64
    values = np.concatenate(parts) if parts else np.empty((0, len(extractor.names)))
    return Finished(
        tuple(source.key for source in kept), values.astype(dtype), tuple(reasons), unread
    )


def _read(task: Task, sources: Sequence[Source]) -> list[Item | str]:
    """Each image, or why it cannot be read; by threads where a GPU would else wait."""

    def read(source: Source) -> Item | str:
        try:
            return item_of(task.root, source)
        except ClnmError as error:
            return str(error)

    if task.device == "cpu":
        return [read(source) for source in sources]
    with ThreadPoolExecutor(os.cpu_count()) as threads:
        return list(threads.map(read, sources))


def _settle(task: Task) -> None:
    """Once per process: leave Ctrl-C to the process that deals out work, and end with it."""
    if not task.parent or task.parent == os.getpid():
        return
    with _home:
        if os.getpid() in _settled:
            return
        _settled.add(os.getpid())
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with, args=(task.parent,), daemon=True).start()


def _end_with(parent: int) -> None:
    """End when the parent has: nobody would take our result, and its successor needs the cores."""
    while os.getppid() == parent:
        time.sleep(_LOOK_S)
    os._exit(1)
