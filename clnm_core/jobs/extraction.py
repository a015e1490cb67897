"""How do the images of a cohort become a table of features?

Shards that are finished are taken; the others are computed, on as many processes as there are
cores or in batches on one GPU, each put in its place as soon as it is done. Then all rows become
one table, named by its digest, and a record of it is published. Whoever is killed on the way has
lost the shards that were being computed, and nothing else.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clnm_core.domain.progress import Progress
from clnm_core.errors import FeatureError
from clnm_core.features.choice import Recipe, made, recipe_of
from clnm_core.features.devices import device_of
from clnm_core.features.items import Extractor
from clnm_core.jobs import backends
from clnm_core.jobs.feature_rows import gathered
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.publishing import published
from clnm_core.jobs.shard_work import Task, compute, said
from clnm_core.jobs.shards import Shard, read_shard, shards_of
from clnm_core.jobs.stopping import stop_file
from clnm_core.store.feature_inputs import FeatureInputs, feature_inputs
from clnm_core.store.feature_sets import FeatureSet, check_name
from clnm_core.store.warehouse import Warehouse

_PER_SHARD = {"cpu": 64, "cuda": 256}
_STOPPED = "Stopped as asked. What is finished is kept; start again to go on."
_MEASURED = 0.98
"""Share of the work that is done when every image is measured; the table and its publication follow."""


@dataclass(frozen=True, slots=True)
class Extracted:
    """A table of features, and what it cost this time."""

    feature_set: FeatureSet
    computed: int  #: shards
    reused: int  #: shards
    seconds: float


def extract_features(
    root: Path,
    cohort: str,
    *,
    kind: str,
    device: str = "auto",
    backbone: str | None = None,
    checkpoint: str | None = None,
    backend: str = "loky",
    name: str | None = None,
    settings: Mapping[str, Any] | None = None,
    actor: str = "local",
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> FeatureSet:
    """Measure every image of a cohort, and publish the table; see :func:`extract`."""
    return extract(
        root,
        cohort,
        recipe_of(kind, backbone=backbone, checkpoint=checkpoint, settings=settings),
        device=device,
        backend=backend,
        name=name,
        actor=actor,
        progress=progress,
        is_cancelled=is_cancelled,
    ).feature_set


def extract(
    root: Path,
    cohort: str,
    recipe: Recipe,
    *,
    device: str = "auto",
    backend: str = "loky",
    name: str | None = None,
    actor: str = "local",
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Extracted:
    """Measure every image of a cohort, and publish the table.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    recipe : Recipe
        What measures; :func:`clnm_core.features.choice.recipe_of` makes it.
    device : str
        ``auto``, ``cpu`` or ``cuda``. On CUDA one process works in batches, whatever the backend.
    backend : str
        ``loky``, ``dask`` or ``ray``; see :mod:`clnm_core.jobs.backends`.
    name : str, optional
        Of the table; one of that name is replaced. By default the backbone or the kind.
    actor : str
        Who asks, for the audit trail.
    progress : callable
        Takes how far, in [0, 1], and the step in words.
    is_cancelled : callable
        Asked a few times a second; finished shards are kept when it says yes.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.
    FeatureError
        If nothing can be measured, or not as asked.
    DeviceError
        If the device is not there.
    JobCancelled
        If it stopped because it was asked to.
    StoreError
        If the store cannot be read or written.

    """
    began = time.monotonic()
    backends.check_backend(backend)
    progress(0.0, f"Reading cohort {cohort}")
    with Warehouse.open(root) as warehouse:
        found = feature_inputs(warehouse, cohort)
    _require_images(found, cohort)
    chosen = device_of(device)
    progress(0.0, "Loading what measures")
    made.cache_clear()  # a file of weights may have been replaced since the last job
    extractor = made(recipe)
    name = name or default_name(recipe, extractor)
    check_name(name)
    shards = shards_of(
        root,
        [one.source for one in found.inputs],
        _identity(extractor, chosen),
        most=_PER_SHARD[chosen],
    )
    missing = [shard for shard in shards if not _is_finished(shard)]
    if is_cancelled():
        raise JobCancelled(_STOPPED)
    with stop_file(root, is_cancelled) as stop:
        task = _dealer(root, recipe, said(extractor), chosen, backend, stop)
        _compute(missing, shards, task, chosen, backend, progress)
        if stop.exists():
            raise JobCancelled(_STOPPED)
    progress(_MEASURED, "Writing and publishing the table")
    table = gathered(found, shards)
    feature_set = published(
        root,
        cohort,
        table,
        extractor,
        name=name,
        actor=actor,
        is_cancelled=is_cancelled,
        detail={
            "device": chosen,
            "backend": backend,
            "seconds": round(time.monotonic() - began, 1),
            "shards": {"computed": len(missing), "reused": len(shards) - len(missing)},
        },
    )
    progress(1.0, f"{feature_set.rows:,} images, {feature_set.columns:,} features")
    seconds = time.monotonic() - began
    return Extracted(feature_set, len(missing), len(shards) - len(missing), seconds)


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``extract``; its parameters are those of the command line."""
    done = extract(
        root,
        str(parameters.get("cohort", "")),
        recipe_of(
            str(parameters.get("features", "")),
            backbone=parameters.get("backbone") or None,
            checkpoint=parameters.get("checkpoint") or None,
            settings=parameters.get("settings") or None,
        ),
        device=parameters.get("device") or "auto",
        backend=parameters.get("backend") or "loky",
        name=parameters.get("name") or None,
        actor=actor,
        progress=progress,
        is_cancelled=is_cancelled,
    )
    made_set = done.feature_set
    return {
        "cohort": made_set.cohort,
        "name": made_set.name,
        "rows": made_set.rows,
        "columns": made_set.columns,
        "digest": made_set.digest,
        "set_aside": len(made_set.detail.get("set_aside", [])),
    }


def _require_images(found: FeatureInputs, cohort: str) -> None:
    if not found.inputs:
        reason = f" {found.set_aside[0].reason}" if found.set_aside else ""
        raise FeatureError(
            f"Cohort {cohort} has no image that could be measured.{reason} Import its images first."
        )


def default_name(recipe: Recipe, extractor: Extractor) -> str:
    """The network's name, in letters that a name may have; else the kind."""
    word = str(extractor.settings.get("backbone", recipe.kind))
    return re.sub(r"[^A-Za-z0-9._-]+", "-", word).strip("-")[:80]


def _identity(extractor: Extractor, device: str) -> dict[str, Any]:
    """All that a number depends on beside its image."""
    return {
        "kind": extractor.kind,
        "settings": dict(extractor.settings),
        "names": list(extractor.names),
        "device": device,
    }


def _is_finished(shard: Shard) -> bool:
    kept = read_shard(shard)
    return kept is not None and not kept.unread


def _dealer(
    root: Path, recipe: Recipe, settings: str, device: str, backend: str, stop: Path
) -> Callable[[Shard], Task]:
    parent = os.getpid() if backends.is_on_this_machine(backend) else 0

    def task(shard: Shard) -> Task:
        is_embedding = recipe.kind == "deep"
        return Task(root, recipe, settings, device, is_embedding, shard, stop, parent)

    return task


def _compute(
    missing: Sequence[Shard],
    shards: Sequence[Shard],
    task: Callable[[Shard], Task],
    device: str,
    backend: str,
    progress: Progress,
) -> None:
    """Compute what is missing, and say after each shard how far all of it is."""
    all_images = sum(len(shard.sources) for shard in shards)
    reused = all_images - sum(len(shard.sources) for shard in missing)
    done, began = reused, time.monotonic()
    progress(_MEASURED * (done / all_images), f"{done:,} of {all_images:,} images")
    is_here = device == "cuda"
    processes = 1 if is_here else min(backends.cores(), max(1, len(missing)))
    tasks = [task(shard) for shard in missing]
    for images in backends.results(
        "loky" if is_here else backend, compute, tasks, processes=processes
    ):
        done += images
        rate = (done - reused) / max(time.monotonic() - began, 1e-3)
        progress(
            _MEASURED * (done / all_images),
            f"{done:,} of {all_images:,} images, {rate:.1f} per second",
        )
