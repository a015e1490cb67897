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

_SAID = "_taken_back"
_PROBLEM = "_not_taken_back"


def draw(cohort: str, case_id: str, registry: Registry) -> None:
    """Who kept a case of the cohort, why its values differ from what was measured, and the way back.

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
    offer_to_take_back(cohort, case_id)


def offer_to_take_back(cohort: str, case_id: str) -> None:
    """Draw the way to a version without the case, which is asked for twice; :func:`say` says it."""
    with st.popover("Take it back", icon=":material/undo:"):
        st.markdown(keeping_words.TAKING_BACK)
        st.button(
            f"Take back case {plain(case_id)}",
            key=f"take_back/{cohort}/{case_id}",
            on_click=_take_back,
            args=(cohort, case_id),
        )
    problem = st.session_state.pop(_PROBLEM, "")
    if problem:
        st.error(plain(problem), icon=":material/error:")


def is_taken_back() -> bool:
    """Whether a case was taken back, and nobody was told yet."""
    return _SAID in st.session_state


def say() -> None:
    """Say once that a case was taken back."""
    said = st.session_state.pop(_SAID, "")
    if said:
        st.info(plain(said), icon=":material/undo:")


def _take_back(cohort: str, case_id: str) -> None:
    try:
        version = take_back(default_store(), cohort, case_id, actor=visitor.login())
    except ClnmError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    if st.session_state.get("case") == case_id:
        st.session_state["case"] = ""
    st.session_state[_SAID] = keeping_words.taken_back_words(case_id, version)
