"""What the model says of one case: risk, threshold, doubts, and what moves the risk."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence

import streamlit as st

from clnm_core.errors import UnfitCaseError
from clnm_core.report.case_html import case_html
from clnm_core.report.case_words import NO_INTERVAL, case_answer, contributions_words, way_out
from clnm_core.report.wording import percent, percent_interval
from clnm_core.stats.uncertainty import Estimate
from clnm_core.store.modelling import case_report
from clnm_core.store.records import ModelRecord
from clnm_core.systems.case import CaseReport
from clnm_core.systems.catalogue import listed
from clnm_core.ui import cached, cached_models, panels, predict_case, predict_why
from clnm_core.ui.charts.contributions import contributions_figure
from clnm_core.ui.outline_upload import Outlined
from clnm_core.ui.predict_form import Filled
from clnm_core.ui.words import plain


def draw(record: ModelRecord, filled: Filled, pictures: Sequence[Outlined]) -> None:
    """Judge the case and draw the answer under the form."""
    inputs = cached_models.inputs_of(record)
    st.divider()
    try:
        with st.spinner("Judging the case"):
            model = cached_models.loaded(record)
            report = case_report(
                model,
                record,
                filled.values,
                views=predict_case.views_of(pictures, inputs),
                report_text=filled.report,
            )
    except UnfitCaseError as error:
        st.warning(plain(f"{error} {way_out(inputs, len(pictures))}"), icon=":material/block:")
        return
    panels.answer(case_answer(report))
    _strip(report, record, predict_case.findings_alone(model, record.system, filled.values))
    for doubt in report.doubts:
        st.warning(plain(doubt), icon=":material/warning:")
    if len(report.contributions):
        panels.figure_card(
            contributions_figure(report.contributions, dark=panels.is_dark()),
            report.contributions.drop(columns="column"),
            "What moves this risk away from the training average",
            contributions_words(record.system),
            "contributions",
        )
    predict_why.draw(report.explanation, pictures)
    _downloads(report, pictures)
    panels.methods_line(
        f"{listed(record.system).label} on {report.trained_on}; interval: "
        f"{report.risk.method if math.isfinite(report.risk.low) else NO_INTERVAL}. "
        f"Threshold: Youden's index on {record.manifest['threshold_from']} cases."
    )


def _strip(report: CaseReport, record: ModelRecord, part: Estimate | None) -> None:
    has_interval = math.isfinite(report.risk.low)
    parts = []
    if part is not None:
        parts.append(
            panels.Figure(
                "From findings alone",
                percent(part.value),
                percent_interval(part.low, part.high),
                "What the clinical part of the model says without the picture, before calibration. "
                f"{part.method}.",
            )
        )
    panels.strip(
        [
            panels.Figure(
                report.outcome_label,
                percent(report.risk.value),
                percent_interval(report.risk.low, report.risk.high)
                if has_interval
                else "no interval",
                report.risk.method if has_interval else f"This model gives {NO_INTERVAL}.",
            ),
            *parts,
            panels.Figure(
                "Threshold",
                percent(report.threshold),
                "reached" if report.is_positive else "not reached",
                f"Youden's, chosen on {record.manifest['threshold_from']} cases; positive when risk ≥ threshold.",
            ),
            panels.Figure(
                "Trained on", f"{record.manifest['training_cases']:,}", "cases", report.trained_on
            ),
        ]
    )


def _downloads(report: CaseReport, pictures: Sequence[Outlined]) -> None:
    images = [
        (f"uploaded picture{f', {one.view} view' if one.view else ''}", one.image)
        for one in pictures
    ]
    names = predict_case.picture_names(len(pictures))
    maps = {
        place: one.values
        for place, name in enumerate(names)
        if (one := report.explanation.map_of(name))
    }
    first = pictures[0] if pictures else None
    version = cached.version()

    def as_html() -> str:
        return case_html(
            report,
            images=images,
            outlines=first.masks if first else None,
            ruler=first.ruler if first else None,
            store_version=version,
            maps=maps,
        )

    with st.container(horizontal=True):
        st.download_button(
            "Report (HTML)",
            as_html,
            file_name="case-report.html",
            mime="text/html",
            icon=":material/description:",
            key="case_report_html",
            on_click="ignore",
        )
        st.download_button(
            "Answer (JSON)",
            lambda: json.dumps(report.to_dict(), indent=1, ensure_ascii=False),
            file_name="case-report.json",
            mime="application/json",
            icon=":material/data_object:",
            key="case_report_json",
            on_click="ignore",
        )
