"""Is the store whole?"""

from __future__ import annotations

from pathlib import Path

from clnm_core.errors import NoStoreError, StoreError
from clnm_core.store import artifacts, ledger
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse


def verify(root: Path, *, read_images: bool = False) -> list[str]:
    """What is wrong with a store, one sentence each; empty where it is whole.

    Looks at the chain of the audit trail, where that is whole at the digests of it which the
    snapshot keeps, at every table of the version that is shown, and at the pictures that it names.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    read_images : bool
        Read every picture and recompute its digest, instead of looking whether it is there.

    """
    chain = _chain(root)
    try:
        with Warehouse.open(root) as warehouse:
            compared = [] if chain else _trail(warehouse)
            return [*chain, *compared, *_tables(warehouse, read_images=read_images)]
    except NoStoreError:
        return chain
    except StoreError as error:
        return [*chain, str(error)]


def _chain(root: Path) -> list[str]:
    try:
        report = ledger.verify(root)
    except StoreError as error:
        return [str(error)]
    return [] if report.is_intact else [report.problem]


def _trail(warehouse: Warehouse) -> list[str]:
    """Compare the audit trail with what the snapshot says of it."""
    found = warehouse.rows(
        'SELECT version, "action", ledger_rows, ledger_digest FROM main.publications '
        "ORDER BY version"
    )
    recorded = ledger.entries(warehouse.root, None)
    named = {(entry.action, entry.detail.get("version")) for entry in recorded}
    digests = {entry.id: entry.digest for entry in recorded}
    problems = []
    for version, action, entries, digest in found.itertuples(index=False):
        if (action, version) not in named:
            problems.append(f"Version {version} has no entry in the audit trail.")
        if entries and digests.get(entries) != digest:
            problems.append(
                f"Entry {entries} of the audit trail is not the one that version {version} was "
                "built after."
            )
    return problems


def _tables(warehouse: Warehouse, *, read_images: bool) -> list[str]:
    problems = []
    for cohort in warehouse.cohorts():
        schema = schema_of(cohort.name)
        warehouse.rows(f"SELECT count(*), count(COLUMNS(*)) FROM {schema}.cases")  # noqa: S608
        warehouse.rows(f"SELECT count(*), sum(risk) FROM {schema}.predictions")  # noqa: S608
        named = warehouse.rows(
            f"SELECT digest FROM {schema}.images WHERE digest IS NOT NULL "  # noqa: S608
            f"UNION SELECT digest FROM {schema}.masks WHERE digest IS NOT NULL ORDER BY 1"
        )["digest"]
        lost = [d for d in named if not _is_whole(warehouse.root, d, read_images=read_images)]
        if lost:
            problems.append(
                f"Cohort {cohort.name}: {len(lost)} of {len(named)} pictures are missing or "
                f"altered, the first is {lost[0][:12]}."
            )
    return problems


def _is_whole(root: Path, digest: str, *, read_images: bool) -> bool:
    if not read_images:
        return artifacts.is_kept(root, digest)
    try:
        artifacts.get(root, digest)
    except StoreError:
        return False
    return True
