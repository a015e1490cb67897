"""How does a table that is only visiting become a cohort for the audit pages?

The cohort lives in a database in memory that belongs to one visitor: nothing of it reaches
a disk, the store or another visitor, and it goes when it is let go of. Cases and patients
are numbered anew; the identifiers of the file stay behind.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core import __version__
from clnm_core.domain.columns import Column, Kind, Level, Registry, Role
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.store.ingest.column_kinds import Look, is_identifying, look_at, role_of
from clnm_core.store.ingest.naming import label_for, last_part, name_for
from clnm_core.store.ingest.numbers import numbers
from clnm_core.store.ingest.outcome_words import says_no, says_yes
from clnm_core.store.ingest.predictions_guess import MOST_LEVELS
from clnm_core.store.ingest.predictions_table import PredictionsTable
from clnm_core.store.ingest.reading import Table
from clnm_core.store.records import ModelRecord
from clnm_core.store.schema import create_cohort, insert, put_model, replace_predictions
from clnm_core.store.snapshots import CONFIG
from clnm_core.store.tables import create_catalogue
from clnm_core.store.warehouse import Warehouse

VISITING = "your-file"
"""The name of the cohort, in links too: a link to it says nothing about the file."""

SYSTEM = "uploaded risks"

NOWHERE = Path(os.devnull)
"""The root of a store that has no folder: whoever tries to write below it fails."""

_OUTCOME_NAMES = ("any", "central", "lateral")


@dataclass(frozen=True, slots=True)
class Parts:
    """Which columns of the table play which part; empty where none does.

    ``others`` are columns with the risks of further models.
    """

    outcome: str
    risk: str
    id: str = ""
    patient: str = ""
    split: str = ""
    others: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, slots=True)
class Visiting:
    """A table as a cohort, and the columns that did not come along with the reason of each."""

    warehouse: Warehouse
    left_out: tuple[tuple[str, str], ...]


def visiting_cohort(table: Table, found: PredictionsTable, parts: Parts) -> Visiting:
    """Make a cohort of the rows of a table that can be used.

    Parameters
    ----------
    table : Table
        As it was read.
    found : PredictionsTable
        The rows that are kept, with outcome and risk.
    parts : Parts
        Which column is what. A case without a risk of one of the others has none; it stays
        in the cohort.

    Returns
    -------
    Visiting
        One cohort, :data:`VISITING`, with one outcome at least and one model per column of
        risks. Columns of free text, of dates, of more than ``MOST_LEVELS`` words, or whose
        name promises an identity are left out.

    """
    kept = table.frame.loc[found.rows]
    cases = _numbered(found)
    outcome = _outcome(parts.outcome, found)
    columns = [outcome]
    cases[outcome.name] = found.predictions.y_true
    left_out = []
    spoken_for = {parts.outcome, parts.risk, parts.id, parts.patient, parts.split, *parts.others}
    taken = {outcome.name, "centre"}
    for source in (name for name in table.names if name not in spoken_for):
        column, values, why = _variable(kept[source], source, table.decimal, taken)
        if column is None:
            left_out.append((source, why))
            continue
        taken.add(column.name)
        columns.append(column)
        cases[column.name] = values
    con = duckdb.connect(":memory:", config=CONFIG)
    create_catalogue(con)
    create_cohort(con, VISITING, Registry(columns), title="Your file", description=table.name)
    insert(con, VISITING, "cases", pd.DataFrame(cases))
    for number, (source, risks) in enumerate(_models(kept, found, parts, table.decimal), start=1):
        record = _model(f"risk-{number:02d}", source, outcome.name)
        put_model(con, record)
        frame = pd.DataFrame(
            {"case_id": cases["case_id"], "split": cases["split"], "risk": risks}
        ).dropna(subset="risk")
        replace_predictions(con, VISITING, record.name, frame)
    return Visiting(Warehouse(NOWHERE, 1, con), tuple(left_out))


def _numbered(found: PredictionsTable) -> dict[str, object]:
    """Case and patient by number, and the split."""
    rows = pd.Series(found.rows).astype("str").str.zfill(len(str(found.rows.max())))
    patients = pd.Series(found.predictions.patient + 1).astype("str")
    return {
        "case_id": "row-" + rows,
        "patient_id": "patient-" + patients.str.zfill(int(patients.str.len().max())),
        "split": None if found.split is None else found.split.astype(str),
    }


def _outcome(source: str, found: PredictionsTable) -> Column:
    folded = last_part(source).strip().casefold()
    if folded in _OUTCOME_NAMES:
        return BUILT_IN[folded]
    label = label_for(source, is_short=True)
    name = name_for(source, {"centre", "split"}, is_short=True)
    return Column(name, label, Kind.FLAG, Role.OUTCOME, help=found.outcome_note)


def _variable(
    words: pd.Series, source: str, decimal: str, taken: set[str]
) -> tuple[Column | None, object, str]:
    """The declaration and the values of one column; or no declaration, and why."""
    if is_identifying(last_part(source)):
        return None, None, "its name promises an identity"
    look = look_at(words, last_part(source), decimal=decimal)
    if look.kind is None:
        return None, None, "dates are not compared"
    if look.kind is Kind.TEXT:
        return None, None, "free text is not compared"
    if look.kind is Kind.CATEGORY and not 0 < len(look.levels) <= MOST_LEVELS:
        return None, None, f"it has more than {MOST_LEVELS} different words"
    values = _values(words, look, decimal)
    known = _known_variable(source, look, values)
    if known is not None and (known.name not in taken or known.name == "centre"):
        return known, values, ""
    column = Column(
        name_for(source, taken, is_short=True),
        label_for(source, is_short=True),
        look.kind,
        role_of(last_part(source)),
        levels=tuple(Level(word, word) for word in look.levels),
    )
    return column, values, ""


def _known_variable(source: str, look: Look, values: NDArray[Any]) -> Column | None:
    """The variable of the dictionary that a column is, where name, kind and values fit it."""
    folded = last_part(source).strip().casefold()
    if folded not in BUILT_IN:
        return None
    declared = BUILT_IN[folded]
    if declared.kind is not look.kind or declared.role in (Role.IDENTIFIER, Role.TRUTH):
        return None
    if declared.bounds and (
        np.nanmin(values, initial=declared.bounds[0]) < declared.bounds[0]
        or np.nanmax(values, initial=declared.bounds[1]) > declared.bounds[1]
    ):
        return None
    allowed = {level.value for level in declared.levels}
    return declared if not allowed or set(look.levels) <= allowed else None


def _values(words: pd.Series, look: Look, decimal: str) -> NDArray[Any]:
    if look.kind is Kind.NUMBER:
        return numbers(words, decimal=decimal)[0]
    if look.kind is Kind.FLAG:
        meaning = {
            word: True if says_yes(word) else False if says_no(word) else None
            for word in words.dropna().unique()
        }
        return words.map(meaning).to_numpy(dtype=object)
    return words.to_numpy(dtype=object)


def _models(
    kept: pd.DataFrame, found: PredictionsTable, parts: Parts, decimal: str
) -> Iterator[tuple[str, NDArray[np.float64]]]:
    """Label and risks of every model; NaN where a row has no usable risk."""
    yield parts.risk, found.predictions.risk
    for source in parts.others:
        risks = numbers(kept[source], decimal=decimal)[0]
        yield source, np.where((risks >= 0) & (risks <= 1), risks, np.nan)


def _model(name: str, source: str, outcome: str) -> ModelRecord:
    return ModelRecord(
        name,
        VISITING,
        outcome,
        SYSTEM,
        __version__,
        datetime.now(UTC).isoformat(timespec="seconds"),
        {"title": label_for(source, is_short=False), "kind": SYSTEM},
    )
