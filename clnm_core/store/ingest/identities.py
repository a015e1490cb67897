"""By which words are the cases and patients of a table known here, and in what do they go about?"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from dataclasses import replace as with_changes
from pathlib import Path
from typing import TYPE_CHECKING

import pandas as pd

from clnm_core.errors import MappingError
from clnm_core.store.ingest.checking import Checked
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.reading import Table
from clnm_core.store.ingest.row_rules import Issue
from clnm_core.store.pseudonyms import disguise_of, pseudonym
from clnm_core.store.tables import schema_of
from clnm_core.store.warehouse import Warehouse

if TYPE_CHECKING:  # what a disguise is made of is loaded where it is used
    from clnm_core.imaging.disguise import Disguise


def named_by_table(checked: Checked, table: Table) -> Checked:
    """Rows without a name, told apart from those of the tables that came before."""
    names = checked.cases["case_id"].map(lambda row: f"{table.name}: {row}")
    return with_changes(checked, cases=checked.cases.assign(case_id=names, patient_id=names))


def pseudonyms(root: Path, cohort: str, cases: pd.DataFrame) -> dict[str, str]:
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


def known_already(
    root: Path, mapping: Mapping, cases: pd.DataFrame, words: dict[str, str]
) -> list[Issue]:
    """An issue for each row whose case the cohort has already."""
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


def disguises(
    root: Path, cohort: str, cases: pd.DataFrame, words: dict[str, str]
) -> Callable[[str], Disguise]:
    """The disguise of the patient of each case, which is named as the hospital writes it.

    Without ``words``, in a dry run, a disguise that is used once: no key is made for it.
    """
    if not words:
        return lambda case: _passing()
    named = cases[["case_id", "patient_id"]].dropna()
    patients = dict(zip(named["case_id"], named["patient_id"], strict=True))

    def of(case: str) -> Disguise:
        # A row that names no patient is an issue, and its images go nowhere.
        return disguise_of(root, cohort, words[patients.get(case, case)])

    return of


def _passing() -> Disguise:
    from clnm_core.imaging.disguise import Disguise

    return Disguise(key=secrets.token_bytes(32), patient="dry-run", shift_days=-1)
