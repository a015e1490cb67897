"""Is the store whole?"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

from clnm_core.errors import NoStoreError, StoreError
from clnm_core.store import artifacts, ledger, objects, quarantine, quarantine_files
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse


def verify(root: Path, *, read_images: bool = False) -> list[str]:
    """What is wrong with a store, one sentence each; empty where it is whole.

    Looks at the chain of the audit trail, where that is whole at the digests of it which the
    snapshot keeps, at every table of the version that is shown, at the pictures and DICOM objects
    that it names, and at the files that wait in quarantine.

    Parameters
    ----------
    root : pathlib.Path
        The store.
    read_images : bool
        Read every picture, object and sealed file and recompute its digest, instead of looking
        whether it is there.

    """
    chain = _chain(root)
    try:
        with Warehouse.open(root) as warehouse:
            compared = [] if chain else _trail(warehouse)
            return [
                *chain,
                *compared,
                *_tables(warehouse, read_images=read_images),
                *_quarantine(root, is_said=bool(chain), read_images=read_images),
            ]
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
        whole = _is_picture_whole if read_images else artifacts.is_kept
        problems += _lost(f"Cohort {cohort.name}", "pictures", warehouse.root, named, whole)
        if _has_objects(warehouse, cohort.name):
            named = warehouse.rows(
                f"SELECT DISTINCT dicom AS digest FROM {schema}.images "  # noqa: S608
                "WHERE dicom IS NOT NULL ORDER BY 1"
            )["digest"]
            whole = _is_object_whole if read_images else objects.is_kept
            problems += _lost(
                f"Cohort {cohort.name}", "DICOM objects", warehouse.root, named, whole
            )
    return problems


def _has_objects(warehouse: Warehouse, cohort: str) -> bool:
    """Whether the cohort's images may have DICOM objects; those of an earlier release have none."""
    found = warehouse.rows(
        "SELECT 1 FROM duckdb_columns() WHERE schema_name = ? AND table_name = 'images' "
        "AND column_name = 'dicom'",
        [cohort],
    )
    return not found.empty


def _quarantine(root: Path, *, is_said: bool, read_images: bool) -> list[str]:
    """Look at the sealed files; that their list cannot be read may be said of the trail already."""
    try:
        named = [one.digest for one in quarantine.waiting(root)]
    except StoreError as error:
        return [] if is_said else [str(error)]
    whole = _is_sealed_whole if read_images else quarantine_files.is_kept
    return _lost("Quarantine", "files", root, named, whole)


def _lost(
    place: str,
    what: str,
    root: Path,
    named: Iterable[str],
    is_whole: Callable[[Path, str], bool],
) -> list[str]:
    digests = list(named)
    lost = [digest for digest in digests if not is_whole(root, digest)]
    if not lost:
        return []
    return [
        f"{place}: {len(lost)} of {len(digests)} {what} are missing or altered, the first is "
        f"{lost[0][:12]}."
    ]


def _is_picture_whole(root: Path, digest: str) -> bool:
    return _can_be_had(artifacts.get, root, digest)


def _is_object_whole(root: Path, digest: str) -> bool:
    return _can_be_had(objects.get, root, digest)


def _is_sealed_whole(root: Path, name: str) -> bool:
    return _can_be_had(quarantine_files.opened, root, name)


def _can_be_had(get: Callable[[Path, str], object], root: Path, name: str) -> bool:
    try:
        get(root, name)
    except StoreError:
        return False
    return True
