"""Which models does a cohort have, how good is each, and is it in use?"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import pandas as pd

from clnm_core.report.model_card_facts import publication_of
from clnm_core.report.model_card_words import state_words
from clnm_core.report.wording import count_text, estimate_text, short_method
from clnm_core.stats.discrimination import auc
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.model_versions import ModelVersion, judged_cases, model_versions
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.card import HONEST, Publication
from clnm_core.systems.card_results import predictions_of


@dataclass(frozen=True, slots=True)
class ListedModel:
    """One model of a cohort: what was tried in its training stands under it.

    Parameters
    ----------
    name, title, system, outcome, outcome_label, version : str
        The version that is in use, or the newest where the model is retired.
    is_retired : bool
        Whether every version is.
    split : str
        The most telling split that taught it nothing; empty where there is none.
    n : int
        Cases of that split with a known outcome.
    auc : Estimate or None
        There.
    history : tuple of Publication
        The newest first.
    parts, part_titles : tuple of str
        What was tried in the training of that version.

    """

    name: str
    title: str
    system: str
    outcome: str
    outcome_label: str
    version: str
    is_retired: bool
    split: str
    n: int
    auc: Estimate | None
    history: tuple[Publication, ...]
    parts: tuple[str, ...]
    part_titles: tuple[str, ...]

    @property
    def state(self) -> str:
        """In use or retired, and how many versions there are."""
        versions = count_text(len(self.history), "version")
        return f"{'retired' if self.is_retired else 'in use'}, {versions}"

    @property
    def judged(self) -> str:
        """The AUC in words: "0.82 (0.77–0.87, DeLong) on 257 external cases"; may be empty."""
        if self.auc is None:
            return ""
        said = estimate_text(self.auc, method=short_method(self.auc.method))
        return f"{said} on {self.n:,} {self.split} cases"

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        found = asdict(self)
        found["auc"] = None if self.auc is None else self.auc.to_dict()
        return found | {"state": self.state}


def listed_models(warehouse: Warehouse, cohort: str) -> list[ListedModel]:
    """All models of a cohort by name, those in use first; parts stand under their model.

    A part whose model is gone is listed as a model of its own.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.

    """
    versions: dict[str, list[ModelVersion]] = {}
    for one in model_versions(warehouse, cohort):
        versions.setdefault(one.record.name, []).append(one)
    whole = {name: known for name, known in versions.items() if known[0].part_of not in versions}
    found = []
    for known in whole.values():
        chosen = next((one for one in known if one.is_shown), known[0])
        tried = [
            one
            for name, parts in versions.items()
            if name not in whole
            for one in parts
            if one.part_of == chosen.record.name and one.published_after == chosen.published_after
        ]
        found.append(_listed(warehouse, chosen, known, tried))
    return sorted(found, key=lambda one: (one.is_retired, one.name))


def list_answer(models: list[ListedModel], cohort_title: str) -> str:
    """How many models there are and how many of them are retired, in one sentence.

    Examples
    --------
    >>> list_answer([], "Neck study")
    'Neck study has no model yet.'

    """
    if not models:
        return f"{cohort_title} has no model yet."
    retired = sum(one.is_retired for one in models)
    versions = sum(len(one.history) for one in models)
    said = f"{cohort_title} has {count_text(len(models), 'model')}"
    if versions > len(models):
        said += f" in {versions:,} versions"
    if retired:
        said += f"; {retired:,} of the models {'is' if retired == 1 else 'are'} retired"
    return f"{said}."


def state_of(one: ListedModel) -> str:
    """The state of the version that is listed, with the reason where it is retired."""
    return next(state_words(old) for old in one.history if old.version == one.version)


def _listed(
    warehouse: Warehouse, chosen: ModelVersion, known: list[ModelVersion], tried: list[ModelVersion]
) -> ListedModel:
    record, manifest = chosen.record, chosen.record.manifest
    registry = warehouse.registry(record.cohort)
    is_recorded = record.outcome in registry
    split, cases = "", pd.DataFrame()
    if is_recorded:
        split, cases = _telling(judged_cases(warehouse, chosen))
    return ListedModel(
        name=record.name,
        title=str(manifest.get("title") or record.name),
        system=record.system,
        outcome=record.outcome,
        outcome_label=registry[record.outcome].label if is_recorded else record.outcome,
        version=chosen.version,
        is_retired=all(one.retired for one in known),
        split=split,
        n=len(cases),
        auc=auc(predictions_of(cases)) if split else None,
        history=tuple(publication_of(one) for one in known),
        parts=tuple(one.record.name for one in tried),
        part_titles=tuple(
            str(one.record.manifest.get("title") or one.record.name) for one in tried
        ),
    )


def _telling(cases: pd.DataFrame) -> tuple[str, pd.DataFrame]:
    """The most telling split with a known outcome, and its cases."""
    known = cases[cases["y_true"].notna()]
    there = set(known["split"])
    split = next((name for name in HONEST if name in there), "")
    return split, known[known["split"] == split]
