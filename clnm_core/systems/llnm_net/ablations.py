"""What does LLNM-Net lose without each of its parts?

Every variant learns from the same cases with the same seeds and the same number of epochs as the
full model. What a variant gave is handed out as soon as it is finished, so that whoever keeps it
need not train it again.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

import pandas as pd

from clnm_core import __version__
from clnm_core.errors import TrainingError
from clnm_core.systems.cases import Cases
from clnm_core.systems.llnm_net.config import resolved
from clnm_core.systems.protocol import System
from clnm_core.systems.run import Run
from clnm_core.systems.splitting import divided
from clnm_core.systems.training import train_system

FULL = "full"


@dataclass(frozen=True, slots=True)
class Variant:
    """The model with one thing changed.

    Parameters
    ----------
    name, label : str
        As the command line and as a reader knows it.
    config : dict
        The settings that differ from the full model's.
    published_auc : float or None
        AUC on validation in the paper; ``None`` where it prints none.

    """

    name: str
    label: str
    config: dict[str, Any]
    published_auc: float | None = None


VARIANTS = (
    Variant(FULL, "Full model", {}, 0.948),
    Variant("no-location", "Without the location map", {"location": "none"}, 0.729),
    Variant("raw-location", "Location in mm instead of phi", {"location": "raw"}),
    Variant(
        "no-morphology", "Without texture, margin, echo and shape", {"morphology": False}, 0.824
    ),
    Variant("no-report", "Without the report", {"report": False}, 0.860),
    Variant("no-demographics", "Without age and sex", {"demographics": False}, 0.939),
    Variant("unidirectional", "Report not looking back", {"fusion": "unidirectional"}, 0.843),
    Variant("blocks-0", "No cross-attention block", {"cross_blocks": 0}, 0.799),
    Variant("blocks-2", "2 cross-attention blocks", {"cross_blocks": 2}, 0.912),
    Variant("blocks-4", "4 cross-attention blocks", {"cross_blocks": 4}, 0.948),
    Variant("blocks-6", "6 cross-attention blocks", {"cross_blocks": 6}, 0.927),
)
"""The rows of the paper's table, and the map in mm, which it describes without a figure.

References
----------
.. [1] Shen et al. Nat Commun 2025;16:7052. doi:10.1038/s41467-025-62042-z
"""


class Kept(Protocol):
    """Where what a variant gave is kept, by a digest of all that it depends on."""

    def get(self, key: str) -> dict[str, Any] | None:
        """What was put under a digest; ``None`` where there is nothing."""
        ...

    def put(self, key: str, value: Mapping[str, Any]) -> None:
        """Keep it; plain values."""
        ...


@dataclass(frozen=True, eq=False, slots=True)
class Given:
    """What one variant gave.

    Parameters
    ----------
    variant : Variant
    risks : pandas.DataFrame
        ``case_id``, ``split``, then one column per seed, by its number: a risk, or NaN.
    seconds : float
        Of all its trainings; 0 where another variant has the same settings.
    same_as : str
        Name of the variant before it with the same settings; empty where there is none.

    """

    variant: Variant
    risks: pd.DataFrame
    seconds: float
    same_as: str = ""


def chosen_variants(names: Sequence[str]) -> tuple[Variant, ...]:
    """The full model and the variants of these names, in the order of the table; all for none.

    Raises
    ------
    TrainingError
        If there is no variant of a name.

    Examples
    --------
    >>> [one.name for one in chosen_variants(["no-report"])]
    ['full', 'no-report']

    """
    known = [one.name for one in VARIANTS]
    unknown = [name for name in names if name not in known]
    if unknown:
        raise TrainingError(
            f"There is no variant {unknown[0][:40]!r}. The variants are {', '.join(known)}."
        )
    wanted = {FULL, *names} if names else set(known)
    return tuple(one for one in VARIANTS if one.name in wanted)


def ablate(
    system: System,
    cases: Cases,
    *,
    outcome: str,
    config: Mapping[str, Any] | None = None,
    variants: Sequence[Variant] = VARIANTS,
    seeds: Sequence[int] = (0,),
    cases_digest: str = "",
    kept: Kept | None = None,
    run: Run | None = None,
) -> tuple[Given, ...]:
    """Train every variant with every seed, and judge every case with it.

    Parameters
    ----------
    system : System
        LLNM-Net.
    cases : Cases
        All cases of the cohort. Patients of a cohort without splits are divided once, with the
        first seed, so that all variants and seeds are judged on the same ones.
    outcome : str
    config : mapping, optional
        Settings of the full model that differ from the defaults; what a variant changes holds
        above them.
    variants : sequence of Variant
        The full model among them.
    seeds : sequence of int
        Each 0 or more, all different.
    cases_digest : str
        Of everything that is recorded of the cases and of their pictures; needed with ``kept``.
    kept : Kept, optional
        What is there already is not trained again.
    run : Run, optional

    Raises
    ------
    TrainingError
        If a setting cannot be used.
    MissingOutcomeError, EmptyCohortError, UnfitCaseError
        If there is too little to learn from, or something is lacking.
    TrainingStopped
        If it was asked to stop. Variants that are finished are kept.

    """
    if len(set(seeds)) < len(seeds) or not seeds or min(seeds) < 0:
        raise TrainingError("Seeds must be whole numbers from 0, each once. Correct them.")
    run = run or Run()
    settings = [resolved({**(config or {}), **one.config}).to_dict() for one in variants]
    cases = _divided_once(system, cases, outcome, seeds[0])
    found: list[Given] = []
    for place, (variant, changed) in enumerate(zip(variants, settings, strict=True)):
        twin = settings.index(changed)
        if twin < place:
            same = found[twin]
            found.append(Given(variant, same.risks, 0.0, same.variant.name))
            continue
        risks, seconds = [], 0.0
        for number, seed in enumerate(seeds):
            done, whole = place * len(seeds) + number, len(variants) * len(seeds)
            part = _told(run, done, whole, f"{place + 1} of {len(variants)}, {variant.label}")
            said = [__version__, system.name, changed, seed, outcome, cases_digest]
            key = _digest(said)
            gave = None if kept is None else kept.get(key)
            if gave is None:
                own = part(key)
                gave = _trained(system, cases, outcome, changed, seed, own)
                if kept is not None:
                    kept.put(key, gave)
                    if own.checkpoints is not None:  # a finished variant needs none any more
                        shutil.rmtree(own.checkpoints, ignore_errors=True)
            risks.append(_frame(gave).rename(columns={"risk": str(seed)}))
            seconds += float(gave["seconds"])
        found.append(Given(variant, _joined(risks), seconds))
    run.say(1.0, "Every variant is judged")
    return tuple(found)


def _trained(
    system: System,
    cases: Cases,
    outcome: str,
    config: Mapping[str, Any],
    seed: int,
    run: Run,
) -> dict[str, Any]:
    trained = train_system(
        system, cases, outcome=outcome, config=config, seed=seed, run=run, bootstrap=0
    )
    table = trained.predictions
    return {
        "case_id": table["case_id"].tolist(),
        "split": table["split"].astype(str).tolist(),
        "risk": table["risk"].tolist(),
        "seconds": trained.seconds,
    }


def _frame(gave: Mapping[str, Any]) -> pd.DataFrame:
    return pd.DataFrame({name: gave[name] for name in ("case_id", "split", "risk")})


def _joined(risks: Sequence[pd.DataFrame]) -> pd.DataFrame:
    joined = risks[0]
    for other in risks[1:]:
        joined = joined.merge(other, on=["case_id", "split"], how="outer", sort=False)
    return joined


def _divided_once(system: System, cases: Cases, outcome: str, seed: int) -> Cases:
    """Cases with splits as they are; others with those that a training would draw."""
    has_splits = "split" in cases.frame and cases.frame["split"].notna().any()
    if has_splits or system.is_cross_validated:
        return cases
    known = cases.frame[outcome].notna().to_numpy(dtype=bool)
    y_true = (cases.frame[outcome] == True).fillna(False).to_numpy(dtype=bool)  # noqa: E712
    split = divided(cases, y_true, known, is_cross_validated=False, seed=seed).split
    return replace(cases, frame=cases.frame.assign(split=split))


def _told(run: Run, done: int, whole: int, what: str) -> Callable[[str], Run]:
    """The run of one training, which says before each step which variant it is about."""
    low, high = done / whole, (done + 1) / whole

    def part(key: str) -> Run:
        def progress(share: float, step: str) -> None:
            run.progress(share, f"{what}: {step[:1].lower()}{step[1:]}")

        return replace(run, progress=progress).part(low, high, key)

    return part


def _digest(said: Sequence[Any]) -> str:
    text = json.dumps(list(said), sort_keys=True, allow_nan=False)
    return hashlib.sha256(text.encode()).hexdigest()
