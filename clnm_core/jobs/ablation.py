"""How are the variants of LLNM-Net trained on a cohort of the store, each only once?

What a variant gave is kept in a file of the store that is named by all that it depends on: the
release of the program, the settings, the seed, and everything recorded and pictured of the cases.
The last table of each cohort and outcome is kept beside, for whoever reads it. Nothing is published:
a variant is no model that anybody should use.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core import __version__
from clnm_core.domain.progress import Progress
from clnm_core.errors import TrainingError, TrainingStopped
from clnm_core.features.devices import device_of
from clnm_core.jobs.checkpoints import kept_checkpoints
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.store_cases import cases_of, digest_of
from clnm_core.store.ablation_tables import AblationTable, write_ablation
from clnm_core.store.places import StorePaths
from clnm_core.store.trained import chosen_outcome
from clnm_core.store.warehouse import Warehouse
from clnm_core.store.whole_files import write_whole
from clnm_core.systems.catalogue import system_of
from clnm_core.systems.run import Run

NAME = "llnm-net"
MOST_SEEDS = 100

_READ = 0.02
_COLUMNS = ("case_id", "split", "risk")


@dataclass(frozen=True, slots=True)
class KeptFiles:
    """What variants gave, one JSON file each; one that was damaged counts as not there."""

    folder: Path

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a digest; ``None`` where there is nothing whole."""
        try:
            read = json.loads((self.folder / f"{key}.json").read_text(encoding="utf-8"))
        except (OSError, ValueError, RecursionError):
            return None
        return read if _is_whole(read) else None

    def put(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep it under a digest."""
        data = json.dumps(dict(value), allow_nan=False).encode()
        write_whole(self.folder / f"{key}.json", data, "What a variant gave")


@dataclass(frozen=True, eq=False, slots=True)
class Ablation:
    """The table, and what it is about.

    Parameters
    ----------
    cohort, outcome : str
    seeds : tuple of int
    device : str
    table : pandas.DataFrame
        As :func:`~clnm_core.systems.llnm_net.ablation_table.ablation_table` gives it.
    seconds : dict of str to float
        Of the trainings of each variant, whenever they were done.

    """

    cohort: str
    outcome: str
    seeds: tuple[int, ...]
    device: str
    table: pd.DataFrame
    seconds: dict[str, float]

    def to_dict(self) -> dict[str, Any]:
        """The contract of ``ablate --json``; what cannot be estimated is null."""
        return {
            "system": NAME,
            "cohort": self.cohort,
            "outcome": self.outcome,
            "seeds": list(self.seeds),
            "device": self.device,
            "seconds": {name: round(value, 1) for name, value in self.seconds.items()},
            "rows": [
                {name: _plain(value) for name, value in row.items()}
                for row in self.table.to_dict("records")
            ],
        }


def run_ablation(
    root: Path,
    cohort: str,
    *,
    outcome: str | None = None,
    config: Mapping[str, Any] | None = None,
    only: Sequence[str] = (),
    seeds: int = 1,
    device: str = "auto",
    actor: str = "local",
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Ablation:
    """Train the variants that are not kept yet, compare all with the full model, keep the table.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    outcome : str, optional
        By default the cohort's first outcome that some have and some have not.
    config : mapping, optional
        Settings of the full model that differ from the defaults.
    only : sequence of str
        Names of variants; all where there is none. The full model is always among them.
    seeds : int
        Trainings of each variant, with the seeds 0, 1, ...
    device : str
        ``auto``, ``cpu`` or ``cuda``.
    actor : str
        Who asks, where features have to be measured first.
    progress, is_cancelled : callable

    Raises
    ------
    UnknownCohortError, MissingOutcomeError, TrainingError, UnfitCaseError, ...
        As for a training. What is finished is kept.
    JobCancelled
        If it was asked to stop.
    JobError
        If the very same ablation runs in another process.
    StoreError
        If the store cannot be read or written.

    """
    from clnm_core.systems.llnm_net.ablation_table import ablation_table
    from clnm_core.systems.llnm_net.ablations import ablate, chosen_variants
    from clnm_core.systems.llnm_net.config import resolved

    if not 1 <= seeds <= MOST_SEEDS:
        raise TrainingError(f"The number of seeds must be from 1 to {MOST_SEEDS}; got {seeds}.")
    variants = chosen_variants(only)
    settings = resolved(config or {}).to_dict()
    chosen = device_of(device)
    progress(0.0, f"Reading cohort {cohort}")
    with Warehouse.open(root) as warehouse:
        outcome = chosen_outcome(warehouse.cohort(cohort), outcome)
        version = warehouse.version
    cases = cases_of(root, cohort, device=chosen, actor=actor, is_cancelled=is_cancelled)
    digest = digest_of(cases)
    said = ["ablate", settings, cohort, outcome, chosen, digest]
    with kept_checkpoints(root, said) as folder:
        run = Run(progress, is_cancelled, folder, chosen).part(_READ, 1.0)
        try:
            gave = ablate(
                system_of(NAME),
                cases,
                outcome=outcome,
                config=config,
                variants=variants,
                seeds=range(seeds),
                cases_digest=f"{digest} {chosen}",
                kept=KeptFiles(StorePaths(root).ablations),
                run=run,
            )
        except TrainingStopped as error:
            raise JobCancelled(str(error)) from error
    found = Ablation(
        cohort,
        outcome,
        tuple(range(seeds)),
        chosen,
        ablation_table(gave, cases, outcome=outcome),
        {one.variant.name: one.seconds for one in gave},
    )
    facts = {
        **{"seeds": seeds, "device": chosen, "config": dict(config or {})},
        **{"seconds": found.seconds, "store_version": version, "program": __version__},
        "created": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    write_ablation(root, cohort, outcome, AblationTable(facts, found.table))
    return found


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``ablate``.

    Its parameters are ``cohort``, ``outcome``, ``config``, ``only``, ``seeds`` and ``device``, as
    :func:`run_ablation` takes them; its result is the contract of ``ablate --json``.
    """
    seeds = parameters.get("seeds") or 1
    if type(seeds) is not int:
        raise TrainingError("The number of seeds must be a whole number. Correct it.")
    found = run_ablation(
        root,
        str(parameters.get("cohort", "")),
        outcome=parameters.get("outcome") or None,
        config=parameters.get("config") or None,
        only=[str(name) for name in parameters.get("only") or ()],
        seeds=seeds,
        device=parameters.get("device") or "auto",
        actor=actor,
        progress=progress,
        is_cancelled=is_cancelled,
    )
    progress(1.0, f"{len(found.seconds)} variants judged")
    return found.to_dict()


def _is_whole(read: object) -> bool:
    if not isinstance(read, dict) or not isinstance(read.get("seconds"), (int, float)):
        return False
    columns = [read.get(name) for name in _COLUMNS]
    if not all(isinstance(column, list) for column in columns):
        return False
    risks = read["risk"]
    return len({len(column) for column in columns if column is not None}) == 1 and all(
        isinstance(risk, float) and 0 <= risk <= 1 for risk in risks
    )


def _plain(value: Any) -> Any:
    number = value.item() if hasattr(value, "item") else value
    return None if isinstance(number, float) and math.isnan(number) else number
