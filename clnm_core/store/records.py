"""What does a store say about a cohort and about a model?"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from clnm_core.domain.outcomes import OutcomeCount
from clnm_core.errors import MissingOutcomeError


@dataclass(frozen=True, slots=True)
class CohortRecord:
    """One cohort, counted.

    Parameters
    ----------
    name : str
        The word that names it in links and commands.
    title, description : str
        As a reader sees them.
    is_synthetic : bool
        Whether its patients are simulated; then every page says so.
    patients, cases, images : int
    outcomes : tuple of OutcomeCount
        One per outcome of the cohort's registry, in reading order; cases are counted.
    unit_note : str
        One sentence on what a case is, where that needs saying; may be empty.

    """

    name: str
    title: str
    description: str
    is_synthetic: bool
    patients: int
    cases: int
    images: int
    outcomes: tuple[OutcomeCount, ...]
    unit_note: str = ""


@dataclass(frozen=True, slots=True)
class ModelRecord:
    """One model whose risks are in the store.

    Parameters
    ----------
    name : str
        Unique within its cohort.
    cohort, outcome : str
        The cohort that it was judged on and the outcome that it predicts.
    system : str
        What kind of model: ``clinical``, ``imported``, ...
    version : str
    created : str
        ISO 8601, UTC.
    manifest : dict
        Everything else that is known about it; plain values only.

    """

    name: str
    cohort: str
    outcome: str
    system: str
    version: str = ""
    created: str = ""
    manifest: dict[str, Any] = field(default_factory=dict, hash=False)


def first_outcome(record: CohortRecord) -> str:
    """The first outcome that some cases have and some have not: the default of a model.

    Raises
    ------
    MissingOutcomeError
        If there is none.

    """
    for count in record.outcomes:
        if count.true and count.false:
            return count.name
    raise MissingOutcomeError(
        f"Cohort {record.name} has no outcome that some cases have and some have not, "
        "so nothing can be learned from it."
    )
