"""What does a store know of one version of a model? Gathered once, as the facts of a card."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Registry, Role
from clnm_core.store.holdings import holdings
from clnm_core.store.model_versions import (
    ModelVersion,
    judged_cases,
    model_version,
    model_versions,
    parts_of,
)
from clnm_core.store.selection import cases
from clnm_core.store.tables import outcomes_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.synth.fresh import best_auc
from clnm_core.systems.card import TAUGHT, Card, Publication, Study, Tried
from clnm_core.systems.card_inputs import inputs_of
from clnm_core.systems.card_results import (
    GROUPS,
    belongs,
    groups_of,
    results_of,
    threshold_of,
)

TRUE_RISK = "true_risk"


def model_card(
    warehouse: Warehouse,
    cohort: str,
    name: str,
    version: str = "",
    *,
    bootstrap: int = 200,
    seed: int = 0,
) -> Card:
    """The card of one version; without ``version`` of the one that is shown, else the newest.

    Parameters
    ----------
    warehouse : Warehouse
    cohort, name, version : str
    bootstrap, seed : int
        For the intervals that need resampling.

    Raises
    ------
    UnknownCohortError, UnknownModelError
        If there is no such cohort, model or version.
    MissingOutcomeError
        If the cohort no longer records the outcome of the model.

    """
    one = model_version(warehouse, cohort, name, version)
    record, manifest = one.record, one.record.manifest
    registry = warehouse.registry(cohort)
    groups = [registry[column] for column in GROUPS if column in registry]
    named = [str(_name(given)) for given in manifest.get("inputs") or ()]
    wanted = {column.name for column in groups} | {name for name in named if name in registry}
    truth = _true_risk(warehouse, cohort, record.outcome, registry)
    judged = judged_cases(warehouse, one, sorted(wanted | {"centre"} & {*_names(registry)}))
    judged = judged.merge(truth, on="case_id", how="left")
    threshold = threshold_of(manifest)
    results = results_of(
        judged, threshold=threshold, best=_best(judged), bootstrap=bootstrap, seed=seed
    )
    card = Card(
        name=record.name,
        title=str(manifest.get("title") or record.name),
        system=record.system,
        manifest=manifest,
        outcome=record.outcome,
        outcome_label=registry[record.outcome].label,
        outcome_help=registry[record.outcome].help,
        publication=publication_of(one),
        history=tuple(
            publication_of(other) for other in model_versions(warehouse, cohort, record.name)
        ),
        part_of=one.part_of,
        study=_study(warehouse, cohort),
        inputs=inputs_of(manifest, registry, _taught(judged)),
        results=results,
        groups=(),
        group_labels={column.name: column.label for column in groups},
        tried=tuple(_tried(warehouse, part) for part in _in_order(warehouse, one)),
        is_true_risk_known=bool(truth[TRUE_RISK].notna().any()),
    )
    if card.judged is None:
        return card
    there = judged[judged["split"] == card.judged.split]
    return replace(card, groups=groups_of(there, _dividing(there, groups), threshold=threshold))


def _true_risk(warehouse: Warehouse, cohort: str, outcome: str, registry: Registry) -> pd.DataFrame:
    """``case_id`` and the risk from which this outcome was drawn; empty where it was not.

    A cohort says for which patients a risk is true, not of which outcome: it is the one whose
    number of events it expects best, if it can be that of any.
    """
    is_there = TRUE_RISK in registry and registry[TRUE_RISK].role is Role.TRUTH
    if not (warehouse.cohort(cohort).is_synthetic and is_there):
        return pd.DataFrame({"case_id": pd.Series(dtype="str"), TRUE_RISK: pd.Series(dtype=float)})
    names = [column.name for column in outcomes_of(registry)]
    frame = cases(warehouse, CohortQuery(cohort, ""), [TRUE_RISK, *names])
    off = {
        name: abs(
            frame[name].astype(float).mean() - frame.loc[frame[name].notna(), TRUE_RISK].mean()
        )
        for name in names
        if belongs(frame[name], frame[TRUE_RISK])
    }
    if not off or min(off, key=lambda name: off[name]) != outcome:
        frame = frame.iloc[:0]
    return frame[["case_id", TRUE_RISK]]


def _best(judged: pd.DataFrame) -> Mapping[str, float]:
    """The best possible AUC by split, of the cases on which the model is judged."""
    known = judged[judged["y_true"].notna() & judged[TRUE_RISK].notna()]
    return {
        str(split): best_auc(part[TRUE_RISK].to_numpy(dtype=float))
        for split, part in known.groupby("split")
        if split != "train"
    }


def _taught(judged: pd.DataFrame) -> pd.DataFrame:
    """The cases that a model may have learned from."""
    return judged[judged["split"].isin(TAUGHT) & judged["y_true"].notna()]


def _dividing(there: pd.DataFrame, columns: list[Column]) -> list[Column]:
    """The columns that tell some of the cases apart."""
    return [column for column in columns if there[column.name].nunique(dropna=False) > 1]


def publication_of(one: ModelVersion) -> Publication:
    """One version as a card says it."""
    retired = one.retired
    return Publication(
        one.version,
        one.number,
        one.record.created,
        one.published_by,
        one.is_shown,
        *((retired.at, retired.by, retired.why, retired.is_whole) if retired else ()),
    )


def _study(warehouse: Warehouse, cohort: str) -> Study:
    record, registry = warehouse.cohort(cohort), warehouse.registry(cohort)
    held = holdings(warehouse, cohort)
    there = [name for name in ("centre", "split") if name in registry]
    rows = cases(warehouse, CohortQuery(cohort, ""), there)
    left_out = warehouse.exclusions(cohort)
    straddling = 0
    if "split" in rows:
        straddling = int((rows.groupby("patient_id")["split"].nunique() > 1).sum())
    return Study(
        name=record.name,
        title=record.title,
        is_synthetic=record.is_synthetic,
        cases=record.cases,
        patients=record.patients,
        centres=tuple(sorted(map(str, rows["centre"].dropna().unique())))
        if "centre" in rows
        else (),
        exclusions=tuple(
            (str(row["reason"]), int(row["patients"]), int(row["cases"]))
            for row in left_out.to_dict("records")
        ),
        straddling=straddling,
        readers=held.readers,
        reads=held.reads,
        aided=held.aided,
        store_version=warehouse.version,
    )


def _in_order(warehouse: Warehouse, one: ModelVersion) -> list[ModelVersion]:
    """What was tried in a training, as the manifest of its model lists it."""
    listed = one.record.manifest.get("candidates")
    names = [
        str(said.get("model"))
        for said in (listed if isinstance(listed, list) else ())
        if isinstance(said, Mapping)
    ]
    parts = parts_of(warehouse, one)
    return sorted(
        parts,
        key=lambda part: names.index(part.record.name) if part.record.name in names else len(names),
    )


def _tried(warehouse: Warehouse, part: ModelVersion) -> Tried:
    manifest = part.record.manifest
    results = results_of(judged_cases(warehouse, part), threshold=None, best={}, bootstrap=0)
    facts = manifest.get("facts")
    return Tried(
        part.record.name,
        str(manifest.get("label") or manifest.get("title") or part.record.name),
        {one.split: one.metrics["auc"] for one in results},
        facts if isinstance(facts, Mapping) else {},
    )


def _name(given: object) -> object:
    return given.get("name", "") if isinstance(given, Mapping) else given


def _names(registry: Registry) -> list[str]:
    return [column.name for column in registry]
