"""The Predict page: what is known of one case, and what every model says of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from clnm_core.domain.cohort import CohortQuery
from clnm_core.imaging.measuring import together
from clnm_core.report.wording import upper_first
from clnm_core.store.records import ModelRecord
from clnm_core.systems.case import picture_view
from clnm_core.systems.cases import View
from clnm_core.ui import (
    answer_view,
    asking,
    cached,
    cached_models,
    keep_case,
    panels,
    predict_form,
    predict_models,
    predict_pictures,
    remembered,
)
from clnm_core.ui.asked import Asked, Picture
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.predict_form import Filled

NOTHING_KEPT = (
    "Nothing that you fill in, draw or upload here is kept unless you say so, below the answer: it is "
    "gone with your visit. Download the report if you want to have it."
)
"""What happens to an uploaded case."""

DRAWING = "While you draw, the answer stands below the picture."
"""A line as high as that before the first answer, so that the picture stays where it is."""


def draw(query: CohortQuery) -> None:
    """Ask for findings and pictures, and answer as they come."""
    records = predict_models.ready(query)
    inputs = [cached_models.inputs_of(record) for record in records]
    places = predict_pictures.places(inputs)
    answered = st.container()
    form, pictures, editors, below = _laid_out(len(places))
    with pictures:  # first, as what is measured on them stands in the form
        shown = predict_pictures.draw(inputs, query.cohort)
    outlined = [one for _, _, one in shown if one is not None]
    measured = together([one.measured for one in outlined])
    with form:
        filled = predict_form.draw(
            query.cohort,
            inputs,
            cached.registry(query.cohort),
            measured,
            across=3 if len(places) == 1 else 5,
        )
        st.caption(NOTHING_KEPT)
        predict_models.say(records)
    with editors:
        predict_pictures.draw_editors(shown, query.cohort)
    if filled.is_empty and not outlined:
        with answered:
            panels.answer("Fill in what is known or add a picture: the answer follows at once.")
        return
    if predict_pictures.is_drawn_on(shown):
        with answered:
            st.empty()  # takes the place of an answer that stood here, at once
            panels.answer(DRAWING, key="answer_below")
        answered = below
    else:
        answered = answered.container()
    asked = _asked(query, records, filled, outlined, measured)
    asked = asking.ask(asked, contents=[one.key for one in outlined])
    answer_view.draw(asked, answered)
    keep_case.draw(asked, shown)


def _laid_out(
    places: int,
) -> tuple[DeltaGenerator, DeltaGenerator, DeltaGenerator, DeltaGenerator]:
    """Where form, pictures, editors and what follows them stand.

    Form and picture stand beside each other, or two pictures over the form.
    """
    if places == 1:
        form, pictures = st.columns([3, 2], gap="large")
        return form, pictures, st.container(), st.container()
    pictures, editors, below = st.container(), st.container(), st.container()
    return st.container(), pictures, editors, below


def _asked(
    query: CohortQuery,
    records: tuple[ModelRecord, ...],
    filled: Filled,
    outlined: Sequence[Outlined],
    measured: Mapping[str, Any],
) -> Asked:
    pictures = tuple(
        Picture(
            name=f"picture-{number}",
            title=upper_first(f"{one.view} view" if one.view else f"picture {number}"),
            image=one.image,
            masks=one.masks,
            ruler=one.ruler,
            view=one.view,
        )
        for number, one in enumerate(outlined, start=1)
    )
    return Asked(
        query=query,
        case_id="",
        values=filled.values,
        report_text=filled.report,
        pictures=pictures,
        views=tuple(_view(f"picture-{n}", one) for n, one in enumerate(outlined, start=1)),
        measured=measured,
        overridden=filled.overridden,
        records=records,
    )


def _view(name: str, one: Outlined) -> View:
    """The picture as models take it: the same object as long as nothing of it changes."""
    return remembered.once(
        "views",
        (name, one.key),
        lambda: picture_view(name, one.judged, one.masks, view=one.view),
    )
