"""What does the Checks page need to know about a cohort?"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.errors import EmptyCohortError, MissingOutcomeError, PredictorError
from clnm_core.report.checks_words import ALL_CODES, in_order
from clnm_core.stats.centres import CentreResult, centre_results
from clnm_core.stats.checks.result import Check
from clnm_core.stats.discrimination import auc
from clnm_core.stats.shift import TwoSample, shift_table, two_sample
from clnm_core.stats.uncertainty import Estimate, not_estimable
from clnm_core.store.check_facts import TRAINING, JudgedModel, recorded
from clnm_core.store.selection import cases, evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.left_out import CentresLeftOut, leave_centres_out

SEED = 0

STATES = {"found": "", "clear": "nothing found", "not checked": "could not look"}

MOST_ROWS = 30
"""Columns of the love plot."""


@dataclass(frozen=True, eq=False, slots=True)
class Shift:
    """One part of the cases against all others, column by column and all at once."""

    table: pd.DataFrame
    classifier: TwoSample


@dataclass(frozen=True, eq=False, slots=True)
class ByCentre:
    """A model at each centre; ``overall`` is its AUC on all the cases that are judged."""

    centres: tuple[CentreResult, ...]
    overall: Estimate
    n: int
    is_on_new_cases: bool


def parts(warehouse: Warehouse, query: CohortQuery) -> dict[str, str]:
    """The parts that can be held against all other cases, and what each is called.

    Splits come first, training before the others, then centres; a column with one value
    offers none. Keys are ``split=train``, ``centre=A``.
    """
    registry = warehouse.registry(query.cohort)
    found: dict[str, str] = {}
    for name in ("split", "centre"):
        if name in registry:
            words = cases(warehouse, query, [name])[name].dropna().unique()
            if len(words) > 1:
                ordered = sorted(words, key=lambda word: (word.lower() not in TRAINING, word))
                label = registry[name].label.lower()
                found |= {
                    f"{name}={word}": f"{label} {registry[name].label_of(word)}" for word in ordered
                }
    return found


def shift(warehouse: Warehouse, query: CohortQuery, part: str) -> Shift:
    """Compare one part with all other cases of the query; ``part`` is a key of :func:`parts`."""
    name, word = part.split("=", 1)
    registry = warehouse.registry(query.cohort)
    columns = recorded(registry)
    frame = cases(warehouse, query, [name, *(c.name for c in columns if c.name != name)])
    frame = frame[frame[name].notna()].reset_index(drop=True)
    is_here = (frame[name] == word).to_numpy(dtype=bool)
    patient = pd.factorize(frame["patient_id"])[0].astype(np.int64)
    return Shift(
        shift_table(frame, is_here, columns),
        two_sample(frame, is_here, patient, columns, seed=SEED),
    )


def by_centre(warehouse: Warehouse, query: CohortQuery, model: str) -> ByCentre:
    """A model at each centre, on cases that are new to it where there are any.

    No centres and an overall that is not estimable where the query leaves no case.
    """
    record = warehouse.model(query.cohort, model)
    try:
        judged = JudgedModel(record, evaluation(warehouse, query, model, ("centre",)))
    except (EmptyCohortError, MissingOutcomeError):
        return ByCentre((), not_estimable("no case is left", level=0.95), 0, False)
    chosen = judged.is_new if judged.is_new.any() else np.ones(len(judged.cases), dtype=bool)
    predictions = judged.of(chosen)
    centre = judged.cases["centre"].to_numpy(dtype=object)[chosen]
    return ByCentre(
        tuple(centre_results(predictions, centre)),
        auc(predictions),
        len(predictions),
        bool(judged.is_new.any()),
    )


def left_out(warehouse: Warehouse, query: CohortQuery) -> CentresLeftOut:
    """The baseline trained without each centre; empty where nothing can be learned."""
    registry = warehouse.registry(query.cohort)
    names = ["centre", query.outcome, *(column.name for column in recorded(registry))]
    try:
        return leave_centres_out(cases(warehouse, query, names), registry, query.outcome, seed=SEED)
    except PredictorError:
        return CentresLeftOut((), False)


def check_rows(checks: tuple[Check, ...]) -> pd.DataFrame:
    """Every check as a row: what was found first, then what could not look, then the rest."""
    shown = in_order([check for check in checks if check.state == "found"])
    silent = [check for check in checks if check.state == "not checked"]
    clear = [check for check in checks if check.state == "clear"]
    return pd.DataFrame(
        [
            {
                "code": check.code,
                "check": ALL_CODES[check.code],
                "result": STATES[check.state] or check.severity,
                "told": f"{check.told}.",
            }
            for check in (*shown, *silent, *clear)
        ]
    )


def centre_rows(found: ByCentre | None, baseline: CentresLeftOut | None) -> pd.DataFrame:
    """Centres for chart and table, one row per centre and model.

    Returns
    -------
    pandas.DataFrame
        ``centre``, ``series`` (``model`` or ``baseline``), ``n``, ``events``, ``value``,
        ``low``, ``high`` of the AUC, ``o_e_ratio``, and ``note`` where there is no value.

    """
    rows = [
        (one.centre, "model", one.n, one.events, one.auc, one.o_e_ratio)
        for one in (found.centres if found else ())
    ]
    rows += [
        (out.centre, "baseline", out.n, out.events, out.auc, out.o_e_ratio)
        for out in (baseline.centres if baseline else ())
    ]
    return pd.DataFrame(
        [
            {
                "centre": centre,
                "series": series,
                "n": n,
                "events": events,
                "value": area.value,
                "low": area.low,
                "high": area.high,
                "o_e_ratio": ratio.value,
                "note": "" if area.is_estimable else area.method.split(": ", 1)[-1],
            }
            for centre, series, n, events, area, ratio in rows
        ],
        columns=["centre", "series", "n", "events", "value", "low", "high", "o_e_ratio", "note"],
    )


def has_centres(registry: Registry) -> bool:
    """Whether the cohort records the centre."""
    return "centre" in registry
