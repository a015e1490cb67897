"""How does the case that was asked about compare with the cohort: unlike whom, and like whom?

Worked out once per visitor and case; nothing of it is shared between visitors.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import ClnmError, StoreError
from clnm_core.explain.neighbours import Neighbour, by_embedding, by_table
from clnm_core.explain.unlike import Check, checks
from clnm_core.report.similar_words import EARLIER_RELEASE
from clnm_core.store import selection
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.store.references import made_at
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached, cached_models
from clnm_core.ui.asked import Asked


@dataclass(frozen=True, eq=False)
class Seen:
    """What the case is like to the model.

    Parameters
    ----------
    nearest : tuple of Neighbour
        The most similar cases.
    checks : tuple of Check
    has_reference : bool
        Whether it is known what the cohort looks like to the model.
    problem : str
        Why the case cannot be compared, where there is more to say; empty otherwise.
    gone : int
        Cases of then that the cohort does not have any more as they were.

    """

    nearest: tuple[Neighbour, ...] = ()
    checks: tuple[Check, ...] = ()
    has_reference: bool = False
    problem: str = ""
    gone: int = 0


@dataclass(frozen=True, eq=False)
class Alike:
    """What the case is like beside the cohort.

    Parameters
    ----------
    seen : Seen
        To the model.
    by_table : tuple of Neighbour
        The most similar cases by what is recorded.
    rows : pandas.DataFrame
        Index ``case_id``: the outcome, ``judged_split``, ``risk``, ``digest`` of the first picture
        and the recorded variables of all these cases.

    """

    seen: Seen
    by_table: tuple[Neighbour, ...]
    rows: pd.DataFrame


def alike(asked: Asked) -> Alike | None:
    """The case beside its cohort, as the model sees it that is explained; ``None`` without one."""
    if asked.shown is None:
        return None
    record = asked.record_of(asked.shown)
    if not asked.digest:
        return _alike((asked, record))
    made = made_at(default_store(), record)
    key = (str(default_store()), record.manifest["digest"], cached.version(), made)
    return cached.for_visitor(_alike, f"{asked.digest} {asked.case_id}", *key, data=(asked, record))


def _alike(data: tuple[Asked, ModelRecord], *key: cached.Small) -> Alike:
    asked, record = data
    query = CohortQuery(asked.query.cohort, record.outcome)
    cohort = cached.drawn(_cohort, query)
    own = _own_patient(cohort, asked.case_id)
    unknown = set(cohort.loc[cohort[record.outcome].isna(), "case_id"])
    near = by_table(
        cohort,
        asked.values,
        cached.registry(query.cohort).predictors(),
        leave_out=own | unknown,
    )
    seen = _seen(asked, record, cohort, own, unknown)
    names = tuple(dict.fromkeys(one.case_id for one in (*seen.nearest, *near)))
    return Alike(
        seen, near, _rows(cached.warehouse(query.cohort), query, record.name, cohort, names)
    )


def _seen(
    asked: Asked, record: ModelRecord, cohort: pd.DataFrame, own: set[str], unknown: set[str]
) -> Seen:
    try:
        reference = cached_models.reference(record)
    except StoreError as error:
        return Seen(problem=str(error))
    if reference is None:
        return Seen()
    try:
        model, case = cached_models.loaded(record), asked.case_for(record)
        row = model.embedding(case)[0]
        if row.shape != reference.embedding.shape[1:]:
            return Seen(problem=EARLIER_RELEASE)
        found = checks(case, model, reference, leave_out=own, row=row)
        patient_of = dict(zip(cohort["case_id"], cohort["patient_id"], strict=True))
        gone = reference.changed(patient_of)
        nearest = by_embedding(reference, row, leave_out=own | unknown | gone)
    except ClnmError as error:
        return Seen(has_reference=True, problem=str(error))
    return Seen(nearest, found, has_reference=True, gone=len(gone))


def _own_patient(cohort: pd.DataFrame, case_id: str) -> set[str]:
    """Cases of the same patient; none of a case that somebody described."""
    patient = cohort.loc[cohort["case_id"] == case_id, "patient_id"]
    return set(cohort.loc[cohort["patient_id"].isin(patient), "case_id"])


def _cohort(warehouse: Warehouse, query: CohortQuery) -> pd.DataFrame:
    registry = warehouse.registry(query.cohort)
    names = [column.name for column in registry.predictors()]
    split = ["split"] if "split" in registry else []
    return selection.cases(warehouse, query, [query.outcome, *split, *names])


def _rows(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    cohort: pd.DataFrame,
    names: Sequence[str],
) -> pd.DataFrame:
    rows = cohort[cohort["case_id"].isin(names)].set_index("case_id")
    judged = warehouse.rows(
        f"SELECT case_id, split AS judged_split, risk FROM {schema_of(query.cohort)}.predictions "  # noqa: S608
        "WHERE model = ? AND list_contains(?::VARCHAR[], case_id)",
        [model, list(names)],
    ).set_index("case_id")
    images = selection.first_images(warehouse, query.cohort, names).set_index("case_id")
    return rows.join(judged, how="left").join(images[["digest"]], how="left")
