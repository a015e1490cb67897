"""How is the baseline of a demo cohort trained before the cohort itself is in the store?"""

from __future__ import annotations

from pathlib import Path

from clnm_core.store.records import ModelRecord
from clnm_core.store.references import refer
from clnm_core.store.trained import saved
from clnm_core.synth.cohort import SyntheticCohort
from clnm_core.systems.cases import Cases
from clnm_core.systems.clinical_system import CLINICAL
from clnm_core.systems.training import TrainedSystem, train_system


def train_baseline(
    root: Path,
    cohort: SyntheticCohort,
    *,
    store_version: int,
    name: str = "clinical",
    seed: int = 0,
) -> tuple[ModelRecord, TrainedSystem]:
    """Train the logistic baseline and write its files; nothing is published.

    Parameters
    ----------
    root : pathlib.Path
        The store, for the folder of models.
    cohort : SyntheticCohort
        It is trained on, for its first outcome.
    store_version : int
        The version that will have these cases; the manifest names it.
    name : str
        Of the model.
    seed : int

    Returns
    -------
    tuple
        The record to publish, and what was trained.

    """
    cases = Cases(cohort.cases, cohort.registry)
    trained = train_system(CLINICAL, cases, outcome=cohort.outcome, config={}, seed=seed)
    with saved(
        root,
        trained,
        cohort=cohort.name,
        name=name,
        outcome_label=cohort.registry[cohort.outcome].label,
        store_version=store_version,
    ) as ready:
        refer(root, trained.model, ready.record.manifest["digest"], cases, trained.predictions)
        return ready.record, trained
