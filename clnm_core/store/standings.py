"""What does the store know of how a model's risks stood on cases that did not teach it?"""

from __future__ import annotations

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import CohortError
from clnm_core.explain.standing import Standing, standing
from clnm_core.store.records import ModelRecord
from clnm_core.store.selection import evaluation
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.training import FLATTERED


def standing_of(warehouse: Warehouse, record: ModelRecord) -> Standing:
    """The cases of the store on which a model's risks may be believed.

    Which split serves is said by :func:`~clnm_core.explain.standing.standing`. It is empty, and
    no error, where the store has no such cases.

    Parameters
    ----------
    warehouse : Warehouse
    record : ModelRecord
        A model of the store; one that was made elsewhere has its validation cases, where it has
        any.

    Raises
    ------
    UnknownModelError
        If the store does not have the model.

    """
    query = CohortQuery(record.cohort, record.outcome)
    try:
        judged = evaluation(warehouse, query, record.name)
    except CohortError:  # nobody was judged, or no outcome of theirs is known
        return Standing.empty(record.name)
    return standing(record.name, judged, is_held_out=_is_held_out(record))


def _is_held_out(record: ModelRecord) -> bool:
    """Whether the risks of training cases come from fits without their patients.

    A training says so where they do not; of a model that was not trained here it is not known.
    """
    said = record.manifest.get("notes")
    return said is not None and "digest" in record.manifest and FLATTERED not in said
