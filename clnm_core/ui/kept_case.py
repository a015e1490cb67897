"""Did somebody keep this case one by one, what did they say of it, and can it go again?"""

from __future__ import annotations

import streamlit as st

from clnm_core.domain.columns import Registry
from clnm_core.errors import ClnmError
from clnm_core.report import keeping_words
from clnm_core.store.kept_cases import kept_note, take_back
from clnm_core.store.places import default_store
from clnm_core.ui import cached, measured_view, visitor
from clnm_core.ui.words import plain, unbroken


def draw_note(cohort: str, case_id: str, registry: Registry) -> None:
    """Who kept a case of the cohort, and why its values differ from what was measured.

    Nothing where it came in by an import.
    """
    note = kept_note(cached.warehouse(cohort), cohort, case_id)
    if note is None:
        return
    overridden = [
        (registry[name].label, measured_view.text_of(registry[name], one.measured), one.note)
        for name, one in note.overridden.items()
        if name in registry
    ]
    st.caption(plain(unbroken(keeping_words.note_words(note.at, note.who, overridden))))


def offer_to_take_back(cohort: str, case_id: str) -> int:
    """Draw the button; the version without the case where it was pressed and that worked, else 0."""
    is_asked = st.button(
        "Take it back",
        icon=":material/undo:",
        key=f"take_back/{cohort}/{case_id}",
        help=keeping_words.TAKING_BACK,
    )
    if not is_asked:
        return 0
    try:
        return take_back(default_store(), cohort, case_id, actor=visitor.login())
    except ClnmError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return 0
