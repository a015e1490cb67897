"""What does the Failures page need to know about one model's errors?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.predictions import Predictions
from clnm_core.report.spreadsheet import safe
from clnm_core.stats.failure_split import Split, describing_splits
from clnm_core.stats.rates import rate
from clnm_core.stats.slice_levels import sliceable
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import failures, selection
from clnm_core.store.failures import MISSED, ErrorCounts
from clnm_core.store.notes import REASONS, Note
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui.cases_view import MOST_PREDICTORS

PAGE_SIZE = 12


@dataclass(frozen=True, eq=False, slots=True)
class Common:
    """How often one kind of error happens, and what its cases have in common.

    ``share`` is of the cases in which it could happen; ``splits`` has one entry per column,
    the clearest first, and is empty where there are too few errors or right calls.
    """

    share: Estimate
    splits: tuple[Split, ...]


def counted(warehouse: Warehouse, query: CohortQuery, model: str, threshold: float) -> ErrorCounts:
    """Right and wrong calls."""
    return failures.error_counts(warehouse, query, model, threshold)


def by_risk(warehouse: Warehouse, query: CohortQuery, model: str, threshold: float) -> pd.DataFrame:
    """Cases by risk, outcome and call."""
    return failures.calls_by_risk(warehouse, query, model, threshold)


def common(
    warehouse: Warehouse, query: CohortQuery, model: str, threshold: float, kind: str
) -> Common:
    """The share of one kind of error, and what describes it among the cases where it could happen."""
    columns = sliceable(warehouse.registry(query.cohort), query.outcome)
    cases = selection.evaluation(warehouse, query, model, [column.name for column in columns])
    judged = Predictions.of(cases["y_true"], cases["risk"], pd.factorize(cases["patient_id"])[0])
    could = judged.y_true if kind == MISSED else ~judged.y_true
    members = judged.where(could)
    called = members.risk >= threshold
    is_wrong = ~called if kind == MISSED else called
    patient = members.patient if judged.is_clustered else None
    return Common(
        rate(is_wrong, patient),
        tuple(describing_splits(cases[could], is_wrong, columns, patient=members.patient)),
    )


def listed(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    threshold: float,
    kind: str,
    page: int,
    columns: tuple[str, ...],
) -> pd.DataFrame:
    """One page of errors with the digest of the first image of each case, where it has one."""
    rows = failures.page_of_errors(
        warehouse,
        query,
        model,
        threshold,
        kind=kind,
        page=page,
        size=PAGE_SIZE,
        columns=columns,
    )
    images = selection.first_images(warehouse, query.cohort, rows["case_id"].tolist())
    return rows.merge(images[["case_id", "digest"]], on="case_id", how="left")


def main_columns(registry: Registry) -> list[Column]:
    """What is said of a case beside its risk: the centre and the first predictors."""
    design = [registry["centre"]] if "centre" in registry else []
    return [*design, *registry.predictors()[:MOST_PREDICTORS]]


def facts_text(row: Mapping[str, object], columns: list[Column]) -> str:
    """What is known of a case, in a line: "Age 45 years · Sex female"; unknown values left out.

    Examples
    --------
    >>> age = Column("age_years", "Age", Kind.NUMBER, unit="years")
    >>> facts_text({"age_years": 45.0, "flag": None}, [age, Column("flag", "Flag", Kind.FLAG)])
    'Age 45 years'

    """
    parts = []
    for column in columns:
        value = row[column.name]
        if value is None or value != value:
            continue
        if column.kind is Kind.NUMBER:
            unit = f" {column.unit}" if column.unit else ""
            parts.append(f"{column.label} {value:g}{unit}")
        else:
            parts.append(f"{column.label} {column.label_of(value)}")
    return " · ".join(parts)


def exported(rows: pd.DataFrame, kept: Mapping[str, Note]) -> pd.DataFrame:
    """Errors with the note on each, ready for a spreadsheet.

    Words that a spreadsheet would read as a formula get an apostrophe in front.

    Returns
    -------
    pandas.DataFrame
        The columns of ``rows``, then ``reason``, ``note``, ``noted_by``, ``noted_at``; empty
        words where there is no note.

    """
    found = [kept.get(case_id) for case_id in rows["case_id"]]
    noted = rows.assign(
        reason=["" if note is None else REASONS.get(note.reason, note.reason) for note in found],
        note=["" if note is None else note.text for note in found],
        noted_by=["" if note is None else note.who for note in found],
        noted_at=["" if note is None else note.at for note in found],
    )
    return safe(noted)
