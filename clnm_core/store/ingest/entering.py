"""How do rows and their pictures get into a cohort, all of them at once or none?

A table that is imported and a single case that somebody keeps come in through here: pictures are
kept by their digest or wait in quarantine, and one new version of the store has the rest.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.domain.progress import Progress
from clnm_core.store import quarantine
from clnm_core.store.ingest.keeping import keep_pictures, keep_refused, waits
from clnm_core.store.ingest.pictures import Picture, Refused
from clnm_core.store.picture_parts import Rows
from clnm_core.store.places import StorePaths
from clnm_core.store.schema import insert
from clnm_core.store.snapshots import publish
from clnm_core.store.tables import Connection

_KEPT = 2 / 3
"""How far it is when all pictures are kept."""


@dataclass(frozen=True, eq=False, slots=True)
class Entering:
    """Rows that come into one cohort together.

    Parameters
    ----------
    cohort : str
    cases : pandas.DataFrame
        Rows of the table ``cases``, with ``case_id`` and ``patient_id`` as the hospital writes them.
    words : dict of str to str
        The pseudonym of each of these.
    pictures : sequence of Picture
    refused : sequence of Refused
        Files that could not be used, and are kept for a look.
    arrival : str
        The word of this arrival; see :func:`~clnm_core.store.ingest.keeping.new_arrival`.
    are_reviewed : bool
        A person has looked at the pictures, so that none waits.

    """

    cohort: str
    cases: pd.DataFrame
    words: dict[str, str]
    pictures: Sequence[Picture]
    refused: Sequence[Refused]
    arrival: str
    are_reviewed: bool


def enter(
    root: Path,
    given: Entering,
    *,
    prepare: Callable[[Connection], None],
    finish: Callable[[Connection, Rows], None],
    action: str,
    detail: dict[str, Any],
    actor: str,
    progress: Progress,
) -> int:
    """Publish the version that has the rows, and return its number.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    given : Entering
    prepare : callable
        Gets the version that is being built before the rows come in: makes the cohort, or stops
        where it is no longer what it was.
    finish : callable
        Gets it afterwards, with the rows of the tables ``images`` and ``masks`` that came in.
    action, detail, actor
        For the audit trail; see :func:`~clnm_core.store.snapshots.publish`.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Raises
    ------
    StoreError
        If a row breaks a rule of the store, or the store cannot be written. Whatever a callable
        raises is passed on. Nothing is published then.

    """
    with _quarantine(root, given):
        images = keep_pictures(
            root,
            given.cohort,
            given.pictures,
            given.words,
            arrival=given.arrival,
            are_reviewed=given.are_reviewed,
            progress=lambda share, step: progress(_KEPT * share, step),
        )
        keep_refused(root, given.cohort, given.refused, given.words, arrival=given.arrival)
        progress(_KEPT, "Publishing the next version of the store")
        cases = given.cases.assign(
            case_id=given.cases["case_id"].map(given.words),
            patient_id=given.cases["patient_id"].map(given.words),
        )

        def build(con: Connection) -> None:
            prepare(con)
            insert(con, given.cohort, "cases", cases)
            insert(con, given.cohort, "images", images.images)
            insert(con, given.cohort, "masks", images.masks)
            finish(con, images)

        version = publish(root, build, action=action, detail=detail, actor=actor)
        if StorePaths(root).quarantine.exists():
            quarantine.settle(root)
    return version


@contextmanager
def _quarantine(root: Path, given: Entering) -> Iterator[None]:
    """Hold the lock of the quarantine where there is one, or where these rows need one."""
    is_needed = bool(given.refused) or any(
        waits(one, are_reviewed=given.are_reviewed) for one in given.pictures
    )
    if is_needed or StorePaths(root).quarantine.exists():
        with quarantine.sole_change(root):
            yield
    else:
        yield
