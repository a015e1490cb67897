"""How does a checked table become a cohort of the store?

Identifiers become pseudonyms, images are de-identified and kept by their digest; then one new
version of the store has the cohort, or, where anything is wrong, the store stays as it was. Images
on which a patient may be named, and files that cannot be read, go into quarantine.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from dataclasses import replace as with_changes
from pathlib import Path
from typing import Any

import pandas as pd

from clnm_core.errors import CohortError, StoreError
from clnm_core.store import quarantine
from clnm_core.store.ingest.appending import extend, merged, refuse_newcomer, standing
from clnm_core.store.ingest.checking import Checked, check
from clnm_core.store.ingest.entering import Entering, enter
from clnm_core.store.ingest.identities import disguises, known_already, named_by_table, pseudonyms
from clnm_core.store.ingest.images import read_images
from clnm_core.store.ingest.import_report import ImportRefusedError, ImportReport
from clnm_core.store.ingest.keeping import keep_refused, new_arrival, waits
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.pictures import Refused
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.risks import RisksReport, add_predictions, import_predictions
from clnm_core.store.ingest.row_rules import Duplicate
from clnm_core.store.quarantine_fate import ARRIVAL
from clnm_core.store.schema import add_issues, create_cohort
from clnm_core.store.tables import Connection, schema_of

__all__ = [
    "ImportRefusedError",
    "ImportReport",
    "RisksReport",
    "add_predictions",
    "import_predictions",
    "import_table",
]


def import_table(
    root: Path,
    table: Table,
    mapping: Mapping,
    *,
    images_dir: Path | None = None,
    title: str = "",
    replace: bool = False,
    append: bool = False,
    dry_run: bool = False,
    images_reviewed: bool = False,
    skip_refused: bool = False,
    actor: str = "local",
    progress: Callable[[float, str], None] = lambda share, step: None,
) -> ImportReport:
    """Check a table and publish it as a cohort.

    Parameters
    ----------
    root : pathlib.Path
        The store; made where it is not there.
    table : Table
    mapping : Mapping
        Names the cohort.
    images_dir : pathlib.Path, optional
        Folder with the pictures and masks of the rows.
    title : str
        Title of the cohort; without it, the mapping's.
    replace : bool
        Replace a cohort of that name, its models and predictions too.
    append : bool
        Add the rows to a cohort of that name.
    dry_run : bool
        Check everything, change nothing; issues are then in the report only.
    images_reviewed : bool
        A person has looked at the images and no text in them names a patient: none waits. The
        audit trail says so.
    skip_refused : bool
        Import without the image files that cannot be read. Those that no column names never stop
        an import; those that one names do, unless this is true.
    actor : str
        Who imports, for the audit trail.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Raises
    ------
    ImportRefusedError
        If a cell breaks a rule, or an image that the table names cannot be read. Such files are
        in quarantine then, and nothing else is stored.
    MappingError
        If the mapping does not fit the table, or the cohort that it is added to.
    CohortError
        If there is a cohort of that name and neither ``replace`` nor ``append``, or none to
        append to.
    StoreError
        If the store cannot be written.

    """
    schema_of(mapping.cohort)
    if replace and append:
        raise CohortError("A cohort is either replaced or appended to. Choose one of the two.")
    progress(0.0, f"Checking {len(table):,} rows of {table.name}")
    checked = check(table, mapping)
    old = standing(root, mapping.cohort, replace=replace, append=append, dry_run=dry_run)
    registry = merged(old, checked.registry) if old else checked.registry
    if append and not mapping.patient and not mapping.case:
        checked = named_by_table(checked, table)
    progress(0.1, "Replacing identifiers by pseudonyms")
    words = pseudonyms(root, mapping.cohort, checked.cases) if not dry_run else {}
    issues = list(checked.issues)
    if old and not dry_run:
        issues += known_already(root, mapping, checked.cases, words)
    with tempfile.TemporaryDirectory(prefix="clnm-import-") as folder:
        found = read_images(
            images_dir,
            Path(folder),
            checked,
            mapping,
            disguises(root, mapping.cohort, checked.cases, words),
            lambda share, step: progress(0.1 + 0.6 * share, step),
        )
        stops = bool(mapping.image) and not skip_refused
        issues += [*found.issues, *(found.refusals if stops else ())]
        waiting = sum(waits(one, are_reviewed=images_reviewed) for one in found.read.pictures)
        report = ImportReport(
            cohort=mapping.cohort,
            file=table.name,
            rows=len(table),
            patients=checked.patients,
            images=len(found.read.pictures) - waiting,
            waiting=waiting,
            refused=found.refusals,
            outcomes=checked.outcomes,
            issues=tuple(sorted(issues, key=lambda issue: issue.row)),
            duplicates=checked.duplicates,
            notes=(*table.notes, *checked.notes, *found.notes),
        )
        if dry_run:
            progress(1.0, "Checked; nothing was changed")
            return report
        arrival = new_arrival()
        if issues:
            raise ImportRefusedError(
                _with_refused_kept(root, report, found.read.refused, words, arrival)
            )
        way = "append" if old else "replace" if replace else "new"

        def prepare(con: Connection) -> None:
            if old:
                extend(con, mapping.cohort, old, registry)
                return
            refuse_newcomer(con, mapping.cohort, replace=replace)
            create_cohort(
                con,
                mapping.cohort,
                registry,
                title=title or mapping.title,
                description=mapping.description,
                unit_note=_unit_note(checked),
            )

        version = enter(
            root,
            Entering(
                mapping.cohort,
                checked.cases,
                words,
                found.read.pictures,
                found.read.refused,
                arrival,
                are_reviewed=images_reviewed,
            ),
            prepare=prepare,
            finish=lambda con, _: add_issues(con, mapping.cohort, _noticed(checked.duplicates)),
            action="import",
            detail=_detail(report, way, arrival, are_reviewed=images_reviewed),
            actor=actor,
            progress=lambda share, step: progress(0.7 + 0.3 * share, step),
        )
    progress(1.0, f"Published as store version {version}")
    return with_changes(report, version=version)


def _detail(report: ImportReport, way: str, arrival: str, *, are_reviewed: bool) -> dict[str, Any]:
    """What the audit trail says of an import."""
    images = {
        "images": report.images,
        "waiting": report.waiting,
        "refused": len(report.refused),
        "images_reviewed": are_reviewed,
    }
    return {
        "cohort": report.cohort,
        "rows": report.rows,
        "patients": report.patients,
        "way": way,
        ARRIVAL: arrival,
        **(images if report.images or report.waiting or report.refused else {"images": 0}),
    }


def _with_refused_kept(
    root: Path,
    report: ImportReport,
    refused: Sequence[Refused],
    words: dict[str, str],
    arrival: str,
) -> ImportReport:
    """The report of an import that stops, with what became of the files that cannot be read."""
    if not refused:
        return report
    try:
        with quarantine.sole_change(root):
            keep_refused(root, report.cohort, refused, words, arrival=arrival)
            quarantine.settle(root)
    except StoreError as error:
        note = f"The files that cannot be read could not be kept for a look: {error}"
    else:
        note = "The files that cannot be read are kept, with the reason, on the Import page."
    return with_changes(report, notes=(*report.notes, note))


def _unit_note(checked: Checked) -> str:
    has_more = len(checked.cases) > checked.patients
    return "" if has_more else "Each row of the imported table is one patient with one case."


def _noticed(duplicates: tuple[Duplicate, ...]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "row": one.row,
                "column": "",
                "value": "",
                "rule": f"Says the same as row {one.same_as} in every column; both were kept.",
            }
            for one in duplicates
        ],
        columns=["row", "column", "value", "rule"],
    )
