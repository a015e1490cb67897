"""What must be measured on pictures before a model can say what drives it over a cohort?

A page may take features that are in the store, but never measures any: that is this job, which
asks the model for its attributions once, so that all that it reads is measured and kept.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.domain.progress import Progress
from clnm_core.errors import FeatureError, ModelError
from clnm_core.features.choice import Recipe, made
from clnm_core.jobs.store_cases import cases_of
from clnm_core.store.feature_sets import feature_sets, feature_table, measured_alike
from clnm_core.store.modelling import load_model
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases
from clnm_core.systems.fitness import lacks


class NotMeasuredError(FeatureError):
    """What a model reads on pictures is not in the store yet."""


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``attributions``: ``cohort`` and ``model``.

    Raises
    ------
    UnknownCohortError, UnknownModelError, ModelError
        If there is no such cohort or model, or it has no attributions.
    JobCancelled
        If it was asked to stop; what is measured is kept.

    """
    cohort, name = str(parameters.get("cohort", "")), str(parameters.get("model", ""))
    progress(0.0, f"Reading cohort {cohort}")
    model, _ = load_model(root, name, cohort=cohort)
    every = cases_of(root, cohort, actor=actor, progress=progress, is_cancelled=is_cancelled)
    fit = every.only((lacks(every, model.inputs) == "").to_numpy())
    found = model.attributions(fit)
    if found is None:
        raise ModelError(f"{name} has no exact attributions, so nothing has to be measured for it.")
    progress(1.0, f"{len(fit):,} cases measured")
    return {"cohort": cohort, "model": name, "cases": len(fit)}


def measured_cases(root: Path, cohort: str) -> Cases:
    """All cases of a cohort, with only those features that are in the store.

    Whoever asks for others gets a :class:`NotMeasuredError`, and no picture is ever measured.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.

    """
    return replace(cases_of(root, cohort), measure=_Kept(root, cohort))


@dataclass(frozen=True, slots=True)
class _Kept:
    """Features of pictures of the cohort that were measured already."""

    root: Path
    cohort: str

    def __call__(self, recipe: Recipe, cases: Cases) -> pd.DataFrame:
        wanted = cases.image_ids
        with Warehouse.open(self.root) as warehouse:
            sets = [one for one in feature_sets(warehouse, self.cohort) if one.kind == recipe.kind]
        if sets:  # else the extractor, which loads torch, is not made
            for one in measured_alike(sets, recipe.kind, made(recipe).settings):
                table = feature_table(self.root, one)
                aside = {said["image"] for said in one.detail.get("set_aside", ())}
                if wanted <= aside | set(table["image_id"]):
                    return table[table["image_id"].isin(wanted)].reset_index(drop=True)
        raise NotMeasuredError(
            f"The {recipe.kind} that this model reads is not measured yet on all pictures of the "
            "cohort."
        )
