"""How does what was trained get into the store?

The model's files go to ``models/<digest>/`` first; then one publication adds its record, its
risks, and those of everything that was tried beside it. Where the publication fails the files go
again; a kill in between leaves a folder that nothing refers to, and the store as it was.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.errors import MissingOutcomeError, ModelError
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.places import StorePaths
from clnm_core.store.records import CohortRecord, ModelRecord, first_outcome
from clnm_core.store.schema import put_model, replace_predictions
from clnm_core.store.tables import Connection
from clnm_core.store.trained_facts import history_facts, manifest_facts, tried_facts
from clnm_core.systems.files import save_model
from clnm_core.systems.judging import Judged
from clnm_core.systems.training import TrainedSystem

LONGEST_NAME = 60


@dataclass(frozen=True, eq=False, slots=True)
class TrainReport:
    """What a training gave; :meth:`to_dict` is the contract of ``train --json``."""

    record: ModelRecord
    version: int
    trained: TrainedSystem

    @property
    def model(self) -> str:
        """Name of the model."""
        return self.record.name

    @property
    def outcome(self) -> str:
        """Name of the outcome column."""
        return self.record.outcome

    @property
    def metrics(self) -> dict[str, dict[str, Estimate]]:
        """Estimates by split and metric."""
        return self.trained.metrics

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        said = self.record.manifest
        own = {"name": self.model, "label": self.model, "metrics": said["metrics"]}
        return {
            "model": self.model,
            "system": self.record.system,
            "cohort": self.record.cohort,
            "outcome": self.outcome,
            "version": self.version,
            "threshold": said["threshold"],
            "threshold_from": said["threshold_from"],
            "metrics": said["metrics"],
            "candidates": [own, *said["candidates"]],
            "centres_left_out": said.get("centres_left_out"),
            "training_cases": said["training_cases"],
            "validation_cases": said["validation_cases"],
            "set_aside": said["set_aside_reasons"],
            "not_judged": len(said["not_judged"]),
            "history": said["history"],
            "config": said["config"],
            "seed": said["seed"],
            "seconds": said["seconds"],
            "device": said["device"],
            "notes": said["notes"],
        }


@dataclass(frozen=True, eq=False, slots=True)
class Saved:
    """A trained model whose files are written, and all that is to be published of it.

    Parameters
    ----------
    record : ModelRecord
    parts : tuple of (ModelRecord, pandas.DataFrame)
        The model with its risks first, then everything that was tried.

    """

    record: ModelRecord
    parts: tuple[tuple[ModelRecord, pd.DataFrame], ...]

    def put(self, con: Connection) -> None:
        """Add all of it while a version is built."""
        for record, risks in self.parts:
            put_model(con, record)
            replace_predictions(con, record.cohort, record.name, risks)


def check_name(name: str, models: Sequence[ModelRecord]) -> None:
    """Refuse a name that cannot be used for a model that is trained here.

    Raises
    ------
    ModelError
        If it is not letters, digits, hyphens and underscores, or belongs to a model made
        elsewhere, or to something that was tried beside another model.

    """
    is_plain = name.replace("-", "").replace("_", "").isalnum() and name.isascii()
    if not is_plain or len(name) > LONGEST_NAME:
        raise ModelError(
            f"A model's name must be letters, digits, hyphens and underscores, at most {LONGEST_NAME}; got {name[:80]!r}."
        )
    for record in models:
        if record.name == name and record.manifest.get("part_of"):
            raise ModelError(
                f"{name!r} is the name of what was tried beside another model. Choose another name."
            )
        if record.name == name and "digest" not in record.manifest:
            raise ModelError(
                f"{name!r} is the name of a model made elsewhere, whose risks are in this cohort. Choose another name."
            )


def chosen_outcome(record: CohortRecord, outcome: str | None) -> str:
    """The outcome to learn: the one that is named, else the first that can be learned.

    Raises
    ------
    MissingOutcomeError
        If the cohort does not have it, or none can be learned.

    """
    name = outcome or first_outcome(record)
    if name not in {count.name for count in record.outcomes}:
        known = ", ".join(count.name for count in record.outcomes)
        raise MissingOutcomeError(
            f"Cohort {record.name} has no outcome {name[:40]!r}. Its outcomes are {known or 'none'}."
        )
    return name


@contextmanager
def saved(
    root: Path,
    trained: TrainedSystem,
    *,
    cohort: str,
    name: str,
    outcome_label: str,
    store_version: int,
    taken: Sequence[str] = (),
    facts: Mapping[str, Any] | None = None,
    of_this_run: Mapping[str, Any] | None = None,
) -> Iterator[Saved]:
    """Write the files of a trained model; they go again where the block raises.

    Parameters
    ----------
    root : pathlib.Path
        The store, for the folder of models.
    trained : TrainedSystem
    cohort, name, outcome_label : str
    store_version : int
        The version that has these cases.
    taken : sequence of str
        Names of other models of the cohort, which nothing that was tried may take.
    facts : mapping, optional
        What the manifest should say besides; plain values.
    of_this_run : mapping, optional
        What the record alone should say, because another run would say something else.

    """
    folder = StorePaths(root).models
    before = set(folder.iterdir()) if folder.is_dir() else set()
    names = _names(name, trained.candidates, taken)
    manifest = save_model(
        trained.model,
        folder,
        manifest_facts(trained, names)
        | {
            "name": name,
            "cohort": cohort,
            "outcome_label": outcome_label,
            "store_version": store_version,
        }
        | dict(facts or {}),
    )
    run = {
        "seconds": round(trained.seconds, 1),
        "device": "cpu",
        "history": history_facts(trained.history),
        "not_judged": trained.not_judged.to_dict("records"),
        **(of_this_run or {}),
    }
    try:
        yield _saved(trained, names, manifest | run)
    except BaseException:
        if folder / manifest["digest"] not in before:
            shutil.rmtree(folder / manifest["digest"], ignore_errors=True)
        raise


def _saved(trained: TrainedSystem, names: Mapping[str, str], manifest: dict[str, Any]) -> Saved:
    created = datetime.now(UTC).isoformat(timespec="seconds")
    record = ModelRecord(
        name=manifest["name"],
        cohort=manifest["cohort"],
        outcome=trained.outcome,
        system=trained.system,
        version=manifest["digest"][:12],
        created=created,
        manifest=manifest,
    )
    parts = [(record, trained.predictions)]
    for one in trained.candidates:
        said = tried_facts(one, names[one.name]) | {
            "name": names[one.name],
            "part_of": record.name,
            "part_of_digest": manifest["digest"],
            "candidate": one.name,
            "title": f"{record.name}: {one.label}",
            "outcome_label": manifest["outcome_label"],
            "inputs": manifest["inputs"],
            "training_cases": manifest["training_cases"],
            "store_version": manifest["store_version"],
            "seed": trained.seed,
        }
        part = ModelRecord(
            names[one.name],
            record.cohort,
            record.outcome,
            record.system,
            record.version,
            created,
            said,
        )
        parts.append((part, one.predictions))
    return Saved(record, tuple(parts))


def _names(name: str, candidates: Sequence[Judged], taken: Sequence[str]) -> dict[str, str]:
    """Name of the model of each that was tried; one that is taken gets a number."""
    used, found = {name, *taken}, {}
    for one in candidates:
        wanted, number = f"{name}-{one.name}", 2
        while wanted in used:
            wanted, number = f"{name}-{one.name}-{number}", number + 1
        used.add(wanted)
        found[one.name] = wanted
    return found
