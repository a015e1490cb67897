"""Which pictures of the case do the models read, and what is outlined on them?"""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from clnm_core.report.case_words import PICTURES
from clnm_core.report.wording import joined, upper_first
from clnm_core.systems.protocol import Inputs
from clnm_core.ui import outline_upload, predict_image
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.predict_image import Place, Upload

_KINDS = "DICOM, PNG, JPEG or TIFF"
_STRUCTURES = {"lesion": "the lesion", "gland": "the gland"}
_SWITCH = "propose_outlines"

Shown = tuple[Place, Upload | None, Outlined | None]
"""A place for a picture, what was uploaded there, and what is outlined on it."""


def draw(inputs: Sequence[Inputs], cohort: str) -> list[Shown]:
    """Ask for every picture that a model reads, or for one to measure where none reads any.

    Parameters
    ----------
    inputs : sequence of Inputs
        Of every model that can be asked.
    cohort : str
        For the names of what is measured.

    """
    st.markdown(f"**Pictures.** {needs_words(inputs)}")
    proposes = st.toggle(
        "Propose outlines by itself",
        value=True,
        key=_SWITCH,
        persist_state="session",
        help="A network outlines nodule and thyroid on ultrasound as soon as a picture is there. "
        "Look at what it drew, and correct it.",
    )
    found = []
    wanted = places(inputs)
    for column, place in zip(st.columns(len(wanted), gap="large"), wanted, strict=True):
        with column:
            upload = predict_image.draw(place)
            outlined = outline_upload.draw(upload, cohort, place, proposes=proposes)
        found.append((place, upload, outlined))
    return found


def is_drawn_on(shown: Sequence[Shown]) -> bool:
    """Whether an editor is open: whatever grows above it would move the picture under the pen."""
    return any(
        upload is not None and outline_upload.is_open(upload, place) for place, upload, _ in shown
    )


def draw_editors(shown: Sequence[Shown], cohort: str) -> None:
    """Draw the editors that are open, over the whole width."""
    for place, upload, _ in shown:
        outline_upload.draw_editor(upload, cohort, place)


def places(inputs: Sequence[Inputs]) -> tuple[Place, ...]:
    """Where the pictures of a case are asked for: one place for each view that a model names.

    Examples
    --------
    >>> two = Inputs((), views=("transverse", "longitudinal"), modality="US")
    >>> [place.title for place in places([two, Inputs((), views=("any",), modality="US")])]
    ['Transverse view: DICOM, PNG, JPEG or TIFF', 'Longitudinal view: DICOM, PNG, JPEG or TIFF']

    """
    seeing = [one for one in inputs if one.views]
    if not seeing:
        return (Place("", f"Image, if there is one: {_KINDS}"),)
    modalities = tuple(dict.fromkeys(one.modality for one in seeing if one.modality))
    kind = PICTURES.get(modalities[0], "picture") if len(modalities) == 1 else "picture"
    named = dict.fromkeys(view for one in seeing for view in one.views if view != "any")
    return tuple(
        Place(
            f"_{number}" if number > 1 else "",
            f"{upper_first(f'{view} view' if view else kind)}: {_KINDS}",
            view,
            modalities,
        )
        for number, view in enumerate(named or [""], start=1)
    )


def needs_words(inputs: Sequence[Inputs]) -> str:
    """What the models must see on a picture.

    Examples
    --------
    >>> needs_words([Inputs((), views=("transverse", "longitudinal"), structures=("lesion", "gland"))])
    'One of the views is enough. On each, the lesion and the gland must be outlined.'
    >>> needs_words([Inputs(())])
    'No model reads one; what is outlined on it is measured.'

    """
    seeing = [one for one in inputs if one.views]
    if not seeing:
        return "No model reads one; what is outlined on it is measured."
    several = "One of the views is enough. " if len(places(inputs)) > 1 else ""
    structures = [
        words
        for name, words in _STRUCTURES.items()
        if any(name in one.structures for one in seeing)
    ]
    if not structures:
        return f"{several}No outline is needed."
    words = joined(structures)
    return f"{several}{f'On each, {words}' if several else upper_first(words)} must be outlined."
