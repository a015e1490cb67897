"""What does the Systems page need to know: what a cohort has, what was trained, what was tried?"""

from __future__ import annotations

from dataclasses import dataclass

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.domain.paired import PairedPredictions
from clnm_core.report.systems_words import Held
from clnm_core.stats.calibration import brier, slope
from clnm_core.stats.discrimination import auc_shown, average_precision, pr_curve
from clnm_core.stats.smooth_calibration import calibration_curve
from clnm_core.stats.thresholds import operating_point
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store import selection
from clnm_core.store.holdings import holdings
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, compare_facts
from clnm_core.ui.charts.thinning import thinned

Names = tuple[str, ...]

MEASURES = {
    "auc": "AUC",
    "average_precision": "Average precision",
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "brier": "Brier score",
    "calibration_slope": "Calibration slope",
}
"""The columns of the table of all that were tried."""


@dataclass(frozen=True, eq=False, slots=True)
class Curves:
    """The curves of one model that was tried, as the charts take them."""

    pr: pd.DataFrame
    calibration: pd.DataFrame


def held(warehouse: Warehouse, query: CohortQuery) -> Held:
    """What of the cohort the systems can read, for the outcome of the query."""
    registry = warehouse.registry(query.cohort)
    known = next(
        (c for c in warehouse.cohort(query.cohort).outcomes if c.name == query.outcome),
        OutcomeCount(query.outcome, 0, 0, 0),
    )
    has_report = "report_text" in registry and _has_report(warehouse, query)
    findings = sum(1 for column in registry if column.may_predict)
    return Held(known, findings, has_report, holdings(warehouse, query.cohort))


def _has_report(warehouse: Warehouse, query: CohortQuery) -> bool:
    return bool(selection.cases(warehouse, query, ["report_text"])["report_text"].notna().any())


def trained(cohort: str, outcome: str, system: str = "") -> tuple[ModelRecord, ...]:
    """The models of an outcome that were trained here, of one system or of all; no parts."""
    return tuple(
        record
        for record in cached.models(cohort)
        if record.outcome == outcome
        and "digest" in record.manifest
        and not record.manifest.get("part_of")
        and system in ("", record.system)
    )


def tried(record: ModelRecord) -> tuple[ModelRecord, ...]:
    """What was tried beside a model, or is a part of it, in the order of the system.

    What only an earlier version of the model had beside it is left out.
    """
    digest = record.manifest.get("digest")
    parts = {
        one.name: one
        for one in cached.models(record.cohort)
        if one.manifest.get("part_of") == record.name
        and one.manifest.get("part_of_digest", digest) == digest
    }
    order = [str(one.get("model")) for one in record.manifest.get("candidates", ())]
    return tuple(parts[name] for name in dict.fromkeys([*order, *parts]) if name in parts)


def label_of(record: ModelRecord) -> str:
    """What a reader sees for a model or for one that was tried."""
    manifest = record.manifest
    return str(manifest.get("label") or manifest.get("title") or record.name)


def numbers(warehouse: Warehouse, query: CohortQuery, names: Names) -> pd.DataFrame:
    """Every model on the same cases, one row each.

    Returns
    -------
    pandas.DataFrame
        ``model``, ``n``, ``events``, ``threshold``, then of each of :data:`MEASURES`
        ``NAME``, ``NAME_low``, ``NAME_high`` and ``NAME_method``. The threshold is the model's
        own, chosen when it was trained; without one it and its rates are missing.

    """
    paired = _together(warehouse, query, names)
    rows = []
    for name in names:
        predictions = paired.model(name)
        threshold = warehouse.model(query.cohort, name).manifest.get("threshold")
        found: dict[str, Estimate] = {
            "auc": auc_shown(predictions),
            "average_precision": average_precision(predictions),
            "brier": brier(predictions),
            "calibration_slope": slope(predictions),
        }
        if isinstance(threshold, int | float):
            found |= operating_point(predictions, float(threshold))
        row: dict[str, object] = {
            "model": name,
            "n": len(predictions),
            "events": predictions.events,
            "threshold": threshold,
        }
        for measure in MEASURES:
            row |= _flat(measure, found.get(measure))
        rows.append(row)
    return pd.DataFrame(rows)


def curves(warehouse: Warehouse, query: CohortQuery, names: Names) -> dict[str, Curves]:
    """Precision and calibration of every model on the same cases, at most 1,000 rows each."""
    paired = _together(warehouse, query, names)
    return {
        name: Curves(
            thinned(pr_curve(paired.model(name)), "recall", "precision"),
            calibration_curve(paired.model(name)),
        )
        for name in names
    }


def history(record: ModelRecord) -> pd.DataFrame:
    """The epochs of a training: ``network, number, loss, validation_auc, seconds``; may be empty."""
    columns = ["network", "number", "loss", "validation_auc", "seconds"]
    frame = pd.DataFrame(list(record.manifest.get("history", ())), columns=columns)
    return frame.astype({"number": int} | dict.fromkeys(columns[2:], float))


def _together(warehouse: Warehouse, query: CohortQuery, names: Names) -> PairedPredictions:
    if len(names) > 1:
        return cached.computed(compare_facts.together, query, names).paired
    rows = selection.evaluation(warehouse, query, names[0])
    return PairedPredictions.of(
        rows["y_true"], {names[0]: rows["risk"]}, pd.factorize(rows["patient_id"])[0]
    )


def _flat(measure: str, estimate: Estimate | None) -> dict[str, object]:
    if estimate is None:
        nan = float("nan")
        estimate = Estimate(nan, nan, nan, 0.95, "it has no threshold of its own")
    return {
        measure: estimate.value,
        f"{measure}_low": estimate.low,
        f"{measure}_high": estimate.high,
        f"{measure}_method": estimate.method,
    }
