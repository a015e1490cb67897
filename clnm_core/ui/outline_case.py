"""How is the outline of a stored image corrected, and the earlier one brought back?"""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import streamlit as st

from clnm_core.domain.columns import Registry
from clnm_core.domain.image import Image, Modality
from clnm_core.errors import ClnmError
from clnm_core.report import wording
from clnm_core.store import outlines
from clnm_core.store.outlines import Correction
from clnm_core.store.places import default_store
from clnm_core.ui import cached, outline_editor, outline_subject, pictures, visitor
from clnm_core.ui.outline_draft import Mask, differing, refused
from clnm_core.ui.outline_subject import NAMES, Subject
from clnm_core.ui.words import plain

_PLACE = "case_outline"
_OPEN = "_case_outline_open"
_SAID = "_case_outline_said"
_PROBLEM = "_case_outline_problem"
_OVERTAKEN = "_case_outline_overtaken"
"""Set where a version could not be published: the page then reads the store anew."""


def spacing_of(image: Mapping[Hashable, Any]) -> tuple[float, float] | None:
    """Spacing of a row of the table ``images``; ``None`` where it is not known."""
    spacing = (image["row_spacing_mm"], image["col_spacing_mm"])
    if any(step is None or step != step for step in spacing):
        return None
    return float(spacing[0]), float(spacing[1])


def modality_of(image: Mapping[Hashable, Any]) -> Modality:
    """Modality of a row of the table ``images``."""
    return Modality(image["modality"]) if image["modality"] in set(Modality) else Modality.OTHER


def view_of(image: Mapping[Hashable, Any]) -> str:
    """View of a row of the table ``images``; empty where it is not known."""
    return image["view"] if isinstance(image["view"], str) else ""


@dataclass(frozen=True, slots=True)
class _Opened:
    """The image whose editor is open, and the outlines that it had then, by structure."""

    cohort: str
    image_id: str
    picture: str
    masks: tuple[tuple[str, str], ...]


def button(cohort: str, image: Mapping[Hashable, Any], masks: Mapping[str, str]) -> None:
    """The button under a picture that opens its editor, or why there is none.

    Parameters
    ----------
    cohort : str
    image : mapping
        Its row of the table ``images``.
    masks : mapping of str to str
        The digests of its outlines, by structure.

    """
    image_id = str(image["image_id"])
    said = st.session_state.get(_SAID)
    if said and said[0] == (cohort, image_id):
        st.success(plain(said[1]), icon=":material/check:")
        del st.session_state[_SAID]
    obstacle = outlines.obstacle(cached.warehouse(cohort).root)
    if obstacle:
        st.caption(plain(obstacle))
    elif not is_open(cohort, image):
        opened = _Opened(cohort, image_id, str(image["digest"]), tuple(sorted(masks.items())))
        st.button(
            "Correct the outlines" if masks else "Draw the outlines",
            icon=":material/draw:",
            key=f"correct/{cohort}/{image_id}",
            on_click=_open,
            args=(opened,),
        )


def is_open(cohort: str, image: Mapping[Hashable, Any]) -> bool:
    """Whether the editor of that image is open."""
    opened = st.session_state.get(_OPEN)
    this = (cohort, str(image["image_id"]), str(image["digest"]))
    return opened is not None and (opened.cohort, opened.image_id, opened.picture) == this


def close() -> None:
    """Close the editor and let go of what was drawn."""
    st.session_state.pop(_OPEN, None)
    outline_subject.forget(_PLACE)


@st.fragment
def draw(
    cohort: str,
    image: Mapping[Hashable, Any],
    masks: Mapping[str, str],
    registry: Registry,
    recorded: Mapping[str, Any],
) -> None:
    """Draw the editor of one image; ``cohort``, ``image`` and ``masks`` as in :func:`button`.

    ``recorded`` holds the values of its case, by column.
    """
    if not is_open(cohort, image) or st.session_state.pop(_OVERTAKEN, False):
        st.rerun()
    image_id = str(image["image_id"])
    begun_from = dict(st.session_state[_OPEN].masks)
    subject = _subject(cohort, image, begun_from, registry, recorded)
    with st.container(border=True, key="outline_editor"):
        st.subheader(f"Correct the outlines of {plain(image_id)}", anchor=False)
        if begun_from != masks:
            st.warning(
                "Somebody else corrected this image since you opened it. Saving replaces theirs "
                "where you drew; close without saving to look at it first.",
                icon=":material/group:",
            )
        outline_editor.draw(subject, partial(_finish, cohort, image_id, subject, masks))
        _earlier(cohort, image_id, masks)


def _subject(
    cohort: str,
    image: Mapping[Hashable, Any],
    masks: Mapping[str, str],
    registry: Registry,
    recorded: Mapping[str, Any],
) -> Subject:
    stored = {name: outlines.stored_mask(default_store(), mask) for name, mask in masks.items()}
    return Subject(
        place=_PLACE,
        key="/".join([cohort, str(image["image_id"]), str(image["digest"])]),
        image=Image(
            pictures.pixels(str(image["digest"])),
            spacing_mm=spacing_of(image),
            modality=modality_of(image),
            source=image["source"] if isinstance(image["source"], str) else "",
        ),
        masks=stored,
        view=view_of(image),
        registry=registry,
        recorded=recorded,
    )


def _finish(cohort: str, image_id: str, subject: Subject, masks: Mapping[str, str]) -> None:
    draft = outline_subject.draft_of(subject)
    different = differing(draft, subject.masks)
    gone = [NAMES[name].lower() for name, mask in different.items() if mask is None]
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Save",
            type="primary",
            icon=":material/save:",
            key="case_outline_save",
            disabled=not different or bool(gone),
            on_click=_save,
            args=(cohort, image_id, subject, masks),
        )
        st.button("Close without saving", key="case_outline_close", on_click=close)
        if gone:
            st.caption(
                f"An outline of the store is replaced, not taken away: draw the {gone[0]} again."
            )
        elif different:
            st.caption(_what_saving_does(subject, different))


def _what_saving_does(subject: Subject, different: Mapping[str, Mask | None]) -> str:
    drawn = {name: mask for name, mask in different.items() if mask is not None}
    names = [NAMES[name].lower() for name in outline_subject.proposed(subject, drawn)]
    untouched = (
        f" The {wording.joined(names)} is as the network proposed it and is kept as a proposal: "
        "nothing is learned from it until somebody corrects it."
        if names
        else ""
    )
    return f"Saving makes a new version of the store; every page then follows.{untouched}"


def _save(cohort: str, image_id: str, subject: Subject, masks: Mapping[str, str]) -> None:
    """Publish what was drawn; what cannot be kept is said where it was drawn."""
    draft = outline_subject.draft_of(subject)
    fresh = {
        name: mask for name, mask in differing(draft, subject.masks).items() if mask is not None
    }
    if not fresh:
        return
    try:
        version = outlines.correct_outlines(
            default_store(),
            cohort,
            image_id,
            fresh,
            seen=masks,
            proposed=outline_subject.proposed(subject, fresh),
            actor=visitor.login(),
        )
    except ClnmError as error:
        outline_subject.keep(subject, refused(draft, str(error)))
        st.session_state[_OVERTAKEN] = True
        return
    _done(cohort, image_id, f"The outline is kept: store version {version}.")


def _restore(cohort: str, image_id: str, one: Correction, standing: str) -> None:
    try:
        version = outlines.restore_outline(
            default_store(),
            cohort,
            image_id,
            one.structure,
            one.old,
            seen=standing,
            actor=visitor.login(),
        )
    except ClnmError as error:
        st.session_state[_PROBLEM] = str(error)
        return
    _done(cohort, image_id, f"The earlier outline is back: store version {version}.")


def _earlier(cohort: str, image_id: str, masks: Mapping[str, str]) -> None:
    """Who corrected this image, newest first, each with a way back."""
    panel = st.expander("Earlier outlines", key="case_outline_earlier", on_change="rerun")
    if not panel.open:
        return
    with panel:
        problem = st.session_state.pop(_PROBLEM, None)
        if problem:
            st.error(plain(problem), icon=":material/error:")
        found = outlines.history(default_store(), cohort, image_id)
        if not found:
            st.caption("Nobody has corrected this image.")
        for number, one in enumerate(found):
            standing = masks.get(one.structure, "")
            with st.container(horizontal=True, vertical_alignment="center"):
                at = one.at[:16].replace("T", " ")
                st.markdown(
                    plain(
                        f"{at} UTC, {one.who}: {NAMES[one.structure].lower()}, version {one.version}"
                    ),
                    width="stretch",
                )
                st.button(
                    "Restore the one before",
                    key=f"restore/{cohort}/{image_id}/{number}/{one.version}",
                    disabled=one.old == standing,
                    on_click=partial(_restore, cohort, image_id, one, standing),
                )


def _open(opened: _Opened) -> None:
    close()
    st.session_state[_OPEN] = opened


def _done(cohort: str, image_id: str, words: str) -> None:
    close()
    st.session_state[_SAID] = ((cohort, image_id), words)
