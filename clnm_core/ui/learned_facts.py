"""What does the Location page need to know beyond the observed shares?"""

from __future__ import annotations

from dataclasses import dataclass, replace

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Kind, Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.errors import EmptyCohortError, MissingOutcomeError
from clnm_core.stats.adjusted_location import adjusted_curve
from clnm_core.stats.gland import gland_grid
from clnm_core.stats.learned_location import Learned, learned_cells, learned_distance
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse

DISTANCE = "capsule_distance_mm"
USUAL = ("age_years", "sex", "max_diameter_mm", "multifocal")
"""Adjusters to begin with: what is known before surgery and not a sign of the spread itself."""


@dataclass(frozen=True, eq=False, slots=True)
class LearnedPlace:
    """A model beside what happened, by distance and by part of the gland.

    ``distance`` is None, and ``cells`` and ``observed`` are empty, where the cohort does not
    record the place or the model has judged none of the cases; ``why`` then says it.
    ``observed`` is as :func:`~clnm_core.stats.gland.gland_grid` of the judged cases.
    """

    n: int
    distance: Learned | None
    cells: pd.DataFrame
    observed: pd.DataFrame
    why: str = ""


def adjusters(registry: Registry) -> dict[str, str]:
    """Label of every column that a distance curve may be adjusted for: known before surgery."""
    columns = [
        column
        for column in registry
        if (column.may_predict or column.name == "centre")
        and column.kind is not Kind.TEXT
        and column.name != DISTANCE
    ]
    return {column.name: column.label for column in columns}


def adjusted(
    warehouse: Warehouse, query: CohortQuery, outcome: str, columns: tuple[str, ...]
) -> pd.DataFrame:
    """The adjusted curve of one outcome; an empty frame without the distance or adjusters."""
    if DISTANCE not in warehouse.registry(query.cohort) or not columns:
        return pd.DataFrame()
    judged = replace(query, outcome=outcome)
    rows = selection.cases(warehouse, judged, list(dict.fromkeys([outcome, DISTANCE, *columns])))
    return adjusted_curve(
        rows[DISTANCE], rows[outcome], rows[list(columns)], patient=rows["patient_id"]
    )


def learned(warehouse: Warehouse, query: CohortQuery, model: str) -> LearnedPlace:
    """A model beside what happened, on the cases of the query (its outcome and split included)."""
    registry = warehouse.registry(query.cohort)
    columns = [name for name in (DISTANCE, "lobe", "third") if name in registry]
    nothing = pd.DataFrame()
    try:
        rows = selection.evaluation(warehouse, query, model, columns)
    except (EmptyCohortError, MissingOutcomeError) as error:
        return LearnedPlace(0, None, nothing, nothing, str(error))
    cases = Predictions.of(rows["y_true"], rows["risk"], rows["patient_id"])
    distance = learned_distance(cases, rows[DISTANCE]) if DISTANCE in rows else None
    if "lobe" not in rows or "third" not in rows:
        return LearnedPlace(len(cases), distance, nothing, nothing)
    return LearnedPlace(
        len(cases),
        distance,
        learned_cells(cases, rows["lobe"], rows["third"]),
        gland_grid(rows["lobe"], rows["third"], rows["y_true"], patient=rows["patient_id"]),
    )
