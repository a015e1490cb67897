"""Which uploaded table is open on every audit page, for this visitor alone?"""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import streamlit as st

from clnm_core.errors import UnknownCohortError
from clnm_core.store.ingest.predictions_table import PredictionsTable
from clnm_core.store.ingest.reading import Table
from clnm_core.store.visiting import VISITING, Parts, Visiting, visiting_cohort
from clnm_core.store.warehouse import Warehouse

_OPEN = "_visiting_file"


@dataclass(frozen=True, eq=False, slots=True)
class OpenFile:
    """A visiting table; ``token`` tells it from every other one in the visitor's caches."""

    token: str
    parts: Parts
    visiting: Visiting


def is_visiting(cohort: str) -> bool:
    """Whether a cohort is an uploaded table and not one of the store."""
    return cohort == VISITING


def opened() -> OpenFile | None:
    """The table that is open, if there is one."""
    return st.session_state.get(_OPEN)


def open_table(table: Table, found: PredictionsTable, parts: Parts) -> OpenFile:
    """Make the table a cohort of this visit; another one that is open is let go of."""
    close()
    file = OpenFile(secrets.token_hex(16), parts, visiting_cohort(table, found, parts))
    st.session_state[_OPEN] = file
    return file


def close() -> None:
    """Let go of the table and of its database."""
    st.session_state.pop(_OPEN, None)


def warehouse() -> Warehouse:
    """The database of the open table.

    Raises
    ------
    UnknownCohortError
        If none is open.

    """
    return _needed().visiting.warehouse


def token() -> str:
    """The word that stands for the open table in the visitor's caches."""
    return _needed().token


def _needed() -> OpenFile:
    file = opened()
    if file is None:
        raise UnknownCohortError(
            "The uploaded table is no longer open. Upload it again on the page Audit a file."
        )
    return file
