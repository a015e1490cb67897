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
from clnm_core.ui.predict_image import Upload

_PLACE = "upload_outline"
_OPEN = "_upload_outline_open"


@dataclass(frozen=True, eq=False, slots=True)
class Outlined:
    """An uploaded picture with what was outlined on it."""

    image: Image
    masks: dict[str, Mask]
    ruler: Ruler | None


def draw(upload: Upload | None, record: ModelRecord) -> Outlined | None:
    """Draw the picture with its outlines, what they measure, and the ways on."""
    if upload is None:
        outline_subject.forget(_PLACE)
        st.session_state.pop(_OPEN, None)
        _follow({}, record)
        return None
    subject = _subject(upload, record)
    is_open = _is_open(upload)
    if is_open:
        st.caption("The picture is below, to be drawn on.")
    draft, reading = outline_subject.draft_of(subject), outline_subject.reading_of(subject)
    spacing, _ = outline_subject.seen_by(subject)
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
        _ways(subject, upload)
        if draft.masks:
            _use(subject, record)
            measured_view.draw(reading, registry=subject.registry, recorded=None)
    _follow(_values(subject, record), record)
    return Outlined(image, dict(draft.masks), reading.ruler)


def draw_editor(upload: Upload | None, record: ModelRecord) -> None:
    """Draw the editor over the whole width, where it is open."""
    if upload is not None and _is_open(upload):
        _editor(upload, record)


@st.fragment
def _editor(upload: Upload, record: ModelRecord) -> None:
    subject = _subject(upload, record)
    if not _is_open(upload):
        st.rerun()

    def finish() -> None:
        with st.container(horizontal=True):
            _use(subject, record)
            if st.button("Done", icon=":material/check:", key="upload_outline_done"):
                st.session_state.pop(_OPEN, None)
                st.rerun()

    with st.container(border=True, key="outline_editor"):
        st.subheader("Outline nodule and thyroid", anchor=False)
        outline_editor.draw(subject, finish)
    _follow(_values(subject, record), record)


def _subject(upload: Upload, record: ModelRecord) -> Subject:
    return Subject(
        place=_PLACE,
        key=upload.key,
        image=upload.image,
        masks={},
        view="",
        registry=cached.registry(record.cohort),
    )


def _is_open(upload: Upload) -> bool:
    return bool(st.session_state.get(_OPEN) == upload.key)


def _ways(subject: Subject, upload: Upload) -> None:
    has_outlines = bool(outline_subject.draft_of(subject).masks)
    with st.container(horizontal=True):
        if outline_editor.can_propose(subject) and not has_outlines:
            if st.button(
                "Propose outlines",
                icon=":material/auto_awesome:",
                key="upload_outline_first",
                help="A network outlines nodule and thyroid; you look at it and correct it.",
            ):
                with st.spinner("Looking for nodule and thyroid"):
                    outline_editor.propose(subject)
                st.session_state[_OPEN] = upload.key
                st.rerun()
        st.button(
            "Correct the outlines" if has_outlines else "Draw the outlines",
            icon=":material/draw:",
            key="upload_outline_open",
            on_click=_open,
            args=(upload.key,),
        )


def _open(key: str) -> None:
    st.session_state[_OPEN] = key


def _use(subject: Subject, record: ModelRecord) -> None:
    """The button that puts what was measured into the form."""
    values = _values(subject, record)
    labels = [BUILT_IN[name].label.lower() for name in values]
    if st.button(
        "Use the measured values",
        icon=":material/input:",
        key="upload_outline_use",
        disabled=not values,
        help=f"Fills in {wording.joined(labels)}."
        if labels
        else "Nothing that the form asks for is measured yet.",
    ):
        predict_form.fill(record, values)
        st.rerun()


def _values(subject: Subject, record: ModelRecord) -> dict[str, Any]:
    """What was measured and the form can take, by column."""
    asked = {column.name: column for column in cached_models.loaded(record).design.columns}
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


def _follow(values: dict[str, Any], record: ModelRecord) -> None:
    """Let the fields that came from the outline say what it measures now."""
    if predict_form.follow(record, values):
        st.rerun()
