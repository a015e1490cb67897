"""What is outlined on an uploaded picture, and what does that measure?

A network proposes the outlines as soon as the picture is there; a person corrects them. They are
measured at once, and whatever the outline says moves the answer. Nothing is kept unless the visitor keeps the case.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from clnm_core.domain.columns import Kind
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.domain.image import Image
from clnm_core.imaging.rendering import Ruler, case_picture
from clnm_core.report import wording
from clnm_core.ui import (
    cached,
    measured_view,
    outline_editor,
    outline_subject,
    panels,
    predict_image,
    remembered,
)
from clnm_core.ui.outline_draft import Mask
from clnm_core.ui.outline_subject import Subject
from clnm_core.ui.pictures import STRUCTURE_WORDS
from clnm_core.ui.predict_image import Place, Upload
from clnm_core.ui.words import plain, unbroken

UNSEEN = "A network proposed the outlines, and nobody has looked at them."
"""What is said of outlines as they came."""

_WIDEST = 480
"""Pixels that a picture takes at most; the editor shows it larger."""

_SEEN = "A network proposed the outlines; a person looked at them and left them as they are."


@dataclass(frozen=True, eq=False, slots=True)
class Outlined:
    """An uploaded picture with what is outlined on it.

    Parameters
    ----------
    key : str
        Digest of all that models see of it; changes with every stroke.
    image : Image
        As it is shown, with the spacing that was entered by hand, and a note on its outlines.
    judged : Image
        As models see it.
    masks : dict of str to numpy.ndarray of bool, shape (rows, columns)
    ruler : Ruler or None
    view : str
        Empty where it is not known.
    measured : mapping of str to object
        By column, in the units of the registry.
    proposed : mapping of str to str
        Of ``masks``, those that are as a network proposed them, and the digest of its outliner.

    """

    key: str
    image: Image
    judged: Image
    masks: dict[str, Mask]
    ruler: Ruler | None
    view: str
    measured: Mapping[str, Any]
    proposed: Mapping[str, str]


def draw(upload: Upload | None, cohort: str, place: Place, *, proposes: bool) -> Outlined | None:
    """Draw the picture with its outlines, what they measure, and the way to correct them."""
    if upload is None:
        outline_subject.forget(_word(place))
        remembered.forget(_word(place))
        for slot in (_slot(place, "open"), _slot(place, "proposed")):
            st.session_state.pop(slot, None)
        return None
    subject = _subject(upload, cohort, place)
    if proposes:
        _propose(subject, place)
    draft, reading = outline_subject.draft_of(subject), outline_subject.reading_of(subject)
    spacing, view = outline_subject.seen_by(subject)
    st.session_state[_slot(place, "drawn")] = _state_of(subject)
    said = _said_of_outlines(subject, place)
    image = _completed(upload.image, spacing, said)
    if is_open(upload, place):
        st.caption("The picture is below, to be drawn on.")
        predict_image.describe(image)
    else:
        with st.container():  # one block, which the line above replaces at once
            markup = remembered.once(
                _word(place),
                (upload.key, image.notes, draft.stamp, spacing, view),
                lambda: case_picture(
                    image,
                    draft.masks,
                    title="uploaded picture",
                    labels=STRUCTURE_WORDS,
                    ruler=reading.ruler,
                ),
            )
            with st.container(width=_WIDEST):
                panels.svg(markup, "Uploaded picture")
            predict_image.describe(image)
            if draft.masks:
                _measured(subject)
            _ways(subject, upload, place)
    return Outlined(
        _digest(upload, draft.masks, spacing, view),
        image,
        _completed(upload.judged, spacing, said),
        dict(draft.masks),
        reading.ruler,
        view,
        reading.known,
        outline_subject.proposed(subject, draft.masks),
    )


def draw_editor(upload: Upload | None, cohort: str, place: Place) -> None:
    """Draw the editor over the whole width, where it is open."""
    if upload is not None and is_open(upload, place):
        _editor(upload, cohort, place)


@st.fragment
def _editor(upload: Upload, cohort: str, place: Place) -> None:
    subject = _subject(upload, cohort, place)
    if not is_open(upload, place):
        st.rerun()

    def finish() -> None:
        if st.button("Done", icon=":material/check:", key=f"{_word(place)}_done"):
            st.session_state.pop(_slot(place, "open"), None)
            st.rerun()

    with st.container(border=True, key=f"outline_editor{place.suffix}"):
        names = [outline_subject.NAMES[name].lower() for name in subject.structures]
        st.subheader(f"Outline {wording.joined(names)}", anchor=False)
        outline_editor.draw(subject, finish)
    if st.session_state.get(_slot(place, "drawn")) != _state_of(subject):
        st.rerun()  # the answer follows every stroke


def _word(place: Place) -> str:
    """The place's word in the keys of its widgets and of its draft."""
    return f"upload_outline{place.suffix}"


def _slot(place: Place, what: str) -> str:
    """Where a fact about the place is kept for the visit: ``open``, ``proposed``, ``drawn``, ``looked``."""
    return f"_{_word(place)}_{what}"


def _state_of(subject: Subject) -> tuple[object, ...]:
    """What of the draft the rest of the page follows."""
    return subject.key, outline_subject.draft_of(subject).stamp, outline_subject.seen_by(subject)


def _subject(upload: Upload, cohort: str, place: Place) -> Subject:
    return Subject(
        place=_word(place),
        key=upload.key,
        image=upload.image,
        masks={},
        view=place.view,
        registry=cached.registry(cohort),
    )


def is_open(upload: Upload, place: Place) -> bool:
    """Whether the picture is being drawn on."""
    return bool(st.session_state.get(_slot(place, "open")) == upload.key)


def _propose(subject: Subject, place: Place) -> None:
    """Propose outlines once for every picture; what is cleared afterwards stays cleared."""
    slot = _slot(place, "proposed")
    is_new = st.session_state.get(slot) != subject.key
    st.session_state[slot] = subject.key
    if (
        is_new
        and outline_editor.can_propose(subject)
        and not outline_subject.draft_of(subject).masks
    ):
        with st.spinner("Looking for nodule and thyroid"):
            outline_editor.propose(subject)


def _said_of_outlines(subject: Subject, place: Place) -> str:
    """Who made the outlines, where a network did; empty where a person drew all of them."""
    draft = outline_subject.draft_of(subject)
    left = outline_subject.proposed(subject, draft.masks)
    if not left:
        return ""
    looked = st.session_state.get(_slot(place, "looked")) == (subject.key, draft.stamp)
    if looked:
        return _SEEN
    if len(left) < len(draft.masks):
        names = wording.joined([STRUCTURE_WORDS[name] for name in left])
        return f"A network proposed the {names}, and nobody has corrected it."
    return UNSEEN


def _measured(subject: Subject) -> None:
    """What the outlines measure: in a line, and on a click with why the rest is not known."""
    reading, registry = outline_subject.reading_of(subject), subject.registry
    words = []
    for name, value in reading.known.items():
        column = registry[name] if name in registry else BUILT_IN[name]
        colon = "" if column.kind is Kind.NUMBER else ":"
        words.append(f"{column.label}{colon} {measured_view.text_of(column, value)}")
    if words:
        said = wording.joined([wording.lower_first(word) for word in words])
        st.markdown(plain(unbroken(f"Measured: {said}.")))
    with st.expander("All that the outlines measure"):
        measured_view.draw(reading, registry=registry, recorded=None)


def _ways(subject: Subject, upload: Upload, place: Place) -> None:
    draft = outline_subject.draft_of(subject)
    _, _, notes = st.session_state[subject.slot]
    if notes:
        st.caption(plain(" ".join(notes)))
    if draft.problem:
        st.warning(plain(draft.problem), icon=":material/gesture:")
    with st.container(horizontal=True):
        if outline_editor.can_propose(subject) and not draft.masks:
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
            "Correct the outlines" if draft.masks else "Draw the outlines",
            icon=":material/draw:",
            key=f"{_word(place)}_open",
            on_click=_open,
            args=(upload.key, place),
        )
        if _said_of_outlines(subject, place) == UNSEEN:
            st.button(
                "They are right",
                icon=":material/check:",
                key=f"{_word(place)}_right",
                help="Say that you looked at the outlines and would leave them as they are. The "
                "report says so.",
                on_click=_look,
                args=(subject, place),
            )


def _open(key: str, place: Place) -> None:
    st.session_state[_slot(place, "open")] = key


def _look(subject: Subject, place: Place) -> None:
    st.session_state[_slot(place, "looked")] = (
        subject.key,
        outline_subject.draft_of(subject).stamp,
    )


def _completed(image: Image, spacing: tuple[float, float] | None, said: str) -> Image:
    """The picture with the spacing that was entered by hand, and who made its outlines."""
    notes = image.notes
    if image.spacing_mm is None and spacing is not None:
        notes += (f"The spacing of {spacing[0]:g} mm per pixel was entered by hand.",)
    if said:
        notes += (said,)
    return replace(image, spacing_mm=spacing, notes=notes)


def _digest(
    upload: Upload, masks: Mapping[str, Mask], spacing: tuple[float, float] | None, view: str
) -> str:
    found = hashlib.sha256(repr((upload.key, upload.judged.modality.value, spacing, view)).encode())
    for name in sorted(masks):
        found.update(name.encode())
        found.update(masks[name].tobytes())
    return found.hexdigest()
