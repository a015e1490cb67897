"""What became of the pictures in quarantine, by the version of the store that is shown?

An import writes its pictures into the quarantine before it publishes, and a release publishes
before it notes that it did. Whoever dies in between leaves an entry that says ``waiting``; the
published version knows better, and is asked.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from clnm_core.store.quarantine_book import DISMISSED, REFUSED, RELEASED, WAITING, Held
from clnm_core.store.snapshots import current_version
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

UNBORN = "unborn"
"""Fate of a picture whose import was never published: nobody waits for it."""

ARRIVAL = "arrival"
"""Under this word the publication of an import names itself in its detail."""

_FRESH = ("new", "replace")


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of an entry, and who brought that about where it is known."""

    state: str
    by: str = ""


@dataclass(frozen=True, slots=True)
class _Import:
    version: int
    cohort: str
    arrival: str
    is_fresh: bool
    actor: str


@dataclass(frozen=True, slots=True)
class _Known:
    """Cases and images of one cohort of the version that is shown."""

    cases: frozenset[str] = frozenset()
    images: frozenset[str] = frozenset()


def fates(root: Path, held: Sequence[Held]) -> dict[int, Fate]:
    """The fate of each waiting entry, by its number."""
    if not held:
        return {}
    if not current_version(root):
        return {one.id: Fate(WAITING if one.kind == REFUSED else UNBORN) for one in held}
    with Warehouse.open(root) as warehouse:
        imports = _imports(warehouse)
        there = {record.name for record in warehouse.cohorts()}
        known = {
            cohort: _known(warehouse, cohort) if cohort in there else _Known()
            for cohort in {one.cohort for one in held}
        }
    return {one.id: _fate(one, imports, known[one.cohort]) for one in held}


def _fate(one: Held, imports: Sequence[_Import], known: _Known) -> Fate:
    for other in imports:
        is_later = other.version > one.base and other.arrival != one.arrival
        if other.cohort == one.cohort and other.is_fresh and is_later:
            return Fate(DISMISSED, other.actor)
    if one.kind == REFUSED:
        return Fate(WAITING)
    if not any(other.arrival == one.arrival for other in imports):
        return Fate(UNBORN)
    if one.image_id in known.images:
        return Fate(RELEASED)
    return Fate(WAITING if one.case_id in known.cases else DISMISSED)


def _imports(warehouse: Warehouse) -> list[_Import]:
    found = warehouse.publications()
    imports = []
    for row in found[found["action"] == "import"].to_dict("records"):
        detail = json.loads(row["detail"])
        imports.append(
            _Import(
                int(row["version"]),
                str(detail.get("cohort", "")),
                str(detail.get(ARRIVAL, "")),
                detail.get("way") in _FRESH,
                str(row["actor"]),
            )
        )
    return imports


def _known(warehouse: Warehouse, cohort: str) -> _Known:
    schema = schema_of(cohort)
    cases = warehouse.rows(f"SELECT case_id FROM {schema}.cases")["case_id"]  # noqa: S608
    images = warehouse.rows(f"SELECT image_id FROM {schema}.images")["image_id"]  # noqa: S608
    return _Known(frozenset(cases), frozenset(images))
