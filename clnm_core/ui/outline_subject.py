"""Which picture is being outlined, and how far has its outline come?

The draft is kept for the visit, one per place where an editor stands.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import streamlit as st

from clnm_core.domain.columns import Registry
from clnm_core.domain.image import Image, Modality
from clnm_core.ui import measured_view
from clnm_core.ui.measured_view import Reading
from clnm_core.ui.outline_draft import Draft, Mask, begun

NAMES = {"nodule": "Nodule", "gland": "Thyroid", "node": "Lymph node"}
"""What can be outlined, as a reader sees it."""


@dataclass(frozen=True, eq=False, slots=True)
class Subject:
    """One picture whose outlines can be corrected.

    Parameters
    ----------
    place : str
        Where the editor stands; a word for the keys of its widgets.
    key : str
        Tells this picture with these outlines from any other; another key begins another draft.
    image : Image
    masks : mapping of str to numpy.ndarray of bool, shape (rows, columns)
        The outlines that are there.
    view : str
        ``transverse``, ``longitudinal``, or empty where the visitor has to say.
    registry : Registry
        For the names of what is measured.
    recorded : mapping or None
        Values of the table by column; ``None`` where there is no table.

    """

    place: str
    key: str
    image: Image
    masks: Mapping[str, Mask]
    view: str
    registry: Registry
    recorded: Mapping[str, Any] | None = None

    @property
    def structures(self) -> tuple[str, ...]:
        """What can be outlined: a lymph node on CT, else nodule and gland; and what is."""
        usual = ("node",) if self.image.modality is Modality.CT else ("nodule", "gland")
        return (*usual, *(name for name in NAMES if name in self.masks and name not in usual))

    @property
    def slot(self) -> str:
        """Where the draft is kept for the visit."""
        return f"_draft_{self.place}"


def draft_of(subject: Subject) -> Draft:
    """The draft as it stands: what was begun on this picture, else its outlines."""
    kept = st.session_state.get(subject.slot)
    if kept is None or kept[0] != subject.key:
        kept = (subject.key, begun(_shape(subject), subject.masks), ())
        st.session_state[subject.slot] = kept
    draft: Draft = kept[1]
    return draft


def keep(subject: Subject, draft: Draft, notes: tuple[str, ...] = ()) -> None:
    """Put a draft in place of the one that stands, with what a proposal said of it."""
    st.session_state[subject.slot] = (subject.key, draft, notes)


def forget(place: str) -> None:
    """Let go of the draft of a place."""
    st.session_state.pop(f"_draft_{place}", None)


def note_proposal(subject: Subject, masks: Mapping[str, Mask], outliner: str) -> None:
    """Remember what a network proposed; ``outliner`` is its digest."""
    st.session_state[f"_proposal_{subject.place}"] = (subject.key, dict(masks), outliner)


def proposed(subject: Subject, masks: Mapping[str, Mask]) -> dict[str, str]:
    """Of these masks, those that are as the network proposed them: structure -> its digest."""
    noted = st.session_state.get(f"_proposal_{subject.place}")
    if noted is None or noted[0] != subject.key:
        return {}
    found: dict[str, Mask] = noted[1]
    same = [name for name in masks if name in found and np.array_equal(found[name], masks[name])]
    return dict.fromkeys(same, str(noted[2]))


def seen_by(subject: Subject) -> tuple[tuple[float, float] | None, str]:
    """Spacing and view, as the picture says or the visitor has said.

    A spacing entered by hand is that of square pixels.
    """
    spacing, view = subject.image.spacing_mm, subject.view
    if spacing is None:
        step = st.session_state.get(f"{subject.place}_spacing_mm")
        spacing = (float(step), float(step)) if step else None
    return spacing, view or st.session_state.get(f"{subject.place}_view") or ""


def reading_of(subject: Subject) -> Reading:
    """What the draft measures; measured once for each state of it."""
    draft, spec = draft_of(subject), seen_by(subject)
    slot = f"_reading_{subject.place}"
    key = (subject.key, draft.stamp, spec)
    kept = st.session_state.get(slot)
    if kept is None or kept[0] != key:
        kept = (key, measured_view.read(draft.masks, *spec))
        st.session_state[slot] = kept
    reading: Reading = kept[1]
    return reading


def _shape(subject: Subject) -> tuple[int, int]:
    rows, columns = subject.image.pixels.shape[:2]
    return rows, columns
