"""How do the risks of a model that was made elsewhere come into the store?"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from clnm_core.errors import MissingOutcomeError, ModelError, TableError
from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.predictions_table import find_column
from clnm_core.store.ingest.reading import Table
from clnm_core.store.pseudonyms import pseudonym
from clnm_core.store.records import ModelRecord, first_outcome
from clnm_core.store.schema import put_model, replace_predictions
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection, schema_of
from clnm_core.store.warehouse import Warehouse

IMPORTED = "imported"
"""System of a model of which only the risks are known."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_NAMED_IN_SENTENCE = 5
_WITHOUT_SPLIT = "all"


@dataclass(frozen=True, slots=True)
class RisksReport:
    """What was imported; ``without`` are cases of the cohort that have no risk."""

    cohort: str
    model: str
    outcome: str
    rows: int
    without: int
    version: int

    def to_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return asdict(self)


def import_predictions(
    root: Path,
    table: Table,
    *,
    cohort: str,
    model: str,
    case_column: str,
    risk_column: str,
    split_column: str | None = None,
    outcome: str | None = None,
    actor: str = "local",
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> RisksReport:
    """Publish the risks of a table as a model of a cohort; one of that name is replaced.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    table : Table
    cohort, model : str
    case_column : str
        Names the case: as in the cohort's table, by its pseudonym, or, where that table named
        no patient, by its row number.
    risk_column : str
        Predicted probability, in [0, 1].
    split_column : str, optional
        Without it, the splits of the cohort.
    outcome : str, optional
        What is predicted; without it, the first outcome that some have and some have not.
    actor : str
        Who imports, for the audit trail.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Raises
    ------
    UnknownCohortError
        If there is no such cohort.
    TableError
        If a row has no risk in [0, 1], names no case of the cohort, or a case that came before.
    ModelError
        If the name cannot be used, or is that of a model that was trained here.
    MissingOutcomeError
        If the cohort does not have the outcome.

    """
    progress(0.0, f"Checking {len(table):,} risks")
    with Warehouse.open(root) as warehouse:
        record = warehouse.cohort(cohort)
        _check_model(model, warehouse.models(cohort))
        cases = warehouse.rows(f"SELECT case_id, split FROM {schema_of(cohort)}.cases")  # noqa: S608
    predicted = outcome or first_outcome(record)
    if predicted not in {one.name for one in record.outcomes}:
        names = ", ".join(one.name for one in record.outcomes) or "none"
        raise MissingOutcomeError(
            f"Cohort {cohort} has no outcome {predicted!r}. Its outcomes are {names}."
        )
    case = _cases(root, cohort, table.frame[find_column(table, case_column)], set(cases["case_id"]))
    risk, _ = numbers(table.frame[find_column(table, risk_column)], decimal=table.decimal)
    _refuse(table, find_column(table, case_column), find_column(table, risk_column), case, risk)
    frame = pd.DataFrame({"case_id": case.to_numpy(dtype=object), "risk": risk})
    if split_column is None:
        home = cases.set_index("case_id")["split"].fillna(_WITHOUT_SPLIT)
        frame["split"] = frame["case_id"].map(home)
    else:
        words = table.frame[find_column(table, split_column)]
        frame["split"] = words.fillna(_WITHOUT_SPLIT).to_numpy(dtype=object)
    digest = hashlib.sha256(pd.util.hash_pandas_object(frame, index=False).to_numpy().tobytes())
    made = ModelRecord(
        name=model,
        cohort=cohort,
        outcome=predicted,
        system=IMPORTED,
        version=digest.hexdigest()[:12],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        manifest={"origin": "A table of risks", "rows": len(frame)},
    )
    progress(0.5, "Publishing the next version of the store")
    version = add_predictions(root, cohort, made, frame, actor=actor)
    progress(1.0, f"Published as store version {version}")
    return RisksReport(cohort, model, predicted, len(frame), len(cases) - len(frame), version)


def add_predictions(
    root: Path, cohort: str, record: ModelRecord, frame: pd.DataFrame, *, actor: str = "local"
) -> int:
    """Publish a model's record and its risks (``case_id, split, risk``); returns the version."""

    def build(con: Connection) -> None:
        put_model(con, record)
        replace_predictions(con, cohort, record.name, frame)

    detail = {"cohort": cohort, "model": record.name, "rows": len(frame)}
    return publish(root, build, action="predictions", detail=detail, actor=actor)


def _check_model(name: str, models: list[ModelRecord]) -> None:
    if not _NAME.fullmatch(name):
        raise ModelError(
            "A model's name must be letters, digits, hyphens and underscores, at most 60; got "
            f"{name[:80]!r}."
        )
    if any(one.name == name and one.system != IMPORTED for one in models):
        raise ModelError(
            f"{name!r} is the name of a model that was trained here. Choose another name."
        )


def _cases(root: Path, cohort: str, words: pd.Series, known: set[str]) -> pd.Series:
    """The case of the store that each word names; missing where it names none."""
    meaning: dict[str, str] = {}
    for word in words.dropna().unique():
        named = (word, pseudonym(root, cohort, word), pseudonym(root, cohort, f"row {word}"))
        found = next((one for one in named if one in known), None)
        if found is not None:
            meaning[word] = found
    return words.map(meaning).astype(object)


def _refuse(
    table: Table, case_column: str, risk_column: str, case: pd.Series, risk: np.ndarray
) -> None:
    """Stop with the first rows that cannot be used."""
    broken: dict[int, str] = {}
    named = table.frame[case_column].to_numpy(dtype=object)
    told = table.frame[risk_column].to_numpy(dtype=object)
    for i in np.flatnonzero(case.duplicated().to_numpy() & case.notna().to_numpy()):
        broken[int(i)] = "has a case that an earlier row has too"
    for i in np.flatnonzero(~((risk >= 0) & (risk <= 1))):
        broken[int(i)] = (
            f"has a risk of {told[i]!r}, which is not a number from 0 to 1"
            if isinstance(told[i], str)
            else "has no risk"
        )
    for i in np.flatnonzero(case.isna().to_numpy()):
        broken[int(i)] = (
            f"names case {named[i]!r}, which the cohort does not have"
            if isinstance(named[i], str)
            else "names no case"
        )
    if broken:
        rows = sorted(broken)
        shown = "; ".join(f"row {table.rows[i]} {broken[i]}" for i in rows[:_NAMED_IN_SENTENCE])
        more = len(rows) - _NAMED_IN_SENTENCE
        raise TableError(
            f"{table.name}: {shown}{f'; and {more:,} more rows' if more > 0 else ''}. Correct "
            f"{'it' if len(rows) == 1 else 'them'} and try again; nothing was published.",
            tuple(int(table.rows[i]) for i in rows),
        )
