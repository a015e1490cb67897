"""What do the models say of a case of the cohort now, as it stands in the store?"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable, Mapping
from typing import Any

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Registry
from clnm_core.domain.image import Image
from clnm_core.jobs.store_cases import cases_of
from clnm_core.report.asked_again_words import Published, asked_words, published_words
from clnm_core.report.wording import upper_first
from clnm_core.store.case_records import CaseRecord
from clnm_core.store.outlines import stored_mask
from clnm_core.store.places import default_store
from clnm_core.store.records import ModelRecord
from clnm_core.store.warehouse import Warehouse
from clnm_core.systems.cases import View, remembering
from clnm_core.ui import (
    answer_view,
    asking,
    cached,
    cached_models,
    outline_case,
    panels,
    pictures,
    predict_form,
    predict_models,
    remembered,
)
from clnm_core.ui.asked import Asked, Picture
from clnm_core.ui.words import plain, unbroken


def draw(query: CohortQuery, registry: Registry, record: CaseRecord) -> None:
    """Offer to ask the models, and draw what they answer; nothing where none can be asked."""
    records = predict_models.can_be_asked(query) if query.outcome else ()
    if not records:
        return
    st.subheader("What the models say now", anchor=False)
    is_asked = st.toggle(
        "Ask the models now",
        key="ask_models_now",
        persist_state="session",
        help="Remembered for your visit: the next cases are asked as you open them.",
    )
    if not is_asked:
        st.caption(plain(asked_words([panels.model_title(one) for one in records])))
        return
    with st.container(key="case_asked"):
        top = st.container()
        asked = _asked(query, registry, record, records)
        contents = [_content(record, view) for view in asked.views]
        asked = asking.ask(asked, contents=contents)
        answer_view.draw(asked, top)
        with top:
            st.caption(plain(unbroken(published_words(_published(record, records, registry)))))


def _asked(
    query: CohortQuery, registry: Registry, record: CaseRecord, records: tuple[ModelRecord, ...]
) -> Asked:
    case_id = str(record.values["case_id"])
    inputs = [cached_models.inputs_of(one) for one in records]
    columns = predict_form.columns_of(inputs, registry)
    kept = cached.drawn(views_by_case, query.everyone()).get(case_id, ())
    views = remembered.once(
        "store_views", (query.cohort, case_id, cached.version()), lambda: _remembering(kept)
    )
    rows = {str(row["image_id"]): row for row in record.images.to_dict("records")}
    shown, measured = [], []
    for view in views:
        picture, known = _picture(record, rows[view.image_id], view)
        shown.append(picture)
        measured.append(known)
    return Asked(
        query=query,
        case_id=case_id,
        values={column.name: _known(record.values.get(column.name)) for column in columns},
        report_text=str(record.values.get("report_text") or ""),
        pictures=tuple(shown),
        views=views,
        measured=measured[0] if measured else {},
        records=records,
        patient=str(record.values["patient_id"]),
    )


def views_by_case(warehouse: Warehouse, query: CohortQuery) -> Mapping[str, tuple[View, ...]]:
    """The pictures of every case of the cohort as models take them, read when they are asked for."""
    return cases_of(warehouse.root, query.cohort).views


def _remembering(views: tuple[View, ...]) -> tuple[View, ...]:
    return tuple(remembering(view) for view in views)


def _picture(
    record: CaseRecord, image: Mapping[Hashable, Any], view: View
) -> tuple[Picture, Mapping[str, Any]]:
    """One stored picture with its outlines, and what they measure."""
    digests = _masks_of(record, view.image_id)
    spacing, side = outline_case.spacing_of(image), outline_case.view_of(image)
    reading = pictures.reading(digests, spacing, side)
    shown = Image(
        pictures.pixels(str(image["digest"])),
        spacing_mm=spacing,
        modality=outline_case.modality_of(image),
        source=image["source"] if isinstance(image["source"], str) else "",
    )
    title = upper_first(f"{side} view") if side else view.image_id
    masks = {name: stored_mask(default_store(), digest) for name, digest in digests}
    return Picture(view.image_id, title, shown, masks, reading.ruler, side), reading.known


def _masks_of(record: CaseRecord, image_id: str) -> tuple[tuple[str, str], ...]:
    """Structure and digest of every outline of an image that the store has."""
    masks = record.masks[(record.masks["image_id"] == image_id) & record.masks["digest"].notna()]
    return tuple(sorted(zip(masks["structure"], masks["digest"], strict=True)))


def _content(record: CaseRecord, view: View) -> str:
    """Digest of all that a model sees of a stored picture."""
    row = record.images[record.images["image_id"] == view.image_id]
    words = row.to_csv(index=False) + repr(_masks_of(record, view.image_id))
    return hashlib.sha256(words.encode()).hexdigest()


def _known(value: Any) -> Any:
    """A recorded value, ``None`` where it is missing."""
    return None if value is None or value != value else value


def _published(
    record: CaseRecord, records: tuple[ModelRecord, ...], registry: Registry
) -> list[Published]:
    label = registry["split"].label_of if "split" in registry else str
    titles = {one.name: panels.model_title(one) for one in records}
    return [
        Published(titles[row["model"]], float(row["risk"]), str(row["split"]), label(row["split"]))
        for row in record.predictions.to_dict("records")
        if row["model"] in titles and row["risk"] == row["risk"]
    ]
