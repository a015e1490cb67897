"""How does a visitor take the audit of a stored model along? One button, one file."""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.report.model_report import audit_model, model_html
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import cached
from clnm_core.ui.judged import BOOTSTRAP, SEED

USUAL = ("centre", "sex", "age_years", "lobe")
"""Columns that a report groups by where the caller names none, as far as the cohort has them."""


def offer(
    query: CohortQuery, model: ModelRecord, threshold: float, columns: tuple[str, ...] = ()
) -> None:
    """Draw the button “Report as HTML”; the file is made when it is pressed.

    Parameters
    ----------
    query : CohortQuery
        What is judged: cohort, outcome, split of the predictions and filters.
    model : ModelRecord
    threshold : float
        A case is positive when its risk is at or above it.
    columns : tuple of str
        Columns to group by; the usual ones where none is named.

    """
    warehouse, registry = cached.warehouse(query.cohort), cached.registry(query.cohort)
    by = columns or tuple(name for name in USUAL if name in registry)

    def as_html() -> bytes:
        return report(warehouse, query, model.name, threshold, by).encode()

    part = f"-{query.split}" if query.split else ""
    st.download_button(
        "Report as HTML",
        as_html,
        file_name=f"{query.cohort}-{model.name}{part}-audit.html",
        mime="text/html",
        icon=":material/description:",
        on_click="ignore",
        key="model_report",
        help="One file to print or mail: figures, tables, findings, methods and the checklists. It "
        "is made when the button is pressed.",
    )


def report(
    warehouse: Warehouse,
    query: CohortQuery,
    model: str,
    threshold: float,
    columns: tuple[str, ...],
) -> str:
    """The text of the file."""
    audited = audit_model(
        warehouse,
        query,
        model,
        columns=columns,
        threshold=threshold,
        bootstrap=BOOTSTRAP,
        seed=SEED,
    )
    return model_html(warehouse, query, model, audited)
