"""How does the repeatability of a table of features come into the store?

Only training patients are looked at, one image of each, so that what the result decides has seen
no test patient. It is kept in the record of the table: a table that is measured anew, perhaps with
other settings, has to be judged anew.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.progress import Progress
from clnm_core.errors import FeatureError
from clnm_core.features.choice import extractor_of
from clnm_core.features.devices import device_of
from clnm_core.features.items import Extractor, Features, Item
from clnm_core.features.repeatability import icc_over_perturbations
from clnm_core.jobs.kinds import JobCancelled
from clnm_core.jobs.publishing import put_in_store
from clnm_core.store.feature_inputs import FeatureInput, feature_inputs, item_of
from clnm_core.store.feature_sets import FeatureSet, feature_set
from clnm_core.store.selection import cases
from clnm_core.store.warehouse import Warehouse

PATIENTS = 60
"""Patients whose outlines are redrawn: the interval of an ICC of 0.8 is then about 0.1 wide each way."""

TRAINING = "train"


def run_job(
    root: Path,
    parameters: dict[str, Any],
    *,
    actor: str,
    progress: Progress,
    is_cancelled: Callable[[], bool],
) -> dict[str, Any]:
    """Run a job of kind ``repeatability``: ``cohort`` and ``of``, the name of a table.

    Raises
    ------
    FeatureError
        If there is no such table, it cannot be measured again the same way, or fewer than two
        training patients have an outlined image.
    JobCancelled
        If it was asked to stop.

    """
    cohort, name = str(parameters.get("cohort", "")), str(parameters.get("of", ""))
    with Warehouse.open(root) as warehouse:
        judged = feature_set(warehouse, cohort, name)
        chosen = training_images(warehouse, cohort, most=PATIENTS)
    extractor = _same_extractor(judged)
    if len(chosen) < 2:
        raise FeatureError(
            "Fewer than two training patients have an image with an outline of the lesion, so "
            "repeatability cannot be judged. Outline more images first."
        )
    items = [item_of(root, one.source) for one in chosen]
    watched = _Watched(extractor, len(items), progress, is_cancelled)
    found = icc_over_perturbations(watched, items, device=device_of("auto"))
    record = {"patients": len(items), "rows": _plain_rows(found)}
    put_in_store(
        root,
        dataclasses.replace(judged, detail={**judged.detail, "repeatability": record}),
        actor=actor,
        is_cancelled=is_cancelled,
    )
    progress(1.0, f"{len(found):,} features judged on {len(items):,} patients")
    return {"cohort": cohort, "of": name, "patients": len(items), "features": len(found)}


def training_images(warehouse: Warehouse, cohort: str, *, most: int) -> list[FeatureInput]:
    """One outlined image of each training patient, of patients evenly spread over the cohort.

    All patients count as training patients where the cohort has no such split.
    """
    has_split = "split" in warehouse.registry(cohort)
    table = cases(warehouse, CohortQuery(cohort, ""), ["split"] if has_split else [])
    if has_split and (table["split"] == TRAINING).any():
        table = table[table["split"] == TRAINING]
    owner = dict(zip(table["case_id"], table["patient_id"], strict=True))
    first: dict[str, FeatureInput] = {}
    for one in feature_inputs(warehouse, cohort).inputs:
        if one.case_id in owner and one.source.lesion:
            first.setdefault(str(owner[one.case_id]), one)
    patients = sorted(first)
    places = np.unique(np.linspace(0, len(patients) - 1, min(most, len(patients))).round())
    return [first[patients[int(place)]] for place in places]


def _same_extractor(judged: FeatureSet) -> Extractor:
    """What measured a table, made again; refused where it would measure something else."""
    backbone = judged.settings.get("backbone") if judged.kind == "deep" else None
    extractor = extractor_of(judged.kind, backbone=backbone)
    if dict(extractor.settings) != judged.settings:
        raise FeatureError(
            f"The features {judged.name} were measured with settings or weights of their own, which "
            "are not at hand here. Extract them with the usual settings to judge them."
        )
    return extractor


def _plain_rows(found: pd.DataFrame) -> list[list[Any]]:
    """``name, icc, low, high`` per feature, None where it could not be judged."""
    columns = found[["icc", "low", "high"]].to_numpy(dtype=float)
    return [
        [name, *(None if np.isnan(value) else round(float(value), 6) for value in row)]
        for name, row in zip(found["name"], columns, strict=True)
    ]


class _Watched:
    """An extractor that says after each item how far all of it is, and stops when asked to."""

    def __init__(
        self, inner: Extractor, items: int, progress: Progress, is_cancelled: Callable[[], bool]
    ) -> None:
        self._inner, self._items, self._done = inner, items, 0
        self._progress, self._is_cancelled = progress, is_cancelled

    @property
    def kind(self) -> str:
        return self._inner.kind

    @property
    def settings(self) -> Mapping[str, Any]:
        return self._inner.settings

    @property
    def names(self) -> tuple[str, ...]:
        return self._inner.names

    def extract(self, items: Sequence[Item], *, device: str = "cpu") -> Features:
        if self._is_cancelled():
            raise JobCancelled("Stopped as asked. Nothing was changed.")
        found = self._inner.extract(items, device=device)
        self._done += 1
        self._progress(
            0.98 * self._done / self._items,
            f"Redrawn and measured: {self._done:,} of {self._items:,} patients",
        )
        return found
