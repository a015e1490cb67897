"""What do models say of many cases at once, and why not of the others?

Cases are judged in parcels, so that progress can be told and the work can be stopped between two.
A case that cannot be judged gets a sentence and holds up no other one. Nothing is kept: pictures
are opened when their parcel's turn comes and let go of with it.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from clnm_core.domain.columns import Column, Kind, Registry
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.errors import ClnmError
from clnm_core.systems.cases import Cases, View
from clnm_core.systems.fitness import lacks
from clnm_core.systems.protocol import Model
from clnm_core.systems.scoring_pictures import Opened

AT_ONCE = 64
"""Cases with pictures that are judged together; so many are in memory at a time, or fewer."""

ROWS_AT_ONCE = 2048
"""Cases without pictures that are judged together."""

MOST_PIXELS = 16_000_000
"""Pixels that are in memory at a time, but for one case."""

NO_ROW = "No row of the table describes this case."
NOTHING_KNOWN = "Nothing that the model reads is known of this case."
CANCELLED = "Not judged: it was cancelled before."

_ODD = "The model could not compute a risk from what is given of this case. Check its values."


@dataclass(frozen=True, eq=False, slots=True)
class Judge:
    """A model that is asked.

    Parameters
    ----------
    name : str
    model : Model
    threshold : float
        Positive when ``risk >= threshold``.

    """

    name: str
    model: Model
    threshold: float


@dataclass(frozen=True, eq=False, slots=True)
class Batch:
    """Cases that wait to be judged.

    Parameters
    ----------
    frame : pandas.DataFrame
        ``case_id`` (each once), the columns of all judges, ``report_text`` where one reads it.
    columns : tuple of Column
        The columns of all judges.
    pictures : mapping of str to callable
        By case: opens its pictures.
    has_row : numpy.ndarray of bool, shape (cases,)
        False for a case of which there are pictures only.
    origin : pandas.DataFrame
        More columns for the result, such as the row of the table; as many rows as ``frame``.

    """

    frame: pd.DataFrame
    columns: tuple[Column, ...]
    pictures: Mapping[str, Callable[[], Opened]] = field(default_factory=dict)
    has_row: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, dtype=bool))
    origin: pd.DataFrame = field(default_factory=pd.DataFrame)

    def __len__(self) -> int:
        return len(self.frame)


@dataclass(frozen=True, eq=False, slots=True)
class Step:
    """How far the work is, and what it gave since the step before; empty for a mere sign of life."""

    share: float
    words: str
    rows: pd.DataFrame


def score(
    judges: Sequence[Judge],
    batch: Batch,
    *,
    progress: Callable[[float, str], None] = lambda share, step: None,
    is_cancelled: Callable[[], bool] = lambda: False,
) -> pd.DataFrame:
    """Judge many cases.

    Parameters
    ----------
    judges : sequence of Judge
    batch : Batch
    progress : callable
        Takes how far, in [0, 1], and the step in words.
    is_cancelled : callable
        Once true, the cases that are left are not judged, and the table says so of each.

    Returns
    -------
    pandas.DataFrame
        One row per case, in the order of the batch: ``case_id``, the columns of ``origin``, three
        of each judge (``NAME_risk`` in [0, 1], NaN without one; ``NAME_threshold_reached``, true,
        false or ``None``; ``NAME_why_not``, a sentence where there is no risk), then ``outlines``
        (``given``, ``proposed`` or empty), ``measured`` and ``notes`` in words.

    """
    found: list[pd.DataFrame] = []
    for step in steps(judges, batch):
        if len(step.rows):
            found.append(step.rows)
        progress(step.share, step.words)
        if is_cancelled():
            break
    return finished(judges, batch, found)


def steps(judges: Sequence[Judge], batch: Batch, *, at_once: int = AT_ONCE) -> Iterator[Step]:
    """Judge parcel by parcel; whoever takes the steps may stop between any two.

    ``at_once`` cases with pictures are judged together; risks do not depend on it.
    """
    is_seeing = any(judge.model.inputs.views for judge in judges)
    place = 0
    while place < len(batch):
        parcel = yield from _parcel(batch, place, at_once if is_seeing else 0)
        rows = _judged(judges, batch, place, parcel)
        place += len(parcel)
        yield Step(place / len(batch), _words(place, len(batch)), rows)


def finished(judges: Sequence[Judge], batch: Batch, found: Sequence[pd.DataFrame]) -> pd.DataFrame:
    """The parcels as one table, with a row for every case that was not judged any more."""
    done = sum(map(len, found))
    left = [Opened()] * (len(batch) - done)
    if left:
        parts = _frame_of(batch, done, left)
        for judge in judges:
            parts |= _answers(judge, np.full(len(left), np.nan), [CANCELLED] * len(left))
        found = [*found, _ordered(parts, judges)]
    table = pd.concat(found, ignore_index=True) if found else _ordered({}, judges)
    origin = batch.origin.reset_index(drop=True)
    return pd.concat([table[["case_id"]], origin, table.drop(columns="case_id")], axis=1)


def _parcel(batch: Batch, place: int, at_once: int) -> Generator[Step, None, list[Opened]]:
    """Open the pictures of the next cases, a sign of life after each; returns what was opened.

    With ``at_once`` 0 no judge sees, and none is opened.
    """
    opened: list[Opened] = []
    pixels = 0
    names = batch.frame["case_id"].iloc[place : place + ROWS_AT_ONCE]
    has_pictures = at_once > 0 and any(name in batch.pictures for name in names)
    for name in names:
        if has_pictures and opened and (len(opened) == at_once or pixels > MOST_PIXELS):
            break
        is_open = has_pictures and name in batch.pictures
        one = batch.pictures[name]() if is_open else Opened()
        opened.append(one)
        pixels += one.pixels
        if one.pixels:
            done = place + len(opened) - 1
            yield Step(done / len(batch), _words(done, len(batch)), pd.DataFrame())
    return opened


def _judged(
    judges: Sequence[Judge], batch: Batch, place: int, parcel: Sequence[Opened]
) -> pd.DataFrame:
    part = batch.frame.iloc[place : place + len(parcel)].reset_index(drop=True)
    parts = _frame_of(batch, place, parcel)
    filled = _filled(part, batch.columns, parcel)
    ids = [f"case-{number}" for number in range(len(part))]  # a sentence of a model names nobody
    views = {name: one.views for name, one in zip(ids, parcel, strict=True) if one.views}
    frame = filled.assign(case_id=ids, patient_id=ids)
    has_row = np.ones(len(part), dtype=bool)
    if len(batch.has_row):
        has_row = batch.has_row[place : place + len(part)]
    for judge in judges:
        cases = Cases(frame, _registry(judge, batch.columns), _for(judge, views))
        reasons = _reasons(judge, cases, parcel, has_row)
        parts |= _answers(judge, _risks(judge, cases, reasons), reasons)
    return _ordered(parts, judges)


def _reasons(
    judge: Judge, cases: Cases, parcel: Sequence[Opened], has_row: NDArray[np.bool_]
) -> list[str]:
    """Why each case is not even put to the judge; empty where it is."""
    inputs = judge.model.inputs
    names = [column.name for column in inputs.columns] + ["report_text"] * inputs.reads_report
    is_known = cases.frame[names].notna().any(axis=1).to_numpy() if names else has_row
    reasons = list(lacks(cases, inputs))
    for number, one in enumerate(parcel):
        if reasons[number]:
            reasons[number] = " ".join(one.refusals) or reasons[number]
        elif not (inputs.views and one.views):
            if not has_row[number]:
                reasons[number] = NO_ROW
            elif names and not is_known[number]:
                reasons[number] = NOTHING_KNOWN
    return reasons


def _risks(judge: Judge, cases: Cases, reasons: list[str]) -> NDArray[np.float64]:
    """Risk of each case without a reason; one that is refused gets its reason here."""
    risk = np.full(len(cases), np.nan)
    fit = np.flatnonzero([not reason for reason in reasons])
    if not len(fit):
        return risk
    try:
        risk[fit] = judge.model.risk(cases.only(fit))
    except (ClnmError, ValueError, ArithmeticError):
        for row in fit:
            try:
                risk[row] = judge.model.risk(cases.only([row]))[0]
            except ClnmError as error:
                reasons[row] = str(error)
            except (ValueError, ArithmeticError):
                reasons[row] = _ODD
    for row in fit:
        if not reasons[row] and not 0 <= risk[row] <= 1:
            risk[row], reasons[row] = np.nan, _ODD
    return risk


def _answers(judge: Judge, risk: NDArray[np.float64], reasons: Sequence[str]) -> dict[str, Any]:
    reached = [None if np.isnan(one) else bool(one >= judge.threshold) for one in risk]
    return {
        f"{judge.name}_risk": risk,
        f"{judge.name}_threshold_reached": pd.Series(reached, dtype=object),
        f"{judge.name}_why_not": pd.Series(list(reasons), dtype=object),
    }


def _frame_of(batch: Batch, place: int, parcel: Sequence[Opened]) -> dict[str, Any]:
    names = batch.frame["case_id"].iloc[place : place + len(parcel)]
    return {
        "case_id": names.reset_index(drop=True).astype(object),
        "outlines": pd.Series([one.outlines for one in parcel], dtype=object),
        "measured": pd.Series([one.measured_words for one in parcel], dtype=object),
        "notes": pd.Series([" ".join(one.said) for one in parcel], dtype=object),
    }


def _ordered(parts: dict[str, Any], judges: Sequence[Judge]) -> pd.DataFrame:
    answers = [
        f"{judge.name}_{what}"
        for judge in judges
        for what in ("risk", "threshold_reached", "why_not")
    ]
    return pd.DataFrame(parts, columns=["case_id", *answers, "outlines", "measured", "notes"])


def _filled(
    frame: pd.DataFrame, columns: Sequence[Column], parcel: Sequence[Opened]
) -> pd.DataFrame:
    """With what was measured on the outlines where the table says nothing."""
    if not any(one.measured for one in parcel):
        return frame
    after = frame.copy()
    for column in columns:
        kind = float if column.kind is Kind.NUMBER else object
        values = pd.Series(after[column.name].to_numpy(), dtype=kind)
        for number, one in enumerate(parcel):
            if column.name in one.measured and pd.isna(values[number]):
                values[number] = one.measured[column.name]
        after[column.name] = values
    return after


def _for(judge: Judge, views: Mapping[str, tuple[View, ...]]) -> Mapping[str, tuple[View, ...]]:
    return views if judge.model.inputs.views else {}


def _registry(judge: Judge, columns: Sequence[Column]) -> Registry:
    names = [BUILT_IN["case_id"], BUILT_IN["patient_id"], *columns]
    return Registry([*names, BUILT_IN["report_text"]] if judge.model.inputs.reads_report else names)


def _words(done: int, total: int) -> str:
    return f"Judged {done:,} of {total:,} cases"
