"""How does the audited file get onto every audit page, with all of its risks?"""

from __future__ import annotations

import streamlit as st

from clnm_core.report.wording import count_text, joined
from clnm_core.store.ingest.predictions_guess import other_risks
from clnm_core.store.ingest.predictions_table import PredictionsTable
from clnm_core.store.visiting import VISITING, Parts
from clnm_core.ui import cohort_bar, entries, frame, visiting_file
from clnm_core.ui.audited_file import AuditedFile, Choice
from clnm_core.ui.words import plain

MOST_NAMED = 6
"""So many columns that did not come along are named; the others are counted."""


def draw(file: AuditedFile, choice: Choice, found: PredictionsTable) -> None:
    """Offer to open the file as a cohort; once it is, lead to the pages."""
    with st.container(border=True, key="audit_everywhere"):
        st.markdown("**Every audit page for this file**")
        parts = _parts(file, choice)
        opened = visiting_file.opened()
        if opened is not None and opened.parts == parts:
            _lead(opened)
            return
        st.write(
            "Compare models, search for slices, look at location or browse failures: the file "
            "becomes a cohort called “Your file” that only you see, until this tab is closed. "
            "Cases are numbered by their rows; names and identifiers stay behind."
        )
        if st.button("Open on every audit page", icon=":material/open_in_full:", key="audit_open"):
            with st.spinner(f"Opening {count_text(len(found.predictions), 'case')}"):
                visiting_file.open_table(file.table, found, parts)
            cohort_bar.open_cohort(VISITING)
            st.rerun()


def _parts(file: AuditedFile, choice: Choice) -> Parts:
    used = {choice.outcome, choice.risk, choice.id, choice.patient, choice.split}
    offered = [name for name in other_risks(file.profiles) if name not in used]
    others = (
        st.multiselect(
            "Risks of other models in the same file",
            offered,
            default=offered,
            key=f"audit_others_{file.number}_{choice.risk}",
            persist_state="session",
            placeholder="None",
            select_all=False,
            help="Columns of numbers from 0 to 1. With one of them, models can be compared.",
        )
        if offered
        else []
    )
    return Parts(
        choice.outcome, choice.risk, choice.id, choice.patient, choice.split, tuple(others)
    )


def _lead(opened: visiting_file.OpenFile) -> None:
    st.write("The file is open as the cohort “Your file”. Nobody else sees it.")
    with st.container(horizontal=True):
        for entry in entries.PAGES:
            if entry.follows == entries.CASES and frame.is_there(entry):
                st.page_link(
                    frame.path_of(entry.file), label=entry.title, icon=f":material/{entry.icon}:"
                )
    left_out = opened.visiting.left_out
    if left_out:
        named = joined([f"{plain(name)} ({why})" for name, why in left_out[:MOST_NAMED]])
        more = len(left_out) - MOST_NAMED
        st.caption(f"Left out: {named}{f', and {more} more' if more > 0 else ''}.")
