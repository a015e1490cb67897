"""How does a checked table become a cohort of the store?

Identifiers become pseudonyms, pictures plain PNG by their digest; then one new version of the
store has the cohort, or, where anything is wrong, the store stays as it was.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import replace as with_changes
from pathlib import Path

import pandas as pd

from clnm_core.domain.columns import Registry
from clnm_core.errors import CohortError, MappingError
from clnm_core.store.ingest.appending import extend, merged
from clnm_core.store.ingest.checking import Checked, check
from clnm_core.store.ingest.import_report import ImportRefusedError, ImportReport
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.pictures import Picture, keep_pictures, pair, read_pictures
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.risks import RisksReport, add_predictions, import_predictions
from clnm_core.store.ingest.row_rules import Duplicate, Issue
from clnm_core.store.pseudonyms import pseudonym
from clnm_core.store.schema import add_issues, create_cohort, insert
from clnm_core.store.snapshots import current_version, publish
from clnm_core.store.tables import Connection, schema_of
from clnm_core.store.warehouse import Warehouse

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
    actor : str
        Who imports, for the audit trail.
    progress : callable
        Takes how far, in [0, 1], and the step in words.

    Raises
    ------
    ImportRefusedError
        If a cell breaks a rule or an image cannot be read.
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
    old = _standing(root, mapping.cohort, replace=replace, append=append, dry_run=dry_run)
    registry = merged(old, checked.registry) if old else checked.registry
    if append and not mapping.patient and not mapping.case:
        checked = _named_by_table(checked, table)
    progress(0.1, "Replacing identifiers by pseudonyms")
    words = _pseudonyms(root, mapping.cohort, checked.cases) if not dry_run else {}
    issues = list(checked.issues)
    if old and not dry_run:
        issues += _known_already(root, mapping, checked.cases, words)
    with tempfile.TemporaryDirectory(prefix="clnm-import-") as folder:
        pictures: list[Picture] = []
        notes = [*table.notes, *checked.notes]
        if images_dir is None and mapping.image:
            notes.append(
                f"Column {mapping.image!r} names images, but no folder of images was given."
            )
        if images_dir is not None:
            paired = pair(
                images_dir, checked.cases["case_id"].dropna(), checked.images, mapping.image
            )
            notes += paired.notes
            pictures, unread = read_pictures(
                paired.pairs,
                Path(folder),
                mapping.image or mapping.case or mapping.patient,
                lambda share, step: progress(0.15 + 0.7 * share, step),
            )
            issues += [*paired.issues, *unread]
        report = ImportReport(
            cohort=mapping.cohort,
            file=table.name,
            rows=len(table),
            patients=checked.patients,
            images=len(pictures),
            outcomes=checked.outcomes,
            issues=tuple(sorted(issues, key=lambda issue: issue.row)),
            duplicates=checked.duplicates,
            notes=tuple(notes),
        )
        if dry_run:
            progress(1.0, "Checked; nothing was changed")
            return report
        if issues:
            raise ImportRefusedError(report)
        progress(0.85, "Keeping images")
        images, masks = keep_pictures(root, pictures, words)
    progress(0.9, "Publishing the next version of the store")
    cases = checked.cases.assign(
        case_id=checked.cases["case_id"].map(words),
        patient_id=checked.cases["patient_id"].map(words),
    )

    def build(con: Connection) -> None:
        if old:
            extend(con, mapping.cohort, old, registry)
        else:
            _refuse_newcomer(con, mapping.cohort, replace=replace)
            create_cohort(
                con,
                mapping.cohort,
                registry,
                title=title or mapping.title,
                description=mapping.description,
                unit_note=_unit_note(checked),
            )
        insert(con, mapping.cohort, "cases", cases)
        insert(con, mapping.cohort, "images", images)
        insert(con, mapping.cohort, "masks", masks)
        add_issues(con, mapping.cohort, _noticed(checked.duplicates))

    detail = {
        "cohort": mapping.cohort,
        "rows": report.rows,
        "patients": report.patients,
        "images": report.images,
        "way": "append" if old else "replace" if replace else "new",
    }
    version = publish(root, build, action="import", detail=detail, actor=actor)
    progress(1.0, f"Published as store version {version}")
    return with_changes(report, version=version)


def _standing(
    root: Path, cohort: str, *, replace: bool, append: bool, dry_run: bool
) -> Registry | None:
    """The registry of the cohort to append to; ``None`` where a new one is made.

    Raises
    ------
    CohortError
        If the name is taken and nobody said what to do, or there is nothing to append to.

    """
    names: dict[str, Registry] = {}
    if current_version(root):
        with Warehouse.open(root) as warehouse:
            if any(record.name == cohort for record in warehouse.cohorts()):
                names[cohort] = warehouse.registry(cohort)
    if append and cohort not in names:
        raise CohortError(
            f"There is no cohort {cohort!r} to add rows to. Import it without append."
        )
    if cohort in names and not (replace or append or dry_run):
        raise CohortError(_taken(cohort))
    return names[cohort] if append else None


def _taken(cohort: str) -> str:
    return (
        f"There is a cohort {cohort!r} already. Choose another name, replace it (--replace), or add "
        "the rows to it (--append)."
    )


def _refuse_newcomer(con: Connection, cohort: str, *, replace: bool) -> None:
    """Stop where somebody else made a cohort of that name since we looked."""
    row = con.execute("SELECT 1 FROM main.cohorts WHERE name = ?", [cohort]).fetchone()
    if row and not replace:
        raise CohortError(_taken(cohort))


def _named_by_table(checked: Checked, table: Table) -> Checked:
    """Rows without a name, told apart from those of the tables that came before."""
    names = checked.cases["case_id"].map(lambda row: f"{table.name}: {row}")
    return with_changes(checked, cases=checked.cases.assign(case_id=names, patient_id=names))


def _pseudonyms(root: Path, cohort: str, cases: pd.DataFrame) -> dict[str, str]:
    """The word of every identifier.

    Raises
    ------
    MappingError
        If two identifiers would share a word.

    """
    identifiers = pd.unique(pd.concat([cases["case_id"], cases["patient_id"]]).dropna())
    words = {str(one): pseudonym(root, cohort, str(one)) for one in identifiers}
    if len(set(words.values())) < len({one.strip() for one in words}):
        raise MappingError(
            "Two identifiers have the same pseudonym. Put a letter in front of all of them with "
            "id_prefix, and import again."
        )
    return words


def _known_already(
    root: Path, mapping: Mapping, cases: pd.DataFrame, words: dict[str, str]
) -> list[Issue]:
    with Warehouse.open(root) as warehouse:
        known = warehouse.rows(f"SELECT case_id FROM {schema_of(mapping.cohort)}.cases")  # noqa: S608
    there = cases["case_id"].map(words).isin(known["case_id"])
    return [
        Issue(
            int(str(row)),
            mapping.case or mapping.patient,
            str(case),
            "The cohort has a case of this name already. If another centre counts alike, tell "
            "them apart with id_prefix.",
        )
        for row, case in cases.loc[there, "case_id"].items()
    ]


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
