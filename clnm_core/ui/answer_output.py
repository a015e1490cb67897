"""How does a visitor take the answer along? One page, the same for programs, two files for an archive.

Nothing is made before its button is pressed. No file is named after anybody.
"""

from __future__ import annotations

import io
import json
import uuid
import zipfile
from collections.abc import Sequence
from datetime import UTC, datetime

import streamlit as st

from clnm_core.domain.columns import Column
from clnm_core.domain.dictionary import BUILT_IN
from clnm_core.explain.neighbours import Neighbour
from clnm_core.explain.opinion import Opinion
from clnm_core.report.case_html import case_html
from clnm_core.report.case_sheet import AlikeRow, CaseSheet, SheetPicture, readings_of
from clnm_core.report.opinion_words import answer_words
from clnm_core.report.wording import upper_first
from clnm_core.ui import cached, remembered, similar_facts
from clnm_core.ui.asked import Asked
from clnm_core.ui.similar_facts import Alike


def draw(asked: Asked) -> None:
    """The buttons, under what may be named in the files; nothing without an opinion."""
    if asked.shown is None:
        return
    with st.container(key="case_output"):
        st.subheader("Take it along", anchor=False)
        _offer(asked, asked.shown)


@st.fragment
def _offer(asked: Asked, shown: Opinion) -> None:
    """The switches and the buttons; a switch draws no more than these again."""
    names_alike, names_case = False, False
    with st.container(horizontal=True):
        names_alike = st.toggle(
            "With the numbers of similar cases",
            key="output_alike",
            help="Off: similar cases stand with their outcome alone.",
        )
        if asked.case_id:
            names_case = st.toggle(
                "With the number of this case",
                key="output_case",
                help="Off: the files do not say which case of the cohort it is.",
            )
    sheet = sheet_of(asked, shown, names_alike=names_alike, names_case=names_case)
    _buttons(sheet)
    st.caption(
        "For research; nobody has verified it. The names of the files tell nobody. Pictures keep "
        "what is burned into them."
    )


def sheet_of(
    asked: Asked, shown: Opinion, *, names_alike: bool = False, names_case: bool = False
) -> CaseSheet:
    """All that goes into the files.

    Parameters
    ----------
    asked : Asked
    shown : Opinion
        The one that is explained.
    names_alike, names_case : bool
        Whether similar cases, and the case itself, are named by their numbers.

    """
    record = asked.record_of(shown)
    found = similar_facts.alike(asked)
    drawn, made = remembered.once(
        "sheet",
        (asked.digest or object(), shown.report.model, shown.level),
        lambda: (uuid.uuid4(), datetime.now(UTC)),
    )
    return CaseSheet(
        opinions=asked.opinions,
        shown=shown,
        pictures=tuple(
            SheetPicture(
                upper_first(f"{one.view} view") if one.view else f"Picture {number}",
                one.image,
                one.masks,
                one.ruler,
                shown.report.explanation.map_of(one.name),
                one.view,
            )
            for number, one in enumerate(asked.pictures, start=1)
        ),
        readings=readings_of(
            asked.measured, asked.values, asked.overridden, _columns(asked.query.cohort)
        ),
        checks=found.seen.checks if found else (),
        alike=_alike(found, record.outcome, names_alike) if found else (),
        refusals=tuple((one.name, why) for one, why in asked.refusals),
        versions=tuple(
            (one.report.model, str(asked.record_of(one).manifest["digest"]))
            for one in asked.opinions
        ),
        store_version=cached.version(),
        is_synthetic=cached.cohort(asked.query.cohort).is_synthetic,
        words=answer_words(asked.opinions),
        pseudonym=asked.case_id if names_case else "",
        made=made,
        uid=drawn,
    )


def _columns(cohort: str) -> Sequence[Column]:
    """Every column that may have been measured, in the order of the cohort."""
    here = cached.registry(cohort)
    return [*here, *(column for column in BUILT_IN if column.name not in here)]


def _alike(found: Alike, outcome: str, is_named: bool) -> tuple[AlikeRow, ...]:
    ways: tuple[tuple[str, Sequence[Neighbour]], ...] = (
        ("To the model", found.seen.nearest),
        ("By findings", found.by_table),
    )
    return tuple(
        AlikeRow(
            one.rank,
            "present" if bool(found.rows.loc[one.case_id, outcome]) else "absent",
            one.case_id if is_named else "",
            way,
        )
        for way, nearest in ways
        for one in nearest
    )


def _buttons(sheet: CaseSheet) -> None:
    """Each file is made in another thread, of the sheet alone."""

    def as_html() -> str:
        return case_html(sheet)

    def as_json() -> str:
        return json.dumps(sheet.to_dict(), indent=1, ensure_ascii=False, allow_nan=False)

    def as_report() -> bytes:
        from clnm_core.report.case_sr import case_sr

        return case_sr(sheet)

    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            as_html,
            file_name="case-report.html",
            mime="text/html",
            icon=":material/description:",
            key="case_report_html",
            on_click="ignore",
            help="One page of A4, to print or to keep.",
        )
        st.download_button(
            "Answer (JSON)",
            as_json,
            file_name="case-report.json",
            mime="application/json",
            icon=":material/data_object:",
            key="case_report_json",
            on_click="ignore",
            help="The same for programs.",
        )
        st.download_button(
            "Structured report (DICOM)",
            as_report,
            file_name="case-report.dcm",
            mime="application/dicom",
            icon=":material/lab_profile:",
            key="case_report_sr",
            on_click="ignore",
            help="The same for an archive: an Enhanced SR, marked as unverified.",
        )
        if sheet.pictures:
            is_one = len(sheet.pictures) == 1
            st.download_button(
                "Picture (DICOM)" if is_one else "Pictures (DICOM, ZIP)",
                lambda: pictures_file(sheet),
                file_name="case-picture.dcm" if is_one else "case-pictures.zip",
                mime="application/dicom" if is_one else "application/zip",
                icon=":material/image:",
                key="case_report_pictures",
                on_click="ignore",
                help="With outlines, measured line and scale bar painted in: Secondary Capture.",
            )


def pictures_file(sheet: CaseSheet) -> bytes:
    """The picture as a DICOM file, or several in one ZIP file."""
    from clnm_core.report.case_capture import case_capture

    files = [case_capture(sheet, place) for place in range(len(sheet.pictures))]
    if len(files) == 1:
        return files[0]
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as folder:
        for number, data in enumerate(files, start=1):
            folder.writestr(f"case-picture-{number}.dcm", data)
    return buffer.getvalue()
