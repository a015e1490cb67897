"""How does a person correct the outlines of a picture? The pen, the tools, and what they measure.

Whoever opens the editor decides what becomes of the draft. Nothing here writes to a store.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

import streamlit as st

from clnm_core.domain.image import Modality
from clnm_core.errors import ClnmError
from clnm_core.ui import measured_view, outline_canvas, outline_numbers
from clnm_core.ui.outline_draft import (
    WAYS,
    Draft,
    changed,
    drawn,
    refused,
    undone,
)
from clnm_core.ui.outline_subject import (
    NAMES,
    Subject,
    draft_of,
    keep,
    note_proposal,
    reading_of,
    seen_by,
)
from clnm_core.ui.words import plain

VIEWS = {"": "not known", "transverse": "transverse", "longitudinal": "longitudinal"}

_REPLACES = next(iter(WAYS))
"""What a drawing does unless something else is chosen, and what pulling always does."""

_ZOOMS = {1.0: "1×", 2.0: "2×", 4.0: "4×"}


def draw(subject: Subject, finish: Callable[[], None]) -> None:
    """Draw the picture to draw on, the tools, and what the outlines measure.

    ``finish`` draws what ends the correction, under the tools.
    """
    grid = st.grid(5, min_column_width=140)
    picture, tools = grid.cell(column_span=3), grid.cell(column_span=2)
    with tools:
        structure = _pick_structure(subject)
        tool, way, zoom = _pick_tool(subject)
        _buttons(subject, structure)
        finish()
        _notes(subject)
        _say_view(subject)
        _say_spacing(subject)
        outline_numbers.draw(
            subject.place,
            draft_of(subject),
            structure,
            way,
            seen_by(subject)[0],
            lambda act: _act(subject, act),
        )
    with picture:
        _canvas(subject, structure, tool, zoom)
        measured_view.draw(
            reading_of(subject), registry=subject.registry, recorded=subject.recorded
        )


def _canvas(subject: Subject, structure: str, tool: str, zoom: float) -> None:
    key, draft = f"{subject.place}_canvas", draft_of(subject)
    outline_canvas.draw(
        replace(subject.image, spacing_mm=seen_by(subject)[0]),
        draft.masks,
        structure=structure,
        tool=tool,
        zoom=zoom,
        stamp=draft.stamp,
        ruler=reading_of(subject).ruler,
        words=f"{NAMES[structure]} on the picture, to be outlined.",
        key=key,
        on_drawn=lambda: _act(subject, lambda now: _stroked(now, subject, key)),
    )
    if draft.problem:
        st.warning(plain(draft.problem), icon=":material/gesture:")
    else:
        st.caption(outline_canvas.HINTS[tool])


def propose(subject: Subject) -> None:
    """Put the outlines that the network proposes into the draft; the rest stays as it is."""
    from clnm_core.imaging.segmentation.files import shipped  # loads the network
    from clnm_core.imaging.segmentation.proposal import propose as proposal_for

    draft = draft_of(subject)
    try:
        outliner = shipped()
        proposal = proposal_for(subject.image, outliner)
    except ClnmError as error:
        keep(subject, refused(draft, str(error)))
        return
    found = {name: mask for name, mask in proposal.masks.items() if mask.any()}
    note_proposal(subject, found, outliner.digest)
    keep(subject, changed(draft, found), tuple(proposal.notes))


def can_propose(subject: Subject) -> bool:
    """Whether the network has learned from pictures of this kind: ultrasound, or not said."""
    return subject.image.modality is not Modality.CT


def _pick_structure(subject: Subject) -> str:
    draft = draft_of(subject)
    names = subject.structures
    return str(
        st.segmented_control(
            "Outline of",
            names,
            default=names[0],
            required=True,
            format_func=lambda name: NAMES[name] + (" ✓" if draft[name] is not None else ""),
            key=_structure_key(subject),
        )
    )


def _structure_key(subject: Subject) -> str:
    names = subject.structures
    return f"{subject.place}_structure_{len(names)}_{names[0]}"


def _stroked(draft: Draft, subject: Subject, canvas: str) -> Draft:
    """The draft with what was drawn, for what is chosen now, not when the canvas was made."""
    chosen = st.session_state.get
    structure = str(chosen(_structure_key(subject)) or subject.structures[0])
    pulls = chosen(f"{subject.place}_tool") == "adjust"
    way = _REPLACES if pulls else str(chosen(f"{subject.place}_way") or _REPLACES)
    return drawn(draft, structure, outline_canvas.message(canvas), way)


def _pick_tool(subject: Subject) -> tuple[str, str, float]:
    with st.container(horizontal=True):
        tool = _choice("Draw by", outline_canvas.TOOLS, f"{subject.place}_tool")
        way = _REPLACES
        if tool != "adjust":
            way = _choice("The drawing", WAYS, f"{subject.place}_way")
        zoom = _choice("Zoom", _ZOOMS, f"{subject.place}_zoom")
    return tool, way, zoom


def _choice(label: str, names: Mapping[Any, str], key: str) -> Any:
    return st.segmented_control(
        label,
        list(names),
        default=next(iter(names)),
        required=True,
        format_func=lambda name: names[name],
        key=key,
    )


def _buttons(subject: Subject, structure: str) -> None:
    draft, place = draft_of(subject), subject.place
    with st.container(horizontal=True):
        if can_propose(subject) and st.button(
            "Propose",
            icon=":material/auto_awesome:",
            key=f"{place}_propose",
            help="A network outlines nodule and thyroid; you correct it. Undo brings the earlier outlines back.",
        ):
            with st.spinner("Looking for nodule and thyroid"):
                propose(subject)
            st.rerun()
        st.button(
            "Undo",
            icon=":material/undo:",
            key=f"{place}_undo",
            disabled=not draft.past,
            on_click=_act,
            args=(subject, undone),
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key=f"{place}_clear",
            disabled=draft[structure] is None,
            help=f"Take the outline of the {NAMES[structure].lower()} away.",
            on_click=_act,
            args=(subject, lambda now: changed(now, {structure: None})),
        )


def _notes(subject: Subject) -> None:
    for note in st.session_state[subject.slot][2]:
        st.info(plain(note), icon=":material/auto_awesome:")


def _say_view(subject: Subject) -> None:
    if not subject.view and subject.image.modality is not Modality.CT:
        st.selectbox(
            "View",
            list(VIEWS),
            format_func=lambda view: VIEWS[view],
            key=f"{subject.place}_view",
            persist_state="session",
            help="Taller than wide is read on the transverse view, the third of the lobe on the longitudinal one.",
        )


def _say_spacing(subject: Subject) -> None:
    """Where the picture does not say how large its pixels are, a person may."""
    if subject.image.spacing_mm is None:
        st.number_input(
            "Millimetres per pixel, entered by hand",
            min_value=0.001,
            max_value=10.0,
            value=None,
            step=0.01,
            format="%g",
            placeholder="unknown",
            key=f"{subject.place}_spacing_mm",
            persist_state="session",
            help="The picture does not say how large its pixels are. Divide a length on its scale by the pixels that it spans. What you enter is not kept.",
        )
        if seen_by(subject)[0] is not None:
            st.caption("Millimetres are measured with the spacing that you entered.")


def _act(subject: Subject, act: Callable[[Draft], Draft]) -> None:
    keep(subject, act(draft_of(subject)))
