"""What of the Subgroups page has been computed already? Rows are read once per choice of groups."""

from __future__ import annotations

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.predictions import Predictions
from clnm_core.stats.audit import DEFAULT_THRESHOLD
from clnm_core.stats.gaps import margins_of
from clnm_core.store import selection
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached
from clnm_core.ui.compared import (
    Compared,
    at_margins,
    compare_parted,
    parted_at_threshold,
)
from clnm_core.ui.parted import Parted, parted
from clnm_core.ui.subgroups_choice import Choice


def subgroups(query: CohortQuery, model: str, threshold: float, choice: Choice) -> Compared:
    """Every group that the choice makes, and the gaps between them."""
    found = cached.computed(
        _at_threshold, query, model, choice.columns, choice.is_crossed, choice.fewest, threshold
    )
    return at_margins(found, margins_of(choice.margin))


def _cases(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    columns: tuple[str, ...],
    is_crossed: bool,
) -> tuple[Predictions, Parted]:
    rows = selection.evaluation(warehouse, query, model, columns)
    registry = warehouse.registry(query.cohort)
    declared = [registry[name] for name in columns]
    return (
        Predictions.of(rows["y_true"], rows["risk"], rows["patient_id"]),
        parted(rows[list(columns)], declared, is_crossed=is_crossed),
    )


def _compared(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    columns: tuple[str, ...],
    is_crossed: bool,
    fewest: int,
) -> Compared:
    predictions, parts = cached.computed(_cases, query, model, columns, is_crossed)
    return compare_parted(
        predictions, parts, DEFAULT_THRESHOLD, is_crossed=is_crossed, fewest=fewest
    )


def _at_threshold(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    columns: tuple[str, ...],
    is_crossed: bool,
    fewest: int,
    threshold: float,
) -> Compared:
    found = cached.computed(_compared, query, model, columns, is_crossed, fewest)
    predictions, parts = cached.computed(_cases, query, model, columns, is_crossed)
    return parted_at_threshold(found, predictions, parts, threshold)
