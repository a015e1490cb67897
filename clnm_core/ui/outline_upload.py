"""What do the outlines on an uploaded picture tell the form of its case?

They are proposed or drawn, measured at once, and put into the form where the visitor asks for it.
From then on those fields follow the outline, until the visitor changes one. Nothing is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from clnm_core.domain.columns import Column
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.form import read_value
from clnm_core.domain.image import Image
from clnm_core.errors import FormError
from clnm_core.imaging.rendering import Ruler, case_picture
from clnm_core.report import wording
from clnm_core.store.records import ModelRecord
from clnm_core.ui import (
    cached,
    cached_models,
    measured_view,
    outline_editor,
    outline_subject,
    panels,
    predict_form,
    predict_image,
)
from clnm_core.ui.outline_draft import Mask
from clnm_core.ui.outline_subject import Subject
from clnm_core.ui.pictures import STRUCTURE_WORDS
from clnm_core.ui.predict_image import Place, Upload


@dataclass(frozen=True, eq=False, slots=True)
class Outlined:
    """An uploaded picture with what was outlined on it, and from which view it was taken."""

    image: Image
    masks: dict[str, Mask]
    ruler: Ruler | None
    view: str = ""


def draw(upload: Upload | None, record: ModelRecord, place: Place) -> Outlined | None:
    """Draw the picture with its outlines, what they measure, and the ways on."""
    if upload is None:
        outline_subject.forget(_word(place))
        st.session_state.pop(_open_slot(place), None)
        _follow({}, record, place)
        return None
    subject = _subject(upload, record, place)
    is_open = _is_open(upload, place)
    if is_open:
        st.caption("The picture is below, to be drawn on.")
    draft, reading = outline_subject.draft_of(subject), outline_subject.reading_of(subject)
    spacing, view = outline_subject.seen_by(subject)
    image = upload.image
    if image.spacing_mm is None and spacing is not None:
        by_hand = f"The spacing of {spacing[0]:g} mm per pixel was entered by hand."
        image = replace(image, spacing_mm=spacing, notes=(*image.notes, by_hand))
    if not is_open:
        markup = case_picture(
            image,
            draft.masks,
            title="uploaded picture",
            labels=STRUCTURE_WORDS,
            ruler=reading.ruler,
        )
        panels.svg(markup, "Uploaded picture")
    predict_image.describe(image)
    if not is_open:
        _ways(subject, upload, place)
        if draft.masks:
            _use(subject, record, place)
            measured_view.draw(reading, registry=subject.registry, recorded=None)
    _follow(_values(subject, record), record, place)
    return Outlined(image, dict(draft.masks), reading.ruler, view)


def draw_editor(upload: Upload | None, record: ModelRecord, place: Place) -> None:
    """Draw the editor over the whole width, where it is open."""
    if upload is not None and _is_open(upload, place):
        _editor(upload, record, place)


@st.fragment
def _editor(upload: Upload, record: ModelRecord, place: Place) -> None:
    subject = _subject(upload, record, place)
    if not _is_open(upload, place):
        st.rerun()

    def finish() -> None:
        with st.container(horizontal=True):
            _use(subject, record, place)
            if st.button("Done", icon=":material/check:", key=f"{_word(place)}_done"):
                st.session_state.pop(_open_slot(place), None)
                st.rerun()

    with st.container(border=True, key=f"outline_editor{place.suffix}"):
        names = [outline_subject.NAMES[name].lower() for name in subject.structures]
        st.subheader(f"Outline {wording.joined(names)}", anchor=False)
        outline_editor.draw(subject, finish)
    _follow(_values(subject, record), record, place)


def _word(place: Place) -> str:
    """The place's word in the keys of its widgets and of its draft."""
    return f"upload_outline{place.suffix}"


def _open_slot(place: Place) -> str:
    return f"_{_word(place)}_open"


def _subject(upload: Upload, record: ModelRecord, place: Place) -> Subject:
    return Subject(
        place=_word(place),
        key=upload.key,
        image=upload.image,
        masks={},
        view=place.view,
        registry=cached.registry(record.cohort),
    )


def _is_open(upload: Upload, place: Place) -> bool:
    return bool(st.session_state.get(_open_slot(place)) == upload.key)


def _ways(subject: Subject, upload: Upload, place: Place) -> None:
    has_outlines = bool(outline_subject.draft_of(subject).masks)
    with st.container(horizontal=True):
        if outline_editor.can_propose(subject) and not has_outlines:
            if st.button(
                "Propose outlines",
                icon=":material/auto_awesome:",
                key=f"{_word(place)}_first",
                help="A network outlines nodule and thyroid; you look at it and correct it.",
            ):
                with st.spinner("Looking for nodule and thyroid"):
                    outline_editor.propose(subject)
                _open(upload.key, place)
                st.rerun()
        st.button(
            "Correct the outlines" if has_outlines else "Draw the outlines",
            icon=":material/draw:",
            key=f"{_word(place)}_open",
            on_click=_open,
            args=(upload.key, place),
        )


def _open(key: str, place: Place) -> None:
    st.session_state[_open_slot(place)] = key


def _use(subject: Subject, record: ModelRecord, place: Place) -> None:
    """The button that puts what was measured into the form; the first picture alone has it."""
    if place.suffix:
        return
    values = _values(subject, record)
    labels = [BUILT_IN[name].label.lower() for name in values]
    if st.button(
        "Use the measured values",
        icon=":material/input:",
        key=f"{_word(place)}_use",
        disabled=not values,
        help=f"Fills in {wording.joined(labels)}."
        if labels
        else "Nothing that the form asks for is measured yet.",
    ):
        predict_form.fill(record, values)
        st.rerun()


def _values(subject: Subject, record: ModelRecord) -> dict[str, Any]:
    """What was measured and the form can take, by column."""
    asked = {column.name: column for column in cached_models.inputs_of(record).columns}
    known = outline_subject.reading_of(subject).known
    return {
        name: value for name, value in known.items() if name in asked and _fits(value, asked[name])
    }


def _fits(value: Any, column: Column) -> bool:
    try:
        read_value(value, column)
    except FormError:
        return False
    return True


def _follow(values: dict[str, Any], record: ModelRecord, place: Place) -> None:
    """Let the fields that came from the first picture's outline say what it measures now."""
    if not place.suffix and predict_form.follow(record, values):
        st.rerun()
