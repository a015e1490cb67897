"""What does the store know about a study that a checklist asks for? Gathered once, as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.calibration import o_e_ratio
from clnm_core.stats.discrimination import auc
from clnm_core.stats.groups import group_masks
from clnm_core.stats.recalibration import intercept, slope
from clnm_core.stats.subgroups import FEWEST
from clnm_core.stats.thresholds import Confusion, confusion
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.holdings import Holdings, holdings
from clnm_core.store.records import CohortRecord, ModelRecord
from clnm_core.store.selection import cases
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

HONEST = ("external", "test", "validation", "cross-validated")
"""Splits in which a model was not fitted, the most telling first."""

GROUPS = ("centre", "sex", "age_years")
"""Columns by which performance is looked at, where the cohort has them."""


@dataclass(frozen=True, slots=True)
class Part:
    """One split of the study: cases, patients, those with a known outcome, and events."""

    cases: int
    patients: int
    known: int
    events: int


@dataclass(frozen=True, slots=True)
class JudgedPart:
    """How a model did in one split of its predictions; ``groups`` by column and level.

    ``calls`` is None where no threshold is known.
    """

    n: int
    events: int
    centres: int
    metrics: Mapping[str, Estimate]
    calls: Confusion | None
    groups: Mapping[str, Mapping[str, Estimate]]
    is_clustered: bool


@dataclass(frozen=True, eq=False, slots=True)
class Study:
    """A cohort, an outcome and, where one is chosen, a model with what it gave.

    ``missing`` is the share of cases that lack each predictor; ``numbers`` summarises columns
    as mean, standard deviation and cases without a value; ``straddling`` counts patients
    whose cases are in several splits; ``set_aside`` values that the import could not use.
    """

    cohort: CohortRecord
    registry: Registry
    count: OutcomeCount
    parts: Mapping[str, Part]
    centres: Mapping[str, int]
    straddling: int
    missing: Mapping[str, float]
    numbers: Mapping[str, tuple[float, float, int]]
    shares: Mapping[str, Mapping[str, int]]
    exclusions: pd.DataFrame
    set_aside: int
    held: Holdings
    version: int
    model: ModelRecord | None
    rivals: tuple[ModelRecord, ...]
    judged: Mapping[str, JudgedPart]


def study(warehouse: Warehouse, query: CohortQuery, model: str = "") -> Study:
    """Gather what the store knows; filters and split of the query are not used.

    Parameters
    ----------
    warehouse : Warehouse
    query : CohortQuery
        The cohort, and the outcome where no model is named.
    model : str
        A model of the cohort; empty for none. Its outcome is the study's.

    Raises
    ------
    UnknownModelError
        If the cohort has no such model.

    """
    record = warehouse.model(query.cohort, model) if model else None
    outcome = record.outcome if record else query.outcome
    whole = replace(query.everyone(), outcome=outcome)
    registry = warehouse.registry(query.cohort)
    cohort = warehouse.cohort(query.cohort)
    predictors = [column.name for column in registry.predictors()]
    wanted = [*predictors, *(name for name in ("split", "centre") if name in registry)]
    if outcome:
        wanted.append(outcome)
    rows = cases(warehouse, whole, wanted)
    count = next(
        (found for found in cohort.outcomes if found.name == outcome),
        OutcomeCount(outcome, 0, 0, 0),
    )
    return Study(
        cohort=cohort,
        registry=registry,
        count=count,
        parts=_parts(rows, outcome),
        centres=_counts(rows, "centre"),
        straddling=_straddling(rows),
        missing={name: float(rows[name].isna().mean()) for name in predictors if len(rows)},
        numbers={
            name: (float(rows[name].mean()), float(rows[name].std()), int(rows[name].isna().sum()))
            for name in ("age_years", "max_diameter_mm")
            if name in rows and rows[name].notna().any()
        },
        shares={name: _counts(rows, name) for name in ("sex",) if name in rows},
        exclusions=warehouse.exclusions(query.cohort),
        set_aside=len(warehouse.issues(query.cohort)),
        held=holdings(warehouse, query.cohort),
        version=warehouse.version,
        model=record,
        rivals=tuple(
            other
            for other in warehouse.models(query.cohort)
            if record and other.outcome == outcome and other.name != record.name
        ),
        judged=_judged(warehouse, rows, record) if record else {},
    )


def threshold_of(model: ModelRecord) -> float | None:
    """The threshold in the model's manifest, where it has one."""
    value = model.manifest.get("threshold")
    return float(value) if isinstance(value, int | float) else None


def _parts(rows: pd.DataFrame, outcome: str) -> dict[str, Part]:
    if "split" not in rows:
        return {}
    return {
        str(name): Part(
            len(part),
            int(part["patient_id"].nunique()),
            int(part[outcome].notna().sum()) if outcome else 0,
            int(part[outcome].eq(True).sum()) if outcome else 0,
        )
        for name, part in rows.groupby(rows["split"].fillna("unknown"), sort=False)
    }


def _counts(rows: pd.DataFrame, column: str) -> dict[str, int]:
    if column not in rows:
        return {}
    return {str(name): int(n) for name, n in rows[column].value_counts().items()}


def _straddling(rows: pd.DataFrame) -> int:
    if "split" not in rows:
        return 0
    return int((rows.groupby("patient_id")["split"].nunique() > 1).sum())


def _judged(warehouse: Warehouse, rows: pd.DataFrame, model: ModelRecord) -> dict[str, JudgedPart]:
    found = warehouse.rows(
        f"SELECT case_id, coalesce(split, 'unknown') AS judged_on, risk "  # noqa: S608
        f"FROM {schema_of(model.cohort)}.predictions WHERE model = ?",
        [model.name],
    )
    both = rows.merge(found, on="case_id")
    both = both[both[model.outcome].notna()]
    columns = [name for name in GROUPS if name in both]
    return {
        str(name): _judge(part, model, columns)
        for name, part in sorted(both.groupby("judged_on"), key=lambda item: _order(str(item[0])))
    }


def _order(split: str) -> tuple[int, str]:
    return (HONEST.index(split) if split in HONEST else len(HONEST), split)


def _judge(part: pd.DataFrame, model: ModelRecord, columns: list[str]) -> JudgedPart:
    judged = Predictions.of(part[model.outcome].astype(bool), part["risk"], part["patient_id"])
    threshold = threshold_of(model)
    groups = {}
    for name in columns:
        masks = group_masks(part[name], name)
        scored = {level: mask for level, mask in masks.items() if np.count_nonzero(mask) >= FEWEST}
        if len(scored) > 1:
            groups[name] = {level: auc(judged.where(mask)) for level, mask in scored.items()}
    return JudgedPart(
        n=len(judged),
        events=judged.events,
        centres=int(part["centre"].nunique()) if "centre" in part else 0,
        metrics={
            "auc": auc(judged),
            "calibration_intercept": intercept(judged),
            "calibration_slope": slope(judged),
            "o_e_ratio": o_e_ratio(judged),
        },
        calls=None if threshold is None else confusion(judged, threshold),
        groups=groups,
        is_clustered=judged.is_clustered,
    )
