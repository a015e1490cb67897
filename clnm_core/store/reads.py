"""Who read which cases, and which of them did the model judge too?

Readers and a model may be compared only on the same cases. :func:`reads` brings both
together, case by case; :func:`case_sets` says how the sets differ, so that a page can refuse.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.stats.readers import AIDED, UNAIDED, Panel
from clnm_core.store.criteria import condition, on_split, outcome_column
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

CALL_FROM = 0.5
"""A read without a call counts as positive from this probability on."""


@dataclass(frozen=True, slots=True)
class ReaderSet:
    """Cases with a known outcome that one reader read on one side; ``judged`` by the model too."""

    reader: str
    side: str
    n: int
    judged: int


@dataclass(frozen=True, slots=True)
class CaseSets:
    """Which cases readers and model have, and which they share.

    Parameters
    ----------
    ever_read : int
        Cases of the whole cohort that anyone read.
    read : int
        Of those, what the filters leave and whose outcome is known.
    unknown : int
        Of those that the filters leave, cases whose outcome is not known.
    judged : int
        Cases with a known outcome that the model judged, read or not.
    read_and_judged : int
        Cases that anyone read and the model judged.
    shared : int
        Cases that every reader of ``readers`` read on every side of ``sides`` and that the
        model judged.
    readers, sides : tuple of str
        Whose reads can be compared: with two sides, the readers who read on both.
    sets : tuple of ReaderSet
        Every reader on every side.
    repeated, sideless : int
        Reads that are there several times (averaged), and reads of which it is not recorded
        whether they were aided (left out).

    """

    ever_read: int
    read: int
    unknown: int
    judged: int
    read_and_judged: int
    shared: int
    readers: tuple[str, ...]
    sides: tuple[str, ...]
    sets: tuple[ReaderSet, ...]
    repeated: int
    sideless: int

    @property
    def is_same(self) -> bool:
        """Whether all readers read the same cases on all sides and the model judged them all."""
        expected = {(one, side) for one in self.readers for side in self.sides}
        return (
            self.read > 0
            and self.read == self.shared
            and {(one.reader, one.side) for one in self.sets} == expected
        )


def any_read(warehouse: Warehouse, cohort: str) -> bool:
    """Whether anyone read any case of a cohort."""
    found = warehouse.rows(f"SELECT 1 AS n FROM {schema_of(cohort)}.reads LIMIT 1")  # noqa: S608
    return not found.empty


def reads(warehouse: Warehouse, query: CohortQuery, model: str) -> pd.DataFrame:
    """Every read of the cases of a query, with outcome and the model's risk.

    The split of the query is that of the model's predictions, as in
    :func:`~clnm_core.store.selection.evaluation`; reads have none. Several reads of one case
    by one reader on one side become their mean (a call is the majority, positive where half).

    Returns
    -------
    pandas.DataFrame
        ``reader_id``, ``side``, ``case_id``, ``patient_id``, ``y_true`` (True, False or None),
        ``probability`` (NaN where there is none), ``call`` (bool; from the probability at
        :data:`CALL_FROM` where there is none), ``risk`` (NaN where the model did not judge the
        case in that split), ``times`` (reads behind the row); by reader, side and case. Reads
        without a reader, or with neither a probability nor a call, are left out.

    Raises
    ------
    UnknownModelError
        If the cohort has no such model.

    """
    warehouse.model(query.cohort, model)
    registry = warehouse.registry(query.cohort)
    where, params = condition(replace(query, split=""), registry)
    judged, values = _judged(query)
    schema = schema_of(query.cohort)
    frame = warehouse.rows(
        "SELECT reads.reader_id, reads.aided, cases.case_id, cases.patient_id, "  # noqa: S608
        f"any_value({outcome_column(query, registry)}) AS y_true, "
        "avg(reads.probability) AS probability, "
        'avg(reads."call"::INTEGER::DOUBLE) AS called, '
        "any_value(predictions.risk) AS risk, count(*) AS times "
        f"FROM {schema}.reads AS reads JOIN {schema}.cases AS cases "
        "ON cases.case_id = reads.case_id "
        f"LEFT JOIN {schema}.predictions AS predictions "
        f"ON predictions.case_id = cases.case_id AND predictions.model = ? AND {judged} "
        f"WHERE {where} AND reads.reader_id IS NOT NULL "
        'AND (reads.probability IS NOT NULL OR reads."call" IS NOT NULL) '
        "GROUP BY ALL ORDER BY reads.reader_id, reads.aided, cases.case_id",
        [model, *values, *params],
    )
    aided = frame["aided"].map({True: AIDED, False: UNAIDED})
    called = frame["called"].fillna((frame["probability"] >= CALL_FROM).astype(float))
    return frame.assign(side=aided, call=called >= 0.5).drop(columns=["aided", "called"])


def case_sets(warehouse: Warehouse, query: CohortQuery, model: str) -> CaseSets:
    """How the cases of the readers and of the model differ."""
    schema = schema_of(query.cohort)
    ever = warehouse.rows(f"SELECT count(DISTINCT case_id) AS n FROM {schema}.reads")  # noqa: S608
    found = reads(warehouse, query, model)
    known = found[found["side"].notna() & found["y_true"].notna()]
    sides, readers = _comparable(known)
    shared = _shared(known, readers, sides)
    by_reader = known.groupby(["reader_id", "side"], sort=False)["risk"]
    return CaseSets(
        ever_read=int(ever["n"].iloc[0]),
        read=int(known["case_id"].nunique()),
        unknown=int(found.loc[found["y_true"].isna(), "case_id"].nunique()),
        judged=_judged_cases(warehouse, query, model),
        read_and_judged=int(known.loc[known["risk"].notna(), "case_id"].nunique()),
        shared=len(shared),
        readers=readers,
        sides=sides,
        sets=tuple(
            ReaderSet(str(reader), str(side), len(risk), int(risk.notna().sum()))
            for (reader, side), risk in by_reader
        ),
        repeated=int((found["times"] > 1).sum()),
        sideless=int(found["side"].isna().sum()),
    )


def panel(warehouse: Warehouse, query: CohortQuery, model: str) -> Panel:
    """The reads of the cases that all readers and the model share, as tables cases by readers."""
    found = reads(warehouse, query, model)
    known = found[found["side"].notna() & found["y_true"].notna()]
    sides, readers = _comparable(known)
    shared = _shared(known, readers, sides)
    kept = known[known["case_id"].isin(shared) & known["reader_id"].isin(readers)]
    cases = kept.drop_duplicates("case_id").sort_values("case_id")

    def table(side: str, column: str) -> np.ndarray:
        of = kept[kept["side"] == side]
        wide = of.pivot(index="case_id", columns="reader_id", values=column)
        return wide.reindex(index=cases["case_id"], columns=list(readers)).to_numpy()

    return Panel(
        y_true=cases["y_true"].to_numpy(dtype=bool),
        patient=pd.factorize(cases["patient_id"])[0],
        risk=cases["risk"].to_numpy(dtype=float),
        readers=readers,
        probability={side: table(side, "probability").astype(float) for side in sides},
        call={side: table(side, "call").astype(bool) for side in sides},
    )


def _comparable(known: pd.DataFrame) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sides and readers that can be set against each other.

    Readers who read on both sides, where there are any; else those of the side with more of
    them, the unaided first.
    """
    by_side = {
        side: set(known.loc[known["side"] == side, "reader_id"]) for side in (UNAIDED, AIDED)
    }
    both = by_side[UNAIDED] & by_side[AIDED]
    if both:
        return (UNAIDED, AIDED), tuple(sorted(both))
    side = max((UNAIDED, AIDED), key=lambda name: len(by_side[name]))
    return ((side,) if by_side[side] else ()), tuple(sorted(by_side[side]))


def _shared(known: pd.DataFrame, readers: Sequence[str], sides: Sequence[str]) -> set[str]:
    """Cases that all of these readers read on all of these sides and that the model judged."""
    of = known[known["reader_id"].isin(readers) & known["side"].isin(sides)]
    counted = of[of["risk"].notna()].groupby("case_id").size()
    return set(counted.index[counted == len(readers) * len(sides)])


def _judged(query: CohortQuery) -> tuple[str, list[object]]:
    if not query.split:
        return "TRUE", []
    text, values = on_split("predictions", query.split)
    return text, list(values)


def _judged_cases(warehouse: Warehouse, query: CohortQuery, model: str) -> int:
    registry = warehouse.registry(query.cohort)
    where, params = condition(replace(query, split=""), registry)
    judged, values = _judged(query)
    schema = schema_of(query.cohort)
    counted = warehouse.rows(
        f"SELECT count(*) AS n FROM {schema}.cases AS cases JOIN {schema}.predictions AS predictions "  # noqa: S608
        "ON predictions.case_id = cases.case_id AND predictions.model = ? "
        f"WHERE {judged} AND {where} AND {outcome_column(query, registry)} IS NOT NULL",
        [model, *values, *params],
    )
    return int(counted["n"].iloc[0])
