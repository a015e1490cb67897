"""What has the visitor brought to be imported? Kept for this visit only."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from pathlib import PurePath
from typing import Any

import streamlit as st

from clnm_core.store.ingest.import_report import ImportReport
from clnm_core.store.ingest.mapping import Mapping
from clnm_core.store.ingest.proposal import propose
from clnm_core.store.ingest.reading import Table, read_table

_KEPT = "_import_draft"


@dataclass(frozen=True, eq=False, slots=True)
class Draft:
    """A table that was read, the mapping it was given, and what became of it.

    ``serial`` changes whenever the mapping is replaced as a whole, so that the editors
    begin anew.
    """

    data: bytes
    name: str
    table: Table
    mapping: Mapping
    unsure: tuple[str, ...]
    serial: int = 0
    report: ImportReport | None = None
    reading: dict[str, Any] = field(default_factory=dict)


def kept() -> Draft | None:
    """The draft of this visit, if there is one."""
    draft: Draft | None = st.session_state.get(_KEPT)
    return draft


def begin(data: bytes, name: str, reading: dict[str, Any] | None = None) -> Draft:
    """Read a file, propose a mapping, and keep both."""
    table = read_table(data, name, **(reading or {}))
    proposal = propose(table, cohort_name(name))
    before = kept()
    draft = Draft(
        data,
        name,
        table,
        proposal.mapping,
        proposal.unsure,
        serial=before.serial + 1 if before else 0,
        reading=reading or {},
    )
    return _keep(draft)


def begin_with(table: Table) -> Draft:
    """Keep a table that was made here (of image files), with its proposed mapping."""
    proposal = propose(table, "images")
    return _keep(Draft(b"", table.name, table, proposal.mapping, proposal.unsure))


def use_mapping(draft: Draft, mapping: Mapping) -> Draft:
    """Replace the mapping as a whole, reading the file again where it says how."""
    is_reread = bool(draft.data) and any(mapping.reading.values())
    table = read_table(draft.data, draft.name, **mapping.reading) if is_reread else draft.table
    return _keep(replace(draft, table=table, mapping=mapping, unsure=(), serial=draft.serial + 1))


def finish(draft: Draft, report: ImportReport) -> Draft:
    """Keep what the import did."""
    return _keep(replace(draft, report=report))


def forget() -> None:
    """Begin anew."""
    st.session_state.pop(_KEPT, None)


def cohort_name(file: str) -> str:
    """A cohort's name made of a file's name.

    Examples
    --------
    >>> cohort_name("Thyroid_Diff (final).xlsx")
    'thyroid-diff-final'

    """
    words = re.sub(r"[^a-z0-9]+", "-", PurePath(file).stem.lower()).strip("-")
    return words[:60].strip("-") or "cohort"


def _keep(draft: Draft) -> Draft:
    st.session_state[_KEPT] = draft
    return draft
