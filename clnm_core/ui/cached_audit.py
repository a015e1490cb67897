"""What of the audit pages has been computed already? Every key is a query and small values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import DEFAULT_THRESHOLD
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached
from clnm_core.ui.compared import Compared, at_threshold, compare
from clnm_core.ui.judged import Called, Judged, call, judge
from clnm_core.ui.located import Located, locate


def performance(query: CohortQuery, model: str) -> Judged:
    """What holds at every threshold, for the split of the query."""
    return cached.computed(_judged, query, model)


def calls(query: CohortQuery, model: str, threshold: float) -> Called:
    """What holds at one threshold."""
    return cached.computed(_called, query, model, threshold)


def subgroups(query: CohortQuery, model: str, threshold: float, columns: Sequence[str]) -> Compared:
    """Every group of the columns, and the gaps between them."""
    return cached.computed(_compared_at, query, model, threshold, tuple(columns))


def location(query: CohortQuery, outcome: str) -> Located:
    """Where in the gland one outcome occurs among the cases of the query."""
    return cached.computed(_located, replace(query, outcome=outcome))


def _predictions(warehouse: Warehouse, query: CohortQuery, model: str) -> Predictions:
    rows = selection.evaluation(warehouse, query, model)
    return Predictions.of(rows["y_true"], rows["risk"], rows["patient_id"])


def _judged(warehouse: Warehouse, query: CohortQuery, model: str) -> Judged:
    return judge(cached.computed(_predictions, query, model))


def _called(warehouse: Warehouse, query: CohortQuery, model: str, threshold: float) -> Called:
    return call(cached.computed(_predictions, query, model), threshold)


def _grouped(
    warehouse: Warehouse, query: CohortQuery, model: str, columns: tuple[str, ...]
) -> tuple[Predictions, pd.DataFrame]:
    rows = selection.evaluation(warehouse, query, model, columns)
    judged = Predictions.of(rows["y_true"], rows["risk"], rows["patient_id"])
    return judged, rows[list(columns)]


def _compared(
    warehouse: Warehouse, query: CohortQuery, model: str, columns: tuple[str, ...]
) -> Compared:
    judged, groups = cached.computed(_grouped, query, model, columns)
    registry = warehouse.registry(query.cohort)
    return compare(judged, groups, DEFAULT_THRESHOLD, [registry[name] for name in columns])


def _compared_at(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    threshold: float,
    columns: tuple[str, ...],
) -> Compared:
    judged, groups = cached.computed(_grouped, query, model, columns)
    registry = warehouse.registry(query.cohort)
    return at_threshold(
        cached.computed(_compared, query, model, columns),
        judged,
        groups,
        threshold,
        [registry[name] for name in columns],
    )


def _located(warehouse: Warehouse, query: CohortQuery) -> Located:
    registry = warehouse.registry(query.cohort)
    wanted = ("capsule_distance_mm", "lobe", "third")
    columns = [name for name in wanted if name in registry]
    return locate(selection.cases(warehouse, query, [query.outcome, *columns]), query.outcome)
