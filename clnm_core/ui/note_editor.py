"""How does a reader note why a case was got wrong, and see what others noted?

Notes belong to the store, not to the visit: they are read from it at every run and written
to it at once, so whoever opens the same case sees them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.errors import ClnmError, StoreError
from clnm_core.store import artifacts, notes
from clnm_core.store.notes import LONGEST, REASONS, Note, Subject
from clnm_core.store.places import default_store
from clnm_core.ui import cached, visitor
from clnm_core.ui.words import plain

SIDE = 280
"""Longer side of a picture in the gallery, in pixels."""

_PROBLEM = "_note_problem"


@dataclass(frozen=True, slots=True)
class Notebook:
    """The notes on one model's judgement of one outcome.

    ``obstacle`` says why none can be written or read; empty where they can. ``root`` is the
    store, ``None`` where the cohort belongs to none.
    """

    root: Path | None
    subject: Subject
    notes: dict[str, Note] = field(default_factory=dict)
    obstacle: str = ""


def open_notebook(query: CohortQuery, model: str) -> Notebook:
    """Read the notes that stand now."""
    root = cached.warehouse(query.cohort).root
    subject = Subject(query.cohort, model, query.outcome)
    try:
        kept = notes.latest(root, subject)
    except StoreError as error:
        return Notebook(root, subject, {}, str(error))
    return Notebook(root, subject, kept, notes.obstacle(root))


def draw(notebook: Notebook, case_id: str) -> None:
    """The note on one case, and the editor where one can be written."""
    note = notebook.notes.get(case_id)
    if note is not None:
        words = f": {plain(note.text)}" if note.text else ""
        st.markdown(f":material/sticky_note_2: **{plain(REASONS[note.reason])}**{words}")
        st.caption(plain(f"{note.who}, {note.at[:10]}"))
    problem = st.session_state.get(_PROBLEM)
    if problem and problem[0] == (notebook.subject, case_id):
        st.error(plain(problem[1]), icon=":material/error:")
        del st.session_state[_PROBLEM]
    if not notebook.obstacle:
        _editor(notebook, case_id, note)


def picture(digest: object, alt: str) -> None:
    """A small picture of a case, or words where there is none."""
    if not isinstance(digest, str):
        st.caption("No image")
        return
    try:
        st.image(artifacts.thumbnail(default_store(), digest, SIDE), width="stretch", alt=alt)
    except ClnmError as error:
        st.caption(plain(str(error)))


def _editor(notebook: Notebook, case_id: str, note: Note | None) -> None:
    """A form under a button; its keys change with the note, so that it shows what stands."""
    subject = notebook.subject
    version = 0 if note is None else note.id
    key = f"{subject.cohort}/{subject.outcome}/{subject.model}/{case_id}/{version}"
    options = ["", *REASONS]
    label = "Note a reason" if note is None else "Change the note"
    with (
        st.popover(label, icon=":material/edit_note:", width="stretch", key=f"note/{key}"),
        st.form(f"form/{key}", border=False),
    ):
        st.selectbox(
            "Reason",
            options,
            index=0 if note is None else options.index(note.reason),
            format_func=lambda reason: REASONS.get(reason, "No note"),
            key=f"reason/{key}",
        )
        st.text_area(
            "In your words",
            "" if note is None else note.text,
            max_chars=LONGEST,
            key=f"text/{key}",
            help="Kept in this store and exported with the list. Name no patient.",
        )
        st.form_submit_button(
            "Keep the note", type="primary", on_click=_keep, args=(notebook, case_id, key)
        )


def _keep(notebook: Notebook, case_id: str, key: str) -> None:
    """Write what the form says; what cannot be written is said under the case."""
    try:
        notes.write(
            notebook.root,
            notebook.subject,
            case_id,
            reason=str(st.session_state.get(f"reason/{key}") or ""),
            text=str(st.session_state.get(f"text/{key}") or ""),
            who=visitor.login(),
        )
    except ClnmError as error:
        st.session_state[_PROBLEM] = ((notebook.subject, case_id), str(error))
