"""How does a store come to hold the five demo cohorts?

All tables are drawn first, then the pictures, then everything is published as one version.
Whoever stops on the way leaves at most pictures that no version names.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pandas as pd

from clnm_core import __version__
from clnm_core.domain.progress import Progress
from clnm_core.errors import InputError
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import (
    Connection,
    add_exclusions,
    create_cohort,
    insert,
    put_model,
    replace_predictions,
)
from clnm_core.store.snapshots import current_version, publish
from clnm_core.synth.baseline import train_baseline
from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.synth.drawing import draw_cohort, image_count
from clnm_core.synth.models import MODELS, SimulatedModel, manifest, simulated_risks
from clnm_core.synth.node_patients import ct_nodes
from clnm_core.synth.planted import planted_problems
from clnm_core.synth.readers import PANELS, simulated_reads
from clnm_core.synth.salivary_patients import msgc
from clnm_core.synth.shipped import SEED, Parts, install, shipped_models
from clnm_core.synth.thyroid_patients import SIZES, cli_dlr, ptc_us

_TABLES_DONE, _IMAGES_DONE, _BASELINES_DONE = 0.04, 0.9, 0.96


@dataclass(frozen=True, eq=False, slots=True)
class Judged:
    """A cohort with the risks of its simulated models and the calls of its readers."""

    cohort: SyntheticCohort
    risks: tuple[tuple[SimulatedModel, pd.DataFrame], ...]
    reads: pd.DataFrame


def demo_cohorts(scale: str = "small", *, seed: int = 0) -> tuple[SyntheticCohort, ...]:
    """The tables of the five cohorts, without pictures.

    Raises
    ------
    InputError
        If ``scale`` is neither ``small`` nor ``paper``, or ``seed`` is below 0.

    """
    if scale not in SIZES:
        raise InputError(f"The scale of the demo must be small or paper; got {scale!r}.")
    if seed < 0:
        raise InputError(f"The seed of the demo must be 0 or more; got {seed}.")
    return (
        ptc_us(SIZES[scale], seed=seed),
        cli_dlr(seed=seed),
        ct_nodes(seed=seed),
        msgc(seed=seed),
        planted_problems(seed=seed),
    )


def judged(
    cohort: SyntheticCohort, *, seed: int, models: Sequence[SimulatedModel] | None = None
) -> Judged:
    """The cohort's simulated models (by default its own) and, where it has any, readers."""
    chosen = MODELS[cohort.name] if models is None else models
    risks = tuple((model, simulated_risks(model, cohort, seed=seed)) for model in chosen)
    if cohort.name not in PANELS:
        return Judged(cohort, risks, pd.DataFrame())
    panel = PANELS[cohort.name]
    helper = next(frame for model, frame in risks if model.name == panel.model)
    return Judged(cohort, risks, simulated_reads(cohort, panel, helper, seed=seed))


def build_demo(
    root: Path,
    *,
    scale: str = "small",
    seed: int = 0,
    progress: Progress = lambda share, step: None,
) -> int:
    """Draw the five demo cohorts and publish them as one version of the store.

    Cohorts of the same names are replaced; others stay as they are.

    Parameters
    ----------
    root : pathlib.Path
        The store; made where it is not there.
    scale : str
        ``small``: 1,200 patients in ``demo-ptc-us``, pictures for every case. ``paper``:
        39,451 patients there, tables and predictions only, no pictures in any cohort.
    seed : int
        0 or more. The same seed draws the same patients, pictures and risks.
    progress : callable
        Called with the share done, 0 to 1, never falling, and what is being done.

    Returns
    -------
    int
        Number of the published version.

    Raises
    ------
    InputError
        If scale or seed cannot be used.
    StoreError
        If the store cannot be written or another process is publishing.

    """
    progress(0.0, "Drawing patients of five cohorts")
    cohorts = demo_cohorts(scale, seed=seed)
    patients = sum(cohort.cases["patient_id"].nunique() for cohort in cohorts)
    progress(0.01, f"Simulating models and readers for {patients:,} patients")
    everyone = [judged(cohort, seed=seed) for cohort in cohorts]
    pictures = _all_pictures(root, cohorts, seed, progress) if scale == "small" else {}
    progress(_IMAGES_DONE, "Training the clinical baseline on every sound cohort")
    baselines = _baselines(root, cohorts, seed)
    trained = _shipped(root) if pictures and seed == SEED else []
    progress(_BASELINES_DONE, "Publishing the five cohorts")
    version = publish(
        root,
        lambda con: _write(con, everyone, pictures, baselines, trained, seed),
        action="demo",
        detail={"scale": scale, "seed": seed, "cohorts": [cohort.name for cohort in cohorts]},
    )
    progress(1.0, "The demo is ready")
    return version


def _all_pictures(
    root: Path, cohorts: tuple[SyntheticCohort, ...], seed: int, progress: Progress
) -> dict[str, tuple[pd.DataFrame, pd.DataFrame]]:
    """Pictures and masks of every cohort, by its name."""
    total = sum(image_count(cohort) for cohort in cohorts)
    done = 0

    def drawn(count: int) -> None:
        nonlocal done
        done += count
        share = _TABLES_DONE + (_IMAGES_DONE - _TABLES_DONE) * done / total
        progress(min(share, _IMAGES_DONE), f"Making images: {done:,} of {total:,}")

    drawn(0)
    return {cohort.name: draw_cohort(root, cohort, seed=seed, drawn=drawn) for cohort in cohorts}


def _baselines(
    root: Path, cohorts: tuple[SyntheticCohort, ...], seed: int
) -> dict[str, tuple[ModelRecord, pd.DataFrame]]:
    """The logistic baseline, really trained, with its risks; of cohorts made to learn from."""
    trained = {}
    for cohort in cohorts:
        if not cohort.is_for_training:
            continue
        version = current_version(root) + 1
        record, result = train_baseline(root, cohort, store_version=version, seed=seed)
        trained[cohort.name] = (record, result.predictions)
    return trained


def _shipped(root: Path) -> list[Parts]:
    """The trained systems that come with the demo, their files put into the store."""
    return [install(root, place) for places in shipped_models().values() for place in places]


def _write(
    con: Connection,
    everyone: list[Judged],
    pictures: dict[str, tuple[pd.DataFrame, pd.DataFrame]],
    baselines: dict[str, tuple[ModelRecord, pd.DataFrame]],
    trained: list[Parts],
    seed: int,
) -> None:
    """Put all cohorts into the next version."""
    created = datetime.now(UTC).isoformat(timespec="seconds")
    for one in everyone:
        cohort = one.cohort
        create_cohort(
            con,
            cohort.name,
            cohort.registry,
            title=cohort.title,
            description=cohort.description,
            is_synthetic=True,
            unit_note=cohort.unit_note,
        )
        insert(con, cohort.name, "cases", cohort.cases)
        add_exclusions(con, cohort.name, cohort.exclusions)
        for table, frame in zip(("images", "masks"), pictures.get(cohort.name, ()), strict=False):
            insert(con, cohort.name, table, frame)
        insert(con, cohort.name, "reads", one.reads)
        for model, risks in one.risks:
            put_model(
                con,
                ModelRecord(
                    model.name,
                    cohort.name,
                    model.truth.outcome,
                    "simulated",
                    __version__,
                    created,
                    dict(manifest(model, cohort, seed=seed)),
                ),
            )
            replace_predictions(con, cohort.name, model.name, risks)
        if cohort.name in baselines:
            baseline, risks = baselines[cohort.name]
            put_model(con, baseline)
            replace_predictions(con, cohort.name, baseline.name, risks)
    for record, risks in (part for parts in trained for part in parts):
        put_model(con, record)
        replace_predictions(con, record.cohort, record.name, risks)
