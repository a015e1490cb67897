"""Which pictures of the case does the model read, and what is outlined on them?"""

from __future__ import annotations

import streamlit as st

from clnm_core.report.case_words import PICTURES
from clnm_core.report.wording import joined, upper_first
from clnm_core.store.records import ModelRecord
from clnm_core.systems.protocol import Inputs
from clnm_core.ui import cached_models, outline_upload, predict_image
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.predict_image import Place, Upload

_KINDS = "DICOM, PNG, JPEG or TIFF"
_STRUCTURES = {"lesion": "the lesion", "gland": "the gland"}


def draw(record: ModelRecord) -> list[tuple[Place, Upload | None, Outlined | None]]:
    """Ask for every picture that the model reads, or for one to check beside the answer."""
    inputs = cached_models.inputs_of(record)
    if inputs.views:
        st.markdown(f"**Pictures.** {needs_words(inputs)}")
    found = []
    for place in places(inputs):
        upload = predict_image.draw(place)
        found.append((place, upload, outline_upload.draw(upload, record, place)))
    return found


def draw_editors(
    shown: list[tuple[Place, Upload | None, Outlined | None]], record: ModelRecord
) -> None:
    """Draw the editors that are open, over the whole width."""
    for place, upload, _ in shown:
        outline_upload.draw_editor(upload, record, place)


def places(inputs: Inputs) -> tuple[Place, ...]:
    """Where the pictures of a case are asked for: one place for each view that is read.

    Examples
    --------
    >>> [place.title for place in places(Inputs((), views=("transverse", "longitudinal"), modality="US"))]
    ['Transverse view: DICOM, PNG, JPEG or TIFF', 'Longitudinal view: DICOM, PNG, JPEG or TIFF']

    """
    if not inputs.views:
        return (Place("", f"Image, if there is one: {_KINDS}"),)
    kind = upper_first(PICTURES.get(inputs.modality, "picture"))
    return tuple(
        Place(
            f"_{number}" if number > 1 else "",
            f"{kind if view == 'any' else f'{upper_first(view)} view'}: {_KINDS}",
            "" if view == "any" else view,
            inputs.modality,
        )
        for number, view in enumerate(inputs.views, start=1)
    )


def needs_words(inputs: Inputs) -> str:
    """What the model must see on a picture.

    Examples
    --------
    >>> needs_words(Inputs((), views=("transverse", "longitudinal"), structures=("lesion", "gland")))
    'One of the views is enough. On each, outline the lesion and the gland: propose the outlines, then correct them.'

    """
    several = "One of the views is enough. " if len(inputs.views) > 1 else ""
    if not inputs.structures:
        return f"{several}No outline is needed."
    names = joined([_STRUCTURES[name] for name in inputs.structures])
    each = "On each, outline" if several else "Outline"
    return f"{several}{each} {names}: propose the outlines, then correct them."
