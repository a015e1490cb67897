"""The Case page: what is recorded of one case, what it looks like, what the models said."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from html import escape
from typing import Any

import streamlit as st

from clnm_core.domain.cohort import CohortQuery
from clnm_core.domain.columns import Column, Kind, Registry, Role
from clnm_core.domain.image import Modality
from clnm_core.report import wording
from clnm_core.report.answers import recorded_case_answer
from clnm_core.store import quarantine, selection
from clnm_core.store.case_records import CaseRecord
from clnm_core.store.places import default_store
from clnm_core.store.warehouse import Warehouse
from clnm_core.ui import (
    cached,
    case_answer,
    frame,
    kept_case,
    measured_view,
    outline_case,
    panels,
    pictures,
    tables,
    visiting_file,
)
from clnm_core.ui.words import plain, unbroken

PICTURES_AT_ONCE = 4
LARGE_PICTURES = 2
"""Up to this many images stand one under the other, as large as the column."""

_MODALITY_WORDS = {Modality.ULTRASOUND: "Ultrasound", Modality.CT: "CT", Modality.OTHER: "Image"}

_GROUPS = (
    (Role.OUTCOME, "Found on pathology"),
    (Role.PREDICTOR, "Known before surgery"),
    (Role.POST_OUTCOME, "Known only after surgery"),
    (Role.DESIGN, "In the study"),
    (Role.TRUTH, "Simulated"),
)


def pick_case(query: CohortQuery) -> str:
    """The case that is shown: of the link, else the first selected; with a way to its neighbours.

    Returns
    -------
    str
        Its pseudonymous number.

    """
    ids = cached.computed(case_ids, query)
    first = ids[0] if ids else cached.computed(case_ids, query.everyone())[0]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        case_id = (
            st.text_input(
                "Case number",
                key="case",
                bind="query-params",
                placeholder=first,
                width=280,
                help="The pseudonym under which the case is stored.",
            ).strip()
            or first
        )
        place = ids.index(case_id) if case_id in ids else None
        _step("Previous", ":material/chevron_left:", ids, place, -1)
        _step("Next", ":material/chevron_right:", ids, place, +1)
        if place is None:
            st.caption("Not among the cases that the filters select.")
        else:
            st.caption(f"{place + 1:,} of {wording.count_text(len(ids), 'selected case')}")
    return case_id


def draw(query: CohortQuery, case_id: str) -> None:
    """Answer, pictures, risks and record of one case."""
    registry = cached.registry(query.cohort)
    record = cached.computed(record_of, query.everyone(), case_id)
    kept_case.say()
    _draw_answer(query, registry, record)
    _draw_editor(query, registry, record)
    grid = st.grid(5, min_column_width=140)  # one under the other on a tablet
    left, right = grid.cell(column_span=3), grid.cell(column_span=2)
    with left:
        above = st.container()
        _draw_risks(query, registry, record)
        _draw_reads(record)
    with right:
        _draw_record(registry, record)
        kept_case.draw(query.cohort, case_id, registry)
    with above:  # after them, as outlines take longer to measure
        _draw_pictures(query, registry, record)
    case_answer.draw(query, registry, record)


def _step(label: str, icon: str, ids: list[str], place: int | None, by: int) -> None:
    to = None if place is None else place + by
    is_there = to is not None and 0 <= to < len(ids)
    st.button(
        label,
        icon=icon,
        key=f"{label.lower()}_case",
        disabled=not is_there,
        on_click=_go_to,
        args=(ids[to] if to is not None and is_there else "",),
    )


def _go_to(case_id: str) -> None:
    st.session_state["case"] = case_id


def _draw_answer(query: CohortQuery, registry: Registry, record: CaseRecord) -> None:
    if not query.outcome:
        return
    titles = {
        model.name: panels.model_title(model)
        for model in cached.models(query.cohort)
        if model.outcome == query.outcome
    }
    risks = record.predictions.set_index("model")["risk"]
    happened = record.values.get(query.outcome)
    panels.answer(
        recorded_case_answer(
            {title: float(risks[name]) for name, title in titles.items() if name in risks.index},
            outcome_label=registry[query.outcome].label,
            happened=None if happened is None else bool(happened),
        )
    )


def _draw_editor(query: CohortQuery, registry: Registry, record: CaseRecord) -> None:
    """The editor of the image whose outline is being corrected, over the whole width."""
    for image in record.images.to_dict("records"):
        if outline_case.is_open(query.cohort, image):
            masks = _masks_of(record, image)
            outline_case.draw(query.cohort, image, masks, registry, record.values)


def _masks_of(record: CaseRecord, image: Mapping[Hashable, Any]) -> dict[str, str]:
    """The digests of an image's masks, by structure."""
    masks = record.masks[record.masks["image_id"] == image["image_id"]]
    return dict(zip(masks["structure"], masks["digest"], strict=True))


def _draw_pictures(query: CohortQuery, registry: Registry, record: CaseRecord) -> None:
    images = record.images.to_dict("records")
    if not images:
        with st.container(border=True):
            st.markdown("**Images**")
            st.caption("No image of this case is in the store.")
            _draw_waiting(query, str(record.values["case_id"]))
        return
    pages = -(-len(images) // PICTURES_AT_ONCE)
    page = st.pagination(pages, key="pictures") if pages > 1 else 1
    shown = images[(page - 1) * PICTURES_AT_ONCE : page * PICTURES_AT_ONCE]
    columns = 1 if len(images) <= LARGE_PICTURES else 2
    with st.grid(columns, min_column_width=220):
        for image in shown:
            _draw_picture(query, registry, record, image)


def _draw_waiting(query: CohortQuery, case_id: str) -> None:
    """Where pictures of the case are that came but are not shown; nothing where there are none."""
    if visiting_file.is_visiting(query.cohort):
        return
    held = quarantine.waiting(default_store(), query.cohort)
    n = sum(1 for one in held if one.case_id == case_id)
    if n:
        st.caption(
            f"{wording.count_text(n, 'file')} of this case {'waits' if n == 1 else 'wait'} for a "
            "person's look."
        )
        st.page_link(
            frame.path_of("import_data.py"), label="Look at it", icon=":material/arrow_forward:"
        )


def _draw_picture(
    query: CohortQuery, registry: Registry, record: CaseRecord, image: Mapping[Hashable, Any]
) -> None:
    """One stored image with its outlines, what they measure, and the way to correct them."""
    stored = _masks_of(record, image)
    masks = tuple(sorted(stored.items()))
    spacing, view = outline_case.spacing_of(image), outline_case.view_of(image)
    words = f"{_MODALITY_WORDS[outline_case.modality_of(image)]}{f', {view}' if view else ''}"
    reading = pictures.reading(masks, spacing, view)
    markup = pictures.with_outlines(words, str(image["digest"]), masks, spacing, reading.ruler)
    with st.container(border=True):
        panels.svg(markup, words)
        st.caption(plain(f"{words}, {image['cols']} × {image['rows']} pixels"))
        measures = measured_view.sentence(reading, record.values, registry)
        if measures:
            st.caption(plain(unbroken(measures)))
        outline_case.button(query.cohort, image, stored)


def _draw_risks(query: CohortQuery, registry: Registry, record: CaseRecord) -> None:
    st.subheader("What the models said when they were published", anchor=False)
    if record.predictions.empty:
        st.caption("No model has judged this case.")
        return
    models = {model.name: model for model in cached.models(query.cohort)}
    split = registry["split"].label_of if "split" in registry else str
    rows: list[list[str | tables.Cell | None]] = [
        [
            panels.model_title(models[row["model"]]),
            registry[models[row["model"]].outcome].label,
            tables.bar(float(row["risk"]), wording.percent(float(row["risk"]))),
            split(row["split"]),
        ]
        for row in record.predictions.to_dict("records")
        if row["model"] in models
    ]
    st.html(tables.table(["Model", "Outcome", "Risk", "Split"], rows, alt="Risk by model"))


def _draw_reads(record: CaseRecord) -> None:
    if record.reads.empty:
        return
    st.subheader("What the readers said", anchor=False)
    said = {True: "yes", False: "no"}
    rows: list[list[str | tables.Cell | None]] = []
    for read in record.reads.to_dict("records"):
        share = read["probability"]
        is_known = share is not None and share == share
        rows.append(
            [
                str(read["reader_id"]),
                tables.bar(share, wording.percent(share)) if is_known else tables.UNKNOWN,
                said.get(read["call"], tables.UNKNOWN),
                said.get(read["aided"], tables.UNKNOWN),
            ]
        )
    head = ["Reader", "Probability", "Called positive", "With the model's help"]
    st.html(tables.table(head, rows, alt="What the readers said of this case"))


def _draw_record(registry: Registry, record: CaseRecord) -> None:
    rows = []
    for role, title in _GROUPS:
        columns = [c for c in registry.with_role(role) if c.kind is not Kind.TEXT]
        if columns:
            rows.append(f"<tr><th colspan='2' scope='colgroup'>{escape(title)}</th></tr>")
        for column in columns:
            words = value_text(column, record.values.get(column.name))
            kind = " class='unknown'" if words == "unknown" else ""
            rows.append(f"<tr><td>{escape(column.label)}</td><td{kind}>{escape(words)}</td></tr>")
    st.html(f"<table class='clnm-record'>{''.join(rows)}</table>")
    for column in registry:
        text = record.values.get(column.name)
        if column.kind is Kind.TEXT and column.role is not Role.IDENTIFIER and text:
            st.markdown(f"**{plain(column.label)}**")
            st.markdown(plain(str(text)))


def value_text(column: Column, value: object) -> str:
    """One value of a record in words: "12.5 mm", "ill-defined", "unknown".

    Examples
    --------
    >>> value_text(Column("age_years", "Age", Kind.NUMBER, unit="years"), 45.0)
    '45 years'
    >>> value_text(Column("multifocal", "Multifocal", Kind.FLAG), None)
    'unknown'

    """
    if value is None or value != value:
        return "unknown"
    if column.kind is Kind.NUMBER and isinstance(value, int | float):
        return f"{value:.{3 if abs(value) < 1 else 6}g} {column.unit}".rstrip()
    return column.label_of(value)


def case_ids(warehouse: Warehouse, query: CohortQuery) -> list[str]:
    """The numbers of the selected cases, in order."""
    return [str(case) for case in selection.cases(warehouse, query, ())["case_id"]]


def record_of(warehouse: Warehouse, query: CohortQuery, case_id: str) -> CaseRecord:
    """What is stored about one case of the cohort."""
    return selection.case(warehouse, query.cohort, case_id)
