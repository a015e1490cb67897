"""Which cases of the store does a system get, with their pictures and features?"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.progress import Progress
from clnm_core.features.choice import Recipe, made
from clnm_core.features.items import Item
from clnm_core.jobs.extraction import default_name, extract
from clnm_core.store.feature_inputs import Source, feature_inputs, item_of
from clnm_core.store.feature_sets import feature_sets, feature_table, measured_alike
from clnm_core.store.selection import cases
from clnm_core.store.tables import schema_of
from clnm_core.store.trained import chosen_outcome
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import Cases, View


def cases_of(
    root: Path,
    cohort: str,
    outcome: str | None = None,
    *,
    device: str = "auto",
    actor: str = "local",
    progress: Progress = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> Cases:
    """All cases of a cohort, with everything that is recorded; pictures are read when asked for.

    Their features are a table of the store: one that was measured in the same way is taken,
    another is extracted and published first.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    cohort : str
    outcome : str, optional
        Only to refuse early what the cohort does not record; all outcomes come along.
    device : str
        On which features are extracted: ``auto``, ``cpu`` or ``cuda``.
    actor : str
        Who asks, for the audit trail.
    progress, is_cancelled : callable
        Of an extraction.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.
    MissingOutcomeError
        If it has no such outcome.
    StoreError
        If the store cannot be read.

    """
    with Warehouse.open(root) as warehouse:
        record = warehouse.cohort(cohort)
        if outcome is not None:
            chosen_outcome(record, outcome)
        registry = warehouse.registry(cohort)
        frame = cases(warehouse, CohortQuery(cohort, ""), list(registry.names))
        views = _views(warehouse, cohort)
    measure = _Measured(root, cohort, device, actor, progress, is_cancelled)
    return Cases(frame, registry, views, measure)


def digest_of(cases: Cases) -> str:
    """Digest of all that is recorded of some cases, and of the content of their pictures."""
    said = hashlib.sha256(cases.frame.to_csv(index=False).encode())
    for name in cases.frame["case_id"]:
        for view in cases.views_of(name):
            key = view.read.source.key if isinstance(view.read, _Kept) else view.image_id
            said.update(f"{name}\n{view.view}\n{key}\n".encode())
    return said.hexdigest()


@dataclass(frozen=True, slots=True)
class _Kept:
    """Reads one picture of the store."""

    root: Path
    source: Source

    def __call__(self) -> Item:
        return item_of(self.root, self.source)


@dataclass(eq=False, slots=True)
class _Measured:
    """Features of pictures of the cohort, each table read once."""

    root: Path
    cohort: str
    device: str
    actor: str
    progress: Progress
    is_cancelled: Callable[[], bool]
    tables: dict[Recipe, pd.DataFrame] = field(default_factory=dict)

    def __call__(self, recipe: Recipe, cases: Cases) -> pd.DataFrame:
        if recipe not in self.tables:
            self.tables[recipe] = self._table(recipe)
        table = self.tables[recipe]
        return table[table["image_id"].isin(cases.image_ids)].reset_index(drop=True)

    def _table(self, recipe: Recipe) -> pd.DataFrame:
        done = extract(
            self.root,
            self.cohort,
            recipe,
            device=self.device,
            name=self._name(recipe),
            actor=self.actor,
            progress=self.progress,
            is_cancelled=self.is_cancelled,
        )
        return feature_table(self.root, done.feature_set)

    def _name(self, recipe: Recipe) -> str:
        """Of the table of the same settings; a table of others keeps its name."""
        extractor = made(recipe)
        with Warehouse.open(self.root) as warehouse:
            sets = feature_sets(warehouse, self.cohort)
        for one in measured_alike(sets, extractor.kind, extractor.settings):
            return one.name
        usual = default_name(recipe, extractor)
        if usual not in {one.name for one in sets}:
            return usual
        return f"{usual[:70]}-{hashlib.sha256(recipe.arguments.encode()).hexdigest()[:8]}"


def _views(warehouse: Warehouse, cohort: str) -> dict[str, tuple[View, ...]]:
    """The pictures of each case that can be read, by the name of the image."""
    modality = warehouse.rows(
        f"SELECT image_id, modality FROM {schema_of(cohort)}.images"  # noqa: S608
    )
    kind = dict(zip(modality["image_id"], modality["modality"], strict=True))
    found: dict[str, list[View]] = {}
    for one in feature_inputs(warehouse, cohort).inputs:
        word = kind.get(one.image_id)
        found.setdefault(one.case_id, []).append(
            View(
                image_id=one.image_id,
                view=one.view,
                modality=word if isinstance(word, str) else "",
                has_lesion=bool(one.source.lesion),
                has_gland=bool(one.source.gland),
                read=_Kept(warehouse.root, one.source),
            )
        )
    return {name: tuple(views) for name, views in found.items()}
